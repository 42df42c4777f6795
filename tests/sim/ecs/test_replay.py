"""The same seed and requests give the same answers, byte for byte, in every process."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]

SCENARIO = """
import hashlib, json
from tests.sim.ecs.conftest import Ecs
from tests.sim.ecs.test_replay import digest
print(digest(Ecs(7, jitter=0.2)))
"""


def digest(ecs: Any) -> str:
    """Run a day's worth of requests, and digest every answer."""
    seen = hashlib.sha256()

    def call(operation: str, **params: Any) -> dict[str, Any]:
        answer: dict[str, Any] = ecs.call(operation, **params)
        seen.update(json.dumps([operation, ecs.engine.now, answer]).encode())
        return answer

    ecs.moto.log_groups.add(("us-east-1", "logs"))
    ecs.image("short", [ecs.Say("hello"), ecs.Exit(3, after=20)])
    ecs.image("deaf", [], on_stop=lambda launch: None)
    call("CreateCluster", clusterName="demo", capacityProviders=["FARGATE", "FARGATE_SPOT"])
    containers = [
        ecs.container(logConfiguration=ecs.logging(), healthCheck={"command": ["CMD", "x"]}),
        ecs.container("side", image="deaf", essential=False),
    ]
    call(
        "RegisterTaskDefinition",
        **ecs.definition(containerDefinitions=containers, executionRoleArn=ecs.ROLE),
    )
    call(
        "RegisterTaskDefinition",
        **ecs.definition("job", containerDefinitions=[ecs.container(image="short")]),
    )
    strategy = [
        {"capacityProvider": "FARGATE", "weight": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 2},
    ]
    arns: list[str] = []
    for step in range(12):
        answer = call(
            "RunTask",
            cluster="demo",
            taskDefinition="job" if step % 3 else "web",
            count=step % 4 + 1,
            capacityProviderStrategy=strategy,
            networkConfiguration=ecs.network(assignPublicIp="ENABLED"),
            clientToken=f"token-{step}",
        )
        arns += [task["taskArn"] for task in answer["tasks"]]
        ecs.engine.advance_by(7.5)
        call("DescribeTasks", cluster="demo", tasks=arns)
        call("StopTask", cluster="demo", task=arns[step])
        call("ListTasks", cluster="demo", maxResults=3)
        call("DescribeClusters", clusters=["demo"], include=["STATISTICS"])
    ecs.engine.settle()
    call("DescribeTasks", cluster="demo", tasks=arns)
    seen.update(json.dumps(sorted(ecs.moto.streams.items())).encode())
    seen.update(repr(ecs.moto.made_interfaces).encode())
    return seen.hexdigest()


def test_same_seed_same_answers(new_ecs: Any) -> None:
    """The same seed and script give the same bytes; another seed gives others."""
    first = digest(new_ecs(7, jitter=0.2))
    assert digest(new_ecs(7, jitter=0.2)) == first
    assert digest(new_ecs(8, jitter=0.2)) != first


def test_same_answers_in_another_process(new_ecs: Any) -> None:
    """Another process, with another hash seed, gives the same bytes."""
    environment = {**os.environ, "PYTHONHASHSEED": "4242", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", SCENARIO],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.strip() == digest(new_ecs(7, jitter=0.2))
