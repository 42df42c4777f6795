"""The parts of a service's scaling as AWS describes them: what rests, policies, alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from fargate_kit.model.values import moment

__all__ = ["ScalingAlarm", "ScalingPolicy", "Suspension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """What of a service's scaling rests.

    Attributes:
        scale_in: Whether policies take no tasks away.
        scale_out: Whether policies add no tasks.
        scheduled: Whether schedules change nothing.
    """

    scale_in: bool = False
    scale_out: bool = False
    scheduled: bool = False

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse `SuspendedState`."""
        return cls(
            scale_in=raw.get("DynamicScalingInSuspended", False),
            scale_out=raw.get("DynamicScalingOutSuspended", False),
            scheduled=raw.get("ScheduledScalingSuspended", False),
        )

    def to_api(self) -> dict[str, bool]:
        """Return `SuspendedState`."""
        return {
            "DynamicScalingInSuspended": self.scale_in,
            "DynamicScalingOutSuspended": self.scale_out,
            "ScheduledScalingSuspended": self.scheduled,
        }

    def __bool__(self) -> bool:
        return self.scale_in or self.scale_out or self.scheduled


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingPolicy:
    """A scaling policy as AWS described it at one moment.

    Attributes:
        kind: `TargetTrackingScaling` or `StepScaling`.
        configuration: AWS's own, as it was put.
        alarm_names: The CloudWatch alarms that make it act.
        raw: AWS's own answer.
    """

    arn: str
    name: str
    kind: str
    configuration: Mapping[str, Any]
    alarm_names: tuple[str, ...]
    created_at: datetime | None
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a member of `ScalingPolicies` of DescribeScalingPolicies."""
        kind = raw.get("PolicyType", "")
        return cls(
            arn=raw["PolicyARN"],
            name=raw["PolicyName"],
            kind=kind,
            configuration=raw.get(f"{kind}PolicyConfiguration") or {},
            alarm_names=tuple(alarm["AlarmName"] for alarm in raw.get("Alarms") or ()),
            created_at=moment(raw.get("CreationTime")),
            raw=raw,
        )

    @property
    def target(self) -> float | None:
        """Where its metric shall be; None for steps."""
        value = self.configuration.get("TargetValue")
        return None if value is None else float(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingAlarm:
    """An alarm that makes a policy act, as CloudWatch described it at one moment.

    Attributes:
        state: `OK`, `ALARM`, or `INSUFFICIENT_DATA`: then its policy does nothing.
        reason: CloudWatch's words on the state.
        raw: AWS's own answer.
    """

    name: str
    state: str
    reason: str
    metric: str
    threshold: float | None
    changed_at: datetime | None
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a member of `MetricAlarms` of DescribeAlarms."""
        return cls(
            name=raw["AlarmName"],
            state=raw.get("StateValue", ""),
            reason=raw.get("StateReason", ""),
            metric=raw.get("MetricName", ""),
            threshold=raw.get("Threshold"),
            changed_at=moment(raw.get("StateUpdatedTimestamp")),
            raw=raw,
        )
