"""The pages on fan-outs: each piece of code on them runs, and does what the page says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest
from page_snippets import run_snippet, snippets

import fargate_kit as fk
from fargate_kit.sim import World

ShellSpec = Callable[..., fk.TaskSpec]

# ipywidgets 8.1 calls what traitlets has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


async def test_page_on_many_tasks(world: World, aws: fk.Connection, shell: ShellSpec) -> None:
    """Every piece of the how-to page runs, one after the other, as on one screen."""
    await aws.create_log_group("/report")
    await aws._session.api.call("s3", "CreateBucket", Bucket="my-inputs")
    said: list[str] = []
    definition = await aws.register(
        shell('echo "$MONTH"; case "$MONTH" in *-02) exit 3;; esac', log_group="/report")
    )
    names: dict[str, Any] = {
        "fk": fk,
        "aws": aws,
        "cluster": await aws.create_cluster("prod"),
        "report": definition,
        "to_overrides": lambda month: fk.Overrides(environment={"MONTH": month}),
        "print": lambda *words: said.append(" ".join(map(str, words))),
        "long_text": "x" * 20_000,
    }
    for source in snippets("how-to/run-many-tasks.md"):
        await run_snippet(source, names)
        if "result" in names:
            # The pieces on a failure speak of one.
            async with names["cluster"].map(
                definition, ["2026-02"], names["to_overrides"]
            ) as failing:
                names["result"] = await anext(failing)
            await aws.clock.sleep(30)
    assert "2026-01 0" in said
    assert "2026-02 3" in said
    assert any(line.endswith("| 2026-02") for line in said), "a line of the failed task"
    assert any(line.startswith("exit ") for line in said)
    assert [task async for task in names["cluster"].tasks()] == []


async def test_several_regions_share_the_inputs(world: World, shell: ShellSpec) -> None:
    """Each connection runs its share with a pace of its own, and every input is run once."""
    kept: list[str] = []
    async with world.connect(region="us-east-1") as one, world.connect(region="eu-west-1") as other:
        for aws in (one, other):
            await aws.create_cluster("batch")
            await aws.register(shell("exit 0", family="report"))

        async def keep(result: fk.TaskResult[str]) -> None:
            kept.append(result.item)

        (source,) = snippets("explanation/scaling-fan-out.md")
        items = [str(number) for number in range(21)]
        names = {
            "fk": fk,
            "anyio": anyio,
            "connections": [one, other],
            "items": items,
            "keep": keep,
            "to_overrides": lambda item: fk.Overrides(environment={"ITEM": item}),
        }
        await run_snippet(source, names)
        assert sorted(kept, key=int) == items
        assert (one.calls["ecs:RunTask"], other.calls["ecs:RunTask"]) == (11, 10)
