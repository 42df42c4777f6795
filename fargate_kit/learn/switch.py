"""Which Fargate a lab works on: simulated, unless somebody says otherwise in so many words."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping

from fargate_kit.errors import ConfigurationError

__all__ = ["BACKEND", "SEAT", "SPEED", "STRICT", "backend", "is_strict", "seated", "speed_of"]

BACKEND, SPEED, STRICT = "FARGATE_KIT_BACKEND", "FARGATE_KIT_SPEED", "FARGATE_KIT_STRICT"
SEAT = "FARGATE_KIT_SEAT"
LONGEST_SEAT = 8
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


def seated(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return a name with the seat before it, where several share an account.

    Args:
        name: A slash at its beginning stays at the beginning.

    Raises:
        ConfigurationError: The seat is nothing that every name of AWS may begin with.
    """
    seat = environment.get(SEAT, "").strip()
    if not seat:
        return name
    if not re.fullmatch(rf"[a-z][a-z0-9]{{0,{LONGEST_SEAT - 1}}}", seat):
        raise ConfigurationError(
            f"{SEAT} is {seat!r}; it must be 1 to {LONGEST_SEAT} small letters and digits, "
            "a letter first, such as seat07"
        )
    slash = "/" if name.startswith("/") else ""
    return f"{slash}{seat}-{name.removeprefix('/')}"
