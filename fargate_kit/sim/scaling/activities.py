"""The scaling activities of one region: what was scaled, and what was not and why."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from fargate_kit.sim.engine import Engine
from fargate_kit.sim.scaling import wording
from fargate_kit.sim.scaling.deciding import Hold
from fargate_kit.sim.scaling.state import DIMENSION, NAMESPACE, ActivityState

# User Guide, page application-auto-scaling-scaling-activities: six weeks.
_KEPT = 42 * 86_400 * 1_000_000


class Activities:
    """Remembers scaling activities.

    Args:
        engine: Whose time passes.
        region: Whose activities they are.
    """

    def __init__(self, engine: Engine, region: str) -> None:
        self._engine = engine
        self._ids = engine.random("scaling-activity", region)
        self._told = 0
        self._kept: list[ActivityState] = []
        # by resource and cause, since the last activity that was one
        self._held: dict[str, dict[str, Hold]] = {}

    def begin(
        self, resource_id: str, description: str, cause: str, *, count: int | None = None
    ) -> ActivityState:
        """Begin an activity."""
        self._held.pop(resource_id, None)
        return self._add(resource_id, description, cause, "InProgress", count=count)

    def end(self, activity: ActivityState, status: str, message: str) -> None:
        """End an activity."""
        activity.status, activity.message = status, message
        activity.ended_at = self._engine.now

    def hold(self, resource_id: str, cause: str, reason: Hold) -> None:
        """Tell why nothing was scaled, unless that was the last word on its cause."""
        held = self._held.setdefault(resource_id, {})
        if held.get(cause) == reason:
            return
        held[cause] = reason
        description = wording.ATTEMPTING.say()
        self._add(resource_id, description, cause, "Failed", reason=reason.picture())

    def of(
        self, resource_id: str | None, dimension: str | None, *, not_scaled: bool
    ) -> list[ActivityState]:
        """List activities, the newest first."""
        oldest = self._engine.now - _KEPT
        return [
            one
            for one in reversed(self._kept)
            if one.started_at >= oldest
            and resource_id in {None, one.resource_id}
            and dimension in {None, DIMENSION}
            and (not_scaled or one.reason is None)
        ]

    def _add(
        self,
        resource_id: str,
        description: str,
        cause: str,
        status: str,
        *,
        count: int | None = None,
        reason: Mapping[str, Any] | None = None,
    ) -> ActivityState:
        now = self._engine.now
        if self._kept and self._kept[0].started_at < now - 2 * _KEPT:
            self._kept = [one for one in self._kept if one.started_at >= now - _KEPT]
        self._told += 1
        made = ActivityState(
            number=self._told,
            id=str(uuid.UUID(int=self._ids.getrandbits(128), version=4)),
            resource_id=resource_id,
            description=description,
            cause=cause,
            started_at=now,
            status=status,
            count=count,
            reason=reason,
        )
        self._kept.append(made)
        return made


def picture(activity: ActivityState) -> dict[str, Any]:
    """Give an activity as DescribeScalingActivities does."""
    told: dict[str, Any] = {
        "ActivityId": activity.id,
        "ServiceNamespace": NAMESPACE,
        "ResourceId": activity.resource_id,
        "ScalableDimension": DIMENSION,
        "Description": activity.description,
        "Cause": activity.cause,
        "StartTime": seconds(activity.started_at),
        "StatusCode": activity.status,
    }
    if activity.ended_at is not None:
        told["EndTime"] = seconds(activity.ended_at)
    if activity.message is not None:
        told["StatusMessage"] = activity.message
    if activity.reason is not None:
        told["NotScaledReasons"] = [dict(activity.reason)]
    return told


def seconds(moment: int) -> float:
    """Tell microseconds as AWS tells moments: in seconds, to the millisecond."""
    return round(moment / 1_000_000, 3)
