"""What policies allow, in one table: elements, wildcards, variables and operators."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fargate_kit.model.policy import PolicyKind, Principal, Verdict, evaluate, read

ALLOWED, DENIED, IMPLICIT = Verdict.ALLOWED, Verdict.EXPLICIT_DENY, Verdict.IMPLICIT_DENY
TASK = "arn:aws:ecs:us-east-1:123456789012:task/prod/abc"
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/web:log-stream:run/main/1"


def allow(**members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "*", "Resource": "*", **members}


def deny(**members: Any) -> dict[str, Any]:
    return {**allow(**members), "Effect": "Deny"}


def decided(
    statements: list[dict[str, Any]],
    action: str,
    resource: str = "*",
    keys: dict[str, Any] | None = None,
    *,
    version: str = "2012-10-17",
) -> Verdict:
    policies = [read({"Version": version, "Statement": statements})] if statements else []
    return evaluate(policies, action, resource, keys or {}).verdict


@pytest.mark.parametrize(
    ("statements", "action", "resource", "expected"),
    [
        ([], "ecs:RunTask", "*", IMPLICIT),
        ([allow()], "ecs:RunTask", "*", ALLOWED),
        ([allow(), deny()], "ecs:RunTask", "*", DENIED),
        ([deny(), allow()], "ecs:RunTask", "*", DENIED),
        ([deny()], "ecs:RunTask", "*", DENIED),
        ([allow(Action="ecs:RunTask")], "ecs:RunTask", "*", ALLOWED),
        ([allow(Action="ECS:runtask")], "ecs:RunTask", "*", ALLOWED),
        ([allow(Action="ecs:RunTask")], "ECS:RUNTASK", "*", ALLOWED),
        ([allow(Action="ecs:RunTask")], "ecs:RunTasks", "*", IMPLICIT),
        ([allow(Action="ecs:*")], "ecs:RunTask", "*", ALLOWED),
        ([allow(Action="ecs:*")], "ecr:BatchGetImage", "*", IMPLICIT),
        ([allow(Action="ecs:Describe*")], "ecs:DescribeTasks", "*", ALLOWED),
        ([allow(Action="ecs:Describe*")], "ecs:ListTasks", "*", IMPLICIT),
        ([allow(Action="ecs:*Task")], "ecs:RunTask", "*", ALLOWED),
        ([allow(Action="ecs:*Task")], "ecs:ListTasks", "*", IMPLICIT),
        ([allow(Action="ecs:???Task")], "ecs:RunTask", "*", ALLOWED),
        ([allow(Action="ecs:???Task")], "ecs:StopTask", "*", IMPLICIT),
        ([allow(Action=["s3:GetObject", "ecs:RunTask"])], "ecs:RunTask", "*", ALLOWED),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "ecs:X", "*", ALLOWED),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "iam:X", "*", IMPLICIT),
        ([{"Effect": "Deny", "NotAction": "ecs:*", "Resource": "*"}], "s3:X", "*", DENIED),
        ([{"Effect": "Deny", "NotAction": "ecs:*", "Resource": "*"}], "ecs:X", "*", IMPLICIT),
        ([allow(Resource=TASK)], "ecs:StopTask", TASK, ALLOWED),
        ([allow(Resource=TASK)], "ecs:StopTask", TASK.upper(), IMPLICIT),
        ([allow(Resource=TASK)], "ecs:StopTask", "*", IMPLICIT),
        ([allow(Resource="arn:aws:ecs:*:*:task/prod/*")], "ecs:StopTask", TASK, ALLOWED),
        ([allow(Resource="arn:aws:ecs:*:*:task/dev/*")], "ecs:StopTask", TASK, IMPLICIT),
        ([allow(Resource="arn:aws:ecs:us-east-1:*")], "ecs:StopTask", TASK, ALLOWED),
        ([allow(Resource="arn:aws:ecs")], "ecs:StopTask", TASK, ALLOWED),
        ([allow(Resource="arn:aws:ecs:eu-*")], "ecs:StopTask", TASK, IMPLICIT),
        ([allow(Resource="arn:aws:ecs:us-*-1:123456789012:task/*")], "ecs:X", TASK, ALLOWED),
        ([allow(Resource="arn:aws:ecs:u*012:task/prod/abc")], "ecs:X", TASK, IMPLICIT),
        ([allow(Resource="arn:aws:ecs:us-east-?:*:task/*")], "ecs:X", TASK, ALLOWED),
        ([allow(Resource="arn:aws:logs:*:*:log-group:/ecs/*:*")], "logs:X", GROUP, ALLOWED),
        ([allow(Resource="arn:aws:logs:*:*:log-group:/ecs/web:*")], "logs:X", GROUP, ALLOWED),
        ([allow(Resource="arn:aws:logs:*:*:log-group:/ecs/web")], "logs:X", GROUP, IMPLICIT),
        ([allow(Resource="arn:aws:s3:::b/*")], "s3:X", "arn:aws:s3:::b/a/b:c.env", ALLOWED),
        ([allow(Resource="arn:aws:s3:::b/*.env")], "s3:X", "arn:aws:s3:::b/a/b:c.env", ALLOWED),
        ([{"Effect": "Allow", "Action": "*", "NotResource": TASK}], "ecs:X", TASK, IMPLICIT),
        ([{"Effect": "Allow", "Action": "*", "NotResource": TASK}], "ecs:X", GROUP, ALLOWED),
        ([allow(), deny(Resource=TASK)], "ecs:StopTask", TASK, DENIED),
        ([allow(), deny(Resource=TASK)], "ecs:StopTask", GROUP, ALLOWED),
        ([allow(), deny(Action="ecs:Delete*")], "ecs:DeleteCluster", "*", DENIED),
        ([allow(), deny(Action="ecs:Delete*")], "ecs:RunTask", "*", ALLOWED),
    ],
)
def test_elements_decide(
    statements: list[dict[str, Any]], action: str, resource: str, expected: Verdict
) -> None:
    """Effect, Action, NotAction, Resource and NotResource decide as IAM documents them."""
    assert decided(statements, action, resource) is expected


ADDRESS, NOON = "203.0.113.7", "2026-03-01T12:00:00Z"


@pytest.mark.parametrize(
    ("condition", "keys", "holds"),
    [
        ({"StringEquals": {"k": "a"}}, {"k": "a"}, True),
        ({"StringEquals": {"K": "a"}}, {"k": "a"}, True),
        ({"StringEquals": {"k": "a"}}, {"k": "A"}, False),
        ({"StringEquals": {"k": "a*"}}, {"k": "ab"}, False),
        ({"StringEquals": {"k": ["a", "b"]}}, {"k": "b"}, True),
        ({"StringEquals": {"k": "a"}}, {}, False),
        ({"StringEquals": {"k": "a", "l": "b"}}, {"k": "a"}, False),
        ({"StringEquals": {"k": "a"}, "Bool": {"l": "true"}}, {"k": "a", "l": False}, False),
        ({"StringNotEquals": {"k": "a"}}, {"k": "b"}, True),
        ({"StringNotEquals": {"k": ["a", "b"]}}, {"k": "b"}, False),
        ({"StringNotEquals": {"k": "a"}}, {}, True),
        ({"StringEqualsIgnoreCase": {"k": "Ab"}}, {"k": "aB"}, True),
        ({"StringNotEqualsIgnoreCase": {"k": "Ab"}}, {"k": "aB"}, False),
        ({"StringLike": {"k": "a*c?"}}, {"k": "abbcd"}, True),
        ({"StringLike": {"k": "a*c?"}}, {"k": "abbc"}, False),
        ({"StringLike": {"k": "A*"}}, {"k": "ab"}, False),
        ({"StringNotLike": {"k": "a*"}}, {"k": "ab"}, False),
        ({"StringNotLike": {"k": "a*"}}, {}, True),
        ({"StringEqualsIfExists": {"k": "a"}}, {}, True),
        ({"StringEqualsIfExists": {"k": "a"}}, {"k": "b"}, False),
        ({"NumericEquals": {"k": "10"}}, {"k": 10}, True),
        ({"NumericEquals": {"k": 10}}, {"k": "10.0"}, True),
        ({"NumericNotEquals": {"k": "10"}}, {"k": 11}, True),
        ({"NumericLessThan": {"k": "10"}}, {"k": 9.5}, True),
        ({"NumericLessThan": {"k": "10"}}, {"k": 10}, False),
        ({"NumericLessThanEquals": {"k": "10"}}, {"k": 10}, True),
        ({"NumericGreaterThan": {"k": "9"}}, {"k": 10}, True),
        ({"NumericGreaterThanEquals": {"k": "10"}}, {"k": "9"}, False),
        ({"NumericLessThan": {"k": "10"}}, {"k": "ten"}, False),
        ({"DateLessThan": {"k": NOON}}, {"k": "2026-03-01T11:59:59Z"}, True),
        ({"DateLessThan": {"k": NOON}}, {"k": NOON}, False),
        ({"DateEquals": {"k": NOON}}, {"k": "2026-03-01T13:00:00+01:00"}, True),
        ({"DateNotEquals": {"k": NOON}}, {"k": NOON}, False),
        ({"DateGreaterThanEquals": {"k": "2026-03-01"}}, {"k": NOON}, True),
        ({"DateGreaterThan": {"k": "1772366399"}}, {"k": NOON}, True),
        ({"Bool": {"k": "true"}}, {"k": True}, True),
        ({"Bool": {"k": True}}, {"k": "TRUE"}, True),
        ({"Bool": {"k": "false"}}, {"k": True}, False),
        ({"Bool": {"k": "false"}}, {}, False),
        ({"BoolIfExists": {"k": "false"}}, {}, True),
        ({"IpAddress": {"k": "203.0.113.0/24"}}, {"k": ADDRESS}, True),
        ({"IpAddress": {"k": ADDRESS}}, {"k": ADDRESS}, True),
        ({"IpAddress": {"k": "198.51.100.0/24"}}, {"k": ADDRESS}, False),
        ({"IpAddress": {"k": "2001:db8::/32"}}, {"k": ADDRESS}, False),
        ({"NotIpAddress": {"k": "203.0.113.0/24"}}, {"k": ADDRESS}, False),
        ({"NotIpAddress": {"k": "203.0.113.0/24"}}, {}, True),
        ({"BinaryEquals": {"k": "QmluYXJ5"}}, {"k": "QmluYXJ5"}, True),
        ({"BinaryEquals": {"k": "QmluYXJ5"}}, {"k": "QmluYXJ6"}, False),
        ({"ArnEquals": {"k": TASK}}, {"k": TASK}, True),
        ({"ArnLike": {"k": "arn:aws:ecs:*:*:task/prod/*"}}, {"k": TASK}, True),
        ({"ArnEquals": {"k": "arn:aws:ecs:*:*:task/prod/*"}}, {"k": TASK}, True),
        ({"ArnLike": {"k": "arn:aws:ecs:*:task/prod/*"}}, {"k": TASK}, False),
        ({"ArnLike": {"k": "arn:aws:ecs"}}, {"k": TASK}, True),
        ({"ArnNotLike": {"k": "arn:aws:ecs:*:*:task/dev/*"}}, {"k": TASK}, True),
        ({"ArnNotEquals": {"k": TASK}}, {"k": TASK}, False),
        ({"ArnLike": {"k": "*"}}, {"k": "no-arn"}, False),
        ({"Null": {"k": "true"}}, {}, True),
        ({"Null": {"k": "true"}}, {"k": "a"}, False),
        ({"Null": {"k": "false"}}, {"k": "a"}, True),
        ({"Null": {"k": "true"}}, {"k": []}, True),
        ({"ForAllValues:StringEquals": {"k": ["a", "b"]}}, {"k": ["a", "b", "a"]}, True),
        ({"ForAllValues:StringEquals": {"k": ["a", "b"]}}, {"k": ["a", "c"]}, False),
        ({"ForAllValues:StringEquals": {"k": "a"}}, {}, True),
        ({"ForAllValues:StringEquals": {"k": "a"}}, {"k": []}, True),
        ({"ForAnyValue:StringEquals": {"k": "a"}}, {"k": ["c", "a"]}, True),
        ({"ForAnyValue:StringEquals": {"k": "a"}}, {"k": ["c"]}, False),
        ({"ForAnyValue:StringEquals": {"k": "a"}}, {}, False),
        ({"ForAnyValue:StringNotEquals": {"k": "a"}}, {"k": ["a", "b"]}, True),
        ({"ForAnyValue:StringNotEquals": {"k": "a"}}, {"k": ["a"]}, False),
        ({"ForAllValues:StringNotLike": {"k": "a*"}}, {"k": ["b", "ab"]}, False),
        ({"ForAnyValue:StringLikeIfExists": {"k": "a*"}}, {}, True),
        ({"StringEquals": {"k": "${aws:username}"}}, {"k": "bob", "aws:username": "bob"}, True),
        ({"StringEquals": {"k": "${aws:username}"}}, {"k": "bob"}, False),
        ({"StringLike": {"k": "${aws:username}/*"}}, {"k": "bob/x", "aws:username": "bob"}, True),
        ({"StringLike": {"k": "${aws:username}"}}, {"k": "bob", "aws:username": "*"}, False),
        ({"StringEquals": {"k": "${aws:username, 'guest'}"}}, {"k": "guest"}, True),
        ({"StringLike": {"k": "a${*}c"}}, {"k": "a*c"}, True),
        ({"StringLike": {"k": "a${*}c"}}, {"k": "abc"}, False),
    ],
)
def test_conditions_hold(condition: dict[str, Any], keys: dict[str, Any], holds: bool) -> None:
    """Every operator holds exactly where IAM documents that it does."""
    verdict = decided([allow(Condition=condition)], "ecs:RunTask", keys=keys)
    assert verdict is (ALLOWED if holds else IMPLICIT)
    verdict = decided([allow(), deny(Condition=condition)], "ecs:RunTask", keys=keys)
    assert verdict is (DENIED if holds else ALLOWED)


def test_variables_in_resources() -> None:
    """A variable takes the request's value, literally; without one its statement never applies."""
    mine = [allow(Resource="arn:aws:s3:::b/${aws:username}/*")]
    file = "arn:aws:s3:::b/bob/x"
    assert decided(mine, "s3:GetObject", file, {"aws:username": "bob"}) is ALLOWED
    assert decided(mine, "s3:GetObject", file, {"AWS:UserName": "bob"}) is ALLOWED
    assert decided(mine, "s3:GetObject", file, {"aws:username": "*"}) is IMPLICIT
    assert decided(mine, "s3:GetObject", file) is IMPLICIT


def test_old_version_has_no_variables() -> None:
    """Before version 2012-10-17 a variable is nothing but text."""
    mine = [allow(Resource="arn:aws:s3:::b/${aws:username}")]
    keys = {"aws:username": "bob"}
    bob, text = "arn:aws:s3:::b/bob", "arn:aws:s3:::b/${aws:username}"
    assert decided(mine, "s3:X", bob, keys, version="2008-10-17") is IMPLICIT
    assert decided(mine, "s3:X", text, keys, version="2008-10-17") is ALLOWED


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ([allow(Action="ecs:*")], ALLOWED),
        ([allow(Action="s3:*")], IMPLICIT),
        ([allow(), deny(Action="ecs:RunTask")], DENIED),
    ],
)
def test_boundary_limits(limit: list[dict[str, Any]], expected: Verdict) -> None:
    """A permissions boundary must allow the request too, and its denials count."""
    own = read({"Version": "2012-10-17", "Statement": [allow()]})
    bound = read({"Version": "2012-10-17", "Statement": limit})
    assert evaluate([own], "ecs:RunTask", "*", boundary=[bound]).verdict is expected
    nothing = evaluate([], "ecs:RunTask", "*", boundary=[bound])
    assert not nothing.allowed


@pytest.mark.parametrize(
    ("principal", "who", "allowed"),
    [
        ({"Service": "ecs-tasks.amazonaws.com"}, ("Service", "ecs-tasks.amazonaws.com"), True),
        ({"Service": ["a.amazonaws.com"]}, ("Service", "ecs-tasks.amazonaws.com"), False),
        ("*", ("Service", "ecs-tasks.amazonaws.com"), True),
        ({"AWS": "123456789012"}, ("AWS", "arn:aws:iam::123456789012:user/bob"), True),
        (
            {"AWS": "arn:aws:iam::123456789012:root"},
            ("AWS", "arn:aws:iam::123456789012:user/bob"),
            True,
        ),
        (
            {"AWS": "arn:aws:iam::123456789012:user/ann"},
            ("AWS", "arn:aws:iam::123456789012:user/bob"),
            False,
        ),
        ({"AWS": "arn:aws:iam::1:root"}, ("Service", "ecs-tasks.amazonaws.com"), False),
    ],
)
def test_principals_decide(principal: Any, who: tuple[str, str], allowed: bool) -> None:
    """A trust policy is for the principals that it names."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    policy = read({"Version": "2012-10-17", "Statement": statement}, kind=PolicyKind.TRUST)
    asking = Principal(kind=who[0], name=who[1])
    decision = evaluate([policy], "sts:AssumeRole", "arn:aws:iam::1:role/r", principal=asking)
    assert decision.allowed is allowed


def test_decision_names_the_statement() -> None:
    """A decision knows which statement of which policy decided."""
    policy = read(
        {"Version": "2012-10-17", "Statement": [allow(), deny(Action="ecs:*", Sid="NoEcs")]},
        name="team",
    )
    decision = evaluate([policy], "ecs:RunTask", "*")
    assert str(decision.decided_by) == 'statement 2 "NoEcs" of "team"'
    assert str(evaluate([policy], "s3:GetObject", "*").decided_by) == 'statement 1 of "team"'
    assert evaluate([], "s3:GetObject", "*").decided_by is None


def test_explanation_says_what_would_change_it() -> None:
    """An explanation has the verdict, the statement, what is near, and the smallest change."""
    narrow = read(
        {"Version": "2012-10-17", "Statement": [allow(Action="ecs:RunTask", Resource=TASK)]},
        name="narrow",
    )
    other = TASK.replace("prod", "dev")
    denied = evaluate([narrow], "ecs:RunTask", other)
    wanted = {"Effect": "Allow", "Action": "ecs:RunTask", "Resource": other}
    assert denied.change == wanted
    text = denied.explain()
    assert "is denied: no statement allows it" in text
    assert f'statement 1 of "narrow" allows the action, but only on {TASK}' in text
    assert json.dumps(wanted) in text
    allowed = evaluate([narrow], "ecs:RunTask", TASK)
    assert allowed.explain().endswith('is allowed by statement 1 of "narrow".')
    assert allowed.change is not None
    assert allowed.change["Effect"] == "Deny"
    forbidden = evaluate(
        [read({"Version": "2012-10-17", "Statement": deny()}, name="no")], "ecs:RunTask", TASK
    )
    assert forbidden.change is None
    assert 'narrow statement 1 of "no", or take it out' in forbidden.explain()
    assert "still needs a statement that allows it" in forbidden.explain()


def test_explanation_names_the_condition() -> None:
    """A condition that is not met is told, and the key that the request lacks."""
    policy = read({
        "Version": "2012-10-17",
        "Statement": allow(Condition={"ArnEquals": {"ecs:cluster": "arn:aws:ecs:x"}}),
    })
    decision = evaluate([policy], "ecs:RunTask", TASK)
    assert "only where ArnEquals ecs:cluster = arn:aws:ecs:x" in decision.explain()
    assert decision.missing == ("ecs:cluster",)


@pytest.mark.parametrize("action", ["ecs", "ecs:", ":RunTask", "ecs:*", "*", ""])
def test_no_action_is_refused(action: str) -> None:
    """Only one whole action can be asked about."""
    with pytest.raises(ValueError, match="an action is"):
        evaluate([], action, "*")
