"""Ctrl-C while `compose up` waits: it says what was made, and `down` takes it away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from fargate_kit.cli.app import run
from fargate_kit.sim import World, simulate


def test_an_interrupted_up_says_what_it_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code is 130, the steps that were done are named, and `down` finds all of them."""

    async def begin() -> World:
        return await simulate(speed=2)

    world = anyio.run(begin)
    try:
        for name, value in {
            "AWS_ENDPOINT_URL": world.url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "simulated",
            "AWS_SECRET_ACCESS_KEY": "simulated",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        Path("compose.yaml").write_text(
            "name: shop\nservices: {web: {image: busybox, command: sleep 9999}}\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "fargate_kit", "compose", "up", "--yes"],
            env=dict(os.environ),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        for line in process.stderr:
            if "✓ service shop" in line:
                break
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "deployment of shop was interrupted; done so far: task definition shop" in rest
        assert "service shop; `up` goes on, `down` takes it away" in rest
        assert "Traceback" not in rest
        assert run(["compose", "down", "--yes", "--logs"]) == 0
    finally:
        world.close()
