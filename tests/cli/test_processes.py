"""The command line as a process of its own: served, interrupted, and left without a trace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

FARGATE_KIT = [sys.executable, "-m", "fargate_kit"]


@pytest.fixture
def endpoint() -> Iterator[str]:
    """Return the URL of a simulator that runs in a process of its own."""
    process = subprocess.Popen(
        [*FARGATE_KIT, "sim", "--speed", "100"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=20)
    assert rest == "", "the URL is the only line on standard output"
    assert process.returncode == 0


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


def definition(tmp_path: Path, **container: object) -> str:
    file = tmp_path / "task.json"
    main = {"name": "main", "image": "busybox", **container}
    raw = {"family": "job", "cpu": "256", "memory": "512", "containerDefinitions": [main]}
    file.write_text(json.dumps(raw))
    return str(file)


def test_run_ends_with_the_exit_code(endpoint: str, tmp_path: Path) -> None:
    """The container's exit code is the command's."""
    file = definition(tmp_path, command=["sh", "-c", "exit ${CODE:-7}"])
    assert fargate_kit(endpoint, "run", file).returncode == 7
    assert fargate_kit(endpoint, "run", file, "-e", "CODE=0").returncode == 0
    assert fargate_kit(endpoint, "run", "job", "--", "sh", "-c", "exit 9").returncode == 9


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


@pytest.mark.parametrize("until", ["Run it on Fargate", "Run 10 at once"])
def test_interrupted_demo_leaves_nothing(endpoint: str, until: str) -> None:
    """Ctrl-C in the middle of the demo stops everything that it started, on AWS's side too."""
    process = subprocess.Popen(
        [*FARGATE_KIT, "demo", "--endpoint-url", endpoint],
        env=environment(endpoint),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if until in line:
            break
    process.send_signal(signal.SIGINT)
    shown, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert "clusters left: none" in shown
    assert call(endpoint, "ListClusters")["clusterArns"] == []
    assert call(endpoint, "ListTaskDefinitions")["taskDefinitionArns"] == []


def test_second_interruption_leaves_at_once(endpoint: str) -> None:
    """Ctrl-C while the demo cleans up ends it with one line that says what may be left."""
    process = subprocess.Popen(
        [*FARGATE_KIT, "demo", "--endpoint-url", endpoint],
        env=environment(endpoint),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Run 10 at once" in line:
            process.send_signal(signal.SIGINT)
        if "Stop everything" in line:
            process.send_signal(signal.SIGINT)
            break
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert "Ctrl-C again" in errors
    assert "cluster quick-start may still be there" in errors
    (cluster,) = call(endpoint, "DescribeClusters", clusters=["quick-start"])["clusters"]
    assert cluster["status"] == "ACTIVE"


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


def test_run_tells_whether_a_revision_was_made(endpoint: str, tmp_path: Path) -> None:
    """The same file again is not called registered as if it were new."""
    file = definition(tmp_path, command=["true"])
    first, second = fargate_kit(endpoint, "run", file), fargate_kit(endpoint, "run", file)
    assert first.stderr.splitlines()[0] == "registered job:1"
    assert second.stderr.splitlines()[0] == "registered already: job:1"


def test_interrupted_first_task_is_counted_in_the_singular(endpoint: str) -> None:
    """One task is not called tasks."""
    process = subprocess.Popen(
        [*FARGATE_KIT, "demo", "--endpoint-url", endpoint],
        env=environment(endpoint),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "its own network interface" in line:
            break
    process.send_signal(signal.SIGINT)
    shown, _ = process.communicate(timeout=60)
    assert "1 task stopped, 0 left; 0 network interfaces left" in shown


def test_demo_leaves_a_cluster_of_its_name_alone(endpoint: str) -> None:
    """A cluster that somebody else made is neither used nor deleted."""
    call(endpoint, "CreateCluster", clusterName="quick-start")
    done = fargate_kit(endpoint, "demo", "--endpoint-url", endpoint)
    assert done.returncode == 1
    assert "is there already" in done.stderr
    (cluster,) = call(endpoint, "DescribeClusters", clusters=["quick-start"])["clusters"]
    assert cluster["status"] == "ACTIVE"


def test_demo_ends_with_nothing_left(tmp_path: Path) -> None:
    """The whole demo goes through in a pipe, proves that nothing is left, and draws a picture."""
    picture = tmp_path / "demo.svg"
    done = subprocess.run(
        [*FARGATE_KIT, "demo", "--speed", "60", "--picture", str(picture)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    assert "11 tasks stopped, 0 left; 0 network interfaces left" in done.stdout
    assert "wordpress:2; revisions [1, 2], no third" in done.stdout
    assert "RUNNING" in done.stdout
