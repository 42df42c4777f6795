"""AWS's quotas as data: how often, how fast and how many; off unless a world is told to keep them.

Sources: AWS General Reference, "Amazon ECS endpoints and quotas"; Developer Guide, page throttling;
and those of `quota_buckets`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fargate_kit.sim.quota_buckets import PUBLISHED, Bucket, Rate

__all__ = ["Bucket", "InvalidQuotas", "Quotas", "Rate"]

# The Regions with the higher launch rates; all others have the lower ones.
LARGE_REGIONS = frozenset({
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"),
    *("ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
    *("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"),
})
LARGE_LAUNCH_RATE, SMALL_LAUNCH_RATE = Rate(size=100, refill=20), Rate(size=25, refill=5)
LARGE_SERVICE_LAUNCHES, SMALL_SERVICE_LAUNCHES = 500, 125


class InvalidQuotas(ValueError):
    """Quotas that make no sense; the message says which, and what they may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """What an account may do, with AWS's defaults; all of it counts in each Region apart.

    Args:
        buckets: How often operations may be called.
        on_demand_launches: How fast on-demand tasks start; None for what AWS publishes for
            the Region.
        spot_launches: The same for Spot tasks.
        service_launches: How many tasks a service starts in a minute; None for what AWS
            publishes for the Region.
        on_demand_vcpu: vCPU of all on-demand tasks together.
        spot_vcpu: vCPU of all Spot tasks together.
        clusters: How many there may be.
        services_per_cluster: How many a cluster may have.
        tasks_per_service: The highest desired count.
        tasks_per_discovered_service: The same with service discovery or Service Connect.
        containers_per_task_definition: How many a definition may have.
        task_definition_size: In bytes, as it is registered.
        revisions_per_family: How many task definitions a family may have had.

    Raises:
        InvalidQuotas: One of them is not a positive number, or two buckets have one name.
    """

    buckets: tuple[Bucket, ...] = PUBLISHED
    on_demand_launches: Rate | None = None
    spot_launches: Rate | None = None
    service_launches: int | None = None
    on_demand_vcpu: float = 6
    spot_vcpu: float = 6
    clusters: int = 10_000
    services_per_cluster: int = 5_000
    tasks_per_service: int = 5_000
    tasks_per_discovered_service: int = 1_000
    containers_per_task_definition: int = 10
    task_definition_size: int = 64 * 1024
    revisions_per_family: int = 1_000_000

    def __post_init__(self) -> None:
        names = [bucket.name for bucket in self.buckets]
        if len(names) != len(set(names)):
            raise InvalidQuotas("two buckets have the same name")
        for bucket in self.buckets:
            for rate in (bucket.rate, *bucket.regions.values()):
                _check_rate(bucket.name, rate)
        for field in dataclasses.fields(self)[1:]:
            _check(field.name, getattr(self, field.name))

    def launch_rate(self, region: str, *, spot: bool) -> Rate:
        """Give how fast tasks start in a Region."""
        given = self.spot_launches if spot else self.on_demand_launches
        published = LARGE_LAUNCH_RATE if region in LARGE_REGIONS else SMALL_LAUNCH_RATE
        return given or published

    def service_launches_in(self, region: str) -> int:
        """Give how many tasks a service of a Region starts in a minute."""
        large = region in LARGE_REGIONS
        published = LARGE_SERVICE_LAUNCHES if large else SMALL_SERVICE_LAUNCHES
        return self.service_launches or published

    def with_rate(self, bucket: str, *, size: float, refill: float) -> Quotas:
        """Give the same quotas, one bucket of which has another rate in every Region.

        Args:
            bucket: Its name, e.g. `ecs service modify`.
            size: How many calls at once.
            refill: How many calls a second.

        Raises:
            InvalidQuotas: There is no such bucket, or a number is not positive.
        """
        names = [one.name for one in self.buckets]
        if bucket not in names:
            raise InvalidQuotas(f"no such bucket: {bucket!r}; there are {', '.join(names)}")
        rate = Rate(size=size, refill=refill)
        changed = tuple(
            dataclasses.replace(one, rate=rate, regions={}) if one.name == bucket else one
            for one in self.buckets
        )
        return dataclasses.replace(self, buckets=changed)


def quotas_to_json(quotas: Quotas) -> dict[str, Any]:
    """Write quotas in JSON form; each bucket by its name."""
    picture: dict[str, Any] = {}
    for field in dataclasses.fields(quotas)[1:]:
        value = getattr(quotas, field.name)
        picture[field.name] = dataclasses.asdict(value) if isinstance(value, Rate) else value
    picture["buckets"] = {
        bucket.name: {
            **dataclasses.asdict(bucket.rate),
            "operations": list(bucket.operations),
            **({"regions": _regions(bucket)} if bucket.regions else {}),
        }
        for bucket in quotas.buckets
    }
    return picture


def changed_quotas(quotas: Quotas, wish: Mapping[str, Any]) -> Quotas:
    """Give quotas with what a wish in JSON form says.

    Args:
        quotas: What holds for all that the wish does not name.
        wish: e.g. `{"on_demand_vcpu": 20, "buckets": {"ecs service modify": {"size": 5,
            "refill": 1}}}`.

    Raises:
        InvalidQuotas: A member is unknown or wrong; the message says what is allowed.
    """
    members = dict(wish)
    fields = [field.name for field in dataclasses.fields(quotas)]
    for name in members:
        if name not in fields:
            raise InvalidQuotas(f"no such quota: {name!r}; there are {', '.join(fields)}")
    buckets = members.pop("buckets", {})
    if not isinstance(buckets, Mapping):
        raise InvalidQuotas(f"'buckets' is an object of buckets by name, not {buckets!r}")
    for name in ("on_demand_launches", "spot_launches"):
        if members.get(name) is not None:
            members[name] = _rate(name, members[name])
    quotas = dataclasses.replace(quotas, **members)
    for name, value in buckets.items():
        rate = _rate(name, value)
        quotas = quotas.with_rate(name, size=rate.size, refill=rate.refill)
    return quotas


def _regions(bucket: Bucket) -> dict[str, Any]:
    return {region: dataclasses.asdict(rate) for region, rate in bucket.regions.items()}


def _rate(name: str, value: Any) -> Rate:
    if not isinstance(value, Mapping) or set(value) != {"size", "refill"}:
        raise InvalidQuotas(f"{name!r} is an object of size and refill, not {value!r}")
    rate = Rate(size=value["size"], refill=value["refill"])
    _check_rate(name, rate)
    return rate


def _check_rate(name: str, rate: Rate) -> None:
    if not (_is_number(rate.size) and rate.size >= 1):
        raise InvalidQuotas(f"'size' of {name!r} is a number, 1 or more, not {rate.size!r}")
    if not (_is_number(rate.refill) and rate.refill > 0):
        raise InvalidQuotas(f"'refill' of {name!r} is a number above 0, not {rate.refill!r}")


def _check(name: str, value: Any) -> None:
    if isinstance(value, Rate):
        _check_rate(name, value)
        return
    if value is None and name.endswith("_launches"):
        return
    if name.endswith("_vcpu"):
        if not (_is_number(value) and value > 0):
            raise InvalidQuotas(f"{name!r} is a number above 0, not {value!r}")
    elif type(value) is not int or value < 1:
        raise InvalidQuotas(f"{name!r} is a whole number, 1 or more, not {value!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and type(value) is not bool and math.isfinite(value)
