"""awslogs, unchanged, in an environment of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CHATTY = "echo one; echo 'level=error two'; echo three"
ENDLESS = "number=0; while true; do echo line $number; number=$((number+1)); sleep 20; done"


@pytest.fixture
def said(shop: Any) -> list[str]:
    """Return the streams of two tasks that have said three lines each, and ended."""
    tasks = shop.run(shop.register(shop.name, "busybox", command=["sh", "-c", CHATTY]), count=2)
    shop.wait("tasks_stopped", tasks=tasks)
    return [f"{shop.name}/main/{task.rpartition('/')[2]}" for task in tasks]


def test_groups(awslogs: Path, run: Callable[..., Any], shop: Any) -> None:
    """`awslogs groups` lists the groups, by prefix too."""
    done = run(awslogs, "groups")
    assert (done.returncode, shop.name in done.stdout.split()) == (0, True), done.stderr
    assert run(awslogs, "groups", "--log-group-prefix", shop.name).stdout.split() == [shop.name]


def test_streams(awslogs: Path, run: Callable[..., Any], shop: Any, said: list[str]) -> None:
    """`awslogs streams` lists the streams in which there are lines of the time asked for."""
    assert sorted(run(awslogs, "streams", shop.name).stdout.split()) == sorted(said)
    assert run(awslogs, "streams", shop.name, "--start", "2h", "--end", "1h").stdout == ""


def test_get_prints_every_line_once(
    awslogs: Path, run: Callable[..., Any], shop: Any, said: list[str]
) -> None:
    """`awslogs get` prints the lines of all the streams, each with its stream."""
    done = run(awslogs, "get", shop.name, "--no-group")
    assert done.returncode == 0, done.stderr
    expected = [f"{stream} {line}" for stream in said for line in CHATTY_LINES]
    assert sorted(done.stdout.splitlines()) == sorted(expected)
    one = run(awslogs, "get", shop.name, said[0], "--no-group", "--no-stream")
    assert one.stdout.splitlines() == CHATTY_LINES


CHATTY_LINES = ["one", "level=error two", "three"]


def test_get_filters(awslogs: Path, run: Callable[..., Any], shop: Any, said: list[str]) -> None:
    """`awslogs get --filter-pattern` prints what matches, and `--start` what is new enough."""
    bare = ("get", shop.name, "--no-group", "--no-stream")
    assert run(awslogs, *bare, "--filter-pattern", "error").stdout.split("\n")[:-1] == [
        "level=error two"
    ] * len(said)
    assert run(awslogs, *bare, "--start", "2h", "--end", "1h").stdout == ""


def test_get_watch_prints_what_comes(
    awslogs: Path, follow: Callable[..., list[str]], shop: Any
) -> None:
    """`awslogs get --watch` prints lines that were written after it began, without a gap."""
    tasks = shop.run(shop.register(shop.name, "busybox", command=["sh", "-c", ENDLESS]))
    shop.wait("tasks_running", tasks=tasks)
    lines = follow(
        awslogs, "get", shop.name, "ALL", "--watch", "--watch-interval", "1",
        "--no-group", "--no-stream", until="line 25",
    )  # fmt: skip
    shop.ecs.stop_task(cluster=shop.name, task=tasks[0])
    assert lines == [f"line {number}" for number in range(26)]


def test_unknown_group_is_told(awslogs: Path, run: Callable[..., Any]) -> None:
    """A group that is not there ends as a failure with AWS's own error."""
    done = run(awslogs, "get", "nothing", "ALL")
    assert done.returncode != 0
    assert "ResourceNotFoundException" in done.stderr
