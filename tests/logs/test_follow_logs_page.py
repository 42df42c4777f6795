"""The page on following logs: each piece of code on it runs, and tells what the page says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest
from page_snippets import run_snippet, snippets

import fargate_kit as fk
from fargate_kit.sim import World

ShellSpec = Callable[..., fk.TaskSpec]
PAGE = "how-to/follow-logs.md"
SCRIPT = """echo '{"level": "ERROR", "message": "it rains"}'; sleep 30; echo ERROR bye; sleep 10"""
TASK, GROUP, JSON, LIVE = snippets(PAGE)
SECONDS = 240.0


@pytest.fixture
async def names(world: World, aws: fk.Connection, shell: ShellSpec) -> dict[str, Any]:
    """Return what the pieces speak of: a task, a service and a result that write to /ecs/web."""
    await aws.create_log_group("/ecs/web")
    cluster = await aws.create_cluster("prod")
    said: list[str] = []

    def tell(*words: object) -> None:
        said.append(" ".join(map(str, words)))

    definition = await aws.register(shell(SCRIPT, family="web", log_group="/ecs/web"))
    async with cluster.fan_out(definition, [fk.Overrides()]) as done:
        result = await anext(done)
    return {
        "aws": aws,
        "cluster": cluster,
        "task": await cluster.run(definition),
        "service": await cluster.create_service("web", definition, circuit_breaker=None),
        "result": result,
        "print": tell,
        "said": said,
    }


async def run_for_a_while(source: str, names: dict[str, Any]) -> list[str]:
    """Run a piece, which may have no end, and return what it has said after some minutes."""
    clock, service = names["aws"].clock, names["service"]
    async with anyio.create_task_group() as group:

        async def work() -> None:
            await run_snippet(source, names)
            group.cancel_scope.cancel()

        group.start_soon(work)
        await clock.sleep(SECONDS / 2)
        await service.delete(force=True)
        await clock.sleep(SECONDS)
        group.cancel_scope.cancel()
    said: list[str] = names["said"]
    return said


async def test_logs_of_a_task_a_service_and_a_result(names: dict[str, Any]) -> None:
    """All four loops tell lines, and end by themselves once the service is gone."""
    said = await run_for_a_while(TASK, names)
    assert sum("bye" in line for line in said) >= 3
    assert any(" main " in line for line in said)
    assert "line" in names


async def test_logs_of_a_group(names: dict[str, Any]) -> None:
    """The group tells what matches, and goes on with the streams of the prefix."""
    await names["aws"].clock.sleep(120)
    said = await run_for_a_while(GROUP, names)
    assert sum("bye" in line for line in said) >= 3
    assert any("it rains" in line for line in said)


@pytest.mark.parametrize(("source", "says"), [(JSON, "ERROR it rains"), (LIVE, "bye")])
async def test_lines_in_json_and_live(names: dict[str, Any], source: str, says: str) -> None:
    """Lines in JSON are read, and a live loop follows to the end of the task."""
    said = await run_for_a_while(source, names)
    assert any(says in line for line in said)
