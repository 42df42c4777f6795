"""The promise: roles are least privilege, the same however often asked for, and none is left half
made."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import anyio
import pytest

from fargate_kit import (
    Connection,
    ContainerSpec,
    Denied,
    InvalidSpec,
    LogConfiguration,
    NotFound,
    Role,
    TaskSpec,
)
from fargate_kit.core.session import Session
from fargate_kit.ownership import TAG
from fargate_kit.roles.creation import INLINE_POLICY, SETTLE
from fargate_kit.sim import World
from fargate_kit.sim.faults import LoseReply, Refuse

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234"
MANAGED = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
WRITE = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*"}


def wanted(**members: Any) -> TaskSpec:
    """Return a definition that needs a repository, a log group, a secret and a file."""
    main = ContainerSpec.from_api({
        "name": "main",
        "image": f"{ECR}/team/web:1",
        "logConfiguration": LogConfiguration.awslogs("/ecs/web", region="us-east-1").to_api(),
        "secrets": [
            {"name": "PASSWORD", "valueFrom": SECRET},
            {"name": "TOKEN", "valueFrom": "/prod/token"},
        ],
        "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/x.env"}],
        **members,
    })
    return TaskSpec(family="web", cpu=256, memory=512, containers=[main])


def session_of(aws: Connection) -> Session:
    return aws._session


async def call(aws: Connection, operation: str, **members: Any) -> dict[str, Any]:
    return await session_of(aws).api.call("iam", operation, **members)


async def foreign_role(aws: Connection, name: str = "theirs") -> None:
    """Make a role that anybody else could have made."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    document = {"Version": "2012-10-17", "Statement": [trust]}
    await call(aws, "CreateRole", RoleName=name, AssumeRolePolicyDocument=json.dumps(document))


async def test_execution_role_does_what_the_definition_needs(aws: Connection) -> None:
    """An execution role may do what its definition needs, and nothing beside it."""
    role = await aws.create_execution_role(wanted(), kms_keys=[KEY])
    may = await role.policies()
    group = f"arn:aws:logs:us-east-1:{role.account}:log-group"
    repository = "arn:aws:ecr:us-east-1:123456789012:repository"
    for action, resource in (
        ("ecr:GetAuthorizationToken", "*"),
        ("ecr:BatchGetImage", f"{repository}/team/web"),
        ("logs:PutLogEvents", f"{group}:/ecs/web:log-stream:ecs/main/1"),
        ("secretsmanager:GetSecretValue", SECRET),
        ("ssm:GetParameters", f"arn:aws:ssm:us-east-1:{role.account}:parameter/prod/token"),
        ("s3:GetObject", "arn:aws:s3:::b/x.env"),
        ("kms:Decrypt", KEY),
    ):
        assert may.explain(action, resource), action
    for action, resource in (
        ("ecr:BatchGetImage", f"{repository}/team/other"),
        ("logs:PutLogEvents", f"{group}:/ecs/other:log-stream:ecs/main/1"),
        ("logs:CreateLogGroup", f"{group}:/ecs/web:log-stream:"),
        ("secretsmanager:GetSecretValue", f"{SECRET}x"),
        ("s3:GetObject", "arn:aws:s3:::b/y.env"),
        ("kms:Decrypt", f"{KEY}5"),
        ("ecs:RunTask", "*"),
    ):
        assert not may.explain(action, resource), action
    assert role.name == "web-execution-us-east-1"
    assert role.tags[TAG] == "made"


async def test_task_starts_with_the_role_made_for_it(aws: Connection, world: World) -> None:
    """With the role that was made from it, a definition runs and writes its log."""
    await aws.create_log_group("/ecs/job")
    main = ContainerSpec(
        name="main",
        image="busybox",
        command=["sh", "-c", "echo hello"],
        log_configuration=LogConfiguration.awslogs("/ecs/job", region="us-east-1"),
    )
    spec = TaskSpec(family="job", cpu=256, memory=512, containers=[main])
    role = await aws.create_execution_role(spec)
    definition = await aws.register(replace(spec, execution_role=role))
    cluster = await aws.create_cluster("prod")
    task = (await (await cluster.run(definition)).wait_stopped()).raise_for_exit()
    assert [line.text async for line in task.logs()] == ["hello"]
    assert definition.raw["executionRoleArn"] == role.arn


async def test_only_tasks_of_this_account_and_region_get_it(aws: Connection) -> None:
    """ECS takes the role for tasks of this account in this region, and nobody else does."""
    role = await aws.create_task_role("app")
    assert role.trusts()
    assert not role.trusts("ec2.amazonaws.com")
    assert not role.trusts(context={"aws:SourceAccount": "000000000000"})
    elsewhere = f"arn:aws:ecs:eu-west-1:{role.account}:task/prod/1"
    assert not role.trusts(context={"aws:SourceArn": elsewhere})


async def test_new_role_costs_four_calls_and_is_waited_for(aws: Connection) -> None:
    """A new role is one look, two writes, and the question whose account it is; then it settles."""
    began = aws.clock.now()
    await aws.create_execution_role(wanted())
    assert aws.calls == {
        "sts:GetCallerIdentity": 1,
        "iam:GetRole": 1,
        "iam:CreateRole": 1,
        "iam:PutRolePolicy": 1,
    }
    assert aws.clock.now() - began == pytest.approx(SETTLE)


async def test_equal_role_is_taken_as_it_is(aws: Connection) -> None:
    """Asked for again, a role is looked at, not changed, and not waited for."""
    made = await aws.create_execution_role(wanted())
    before, began = aws.calls, aws.clock.now()
    again = await aws.create_execution_role(wanted())
    assert again == made
    assert aws.calls - before == {
        "iam:GetRole": 1,
        "iam:ListRolePolicies": 1,
        "iam:GetRolePolicy": 1,
    }
    assert aws.clock.now() == began


async def test_order_in_a_policy_is_no_difference(aws: Connection) -> None:
    """The same statements in another order, or written otherwise, change nothing."""
    await aws.create_task_role("app", statements=[READ, {**WRITE, "Action": ["s3:PutObject"]}])
    before = aws.calls
    await aws.create_task_role("app", statements=[WRITE, READ])
    assert not (aws.calls - before)["iam:PutRolePolicy"]


async def test_differing_policy_is_updated(aws: Connection) -> None:
    """What a role may do follows what is asked for; its other policies stay."""
    await aws.create_task_role("app", statements=[READ])
    more = json.dumps({"Version": "2012-10-17", "Statement": [{**READ, "Action": "s3:List*"}]})
    await call(aws, "PutRolePolicy", RoleName="app", PolicyName="more", PolicyDocument=more)
    role = await aws.create_task_role("app", statements=[WRITE], policies=[MANAGED])
    may = await role.policies()
    assert may.explain("s3:PutObject", "arn:aws:s3:::b/x")
    assert not may.explain("s3:GetObject", "arn:aws:s3:::b/x")
    assert may.explain("s3:ListBucket", "arn:aws:s3:::b/x")
    assert may.explain("logs:PutLogEvents")
    assert {policy.name for policy in may} == {
        INLINE_POLICY,
        "more",
        "AmazonECSTaskExecutionRolePolicy",
    }


async def test_role_without_statements_loses_its_inline_policy(aws: Connection) -> None:
    """A role that needs nothing any more may do nothing any more."""
    await aws.create_task_role("app", statements=[READ])
    role = await aws.create_task_role("app")
    assert len(await role.policies()) == 0


async def test_trust_and_tags_are_brought_in_line(aws: Connection) -> None:
    """A trust policy that was changed is put right; given tags are put on, ours stays."""
    made = await aws.create_task_role("app", tags={"team": "a"})
    open_to_all = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [open_to_all]})
    await call(aws, "UpdateAssumeRolePolicy", RoleName="app", PolicyDocument=document)
    assert (await made.refresh()).trusts("ec2.amazonaws.com")
    role = await aws.create_task_role("app", tags={"team": "b"})
    assert role.trust.document == made.trust.document
    assert role.tags == {"team": "b", TAG: "made"}


async def test_foreign_role_is_not_changed(aws: Connection) -> None:
    """A role of that name that is not ours is refused, and stays as it was."""
    await foreign_role(aws)
    before = (await aws.role("theirs")).raw
    with pytest.raises(InvalidSpec, match="was not made by fargate_kit"):
        await aws.create_task_role("theirs", statements=[READ])
    theirs = await aws.role("theirs")
    assert theirs.raw == before
    assert len(await theirs.policies()) == 0
    with pytest.raises(InvalidSpec, match="delete\\(foreign=True\\)"):
        await theirs.delete()


async def test_foreign_role_is_changed_where_asked(aws: Connection) -> None:
    """With `change_foreign` it is changed, and does not become ours by that."""
    await foreign_role(aws)
    role = await aws.create_task_role("theirs", statements=[READ], change_foreign=True)
    assert role.trusts()
    assert await role.explain("s3:GetObject", "arn:aws:s3:::b/x")
    assert not role.is_ours
    await role.delete(foreign=True)
    with pytest.raises(NotFound):
        await aws.role("theirs")


async def test_role_of_another_region_is_not_taken_away(aws: Connection, world: World) -> None:
    """IAM has no regions: a name that serves tasks elsewhere is refused, and stays as it was."""
    made = await aws.create_task_role("app", statements=[READ])
    async with world.connect(region="eu-west-1") as elsewhere:
        with pytest.raises(InvalidSpec, match="this role serves tasks in us-east-1"):
            await elsewhere.create_task_role("app", statements=[READ])
        own = await elsewhere.create_execution_role(wanted())
        assert own.name == "web-execution-eu-west-1"
        assert own.trusts()
        assert not own.trusts(
            context={"aws:SourceArn": f"arn:aws:ecs:us-east-1:{own.account}:task/prod/1"}
        )
    assert await made.refresh() == made
    assert (await made.refresh()).raw == made.raw


async def test_deleting_takes_policies_first(aws: Connection) -> None:
    """A role goes with its policies, and deleting what is gone is fine."""
    role = await aws.create_task_role("app", statements=[READ], policies=[MANAGED])
    before = aws.calls
    await role.delete()
    assert aws.calls - before == {
        "iam:ListAttachedRolePolicies": 1,
        "iam:DetachRolePolicy": 1,
        "iam:ListRolePolicies": 1,
        "iam:DeleteRolePolicy": 1,
        "iam:DeleteRole": 1,
    }
    await role.delete()
    with pytest.raises(NotFound):
        await role.refresh()


async def make(aws: Connection) -> Role:
    return await aws.create_task_role("app", statements=[READ], policies=[MANAGED])


@pytest.mark.parametrize("operation", ["CreateRole", "PutRolePolicy", "AttachRolePolicy"])
async def test_refusal_at_any_step_leaves_nothing(
    aws: Connection, world: World, operation: str
) -> None:
    """Whichever step of a creation is refused, no role is left, and the refusal is told."""
    world.run(
        lambda account: account.faults.plan(
            Refuse(operation=operation, code="AccessDenied", service="iam", status=403)
        )
    )
    with pytest.raises(Denied):
        await make(aws)
    with pytest.raises(NotFound):
        await aws.role("app")
    assert (await make(aws)).is_ours


@pytest.mark.parametrize("step", range(1, 6))
async def test_cancellation_at_any_call_leaves_nothing(aws: Connection, step: int) -> None:
    """Whenever a creation is cancelled, the role is gone, and asking again makes it."""
    api, calls = session_of(aws).api, 0
    original = api.call
    with anyio.CancelScope() as scope:

        async def counted(service: str, operation: str, /, **members: Any) -> dict[str, Any]:
            nonlocal calls
            calls += 1
            if calls == step:
                scope.cancel()
            return await original(service, operation, **members)

        api.call = counted  # type: ignore[method-assign]
        await make(aws)
    api.call = original  # type: ignore[method-assign]
    assert scope.cancelled_caught
    with pytest.raises(NotFound):
        await aws.role("app")
    assert (await make(aws)).is_ours


async def test_cancellation_while_it_settles_leaves_nothing(aws: Connection) -> None:
    """Cancelled while it settles, a role that nobody was given is deleted again."""
    async with anyio.create_task_group() as group:

        async def creating() -> None:
            await make(aws)

        group.start_soon(creating)
        await aws.clock.sleep(SETTLE / 2)
        assert await aws.role("app")
        group.cancel_scope.cancel()
    with pytest.raises(NotFound):
        await aws.role("app")


async def test_lost_reply_makes_no_second_role(aws: Connection, world: World) -> None:
    """If the answer to CreateRole is lost, the repeated call finds the role and completes it."""
    world.run(lambda account: account.faults.plan(LoseReply(operation="CreateRole", service="iam")))
    role = await make(aws)
    assert role.is_ours
    assert await role.explain("s3:GetObject", "arn:aws:s3:::b/x")


async def test_new_role_that_is_not_found_yet_is_tried_again(aws: Connection, world: World) -> None:
    """Just after CreateRole IAM may not find the role: that is no failure."""
    world.run(
        lambda account: account.faults.plan(
            Refuse(operation="PutRolePolicy", code="NoSuchEntity", service="iam", status=404)
        )
    )
    assert (await make(aws)).is_ours
    assert aws.calls["iam:PutRolePolicy"] == 2


async def test_two_who_ask_at_once_get_one_role(aws: Connection) -> None:
    """Two tasks of a program that ask for the same role at once get the same."""
    found: list[Role] = []
    async with anyio.create_task_group() as group:

        async def ask() -> None:
            found.append(await make(aws))

        group.start_soon(ask)
        group.start_soon(ask)
    assert found[0] == found[1]
    assert aws.calls["iam:CreateRole"] == 1


async def test_every_problem_is_told_before_any_call(aws: Connection) -> None:
    """A role that cannot be is refused with everything that is wrong, and nothing is sent."""
    with pytest.raises(InvalidSpec) as refused:
        await aws.create_task_role(
            "no name",
            path="app",
            statements=[{"Effect": "allow", "Action": "s3", "Resource": "*"}],
            policies=["ReadOnlyAccess"],
        )
    assert [problem.rule for problem in refused.value.problems] == [
        "role-name",
        "role-path",
        "role-managed-policy",
        "policy-effect",
        "policy-action",
    ]
    assert not aws.calls


async def test_policy_that_is_too_long_is_refused(aws: Connection) -> None:
    """IAM takes 10,240 characters of inline policies: more is told beforehand, with a remedy."""
    secrets = [
        {"name": f"S{number}", "valueFrom": f"{SECRET.removesuffix('-AbCdEf')}{number:03}-AbCdEf"}
        for number in range(200)
    ]
    with pytest.raises(InvalidSpec, match="at most 10,240 characters"):
        await aws.create_execution_role(wanted(secrets=secrets))
    assert not aws.calls


async def test_definition_without_family_needs_a_name(aws: Connection) -> None:
    """Without a family there is no name to make one from."""
    with pytest.raises(InvalidSpec, match="has no family"):
        await aws.create_execution_role({"containerDefinitions": []})
    role = await aws.create_execution_role({"containerDefinitions": []}, "bare")
    assert len(await role.policies()) == 0


async def test_exec_is_allowed_where_asked(aws: Connection) -> None:
    """A task role for ECS Exec may open the channels that it needs."""
    role = await aws.create_task_role("app", execute_command=True)
    assert await role.explain("ssmmessages:OpenDataChannel")
    assert not await role.explain("ssm:GetParameters")
