"""What EventBridge Scheduler refuses and moto would take."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from asking import SIGNED, Asking, Refused, answered, refused

from fargate_kit.sim.request import Request

ACCOUNT = "210987654321"
GROUP_ARN = f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group"


def make_role(asking: Asking, name: str, service: str, **condition: Any) -> None:
    """Make a role that a service may take."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if condition:
        statement["Condition"] = condition
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    form = {
        "Action": "CreateRole",
        "Version": "2010-05-08",
        "RoleName": name,
        "AssumeRolePolicyDocument": trust,
    }
    headers = {
        "authorization": SIGNED.format(scope="iam"),
        "content-type": "application/x-www-form-urlencoded",
    }
    body = urlencode(form).encode()
    response = asking.account.answer(
        Request(method="POST", path="/", query="", headers=headers, body=body)
    )
    assert response.status == 200, response.body


@pytest.fixture
def scheduler(asking: Asking) -> Asking:
    """An account with a role `ender` for schedules, and one `task` for tasks."""
    make_role(asking, "ender", "scheduler.amazonaws.com")
    make_role(asking, "task", "ecs-tasks.amazonaws.com")
    return asking


def schedule(**changes: Any) -> dict[str, Any]:
    """Give the members of a valid schedule, changed."""
    return {
        "ScheduleExpression": "rate(5 minutes)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": target(),
        **changes,
    }


def target(**changes: Any) -> dict[str, Any]:
    """Give a valid target, changed."""
    return {
        "Arn": "arn:aws:scheduler:::aws-sdk:ecs:stopTask",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/ender",
        **changes,
    }


def refuse(scheduler: Asking, method: str, path: str, query: str = "", **members: Any) -> Refused:
    """Ask for something that is refused, and tell how."""
    return refused(scheduler.rest(method, path, query, **members))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"ScheduleExpression": "every day"}, "Invalid Schedule Expression every day."),
        ({"ScheduleExpression": "rate(0 minutes)"}, "Invalid Schedule Expression"),
        ({"ScheduleExpression": "rate(5 weeks)"}, "Invalid Schedule Expression"),
        ({"ScheduleExpression": "cron(0 0 * * *)"}, "Invalid Schedule Expression"),
        ({"ScheduleExpression": "cron(99 0 * * ? *)"}, "Invalid Schedule Expression"),
        ({"ScheduleExpression": "at(2030-02-30T00:00:00)"}, "Invalid Schedule Expression"),
        ({"ScheduleExpression": "at(2030-01-01)"}, "Invalid Schedule Expression"),
        ({"ScheduleExpression": "x" * 257}, "'scheduleExpression'"),
        ({"ScheduleExpressionTimezone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes"),
        (
            {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441}},
            "Value '1441' at 'flexibleTimeWindow.maximumWindowInMinutes'",
        ),
        ({"FlexibleTimeWindow": {"Mode": "SOFT"}}, "enum value set: [OFF, FLEXIBLE]"),
        ({"FlexibleTimeWindow": {}}, "Value null at 'flexibleTimeWindow.mode'"),
        ({"FlexibleTimeWindow": None}, "Value null at 'flexibleTimeWindow'"),
        ({"State": "ON"}, "'state'"),
        ({"StartDate": "soon"}, "'startDate'"),
        ({"Target": target(RoleArn="ender")}, "'target.roleArn'"),
        ({"Target": target(Arn="ecs")}, "Arn is not in correct format"),
        ({"Target": target(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/no")}, "to assume the role"),
        ({"Target": target(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/task")}, "to assume the role"),
    ],
)
def test_schedule_refused(scheduler: Asking, changes: dict[str, Any], told: str) -> None:
    """A schedule that EventBridge Scheduler refuses is neither made nor changed."""
    for method in ("POST", "PUT"):
        if method == "PUT":
            answered(scheduler.rest("POST", "/schedules/s", **schedule()))
        before = answered(scheduler.rest("GET", "/schedules"))
        refusal = refuse(scheduler, method, "/schedules/s", **schedule(**changes))
        assert (refusal.code, refusal.status) == ("ValidationException", 400)
        assert told in refusal.message
        assert answered(scheduler.rest("GET", "/schedules")) == before


@pytest.mark.parametrize(
    ("method", "path", "query", "code", "status"),
    [
        ("DELETE", "/schedule-groups/default", "", "ValidationException", 400),
        ("DELETE", "/schedule-groups/no", "", "ResourceNotFoundException", 404),
        ("GET", "/schedules", "NextToken=x", "ValidationException", 400),
        ("GET", "/schedules", "NextToken=WzFd", "ValidationException", 400),
        ("GET", "/schedules", "MaxResults=0", "ValidationException", 400),
        ("GET", "/schedules", "ScheduleGroup=no", "ResourceNotFoundException", 404),
        ("GET", "/schedule-groups", "NextToken=x", "ValidationException", 400),
        ("GET", f"/tags/{GROUP_ARN}%2Fno", "", "ResourceNotFoundException", 404),
        ("GET", "/tags/no", "", "ValidationException", 400),
    ],
)
def test_group_refused(
    scheduler: Asking, method: str, path: str, query: str, code: str, status: int
) -> None:
    """The default group stays, and what is not there or no token is refused."""
    refusal = refuse(scheduler, method, path, query)
    assert (refusal.code, refusal.status) == (code, status)
    groups = answered(scheduler.rest("GET", "/schedule-groups"))["ScheduleGroups"]
    assert [one["Name"] for one in groups] == ["default"]


def test_schedule_twice_is_a_conflict(scheduler: Asking) -> None:
    """The second schedule of one name is refused with HTTP 409, and the first one stays."""
    answered(scheduler.rest("POST", "/schedules/s", **schedule()))
    again = schedule(ScheduleExpression="rate(7 minutes)")
    refusal = refuse(scheduler, "POST", "/schedules/s", **again)
    assert (refusal.code, refusal.status) == ("ConflictException", 409)
    kept = answered(scheduler.rest("GET", "/schedules/s"))
    assert kept["ScheduleExpression"] == "rate(5 minutes)"


def test_token_of_another_list_is_refused(scheduler: Asking) -> None:
    """A page token goes with the list that gave it."""
    for name in "ab":
        answered(scheduler.rest("POST", f"/schedules/{name}", **schedule()))
    page = answered(scheduler.rest("GET", "/schedules", "MaxResults=1"))
    (first,) = page["Schedules"]
    query = urlencode({"NextToken": page["NextToken"], "NamePrefix": first["Name"]})
    assert refuse(scheduler, "GET", "/schedules", query).code == "ValidationException"
    query = urlencode({"NextToken": page["NextToken"], "MaxResults": 1})
    (second,) = answered(scheduler.rest("GET", "/schedules", query))["Schedules"]
    assert {first["Name"], second["Name"]} == {"a", "b"}


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minutes)",
        "rate(1 hour)",
        "cron(0 9 ? * MON-FRI *)",
        "cron(0 9 ? * FRI-MON *)",
        "cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)",
        "cron(0 0 LW * ? *)",
        "at(2030-01-01T00:00:00)",
    ],
)
def test_schedule_taken(scheduler: Asking, expression: str) -> None:
    """Expressions that EventBridge Scheduler takes are taken, in any time zone."""
    members = schedule(
        ScheduleExpression=expression,
        ScheduleExpressionTimezone="Europe/Berlin",
        FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
    )
    answered(scheduler.rest("POST", "/schedules/s", **members))


def test_role_with_the_group_as_condition(scheduler: Asking) -> None:
    """A role that only one group's schedules may take is taken for that group alone."""
    condition = {"StringEquals": {"aws:SourceArn": f"{GROUP_ARN}/default"}}
    make_role(scheduler, "one", "scheduler.amazonaws.com", **condition)
    members = schedule(Target=target(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/one"))
    answered(scheduler.rest("POST", "/schedules/s", **members))
    answered(scheduler.rest("POST", "/schedule-groups/other"))
    refusal = refuse(scheduler, "POST", "/schedules/t", **members, GroupName="other")
    assert "to assume the role" in refusal.message
