"""The AWS CLI, unchanged, against a simulator in another process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples" / "guide"


@pytest.fixture
def aws(settings: dict[str, str]) -> Any:
    """Return a function that runs the AWS CLI and gives its exit code and its JSON."""

    def run(*arguments: str) -> tuple[int, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "awscli", *arguments, "--output", "json"],
            env=settings,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        text = done.stdout if done.returncode == 0 else done.stderr
        return done.returncode, json.loads(text) if text.strip().startswith(("{", "[")) else text

    return run


def test_guide_goes_through_the_aws_cli(aws: Any, subnets: list[str]) -> None:
    """Cluster, definition, task, waiters, log and clean-up, all by commands of the AWS CLI."""
    assert aws("ecs", "create-cluster", "--cluster-name", "cli")[0] == 0
    assert aws("logs", "create-log-group", "--log-group-name", "hello-world")[0] == 0
    code, registered = aws(
        "ecs", "register-task-definition",
        "--cli-input-json", f"file://{EXAMPLES / 'wordpress.json'}",
    )  # fmt: skip
    assert code == 0, registered
    assert registered["taskDefinition"]["memory"] == "512"

    network = f"awsvpcConfiguration={{subnets=[{subnets[0]}],assignPublicIp=ENABLED}}"
    code, started = aws(
        "ecs", "run-task", "--cluster", "cli", "--task-definition", "wordpress",
        "--launch-type", "FARGATE", "--network-configuration", network,
    )  # fmt: skip
    assert code == 0, started
    task = started["tasks"][0]["taskArn"]

    assert aws("ecs", "wait", "tasks-running", "--cluster", "cli", "--tasks", task)[0] == 0
    _, described = aws("ecs", "describe-tasks", "--cluster", "cli", "--tasks", task)
    assert described["tasks"][0]["lastStatus"] == "RUNNING"

    stream = f"wordpress/wordpress/{task.rpartition('/')[2]}"
    _, log = aws(
        "logs", "get-log-events",
        "--log-group-name", "hello-world", "--log-stream-name", stream,
    )  # fmt: skip
    assert log["events"]

    assert aws("ecs", "stop-task", "--cluster", "cli", "--task", task)[0] == 0
    assert aws("ecs", "wait", "tasks-stopped", "--cluster", "cli", "--tasks", task)[0] == 0
    assert aws("ecs", "delete-cluster", "--cluster", "cli")[0] == 0


def test_waiting_for_a_stopped_task_to_run_fails(aws: Any, ecs: Any, subnets: list[str]) -> None:
    """`aws ecs wait tasks-running` ends with an error for a task that has stopped."""
    ecs.create_cluster(clusterName="cli-stopped")
    definition = ecs.register_task_definition(
        family="cli-stopped",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "main", "image": "hello-world"}],
    )["taskDefinition"]["taskDefinitionArn"]
    task = ecs.run_task(
        cluster="cli-stopped",
        taskDefinition=definition,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": subnets}},
    )["tasks"][0]["taskArn"]
    ecs.get_waiter("tasks_stopped").wait(
        cluster="cli-stopped", tasks=[task], WaiterConfig={"Delay": 0.05, "MaxAttempts": 200}
    )
    code, said = aws("ecs", "wait", "tasks-running", "--cluster", "cli-stopped", "--tasks", task)
    assert code != 0
    assert "STOPPED" in said


def test_refusal_of_a_bad_size_is_awss_own(aws: Any) -> None:
    """A size that Fargate has not is refused with AWS's code."""
    code, said = aws(
        "ecs", "register-task-definition", "--family", "bad",
        "--requires-compatibilities", "FARGATE", "--network-mode", "awsvpc",
        "--cpu", "256", "--memory", "4096",
        "--container-definitions", '[{"name": "a", "image": "b"}]',
    )  # fmt: skip
    assert code != 0
    assert "ClientException" in said
