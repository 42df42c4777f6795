"""What has to be said before a lab works on live AWS; all that is missing is told at once."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from fargate_kit.learn.switch import seated

__all__ = [
    "ACCOUNT",
    "HOURS",
    "LIMIT",
    "REGIONS",
    "Identity",
    "LiveSettings",
    "lab_mark",
    "read_settings",
    "refusals",
]

ACCOUNT: Final = "FARGATE_KIT_LIVE_ACCOUNT"
REGIONS: Final = "FARGATE_KIT_LIVE_REGIONS"
LIMIT: Final = "FARGATE_KIT_LIVE_LIMIT"
HOURS: Final = "FARGATE_KIT_LIVE_HOURS"

USUAL_REGION = "us-east-1"
USUAL_LIMIT = Decimal(1)
# Dollars. A lesson costs cents; who writes more than this has most likely slipped.
HIGHEST_LIMIT = Decimal(20)
USUAL_HOURS = 3.0
LONGEST_HOURS = 12.0
# Of a principal's name, in the names of things that AWS gives 64 characters.
LONGEST_OWNER = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who calls, as sts:GetCallerIdentity answers.

    Attributes:
        arn: Of the user, or of the session of a role.
    """

    account: str
    arn: str

    @property
    def owner(self) -> str:
        """What stands in the tag: the last parts of the ARN, in letters that any tag takes."""
        name = self.arn.rpartition(":")[2].partition("/")[2] or self.arn.rpartition(":")[2]
        return re.sub(r"[^A-Za-z0-9+\-=._:/@]", "-", name)[:128]

    @property
    def is_root(self) -> bool:
        """Whether this is the account's root user."""
        return self.arn.endswith(":root")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSettings:
    """What the environment says about live labs.

    Attributes:
        account: The only account in which anything is made.
        regions: The regions in which a lab may be.
        limit: US dollars that a lab may cost.
        hours: After so many hours a lab has expired.
    """

    account: str
    regions: tuple[str, ...] = (USUAL_REGION,)
    limit: Decimal = USUAL_LIMIT
    hours: float = USUAL_HOURS


def read_settings(
    environment: Mapping[str, str] = os.environ,
) -> tuple[LiveSettings, tuple[str, ...]]:
    """Read what the environment says about live labs.

    Returns:
        The settings, and every problem in words; with a problem they must not be used.
    """
    problems = []
    account = environment.get(ACCOUNT, "").strip()
    if not re.fullmatch(r"\d{12}", account):
        said = f"is {account!r}" if account else "is not set"
        problems.append(f"{ACCOUNT} {said}: set it to the 12 digits of the account you mean")
    regions = tuple(
        each.strip() for each in environment.get(REGIONS, USUAL_REGION).split(",") if each.strip()
    )
    if not regions:
        problems.append(f"{REGIONS} names no region; unset it for {USUAL_REGION}")
    limit = _number(environment.get(LIMIT, "").strip() or str(USUAL_LIMIT))
    if limit is None or not 0 < limit <= HIGHEST_LIMIT:
        given = environment.get(LIMIT, "")
        problems.append(
            f"{LIMIT} is {given!r}: it must be US dollars, above 0 and at most {HIGHEST_LIMIT}"
        )
    hours = _number(environment.get(HOURS, "").strip() or str(USUAL_HOURS))
    if hours is None or not 0 < hours <= Decimal(LONGEST_HOURS):
        given = environment.get(HOURS, "")
        problems.append(
            f"{HOURS} is {given!r}: it must be hours, above 0 and at most {LONGEST_HOURS:g}"
        )
    if environment.get("CI", "").strip().lower() not in {"", "0", "false"}:
        problems.append("CI is set: continuous integration is never live")
    settings = LiveSettings(
        account=account, regions=regions, limit=limit or USUAL_LIMIT, hours=float(hours or 1)
    )
    return settings, tuple(problems)


def refusals(settings: LiveSettings, identity: Identity, *, region: str) -> tuple[str, ...]:
    """Say in words why nothing may be made in an account that was asked who it is.

    Args:
        region: Where the lab would be.
    """
    problems = []
    if identity.account != settings.account:
        problems.append(
            f"the credentials are of account {identity.account}, and {ACCOUNT} is "
            f"{settings.account or 'not set'}"
        )
    if identity.is_root:
        problems.append(
            "the credentials are the root user's: make a user or a role with fewer rights"
        )
    if region not in settings.regions:
        allowed = ", ".join(settings.regions)
        problems.append(f"the region {region} is not allowed: {REGIONS} allows {allowed}")
    return tuple(problems)


def lab_mark(chapter: int, identity: Identity, environment: Mapping[str, str] = os.environ) -> str:
    """Return the mark of a live lab: the same again for the same person, seat and chapter.

    So who opens a lab after a crash takes down with it what the crash left, and nobody else's.
    """
    owner = re.sub(r"[^A-Za-z0-9_-]", "-", identity.owner.rpartition("/")[2])[:LONGEST_OWNER]
    return seated(f"lab-{chapter:02}.{owner}", environment)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
