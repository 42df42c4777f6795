"""What ends a lab in AWS itself when its time is over, though no computer of ours is on.

One-time schedules of EventBridge Scheduler call ECS and Elastic Load Balancing by themselves. They
are in one group for each lab, and use a role that may touch only what carries the lab's mark
(EventBridge Scheduler User Guide, "Using universal targets" and "Setting up the execution role").
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, NotFound
from fargate_kit.ownership import TAG

__all__ = ["PREFIX", "TimeBomb", "group_name", "remove_group"]

PREFIX: Final = "fargate-kit-"
UPDATE_SERVICE: Final = "arn:aws:scheduler:::aws-sdk:ecs:updateService"
STOP_TASK: Final = "arn:aws:scheduler:::aws-sdk:ecs:stopTask"
DELETE_BALANCER: Final = "arn:aws:scheduler:::aws-sdk:elasticloadbalancingv2:deleteLoadBalancer"
# A role that was made a moment ago may not be known everywhere in IAM yet.
PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 8.0)
POLICY: Final = "end-the-lab"


class MakeCall(Protocol):
    """Calls AWS, tagged and written down."""

    def __call__(
        self, service: str, operation: str, /, **parameters: Any
    ) -> Awaitable[dict[str, Any]]:
        """Return the reply."""
        ...


def group_name(mark: str) -> str:
    """Return the name of a lab's group of schedules, and of its role."""
    return f"{PREFIX}{mark}"


async def remove_group(session: Session, mark: str) -> bool:
    """Delete a lab's schedules with their group, and tell whether there were any.

    Calls:
        scheduler:DeleteScheduleGroup
    """
    with suppress(NotFound):
        await session.api.call("scheduler", "DeleteScheduleGroup", Name=group_name(mark))
        return True
    return False


class TimeBomb:
    """Sets schedules for what a lab makes; the group and the role are made when first needed.

    Args:
        call: Makes things on behalf of the lab.
        at: When they strike.
    """

    def __init__(
        self, session: Session, call: MakeCall, *, mark: str, account: str, at: datetime
    ) -> None:
        self._session = session
        self._call = call
        self._mark = mark
        self._account = account
        self._at = at
        self._ready = False

    async def for_service(self, cluster: str, service: str) -> None:
        """Have a service scaled to nothing, before it is made.

        Calls:
            scheduler:CreateSchedule, iam:PassRole
        """
        asked = {"Cluster": cluster, "Service": service, "DesiredCount": 0}
        await self._set("service", f"{cluster}/{service}", UPDATE_SERVICE, asked)

    async def for_task(self, cluster: str, task: str) -> None:
        """Have a task stopped.

        Calls:
            scheduler:CreateSchedule, iam:PassRole
        """
        asked = {"Cluster": cluster, "Task": task, "Reason": f"the time of {self._mark} is over"}
        await self._set("task", task, STOP_TASK, asked)

    async def for_balancer(self, arn: str) -> None:
        """Have a load balancer deleted.

        Calls:
            scheduler:CreateSchedule, iam:PassRole
        """
        await self._set("balancer", arn, DELETE_BALANCER, {"LoadBalancerArn": arn})

    async def _set(self, kind: str, about: str, target: str, asked: Mapping[str, Any]) -> None:
        await self.prepare()
        digest = hashlib.sha256(about.encode()).hexdigest()[:16]
        request = {
            "GroupName": group_name(self._mark),
            "Name": f"{kind}-{digest}",
            "ScheduleExpression": f"at({self._at.astimezone(UTC):%Y-%m-%dT%H:%M:%S})",
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": {
                "Arn": target,
                "RoleArn": f"arn:aws:iam::{self._account}:role/{group_name(self._mark)}",
                "Input": json.dumps(asked),
            },
        }
        for pause in (*PAUSES, None):
            try:
                await self._call("scheduler", "CreateSchedule", **request)
            except ApiError as error:
                if error.code == "ConflictException":
                    return  # It was set before, for the same thing.
                if pause is None or "assume" not in error.reason.lower():
                    raise
                await self._session.clock.sleep(pause)
            else:
                return

    async def prepare(self) -> None:
        """Make the role, then the group: where there is a group there is a role.

        Calls:
            iam:CreateRole, iam:PutRolePolicy, scheduler:CreateScheduleGroup
        """
        if self._ready:
            return
        name = group_name(self._mark)
        await _unless_there(
            self._call(
                "iam",
                "CreateRole",
                RoleName=name,
                AssumeRolePolicyDocument=json.dumps(_trust(self._account)),
                Description="Ends a lab of fargate_kit when its time is over",
            )
        )
        await self._call(
            "iam",
            "PutRolePolicy",
            RoleName=name,
            PolicyName=POLICY,
            PolicyDocument=json.dumps(_permissions(self._mark)),
        )
        await _unless_there(self._call("scheduler", "CreateScheduleGroup", Name=name))
        self._ready = True


async def _unless_there(making: Awaitable[object]) -> None:
    try:
        await making
    except ApiError as error:
        if error.code not in {"EntityAlreadyExists", "ConflictException"}:
            raise


def _trust(account: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "scheduler.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": account}},
            }
        ],
    }


def _permissions(mark: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "ecs:UpdateService",
                    "ecs:StopTask",
                    "elasticloadbalancing:DeleteLoadBalancer",
                ],
                "Resource": "*",
                "Condition": {"StringEquals": {f"aws:ResourceTag/{TAG}": mark}},
            }
        ],
    }
