"""Scaling that keeps a metric near a value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from fargate_kit.load_balancing.target_group import TargetGroup
from fargate_kit.model.problems import Problem, Rule
from fargate_kit.scaling.rules import (
    IN_COOLDOWN,
    MODEL,
    OUT_COOLDOWN,
    check_cooldown,
    check_name,
    check_number,
)

__all__ = ["TargetTracking"]

VALUE = Rule(
    id="scaling-value",
    says="A target is a number above 0.",
    source=f"{MODEL}, TargetTrackingScalingPolicyConfiguration",
)


PERCENT = Rule(
    id="scaling-percent",
    says="A target of CPU or memory use is a percentage: more than 100 is never reached.",
    source=f"{MODEL}, TargetTrackingScalingPolicyConfiguration",
)
OF_PERCENT = ("ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetTracking:
    """Keep a metric near a value: `TargetTracking.cpu(50)`.

    AWS makes and keeps the alarms. Out is scaled if any policy wants it, in only if all do.

    Attributes:
        metric: AWS's predefined metric.
        value: Where the metric shall be.
        name: What the policy is known by; one of that name is replaced.
        resource_label: The balancer and target group, for requests.
        scale_out_cooldown: Seconds after a scale-out in which what was added counts as there.
        scale_in_cooldown: Seconds after a scale-in in which there is no other.
        scale_in: Whether it may take tasks away; False only adds.
    """

    KIND: ClassVar[str] = "TargetTrackingScaling"
    metric: str
    value: float
    name: str
    resource_label: str | None = None
    scale_out_cooldown: int = OUT_COOLDOWN
    scale_in_cooldown: int = IN_COOLDOWN
    scale_in: bool = True

    @classmethod
    def cpu(
        cls,
        percent: float,
        *,
        name: str = "cpu",
        scale_out_cooldown: int = OUT_COOLDOWN,
        scale_in_cooldown: int = IN_COOLDOWN,
        scale_in: bool = True,
    ) -> TargetTracking:
        """Keep the tasks' average CPU use near so many percent of what they may use."""
        return cls(
            metric="ECSServiceAverageCPUUtilization",
            value=percent,
            name=name,
            scale_out_cooldown=scale_out_cooldown,
            scale_in_cooldown=scale_in_cooldown,
            scale_in=scale_in,
        )

    @classmethod
    def memory(
        cls,
        percent: float,
        *,
        name: str = "memory",
        scale_out_cooldown: int = OUT_COOLDOWN,
        scale_in_cooldown: int = IN_COOLDOWN,
        scale_in: bool = True,
    ) -> TargetTracking:
        """Keep the tasks' average memory use near so many percent of what they may use."""
        return cls(
            metric="ECSServiceAverageMemoryUtilization",
            value=percent,
            name=name,
            scale_out_cooldown=scale_out_cooldown,
            scale_in_cooldown=scale_in_cooldown,
            scale_in=scale_in,
        )

    @classmethod
    def requests_per_target(
        cls,
        count: float,
        group: TargetGroup,
        *,
        name: str = "requests",
        scale_out_cooldown: int = OUT_COOLDOWN,
        scale_in_cooldown: int = IN_COOLDOWN,
        scale_in: bool = True,
    ) -> TargetTracking:
        """Keep the requests that each target gets in a minute near a number.

        Args:
            count: Requests per target and minute.
            group: The target group, behind its load balancer.

        Raises:
            InvalidSpec: No balancer is known to forward to the group.
        """
        return cls(
            metric="ALBRequestCountPerTarget",
            value=count,
            name=name,
            resource_label=group.resource_label,
            scale_out_cooldown=scale_out_cooldown,
            scale_in_cooldown=scale_in_cooldown,
            scale_in=scale_in,
        )

    def to_api(self) -> dict[str, Any]:
        """Return `TargetTrackingScalingPolicyConfiguration`."""
        metric = {"PredefinedMetricType": self.metric}
        if self.resource_label is not None:
            metric["ResourceLabel"] = self.resource_label
        return {
            "TargetValue": float(self.value),
            "PredefinedMetricSpecification": metric,
            "ScaleOutCooldown": self.scale_out_cooldown,
            "ScaleInCooldown": self.scale_in_cooldown,
            "DisableScaleIn": not self.scale_in,
        }

    def alarm(self, cluster: str, service: str) -> dict[str, Any] | None:
        """Return None: AWS makes the alarms itself."""
        return None

    def problems(self) -> list[Problem]:
        """Return what AWS would refuse of it."""
        found = check_name(self.name)
        check_number(f"{self.name}.TargetValue", self.value, "a number above 0")
        if not (0 < self.value < math.inf):
            found.append(
                VALUE.problem(
                    f"{self.name}.TargetValue",
                    given=self.value,
                    allowed="a number above 0",
                    remedy="say where the metric shall be",
                )
            )
        elif self.metric.startswith(OF_PERCENT) and self.value > 100:
            found.append(
                PERCENT.problem(
                    f"{self.name}.TargetValue",
                    given=self.value,
                    allowed="a percentage above 0, at most 100",
                    remedy="say at how many percent tasks are added, such as 50",
                )
            )
        found += check_cooldown(f"{self.name}.ScaleOutCooldown", self.scale_out_cooldown)
        found += check_cooldown(f"{self.name}.ScaleInCooldown", self.scale_in_cooldown)
        return found
