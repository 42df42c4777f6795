"""A kernel in which notebooks run one after the other, without a browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient

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
    manager: AsyncKernelManager
    environment: dict[str, str] = field(default_factory=dict)

    def run(
        self, notebook: Notebook, *, strict: bool, forgiving: bool = False, clean: bool = True
    ) -> Notebook:
        """Run a notebook to its end; a cell that fails raises CellExecutionError at once.

        Args:
            forgiving: Go on after a cell that failed.
            clean: Forget every name before it.
        """
        forget = "%reset -f\n" if clean else ""
        before = nbformat.v4.new_code_cell(
            f"{forget}import os\nos.environ['FARGATE_KIT_STRICT'] = {'1' if strict else ''!r}"
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
    # A blocking manager would let a cell that hangs hang for ever: its time-out needs the loop.
    manager = AsyncKernelManager(kernel_name="python3")
    try:
        yield Kernel(folder, manager, environment)
    finally:
        if manager.has_kernel:
            run_sync(manager.shutdown_kernel)(now=True)


def read(name: str) -> Notebook:
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def made_of(*cells: str) -> Notebook:
    """Return a notebook of code cells."""
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells],
        metadata=read(STEMS[0]).metadata,
    )


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
                for output in cell.get("outputs", ())
                if output["output_type"] in {"error", "execute_result"}
            ),
            "",
        )
        for cell in notebook.cells
    ]
