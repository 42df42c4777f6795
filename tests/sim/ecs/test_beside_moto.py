"""ECS beside the real EC2, IAM, ECR and Logs of an account, through botocore's clients."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.timing import Timing
from fargate_kit.sim.workloads import Exit, Say


class Talker:
    """A workload that says two lines and ends."""

    image_size = 10.0

    def run(self, launch: Any) -> Iterator[Any]:
        yield Say("first")
        yield Say("second", after=2)
        yield Exit(0, after=60)

    def stop(self, launch: Any) -> Iterator[Any]:
        yield Exit(143, after=1)

    def check(self, launch: Any, command: tuple[str, ...], elapsed_seconds: float) -> int:
        return 0


class Here:
    """An account on a step clock, its clients, and a cluster."""

    def __init__(self, client_to: Callable[..., Any]) -> None:
        self.account = Account(clock=StepClock(), timing=Timing(jitter=0.0), strict=True)
        self.account.workloads.register("talker", Talker())
        self.ecs = client_to(self.account.answer, "ecs")
        self.ec2 = client_to(self.account.answer, "ec2")
        self.logs = client_to(self.account.answer, "logs")
        self.iam = client_to(self.account.answer, "iam")
        self.ecr = client_to(self.account.answer, "ecr")
        self.ecs.create_cluster(clusterName="demo")
        self.subnets = [one["SubnetId"] for one in self.ec2.describe_subnets()["Subnets"]][:3]

    def role(self, name: str = "execution") -> str:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        trust = {"Version": "2012-10-17", "Statement": [statement]}
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        policy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
        self.iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        arn: str = made["Role"]["Arn"]
        return arn

    def start(self, *, image: str = "talker", role: str, **network: Any) -> str:
        options = {
            "awslogs-group": "/ecs/demo",
            "awslogs-region": "us-east-1",
            "awslogs-stream-prefix": "run",
        }
        self.ecs.register_task_definition(
            family="demo",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            executionRoleArn=role,
            containerDefinitions=[
                {
                    "name": "main",
                    "image": image,
                    "logConfiguration": {"logDriver": "awslogs", "options": options},
                }
            ],
        )
        vpc = {"subnets": self.subnets, "assignPublicIp": "ENABLED", **network}
        answer = self.ecs.run_task(
            cluster="demo",
            taskDefinition="demo",
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": vpc},
        )
        arn: str = answer["tasks"][0]["taskArn"]
        return arn

    def task(self, arn: str) -> dict[str, Any]:
        task: dict[str, Any] = self.ecs.describe_tasks(cluster="demo", tasks=[arn])["tasks"][0]
        return task

    def wait(self, arn: str, status: str) -> dict[str, Any]:
        self.account.engine.run_until(lambda: self.task(arn)["lastStatus"] == status, limit=600)
        return self.task(arn)


@pytest.fixture
def here(client_to: Callable[..., Any]) -> Iterator[Here]:
    """An account with everything that AWS has beside ECS."""
    made = Here(client_to)
    yield made
    made.account.close()


def test_interface_is_seen_in_ec2(here: Here) -> None:
    """EC2 shows the interface of a running task as ECS tells it, and none after its end."""
    here.logs.create_log_group(logGroupName="/ecs/demo")
    arn = here.start(role=here.role())
    task = here.wait(arn, "RUNNING")
    details = {one["name"]: one["value"] for one in task["attachments"][0]["details"]}
    interface_id = details["networkInterfaceId"]
    (seen,) = here.ec2.describe_network_interfaces(NetworkInterfaceIds=[interface_id])[
        "NetworkInterfaces"
    ]
    assert seen["PrivateIpAddress"] == details["privateIPv4Address"]
    assert seen["MacAddress"] == details["macAddress"]
    assert seen["SubnetId"] == details["subnetId"]
    assert seen["AvailabilityZone"] == task["availabilityZone"]
    assert seen["Association"]["PublicIp"].startswith("203.0.113.")
    (group,) = seen["Groups"]
    assert group["GroupName"] == "default"
    here.wait(arn, "STOPPED")
    assert here.ec2.describe_network_interfaces()["NetworkInterfaces"] == []


def test_lines_are_read_in_logs(here: Here) -> None:
    """What a container says is read in its stream with the moments of the clock."""
    here.logs.create_log_group(logGroupName="/ecs/demo")
    arn = here.start(role=here.role())
    task = here.wait(arn, "STOPPED")
    stream = f"run/main/{arn.rpartition('/')[2]}"
    events = here.logs.get_log_events(
        logGroupName="/ecs/demo", logStreamName=stream, startFromHead=True
    )["events"]
    started = round(task["startedAt"].timestamp() * 1000)
    assert [(one["timestamp"] - started, one["message"]) for one in events] == [
        (0, "first"),
        (2000, "second"),
    ]
    assert task["containers"][0]["exitCode"] == 0


def test_group_and_role_are_looked_for(here: Here) -> None:
    """Without its log group, or its role, a task does not start; with both it does."""
    role = here.role()
    lacks_group = here.wait(here.start(role=role), "STOPPED")
    assert "log group does not exist" in lacks_group["stoppedReason"]
    here.logs.create_log_group(logGroupName="/ecs/demo")
    lacks_role = here.wait(here.start(role=role.replace("execution", "ghost")), "STOPPED")
    assert lacks_role["stoppedReason"].startswith("ResourceInitializationError")
    assert "role/ghost" in lacks_role["stoppedReason"]
    here.wait(here.start(role=role), "RUNNING")


def test_images_of_the_own_registry(here: Here) -> None:
    """An image of the account's own ECR has its digest there; one that is not there fails."""
    here.logs.create_log_group(logGroupName="/ecs/demo")
    role = here.role()
    here.ecr.create_repository(repositoryName="shop/web")
    media_type = "application/vnd.oci.image.manifest.v1+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": media_type, "config": {}, "layers": []})
    here.ecr.put_image(repositoryName="shop/web", imageManifest=manifest, imageTag="7")
    (known,) = here.ecr.describe_images(repositoryName="shop/web")["imageDetails"]
    image = f"{here.account.id}.dkr.ecr.us-east-1.amazonaws.com/shop/web"
    task = here.wait(here.start(image=f"{image}:7", role=role), "RUNNING")
    assert task["containers"][0]["imageDigest"] == known["imageDigest"]
    task = here.wait(here.start(image=f"{image}:8", role=role), "STOPPED")
    assert task["stoppedReason"].startswith("CannotPullContainerError")


def test_addresses_of_others_are_avoided(here: Here) -> None:
    """A task gets no address that an interface of the caller's own has."""
    vpc_id = here.ec2.create_vpc(CidrBlock="10.5.0.0/16")["Vpc"]["VpcId"]
    subnet = here.ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.5.0.0/28")["Subnet"]["SubnetId"]
    for last in range(4, 14):
        here.ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress=f"10.5.0.{last}")
    here.subnets = [subnet]
    here.logs.create_log_group(logGroupName="/ecs/demo")
    role = here.role()
    task = here.wait(here.start(role=role), "PENDING")
    details = {one["name"]: one["value"] for one in task["attachments"][0]["details"]}
    assert details["privateIPv4Address"] == "10.5.0.14"
    unlucky = here.wait(here.start(role=role), "STOPPED")
    assert "InsufficientFreeAddressesInSubnet" in unlucky["stoppedReason"]


def test_waiters_tell_the_truth(here: Here) -> None:
    """botocore's waiters for tasks see a start, an end, and a start that fails."""
    here.logs.create_log_group(logGroupName="/ecs/demo")
    role = here.role()
    arn = here.start(role=role)
    here.account.engine.run_until(lambda: here.task(arn)["lastStatus"] == "RUNNING", limit=600)
    here.ecs.get_waiter("tasks_running").wait(cluster="demo", tasks=[arn])
    here.ecs.stop_task(cluster="demo", task=arn)
    here.account.engine.settle()
    here.ecs.get_waiter("tasks_stopped").wait(cluster="demo", tasks=[arn])
    with pytest.raises(Exception, match="TasksRunning"):
        here.ecs.get_waiter("tasks_running").wait(cluster="demo", tasks=[arn])
