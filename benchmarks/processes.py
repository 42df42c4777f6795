"""Servers and clients in processes of their own, so that nobody's CPU counts as somebody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FARGATE_KIT = Path(sys.executable).with_name("fargate-kit")
SECONDS_TO_STOP = 20.0


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
def served(command: Sequence[str]) -> Iterator[str]:
    """Run a server that prints its URL first, and end it afterwards.

    Raises:
        RuntimeError: It ended without printing one.
    """
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment(), cwd=ROOT
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        if not url.startswith("http://"):
            raise RuntimeError(f"{' '.join(command)} printed {url!r} where its URL was expected")
        yield url
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def output_of(command: Sequence[str]) -> str:
    """Run a command to its end and return what it printed.

    Raises:
        subprocess.CalledProcessError: It failed.
    """
    return subprocess.run(
        command, stdout=subprocess.PIPE, text=True, env=environment(), cwd=ROOT, check=True
    ).stdout
