"""The command line as a process of its own, and a simulated Fargate for it to speak to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio

from fargate_kit.sim import World, simulate

FARGATE_KIT = [sys.executable, "-m", "fargate_kit"]


@contextmanager
def simulated(speed: float = 100) -> Iterator[str]:
    """Serve a simulated Fargate on a thread, where it costs no other process."""

    async def begin() -> World:
        return await simulate(speed=speed)

    world = anyio.run(begin)
    try:
        yield world.url
    finally:
        world.close()


def environment(endpoint: str) -> dict[str, str]:
    return {
        **os.environ,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "simulated",
        "AWS_SECRET_ACCESS_KEY": "simulated",
        "COLUMNS": "100",
    }


def fargate_kit(endpoint: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FARGATE_KIT, *arguments],
        env=environment(endpoint),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def call(endpoint: str, operation: str, **parameters: object) -> dict[str, Any]:
    """Call an ECS operation as any client would."""
    request = urllib.request.Request(
        endpoint,
        data=json.dumps(parameters).encode(),
        headers={
            "X-Amz-Target": f"AmazonEC2ContainerServiceV20141113.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
        },
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        reply: dict[str, Any] = json.load(answer)
        return reply
