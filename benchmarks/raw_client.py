"""A plain aiobotocore client, as somebody would write it without the SDK."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession

REGION = "us-east-1"
TASKS_PER_CALL = 10
TASKS_DESCRIBED = 100
SERVICES_DESCRIBED = 10


@asynccontextmanager
async def raw_client(service: str, url: str) -> AsyncIterator[Any]:
    """Open a client of an endpoint, with the retries and the connections that the SDK sets."""
    async with AioSession().create_client(
        service,
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id="benchmark",
        aws_secret_access_key="benchmark",  # noqa: S106
        config=AioConfig(
            retries={"mode": "standard", "total_max_attempts": 5}, max_pool_connections=50
        ),
    ) as client:
        yield client


async def network_of(url: str, *, subnets: int = 1) -> dict[str, Any]:
    """Return a network configuration with subnets of the endpoint and a security group.

    Tasks get a public address, without which they could not pull their image there.
    """
    async with raw_client("ec2", url) as ec2:
        found = (await ec2.describe_subnets())["Subnets"]
        groups = await ec2.describe_security_groups(
            Filters=[{"Name": "vpc-id", "Values": [found[0]["VpcId"]]}]
        )
    return {
        "awsvpcConfiguration": {
            "subnets": [each["SubnetId"] for each in found[:subnets]],
            "securityGroups": [groups["SecurityGroups"][0]["GroupId"]],
            "assignPublicIp": "ENABLED",
        }
    }


async def register(
    ecs: Any, *, image: str, command: list[str] | None = None, name: str = "main"
) -> str:
    """Register a task definition of one container, and return its ARN.

    The container's own memory is set because moto's RunTask needs it.
    """
    container: Mapping[str, Any] = {
        "name": name,
        "image": image,
        "memory": 512,
        "essential": True,
        **({"command": command} if command else {}),
    }
    reply = await ecs.register_task_definition(
        family="benchmark",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[container],
    )
    arn: str = reply["taskDefinition"]["taskDefinitionArn"]
    return arn
