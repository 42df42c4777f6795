"""The verbs as processes of their own: in a pipe, interrupted, and cut off by their reader."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import anyio
import command_line
import pytest
from command_line import FARGATE_KIT, simulated

import fargate_kit as fk
from fargate_kit.cli.check import read_spec


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Return the URL of a simulator that the tests of this file share."""
    with simulated() as url:
        yield url


@pytest.fixture
def environment(endpoint: str) -> dict[str, str]:
    """Return what points a command at the simulator."""
    return command_line.environment(endpoint)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Return a definition whose container runs on, and says so."""
    return _file(tmp_path, "echo hello; sleep 1000000")


def _file(folder: Path, script: str, image: str = "busybox") -> str:
    file = folder / f"{abs(hash((script, image)))}.json"
    main = {"name": "main", "image": image, "command": ["sh", "-c", script]}
    raw = {"family": "web", "cpu": "256", "memory": "512", "containerDefinitions": [main]}
    file.write_text(json.dumps(raw))
    return str(file)


def _done(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FARGATE_KIT, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


def _serve(endpoint: str, file: str, name: str, cluster: str, log_group: str | None = None) -> None:
    """Make a service whose task runs."""

    async def make() -> None:
        credentials = fk.Credentials(access_key_id="simulated", secret_access_key="simulated")
        async with fk.connect(
            region="us-east-1", endpoint_url=endpoint, credentials=credentials
        ) as aws:
            if log_group:
                await aws.create_log_group(log_group)
            definition = await aws.register(read_spec(file))
            made = await aws.create_cluster(cluster)
            service = await made.create_service(name, definition, desired_count=1)
            await service.wait_stable()

    anyio.run(make)


@pytest.fixture
def at_once() -> Iterator[dict[str, str]]:
    """Return what points a command at a simulator where deployments are soon over."""
    with simulated(speed=400) as url:
        yield command_line.environment(url)


def test_way_of_a_service_through_a_pipe(
    at_once: dict[str, str], file: str, tmp_path: Path
) -> None:
    """Made, listed, changed badly, deleted: facts, no control codes, and the right exit codes."""
    made = _done(at_once, "deploy", file, "web", "-c", "pipe", "--create", "--yes")
    assert made.returncode == 0, made.stderr
    listed = _done(at_once, "ps", "-c", "pipe", "--json")
    assert len(json.loads(listed.stdout)["tasks"]) == 1
    bad = _file(tmp_path, "true", image="registry.invalid/gone:1")
    failed = _done(at_once, "deploy", bad, "web", "-c", "pipe", "--yes")
    assert failed.returncode == 1
    assert "was rolled back" in failed.stderr
    differs = _done(at_once, "diff", bad, "web", "-c", "pipe", "--exit-code")
    assert differs.returncode == 3
    gone = _done(at_once, "delete", "web", "-c", "pipe", "--yes")
    assert gone.returncode == 0, gone.stderr
    for done in (made, listed, failed, differs, gone):
        assert "\x1b" not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_forced_colours_are_no_cursor_that_jumps(environment: dict[str, str], file: str) -> None:
    """FORCE_COLOR brings colours into a pipe, and no picture that is drawn in place."""
    coloured = {**environment, "FORCE_COLOR": "1"}
    made = _done(coloured, "deploy", file, "web", "-c", "forced", "--create", "--yes")
    assert made.returncode == 0, made.stderr
    assert "\x1b[" in made.stdout
    for moves in ("\x1b[?25l", "\x1b[1A", "\x1b[2K"):
        assert moves not in made.stdout + made.stderr


def test_interrupted_wait_says_what_goes_on(
    endpoint: str, environment: dict[str, str], file: str, tmp_path: Path
) -> None:
    """Ctrl-C while a deployment is waited for ends the wait, and names the deployment."""
    _serve(endpoint, file, "web", "stopped")
    other = _file(tmp_path, "echo other; sleep 1000000")
    # Speed 100 is soon over: so many tasks take a while.
    process = subprocess.Popen(
        [*FARGATE_KIT, "deploy", other, "web", "-c", "stopped", "--yes", "--count", "40"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "has started" in line:
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "of web goes on; `fargate-kit rollback web` takes it back" in errors
    assert "Traceback" not in errors


def test_followed_log_is_ended_by_an_interruption(
    endpoint: str, environment: dict[str, str]
) -> None:
    """Ctrl-C ends `logs --follow` with 130, and that is no error."""
    example = Path(__file__).parents[2] / "examples" / "guide" / "wordpress.json"
    group = json.loads(example.read_text())["containerDefinitions"][0]["logConfiguration"]
    _serve(endpoint, str(example), "blog", "followed", group["options"]["awslogs-group"])
    process = subprocess.Popen(
        [*FARGATE_KIT, "logs", "blog", "-c", "followed", "--follow"],
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert "fargate-kit:" not in errors


def test_reader_that_leaves_is_no_error(
    endpoint: str, environment: dict[str, str], file: str
) -> None:
    """Whoever reads one line and goes, as `head` does, sees no complaint."""
    _serve(endpoint, file, "web", "cut")
    with subprocess.Popen(
        [*FARGATE_KIT, "events", "web", "-c", "cut"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()
    assert (process.returncode, errors) == (141, "")


def test_question_is_answered_on_a_terminal(environment: dict[str, str], file: str) -> None:
    """On a terminal it asks; no changes nothing, Ctrl-C neither, and ends at once."""
    for answer, code in ((b"n\n", 1), (b"\x03", 130)):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [*FARGATE_KIT, "deploy", file, "web", "-c", "asked", "--create"],
            env={**environment, "TERM": "xterm"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_own_terminal,
        )
        os.close(theirs)
        shown = b""
        while b"[y/N]" not in shown:
            shown += os.read(ours, 1000)
        os.write(ours, answer)
        assert process.wait(timeout=60) == code
        os.close(ours)
    assert _done(environment, "ps", "-c", "asked").returncode == 1


def _own_terminal() -> None:
    """Make standard input the terminal that Ctrl-C comes from."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
