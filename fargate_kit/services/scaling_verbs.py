"""What a service does with auto scaling and against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fargate_kit.core.session import Session
from fargate_kit.scaling import creation as scaling_creation
from fargate_kit.scaling import scaling as scaling_resources
from fargate_kit.scaling.names import resource_id_of
from fargate_kit.scaling.policies import ScalingPolicySpec
from fargate_kit.scaling.scaling import Scaling
from fargate_kit.scaling.schedules import Schedule
from fargate_kit.services.protection import USUAL as USUAL_PROTECTION
from fargate_kit.services.protection import TaskProtection, protect
from fargate_kit.tasks.task import Task

__all__ = ["ScalingVerbs"]


class ScalingVerbs:
    """Have AWS change a service's count, and keep tasks out of it."""

    __slots__ = ()

    name: str
    cluster_arn: str
    _session: Session

    async def autoscale(
        self,
        minimum: int,
        maximum: int,
        *policies: ScalingPolicySpec,
        schedules: Sequence[Schedule] = (),
        tags: Mapping[str, str] | None = None,
    ) -> Scaling:
        """Let AWS change the count between two bounds: `autoscale(2, 10, TargetTracking.cpu(50))`.

        Policies and schedules are known by their names: one that is there and differs is replaced,
        one that is equal costs no call, and others stay. So bounds alone change nothing else. A
        count outside the bounds is brought inside at once. If one step fails or the caller is
        cancelled, all is again as it was before.

        `deploy()` leaves the count alone, and AWS takes no tasks away while a deployment runs (ECS
        Developer Guide, service-auto-scaling).

        Args:
            minimum: The fewest tasks, 0 or more. A service that is to survive the loss of a zone
                needs two.
            maximum: The most tasks; it bounds what a wrong policy costs.
            policies: `TargetTracking` and `StepScaling`.
            schedules: When the bounds change by the clock.
            tags: Tags of the scalable target and of the alarms that are made for steps.

        Returns:
            The scaling, with the alarms that belong to it.

        Raises:
            InvalidSpec: Every problem at once; nothing was sent.
            TypeError: A bound is no whole number, or a policy is none; nothing was sent.
            ApiError: AWS refused, for instance because another policy tracks the same metric.

        Calls:
            application-autoscaling:RegisterScalableTarget,
            application-autoscaling:PutScalingPolicy, application-autoscaling:PutScheduledAction,
            application-autoscaling:TagResource; cloudwatch:PutMetricAlarm for steps;
            iam:CreateServiceLinkedRole once in an account; those of `scaling()`; the opposite of
            each if a step fails
        """
        return await scaling_creation.autoscale(
            self._session, self._scaled_as, minimum, maximum, policies, schedules, tags
        )

    async def scaling(self) -> Scaling:
        """Look at the service's auto scaling.

        Raises:
            NotFound: It is not scaled automatically.

        Calls:
            application-autoscaling:DescribeScalableTargets,
            application-autoscaling:DescribeScalingPolicies,
            application-autoscaling:DescribeScheduledActions, cloudwatch:DescribeAlarms
        """
        return await scaling_resources.describe(self._session, self._scaled_as)

    async def protect(
        self, *tasks: Task | str, minutes: int = USUAL_PROTECTION
    ) -> tuple[TaskProtection, ...]:
        """Keep tasks from being stopped by scaling in and by deployments.

        A deployment waits for protected tasks, so protect for no longer than the work takes.

        Args:
            tasks: Tasks of the service, or their ARNs.
            minutes: 1 to 2880; protecting again begins anew.

        Raises:
            InvalidSpec: So long is none protected; nothing was sent.
            ApiError: AWS did not do it for one of them, such as one that is stopping
                (`.code` is its reason); for others it may have.

        Calls:
            ecs:UpdateTaskProtection for every 10 tasks
        """
        return await protect(self._session, self.cluster_arn, tasks, minutes=minutes)

    async def unprotect(self, *tasks: Task | str) -> tuple[TaskProtection, ...]:
        """Let scaling and deployments stop tasks again.

        Raises:
            ApiError: AWS did not do it for one of them; for others it may have.

        Calls:
            ecs:UpdateTaskProtection for every 10 tasks
        """
        return await protect(self._session, self.cluster_arn, tasks, minutes=None)

    @property
    def _scaled_as(self) -> str:
        return resource_id_of(self.cluster_arn, self.name)
