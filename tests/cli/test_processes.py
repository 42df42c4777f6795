"""The command line as a process of its own: served, interrupted, and left without a trace."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from command_line import FARGATE_KIT, call, environment, fargate_kit, simulated


@pytest.fixture
def endpoint() -> Iterator[str]:
    """Return the URL of a simulator of the test's own."""
    with simulated() as url:
        yield url


def definition(tmp_path: Path, **container: object) -> str:
    file = tmp_path / "task.json"
    main = {"name": "main", "image": "busybox", **container}
    raw = {"family": "job", "cpu": "256", "memory": "512", "containerDefinitions": [main]}
    file.write_text(json.dumps(raw))
    return str(file)


@dataclass(frozen=True, kw_only=True)
class Served:
    """What a simulator and three commands said that ran in processes of their own.

    Attributes:
        runs: A file, the same file with a variable, and what it had registered with a command.
        code: The exit code of the simulator, which was interrupted after them.
        rest: What it printed after its first line.
    """

    runs: list[subprocess.CompletedProcess[str]]
    code: int
    rest: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Run a definition three times on one simulator."""
    script = "exit ${CODE:-7}"
    file = definition(tmp_path_factory.mktemp("served"), command=["sh", "-c", script])
    with subprocess.Popen(
        [*FARGATE_KIT, "sim", "--speed", "100"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            runs = [
                fargate_kit(url, "run", file),
                fargate_kit(url, "run", file, "-e", "CODE=0"),
                fargate_kit(url, "run", "job", "--", "sh", "-c", "exit 9"),
            ]
        finally:
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=20)
    return Served(runs=runs, code=process.returncode, rest=rest)


def test_run_ends_with_the_exit_code(served: Served) -> None:
    """The container's exit code is the command's."""
    assert [done.returncode for done in served.runs] == [7, 0, 9]


def test_interrupted_simulator_ends_well(served: Served) -> None:
    """Its URL is the only line on standard output, and Ctrl-C is the way to end it."""
    assert served.rest == ""
    assert served.code == 0


def test_run_tells_whether_a_revision_was_made(served: Served) -> None:
    """The same file again is not called registered as if it were new."""
    first, second, _ = served.runs
    assert first.stderr.splitlines()[0] == "registered job:1"
    assert second.stderr.splitlines()[0] == "registered already: job:1"


def test_run_speaks_json(endpoint: str, tmp_path: Path) -> None:
    """With --json standard output is one JSON object, and progress is elsewhere."""
    file = definition(tmp_path, command=["sh", "-c", "exit 3"])
    done = fargate_kit(endpoint, "run", file, "--json")
    facts = json.loads(done.stdout)
    assert facts["containers"][0]["exit_code"] == 3
    assert "STOPPED" in done.stderr


def test_image_that_cannot_be_pulled_is_told_with_its_remedy(endpoint: str, tmp_path: Path) -> None:
    """A failed start ends with 1, AWS's reason and what to do."""
    done = fargate_kit(endpoint, "run", definition(tmp_path, image="registry.invalid/gone:1"))
    assert done.returncode == 1
    assert "CannotPullContainerError" in done.stderr
    assert "Check" in done.stderr
    assert "Traceback" not in done.stderr


def test_interrupted_run_stops_its_task(endpoint: str, tmp_path: Path) -> None:
    """Ctrl-C while a task runs stops it, and the code says interrupted."""
    file = definition(tmp_path, command=["sleep", "100000"])
    process = subprocess.Popen(
        [*FARGATE_KIT, "run", file],
        env=environment(endpoint),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "RUNNING" in line:
            break
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "is being stopped" in rest
    assert "Traceback" not in rest
    assert call(endpoint, "ListTasks")["taskArns"] == []


def test_start_that_fails_is_one_json_object(endpoint: str, tmp_path: Path) -> None:
    """With --json a task that never ran is told with its facts and the error, once."""
    done = fargate_kit(
        endpoint, "run", definition(tmp_path, image="registry.invalid/gone:1"), "--json"
    )
    assert done.returncode == 1
    facts = json.loads(done.stdout)
    assert facts["status"] == "STOPPED"
    assert facts["error"]["kind"] == "StartFailed"
    assert done.stderr.count("CannotPullContainerError") == 1


def test_missing_log_group_is_told_with_the_command_that_makes_it(endpoint: str) -> None:
    """The guide's example needs a log group; whoever has none is told how to make it."""
    example = Path(__file__).parents[2] / "examples" / "guide" / "wordpress.json"
    done = fargate_kit(endpoint, "run", str(example))
    assert done.returncode == 1
    assert done.stderr.count("The specified log group does not exist") == 1
    command = "aws logs create-log-group --log-group-name hello-world --region us-east-1"
    assert command in done.stderr


def test_interrupted_run_speaks_json(endpoint: str, tmp_path: Path) -> None:
    """With --json an interruption is an object too."""
    process = subprocess.Popen(
        [*FARGATE_KIT, "run", definition(tmp_path, command=["sleep", "100000"]), "--json"],
        env=environment(endpoint),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "RUNNING" in line:
            break
    process.send_signal(signal.SIGINT)
    shown, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    facts = json.loads(shown)
    assert facts["error"]["kind"] == "Interrupted"
    (task,) = call(endpoint, "ListTasks", desiredStatus="STOPPED")["taskArns"]
    assert facts["task"] == task
    assert datetime.fromisoformat(facts["started_at"]).isoformat() == facts["started_at"]


def test_terminated_run_stops_its_task(endpoint: str, tmp_path: Path) -> None:
    """SIGTERM, as `docker stop` sends it, stops the task, and the code says so."""
    process = subprocess.Popen(
        [*FARGATE_KIT, "run", definition(tmp_path, command=["sleep", "100000"])],
        env=environment(endpoint),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "RUNNING" in line:
            break
    process.send_signal(signal.SIGTERM)
    _, rest = process.communicate(timeout=30)
    assert process.returncode == 143
    assert "is being stopped" in rest
    assert "Traceback" not in rest
    assert call(endpoint, "ListTasks")["taskArns"] == []


def test_nothing_is_registered_for_a_cluster_that_is_not_there(
    endpoint: str, tmp_path: Path
) -> None:
    """A slip in the cluster's name leaves no revision behind."""
    done = fargate_kit(endpoint, "run", definition(tmp_path), "--cluster", "nowhere")
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert call(endpoint, "ListTaskDefinitions")["taskDefinitionArns"] == []
