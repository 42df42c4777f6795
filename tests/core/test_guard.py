"""A guard sees every call that changes something before it is sent, and may refuse or change it."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit import Connection, FargateError
from fargate_kit.core.guard import Call, Send


class Refused(FargateError):
    """What the guard raises."""


class Porter:
    """Lets everything but clusters pass, and puts its own name on log groups."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def carry(self, call: Call, send: Send) -> dict[str, Any]:
        self.seen.append(f"{call.region} {call.name}")
        if call.operation == "CreateCluster":
            raise Refused("no clusters here")
        if call.operation == "CreateLogGroup":
            return await send({**call.parameters, "logGroupName": "/renamed"})
        return await send(call.parameters)


async def test_guard_refuses_changes_and_sees(aws: Connection) -> None:
    """What it refuses is not sent, what it changes is sent so, in whatever region."""
    porter = Porter()
    aws._session.api.guard = porter
    with pytest.raises(Refused):
        await aws.create_cluster("c")
    assert aws.calls["ecs:CreateCluster"] == 0
    await aws.create_log_group("/g")
    groups = [group async for group in aws._session.api.pages("logs", "DescribeLogGroups")]
    assert [each["logGroupName"] for each in groups[0]["logGroups"]] == ["/renamed"]
    elsewhere = aws._session.api.in_region("eu-west-1")
    with pytest.raises(Refused):
        await elsewhere.call("ecs", "CreateCluster", clusterName="c")
    assert porter.seen[-1] == "eu-west-1 ecs:CreateCluster"
    assert "us-east-1 logs:CreateLogGroup" in porter.seen


def test_guard_is_not_shown_values_in_a_picture() -> None:
    """The members of a request may hold secrets, and are not in the call's own text."""
    call = Call(
        region="us-east-1", service="ecs", operation="RunTask", parameters={"secret": "rosebud"}
    )
    assert "rosebud" not in repr(call)
    assert call.name == "ecs:RunTask"
