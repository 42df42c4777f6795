"""What an interruption leaves on standard output, on standard error, and as an exit code."""

from __future__ import annotations

import json
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

from fargate_kit.cli import events, finding, logs
from fargate_kit.cli.app import run
from fargate_kit.cli.bringing_up import BringingUp
from fargate_kit.cli.running import Interrupted, run_async
from fargate_kit.errors import EndpointUnreachable

# Nobody is asked there: what would ask is replaced.
NOWHERE = ["--region", "us-east-1", "--endpoint-url", "http://127.0.0.1:9"]
LINE = {"text": "hello"}
Shown = Callable[..., Awaitable[int]]


def shows(end: Callable[[], object]) -> Shown:
    """Return what prints one object on a line, and then ends in this way."""

    async def show(*_: Any, **__: Any) -> int:
        print(json.dumps(LINE))
        end()
        await anyio.sleep_forever()
        return 0

    return show


def interrupted() -> None:
    signal.raise_signal(signal.SIGINT)


def unreachable() -> None:
    raise EndpointUnreachable("http://127.0.0.1:9 does not answer")


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Return what makes `logs` and `events` end in some way after the first line."""

    async def found(*_: Any) -> None:
        return None

    def replace(end: Callable[[], object]) -> None:
        monkeypatch.setattr(logs, "show", shows(end))
        monkeypatch.setattr(events, "follow_events", shows(end))
        for name in ("find_cluster", "find_service"):
            monkeypatch.setattr(finding, name, found)

    return replace


@pytest.mark.parametrize("command", ["logs", "events"])
def test_followed_stream_ends_without_an_error(
    command: str,
    followed: Callable[[Callable[[], object]], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Ctrl-C is how one ends what is followed: the code is 130, and no object tells of an error."""
    followed(interrupted)
    assert run([command, "web", "--follow", "--json", *NOWHERE]) == 130
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [LINE]


@pytest.mark.parametrize("command", ["logs", "events"])
def test_error_in_a_stream_is_one_line(
    command: str,
    followed: Callable[[Callable[[], object]], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Who reads line by line can read the error as well."""
    followed(unreachable)
    assert run([command, "web", "--follow", "--json", *NOWHERE]) == 1
    line, error = (json.loads(each) for each in capsys.readouterr().out.splitlines())
    assert (line, error["error"]["kind"]) == (LINE, "EndpointUnreachable")


def test_log_that_is_not_followed_was_cut_short(
    followed: Callable[[Callable[[], object]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --follow the interruption is told: the lines are not all that there are."""
    followed(interrupted)
    assert run(["logs", "web", "--json", *NOWHERE]) == 130
    _, error = (json.loads(each) for each in capsys.readouterr().out.splitlines())
    assert error["error"]["kind"] == "Interrupted"


def test_interrupted_up_tells_programs_how_far_it_came(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The object has what was done and what not, beside the error, and is the only one."""

    async def look(self: BringingUp) -> None:
        return None

    async def make(self: BringingUp) -> None:
        self._done["network"] = "network vpc-1"

    async def hang(self: BringingUp) -> None:
        interrupted()
        await anyio.sleep_forever()

    monkeypatch.setattr(BringingUp, "_look", look)
    monkeypatch.setattr(BringingUp, "_make_network", make)
    monkeypatch.setattr(BringingUp, "_make_cluster", hang)
    assert run(["up", "prod", "--network", "--json", *NOWHERE]) == 130
    shown = capsys.readouterr()
    facts = json.loads(shown.out)
    assert facts.pop("error")["kind"] == "Interrupted"
    assert facts == {
        "cluster": "prod",
        "done": ["network vpc-1"],
        "failed": "cluster prod",
        "not_done": [],
    }
    assert "made so far: network vpc-1; the same command goes on" in shown.err


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [
        (signal.SIGINT, 130, "interrupted, cleaning up; Ctrl-C again leaves now"),
        (signal.SIGTERM, 143, "terminated, cleaning up; SIGTERM again leaves now"),
    ],
)
def test_signal_is_told_by_its_own_name(
    number: signal.Signals, code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever sent SIGTERM is not told of a key."""

    async def work() -> None:
        signal.raise_signal(number)
        await anyio.sleep_forever()

    with pytest.raises(Interrupted) as ended:
        run_async(work, left="nothing", facts=lambda: {"left": 1})
    assert (ended.value.code, ended.value.facts) == (code, {"left": 1})
    assert capsys.readouterr().err == f"fargate-kit: {says}\n"
