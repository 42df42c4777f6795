"""Which Fargate a lab works on: simulated, unless somebody says otherwise in so many words."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from fargate_kit.errors import ConfigurationError

__all__ = [
    "BACKEND",
    "ENDPOINT",
    "SEAT",
    "SPEED",
    "STRICT",
    "backend",
    "endpoint_of",
    "is_strict",
    "seat_of",
    "seated",
    "speed_of",
]

BACKEND, SPEED, STRICT = "FARGATE_KIT_BACKEND", "FARGATE_KIT_SPEED", "FARGATE_KIT_STRICT"
SEAT = "FARGATE_KIT_SEAT"
ENDPOINT = "FARGATE_KIT_ENDPOINT"
LONGEST_SEAT = 8
USUAL_SPEED = 20.0
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def backend(environment: Mapping[str, str] = os.environ) -> str:
    """Return `simulated`, or `aws` where the environment asks for live AWS.

    That alone makes nothing live: see `fargate_kit.learn.live`.

    Raises:
        ConfigurationError: The environment asks for something unknown.
    """
    asked = environment.get(BACKEND, "").strip().lower() or "simulated"
    if asked not in {"simulated", "aws"}:
        raise ConfigurationError(
            f"{BACKEND} is {asked!r}; it can be 'simulated', or unset, or 'aws' for live AWS"
        )
    return asked


def endpoint_of(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return where a simulated Fargate is served that several labs share; None is one's own.

    Raises:
        ConfigurationError: It is not on this machine. A simulator listens on the loopback address
            alone; to another computer's leads an SSH tunnel, which begins on this one.
    """
    given = environment.get(ENDPOINT, "").strip()
    if not given:
        return None
    url = urlsplit(given)
    if url.scheme != "http" or url.hostname not in _LOOPBACK:
        raise ConfigurationError(
            f"{ENDPOINT} is {given!r}; it must be the URL that `fargate-kit sim` prints on this "
            "machine, such as http://127.0.0.1:4566"
        )
    return given.rstrip("/")


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


def seat_of(environment: Mapping[str, str] = os.environ) -> str:
    """Return the seat that one has in an account that several share; empty is none.

    Raises:
        ConfigurationError: It is nothing that every name of AWS may begin with.
    """
    seat = environment.get(SEAT, "").strip()
    if seat and not re.fullmatch(rf"[a-z][a-z0-9]{{0,{LONGEST_SEAT - 1}}}", seat):
        raise ConfigurationError(
            f"{SEAT} is {seat!r}; it must be 1 to {LONGEST_SEAT} small letters and digits, "
            "a letter first, such as seat07"
        )
    return seat


def seated(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return a name with the seat before it, where several share an account.

    Args:
        name: A slash at its beginning stays at the beginning.

    Raises:
        ConfigurationError: The seat is nothing that every name of AWS may begin with.
    """
    seat = seat_of(environment)
    if not seat:
        return name
    slash = "/" if name.startswith("/") else ""
    return f"{slash}{seat}-{name.removeprefix('/')}"
