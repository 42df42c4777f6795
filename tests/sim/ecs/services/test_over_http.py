"""An ordinary client and its waiters on services, over HTTP and behind a real target group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import WaiterError

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock, WallClock
from fargate_kit.sim.front_door import FrontDoor

IMAGE = "public.ecr.aws/docker/library/nginx:latest"
OFTEN = {"Delay": 0.1, "MaxAttempts": 100}


def network(subnets: list[str]) -> dict[str, Any]:
    """Write a network from which registries can be reached."""
    return {"awsvpcConfiguration": {"subnets": subnets, "assignPublicIp": "ENABLED"}}


class Client:
    """A client of botocore for ECS, and what it needs to create services."""

    def __init__(self, session: botocore.session.Session, door: FrontDoor) -> None:
        config = Config(retries={"mode": "standard", "max_attempts": 3})
        self.ecs = session.create_client(
            "ecs", region_name="us-east-1", endpoint_url=door.url, config=config
        )
        ec2 = session.create_client(
            "ec2", region_name="us-east-1", endpoint_url=door.url, config=config
        )
        self.subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
        self.ecs.create_cluster(clusterName="demo")

    def register(self, image: str = IMAGE) -> str:
        answer = self.ecs.register_task_definition(
            family="web",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[{"name": "main", "image": image}],
        )
        arn: str = answer["taskDefinition"]["taskDefinitionArn"]
        return arn

    def create(self, name: str = "web", **members: Any) -> dict[str, Any]:
        params = {
            "cluster": "demo",
            "serviceName": name,
            "taskDefinition": "web",
            "desiredCount": 2,
            "launchType": "FARGATE",
            "networkConfiguration": network(self.subnets),
            **members,
        }
        service: dict[str, Any] = self.ecs.create_service(**params)["service"]
        return service

    def describe(self, name: str = "web") -> dict[str, Any]:
        answer = self.ecs.describe_services(cluster="demo", services=[name])
        service: dict[str, Any] = answer["services"][0]
        return service

    def wait(self, waiter: str, name: str = "web", **members: Any) -> None:
        self.ecs.get_waiter(waiter).wait(
            cluster="demo", services=[name], WaiterConfig={**OFTEN, **members}
        )


@pytest.fixture
def client(botocore_session: botocore.session.Session) -> Iterator[Client]:
    """A client of a strict account that lives 500 times faster than AWS."""
    account = Account(clock=WallClock(500), seed=3, strict=True)
    with FrontDoor(account) as door:
        yield Client(botocore_session, door)
    account.close()


def test_services_stable_tells_the_truth(client: Client) -> None:
    """The waiter ends once only the new tasks run, and not before; a missing service fails it."""
    client.register()
    client.create()
    client.wait("services_stable")
    assert client.describe()["runningCount"] == 2
    new = client.register()
    client.ecs.update_service(cluster="demo", service="web", taskDefinition=new)
    client.wait("services_stable")
    (deployment,) = client.describe()["deployments"]
    assert (deployment["taskDefinition"], deployment["runningCount"]) == (new, 2)
    broken = client.register("registry.invalid/nothing")
    client.ecs.update_service(cluster="demo", service="web", taskDefinition=broken)
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        client.wait("services_stable", MaxAttempts=4)
    with pytest.raises(WaiterError, match="MISSING"):
        client.wait("services_stable", "nothing")


def test_services_inactive_tells_the_truth(client: Client) -> None:
    """The waiter ends when a deleted service has stopped its tasks; an active one keeps it."""
    client.register()
    client.create()
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        client.wait("services_inactive", MaxAttempts=2)
    client.wait("services_stable")
    client.ecs.delete_service(cluster="demo", service="web", force=True)
    client.wait("services_inactive")
    service = client.describe()
    assert (service["status"], service["runningCount"]) == ("INACTIVE", 0)
    tasks = client.ecs.list_tasks(cluster="demo", desiredStatus="RUNNING")
    assert tasks["taskArns"] == []


def test_paginator_of_services(client: Client) -> None:
    """botocore's own paginator finds every service."""
    client.register()
    for number in range(12):
        client.create(f"web-{number:02}", desiredCount=0)
    pages = list(client.ecs.get_paginator("list_services").paginate(cluster="demo"))
    assert [len(page["serviceArns"]) for page in pages] == [10, 2]


def test_service_behind_a_real_target_group(client_to: Any) -> None:
    """A service registers its tasks with Elastic Load Balancing, and drains them again."""
    account = Account(clock=StepClock(), seed=3, strict=True)
    ecs, ec2, elb = (client_to(account.answer, name) for name in ("ecs", "ec2", "elbv2"))
    subnets = ec2.describe_subnets()["Subnets"]
    ids = [one["SubnetId"] for one in subnets]
    group = elb.create_target_group(
        Name="web",
        Protocol="HTTP",
        Port=80,
        VpcId=subnets[0]["VpcId"],
        TargetType="ip",
        HealthCheckIntervalSeconds=10,
    )["TargetGroups"][0]["TargetGroupArn"]
    elb.modify_target_group_attributes(
        TargetGroupArn=group,
        Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "20"}],
    )
    balancer = elb.create_load_balancer(Name="web", Subnets=ids)["LoadBalancers"][0]
    ecs.create_cluster(clusterName="demo")
    ecs.register_task_definition(
        family="web",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[
            {"name": "main", "image": IMAGE, "portMappings": [{"containerPort": 80}]}
        ],
    )
    service = {
        "cluster": "demo",
        "serviceName": "web",
        "taskDefinition": "web",
        "desiredCount": 2,
        "launchType": "FARGATE",
        "networkConfiguration": network(ids),
        "loadBalancers": [{"targetGroupArn": group, "containerName": "main", "containerPort": 80}],
    }
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="associated load balancer"):
        ecs.create_service(**service)
    elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    ecs.create_service(**service)

    def states() -> list[str]:
        described = elb.describe_target_health(TargetGroupArn=group)
        return sorted(one["TargetHealth"]["State"] for one in described["TargetHealthDescriptions"])

    def deployments() -> list[dict[str, Any]]:
        answer = ecs.describe_services(cluster="demo", services=["web"])
        return list(answer["services"][0]["deployments"])

    account.engine.run_until(lambda: deployments()[0]["runningCount"] == 2, limit=300)
    assert states() == ["initial", "initial"]
    account.engine.settle()
    assert deployments()[0]["rolloutState"] == "COMPLETED"
    assert states() == ["healthy", "healthy"]
    ecs.update_service(cluster="demo", service="web", forceNewDeployment=True)
    account.engine.run_until(lambda: "draining" in states(), limit=300)
    account.engine.settle()
    assert len(deployments()) == 1
    assert states() == ["healthy", "healthy"]
    messages = [
        event["message"]
        for event in ecs.describe_services(cluster="demo", services=["web"])["services"][0][
            "events"
        ]
    ]
    drained = [one for one in messages if "has begun draining connections on" in one]
    assert sum(int(one.split()[-2]) for one in drained) == 2
    account.close()
