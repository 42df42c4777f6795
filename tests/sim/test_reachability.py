"""Which hosts a task reaches: routes, gateways, endpoints and security groups, as values and in
moto's EC2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.reachability import (
    EndpointFact,
    NetworkFacts,
    Reach,
    RouteFact,
    RuleFact,
    Way,
    service_host,
)
from fargate_kit.sim.timing import Timing
from fargate_kit.sim.workloads import ImageReference

HTTPS = RuleFact(protocol="tcp", first_port=443, last_port=443, ranges=("0.0.0.0/0",))
ALL = RuleFact(protocol="-1", first_port=None, last_port=None, ranges=("0.0.0.0/0",))
LOCAL = RouteFact(destination="10.0.0.0/16", way=Way.LOCAL)
HUB = ImageReference.parse("nginx")
ECR = ImageReference.parse("123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1")


def default(way: Way) -> RouteFact:
    return RouteFact(destination="0.0.0.0/0", way=way)


def endpoint(service: str, **members: Any) -> EndpointFact:
    given = {
        "interface": True,
        "ranges": ("10.0.1.0/24",),
        "groups": ("sg-endpoint",),
        "ingress": (replace(HTTPS, ranges=("10.0.0.0/16",)),),
        **members,
    }
    return EndpointFact(service=service, **given)


def reach(*routes: RouteFact, public: bool = False, **facts: Any) -> Reach:
    given = {"resolves": True, "endpoints": (), "egress": (ALL,), **facts}
    return Reach(
        facts=NetworkFacts(routes=(LOCAL, *routes), **given),
        region="us-east-1",
        private_address="10.0.2.5",
        public=public,
        groups=("sg-task",),
    )


GATEWAY = EndpointFact(service="s3", interface=False, prefix_list="pl-s3")
FOR_ECR = (endpoint("ecr.api"), endpoint("ecr.dkr"), GATEWAY)


@pytest.mark.parametrize(
    ("task", "reached"),
    [
        (reach(default(Way.INTERNET_GATEWAY), public=True), True),
        (reach(default(Way.INTERNET_GATEWAY)), False),
        (reach(default(Way.NAT)), True),
        (reach(default(Way.NAT), public=True), True),
        (reach(default(Way.ELSEWHERE)), True),
        (reach(default(Way.NOWHERE), public=True), False),
        (reach(public=True), False),
        (reach(default(Way.NAT), egress=()), False),
        (reach(default(Way.NAT), egress=(HTTPS,)), True),
        (reach(default(Way.NAT), egress=(replace(HTTPS, first_port=80, last_port=80),)), False),
        (reach(default(Way.NAT), egress=(replace(HTTPS, first_port=1, last_port=1000),)), True),
        (reach(default(Way.NAT), egress=(replace(HTTPS, protocol="udp"),)), False),
        (reach(default(Way.NAT), egress=(replace(HTTPS, ranges=("10.0.0.0/8",)),)), False),
        (reach(default(Way.NAT), resolves=False), False),
        (reach(default(Way.NAT), RouteFact(destination="52.0.0.0/8", way=Way.NOWHERE)), False),
        (reach(default(Way.NOWHERE), RouteFact(destination="52.0.0.0/8", way=Way.NAT)), True),
        (reach(endpoints=FOR_ECR), False),
    ],
)
def test_docker_hub_needs_the_internet(task: Reach, reached: bool) -> None:
    """Docker Hub is reached by a public address and an internet gateway, or by NAT, and by
    nothing else."""
    blocked = task.image(HUB)
    assert (blocked is None) is reached
    if blocked is not None:
        assert blocked.host == "registry-1.docker.io"
        assert blocked.dial.endswith(": i/o timeout")


@pytest.mark.parametrize(
    ("endpoints", "facts", "blocked"),
    [
        (FOR_ECR, {}, None),
        (FOR_ECR[:1], {}, "dkr.ecr"),
        (FOR_ECR[:2], {}, "s3"),
        (FOR_ECR, {"egress": (HTTPS,)}, None),
        (FOR_ECR, {"egress": ()}, "dkr.ecr"),
        (FOR_ECR, {"egress": (replace(HTTPS, ranges=("10.0.0.0/16",)),)}, "s3"),
        (
            FOR_ECR,
            {
                "egress": (
                    replace(HTTPS, ranges=("10.0.0.0/16",)),
                    replace(HTTPS, ranges=(), prefix_lists=("pl-s3",)),
                )
            },
            None,
        ),
        (
            FOR_ECR,
            {
                "egress": (
                    replace(HTTPS, ranges=(), groups=("sg-endpoint",)),
                    replace(HTTPS, ranges=(), prefix_lists=("pl-s3",)),
                )
            },
            None,
        ),
        ((endpoint("ecr.dkr", ingress=()), GATEWAY), {}, "dkr.ecr"),
        (
            (
                endpoint("ecr.dkr", ingress=(replace(HTTPS, ranges=(), groups=("sg-task",)),)),
                GATEWAY,
            ),
            {},
            None,
        ),
        (FOR_ECR, {"resolves": False}, "dkr.ecr"),
    ],
)
def test_endpoints_lead_to_ecr(
    endpoints: tuple[EndpointFact, ...], facts: dict[str, Any], blocked: str | None
) -> None:
    """Without a way to the internet, ECR needs its endpoints, S3's, and groups that let through."""
    found = reach(endpoints=endpoints, **facts).image(ECR)
    assert (found is None) is (blocked is None)
    if found is not None and blocked is not None:
        assert blocked in found.host


def test_endpoint_hides_the_internet() -> None:
    """An endpoint with private DNS whose group lets nobody in blocks a way that NAT would give."""
    closed = endpoint("logs", ingress=())
    assert reach(default(Way.NAT)).service("logs", "us-east-1") is None
    blocked = reach(default(Way.NAT), endpoints=(closed,)).service("logs", "us-east-1")
    assert blocked is not None
    assert "lets no TCP 443 of the task in" in blocked.why


def test_endpoints_serve_their_region_only() -> None:
    """The service of another region is not behind an endpoint of this one."""
    task = reach(endpoints=(endpoint("logs"),))
    assert task.service("logs", "us-east-1") is None
    assert task.service("logs", "eu-west-1") is not None


def test_registry_by_address_and_port() -> None:
    """A registry inside the VPC needs no internet, but its port must be let out."""
    inside = ImageReference.parse("10.0.3.4:5000/web:1")
    assert reach().image(inside) is None
    blocked = reach(egress=(HTTPS,)).image(inside)
    assert blocked is not None
    assert blocked.dial == "dial tcp 10.0.3.4:5000: i/o timeout"


@pytest.mark.parametrize(
    ("name", "region", "host"),
    [
        ("ecr.api", "us-east-1", "api.ecr.us-east-1.amazonaws.com"),
        ("logs", "cn-north-1", "logs.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_hosts_of_services(name: str, region: str, host: str) -> None:
    """Services are called under the names that AWS gives them."""
    assert service_host(name, region) == host


class Vpc:
    """An account on a step clock with a VPC of its own: one private and one public subnet."""

    def __init__(self, client_to: Callable[..., Any]) -> None:
        self.account = Account(clock=StepClock(), timing=Timing(jitter=0.0), strict=True)
        self.ec2 = client_to(self.account.answer, "ec2")
        self.ecs = client_to(self.account.answer, "ecs")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.private, self.outside = (
            self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=cidr)["Subnet"]["SubnetId"]
            for cidr in ("10.0.1.0/24", "10.0.2.0/24")
        )
        self.gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.table = self.own_table(self.private)
        self.public_table = self.own_table(self.outside)
        self.ecs.create_cluster(clusterName="demo")

    def own_table(self, subnet: str) -> str:
        made = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]
        table: str = made["RouteTableId"]
        self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        return table

    def route(self, table: str, **target: str) -> None:
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)

    def nat(self) -> str:
        address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        made = self.ec2.create_nat_gateway(SubnetId=self.outside, AllocationId=address)
        gateway: str = made["NatGateway"]["NatGatewayId"]
        return gateway

    def interface_endpoint(self, service: str, group: str) -> None:
        self.ec2.create_vpc_endpoint(
            VpcEndpointType="Interface",
            VpcId=self.vpc,
            ServiceName=f"com.amazonaws.us-east-1.{service}",
            SubnetIds=[self.private],
            SecurityGroupIds=[group],
        )

    def group(self) -> str:
        made = self.ec2.create_security_group(GroupName="g", Description="g", VpcId=self.vpc)
        group: str = made["GroupId"]
        return group

    def run(
        self,
        subnet: str,
        *,
        image: str = "nginx",
        public: bool = False,
        groups: tuple[str, ...] = (),
        seconds: float = 300.0,
        **definition: Any,
    ) -> dict[str, Any]:
        container = {"name": "main", "image": image, **definition.pop("container", {})}
        self.ecs.register_task_definition(
            family="web",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[container],
            **definition,
        )
        network: dict[str, Any] = {
            "subnets": [subnet],
            "assignPublicIp": "ENABLED" if public else "DISABLED",
        }
        if groups:
            network["securityGroups"] = list(groups)
        arn = self.ecs.run_task(
            cluster="demo",
            taskDefinition="web",
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": network},
        )["tasks"][0]["taskArn"]
        clock = self.account.engine.clock
        assert isinstance(clock, StepClock)
        clock.move_to(clock.now() + round(seconds * 1_000_000))
        self.account.advance()
        answer = self.ecs.describe_tasks(cluster="demo", tasks=[arn])
        task: dict[str, Any] = answer["tasks"][0]
        return task


@pytest.fixture
def vpc(client_to: Callable[..., Any]) -> Iterator[Vpc]:
    """A VPC with an internet gateway to which nothing leads yet."""
    made = Vpc(client_to)
    yield made
    made.account.close()


def test_default_vpc_needs_a_public_address(vpc: Vpc) -> None:
    """In the default VPC a task with a public address runs, one without cannot pull."""
    subnets = vpc.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])
    subnet = subnets["Subnets"][0]["SubnetId"]
    assert vpc.run(subnet, public=True)["lastStatus"] == "RUNNING"
    task = vpc.run(subnet)
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert task["stoppedReason"].startswith(
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to "
        "resolve ref docker.io/library/nginx:latest: failed to do request: Head "
        '"https://registry-1.docker.io/v2/library/nginx/manifests/latest": dial tcp '
    )
    assert task["stoppedReason"].endswith(":443: i/o timeout")
    assert task["containers"][0]["reason"] == task["stoppedReason"]


def test_unreachable_registry_takes_its_time(vpc: Vpc) -> None:
    """A registry that cannot be reached is tried for minutes before the task gives up."""
    assert vpc.run(vpc.private, seconds=100)["lastStatus"] == "PENDING"
    task = vpc.run(vpc.private, seconds=300)
    seconds = (task["stoppingAt"] - task["pullStartedAt"]).total_seconds()
    assert seconds == Timing().registry_timeout
    assert "pullStoppedAt" not in task


def test_routes_and_gateways_of_moto_count(vpc: Vpc) -> None:
    """Routes to an internet gateway, to NAT, and NAT that is gone decide as they stand."""
    assert vpc.run(vpc.outside, public=True)["lastStatus"] == "STOPPED"
    vpc.route(vpc.public_table, GatewayId=vpc.gateway)
    assert vpc.run(vpc.outside, public=True)["lastStatus"] == "RUNNING"
    assert vpc.run(vpc.outside)["lastStatus"] == "STOPPED"
    nat = vpc.nat()
    vpc.route(vpc.table, NatGatewayId=nat)
    assert vpc.run(vpc.private)["lastStatus"] == "RUNNING"
    vpc.ec2.delete_route(RouteTableId=vpc.public_table, DestinationCidrBlock="0.0.0.0/0")
    assert vpc.run(vpc.private)["lastStatus"] == "STOPPED"
    vpc.route(vpc.public_table, GatewayId=vpc.gateway)
    vpc.ec2.delete_nat_gateway(NatGatewayId=nat)
    assert vpc.run(vpc.private)["lastStatus"] == "STOPPED"


def test_egress_of_groups_counts(vpc: Vpc) -> None:
    """A security group that lets nothing out keeps a task from its registry."""
    vpc.route(vpc.public_table, GatewayId=vpc.gateway)
    group = vpc.group()
    assert vpc.run(vpc.outside, public=True, groups=(group,))["lastStatus"] == "RUNNING"
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    vpc.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[everything])
    assert vpc.run(vpc.outside, public=True, groups=(group,))["lastStatus"] == "STOPPED"
    https = {**everything, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    vpc.ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[https])
    assert vpc.run(vpc.outside, public=True, groups=(group,))["lastStatus"] == "RUNNING"


def test_endpoints_of_moto_lead_to_ecr_and_logs(vpc: Vpc, client_to: Any) -> None:
    """A private subnet reaches ECR and Logs by endpoints, and each one that lacks is told."""
    answer = vpc.account.answer
    ecr = client_to(answer, "ecr")
    ecr.create_repository(repositoryName="web")
    manifest = (
        '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", '
        '"config": {}, "layers": []}'
    )
    ecr.put_image(repositoryName="web", imageManifest=manifest, imageTag="1")
    client_to(answer, "logs").create_log_group(logGroupName="/ecs/web")
    group = vpc.group()
    inside = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "IpRanges": [{"CidrIp": "10.0.0.0/16"}],
    }
    vpc.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[inside])
    account = vpc.account.id
    options = {
        "awslogs-group": "/ecs/web",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "run",
    }

    def outcome() -> str:
        task = vpc.run(
            vpc.private,
            image=f"{account}.dkr.ecr.us-east-1.amazonaws.com/web:1",
            executionRoleArn="ecsTaskExecutionRole",
            container={"logConfiguration": {"logDriver": "awslogs", "options": options}},
        )
        return str(task.get("stoppedReason", task["lastStatus"]))

    assert "unable to retrieve ecr registry auth" in outcome()
    vpc.interface_endpoint("ecr.api", group)
    reason = outcome()
    assert reason.startswith("CannotPullContainerError: pull image manifest")
    assert f"https://{account}.dkr.ecr.us-east-1.amazonaws.com/v2/web/manifests/1" in reason
    vpc.interface_endpoint("ecr.dkr", group)
    reason = outcome()
    assert reason.startswith("CannotPullContainerError: ref pull")
    assert "starport-layer-bucket.s3.us-east-1" in reason
    vpc.ec2.create_vpc_endpoint(
        VpcEndpointType="Gateway",
        VpcId=vpc.vpc,
        ServiceName="com.amazonaws.us-east-1.s3",
        RouteTableIds=[vpc.table],
    )
    reason = outcome()
    assert reason.startswith("ResourceInitializationError: failed to validate logger args")
    assert "https://logs.us-east-1.amazonaws.com/" in reason
    vpc.interface_endpoint("logs", group)
    assert outcome() == "RUNNING"


def test_unreachable_secrets_are_told(vpc: Vpc) -> None:
    """Secrets and parameters without a way to their services fail the task before the pull."""
    secret = f"arn:aws:secretsmanager:us-east-1:{vpc.account.id}:secret:db-AbCdEf"
    for reference, words in ((secret, "secret from asm"), ("/prod/key", "secrets from ssm")):
        task = vpc.run(
            vpc.private,
            executionRoleArn="ecsTaskExecutionRole",
            container={"secrets": [{"name": "P", "valueFrom": reference}]},
        )
        assert task["stoppedReason"].startswith("ResourceInitializationError: ")
        assert f"unable to retrieve {words}" in task["stoppedReason"]
        assert "context deadline exceeded" in task["stoppedReason"]
        assert "pullStartedAt" not in task
