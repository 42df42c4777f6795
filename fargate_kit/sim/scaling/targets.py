"""Scalable targets, their tags, and the activities that scaled them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.engine import Engine
from fargate_kit.sim.scaling import wording
from fargate_kit.sim.scaling.activities import Activities, seconds
from fargate_kit.sim.scaling.activities import picture as activity_picture
from fargate_kit.sim.scaling.fleet import Fleet
from fargate_kit.sim.scaling.listing import asked_for, check_asked, page_of
from fargate_kit.sim.scaling.names import Names, called, check_dimension, read_resource
from fargate_kit.sim.scaling.state import DIMENSION, NAMESPACE, Suspension, TargetState

MOST_TARGETS = 3000  # General Reference, Application Auto Scaling endpoints and quotas
MOST_TAGS = 50

Params = Mapping[str, Any]


class TargetBook:
    """The scalable targets of one region, by resource id."""

    def __init__(self) -> None:
        self.all: dict[str, TargetState] = {}

    def find(self, params: Params) -> TargetState:
        """Find the target that a request names.

        Raises:
            AwsError: `ObjectNotFoundException`: it is not registered.
        """
        check_dimension(params)
        found = self.all.get(params["ResourceId"])
        if found is None or params["ServiceNamespace"] != NAMESPACE:
            raise wording.TARGET_MISSING.error(**called(params))
        return found


class TargetOperations:
    """The operations on scalable targets.

    Args:
        engine: Whose time passes.
        names: Draws ARNs.
        book: The targets.
        fleet: What is scaled.
        activities: What was scaled.
        changed: Told of a target whose bounds were set.
        removed: Told of a target that is deregistered.
    """

    def __init__(
        self,
        engine: Engine,
        names: Names,
        book: TargetBook,
        fleet: Fleet,
        activities: Activities,
        changed: Callable[[TargetState], None],
        removed: Callable[[TargetState], None],
    ) -> None:
        self._engine = engine
        self._names = names
        self._book = book
        self._fleet = fleet
        self._activities = activities
        self._changed = changed
        self._removed = removed

    def register(self, params: Params) -> dict[str, Any]:
        """Register a target, or change one; what is not given stays."""
        cluster, service = read_resource(params)
        held = self._book.all.get(params["ResourceId"])
        minimum = params.get("MinCapacity", held.minimum if held else None)
        maximum = params.get("MaxCapacity", held.maximum if held else None)
        if minimum is None or maximum is None:
            raise wording.BOUNDS_REQUIRED.error()
        check_bounds(minimum, maximum)
        tags = _read_tags(params.get("Tags") or {})
        if self._fleet.find(cluster, service) is None:
            raise wording.SERVICE_MISSING.error(id=params["ResourceId"])
        suspended = _suspension(params.get("SuspendedState") or {}, held)
        if held is None:
            if len(self._book.all) >= MOST_TARGETS:
                raise wording.TOO_MANY_TARGETS.error(most=MOST_TARGETS)
            held = self._book.all[params["ResourceId"]] = TargetState(
                resource_id=params["ResourceId"],
                cluster=cluster,
                service=service,
                arn=self._names.target(),
                created_at=self._engine.now,
                minimum=minimum,
                maximum=maximum,
                suspended=suspended,
                tags=tags,
            )
        else:
            held.minimum, held.maximum, held.suspended = minimum, maximum, suspended
            if tags:
                _add_tags(held, tags)
        self._changed(held)
        return {"ScalableTargetARN": held.arn}

    def deregister(self, params: Params) -> dict[str, Any]:
        """Deregister a target, with its policies, their alarms, and its scheduled actions."""
        target = self._book.find(params)
        self._removed(target)
        del self._book.all[target.resource_id]
        return {}

    def describe(self, params: Params) -> dict[str, Any]:
        """Describe targets."""
        check_dimension(params)
        wanted = params.get("ResourceIds")
        if params.get("ScalableDimension") and not wanted:
            raise wording.DIMENSION_NEEDS_RESOURCE.error()
        found = [
            target
            for target in sorted(self._book.all.values(), key=lambda one: one.resource_id)
            if asked_for(params, target.resource_id)
            and (not wanted or target.resource_id in wanted)
        ]
        return page_of(
            "DescribeScalableTargets",
            params,
            found,
            member="ScalableTargets",
            key=lambda one: one.resource_id,
            picture=self._picture,
        )

    def describe_activities(self, params: Params) -> dict[str, Any]:
        """Describe what was scaled, and if wished what was not."""
        check_asked(params)
        found = self._activities.of(
            params.get("ResourceId"),
            params.get("ScalableDimension"),
            not_scaled=params.get("IncludeNotScaledActivities", False),
        )
        return page_of(
            "DescribeScalingActivities",
            params,
            found if params["ServiceNamespace"] == NAMESPACE else [],
            member="ScalingActivities",
            key=lambda one: one.number,
            picture=activity_picture,
            descending=True,
        )

    def list_tags(self, params: Params) -> dict[str, Any]:
        """Tell the tags of a target."""
        return {"Tags": dict(self._of_arn(params).tags)}

    def tag(self, params: Params) -> dict[str, Any]:
        """Add tags, or change their values."""
        tags = _read_tags(params["Tags"])
        _add_tags(self._of_arn(params), tags)
        return {}

    def untag(self, params: Params) -> dict[str, Any]:
        """Take tags away; a key that is not there is passed over."""
        target = self._of_arn(params)
        for key in params["TagKeys"]:
            target.tags.pop(key, None)
        return {}

    def _of_arn(self, params: Params) -> TargetState:
        arn = params["ResourceARN"]
        for target in self._book.all.values():
            if target.arn == arn:
                return target
        error = wording.RESOURCE_MISSING.error(arn=arn)
        error.members["ResourceName"] = arn
        raise error

    def _picture(self, target: TargetState) -> dict[str, Any]:
        return {
            "ServiceNamespace": NAMESPACE,
            "ResourceId": target.resource_id,
            "ScalableDimension": DIMENSION,
            "MinCapacity": target.minimum,
            "MaxCapacity": target.maximum,
            "RoleARN": self._names.role,
            "CreationTime": seconds(target.created_at),
            "SuspendedState": {
                "DynamicScalingInSuspended": target.suspended.scaling_in,
                "DynamicScalingOutSuspended": target.suspended.scaling_out,
                "ScheduledScalingSuspended": target.suspended.scheduled,
            },
            "ScalableTargetARN": target.arn,
        }


def check_bounds(minimum: int, maximum: int) -> None:
    """Refuse bounds that cannot be.

    Raises:
        AwsError: One is negative, or the maximum is below the minimum.
    """
    for member, value in (("MinCapacity", minimum), ("MaxCapacity", maximum)):
        if value < 0:
            raise wording.BOUND_NEGATIVE.error(member=member, given=value)
    if maximum < minimum:
        raise wording.BOUNDS_CROSSED.error(minimum=minimum, maximum=maximum)


def _suspension(given: Params, held: TargetState | None) -> Suspension:
    old = held.suspended if held else Suspension()
    return Suspension(
        scaling_in=given.get("DynamicScalingInSuspended", old.scaling_in),
        scaling_out=given.get("DynamicScalingOutSuspended", old.scaling_out),
        scheduled=given.get("ScheduledScalingSuspended", old.scheduled),
    )


def _read_tags(given: Mapping[str, str]) -> dict[str, str]:
    for key, value in given.items():
        if key.lower().startswith("aws:"):
            raise wording.TAG_RESERVED.error(key=key)
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise wording.TAG_LENGTH.error(key=key[:140])
    if len(given) > MOST_TAGS:
        raise wording.TOO_MANY_TAGS.error(most=MOST_TAGS)
    return dict(given)


def _add_tags(target: TargetState, tags: Mapping[str, str]) -> None:
    if len({*target.tags, *tags}) > MOST_TAGS:
        error = wording.TOO_MANY_TAGS.error(most=MOST_TAGS)
        error.members["ResourceName"] = target.arn
        raise error
    target.tags.update(tags)
