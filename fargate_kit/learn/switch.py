"""Which Fargate a lab works on: simulated, unless somebody says otherwise in so many words."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping

from fargate_kit.errors import ConfigurationError

__all__ = ["BACKEND", "SPEED", "STRICT", "backend", "is_strict", "speed_of"]

BACKEND, SPEED, STRICT = "FARGATE_KIT_BACKEND", "FARGATE_KIT_SPEED", "FARGATE_KIT_STRICT"
USUAL_SPEED = 20.0


def backend(environment: Mapping[str, str] = os.environ) -> str:
    """Return `simulated`.

    Raises:
        ConfigurationError: The environment asks for live AWS, for which the rails are not there
            yet (account check, budget, expiry, tear-down from elsewhere), or for something unknown.
    """
    asked = environment.get(BACKEND, "").strip().lower() or "simulated"
    if asked == "aws":
        raise ConfigurationError(
            f"{BACKEND}=aws: the course does not run on live AWS yet. What keeps an account safe "
            "(account check, spending limit, expiry, tear-down from another computer) is not "
            f"built. Unset {BACKEND}; the SDK itself works on AWS, see fk.connect()."
        )
    if asked != "simulated":
        raise ConfigurationError(f"{BACKEND} is {asked!r}; it can be 'simulated', or unset")
    return asked


def speed_of(environment: Mapping[str, str] = os.environ) -> float:
    """Return how many seconds of Fargate pass in one real second.

    Raises:
        ConfigurationError: The environment names something that is no speed.
    """
    given = environment.get(SPEED, "").strip()
    if not given:
        return USUAL_SPEED
    try:
        speed = float(given)
    except ValueError:
        speed = 0.0
    if not 0 < speed < math.inf:
        raise ConfigurationError(f"{SPEED} is {given!r}; it must be a number above 0, such as 20")
    return speed


def is_strict(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a check that does not pass is an error, as in tests of the solutions."""
    return environment.get(STRICT, "") not in {"", "0"}
