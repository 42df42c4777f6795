"""What the tests of the commands stand on: somebody at a desk, and a service that runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
