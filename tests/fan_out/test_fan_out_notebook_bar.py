"""The bar of a fan-out in a notebook: widgets and words, and words alone without ipywidgets."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("ipywidgets")

import fargate_kit as fk
from fargate_kit.fan_out.events import Progress
from fargate_kit.learn.fan_out_bar import FanOutBar

ShellSpec = Callable[..., fk.TaskSpec]

# ipywidgets 8.1 calls what traitlets has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def event(ended: int) -> fk.FanOutEvent:
    progress = Progress(
        total=4, waiting=4 - ended, starting=0, running=0, succeeded=ended, failed=0, retried=0
    )
    return fk.FanOutEvent(kind=fk.FanOutEventKind.ENDED, index=0, attempt=1, progress=progress)


def exits(code: int) -> fk.Overrides:
    return fk.Overrides(environment={"CODE": str(code)})


async def shown(aws: fk.Connection, shell: ShellSpec, bar: FanOutBar, codes: list[int]) -> None:
    """Run a task for each exit code, and show the bar meanwhile."""
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("exit $CODE"))
    with bar:
        async with cluster.map(definition, codes, exits, on_event=bar) as done:
            await done.results()


@pytest.mark.parametrize(("codes", "style"), [([0, 0], "success"), ([0, 0, 1], "danger")])
async def test_bar_is_full_at_the_end(
    aws: fk.Connection, shell: ShellSpec, codes: list[int], style: str
) -> None:
    """The bar has a label, its length is the inputs', and its colour tells of failures."""
    bar = FanOutBar("months")
    await shown(aws, shell, bar, codes)
    progress, _ = bar.widget.children
    assert progress.description == "months"
    assert (progress.value, progress.max) == (len(codes), len(codes))
    assert progress.bar_style == style


async def test_words_stand_beside_the_bar(aws: fk.Connection, shell: ShellSpec) -> None:
    """Screen readers are told the same in words, as a status, with the title escaped."""
    bar = FanOutBar("<months>")
    await shown(aws, shell, bar, [0, 1])
    _, words = bar.widget.children
    said = "&lt;months&gt;: 2 of 2 ended, 1 failed"
    assert words.value == f'<span role="status">{said}</span>'


def test_bar_that_was_left_early_says_so() -> None:
    """A bar that will not move any more is not shown as done."""
    with FanOutBar() as bar:
        pass
    progress, _ = bar.widget.children
    assert progress.bar_style == "warning"
    assert repr(bar) == "tasks: nothing yet"


def test_bar_is_drawn_at_the_pace_of_an_eye(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of events in a moment are one drawing, and the last one counts at the end."""
    moments = iter([10.0, 10.1, 10.2, 10.6])
    monkeypatch.setattr("fargate_kit.learn.fan_out_bar.time.monotonic", lambda: next(moments))
    bar = FanOutBar()
    progress, _ = bar.widget.children
    drawn = []
    with bar:
        for ended in range(1, 5):
            bar(event(ended))
            drawn.append(progress.value)
    assert drawn == [1, 1, 1, 4]


def test_notebook_shows_the_bar_and_text() -> None:
    """A notebook without a browser has the words, one with a browser the widgets."""
    bundle = FanOutBar("months")._repr_mimebundle_()
    assert bundle["text/plain"] == "months: nothing yet"
    assert "application/vnd.jupyter.widget-view+json" in bundle


async def test_bar_is_words_without_ipywidgets(
    aws: fk.Connection, shell: ShellSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where ipywidgets is not installed, the words are shown, and renewed in their place."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    told: list[str] = []

    class Place:
        def update(self, bar: object) -> None:
            told.append(repr(bar))

    def display(bar: object, *, display_id: bool) -> Place:
        told.append(repr(bar))
        return Place()

    monkeypatch.setattr("IPython.display.display", display)
    bar = FanOutBar("months")
    await shown(aws, shell, bar, [0, 0])
    assert bar.widget is None
    assert told[0] == "months: nothing yet"
    assert told[-1] == "months: 2 of 2 ended"
    assert bar._repr_mimebundle_() == {"text/plain": "months: 2 of 2 ended"}


async def test_bar_without_ipython_is_silent(
    aws: fk.Connection, shell: ShellSpec, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """In a plain program nothing is displayed, and the fan-out goes on."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.setitem(sys.modules, "IPython.display", None)
    bar = FanOutBar()
    await shown(aws, shell, bar, [0])
    assert repr(bar) == "tasks: 1 of 1 ended"
    assert capsys.readouterr().out == ""
