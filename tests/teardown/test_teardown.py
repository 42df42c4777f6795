"""The promise: a tear-down takes everything with a mark and nothing else, and proves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fargate_kit import (
    Connection,
    FargateError,
    InvalidSpec,
    Network,
    Target,
    TaskSpec,
    TeardownIncomplete,
)
from fargate_kit.ownership import owned
from fargate_kit.sim import World
from fargate_kit.sim.faults import Refuse
from fargate_kit.teardown.leftovers import Leftover
from fargate_kit.teardown.teardown import KINDS

ShellSpec = Callable[..., TaskSpec]
Call = Callable[..., Any]


@pytest.fixture
def call(aws: Connection) -> Call:
    """Return what calls AWS by the names of its operations."""
    return aws._session.api.call


def pairs(mark: str) -> list[dict[str, str]]:
    """Return the tag in the spelling of most services."""
    return [{"Key": key, "Value": value} for key, value in owned({}, mark=mark).items()]


def of_ec2(kind: str, mark: str) -> list[dict[str, Any]]:
    """Return the tag as EC2 takes it for something new."""
    return [{"ResourceType": kind, "Tags": pairs(mark)}]


async def make_network(call: Call, mark: str, block: str) -> tuple[Network, str]:
    """Make a whole network: two groups that name each other, and every kind of gateway."""
    vpc = (
        await call(
            "ec2", "CreateVpc", CidrBlock=f"{block}.0.0/16", TagSpecifications=of_ec2("vpc", mark)
        )
    )["Vpc"]["VpcId"]
    subnets = []
    for number, zone in enumerate("ab"):
        reply = await call(
            "ec2",
            "CreateSubnet",
            VpcId=vpc,
            CidrBlock=f"{block}.{number}.0/24",
            AvailabilityZone=f"us-east-1{zone}",
            TagSpecifications=of_ec2("subnet", mark),
        )
        subnets.append(reply["Subnet"]["SubnetId"])
    gateway = await call(
        "ec2", "CreateInternetGateway", TagSpecifications=of_ec2("internet-gateway", mark)
    )
    gateway_id = gateway["InternetGateway"]["InternetGatewayId"]
    await call("ec2", "AttachInternetGateway", InternetGatewayId=gateway_id, VpcId=vpc)
    table = (
        await call(
            "ec2", "CreateRouteTable", VpcId=vpc, TagSpecifications=of_ec2("route-table", mark)
        )
    )["RouteTable"]
    table_id = table["RouteTableId"]
    await call(
        "ec2",
        "CreateRoute",
        RouteTableId=table_id,
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId=gateway_id,
    )
    for subnet in subnets:
        await call("ec2", "AssociateRouteTable", RouteTableId=table_id, SubnetId=subnet)
    groups = []
    for name in ("one", "two"):
        reply = await call(
            "ec2",
            "CreateSecurityGroup",
            GroupName=name,
            Description=name,
            VpcId=vpc,
            TagSpecifications=of_ec2("security-group", mark),
        )
        groups.append(reply["GroupId"])
    for here, there in (groups, groups[::-1]):
        await call(
            "ec2",
            "AuthorizeSecurityGroupIngress",
            GroupId=here,
            IpPermissions=[
                {
                    "IpProtocol": "tcp",
                    "FromPort": 80,
                    "ToPort": 80,
                    "UserIdGroupPairs": [{"GroupId": there}],
                }
            ],
        )
    address = await call(
        "ec2", "AllocateAddress", Domain="vpc", TagSpecifications=of_ec2("elastic-ip", mark)
    )
    await call(
        "ec2",
        "CreateNatGateway",
        SubnetId=subnets[0],
        AllocationId=address["AllocationId"],
        TagSpecifications=of_ec2("natgateway", mark),
    )
    await call(
        "ec2",
        "CreateVpcEndpoint",
        VpcId=vpc,
        VpcEndpointType="Gateway",
        ServiceName="com.amazonaws.us-east-1.s3",
        RouteTableIds=[table_id],
        TagSpecifications=of_ec2("vpc-endpoint", mark),
    )
    return Network(subnets=subnets, security_groups=groups, public_ip=True), vpc


async def make_balancing(call: Call, mark: str, network: Network, vpc: str) -> str:
    """Make a load balancer with a listener and a rule; return its target group."""
    group = await call(
        "elbv2",
        "CreateTargetGroup",
        Name=f"t-{mark}",
        Protocol="HTTP",
        Port=80,
        VpcId=vpc,
        TargetType="ip",
        Tags=pairs(mark),
    )
    arn: str = group["TargetGroups"][0]["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": arn}]
    balancer = await call(
        "elbv2",
        "CreateLoadBalancer",
        Name=f"b-{mark}",
        Subnets=list(network.subnets),
        Tags=pairs(mark),
    )
    listener = await call(
        "elbv2",
        "CreateListener",
        Protocol="HTTP",
        Port=80,
        DefaultActions=forward,
        LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
        Tags=pairs(mark),
    )
    await call(
        "elbv2",
        "CreateRule",
        ListenerArn=listener["Listeners"][0]["ListenerArn"],
        Priority=1,
        Actions=forward,
        Tags=pairs(mark),
        Conditions=[{"Field": "path-pattern", "Values": ["/x"]}],
    )
    return arn


async def make_everything(
    aws: Connection, call: Call, mark: str, shell: ShellSpec, block: str
) -> None:
    """Make one of everything under a mark, wired together as a web service is."""
    marked = aws.marked(mark)
    network, vpc = await make_network(call, mark, block)
    group = await make_balancing(call, mark, network, vpc)
    await marked.create_log_group(f"/{mark}")
    role = await call(
        "iam",
        "CreateRole",
        RoleName=f"r-{mark}",
        Tags=pairs(mark),
        AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": {"Effect": "Allow", '
        '"Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}}',
    )
    await call(
        "iam",
        "AttachRolePolicy",
        RoleName=role["Role"]["RoleName"],
        PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess",
    )
    await call(
        "iam",
        "PutRolePolicy",
        RoleName=role["Role"]["RoleName"],
        PolicyName="own",
        PolicyDocument='{"Version": "2012-10-17", "Statement": {"Effect": "Allow", '
        '"Action": "s3:ListBucket", "Resource": "*"}}',
    )
    cluster = await marked.create_cluster(f"c-{mark}")
    spec = shell("sleep 86400", family=f"web-{mark}")
    raw = spec.to_api()
    raw["containerDefinitions"][0]["portMappings"] = [{"containerPort": 80}]
    definition = await marked.register(TaskSpec.from_api(raw))
    await marked.register(shell("sleep 86401", family=f"web-{mark}"))
    await cluster.create_service(
        "web",
        definition,
        desired_count=2,
        network=network,
        # Nothing answers on the port; the service is to keep its tasks all the same.
        health_check_grace_period=86400,
        targets=[Target(target_group_arn=group, container="main", port=80)],
    )
    await call(
        "application-autoscaling",
        "RegisterScalableTarget",
        ServiceNamespace="ecs",
        ResourceId=f"service/c-{mark}/web",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=1,
        MaxCapacity=4,
    )
    await call(
        "application-autoscaling",
        "PutScalingPolicy",
        ServiceNamespace="ecs",
        ResourceId=f"service/c-{mark}/web",
        ScalableDimension="ecs:service:DesiredCount",
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 50.0,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
            },
        },
    )
    await call(
        "cloudwatch",
        "PutMetricAlarm",
        AlarmName=f"a-{mark}",
        MetricName="m",
        Namespace="n",
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
        Tags=pairs(mark),
    )
    task = await cluster.run(definition)
    await task.wait_running()
    await aws.clock.sleep(120)


def kinds(found: tuple[Leftover, ...]) -> list[str]:
    """Return the kinds that were found, each once, in their order."""
    return list(dict.fromkeys(each.kind for each in found))


@pytest.fixture
async def everything(aws: Connection, call: Call, shell: ShellSpec) -> None:
    """Make one of everything marked `lesson`, and the same marked `other`."""
    await make_everything(aws, call, "lesson", shell, "10.1")
    await make_everything(aws, call, "other", shell, "10.2")


@pytest.mark.usefixtures("everything")
async def test_teardown_takes_everything_and_nothing_else(aws: Connection, call: Call) -> None:
    """Every kind with the mark goes, in the order of dependencies; look-alikes stay whole.

    AWS's own lists show the same, and what has no tag goes with what it belongs to.
    """
    others = await aws.leftovers("other")
    torn = await aws.teardown("lesson")
    assert kinds(torn.deleted) == [kind for kind in KINDS if kind != "listener"]
    assert await aws.leftovers("lesson") == ()
    assert await aws.leftovers("other") == others
    cluster = await aws.cluster("c-other")
    service = await cluster.service("web")
    assert (service.desired_count, service.running_count) == (2, 2)
    assert [str(task.status) async for task in cluster.tasks(family="web-other")].count(
        "RUNNING"
    ) == 3
    alarms = (await call("cloudwatch", "DescribeAlarms"))["MetricAlarms"]
    targets = await call(
        "application-autoscaling", "DescribeScalableTargets", ServiceNamespace="ecs"
    )
    balancers = (await call("elbv2", "DescribeLoadBalancers"))["LoadBalancers"]
    roles = (await call("iam", "ListRoles"))["Roles"]
    assert not [alarm for alarm in alarms if "lesson" in alarm["AlarmName"]]
    assert [each["ResourceId"] for each in targets["ScalableTargets"]] == ["service/c-other/web"]
    assert [each["LoadBalancerName"] for each in balancers] == ["b-other"]
    assert "r-lesson" not in {role["RoleName"] for role in roles}


async def test_teardown_can_be_run_again(aws: Connection, shell: ShellSpec) -> None:
    """A second tear-down finds nothing, changes nothing, and says so."""
    marked = aws.marked("lesson")
    cluster = await marked.create_cluster("lesson")
    await cluster.create_service("web", await marked.register(shell("sleep 86400")))
    assert kinds((await aws.teardown("lesson")).deleted) == [
        "service",
        "cluster",
        "task definition",
    ]
    before = aws.calls
    torn = await aws.teardown("lesson")
    assert (torn.deleted, str(torn)) == ((), "nothing was marked 'lesson'")
    made = aws.calls - before
    assert [name for name in made if not name.split(":")[1].startswith(("Describe", "List"))] == []


async def test_teardown_of_nothing_costs_two_looks(aws: Connection) -> None:
    """In an empty region it is two looks of so many calls, plus the tags of what is there."""
    before = aws.calls
    await aws.teardown("lesson")
    made = aws.calls - before
    role = made.pop("iam:ListRoleTags", 0)  # the role that the simulated account has
    assert role == 1
    assert made == {
        "ecs:ListClusters": 8,  # scaling, services, tasks and clusters, each from its own list
        "ecs:ListTaskDefinitions": 4,
        "application-autoscaling:DescribeScalableTargets": 2,
        "elbv2:DescribeLoadBalancers": 2,
        "elbv2:DescribeTargetGroups": 4,
        "logs:DescribeLogGroups": 2,
        "iam:ListRoles": 2,
        "cloudwatch:DescribeAlarms": 2,
        "ec2:DescribeVpcEndpoints": 2,
        "ec2:DescribeNatGateways": 2,
        "ec2:DescribeAddresses": 2,
        "ec2:DescribeSecurityGroups": 2,
        "ec2:DescribeSubnets": 2,
        "ec2:DescribeRouteTables": 2,
        "ec2:DescribeInternetGateways": 2,
        "ec2:DescribeVpcs": 2,
    }


async def test_foreign_revisions_are_looked_at_once(aws: Connection, shell: ShellSpec) -> None:
    """The proof at the end does not read the tags of everybody's revisions again."""
    for number in range(4):
        await aws.register(shell(f"sleep {number}"))
    before = aws.calls
    await aws.teardown("lesson")
    assert (aws.calls - before)["ecs:DescribeTaskDefinition"] == 4


async def test_foreign_task_of_our_definition_stays(
    aws: Connection, call: Call, shell: ShellSpec
) -> None:
    """A task of somebody's service has our tag by its definition, and is not ours."""
    definition = await aws.marked("lesson").register(shell("sleep 86400"))
    network = await aws.default_network()
    cluster = await aws.create_cluster("theirs")
    await call(
        "ecs",
        "CreateService",
        cluster=cluster.arn,
        serviceName="theirs",
        taskDefinition=definition.arn,
        desiredCount=1,
        launchType="FARGATE",
        propagateTags="TASK_DEFINITION",
        networkConfiguration=network.to_api(),
    )
    service = await (await cluster.service("theirs")).wait_stable()
    (task,) = [task async for task in service.tasks()]
    assert task.tags["fargate-kit"] == "lesson"
    torn = await aws.teardown("lesson")
    assert kinds(torn.deleted) == ["task definition"]
    assert (await task.refresh()).status == "RUNNING"


async def test_cluster_with_a_foreign_service_stays_and_is_named(
    aws: Connection, shell: ShellSpec
) -> None:
    """What somebody else put into a cluster of ours is not touched, and the cluster is told."""
    cluster = await aws.marked("lesson").create_cluster("ours")
    definition = await aws.register(shell("sleep 86400"))
    foreign = await (await aws.cluster("ours")).create_service("theirs", definition)
    foreign = await foreign.wait_stable()
    await aws.marked("lesson").create_log_group("/ours")
    with pytest.raises(TeardownIncomplete) as raised:
        await aws.teardown("lesson")
    assert raised.value.left == ("cluster ours",)
    assert raised.value.deleted == ("log group /ours",)
    assert "ClusterContainsServicesException" in str(raised.value)
    assert await foreign.refresh() == foreign
    await foreign.delete(force=True)
    assert kinds((await aws.teardown("lesson")).deleted) == ["cluster"]
    assert (await cluster_status(aws, cluster.arn)) == "INACTIVE"


async def cluster_status(aws: Connection, arn: str) -> str:
    """Return what AWS says of a cluster that is gone."""
    reply = await aws._session.api.call("ecs", "DescribeClusters", clusters=[arn])
    status: str = reply["clusters"][0]["status"]
    return status


async def test_protected_balancer_stays_and_is_named(
    aws: Connection, call: Call, world: World
) -> None:
    """Who protected a load balancer from deletion meant it: nothing is done about the protection.

    The simulated load balancing knows no protection, so its answer is planned.
    """
    refusal = Refuse(
        operation="DeleteLoadBalancer",
        service="elbv2",
        code="OperationNotPermitted",
        message="deletion protection is enabled",
        remaining=None,
    )
    world.run(lambda account: account.faults.plan(refusal))
    network = await aws.default_network()
    await call(
        "elbv2",
        "CreateLoadBalancer",
        Name="kept",
        Subnets=list(network.subnets),
        Tags=pairs("lesson"),
    )
    with pytest.raises(TeardownIncomplete, match="deletion protection is enabled") as raised:
        await aws.teardown("lesson")
    assert raised.value.left == ("load balancer kept",)
    assert aws.calls["elbv2:ModifyLoadBalancerAttributes"] == 0


async def test_rule_on_a_foreign_balancer_goes_and_the_balancer_stays(
    aws: Connection, call: Call
) -> None:
    """A marked rule on somebody's listener is taken away before its target group."""
    network = await aws.default_network()
    vpc = (await call("ec2", "DescribeVpcs"))["Vpcs"][0]["VpcId"]
    theirs = await make_balancing(call, "other", network, vpc)
    ours = await call(
        "elbv2",
        "CreateTargetGroup",
        Name="ours",
        Protocol="HTTP",
        Port=80,
        VpcId=vpc,
        TargetType="ip",
        Tags=pairs("lesson"),
    )
    arn = ours["TargetGroups"][0]["TargetGroupArn"]
    balancer = (await call("elbv2", "DescribeLoadBalancers"))["LoadBalancers"][0]
    (listener,) = (
        await call("elbv2", "DescribeListeners", LoadBalancerArn=balancer["LoadBalancerArn"])
    )["Listeners"]
    await call(
        "elbv2",
        "CreateRule",
        ListenerArn=listener["ListenerArn"],
        Priority=2,
        Actions=[{"Type": "forward", "TargetGroupArn": arn}],
        Tags=pairs("lesson"),
        Conditions=[{"Field": "path-pattern", "Values": ["/ours"]}],
    )
    torn = await aws.teardown("lesson")
    assert kinds(torn.deleted) == ["listener rule", "target group"]
    rules = (await call("elbv2", "DescribeRules", ListenerArn=listener["ListenerArn"]))["Rules"]
    assert [rule["Priority"] for rule in rules] == ["1", "default"]
    (group,) = (await call("elbv2", "DescribeTargetGroups"))["TargetGroups"]
    assert group["TargetGroupArn"] == theirs


async def test_teardown_of_some_kinds(aws: Connection, shell: ShellSpec) -> None:
    """Who may not see everything says which kinds to look for."""
    marked = aws.marked("lesson")
    await marked.create_log_group("/lesson")
    await marked.register(shell("true"))
    before = aws.calls
    torn = await aws.teardown("lesson", kinds=["log group"])
    assert kinds(torn.deleted) == ["log group"]
    assert {name.partition(":")[0] for name in aws.calls - before} == {"logs"}
    assert [each.kind for each in await aws.leftovers("lesson")] == ["task definition"]


@pytest.mark.parametrize("mark", ["", "aws:x", "a*b", "x" * 201, "tab\t"])
async def test_mark_that_cannot_be_a_tag_is_refused(aws: Connection, mark: str) -> None:
    """A mark that some service would not take is refused before anything is sent."""
    for attempt in (aws.teardown, aws.leftovers):
        with pytest.raises(InvalidSpec):
            await attempt(mark)
    with pytest.raises(InvalidSpec):
        aws.marked(mark)
    assert not aws.calls


async def test_unknown_kind_is_refused(aws: Connection) -> None:
    """A slip in a kind must not look like nothing being there."""
    with pytest.raises(FargateError, match="'services' cannot be; allowed: scalable target, "):
        await aws.teardown("lesson", kinds=["services"])
    assert not aws.calls


async def test_what_went_is_shown(aws: Connection, world: World) -> None:
    """The value reads as a list, in a notebook too, where names are no markup."""
    assert world
    await aws.marked("lesson").create_log_group("/les/son")
    torn = await aws.teardown("lesson")
    assert str(torn) == "1 thing marked 'lesson' is gone:\n  log group /les/son"
    assert "<td>/les/son</td>" in torn._repr_html_()
