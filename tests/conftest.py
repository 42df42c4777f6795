"""What every test stands on: two event loops, and no AWS settings from outside."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from fargate_kit import Connection, ContainerSpec, LogConfiguration, TaskSpec
from fargate_kit.sim import World, simulate

# What stands on the core, and not beside it, runs on asyncio alone unless EVERY_LOOP is set, as
# `make test-every-loop` does: on both loops the suite would take too long to be run often.
ON_ONE_LOOP = frozenset({
    "cli",
    "compose",
    "fan_out",
    "learn",
    "load_balancing",
    "logs",
    "networks",
    "preflight",
    "roles",
    "scaling",
    "services",
    "teardown",
})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the second event loop where one is enough for every day."""
    if os.environ.get("EVERY_LOOP"):
        return
    here = Path(__file__).parent
    spared = [
        item
        for item in items
        if isinstance(item, pytest.Function)
        and hasattr(item, "callspec")
        and item.callspec.params.get("anyio_backend") == "trio"
        and item.path.relative_to(here).parts[0] in ON_ONE_LOOP
    ]
    config.hook.pytest_deselected(items=spared)
    left_out = set(spared)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run every async test on both event loops."""
    backend: str = request.param
    return backend


@pytest.fixture(autouse=True)
def no_aws_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the tester's own AWS settings, so that no test can reach an account."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let botocore try again at once: its pauses are real seconds, on whatever clock a world is."""
    monkeypatch.setattr(
        "botocore.retries.standard.ExponentialBackoff.delay_amount", lambda self, context: 0.0
    )


@pytest.fixture
async def world(no_pauses: None) -> AsyncIterator[World]:
    """Return a simulated Fargate on a step clock, its answers checked against AWS's model."""
    async with simulate(step=True, strict=True) as world:
        yield world


@pytest.fixture
async def aws(world: World) -> AsyncIterator[Connection]:
    """Return a connection to the simulated Fargate."""
    async with world.connect() as aws:
        yield aws


@pytest.fixture
def shell(world: World) -> Callable[..., TaskSpec]:
    """Return a maker of task definitions whose one container runs a shell script."""

    def spec(script: str, *, family: str = "job", log_group: str | None = None) -> TaskSpec:
        role = f"arn:aws:iam::{world.account.id}:role/ecsTaskExecutionRole"
        logs = LogConfiguration.awslogs(log_group, region="us-east-1") if log_group else None
        main = ContainerSpec(
            name="main",
            image="busybox",
            command=["sh", "-c", script],
            log_configuration=logs,
        )
        return TaskSpec(family=family, cpu=256, memory=512, execution_role=role, containers=[main])

    return spec
