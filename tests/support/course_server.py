"""JupyterLab on a copy of the course, started by the product's own command."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fargate_kit.learn.course import copy_course, lab_command

# Real seconds; two or three are usual, and seven where nothing is in the machine's caches.
UP_WITHIN = 90
LOOK_EVERY = 0.1
# The tests' own comforts, none of which changes what a notebook shows.
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    # What a test runs is thrown away.
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    # axe sees only what is in the page: every cell of the notebook.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}
FOLDERS = {
    "IPYTHONDIR": "ipython",
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseServer:
    """A JupyterLab that serves a learner's folder.

    Attributes:
        folder: The learner's copy of the course.
    """

    url: str
    token: str
    folder: Path


@contextmanager
def serve_course(*, speed: float = 200) -> Iterator[CourseServer]:
    """Serve a fresh copy of the course until the block ends; nothing of the tester's is read.

    Args:
        speed: Seconds of Fargate in one real second.

    Raises:
        RuntimeError: It did not come up; the message is its log.
    """
    with tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True) as name:
        fresh = Path(name)
        folder = fresh / "course"
        copy_course(folder)
        port = _free_port()
        server = CourseServer(
            url=f"http://127.0.0.1:{port}", token=secrets.token_hex(16), folder=folder
        )
        command, environment = lab_command(folder, port=port, browser=False)
        command = [*command, "--LabApp.expose_app_in_browser=True"]
        kept = {
            key: value
            for key, value in environment.items()
            if not key.startswith(("AWS_", "FARGATE_KIT_", "JUPYTER"))
        }
        kept |= {key: str(fresh / place) for key, place in FOLDERS.items()}
        kept |= {"JUPYTER_TOKEN": server.token, "FARGATE_KIT_SPEED": f"{speed:g}"}
        _write_settings(fresh / "config" / "labconfig")
        with (fresh / "server.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=kept)
        try:
            _wait_until_up(process, server, fresh / "server.log")
            yield server
        finally:
            _end(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_settings(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "default_setting_overrides.json").write_text(json.dumps(SETTINGS), encoding="utf-8")


def _wait_until_up(process: subprocess.Popen[bytes], server: CourseServer, log: Path) -> None:
    deadline = time.monotonic() + UP_WITHIN
    asked = f"{server.url}/api/status?token={server.token}"
    while True:
        try:
            urllib.request.urlopen(asked, timeout=1).read()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(encoding="utf-8")) from None
        time.sleep(LOOK_EVERY)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the server by its own process id; it ends its kernels."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
