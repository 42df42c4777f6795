"""Scaling in steps that a metric's value chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from fargate_kit.model.arguments import wrong_argument
from fargate_kit.model.problems import Problem, Rule
from fargate_kit.scaling.rules import (
    IN_COOLDOWN,
    MODEL,
    OUT_COOLDOWN,
    check_cooldown,
    check_name,
    check_number,
)

__all__ = ["StepScaling"]

STEPS = Rule(
    id="scaling-steps",
    says="There are 1 to 20 steps, and metrics are looked at in whole minutes.",
    source=f"{MODEL}, StepAdjustment; CloudWatch model, PutMetricAlarm",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepScaling:
    """Change the count in steps that a metric's value chooses.

    `StepScaling.cpu(above={70: 1, 85: 3})` starts one task from 70 percent on and three from 85 on;
    `StepScaling.cpu(below={30: -1, 10: -2})` stops one at 30 or less and two at 10 or less. The
    alarm is made with the policy and goes with it.

    Attributes:
        metric: A CloudWatch metric's `Namespace`, `MetricName` and `Dimensions`; without dimensions
            it is the service's own.
        above: The metric's values from which on a change is made, each with its change.
        below: The values at and under which one is made; give one of the two.
        name: What policy and alarm are known by.
        kind: `count` changes by so many tasks, `percent` by a part of those there are, and `exact`
            sets the count.
        least: The least change by a percentage, in tasks.
        cooldown: Seconds after a scaling in which only a larger one is made; None is 60 after a
            scale-out and 300 after a scale-in.
        minutes: For how many minutes in a row the metric must be there. Three keep a short peak
            from starting tasks that are not needed any more when they run.
        statistic: `Average`, `Minimum`, `Maximum` or `Sum` of each minute.
    """

    KIND: ClassVar[str] = "StepScaling"
    metric: Mapping[str, Any]
    name: str
    above: Mapping[float, int] = field(default_factory=dict)
    below: Mapping[float, int] = field(default_factory=dict)
    kind: Literal["count", "percent", "exact"] = "count"
    least: int | None = None
    cooldown: int | None = None
    minutes: int = 3
    statistic: str = "Average"

    @classmethod
    def cpu(
        cls,
        *,
        above: Mapping[float, int] | None = None,
        below: Mapping[float, int] | None = None,
        name: str | None = None,
        kind: Literal["count", "percent", "exact"] = "count",
        least: int | None = None,
        cooldown: int | None = None,
        minutes: int = 3,
    ) -> StepScaling:
        """Scale by the tasks' average CPU use, in percent of what they may use."""
        return cls(
            metric={"Namespace": "AWS/ECS", "MetricName": "CPUUtilization"},
            name=name or ("cpu-above" if above else "cpu-below"),
            above=above or {},
            below=below or {},
            kind=kind,
            least=least,
            cooldown=cooldown,
            minutes=minutes,
        )

    @classmethod
    def memory(
        cls,
        *,
        above: Mapping[float, int] | None = None,
        below: Mapping[float, int] | None = None,
        name: str | None = None,
        kind: Literal["count", "percent", "exact"] = "count",
        least: int | None = None,
        cooldown: int | None = None,
        minutes: int = 3,
    ) -> StepScaling:
        """Scale by the tasks' average memory use, in percent of what they may use."""
        return cls(
            metric={"Namespace": "AWS/ECS", "MetricName": "MemoryUtilization"},
            name=name or ("memory-above" if above else "memory-below"),
            above=above or {},
            below=below or {},
            kind=kind,
            least=least,
            cooldown=cooldown,
            minutes=minutes,
        )

    @property
    def steps(self) -> Mapping[float, int]:
        """The values with their changes, whichever side they are on."""
        return self.above or self.below

    @property
    def threshold(self) -> float:
        """Where the alarm goes off."""
        return float(min(self.above) if self.above else max(self.below))

    def to_api(self) -> dict[str, Any]:
        """Return `StepScalingPolicyConfiguration`; AWS counts from the alarm's threshold."""
        outward = any(change > 0 for change in self.steps.values())
        usual = OUT_COOLDOWN if outward else IN_COOLDOWN
        raw: dict[str, Any] = {
            "AdjustmentType": {
                "count": "ChangeInCapacity",
                "percent": "PercentChangeInCapacity",
                "exact": "ExactCapacity",
            }[self.kind],
            "StepAdjustments": self._adjustments(),
            "Cooldown": self.cooldown if self.cooldown is not None else usual,
            "MetricAggregationType": (
                self.statistic if self.statistic in {"Minimum", "Maximum"} else "Average"
            ),
        }
        if self.least is not None:
            raw["MinAdjustmentMagnitude"] = self.least
        return raw

    def alarm(self, cluster: str, service: str) -> dict[str, Any] | None:
        """Return the members of PutMetricAlarm, but for its action and tags."""
        own = [
            {"Name": "ClusterName", "Value": cluster},
            {"Name": "ServiceName", "Value": service},
        ]
        comparison = "GreaterThanOrEqualToThreshold" if self.above else "LessThanOrEqualToThreshold"
        return {
            "AlarmName": f"fargate-kit/{cluster}/{service}/{self.name}",
            "AlarmDescription": f"Scales service {service} in steps; it goes with its policy.",
            "Namespace": self.metric["Namespace"],
            "MetricName": self.metric["MetricName"],
            "Dimensions": list(self.metric.get("Dimensions", own)),
            "Statistic": self.statistic,
            "Period": 60,
            "EvaluationPeriods": self.minutes,
            "Threshold": self.threshold,
            "ComparisonOperator": comparison,
        }

    def problems(self) -> list[Problem]:
        """Return what AWS would refuse of it."""
        found = check_name(self.name)
        self._check_kinds()
        asked = [
            ("steps", len(self.steps), 1 <= len(self.steps) <= 20, "1 to 20 steps"),
            (
                "above and below",
                "both",
                not (self.above and self.below),
                "one of them; the other side is a policy of its own",
            ),
            ("minutes", self.minutes, self.minutes >= 1, "1 or more"),
            (
                "steps",
                dict(self.steps),
                self.kind != "exact" or all(change >= 0 for change in self.steps.values()),
                "counts of 0 or more where the count is set exactly",
            ),
            (
                "least",
                self.least,
                self.least is None or (self.kind == "percent" and self.least >= 1),
                "1 or more, and only with percent",
            ),
            (
                "metric",
                sorted(self.metric),
                {"Namespace", "MetricName"} <= self.metric.keys(),
                "Namespace and MetricName",
            ),
        ]
        found += [
            STEPS.problem(f"{self.name}.{path}", given=given, allowed=allowed, remedy="change it")
            for path, given, fine, allowed in asked
            if not fine
        ]
        found += check_cooldown(f"{self.name}.Cooldown", self.cooldown or 0)
        return found

    def _check_kinds(self) -> None:
        for side in ("above", "below"):
            steps = getattr(self, side)
            allowed = "values of the metric with their changes"
            if not isinstance(steps, Mapping):
                raise wrong_argument(f"{self.name}.{side}", steps, allowed, "such as {70: 1}")
            for value, change in steps.items():
                check_number(f"{self.name}.{side}", value, allowed)
                check_number(f"{self.name}.{side}[{value}]", change, "whole tasks", kind=int)
        check_number(f"{self.name}.minutes", self.minutes, "whole minutes", kind=int)

    def _adjustments(self) -> list[dict[str, Any]]:
        near, far = "MetricIntervalLowerBound", "MetricIntervalUpperBound"
        if not self.above:
            near, far = far, near
        values = sorted(self.steps, reverse=not self.above)
        adjustments = []
        for value, following in zip(values, [*values[1:], None], strict=True):
            step: dict[str, Any] = {near: float(value) - self.threshold}
            if following is not None:
                step[far] = float(following) - self.threshold
            step["ScalingAdjustment"] = self.steps[value]
            adjustments.append(step)
        return adjustments
