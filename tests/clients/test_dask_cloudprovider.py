"""dask-cloudprovider's FargateCluster, in an environment of its own.

The tasks of a simulated Fargate do not speak dask's protocol. What is proven: everything that
the client makes in AWS, the life of its tasks, and its clean-up. What is not: work on workers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

LAUNCHER = Path(__file__).parent / "programs" / "launch_fargate_cluster.py"
IMAGE = "daskdev/dask:2026.8.0"


@pytest.fixture(scope="module")
def reports() -> dict[str, Any]:
    """Return where the report of the one launch is kept."""
    return {}


@pytest.fixture
def report(reports: dict[str, Any], python_with_dask: Path, run: Callable[..., Any]) -> Any:
    """Return what FargateCluster told of a cluster that lived once, and is closed."""
    if not reports:
        done = run(python_with_dask, LAUNCHER, IMAGE, "proven")
        assert done.returncode == 0, done.stderr[-3000:]
        reports.update(json.loads(done.stdout))
    return reports


def test_scheduler_and_workers_become_tasks(report: Any, ecs: Any) -> None:
    """FargateCluster starts its scheduler and workers as tasks, and tells their addresses."""
    told = [*report["scheduler"], *report["scaled to 3"]]
    assert [one["status"] for one in told] == ["running"] * 4
    arns = [one["task"] for one in told]
    tasks = ecs.describe_tasks(cluster=report["cluster"], tasks=arns)["tasks"]
    assert [task["taskArn"] for task in tasks] == arns
    for task, one in zip(tasks, told, strict=True):
        (interface,) = task["containers"][0]["networkInterfaces"]
        assert interface["privateIpv4Address"] == one["address"]
        assert one["public"] is not None
        assert task["containers"][0]["image"] == IMAGE
    assert report["address"] == f"tcp://{told[0]['address']}:8786"
    assert len({one["address"] for one in told}) == 4


def test_workers_are_given_the_address_of_the_scheduler(report: Any, ecs: Any) -> None:
    """A worker's command names the private address of the task that is the scheduler."""
    arns = [one["task"] for one in report["workers"]]
    for task in ecs.describe_tasks(cluster=report["cluster"], tasks=arns)["tasks"]:
        (override,) = task["overrides"]["containerOverrides"]
        assert override["command"][:2] == ["dask-worker", report["address"]]


def test_scaling_starts_and_stops_tasks(report: Any, ecs: Any) -> None:
    """`scale` adds a task and takes two away; `close` stops the rest."""
    assert [len(report[key]) for key in ("workers", "scaled to 3", "scaled to 1")] == [2, 3, 1]
    assert [one for one in report["scaled to 3"] if one in report["workers"]] == report["workers"]
    arns = [one["task"] for one in [*report["scheduler"], *report["scaled to 3"]]]
    tasks = ecs.describe_tasks(cluster=report["cluster"], tasks=arns)["tasks"]
    assert {(task["lastStatus"], task["stopCode"]) for task in tasks} == {
        ("STOPPED", "UserInitiated")
    }


def test_log_of_the_scheduler_is_where_it_was_sent(report: Any, logs: Any) -> None:
    """Every task has its log stream, and the container says that nobody simulates its image."""
    for role, one in [
        ("scheduler", report["scheduler"][0]),
        *(("worker", worker) for worker in report["scaled to 3"]),
    ]:
        stream = f"{report['cluster']}/proven/dask-{role}/{one['task'].rpartition('/')[2]}"
        reply = logs.get_log_events(logGroupName=report["group"], logStreamName=stream)
        (line, *_) = [event["message"] for event in reply["events"]]
        assert IMAGE in line
        assert f"dask-{role}" in line


def test_nothing_is_left(report: Any, ecs: Any, ec2: Any, iam: Any) -> None:
    """dask-cloudprovider's own clean-up finds and deletes what the cluster had made."""
    (cluster,) = ecs.describe_clusters(clusters=[report["cluster"]])["clusters"]
    assert cluster["status"] == "INACTIVE"
    for family in ("dask-proven-scheduler", "dask-proven-worker"):
        assert ecs.list_task_definitions(familyPrefix=family)["taskDefinitionArns"] == []
        inactive = ecs.list_task_definitions(familyPrefix=family, status="INACTIVE")
        assert len(inactive["taskDefinitionArns"]) == 1
    for role in ("dask-proven-execution-role", "dask-proven-task-role"):
        with pytest.raises(iam.exceptions.NoSuchEntityException):
            iam.get_role(RoleName=role)
    with pytest.raises(ClientError, match=r"InvalidGroup\.NotFound"):
        ec2.describe_security_groups(GroupNames=["dask-proven-security-group"])
