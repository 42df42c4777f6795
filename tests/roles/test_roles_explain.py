"""The promise: a role says what it may do, by which statement, and what would change it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fargate_kit import Connection, InvalidPolicy, Policy, Role, Verdict

BUCKET = "arn:aws:s3:::b"
ONLY_US = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
ONLY_WEB = {"StringEquals": {"s3:prefix": "web/"}}
STATEMENTS: list[dict[str, Any]] = [
    {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": f"{BUCKET}/web/*"},
    {"Sid": "NoSecrets", "Effect": "Deny", "Action": "s3:*", "Resource": f"{BUCKET}/web/secret*"},
    {
        "Sid": "List",
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": BUCKET,
        "Condition": ONLY_WEB,
    },
    {
        "Sid": "Queue",
        "Effect": "Allow",
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Condition": ONLY_US,
    },
]


@pytest.fixture
async def role(aws: Connection) -> Role:
    """Return a task role with allowing, denying and conditional statements."""
    return await aws.create_task_role("app", statements=STATEMENTS)


async def boundary(aws: Connection, *statements: dict[str, Any]) -> str:
    """Make a managed policy that serves as a permissions boundary."""
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    api = aws._session.api
    reply = await api.call("iam", "CreatePolicy", PolicyName="limit", PolicyDocument=document)
    arn: str = reply["Policy"]["Arn"]
    return arn


async def test_allowed_names_the_statement(role: Role) -> None:
    """What is allowed is true, and its explanation names policy, statement and the opposite."""
    decision = await role.explain("s3:GetObject", f"{BUCKET}/web/index.html")
    assert decision
    assert 'is allowed by statement 1 "Read" of "fargate-kit"' in str(decision)
    assert decision.change == {
        "Effect": "Deny",
        "Action": "s3:GetObject",
        "Resource": f"{BUCKET}/web/index.html",
    }


async def test_denied_names_the_statement_or_what_is_near(role: Role) -> None:
    """What is denied is false, and its explanation says why, and what would change it."""
    may = await role.policies()
    explicit = may.explain("s3:GetObject", f"{BUCKET}/web/secret.txt")
    assert not explicit
    assert 'is denied by statement 2 "NoSecrets"' in str(explicit)
    elsewhere = may.explain("s3:GetObject", f"{BUCKET}/api/x")
    assert f'statement 1 "Read" of "fargate-kit" allows the action, but only on {BUCKET}' in str(
        elsewhere
    )
    conditional = may.explain("s3:ListBucket", BUCKET)
    assert "only where StringEquals s3:prefix = web/" in str(conditional)
    assert conditional.missing == ("s3:prefix",)
    assert may.explain("s3:ListBucket", BUCKET, {"s3:prefix": "web/"})


async def test_smallest_change_turns_the_answer_round(aws: Connection, role: Role) -> None:
    """The statement that an explanation names does change the answer, once it is added."""
    resource = f"{BUCKET}/api/x"
    denied = await role.explain("s3:GetObject", resource)
    assert denied.change is not None
    role = await aws.create_task_role("app", statements=[*STATEMENTS, denied.change])
    allowed = await role.explain("s3:GetObject", resource)
    assert allowed
    assert allowed.change is not None
    role = await aws.create_task_role(
        "app", statements=[*STATEMENTS, denied.change, allowed.change]
    )
    assert not await role.explain("s3:GetObject", resource)


async def test_requests_have_the_keys_of_the_role(role: Role) -> None:
    """Conditions on the region and on the role's own tags need no context from the caller."""
    may = await role.policies()
    assert may.explain("sqs:SendMessage")
    assert not may.explain("sqs:SendMessage", "*", {"aws:RequestedRegion": "eu-west-1"})
    assert may.known["aws:PrincipalTag/fargate-kit"] == "made"


async def test_boundary_must_allow_too(aws: Connection) -> None:
    """A permissions boundary limits the role, and the explanation names it."""
    limit = await boundary(aws, {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"})
    role = await aws.create_task_role("app", statements=STATEMENTS, boundary=limit)
    may = await role.policies()
    assert may.boundary is not None
    assert may.explain("s3:GetObject", f"{BUCKET}/web/x")
    outside = may.explain("sqs:SendMessage")
    assert "the permissions boundary does not allow it" in str(outside)
    nowhere = may.explain("ecs:RunTask")
    assert "The permissions boundary does not allow it either." in str(nowhere)
    assert "In both, this statement would allow it" in str(nowhere)
    again = await aws.create_task_role("app", statements=STATEMENTS, boundary=limit)
    assert again.boundary_arn == limit
    assert aws.calls["iam:PutRolePermissionsBoundary"] == 0


async def test_boundary_is_put_on_where_it_was_not(aws: Connection, role: Role) -> None:
    """A boundary that is asked for later is put on the role."""
    limit = await boundary(aws, {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"})
    role = await aws.create_task_role("app", statements=STATEMENTS, boundary=limit)
    assert role.boundary_arn == limit
    assert not await role.explain("s3:GetObject", f"{BUCKET}/web/x")


async def test_simulation_of_iam_agrees(role: Role) -> None:
    """IAM's own simulator, asked the same, says the same, and names the same policy."""
    answers = await role.simulate(
        ["s3:GetObject", "s3:PutObject", "sqs:SendMessage"],
        [f"{BUCKET}/web/x", f"{BUCKET}/web/secret", "*"],
    )
    assert len(answers) == 9
    assert all(answer.agrees for answer in answers)
    by_question = {(one.action, one.resource): one for one in answers}
    assert by_question["s3:GetObject", f"{BUCKET}/web/x"]
    assert by_question["s3:GetObject", f"{BUCKET}/web/x"].matched == ("fargate-kit",)
    secret = by_question["s3:GetObject", f"{BUCKET}/web/secret"]
    assert secret.verdict is Verdict.EXPLICIT_DENY


async def test_simulation_takes_a_context(role: Role) -> None:
    """Condition keys of every kind reach IAM's simulator."""
    (without,) = await role.simulate("s3:ListBucket", BUCKET)
    assert not without
    assert without.missing == ("s3:prefix",)
    context: dict[str, Any] = {"s3:prefix": "web/", "a:list": ["x", "y"], "a:number": 3}
    context["a:flag"] = True
    (given,) = await role.simulate("s3:ListBucket", BUCKET, context)
    assert given
    assert given.agrees


async def test_managed_policies_are_read(aws: Connection) -> None:
    """Of an attached policy the version that counts is read; the calls are two for each."""
    role = await aws.role("ecsTaskExecutionRole")
    before = aws.calls
    may = await role.policies()
    assert may.explain("ecr:BatchGetImage")
    assert not may.explain("logs:CreateLogGroup")
    assert aws.calls - before == {
        "iam:ListRolePolicies": 1,
        "iam:ListAttachedRolePolicies": 1,
        "iam:GetPolicy": 1,
        "iam:GetPolicyVersion": 1,
    }


def test_policy_explains_itself() -> None:
    """A policy from a text or a document answers by itself, without AWS."""
    document = {"Version": "2012-10-17", "Statement": STATEMENTS}
    policy = Policy.from_json(json.dumps(document), name="mine")
    assert policy.explain("s3:GetObject", f"{BUCKET}/web/x")
    assert not policy.explain("s3:GetObject", f"{BUCKET}/x")
    assert Policy.from_document(document, name="mine").explain("s3:GetBucketAcl", f"{BUCKET}/web/")
    assert policy.document == document
    with pytest.raises(InvalidPolicy, match=r"Statement\[0\]\.Effect"):
        Policy.from_document({"Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}]})
