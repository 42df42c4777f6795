"""Load balancers: made, found, attached, watched, deleted; on a simulated Fargate."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest
from balanced import WEB, everything, get

from fargate_kit import (
    ANYWHERE,
    ApiError,
    Cluster,
    Connection,
    InvalidSpec,
    LoadBalancer,
    NotFound,
    TargetHealthCheck,
    TaskDefinition,
    WaitTimeout,
)
from fargate_kit.sim import World
from fargate_kit.sim.faults import Refuse
from fargate_kit.sim.timing import Timing

QUICK = TargetHealthCheck(interval=5, timeout=2)


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster."""
    return await aws.create_cluster("prod")


@pytest.fixture
async def web(aws: Connection) -> TaskDefinition:
    """Return a web server."""
    return await aws.register(WEB)


@pytest.fixture
async def balancer(aws: Connection) -> LoadBalancer:
    """Return a load balancer that everybody reaches."""
    return await (await aws.create_load_balancer("web", open_to=ANYWHERE)).wait_active()


async def test_balancer_is_made_as_asked(aws: Connection) -> None:
    """It is public, in a subnet of each zone, tagged, and found again by name and ARN."""
    balancer = await aws.create_load_balancer("web", open_to=ANYWHERE, tags={"team": "web"})
    network = await aws.default_network()
    assert (balancer.name, balancer.scheme) == ("web", "internet-facing")
    assert set(balancer.subnets) == set(network.subnets)
    assert balancer.url == f"http://{balancer.dns_name}"
    active = await balancer.wait_active()
    assert active.status == "active"
    assert await aws.load_balancer("web") == active
    assert (await aws.load_balancer(balancer.arn)).arn == balancer.arn
    assert [each.name async for each in aws.load_balancers()] == ["web"]
    tags = await aws._session.api.call("elbv2", "DescribeTags", ResourceArns=[balancer.arn])
    assert {tag["Key"]: tag["Value"] for tag in tags["TagDescriptions"][0]["Tags"]} == {
        "team": "web",
        "fargate-kit": "made",
    }


async def test_only_who_is_named_is_let_in(aws: Connection) -> None:
    """The balancer's own group has one rule for each source and port, and no other."""
    sources = ["203.0.113.0/24", *(await aws.default_network()).security_groups]
    balancer = await aws.create_load_balancer(
        "web", open_to=sources, ports=[80, 443], internal=True
    )
    reply = await aws._session.api.call(
        "ec2", "DescribeSecurityGroups", GroupIds=list(balancer.security_groups[:1])
    )
    (group,) = reply["SecurityGroups"]
    assert group["GroupName"] == "fargate-kit-balancer-web"
    let_in = {
        (rule["FromPort"], rule["ToPort"], source)
        for rule in group["IpPermissions"]
        for source in [
            *(each["CidrIp"] for each in rule.get("IpRanges", ())),
            *(each["GroupId"] for each in rule.get("UserIdGroupPairs", ())),
        ]
    }
    assert let_in == {(port, port, source) for port in (80, 443) for source in sources}
    assert balancer.scheme == "internal"


async def test_nobody_is_let_in_where_nobody_is_named(aws: Connection) -> None:
    """An empty list opens nothing, and costs no call."""
    await aws.create_load_balancer("web", open_to=[])
    assert aws.calls["ec2:AuthorizeSecurityGroupIngress"] == 0


async def test_creation_costs_so_many_calls(aws: Connection) -> None:
    """One look at the subnets and one for the name, then one call for each thing."""
    network = await aws.default_network()
    before = aws.calls
    await aws.create_load_balancer("web", network=network, open_to=ANYWHERE)
    assert dict(aws.calls - before) == {
        "ec2:DescribeSubnets": 1,
        "elbv2:DescribeLoadBalancers": 1,
        "ec2:CreateSecurityGroup": 1,
        "ec2:AuthorizeSecurityGroupIngress": 1,
        "elbv2:CreateLoadBalancer": 1,
    }


async def test_creation_again_finds_what_is_there(aws: Connection, balancer: LoadBalancer) -> None:
    """The same name and settings give the same balancer, group and listener."""
    group = await balancer.create_target_group("web")
    before = await everything(aws)
    again = await aws.create_load_balancer("web", open_to=ANYWHERE)
    assert again.arn == balancer.arn
    assert (await again.create_target_group("web")).arn == group.arn
    assert await everything(aws) == before


async def test_another_of_that_name_is_refused(aws: Connection, balancer: LoadBalancer) -> None:
    """What is there is not taken for what was asked for."""
    with pytest.raises(ApiError, match="DuplicateLoadBalancerName"):
        await aws.create_load_balancer("web", open_to=ANYWHERE, internal=True)
    await balancer.create_target_group("web")
    with pytest.raises(ApiError, match="DuplicateTargetGroupName"):
        await balancer.create_target_group("web", port=8080)


async def test_impossible_balancer_is_refused_before_any_call(
    aws: Connection, balancer: LoadBalancer
) -> None:
    """Every problem is told at once, and AWS hears nothing."""
    before = aws.calls
    with pytest.raises(InvalidSpec) as refused:
        await aws.create_load_balancer("internal-über", open_to=["0.0.0.0/0", "me"], ports=[70000])
    assert [problem.rule for problem in refused.value.problems] == [
        "balancer-name",
        "balancer-prefix",
        "group-port",
        "group-open-to-all",
        "group-source",
    ]
    with pytest.raises(InvalidSpec) as refused:
        await balancer.create_target_group(
            "-web",
            port=0,
            health_check=TargetHealthCheck(
                path="ping",
                interval=4,
                timeout=4,
                healthy_threshold=1,
                unhealthy_threshold=11,
                codes="2xx",
            ),
            deregistration_delay=3601,
        )
    assert [problem.path for problem in refused.value.problems] == [
        "Name",
        "Port",
        "HealthCheckIntervalSeconds",
        "HealthyThresholdCount",
        "UnhealthyThresholdCount",
        "HealthCheckTimeoutSeconds",
        "HealthCheckPath",
        "Matcher.HttpCode",
        "deregistration_delay.timeout_seconds",
    ]
    assert aws.calls == before


async def test_one_zone_is_too_few(aws: Connection) -> None:
    """A balancer needs two zones, and the remedy is told before anything is made."""
    network = await aws.default_network()
    with pytest.raises(InvalidSpec, match="add a subnet of another zone"):
        await aws.create_load_balancer(
            "web", network=replace(network, subnets=network.subnets[:1]), open_to=ANYWHERE
        )
    assert aws.calls["ec2:CreateSecurityGroup"] == 0


async def test_requests_reach_the_service(
    world: World,
    aws: Connection,
    cluster: Cluster,
    web: TaskDefinition,
    balancer: LoadBalancer,
) -> None:
    """A service behind a group and a listener answers at the balancer's address."""
    group = await balancer.create_target_group("web", health_check=QUICK)
    listener = await balancer.create_listener(group)
    assert (listener.port, listener.protocol) == (80, "HTTP")
    target = group.port(80)
    service = await cluster.create_service("web", web, desired_count=2, targets=[target])
    assert service.targets == (group.port(80, "main"),)
    await service.deployment.wait()
    healthy = await group.wait_healthy(2)
    assert {(each.state, each.port, each.remedy) for each in healthy} == {("healthy", 80, None)}
    status, page = get(world, balancer.url)
    assert status == 200
    assert "nginx" in page


async def test_target_without_a_container_means_the_one_that_maps_the_port(
    aws: Connection, cluster: Cluster, balancer: LoadBalancer
) -> None:
    """Where none maps it the problem says so; of a definition's name alone, what to name."""
    group = await balancer.create_target_group("web")
    definition = await aws.register(WEB)
    unmapped = r"no container maps port 81: map it, ContainerSpec\(ports=\[81\]\)"
    for given, port, says in (
        (definition, 81, unmapped),
        ("web", 80, r"say which container has port 80: container='…'"),
    ):
        with pytest.raises(InvalidSpec, match=says):
            await cluster.create_service("web", given, targets=[group.port(port)])
    assert aws.calls["ecs:CreateService"] == 0


async def test_rules_choose_by_path_and_host(
    world: World,
    aws: Connection,
    cluster: Cluster,
    web: TaskDefinition,
    balancer: LoadBalancer,
) -> None:
    """A rule sends its requests to its group; what no rule is for gets the listener's answer."""
    group = await balancer.create_target_group("web", health_check=QUICK)
    listener = await balancer.create_listener()
    by_path = await listener.create_rule(group, path="/index.html")
    by_host = await listener.create_rule(group, host=["shop.example.com", "*.shop.example.com"])
    assert (by_path.priority, by_host.priority) == (1, 2)
    assert by_host.hosts == ("shop.example.com", "*.shop.example.com")
    assert by_path.target_group_arns == (group.arn,)
    listed = [rule async for rule in listener.rules()]
    assert [rule.priority for rule in listed] == [1, 2, None]
    assert [each.arn async for each in balancer.listeners()] == [listener.arn]
    assert [each.arn async for each in balancer.target_groups()] == [group.arn]
    service = await cluster.create_service("web", web, targets=[group.port(80)])
    await service.deployment.wait()
    assert get(world, balancer.url)[0] == 404
    assert get(world, f"{balancer.url}/index.html")[0] == 200
    await by_path.delete()
    await by_path.delete()
    assert get(world, f"{balancer.url}/index.html")[0] == 404


async def test_priority_that_another_took_first_is_chosen_anew(
    world: World, aws: Connection, balancer: LoadBalancer
) -> None:
    """A rule without a priority is made although somebody was faster; one with it is not."""
    group = await balancer.create_target_group("web")
    listener = await balancer.create_listener(group)
    taken = Refuse(service="elbv2", operation="CreateRule", code="PriorityInUse")
    world.account.faults.plan(taken)
    assert (await listener.create_rule(group, path="/a")).priority == 1
    assert aws.calls["elbv2:CreateRule"] == 2
    with pytest.raises(ApiError, match="PriorityInUse"):
        await listener.create_rule(group, path="/b", priority=1)
    with pytest.raises(InvalidSpec, match="2 problems"):
        await listener.create_rule(group, priority=50_001)


async def test_balancer_without_groups_has_none(aws: Connection, balancer: LoadBalancer) -> None:
    """No group is an empty list, and a balancer that is gone is an error."""
    assert [each async for each in balancer.target_groups()] == []
    await balancer.delete()
    with pytest.raises(NotFound):
        [each async for each in balancer.target_groups()]


async def test_health_tells_the_remedy(
    world: World,
    aws: Connection,
    cluster: Cluster,
    web: TaskDefinition,
    balancer: LoadBalancer,
) -> None:
    """A target that fails its checks shows AWS's reason, and what to do about it."""
    wrong = TargetHealthCheck(path="/nothing-here", interval=5, timeout=2, unhealthy_threshold=2)
    group = await balancer.create_target_group("web", health_check=wrong)
    await balancer.create_listener(group)
    assert await group.health() == ()
    await cluster.create_service(
        "web", web, targets=[group.port(80)], health_check_grace_period=3600
    )
    with pytest.raises(WaitTimeout, match="expected code") as raised:
        await group.wait_healthy(timeout=90)
    (seen,) = raised.value.last
    assert (seen.state, seen.reason) == ("unhealthy", "Target.ResponseCodeMismatch")
    assert "path and codes" in seen.remedy
    assert (await group.health())[0].state == "unhealthy"


async def test_wrong_health_check_is_put_right_in_place(
    aws: Connection, cluster: Cluster, web: TaskDefinition, balancer: LoadBalancer
) -> None:
    """The group keeps its targets and its name; the next checks go where they are told."""
    wrong = TargetHealthCheck(path="/nothing-here", interval=5, timeout=2, unhealthy_threshold=2)
    group = await balancer.create_target_group("web", health_check=wrong)
    await balancer.create_listener(group)
    await cluster.create_service(
        "web", web, targets=[group.port(80)], health_check_grace_period=3600
    )
    with pytest.raises(WaitTimeout):
        await group.wait_healthy(timeout=90)
    before = aws.calls
    changed = await group.update(health_check=QUICK)
    assert dict(aws.calls - before) == {"elbv2:ModifyTargetGroup": 1}
    assert (changed.arn, changed.raw["HealthCheckPath"]) == (group.arn, "/")
    (target,) = await changed.wait_healthy(timeout=60)
    subnets = [zone["ZoneName"] for zone in balancer.raw["AvailabilityZones"]]
    assert target.zone in subnets


async def test_change_of_a_group_sends_what_is_given(
    aws: Connection, balancer: LoadBalancer
) -> None:
    """Nothing given is nothing sent, and what AWS would refuse is told before."""
    group = await balancer.create_target_group("web")
    before = aws.calls
    assert await group.update() == group
    with pytest.raises(InvalidSpec, match="2 problems"):
        await group.update(health_check=TargetHealthCheck(path="x"), deregistration_delay=-1)
    assert aws.calls == before
    await group.update(deregistration_delay=5)
    assert dict(aws.calls - before) == {"elbv2:ModifyTargetGroupAttributes": 1}


async def test_hundred_waiters_share_their_looks(
    aws: Connection, cluster: Cluster, web: TaskDefinition, balancer: LoadBalancer
) -> None:
    """Who waits for the same group at the same time costs one call a round in all."""
    group = await balancer.create_target_group("web", health_check=QUICK)
    await balancer.create_listener(group)
    await cluster.create_service("web", web, targets=[group.port(80)])
    before = aws.calls
    began = aws.clock.now()
    async with anyio.create_task_group() as waiting:
        for _ in range(100):
            waiting.start_soon(group.wait_healthy)
    spent = aws.calls - before
    assert set(spent) == {"elbv2:DescribeTargetHealth"}
    assert spent["elbv2:DescribeTargetHealth"] <= aws.clock.now() - began + 1


async def test_deregistered_targets_drain_first(
    world: World,
    aws: Connection,
    cluster: Cluster,
    web: TaskDefinition,
    balancer: LoadBalancer,
) -> None:
    """The wait lasts as long as the group lets its targets finish their requests."""
    group = await balancer.create_target_group("web", health_check=QUICK, deregistration_delay=20)
    await balancer.create_listener(group)
    service = await cluster.create_service("web", web, targets=[group.port(80)])
    await service.deployment.wait()
    (target,) = await group.health()
    began = aws.clock.now()
    with pytest.raises(WaitTimeout, match="lose the targets"):
        await group.deregister(target, timeout=5)
    assert (await group.health())[0].state == "draining"
    await group.deregister(target)
    assert 20 <= aws.clock.now() - began <= 30
    await group.deregister()


async def test_deletion_leaves_nothing(
    aws: Connection, cluster: Cluster, web: TaskDefinition, balancer: LoadBalancer
) -> None:
    """Listener, target groups and the balancer's own security group go with it; twice is fine."""
    group = await balancer.create_target_group("web", health_check=QUICK, deregistration_delay=5)
    listener = await balancer.create_listener(group)
    await listener.create_rule(await balancer.create_target_group("api"), path="/api/*")
    service = await cluster.create_service("web", web, targets=[group.port(80)])
    await service.delete(force=True)
    await balancer.delete()
    assert await everything(aws) == {}
    await balancer.delete()
    await group.delete()
    await listener.delete()
    with pytest.raises(NotFound):
        await aws.load_balancer("web")
    with pytest.raises(NotFound):
        await balancer.refresh()


async def test_deletion_leaves_what_others_made(aws: Connection, balancer: LoadBalancer) -> None:
    """A target group without our tag stays, and so does the network's security group."""
    api = aws._session.api
    foreign = await api.call(
        "elbv2",
        "CreateTargetGroup",
        Name="foreign",
        Protocol="HTTP",
        Port=80,
        VpcId=balancer.vpc_id,
        TargetType="ip",
    )
    await api.call(
        "elbv2",
        "CreateListener",
        LoadBalancerArn=balancer.arn,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[
            {"Type": "forward", "TargetGroupArn": foreign["TargetGroups"][0]["TargetGroupArn"]}
        ],
    )
    await balancer.delete()
    assert await everything(aws) == {"target groups": ["foreign"]}


async def test_deletion_waits_for_what_is_in_use(
    world: World, aws: Connection, balancer: LoadBalancer
) -> None:
    """Groups that AWS keeps for a while are tried again, at a pace that slows down."""
    group = await balancer.create_target_group("web")
    await balancer.create_listener(group)
    faults = world.account.faults
    faults.plan(
        Refuse(service="elbv2", operation="DeleteTargetGroup", code="ResourceInUse", remaining=2)
    )
    faults.plan(
        Refuse(
            service="ec2", operation="DeleteSecurityGroup", code="DependencyViolation", remaining=20
        )
    )
    began = aws.clock.now()
    await balancer.delete()
    assert await everything(aws) == {}
    assert aws.calls["ec2:DeleteSecurityGroup"] == 21
    assert 90 <= aws.clock.now() - began <= 120


async def test_deletion_does_not_wait_for_ever(
    world: World, aws: Connection, balancer: LoadBalancer
) -> None:
    """A group that stays in use is told after ten minutes, and a second call finishes the job."""
    kept = Refuse(
        service="ec2", operation="DeleteSecurityGroup", code="DependencyViolation", remaining=None
    )
    number = world.account.faults.plan(kept)
    with pytest.raises(WaitTimeout, match="deletion of security group sg-"):
        await balancer.delete()
    world.account.faults.withdraw(number)
    await balancer.delete()
    assert await everything(aws) == {}


async def test_balancer_is_provisioning_until_its_time_has_come(
    aws: Connection,
) -> None:
    """However often it is looked at, it is active when the simulator's time says so."""
    made = await aws.create_load_balancer("web", open_to=ANYWHERE)
    seen = [(await aws.load_balancer("web")).status for _ in range(3)]
    assert {made.status, *seen} == {"provisioning"}
    await aws.clock.sleep(Timing().load_balancer + 1)
    assert (await aws.load_balancer("web")).status == "active"
