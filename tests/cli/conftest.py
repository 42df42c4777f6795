"""What the tests of the commands stand on: somebody at a desk, and a service that runs."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

import fargate_kit as fk
from fargate_kit.cli.desk import Desk

ShellSpec = Callable[..., fk.TaskSpec]


@pytest.fixture
def desk(aws: fk.Connection) -> Desk:
    """Return a desk whose facts are for people."""
    return Desk(aws)


@pytest.fixture
def json_desk(aws: fk.Connection) -> Desk:
    """Return a desk whose facts are for programs."""
    return Desk(aws, as_json=True)


@pytest.fixture
async def cluster(aws: fk.Connection) -> fk.Cluster:
    """Return a cluster."""
    return await aws.create_cluster("prod")


@pytest.fixture
async def web(aws: fk.Connection, cluster: fk.Cluster, shell: ShellSpec) -> fk.Service:
    """Return a service of two tasks that stands."""
    await aws.create_log_group("/web")
    spec = shell("while true; do echo hello; sleep 30; done", family="web", log_group="/web")
    service = await cluster.create_service("web", await aws.register(spec), desired_count=2)
    await service.deployment.wait()
    return await service.refresh()


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., str]:
    """Return what writes a specification to a file, some of its members changed."""

    def write(spec: fk.TaskSpec, **container: Any) -> str:
        raw = spec.to_api()
        raw["containerDefinitions"][0] |= container
        file = tmp_path / "task.json"
        file.write_text(json.dumps(raw))
        return str(file)

    return write


@pytest.fixture
def everything(aws: fk.Connection) -> Callable[[], Awaitable[set[str]]]:
    """Return what tells the ids of all clusters, and of all that a network consists of."""

    async def look() -> set[str]:
        found = {each.arn async for each in aws.clusters()}
        for plural, id_key in (
            ("Vpcs", "VpcId"),
            ("Subnets", "SubnetId"),
            ("RouteTables", "RouteTableId"),
            ("InternetGateways", "InternetGatewayId"),
            ("SecurityGroups", "GroupId"),
        ):
            async for page in aws._session.api.pages("ec2", f"Describe{plural}"):
                found |= {each[id_key] for each in page[plural]}
        return found

    return look


@pytest.fixture
def cut_short(
    aws: fk.Connection, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int, Callable[[], Awaitable[object]]], Awaitable[bool]]:
    """Return what does a piece of work and cancels it in its n-th call; true if that came."""

    async def cut(step: int, work: Callable[[], Awaitable[object]]) -> bool:
        api, calls = aws._session.api, 0
        original = api.call
        with anyio.CancelScope() as scope:

            async def counted(service: str, operation: str, /, **members: Any) -> dict[str, Any]:
                nonlocal calls
                calls += 1
                if calls == step:
                    scope.cancel()
                return await original(service, operation, **members)

            with monkeypatch.context() as patch:
                patch.setattr(api, "call", counted)
                await work()
        return scope.cancelled_caught

    return cut
