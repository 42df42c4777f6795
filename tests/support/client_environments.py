"""Environments of other people's clients: made once by the test run, kept for the next one."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
CACHE = REPOSITORY / ".cache" / "clients"
REQUIREMENTS = REPOSITORY / "tests" / "clients" / "requirements"
LONGEST_BUILD = 600.0
"""Seconds that one step of a build may take."""

# What pip and npm say when they reached no index: of connections that were never made or broke.
_UNREACHED = (
    "after connection broken by",
    "ProtocolError",
    "ReadTimeoutError",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ENOTFOUND",
    "ETIMEDOUT",
)


class IndexOutOfReach(Exception):
    """No package index answers, so an environment cannot be made."""


def environment(name: str, *, cache: Path = CACHE, requirements: Path = REQUIREMENTS) -> Path:
    """Return the folder of a virtual environment with a client in it, made if need be.

    An environment is made again when its requirements or the Python have changed.
    Several test runs may ask at once: one builds, the others wait for it.

    Args:
        name: Of the file of requirements, without its ending.
        cache: Where environments are kept.
        requirements: Where the files of requirements are.

    Raises:
        IndexOutOfReach: It has to be made, and no package index answers.
        RuntimeError: pip refuses for another reason, which the text has.
    """
    wanted = requirements / f"{name}.txt"
    return _kept(cache / name, wanted, sys.version, lambda folder: _build_python(folder, wanted))


def node_modules(name: str, node: str) -> Path:
    """Return the folder `node_modules` of a client in JavaScript, made if need be.

    Args:
        name: Of the file of requirements, without its ending.
        node: The version of Node.js.

    Raises:
        IndexOutOfReach: It has to be made, and no package index answers.
        RuntimeError: npm refuses for another reason, which the text has.
    """
    wanted = REQUIREMENTS / f"{name}.json"
    folder = _kept(CACHE / name, wanted, node, lambda folder: _build_node(folder, wanted))
    return folder / "node_modules"


def _kept(folder: Path, wanted: Path, runtime: str, build: Callable[[Path], None]) -> Path:
    stamp = f"{runtime}\n{hashlib.sha256(wanted.read_bytes()).hexdigest()}\n"
    ready = folder / ".ready"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.with_suffix(".lock")):
        if not ready.exists() or ready.read_text() != stamp:
            shutil.rmtree(folder, ignore_errors=True)
            build(folder)
            ready.write_text(stamp)
    return folder


def _build_python(folder: Path, wanted: Path) -> None:
    # The tester's own pip installs into it: one of its own would take longer than the clients.
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", folder],
        check=True,
        capture_output=True,
        timeout=LONGEST_BUILD,
    )
    python = folder / "bin" / "python"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python]
    patience = ["--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", "20"]
    wheels = ["--no-deps", "--only-binary", ":all:", "--no-compile"]
    _install([*pip, *patience, "install", *wheels, "--requirement", wanted], wanted)


def _build_node(folder: Path, wanted: Path) -> None:
    folder.mkdir()
    shutil.copy(wanted, folder / "package.json")
    quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    _install(["npm", "install", *quiet, "--fetch-retries", "1", "--prefix", folder], wanted)


def _install(command: Sequence[str | Path], wanted: Path) -> None:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LONGEST_BUILD,
        check=False,
    )
    if done.returncode == 0:
        return
    if any(sign in done.stdout for sign in _UNREACHED):
        raise IndexOutOfReach(f"no package index answers, so there is no {wanted.stem} to try")
    raise RuntimeError(f"{wanted.name} cannot be installed:\n{done.stdout}")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock that the system takes away from whoever dies with it."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
