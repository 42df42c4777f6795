"""The bar of a fan-out: what it shows, where it draws, and what it needs."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest
from rich.console import Console

import fargate_kit as fk
from fargate_kit.cli.fan_out_bar import FanOutBar

ShellSpec = Callable[..., fk.TaskSpec]


async def test_bar_shows_the_counts(aws: fk.Connection, shell: ShellSpec) -> None:
    """At the end the bar is full, and the failures stand beside it."""
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("exit $CODE"))
    screen = io.StringIO()
    console = Console(file=screen, width=100, force_terminal=False)
    with FanOutBar("months", console=console) as bar:
        async with cluster.map(
            definition,
            [0, 0, 1],
            lambda code: fk.Overrides(environment={"CODE": str(code)}),
            on_event=bar,
        ) as done:
            await done.results()
    shown = screen.getvalue()
    assert "months" in shown
    assert "3/3" in shown
    assert "1 failed" in shown


async def test_small_budget_is_told_in_digits_that_say_something(
    aws: fk.Connection, shell: ShellSpec
) -> None:
    """Less than a cent is not told as nothing."""
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 86400"))
    with pytest.raises(fk.CostLimitReached, match=r"about \$0\.000[4-9] .* \$0\.0004;"):
        async with cluster.fan_out(definition, [fk.Overrides()], max_cost=0.0004) as done:
            await done.results()


def test_bar_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without rich there is an error that names the extra."""
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with pytest.raises(fk.ConfigurationError, match=r"fargate-kit\[cli\]"):
        FanOutBar()
