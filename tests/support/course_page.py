"""One browser page in which notebooks of the course are opened, run, clicked and closed.

JupyterLab is driven by its commands, not by its menus. Their names, and the classes of its page,
are those of JupyterLab 4.6, and stand in this file alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from course_server import CourseServer
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

WIDTH, HEIGHT_OF_WINDOW = 1280, 1400
# Real milliseconds.
READY_WITHIN = 60_000
SHOWN_WITHIN = 60_000
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)

OPEN = """async path => {
    const app = window.jupyterapp;
    const panel = await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    await panel.context.ready;
    // Before the kernel is there, running all cells asks for one, and runs nothing.
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    app.shell.activateById(panel.id);
    window.courseNotebook = panel;
    panel.content.widgets.forEach((cell, place) => cell.node.setAttribute('data-place', place));
}"""
CELLS = """() => window.courseNotebook.content.widgets.map(cell => ({
    source: cell.model.sharedModel.getSource(),
    tags: cell.model.getMetadata('tags') || [],
    outputs: cell.model.type !== 'code' ? [] : cell.model.sharedModel.getOutputs(),
}))"""
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
RUN_SOME = """([first, last]) => {
    const notebook = window.courseNotebook.content;
    notebook.deselectAll();
    notebook.activeCellIndex = first;
    notebook.extendContiguousSelectionTo(last);
    return window.jupyterapp.commands.execute('notebook:run-cell');
}"""
# JupyterLab makes links of addresses in plain text, and their look is its own.
OUTPUTS = {"include": [[".jp-OutputArea"]], "exclude": [[".jp-RenderedText a"]]}
AXE = {"resultTypes": ["violations", "incomplete"]}
EXECUTE = """async code => {
    const kernel = window.courseNotebook.sessionContext.session.kernel;
    const reply = await kernel.requestExecute({code, silent: true}).done;
    return reply.content.status === 'ok' ? '' : `${reply.content.ename}: ${reply.content.evalue}`;
}"""
FOCUSED = """() => {
    const it = document.activeElement;
    if (!it || it === document.body) return '';
    if (it.labels && it.labels.length) return it.labels[0].textContent;
    return it.getAttribute('aria-label') || it.textContent;
}"""
HEIGHT = "() => document.querySelector('.jp-NotebookPanel .jp-WindowedPanel-outer').scrollHeight"
THEME = """theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"""
# Nothing is saved, and the kernel ends before the page lets go of the notebook: what is idle in
# JupyterLab still looks at it.
CLOSE = """async () => {
    const panel = window.courseNotebook;
    await panel.context.revert();
    await panel.sessionContext.shutdown();
    panel.dispose();
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellSeen:
    """A cell as the page has it.

    Attributes:
        said: What it ended with, as text; empty for nothing.
        error: The error that it ended with, as a line.
    """

    source: str
    tags: frozenset[str]
    said: str = ""
    error: str = ""


class CoursePage:
    """The page.

    Attributes:
        folder: The learner's copy of the course.
        elsewhere: Every request that did not go to the server on this machine.
        troubles: Every error of the page's own scripts.
    """

    def __init__(self, page: Page, server: CourseServer) -> None:
        self.page = page
        self.folder = server.folder
        self.elsewhere: list[str] = []
        self.troubles: list[str] = []
        self._reached = -1
        page.set_default_timeout(SHOWN_WITHIN)
        ours = (f"{server.url}/", f"ws{server.url.removeprefix('http')}/", "data:", "blob:")

        def note(url: str) -> None:
            if not url.startswith(ours):
                self.elsewhere.append(url)

        page.on("request", lambda request: note(request.url))
        page.on("websocket", lambda channel: note(channel.url))
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.goto(f"{server.url}/lab?token={server.token}&reset")
        page.wait_for_function("() => !!window.jupyterapp", timeout=READY_WITHIN)
        page.evaluate("() => window.jupyterapp.restored")
        # JupyterLab's body has no height, and what is in it is hidden to axe.
        page.add_style_tag(content="body { min-height: 100vh }")
        # The folder of files takes room, and its names are names of buttons, too.
        page.evaluate("() => window.jupyterapp.shell.collapseLeft()")

    @contextmanager
    def notebook(self, path: str, *, speed: float | None = None) -> Iterator[None]:
        """Open a notebook of the learner's folder, and close it at the end of the block.

        Args:
            speed: Seconds of Fargate in one real second; None is the server's.
        """
        self.page.evaluate(OPEN, path)
        self._reached = -1
        try:
            if speed is not None:
                self.execute(f"import os; os.environ['FARGATE_KIT_SPEED'] = '{speed:g}'")
            yield
        finally:
            self.page.evaluate(CLOSE)

    def run_all(self) -> bool:
        """Run every cell; False if one failed, even one that shows no error."""
        return bool(self.page.evaluate(RUN_ALL))

    def run_to(self, words: str) -> Locator:
        """Run the cells from where the notebook is, up to the one whose source has the words.

        Returns:
            The outputs of that cell.

        Raises:
            LookupError: No cell that is still to be run has them.
            AssertionError: A cell failed on the way.
        """
        cells = self.cells()
        place = next(
            (
                number
                for number, cell in enumerate(cells)
                if number > self._reached and words in cell.source and "header" not in cell.tags
            ),
            None,
        )
        if place is None:
            raise LookupError(f"no cell after cell {self._reached} has {words!r}")
        first, self._reached = self._reached + 1, place
        assert self.page.evaluate(RUN_SOME, [first, place]), self.errors()
        return self.outputs_of(place)

    def execute(self, code: str) -> None:
        """Run code in the notebook's kernel, beside its cells, and wait for its end.

        Raises:
            AssertionError: It failed.
        """
        failed = self.page.evaluate(EXECUTE, code)
        assert not failed, failed

    def cells(self) -> list[CellSeen]:
        """Return the cells as they are now."""
        return [_seen(raw) for raw in self.page.evaluate(CELLS)]

    def errors(self) -> list[str]:
        """Return the errors that cells show."""
        return [cell.error for cell in self.cells() if cell.error]

    def outputs_of(self, place: int) -> Locator:
        """Return the outputs of a cell: its source has its words, too, and is left out."""
        return self.page.locator(f"[data-place='{place}'] .jp-OutputArea").first

    @property
    def outputs(self) -> Locator:
        """The outputs of all cells."""
        return self.page.locator(".jp-NotebookPanel .jp-OutputArea")

    @contextmanager
    def dark(self) -> Iterator[None]:
        """Show everything on a dark ground until the end of the block."""
        self.page.evaluate(THEME, "JupyterLab Dark")
        self.page.locator("body[data-jp-theme-light='false']").wait_for(state="attached")
        try:
            yield
        finally:
            self.page.evaluate(THEME, "JupyterLab Light")
            self.page.locator("body[data-jp-theme-light='true']").wait_for(state="attached")

    def barriers(self) -> list[str]:
        """Return what axe finds in the outputs that is serious or critical, each as a line.

        Text of the colour of its ground counts, too; axe holds that it might be meant so.
        """
        axe = import_module("axe_playwright_python.sync_playwright").Axe()
        with self._whole_notebook_in_sight():
            answer = axe.run(self.page, context=OUTPUTS, options=AXE).response
        found = [
            (each, node)
            for each in answer["violations"]
            if each["impact"] in {"serious", "critical"}
            for node in each["nodes"]
        ]
        found += [
            (each, node)
            for each in answer["incomplete"]
            for node in each["nodes"]
            if any((test["data"] or {}).get("messageKey") == "equalRatio" for test in node["any"])
        ]
        return [f"{each['id']}: {each['help']}: {node['html'][:200]}" for each, node in found]

    @contextmanager
    def _whole_notebook_in_sight(self) -> Iterator[None]:
        """Make the window as high as the notebook: axe judges colours only where they are seen."""
        usual = self.page.viewport_size
        height = self.page.evaluate(HEIGHT)
        self.page.set_viewport_size({"width": WIDTH, "height": height + 200})
        try:
            yield
        finally:
            if usual is not None:
                self.page.set_viewport_size(usual)

    def focused(self) -> str:
        """Return what has the keyboard's focus, by its label or its words; empty for nothing."""
        return str(self.page.evaluate(FOCUSED)).strip()


def _seen(raw: dict[str, Any]) -> CellSeen:
    said = error = ""
    for output in raw["outputs"]:
        if output["output_type"] == "error":
            error = f"{output['ename']}: {output['evalue']}"
        elif output["output_type"] == "execute_result":
            words = output["data"].get("text/plain", "")
            said = words if isinstance(words, str) else "".join(words)
    return CellSeen(source=raw["source"], tags=frozenset(raw["tags"]), said=said, error=error)


@contextmanager
def course_page(server: CourseServer) -> Iterator[CoursePage]:
    """Open the system's chromium on a server; nothing is downloaded.

    Raises:
        RuntimeError: There is no chromium.
    """
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("there is no chromium: apt-get install chromium fonts-dejavu")
    expect.set_options(timeout=SHOWN_WITHIN)
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT_OF_WINDOW})
            yield CoursePage(page, server)
        finally:
            browser.close()
