"""The notebooks run: gaps fail their checks, solutions pass them, and nothing is left."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ipykernel")
pytest.importorskip("nbclient")

from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

# nbformat has types by name only: its functions and its one class are untyped.
nbformat: Any = import_module("nbformat")
Notebook = Any
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
STEMS = sorted(path.stem for path in (NOTEBOOKS / "src").glob("*.py"))
# Real seconds for one cell; at this speed none takes more than a few.
CELL = 60
SPEED = "200"


@dataclass
class Kernel:
    """One kernel, in which notebooks run one after the other, each from a clean namespace."""

    folder: Path
    manager: KernelManager
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, notebook: Notebook, *, strict: bool, forgiving: bool = False) -> Notebook:
        """Run a notebook to its end; a cell that fails raises CellExecutionError at once.

        Args:
            forgiving: Go on after a cell that failed.
        """
        before = nbformat.v4.new_code_cell(
            f"%reset -f\nimport os\nos.environ['FARGATE_KIT_STRICT'] = {'1' if strict else ''!r}"
        )
        notebook.cells.insert(0, before)
        client = NotebookClient(
            notebook,
            km=self.manager,
            timeout=CELL,
            allow_errors=forgiving,
            store_widget_state=False,
            resources={"metadata": {"path": str(self.folder)}},
        )
        try:
            client.execute(env=self.environment)
        finally:
            if client.kc is not None:
                client.kc.stop_channels()
            notebook.cells.pop(0)
        return notebook


@contextmanager
def kernel(folder: Path) -> Iterator[Kernel]:
    """Start a kernel that sees no settings of the tester's, and end it."""
    home = folder / "jupyter"
    (home / "ipython").mkdir(parents=True)
    environment = {
        **os.environ,
        "FARGATE_KIT_SPEED": SPEED,
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    environment.pop("FARGATE_KIT_BACKEND", None)
    manager = KernelManager(kernel_name="python3")
    try:
        yield Kernel(folder, manager, environment)
    finally:
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)


def read(name: str) -> Notebook:
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def outputs_of(notebook: Notebook, tag: str) -> list[str]:
    """Return what the cells with a tag ended with, as text."""
    return [
        output["data"]["text/plain"]
        for cell in notebook.cells
        if tag in cell.metadata.get("tags", ())
        for output in cell.outputs
        if output["output_type"] == "execute_result"
    ]


def texts_of(notebook: Notebook) -> list[str]:
    """Return what every cell ended with: its value as text, its error as a line, or nothing."""
    return [
        next(
            (
                f"{output['ename']}: {output['evalue']}"
                if output["output_type"] == "error"
                else output["data"]["text/plain"]
                for output in cell.outputs
                if output["output_type"] in {"error", "execute_result"}
            ),
            "",
        )
        for cell in notebook.cells
    ]


@pytest.mark.parametrize("stem", STEMS)
def test_notebook_runs_with_gaps_and_without(stem: str, tmp_path: Path) -> None:
    """Every check fails on the gaps and passes on the solution; both end with nothing left."""
    checks = read(stem).metadata["fargate_kit"]["exercises"]
    with kernel(tmp_path) as runner:
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


def made_of(*cells: str) -> Notebook:
    """Return a notebook of code cells."""
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells],
        metadata=read(STEMS[0]).metadata,
    )


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
        runner.manager.restart_kernel(now=True)
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
