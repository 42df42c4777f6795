"""One-time schedules of EventBridge Scheduler that end something: they are kept by moto, and fire.

Only what the course sets is simulated: `at(…)` with the universal targets `ecs:updateService`,
`ecs:stopTask` and `elasticloadbalancingv2:deleteLoadBalancer`. The role has to be there; its policy
is not evaluated, and what AWS refuses is not tried again. Any other schedule is kept and does
nothing. Source: EventBridge Scheduler User Guide, "Using universal targets" and "Schedule types".
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from fargate_kit.sim.engine import Engine, Entry
from fargate_kit.sim.request import Request
from fargate_kit.sim.scaling.schedules import InvalidSchedule, Once, read_schedule

__all__ = ["ScheduleFact", "ScheduleRecords", "Schedules"]

log = logging.getLogger("fargate_kit.sim")

_PREFIX: Final = ":scheduler:::aws-sdk:"
_ECS: Final = {"ecs:updateService": "UpdateService", "ecs:stopTask": "StopTask"}
_DELETE_BALANCER: Final = "elasticloadbalancingv2:deleteLoadBalancer"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFact:
    """A schedule as moto keeps it."""

    group: str
    name: str
    expression: str
    timezone: str
    target: str
    role: str
    input: str
    enabled: bool
    deleted_after: bool

    @property
    def key(self) -> tuple[str, str]:
        """What no two schedules of a region have in common."""
        return self.group, self.name


class ScheduleRecords(Protocol):
    """Where schedules are kept."""

    def schedules(self, region: str) -> tuple[ScheduleFact, ...]:
        """List the schedules of a region."""
        ...

    def delete_schedule(self, region: str, group: str, name: str) -> None:
        """Forget a schedule that has completed."""
        ...

    def role_exists(self, arn: str) -> bool:
        """Tell whether there is such a role."""
        ...


class Schedules:
    """The schedules of one region, and their firing.

    Args:
        send: Answers a request as if a client had sent it.
    """

    def __init__(
        self,
        engine: Engine,
        records: ScheduleRecords,
        region: str,
        send: Callable[[Request], object],
    ) -> None:
        self._engine = engine
        self._records = records
        self._region = region
        self._send = send
        self._armed: dict[ScheduleFact, Entry] = {}

    def changed(self) -> None:
        """Take note that somebody has made, changed or deleted schedules."""
        there = set(self._records.schedules(self._region))
        for gone in [fact for fact in self._armed if fact not in there]:
            self._engine.cancel(self._armed.pop(gone))
        for fact in sorted(there - self._armed.keys(), key=lambda each: each.key):
            self._arm(fact)

    def _arm(self, fact: ScheduleFact) -> None:
        at = _moment(fact)
        if at is None or not fact.enabled or _request(fact, self._region) is None:
            return
        # A moment is one of the axis: on a fast clock, of real time.
        ticks = self._engine.clock.ticks(1.0)
        seconds = max(0, at - self._engine.now) / ticks
        self._armed[fact] = self._engine.after(
            seconds, lambda: self._fire(fact, at), background=True, name=f"schedule {fact.name}"
        )

    def _fire(self, fact: ScheduleFact, at: int) -> None:
        self._armed.pop(fact, None)
        if self._engine.now < at:
            self._arm(fact)  # The clock's speed was changed meanwhile.
            return
        request = _request(fact, self._region)
        if request is None or fact not in self._records.schedules(self._region):
            return
        if self._records.role_exists(fact.role):
            self._send(request)
        else:
            log.warning("schedule %s did nothing: there is no role %s", fact.name, fact.role)
        if fact.deleted_after:
            self._records.delete_schedule(self._region, fact.group, fact.name)


def _moment(fact: ScheduleFact) -> int | None:
    try:
        schedule = read_schedule(fact.expression, fact.timezone)
    except InvalidSchedule:
        return None
    return schedule.at if isinstance(schedule, Once) else None


def _request(fact: ScheduleFact, region: str) -> Request | None:
    """Return the request that a universal target makes; None for any other target."""
    target = fact.target.partition(_PREFIX)[2]
    try:
        asked = json.loads(fact.input)
    except ValueError:
        return None
    if not isinstance(asked, dict):
        return None
    if target in _ECS:
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"AmazonEC2ContainerServiceV20141113.{_ECS[target]}",
        }
        return _signed(region, "ecs", headers, json.dumps(_as_ecs_has_it(asked)))
    if target == _DELETE_BALANCER:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        form = {"Action": "DeleteLoadBalancer", "Version": "2015-12-01", **asked}
        return _signed(region, "elasticloadbalancing", headers, urlencode(form))
    return None


def _as_ecs_has_it(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return members with a small first letter; in a universal target it is a capital one."""
    return {name[:1].lower() + name[1:]: value for name, value in asked.items()}


def _signed(region: str, service: str, headers: Mapping[str, str], body: str) -> Request:
    scope = f"SCHEDULER/20260101/{region}/{service}/aws4_request"
    signature = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    return Request(
        method="POST",
        path="/",
        query="",
        headers={
            "host": f"{service}.{region}.amazonaws.com",
            "authorization": signature,
            **headers,
        },
        body=body.encode(),
    )
