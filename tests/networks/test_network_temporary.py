"""The promise: networks, groups and roles that are made for a lesson go with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fargate_kit import ANYWHERE, Connection, TaskSpec
from fargate_kit.ownership import TAG

ShellSpec = Callable[..., TaskSpec]
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}


async def remains(aws: Connection) -> list[int]:
    """Return how many VPCs, subnets, groups, gateways, tables and roles there are."""
    call = aws._session.api.call
    return [
        len((await call("ec2", "DescribeVpcs"))["Vpcs"]),
        len((await call("ec2", "DescribeSubnets"))["Subnets"]),
        len((await call("ec2", "DescribeSecurityGroups"))["SecurityGroups"]),
        len((await call("ec2", "DescribeInternetGateways"))["InternetGateways"]),
        len((await call("ec2", "DescribeRouteTables"))["RouteTables"]),
        len((await call("iam", "ListRoles"))["Roles"]),
    ]


async def test_lesson_takes_its_network_and_roles_with_it(
    aws: Connection, shell: ShellSpec
) -> None:
    """A task that still runs in a network of the lesson, with roles of the lesson, goes as well."""
    before = await remains(aws)
    async with aws.temporary("lesson") as lesson:
        network = await lesson.create_network("lesson", ports=80, open_to=ANYWHERE)
        other = await lesson.security_group("other", network=network)
        await lesson.security_group("third", network=network, ports=80, open_to=other)
        spec = shell("sleep 6000")
        execution = await lesson.create_execution_role(spec)
        role = await lesson.create_task_role("app", statements=[READ])
        assert role.tags[TAG] == "lesson"
        cluster = await lesson.create_cluster("lesson")
        definition = await lesson.register(replace(spec, execution_role=execution, task_role=role))
        await (await cluster.run(definition, network=network)).wait_running()
    assert await remains(aws) == before
