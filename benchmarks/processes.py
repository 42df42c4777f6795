"""Servers and clients in processes of their own, so that nobody's CPU counts as somebody else's."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ROOT / "tests" / "support" / "client_environments.py"
FARGATE_KIT = Path(sys.executable).with_name("fargate-kit")
SECONDS_TO_STOP = 20.0
# The longest takes some minutes of CPU, on machines that may have much else to do.
SECONDS_TO_RUN = 3600.0


class NoEnvironment(Exception):
    """The environment of somebody else's client is not there, and cannot be made."""


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


def told(url: str, what: str, wish: Mapping[str, object]) -> Any:
    """Tell a simulated Fargate to change its clock, its quotas or its faults."""
    with urllib.request.urlopen(f"{url}/_sim/{what}", data=json.dumps(wish).encode()) as answer:
        return json.load(answer)


def worked_in_turns(clients: Sequence[tuple[Sequence[str], str]]) -> list[dict[str, Any]]:
    """Run clients side by side, each to its end; only one of them works at a time.

    A client prints how long it sleeps, a line each time, and goes on when it gets a line; at the
    end it prints what it has found. What it sleeps, its simulated Fargate's time is moved by.

    Args:
        clients: The command line of each, and the URL of its simulated Fargate.

    Returns:
        What each has printed at its end.
    """
    with ExitStack() as stack:
        processes = [stack.enter_context(started(command)) for command, _ in clients]
        said = [json.loads(line_of(process)) for process in processes]
        while any("sleep" in each for each in said):
            for index, process in enumerate(processes):
                if "sleep" in said[index]:
                    if said[index]["sleep"]:
                        told(clients[index][1], "clock", {"advance": said[index]["sleep"]})
                    assert process.stdin is not None
                    process.stdin.write("go on\n")
                    said[index] = json.loads(line_of(process))
    return said


def client_environment(name: str) -> Path:
    """Return the folder of the virtual environment of somebody else's client, made if need be.

    Args:
        name: Of its file of requirements under `tests/clients/requirements`.

    Raises:
        NoEnvironment: It is not there, and cannot be made here.
    """
    spec = importlib.util.spec_from_file_location("client_environments", ENVIRONMENTS)
    if spec is None or spec.loader is None:
        raise NoEnvironment(f"{ENVIRONMENTS} is not there")
    environments = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(environments)
        folder: Path = environments.environment(name)
    except (OSError, RuntimeError) as error:
        raise NoEnvironment(str(error).splitlines()[0]) from error
    except environments.IndexOutOfReach as error:
        raise NoEnvironment(str(error)) from error
    return folder
