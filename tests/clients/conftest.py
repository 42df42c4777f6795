"""A simulator in a process of its own, for clients that we did not write."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.waiter import WaiterModel, create_waiter_with_client
from client_environments import IndexOutOfReach, environment

SIMULATOR = "from fargate_kit.cli import main; main()"
SPEED = "200"
QUICKLY = {"Delay": 0.05, "MaxAttempts": 400}
NUMBERS = itertools.count()
SETTLED = WaiterModel({
    "version": 2,
    "waiters": {
        "ServiceSettled": {
            "operation": "DescribeServices",
            "delay": 0.05,
            "maxAttempts": 400,
            "acceptors": [
                {
                    "matcher": "path",
                    "expected": ["COMPLETED"],
                    "argument": "services[0].deployments[].rolloutState",
                    "state": "success",
                }
            ],
        }
    },
})
"""Waits for what `services_stable` does not: a task counts as healthy only 40 s after its start."""


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """Return the URL of a simulator that runs two hundred times as fast as Fargate."""
    with subprocess.Popen(
        [sys.executable, "-c", SIMULATOR, "sim", "--quiet", "--speed", SPEED],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


@pytest.fixture
def settings(endpoint: str, tmp_path: Path) -> dict[str, str]:
    """Return the environment that points any AWS client at the simulator."""
    return {
        **os.environ,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "simulated",
        "AWS_SECRET_ACCESS_KEY": "simulated",
        "AWS_PAGER": "",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",  # nobody is called stream-127.0.0.1
        "HOME": str(tmp_path),
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def ecs(endpoint: str) -> Any:
    """Return boto3's own ECS client."""
    return client("ecs", endpoint)


@pytest.fixture
def ec2(endpoint: str) -> Any:
    """Return boto3's own EC2 client."""
    return client("ec2", endpoint)


@pytest.fixture
def logs(endpoint: str) -> Any:
    """Return boto3's own CloudWatch Logs client."""
    return client("logs", endpoint)


@pytest.fixture
def elbv2(endpoint: str) -> Any:
    """Return boto3's own client of Elastic Load Balancing."""
    return client("elbv2", endpoint)


@pytest.fixture
def iam(endpoint: str) -> Any:
    """Return boto3's own IAM client."""
    return client("iam", endpoint)


@pytest.fixture
def events(endpoint: str) -> Any:
    """Return boto3's own EventBridge client."""
    return client("events", endpoint)


@pytest.fixture
def subnets(ec2: Any) -> list[str]:
    """Return the default subnets."""
    return [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]


def client(service: str, endpoint: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="simulated",
        aws_secret_access_key="simulated",
    )


class Shop:
    """A cluster of the test's own with what its services need, told to boto3.

    Args:
        ecs: boto3's client.
        subnets: Where tasks run.
        name: Of the cluster, and of the log group.
    """

    def __init__(self, ecs: Any, subnets: list[str], name: str) -> None:
        self.ecs = ecs
        self.name = name
        self.network = {"awsvpcConfiguration": {"subnets": subnets, "assignPublicIp": "ENABLED"}}
        ecs.create_cluster(clusterName=name)

    def register(self, family: str, image: str = "nginx:1.27", **container: Any) -> str:
        """Register a definition of one container whose lines go to CloudWatch Logs."""
        options = {
            "awslogs-group": self.name,
            "awslogs-region": "us-east-1",
            "awslogs-stream-prefix": family,
        }
        main = {
            "name": "main",
            "image": image,
            "portMappings": [{"containerPort": 80}],
            "logConfiguration": {"logDriver": "awslogs", "options": options},
            **container,
        }
        reply = self.ecs.register_task_definition(
            family=family,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            executionRoleArn="ecsTaskExecutionRole",
            containerDefinitions=[main],
        )
        arn: str = reply["taskDefinition"]["taskDefinitionArn"]
        return arn

    def run(self, definition: str, count: int = 1) -> list[str]:
        """Start tasks and return their ARNs."""
        reply = self.ecs.run_task(
            cluster=self.name,
            taskDefinition=definition,
            launchType="FARGATE",
            count=count,
            networkConfiguration=self.network,
        )
        assert reply["failures"] == []
        return [task["taskArn"] for task in reply["tasks"]]

    def create(self, definition: str, name: str = "web", **members: Any) -> None:
        """Create a service of two tasks."""
        self.ecs.create_service(
            cluster=self.name,
            serviceName=name,
            taskDefinition=definition,
            launchType="FARGATE",
            networkConfiguration=self.network,
            **{"desiredCount": 2, **members},
        )

    def describe(self, name: str = "web") -> dict[str, Any]:
        """Return the service as AWS describes it."""
        reply = self.ecs.describe_services(cluster=self.name, services=[name])
        service: dict[str, Any] = reply["services"][0]
        return service

    def wait(self, waiter: str, **members: Any) -> None:
        """Run one of botocore's waiters with short delays, on the service unless told otherwise."""
        asked = members or {"services": ["web"]}
        self.ecs.get_waiter(waiter).wait(cluster=self.name, WaiterConfig=QUICKLY, **asked)

    def settle(self, name: str = "web") -> None:
        """Wait until the one deployment of a service is complete."""
        waiter = create_waiter_with_client("ServiceSettled", SETTLED, self.ecs)
        waiter.wait(cluster=self.name, services=[name])

    def images(self) -> set[str]:
        """Return the images that the tasks of the cluster run."""
        arns = self.ecs.list_tasks(cluster=self.name)["taskArns"]
        tasks = self.ecs.describe_tasks(cluster=self.name, tasks=arns)["tasks"]
        return {task["containers"][0]["image"] for task in tasks}


@pytest.fixture
def shop(ecs: Any, logs: Any, subnets: list[str]) -> Shop:
    """Return a cluster of the test's own, and its log group of the same name."""
    name = f"shop-{next(NUMBERS)}"
    logs.create_log_group(logGroupName=name)
    return Shop(ecs, subnets, name)


@pytest.fixture
def stable_shop(shop: Shop) -> Shop:
    """Return a cluster with a service `web` whose first deployment of two tasks is complete."""
    shop.create(shop.register(shop.name))
    shop.settle()
    return shop


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(settings: dict[str, str]) -> Run:
    """Return a function that runs a client to its end, against the simulator."""

    def run(*command: str | Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run


@pytest.fixture
def follow(settings: dict[str, str]) -> Callable[..., list[str]]:
    """Return a function that runs a client that has no end, until it has said something."""

    def follow(*command: str | Path, until: str, limit: float = 60) -> list[str]:
        lines = []
        with subprocess.Popen(
            command, env=settings, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        ) as process:
            guard = threading.Timer(limit, process.kill)
            guard.start()
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    lines.append(line.rstrip("\n"))
                    if until in line:
                        break
            finally:
                guard.cancel()
                process.kill()
        return lines

    return follow


def _bin(name: str) -> Path:
    try:
        return environment(name) / "bin"
    except IndexOutOfReach as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def ecs_deploy() -> Path:
    """Return the command of ecs-deploy."""
    return _bin("ecs-deploy") / "ecs"


@pytest.fixture(scope="session")
def awslogs() -> Path:
    """Return the command of awslogs."""
    return _bin("awslogs") / "awslogs"


@pytest.fixture(scope="session")
def python_with_dask() -> Path:
    """Return a Python that has dask-cloudprovider."""
    return _bin("dask-cloudprovider") / "python"
