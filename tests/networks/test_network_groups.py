"""The promise: groups let in who was named and nobody else, and interfaces of many tasks are one
call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest

from fargate_kit import (
    ANYWHERE,
    ConfigurationError,
    Connection,
    Denied,
    IngressRule,
    InvalidSpec,
    Network,
    NotFound,
    SecurityGroup,
    TaskSpec,
    WaitTimeout,
)
from fargate_kit.ownership import TAG
from fargate_kit.sim import World
from fargate_kit.sim.faults import LoseReply, Refuse

ShellSpec = Callable[..., TaskSpec]


def rule(port: int, source: str, protocol: str = "tcp") -> IngressRule:
    return IngressRule(protocol=protocol, first_port=port, last_port=port, source=source)


async def call(aws: Connection, operation: str, **members: Any) -> dict[str, Any]:
    return await aws._session.api.call("ec2", operation, **members)


async def groups_named(aws: Connection, name: str) -> int:
    chosen = [{"Name": "group-name", "Values": [name]}]
    return len((await call(aws, "DescribeSecurityGroups", Filters=chosen))["SecurityGroups"])


async def test_group_lets_in_nobody_by_itself(aws: Connection) -> None:
    """A group without sources lets nobody in and everything out, is tagged, and costs four
    calls."""
    group = await aws.security_group("web", tags={"team": "a"})
    assert group.ingress == ()
    assert [each.source for each in group.egress] == ["0.0.0.0/0"]
    assert group.tags == {"team": "a", TAG: "made"}
    assert aws.calls == {
        "ec2:DescribeVpcs": 1,
        "ec2:DescribeSecurityGroups": 2,
        "ec2:CreateSecurityGroup": 1,
    }


@pytest.mark.parametrize(
    ("open_to", "sources"),
    [
        (ANYWHERE, ["0.0.0.0/0"]),
        ("203.0.113.7", ["203.0.113.7/32"]),
        ("203.0.113.77/24", ["203.0.113.0/24"]),
        ("2001:db8::1", ["2001:db8::1/128"]),
        (["10.0.0.0/8", "sg-0123456789abcdef0"], ["10.0.0.0/8", "sg-0123456789abcdef0"]),
    ],
)
async def test_group_lets_in_who_was_named(
    aws: Connection, open_to: Any, sources: list[str]
) -> None:
    """An address, a range, another group or the whole internet come in by the ports named."""
    if "sg-0123456789abcdef0" in sources:
        other = (await aws.security_group("other")).id
        open_to, sources = [open_to[0], other], [sources[0], other]
    group = await aws.security_group("web", ports=[80, 443], open_to=open_to)
    assert set(group.ingress) == {rule(port, each) for port in (80, 443) for each in sources}


async def test_group_is_taken_as_a_source(aws: Connection) -> None:
    """A group that was made before can be named by itself."""
    balancer = await aws.security_group("balancer", ports=80, open_to=ANYWHERE)
    tasks = await aws.security_group("tasks", ports=(8000, 8080), open_to=balancer)
    assert {each.source for each in tasks.ingress} == {balancer.id}


async def test_range_of_ports_and_udp(aws: Connection) -> None:
    """Two numbers are a range, and datagrams are opened where they are asked for."""
    group = await aws.security_group("dns", ports=[(53, 54)], open_to="10.0.0.0/8", protocol="udp")
    assert group.ingress == (
        IngressRule(protocol="udp", first_port=53, last_port=54, source="10.0.0.0/8"),
    )


@pytest.mark.parametrize(
    ("wish", "rules"),
    [
        ({"ports": 80, "open_to": "0.0.0.0/0"}, ["group-open-to-all"]),
        ({"ports": 80, "open_to": "::/0"}, ["group-open-to-all"]),
        ({"ports": 80, "open_to": ["0.0.0.0/1", "128.0.0.0/1"]}, ["group-open-to-all"] * 2),
        ({"ports": 80}, ["group-unsaid"]),
        ({"open_to": ANYWHERE}, ["group-unsaid"]),
        ({"ports": [80, 70000], "open_to": "me"}, ["group-port", "group-source"]),
        ({"ports": [(90, 80)], "open_to": ANYWHERE}, ["group-port"]),
        ({"ports": 1, "open_to": ANYWHERE, "protocol": "all"}, ["group-protocol"]),
        ({"name": "sg-web"}, ["group-name"]),
    ],
)
async def test_wrong_wishes_are_refused_before_any_call(
    aws: Connection, wish: dict[str, Any], rules: list[str]
) -> None:
    """The whole internet must be said in so many words; every problem is told at once."""
    with pytest.raises(InvalidSpec) as refused:
        await aws.security_group(**{"name": "web", **wish})
    assert [problem.rule for problem in refused.value.problems] == rules
    assert not aws.calls


async def test_equal_group_is_taken_as_it_is(aws: Connection) -> None:
    """Asked for again, a group is looked at and not changed."""
    made = await aws.security_group("web", ports=80, open_to="10.0.0.0/8")
    before = aws.calls
    assert await aws.security_group("web", ports=80, open_to="10.0.0.0/8") == made
    assert aws.calls - before == {"ec2:DescribeVpcs": 1, "ec2:DescribeSecurityGroups": 1}


async def test_rules_follow_what_is_asked_for(aws: Connection) -> None:
    """A rule that is not asked for any more is taken away; what is new is added before that."""
    made = await aws.security_group("web", ports=80, open_to=ANYWHERE)
    group = await aws.security_group("web", ports=80, open_to="203.0.113.7")
    assert group.id == made.id
    assert group.ingress == (rule(80, "203.0.113.7/32"),)


async def test_foreign_group_is_not_changed(aws: Connection) -> None:
    """A group of that name that is not ours is refused if it differs, and stays as it was."""
    vpc = (await call(aws, "DescribeVpcs"))["Vpcs"][0]["VpcId"]
    made = await call(aws, "CreateSecurityGroup", GroupName="web", Description="theirs", VpcId=vpc)
    assert (await aws.security_group("web")).id == made["GroupId"]
    with pytest.raises(InvalidSpec, match="was not made by fargate_kit"):
        await aws.security_group("web", ports=80, open_to=ANYWHERE)
    assert (await aws.security_group("web")).ingress == ()
    group = await aws.security_group("web", ports=80, open_to=ANYWHERE, change_foreign=True)
    assert group.ingress == (rule(80, "0.0.0.0/0"),)
    assert not group.is_ours


@pytest.mark.parametrize("step", ["CreateSecurityGroup", "AuthorizeSecurityGroupIngress"])
async def test_refusal_at_any_step_leaves_nothing(aws: Connection, world: World, step: str) -> None:
    """Whichever step is refused, no group is left."""
    world.run(
        lambda account: account.faults.plan(
            Refuse(operation=step, code="UnauthorizedOperation", service="ec2", status=403)
        )
    )
    with pytest.raises(Denied):
        await aws.security_group("web", ports=80, open_to=ANYWHERE)
    assert await groups_named(aws, "web") == 0


@pytest.mark.parametrize("step", range(1, 6))
async def test_cancellation_at_any_call_leaves_nothing(aws: Connection, step: int) -> None:
    """Whenever the creation is cancelled, no group is left."""
    api, calls = aws._session.api, 0
    original = api.call
    with anyio.CancelScope() as scope:

        async def counted(service: str, operation: str, /, **members: Any) -> dict[str, Any]:
            nonlocal calls
            calls += 1
            if calls == step:
                scope.cancel()
            return await original(service, operation, **members)

        api.call = counted  # type: ignore[method-assign]
        await aws.security_group("web", ports=80, open_to=ANYWHERE)
    api.call = original  # type: ignore[method-assign]
    assert scope.cancelled_caught
    assert await groups_named(aws, "web") == 0


@pytest.mark.parametrize("step", ["CreateSecurityGroup", "AuthorizeSecurityGroupIngress"])
async def test_lost_reply_makes_no_second_group(aws: Connection, world: World, step: str) -> None:
    """If an answer is lost, the repeated call finds what it has done."""
    world.run(lambda account: account.faults.plan(LoseReply(operation=step, service="ec2")))
    group = await aws.security_group("web", ports=80, open_to=ANYWHERE)
    assert group.ingress == (rule(80, "0.0.0.0/0"),)
    assert await groups_named(aws, "web") == 1


async def test_two_who_ask_at_once_get_one_group(aws: Connection) -> None:
    """Two tasks of a program that ask for the same group at once get the same."""
    found: list[SecurityGroup] = []
    async with anyio.create_task_group() as group:

        async def ask() -> None:
            found.append(await aws.security_group("web"))

        group.start_soon(ask)
        group.start_soon(ask)
    assert found[0] == found[1]
    assert aws.calls["ec2:CreateSecurityGroup"] == 1


async def test_group_is_deleted_when_it_is_empty(aws: Connection, shell: ShellSpec) -> None:
    """A group with a running task stays; when the task has stopped it goes, and twice is fine."""
    group = await aws.security_group("web")
    default = await aws.default_network()
    network = Network(subnets=default.subnets, security_groups=[group.id], public_ip=True)
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 6000"))
    task = await (await cluster.run(definition, network=network)).wait_running()
    with pytest.raises(WaitTimeout):
        await group.delete(timeout=5)
    await task.stop()
    await group.delete()
    await group.delete()
    with pytest.raises(NotFound):
        await group.refresh()


async def test_network_that_is_not_there_is_told(aws: Connection) -> None:
    """A group can be made only in a VPC that is there."""
    with pytest.raises(ConfigurationError, match="there is no subnet subnet-0"):
        await aws.security_group("web", network=Network(subnets=["subnet-0"]))


async def test_interfaces_of_many_tasks_are_one_call(aws: Connection, shell: ShellSpec) -> None:
    """Whatever number of tasks, one call finds their interfaces; stopped ones are left out."""
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 6000"))
    started = await cluster.run_many(definition, 12)
    tasks = [await task.wait_running() for task in started]
    before = aws.calls
    found = await aws.interfaces(tasks)
    assert aws.calls - before == {"ec2:DescribeNetworkInterfaces": 1}
    assert set(found) == {task.arn for task in tasks}
    for task in tasks:
        assert task.network_interface is not None
        assert found[task.arn].private_ip == task.network_interface.private_ip
        assert found[task.arn].id == task.network_interface.id
    assert len({each.public_ip for each in found.values()}) == 12
    stopped = await (await tasks[0].stop()).wait_stopped()
    assert set(await aws.interfaces([stopped, *tasks[1:]])) == {task.arn for task in tasks[1:]}
    assert await aws.interfaces([]) == {}
