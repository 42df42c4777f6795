"""The notebooks run: gaps fail their checks, solutions pass them, and nothing is left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("ipykernel")
pytest.importorskip("nbclient")

from jupyter_core.utils import run_sync
from nbclient.exceptions import CellExecutionError
from notebook_kernel import NOTEBOOKS, STEMS, Kernel, kernel, made_of, outputs_of, read, texts_of


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Return a kernel for all notebooks: each begins with a clean namespace, as one of its own."""
    with kernel(tmp_path_factory.mktemp("notebooks")) as runner:
        yield runner


@pytest.mark.parametrize("stem", STEMS)
def test_notebook_runs_with_gaps_and_without(stem: str, runner: Kernel) -> None:
    """Every check fails on the gaps and passes on the solution; both end with nothing left."""
    checks = read(stem).metadata["fargate_kit"]["exercises"]
    learner = runner.run(read(stem), strict=False)
    solution = runner.run(read(f"solutions/{stem}"), strict=True)
    verdicts = [text.partition("\n")[0] for text in outputs_of(learner, "check")]
    assert [verdict.partition(" ")[0] for verdict in verdicts] == checks
    assert [each for each in verdicts if ": not yet" not in each] == []
    verdicts = [text.partition("\n")[0] for text in outputs_of(solution, "check")]
    assert [each.rpartition(": ")[2] for each in verdicts] == ["passed"] * len(checks)
    for notebook in (learner, solution):
        (closed,) = outputs_of(notebook, "close")
        assert closed.endswith("0 left")


def test_committed_notebooks_have_no_outputs() -> None:
    """What is committed was never run: no outputs, no counts, no widget state, one kernel."""
    files = [*NOTEBOOKS.glob("*.ipynb"), *NOTEBOOKS.glob("solutions/*.ipynb")]
    assert len(files) == 2 * len(STEMS)
    for file in files:
        notebook = json.loads(file.read_text(encoding="utf-8"))
        assert "widgets" not in notebook["metadata"]
        assert notebook["metadata"]["kernelspec"]["name"] == "python3"
        for cell in notebook["cells"]:
            assert cell.get("outputs", []) == []
            assert cell.get("execution_count") is None


OPEN = (
    "import fargate_kit as fk\nlab = await fk.learn.Lab.open(chapter=0)\naws = lab.aws\nlab.chapter"
)
# What anyio raises from a task group leaves no error output of its own in a notebook.
FAILS = (
    "import anyio\nasync def fail():\n    async with anyio.create_task_group() as group:\n"
    "        group.start_soon(anyio.Path('/no/such').read_text)"
)


def test_bad_day_of_a_learner(tmp_path: Path) -> None:
    """Out of order, twice, a slip, a restart: each gets a clear line, and the next cell works.

    What died beside the cells is an error of the closing cell, never a run that passed.
    """
    told = made_of(
        'await lab.check("0.3")',
        OPEN,
        "await aws.create_cluster('kept')",
        OPEN,
        "[each.name async for each in aws.clusters()]",
        "await aws.create_cluster('x'",
        'await lab.check("0.3")',
        "await lab.close()",
        'await lab.check("0.3")',
        "await lab.close()",
    )
    with kernel(tmp_path) as runner:
        seen = texts_of(runner.run(told, strict=False, forgiving=True))
        assert seen[0] == "NameError: name 'lab' is not defined"
        assert seen[4] == "['kept']"
        assert seen[5].startswith("SyntaxError")
        assert ": not yet" in seen[6]
        assert seen[7] == "1 deleted, 0 left"
        assert "run the notebook's first code cell again" in seen[8]
        assert seen[9] == "0 deleted, 0 left"
        open_still = made_of(OPEN, "await aws.create_cluster('lost')")
        runner.run(open_still, strict=False)
        run_sync(runner.manager.restart_kernel)(now=True)
        again = made_of(
            OPEN,
            "await lab.left()",
            FAILS,
            "lab.show._work().enter(fail)",
            "await aws.clock.sleep(60)",
            "await lab.close()",
        )
        with pytest.raises(CellExecutionError, match="BackgroundWorkFailed"):
            runner.run(again, strict=False)
    seen = texts_of(again)
    assert seen[:2] == ["0", "()"]
    assert seen[-1].startswith("BackgroundWorkFailed: work beside the cells failed: FileNotFound")
