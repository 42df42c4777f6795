"""The promise: before anything runs, every problem is told at once, and nothing is changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fargate_kit import (
    Connection,
    ContainerSpec,
    InvalidSpec,
    LogConfiguration,
    Preflight,
    StartFailed,
    TaskSpec,
)
from fargate_kit.sim import World
from fargate_kit.sim.faults import Refuse

Call = Callable[..., Any]
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@pytest.fixture
def call(aws: Connection) -> Call:
    """Return what calls AWS by the names of its operations."""
    return aws._session.api.call


async def push(call: Call, tag: str, *architectures: str) -> None:
    """Put an image into the repository `shop/web`; for several platforms, an index."""
    config = {
        "mediaType": "application/vnd.oci.image.config.v1+json",
        "size": 2,
        "digest": f"sha256:{'1' * 64}",
    }
    one = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []}
    several = {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [
            {
                "mediaType": MANIFEST,
                "size": 2,
                "digest": f"sha256:{str(number) * 64}",
                "platform": {"os": "linux", "architecture": each},
            }
            for number, each in enumerate([*architectures, "unknown"], start=2)
        ],
    }
    raw = several if architectures else one
    await call(
        "ecr",
        "PutImage",
        repositoryName="shop/web",
        imageTag=tag,
        imageManifest=json.dumps(raw),
        imageManifestMediaType=raw["mediaType"],
    )


def image(world: World, tag: str = "1") -> str:
    """Return the name of an image in the account's own ECR."""
    return f"{world.account.id}.dkr.ecr.us-east-1.amazonaws.com/shop/web:{tag}"


@pytest.fixture
async def spec(aws: Connection, world: World, call: Call) -> TaskSpec:
    """Return a specification that needs a bit of everything, all of which is there."""
    await call("ecr", "CreateRepository", repositoryName="shop/web")
    await push(call, "1", "amd64", "arm64")
    secret = await call("secretsmanager", "CreateSecret", Name="key", SecretString="x")
    await call("ssm", "PutParameter", Name="/shop/mode", Value="x", Type="String")
    await aws.create_log_group("/shop")
    spec = TaskSpec(
        family="web",
        cpu=256,
        memory=512,
        containers=[
            ContainerSpec(
                name="main",
                image=image(world),
                ports=[80],
                secrets={"KEY": secret["ARN"], "MODE": "/shop/mode"},
                log_configuration=LogConfiguration.awslogs("/shop", region="us-east-1"),
            )
        ],
    )
    role = await aws.create_execution_role(spec)
    return replace(spec, execution_role=role.arn)


def changed(spec: TaskSpec, **changes: Any) -> TaskSpec:
    """Return the specification with another first container."""
    return replace(spec, containers=[replace(spec.containers[0], **changes)])


def role_of(spec: TaskSpec) -> str:
    """Return the name of the execution role."""
    return str(spec.execution_role).rpartition("/")[2]


def rules(report: Preflight) -> list[str]:
    """Return the ids of the rules that are broken."""
    return [problem.rule for problem in report.problems]


async def test_nothing_in_the_way(aws: Connection, spec: TaskSpec) -> None:
    """Where all is well the report is true, and so many calls were made, none of which changes."""
    before = aws.calls
    report = await aws.check(spec)
    made = aws.calls - before
    assert report, str(report)
    assert str(report) == "task definition web: nothing in the way"
    assert report.raise_for_problems() is report
    assert made == Counter({
        "iam:GetRole": 1,
        "iam:ListRolePolicies": 1,
        "iam:GetRolePolicy": 1,
        "iam:ListAttachedRolePolicies": 1,
        "ecr:BatchGetImage": 1,
        "secretsmanager:DescribeSecret": 1,
        "ssm:DescribeParameters": 1,
        "logs:DescribeLogGroups": 1,
        "ec2:DescribeVpcs": 1,  # default_network()
        "ec2:DescribeSubnets": 2,
        "ec2:DescribeSecurityGroups": 2,
        "ec2:DescribeRouteTables": 1,
        "ec2:DescribeInternetGateways": 1,
        "ec2:DescribeVpcEndpoints": 1,
        "ec2:DescribeVpcAttribute": 1,
    })


async def test_every_problem_at_once(aws: Connection, world: World, spec: TaskSpec) -> None:
    """One look tells all of them, each on one line with what to do."""
    account = world.account.id
    gone = f"arn:aws:secretsmanager:us-east-1:{account}:secret:gone-AbCdEf"
    broken = changed(
        replace(
            spec,
            memory=513,
            execution_role=f"arn:aws:iam::{account}:role/nobody",
            task_role=f"arn:aws:iam::{account}:role/none",
        ),
        image=image(world, "2"),
        secrets={"KEY": gone, "MODE": "/shop/other"},
        log_configuration=LogConfiguration.awslogs("/elsewhere", region="us-east-1"),
    )
    network = replace(await aws.default_network(), public_ip=False)
    report = await aws.check(broken, network=network)
    found = rules(report)
    assert not report
    assert found[:7] == [
        "fargate-size",
        "role-missing",
        "role-missing",
        "image-missing",
        "secret-missing",
        "secret-missing",
        "log-group-missing",
    ]
    assert len(found) > 7
    assert all(rule.startswith("network") for rule in found[7:])
    assert not report.not_seen
    assert all("\n" not in problem.message for problem in report.problems)
    with pytest.raises(InvalidSpec) as raised:
        report.raise_for_problems()
    assert raised.value.problems == report.problems


async def test_check_against_a_connection_is_the_same(aws: Connection, spec: TaskSpec) -> None:
    """`spec.check(against=aws)` is awaited, and `spec.check()` is not."""
    assert await spec.check(against=aws) == await aws.check(spec)
    assert spec.check() is spec


async def test_revision_is_checked_like_its_specification(aws: Connection, spec: TaskSpec) -> None:
    """What AWS adds to a registered revision is no problem."""
    report = await aws.check(await aws.register(spec))
    assert report, str(report)
    assert report.subject == "task definition web:1"


async def test_role_that_trusts_others_is_told(aws: Connection, call: Call, spec: TaskSpec) -> None:
    """ECS could not take it: the remedy is the whole trust policy."""
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "ec2.amazonaws.com"},
        },
    }
    role = await call(
        "iam", "CreateRole", RoleName="of-ec2", AssumeRolePolicyDocument=json.dumps(trust)
    )
    report = await aws.check(replace(spec, task_role=role["Role"]["Arn"]))
    (problem,) = report.problems
    assert (problem.path, problem.rule) == ("taskRoleArn", "role-untrusting")
    assert '"Principal":{"Service":"ecs-tasks.amazonaws.com"}' in problem.message


async def test_what_a_role_may_not_is_told_by_action(
    aws: Connection, call: Call, spec: TaskSpec
) -> None:
    """The missing statements are in the remedies, one for each action."""
    await call(
        "iam",
        "PutRolePolicy",
        RoleName=role_of(spec),
        PolicyName="fargate-kit",
        PolicyDocument=json.dumps({
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Action": ["ecr:*", "logs:PutLogEvents"],
                "Resource": "*",
            },
        }),
    )
    report = await aws.check(spec)
    assert rules(report) == ["role-may-not"] * 3
    said = str(report)
    for action in ("logs:CreateLogStream", "secretsmanager:GetSecretValue", "ssm:GetParameters"):
        assert f'allow it {{"Effect":"Allow","Action":"{action}","Resource":[' in said


async def test_image_of_another_architecture_is_told(
    aws: Connection, world: World, call: Call, spec: TaskSpec
) -> None:
    """An index without the wanted platform would end in an exec format error."""
    await push(call, "arm", "arm64")
    (problem,) = (await aws.check(changed(spec, image=image(world, "arm")))).problems
    assert problem.rule == "image-architecture"
    assert "is built for arm64, and the task runs on X86_64" in problem.message
    on_arm = replace(changed(spec, image=image(world, "arm")), cpu_architecture="ARM64")
    assert await aws.check(on_arm)


async def test_what_cannot_be_known_is_a_note(
    aws: Connection, world: World, call: Call, spec: TaskSpec
) -> None:
    """An image that does not tell its platform, or another registry's, is not called a problem."""
    await push(call, "plain")
    report = await aws.check(changed(spec, image=image(world, "plain")))
    assert report
    assert "ECR does not tell its CPU architecture" in report.notes[0]
    report = await aws.check(changed(spec, image="nginx"))
    assert "nginx is not in ECR, and other registries are not asked" in report.notes[0]


async def test_repository_that_is_not_there_is_told(
    aws: Connection, world: World, spec: TaskSpec
) -> None:
    """A wrong repository is another mistake than a wrong tag."""
    wrong = image(world).replace("shop/web", "shop/wob")
    report = await aws.check(changed(spec, image=wrong))
    assert "there is no repository shop/wob in ECR in us-east-1" in str(report)


async def test_secret_that_is_being_deleted_is_told(
    aws: Connection, call: Call, spec: TaskSpec
) -> None:
    """It is there and cannot be read."""
    await call("secretsmanager", "DeleteSecret", SecretId="key")
    assert rules(await aws.check(spec)) == ["secret-deleted"]


async def test_log_group_may_be_made_by_the_driver(aws: Connection, spec: TaskSpec) -> None:
    """Where the driver makes the group it need not be there, and the role must be allowed to."""
    options = {
        "awslogs-group": "/new",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "x",
        "awslogs-create-group": "true",
    }
    made = changed(spec, log_configuration=LogConfiguration(driver="awslogs", options=options))
    report = await aws.check(made)
    assert set(rules(report)) == {"role-may-not"}
    assert "may not do logs:CreateLogGroup on " in str(report)


@pytest.mark.parametrize(
    ("operation", "service", "code", "needs"),
    [
        ("GetRole", "iam", "AccessDenied", "the execution role: needs iam:GetRole"),
        ("BatchGetImage", "ecr", "AccessDeniedException",
         "the image of container main: needs ecr:BatchGetImage"),
        ("DescribeSecret", "secretsmanager", "AccessDeniedException",
         "secrets: needs secretsmanager:DescribeSecret"),
        ("DescribeParameters", "ssm", "AccessDeniedException",
         "parameters: needs ssm:DescribeParameters"),
        ("DescribeLogGroups", "logs", "AccessDeniedException",
         "log groups: needs logs:DescribeLogGroups"),
        ("DescribeRouteTables", "ec2", "UnauthorizedOperation",
         "the network: needs ec2:DescribeRouteTables"),
    ],
)  # fmt: skip
async def test_look_that_is_denied_is_told(
    aws: Connection,
    world: World,
    spec: TaskSpec,
    operation: str,
    service: str,
    code: str,
    needs: str,
) -> None:
    """What the caller may not look at is no crash, hides nothing else, and is not called well."""
    fault = Refuse(operation=operation, service=service, code=code, remaining=None, status=403)
    world.run(lambda account: account.faults.plan(fault))
    report = await aws.check(replace(spec, memory=513))
    assert rules(report) == ["fargate-size"]
    (said,) = report.not_seen
    assert said.startswith(f"could not look at {needs}")
    assert not await aws.check(spec)


@pytest.mark.parametrize("broken", ["log group", "secret", "role", "network"])
async def test_what_is_told_is_what_happens(
    aws: Connection, world: World, call: Call, spec: TaskSpec, broken: str
) -> None:
    """A task that is run in spite of the report fails to start for that very reason."""
    network = await aws.default_network()
    if broken == "log group":
        await aws.delete_log_group("/shop")
    elif broken == "secret":
        await call("ssm", "DeleteParameter", Name="/shop/mode")
    elif broken == "role":
        await call("iam", "DeleteRolePolicy", RoleName=role_of(spec), PolicyName="fargate-kit")
    else:
        network = replace(network, public_ip=False)
    assert world
    report = await aws.check(spec, network=network)
    assert report.problems
    cluster = await aws.create_cluster("prod")
    task = await cluster.run(await aws.register(spec), network=network)
    with pytest.raises(StartFailed) as raised:
        await task.wait_running()
    families = {"log group": "logs", "secret": "secret", "role": "permission"}
    assert raised.value.family == families.get(broken, "network")


async def test_report_is_shown_without_markup(aws: Connection, spec: TaskSpec) -> None:
    """Names are text, also in a notebook."""
    report = await aws.check(replace(spec, family="<b>", memory=513))
    assert "<b>&" not in report._repr_html_()
    assert "task definition &lt;b&gt;: 2 problems" in report._repr_html_()
