"""The state of scalable targets: mutable, and seen by clients only through fresh pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fargate_kit.sim.engine import Entry
from fargate_kit.sim.load_balancing.metrics import Dimensions
from fargate_kit.sim.scaling.arithmetic import Step
from fargate_kit.sim.scaling.schedules import Schedule

# All moments are microseconds on the engine's axis.

NAMESPACE, DIMENSION = "ecs", "ecs:service:DesiredCount"
STEP, TRACKING, PREDICTIVE = "StepScaling", "TargetTrackingScaling", "PredictiveScaling"
USUAL_COOLDOWN = 300  # of ECS services (API reference, TargetTrackingScalingPolicyConfiguration)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """What of a scalable target's scaling is suspended."""

    scaling_in: bool = False
    scaling_out: bool = False
    scheduled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """How a policy tracks a target.

    Args:
        statistic: CloudWatch's word.
        asked: The configuration as the request has it.
    """

    target: float
    namespace: str
    metric: str
    dimensions: Dimensions
    statistic: str
    unit: str | None
    out_cooldown: int
    in_cooldown: int
    scale_in: bool
    asked: Mapping[str, Any]

    def same_metric(self, other: Tracking) -> bool:
        """Tell whether two policies look at one metric."""
        mine = (self.namespace, self.metric, sorted(self.dimensions), self.statistic)
        its = (other.namespace, other.metric, sorted(other.dimensions), other.statistic)
        return mine == its


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepping:
    """How a policy scales in steps.

    Args:
        kind: The adjustment type.
        magnitude: The least change by a percentage.
        aggregation: Average, Minimum or Maximum.
        asked: The configuration as the request has it.
    """

    kind: str
    steps: tuple[Step, ...]
    magnitude: int
    cooldown: int
    aggregation: str
    asked: Mapping[str, Any]


@dataclass(slots=True, kw_only=True, eq=False)
class PolicyState:
    """A scaling policy.

    Args:
        high: The name of its alarm for scaling out; empty for step scaling.
        low: The name of its alarm for scaling in; empty for step scaling.
    """

    name: str
    arn: str
    created_at: int
    configuration: Tracking | Stepping
    high: str = ""
    low: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class ScheduledActionState:
    """A scheduled action.

    Args:
        expression: The schedule as the request has it.
        due: When it fires next; None for never again.
        entry: The firing.
    """

    name: str
    arn: str
    created_at: int
    expression: str
    schedule: Schedule
    timezone: str | None
    starts_at: int | None
    ends_at: int | None
    minimum: int | None
    maximum: int | None
    due: int | None = None
    entry: Entry | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class ActivityState:
    """A scaling activity, or one that was not: then there is a reason.

    Args:
        number: Grows by one with every activity of a region.
        count: The desired count that is to be reached.
    """

    number: int
    id: str
    resource_id: str
    description: str
    cause: str
    started_at: int
    status: str
    message: str | None = None
    ended_at: int | None = None
    reason: Mapping[str, Any] | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooldown:
    """A cooldown that runs.

    Args:
        seconds: How long it takes, nominally.
        until: When it ends.
        base: The capacity before the scaling that began it.
    """

    seconds: int
    until: int
    base: int


@dataclass(slots=True, kw_only=True, eq=False)
class TargetState:
    """A scalable target.

    Args:
        after_out: The cooldown after a scale-out.
        after_in: The cooldown after a scale-in.
        emptied_at: Since when it has no tasks because it was scaled in to none.
        ongoing: The activity that has yet to be fulfilled.
        outward: Whether that one is a scale-out.
    """

    resource_id: str
    cluster: str
    service: str
    arn: str
    created_at: int
    minimum: int
    maximum: int
    suspended: Suspension
    tags: dict[str, str]
    policies: dict[str, PolicyState] = field(default_factory=dict)
    actions: dict[str, ScheduledActionState] = field(default_factory=dict)
    after_out: Cooldown | None = None
    after_in: Cooldown | None = None
    emptied_at: int | None = None
    ongoing: ActivityState | None = None
    outward: bool = False
