"""A simulator in a process of its own, for clients that we did not write."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

SIMULATOR = "from fargate_kit.cli import main; main()"


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """Return the URL of a simulator that runs two hundred times as fast as Fargate."""
    with subprocess.Popen(
        [sys.executable, "-c", SIMULATOR, "sim", "--quiet", "--speed", "200"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


@pytest.fixture
def settings(endpoint: str) -> dict[str, str]:
    """Return the environment that points any AWS client at the simulator."""
    return {
        **os.environ,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "simulated",
        "AWS_SECRET_ACCESS_KEY": "simulated",
        "AWS_PAGER": "",
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
