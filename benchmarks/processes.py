"""Servers and clients in processes of their own, so that nobody's CPU counts as somebody else's."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FARGATE_KIT = Path(sys.executable).with_name("fargate-kit")
SECONDS_TO_STOP = 20.0
SECONDS_TO_RUN = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that runs in a process of its own."""

    url: str
    process_id: int

    def cpu_seconds(self) -> float:
        """Return the user and system time that it has spent; not a number where no /proc tells."""
        try:
            stat = Path(f"/proc/{self.process_id}/stat").read_text(encoding="ascii")
        except FileNotFoundError:
            return math.nan
        # The name of the program, in parentheses, may hold spaces: proc(5).
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def simulator(speed: float) -> list[str]:
    """Return the command line of our simulator."""
    return [str(FARGATE_KIT), "sim", "--speed", f"{speed:g}", "--quiet"]


def stepped_simulator() -> list[str]:
    """Return the command line of our simulator on a step clock, which a client moves."""
    return [sys.executable, "-m", "benchmarks.stepped_server"]


def moto_server() -> list[str]:
    """Return the command line of moto's own server."""
    return [sys.executable, "-m", "benchmarks.moto_server"]


def environment() -> dict[str, str]:
    """Return this process's environment without any AWS settings of its user."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def started(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a process to talk with, and end it afterwards, or when it takes far too long."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        env=environment(),
        cwd=ROOT,
    )
    watchdog = threading.Timer(SECONDS_TO_RUN, process.kill)
    watchdog.start()
    try:
        yield process
    finally:
        watchdog.cancel()
        process.terminate()
        try:
            process.communicate(timeout=SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@contextmanager
def served(command: Sequence[str]) -> Iterator[Server]:
    """Run a server that prints its URL first, and end it afterwards.

    Raises:
        RuntimeError: It ended without printing one.
    """
    with started(command) as process:
        url = line_of(process)
        if not url.startswith("http://"):
            raise RuntimeError(f"{' '.join(command)} printed {url!r} where its URL was expected")
        yield Server(url=url, process_id=process.pid)


def line_of(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process prints.

    Raises:
        RuntimeError: It ended instead.
    """
    assert process.stdout is not None
    if not (line := process.stdout.readline()):
        raise RuntimeError(f"{process.args!r} ended early")
    return line.strip()


def output_of(command: Sequence[str]) -> str:
    """Run a command to its end and return what it printed.

    Raises:
        subprocess.CalledProcessError: It failed.
    """
    return subprocess.run(
        command, stdout=subprocess.PIPE, text=True, env=environment(), cwd=ROOT, check=True
    ).stdout
