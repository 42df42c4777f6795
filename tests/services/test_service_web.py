"""The promise: one call makes a service with its balancer, or nothing, and one takes it down."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from balanced import WEB, everything, get

from fargate_kit import (
    ANYWHERE,
    ApiError,
    Cluster,
    Connection,
    InvalidSpec,
    NotFound,
    TargetHealthCheck,
    TaskDefinition,
    WaitTimeout,
    WebService,
)
from fargate_kit.sim import World
from fargate_kit.sim.faults import LoseReply, Refuse

QUICK = TargetHealthCheck(interval=5, timeout=2)
STEPS = [
    ("ec2", "CreateSecurityGroup"),
    ("ec2", "AuthorizeSecurityGroupIngress"),
    ("elbv2", "CreateLoadBalancer"),
    ("elbv2", "CreateTargetGroup"),
    ("elbv2", "ModifyTargetGroupAttributes"),
    ("elbv2", "CreateListener"),
    ("ecs", "CreateService"),
]


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster."""
    return await aws.create_cluster("prod")


@pytest.fixture
async def definition(aws: Connection) -> TaskDefinition:
    """Return a web server."""
    return await aws.register(WEB)


async def create(cluster: Cluster, definition: TaskDefinition, **members: Any) -> WebService:
    """Make the service `web`."""
    return await cluster.create_web_service(
        "web",
        definition,
        **{
            "port": 80,
            "open_to": ANYWHERE,
            "health_check": QUICK,
            "deregistration_delay": 5,
            **members,
        },
    )


async def test_one_call_makes_all_and_one_takes_it_down(
    world: World, aws: Connection, cluster: Cluster, definition: TaskDefinition
) -> None:
    """It answers at its address when it is ready, and afterwards nothing is left."""
    before = await everything(aws)
    web = await (await create(cluster, definition, desired_count=2)).wait_ready()
    assert web.url == f"http://{web.balancer.dns_name}"
    assert get(world, web.url)[0] == 200
    assert (web.balancer.name, web.target_group.name) == ("prod-web", "prod-web")
    assert (web.service.desired_count, web.balancer.status) == (2, "active")
    assert {each.state for each in await web.target_group.health()} == {"healthy"}
    await web.delete()
    assert await everything(aws) == before == {}
    await web.delete()
    assert (await cluster.delete()).status == "INACTIVE"


async def test_tasks_let_in_their_balancer_alone(
    aws: Connection, cluster: Cluster, definition: TaskDefinition
) -> None:
    """The group that is added to the tasks' network names the balancer's group and the port."""
    web = await create(cluster, definition)
    assert web.service.network is not None
    reply = await aws._session.api.call(
        "ec2", "DescribeSecurityGroups", GroupIds=list(web.service.network.security_groups[-1:])
    )
    (rule,) = reply["SecurityGroups"][0]["IpPermissions"]
    assert (rule["FromPort"], rule["ToPort"], rule["IpRanges"]) == (80, 80, [])
    (source,) = rule["UserIdGroupPairs"]
    assert (source["GroupId"],) == web.balancer.security_groups


async def test_creation_costs_so_many_calls(
    aws: Connection, cluster: Cluster, definition: TaskDefinition
) -> None:
    """Two security groups, a balancer, a target group, a listener and a service: 13 calls."""
    network = await aws.default_network()
    before = aws.calls
    await create(cluster, definition, network=network)
    assert dict(aws.calls - before) == {
        "ec2:DescribeSubnets": 2,
        "ec2:CreateSecurityGroup": 2,
        "ec2:AuthorizeSecurityGroupIngress": 2,
        "elbv2:DescribeLoadBalancers": 1,
        "elbv2:CreateLoadBalancer": 1,
        "elbv2:DescribeTargetGroups": 1,
        "elbv2:CreateTargetGroup": 1,
        "elbv2:ModifyTargetGroupAttributes": 1,
        "elbv2:CreateListener": 1,
        "ecs:CreateService": 1,
    }


async def test_it_is_found_again(
    aws: Connection, cluster: Cluster, definition: TaskDefinition
) -> None:
    """Another process finds all of it by the service's name, and can take it down."""
    web = await create(cluster, definition, listen_on=8080)
    found = await cluster.web_service("web")
    assert found.url == web.url == f"http://{web.balancer.dns_name}:8080"
    assert found.listener.arn == web.listener.arn
    assert (await found.refresh()).target_group.load_balancer_arn == web.balancer.arn
    await found.delete()
    assert await everything(aws) == {}
    with pytest.raises(NotFound):
        await cluster.web_service("web")


async def test_service_without_a_balancer_is_no_web_service(
    aws: Connection, cluster: Cluster, definition: TaskDefinition
) -> None:
    """It is told that nothing forwards to it."""
    await cluster.create_service("plain", definition)
    with pytest.raises(NotFound, match="no load balancer forwards to plain"):
        await cluster.web_service("plain")


@pytest.mark.parametrize(("service", "operation"), STEPS)
async def test_step_that_is_refused_undoes_the_others(
    world: World,
    aws: Connection,
    cluster: Cluster,
    definition: TaskDefinition,
    service: str,
    operation: str,
) -> None:
    """Whatever AWS refuses, what was made before is taken away, and the refusal is told."""
    refusal = Refuse(service=service, operation=operation, code="AccessDenied", message="no")
    world.account.faults.plan(refusal)
    with pytest.raises(ApiError, match=f"{operation}: AccessDenied") as raised:
        await create(cluster, definition)
    assert await everything(aws) == {}
    assert not getattr(raised.value, "__notes__", [])


@pytest.mark.parametrize("operation", [operation for _, operation in STEPS])
async def test_cancellation_in_a_step_undoes_all(
    monkeypatch: pytest.MonkeyPatch,
    aws: Connection,
    cluster: Cluster,
    definition: TaskDefinition,
    operation: str,
) -> None:
    """Who is cancelled while AWS makes a thing takes that thing away as well."""
    api, scope = aws._session.api, anyio.CancelScope()
    original = api.call

    async def call(service: str, name: str, /, **parameters: Any) -> dict[str, Any]:
        if name == operation:
            scope.cancel()
        return await original(service, name, **parameters)

    monkeypatch.setattr(api, "call", call)
    with scope:
        await create(cluster, definition)
    assert scope.cancelled_caught
    assert await everything(aws) == {}


@pytest.mark.parametrize(
    ("service", "operation"), [step for step in STEPS if step[1].startswith("Create")][1:]
)
async def test_lost_answer_makes_nothing_twice(
    world: World,
    aws: Connection,
    cluster: Cluster,
    definition: TaskDefinition,
    service: str,
    operation: str,
) -> None:
    """A call whose answer got lost is repeated, and finds what the first one made."""
    world.account.faults.plan(LoseReply(service=service, operation=operation))
    web = await create(cluster, definition)
    assert await everything(aws) == {
        "load balancers": ["prod-web"],
        "target groups": ["prod-web"],
        "security groups": ["fargate-kit-balancer-prod-web", "fargate-kit-tasks-prod-web"],
        "services": ["web"],
    }
    await web.delete()
    assert await everything(aws) == {}


async def test_what_cannot_be_undone_is_told(
    world: World, aws: Connection, cluster: Cluster, definition: TaskDefinition
) -> None:
    """The first refusal is raised, and says by name what is left behind."""
    for service, operation in (("elbv2", "CreateTargetGroup"), ("elbv2", "DeleteLoadBalancer")):
        world.account.faults.plan(
            Refuse(service=service, operation=operation, code="AccessDenied", message="no")
        )
    with pytest.raises(ApiError, match="CreateTargetGroup") as raised:
        await create(cluster, definition)
    (note,) = raised.value.__notes__
    assert note.startswith("load balancer prod-web is left behind: elbv2:DeleteLoadBalancer")
    assert (await everything(aws))["load balancers"] == ["prod-web"]


async def test_balancer_of_another_service_is_not_taken(
    aws: Connection, cluster: Cluster, definition: TaskDefinition
) -> None:
    """A balancer of that name that is there already stays as it is, and so does its service."""
    there = await create(cluster, definition)
    before = await everything(aws)
    with pytest.raises(ApiError, match="DuplicateLoadBalancerName"):
        await create(cluster, definition)
    assert await everything(aws) == before
    assert (await there.refresh()).service.status == "ACTIVE"


async def test_names_that_balancers_cannot_have_are_shortened(
    aws: Connection, definition: TaskDefinition
) -> None:
    """Long names and underscores get a digest, so that two that look alike differ."""
    cluster = await aws.create_cluster("a_cluster_with_a_name_that_is_too_long")
    names = set()
    for name in ("web_1", "web-1"):
        web = await cluster.create_web_service(name, definition, port=80, open_to=[])
        names |= {web.balancer.name, web.target_group.name}
    assert len(names) == 2
    assert {len(name) for name in names} == {32}


async def test_impossible_web_service_is_refused_before_any_call(
    aws: Connection, cluster: Cluster, definition: TaskDefinition
) -> None:
    """Problems of the service, the balancer and the checks are told together."""
    before = aws.calls
    with pytest.raises(InvalidSpec) as refused:
        await cluster.create_web_service(
            "no good",
            definition,
            port=8080,
            open_to="nobody",
            listen_on=0,
            desired_count=-1,
            health_check=TargetHealthCheck(path="ping"),
        )
    assert [problem.path for problem in refused.value.problems] == [
        "serviceName",
        "desiredCount",
        "loadBalancers[0].containerName",
        "open_to[0]",
        "Port",
        "HealthCheckPath",
    ]
    assert aws.calls == before


async def test_deletion_keeps_to_its_time_and_can_go_on(
    aws: Connection, cluster: Cluster, definition: TaskDefinition
) -> None:
    """A time-out ends the wait; the next call finishes what was begun."""
    web = await (await create(cluster, definition)).wait_ready()
    with pytest.raises(WaitTimeout, match="were not gone within 3 s"):
        await web.delete(timeout=3)
    await web.delete()
    assert await everything(aws) == {}
