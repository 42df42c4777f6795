"""Somebody else's client, unchanged but for its sleep and its clock, which are a stepped world's.

`python benchmarks/slept_client.py KIND URL NOW ARGUMENT ...` in the client's own environment, so it
imports nothing of ours. For each sleep it prints a line of JSON, `{"sleep": seconds}`, and goes on
when it gets a line with the seconds since the epoch in that world; at the end, `{"exit": code,
"said": text}`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from datetime import datetime, tzinfo
from typing import Any

REGION = "us-east-1"


class _World:
    """The far end: whoever started this process, and moves the world's time."""

    def __init__(self, now: float) -> None:
        self.now = now
        self._to = os.fdopen(os.dup(1), "w", buffering=1)
        self._from = os.fdopen(os.dup(0))

    def sleep(self, seconds: float) -> None:
        self.say({"sleep": seconds})
        self.now = float(self._from.readline())

    def say(self, message: dict[str, Any]) -> None:
        self._to.write(json.dumps(message) + "\n")


def _aws(*arguments: str) -> None:
    from awscli.clidriver import main  # type: ignore[import-untyped]

    sys.argv = ["aws", *arguments]
    sys.exit(main())


def _botocore(cluster: str, service: str) -> None:
    import botocore.session
    from botocore.exceptions import WaiterError

    ecs = botocore.session.get_session().create_client("ecs")
    try:
        ecs.get_waiter("services_stable").wait(cluster=cluster, services=[service])
    except WaiterError as error:
        sys.exit(str(error))


def _ecs_deploy(world: _World, *arguments: str) -> None:
    from ecs_deploy import cli, ecs  # type: ignore[import-not-found]

    class Simulated(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.fromtimestamp(world.now, tz)

    cli.datetime = ecs.datetime = Simulated
    cli.ecs(["deploy", *arguments])


def _run(kind: str, world: _World, arguments: list[str]) -> int:
    try:
        if kind == "aws":
            _aws(*arguments)
        elif kind == "botocore":
            _botocore(*arguments)
        else:
            _ecs_deploy(world, *arguments)
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    return 0


def main() -> None:
    """Run one client to its end."""
    kind, url, now, *arguments = sys.argv[1:]
    world = _World(float(now))
    os.environ.update(
        AWS_ENDPOINT_URL=url,
        AWS_DEFAULT_REGION=REGION,
        AWS_ACCESS_KEY_ID="benchmark",
        AWS_SECRET_ACCESS_KEY="benchmark",  # noqa: S106
    )
    time.sleep = world.sleep  # type: ignore[assignment]
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        code = _run(kind, world, arguments)
        sys.stdout.flush()
        sys.stderr.flush()
        said.seek(0)
        world.say({"exit": code, "said": said.read().decode()})


if __name__ == "__main__":
    main()
