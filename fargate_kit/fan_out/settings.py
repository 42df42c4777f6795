"""How a fan-out runs: its settings, and which of them cannot work."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fargate_kit.errors import InvalidSpec
from fargate_kit.fan_out.spill import place_of
from fargate_kit.model.problems import Problem
from fargate_kit.model.values import Network

__all__ = ["CAPACITIES", "ON_DEMAND", "SPOT", "Settings", "check_settings"]

SPOT: Final = "FARGATE_SPOT"
ON_DEMAND: Final = "FARGATE"
CAPACITIES: Mapping[str, tuple[str, ...]] = {
    "spot-then-on-demand": (SPOT, ON_DEMAND),
    "spot": (SPOT,),
    "on-demand": (ON_DEMAND,),
}
# startedBy takes letters, digits, hyphens, underscores and slashes, 128 at most (ECS model); our
# own mark stands before the name.
JOB = re.compile(r"[A-Za-z0-9/_-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a fan-out runs; `Cluster.fan_out()` describes each."""

    limit: int
    retries: int
    capacities: Sequence[str]
    network: Network
    platform_version: str | None
    group: str | None
    tags: Mapping[str, str]
    timeout: float | None
    max_cost: float | None
    retry_exit_codes: Collection[int]


def check_settings(
    *,
    limit: int,
    retries: int,
    capacity: str,
    job: str | None,
    timeout: float | None,
    max_cost: float | None,
    spill_to: str | None,
    capacity_providers: Sequence[str],
) -> None:
    """Refuse settings that cannot work, all at once.

    Args:
        capacity_providers: Those of the cluster.

    Raises:
        InvalidSpec: Every problem; nothing was sent.
    """
    asked: list[tuple[str, object, str, bool]] = [
        ("limit", limit, "1 or more", limit >= 1),
        ("retries", retries, "0 or more", retries >= 0),
        ("capacity", capacity, ", ".join(CAPACITIES), capacity in CAPACITIES),
        (
            "job",
            job,
            "1 to 100 letters, digits, hyphens, underscores and slashes",
            job is None or JOB.fullmatch(job) is not None,
        ),
        ("timeout", timeout, "seconds, more than 0", timeout is None or timeout > 0),
        ("max_cost", max_cost, "dollars, more than 0", max_cost is None or max_cost > 0),
        (
            "spill_to",
            spill_to,
            "a bucket, or s3://bucket/prefix",
            spill_to is None or place_of(spill_to) is not None,
        ),
        (
            "capacity",
            capacity,
            "on-demand, because the cluster has no capacity provider FARGATE_SPOT",
            capacity != "spot" or SPOT in capacity_providers,
        ),
    ]
    problems = [
        Problem(
            path=name,
            rule="fan-out",
            given=given,
            allowed=allowed,
            message=f"{name}: {given!r} is not possible; it may be {allowed}",
        )
        for name, given, allowed, fine in asked
        if not fine
    ]
    if problems:
        raise InvalidSpec("this fan-out", problems)
