"""Two runs of one seed are the same to the byte; a world that was reset is a new one."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.faults import (
    Crash,
    DropConnection,
    Fault,
    Faults,
    ImageMissing,
    LateLogLines,
    Refuse,
    SlowReply,
    SpotInterruption,
    TargetUnhealthy,
    ZoneOutage,
)
from fargate_kit.sim.quotas import Quotas
from fargate_kit.sim.request import Request

ROOT = Path(__file__).parents[2]
TARGETS = {
    "ecs": "AmazonEC2ContainerServiceV20141113",
    "logs": "Logs_20140328",
    "application-autoscaling": "AnyScaleFrontendService",
    "secretsmanager": "secretsmanager",
}
SIGNED = "AWS4-HMAC-SHA256 Credential"
NAME = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/demo/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}
PLAN: tuple[Fault, ...] = (
    ZoneOutage(zones=("us-east-1b",), after=900, until=2400),
    Crash(pattern="nginx", seconds=40, probability=0.1),
    ImageMissing(pattern="nginx", probability=0.1, after=300, until=900),
    SpotInterruption(probability=0.5, after=1500),
    Refuse(
        operation="Describe*", code="ServerException", status=500, probability=0.2, remaining=None
    ),
    DropConnection(operation="ListTasks", moment="after", probability=0.3, remaining=5),
    SlowReply(operation="ListTasks", seconds=3, probability=0.5),
    LateLogLines(seconds=30, group="logs", probability=0.5),
    TargetUnhealthy(probability=0.2),
)


class History:
    """An account, and a digest of everything that it has answered."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.seen = hashlib.sha256()
        self.answers = 0

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        """Call an operation of a JSON service."""
        headers = {
            "x-amz-target": f"{TARGETS[service]}.{operation}",
            "authorization": f"{SIGNED}=KEY/20270115/us-east-1/{service}/aws4_request, x=y",
        }
        body = json.dumps(params).encode()
        answer: dict[str, Any] = json.loads(self._send(headers, body) or b"{}")
        return answer

    def form(self, text: str) -> str:
        """Call an operation of a query service."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self._send(headers, text.encode()).decode()

    def _send(self, headers: dict[str, str], body: bytes) -> bytes:
        request = Request(method="POST", path="/", query="", headers=headers, body=body)
        answer = self.account.answer(request)
        self.seen.update(repr((self.account.engine.now, answer)).encode())
        self.answers += 1
        return answer.body


def live(account: Account) -> tuple[str, int]:
    """Live through two hours of a service that scales while things go wrong."""
    history = History(account)
    vpc = "Action=DescribeSubnets&Version=2016-11-15"
    subnets = [part[:24] for part in history.form(vpc).split("<subnetId>")[1:]]
    history.call("ecs", "CreateCluster", clusterName="demo", capacityProviders=["FARGATE_SPOT"])
    history.call("logs", "CreateLogGroup", logGroupName="logs")
    options = {"awslogs-group": "logs", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "x"}
    history.form(
        "Action=CreateRole&Version=2010-05-08&RoleName=execution&AssumeRolePolicyDocument=%7B%22"
        "Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22"
        "Principal%22%3A%7B%22Service%22%3A%22ecs-tasks.amazonaws.com%22%7D%2C%22Action%22%3A%22"
        "sts%3AAssumeRole%22%7D%5D%7D"
    )
    history.form(
        "Action=PutRolePolicy&Version=2010-05-08&RoleName=execution&PolicyName=own&PolicyDocument="
        "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22"
        "%2C%22Action%22%3A%22%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D"
    )
    history.form("Action=ListRoles&Version=2010-05-08")
    history.call("secretsmanager", "CreateSecret", Name="key", SecretString="x")
    history.call("secretsmanager", "DescribeSecret", SecretId="key")
    history.call(
        "ecs",
        "RegisterTaskDefinition",
        family="web",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        executionRoleArn=f"arn:aws:iam::{account.id}:role/execution",
        containerDefinitions=[
            {
                "name": "main",
                "image": "nginx",
                "logConfiguration": {"logDriver": "awslogs", "options": options},
            }
        ],
    )
    history.call(
        "ecs",
        "CreateService",
        cluster="demo",
        serviceName="web",
        taskDefinition="web",
        desiredCount=6,
        capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": subnets, "assignPublicIp": "ENABLED"}
        },
    )
    scaling = "application-autoscaling"
    history.call(scaling, "RegisterScalableTarget", **NAME, MinCapacity=2, MaxCapacity=20)
    history.call(
        scaling,
        "PutScalingPolicy",
        **NAME,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 50.0,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
            },
        },
    )
    account.scaling("us-east-1").set_load("demo", "web", cpu=600.0)
    for _ in range(60):
        account.engine.advance_by(120)
        tasks = history.call("ecs", "ListTasks", cluster="demo").get("taskArns", [])
        history.call("ecs", "DescribeTasks", cluster="demo", tasks=tasks or ["x"])
        history.call("ecs", "DescribeServices", cluster="demo", services=["web"])
        history.call(scaling, "DescribeScalingActivities", ServiceNamespace="ecs")
        history.call("logs", "FilterLogEvents", logGroupName="logs")
    for _ in range(120):
        history.call("ecs", "ListClusters")
    return history.seen.hexdigest(), history.answers


def begin(seed: int = 7) -> Account:
    """Make an account in which things go wrong, and quotas are kept."""
    faults = Faults()
    for fault in PLAN:
        faults.plan(fault)
    quotas = Quotas(on_demand_vcpu=2, spot_vcpu=3)
    return Account(clock=StepClock(), seed=seed, faults=faults, quotas=quotas, enforce_iam=True)


def digest(seed: int = 7) -> str:
    """Live through one world, and digest it."""
    account = begin(seed)
    try:
        return live(account)[0]
    finally:
        account.close()


@pytest.fixture
def account() -> Iterator[Account]:
    """An account in which things go wrong."""
    made = begin()
    yield made
    made.close()


def test_two_runs_of_one_seed_are_the_same() -> None:
    """In this process and in others with other hash seeds the answers are equal, byte for byte."""
    script = (
        "import importlib.util as u; s = u.spec_from_file_location('m', 'tests/sim/"
        "test_determinism.py'); m = u.module_from_spec(s); s.loader.exec_module(m); "
        "print(m.digest())"
    )
    others = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for hash_seed in ("1", "2")
    ]
    here = digest()
    assert here != digest(8)
    assert [process.communicate()[0].strip() for process in others] == [here, here]


def test_the_history_has_everything_in_it(account: Account) -> None:
    """The run that is compared scales, fails, is throttled and is struck by its faults."""
    history, answers = live(account)
    assert len(history) == 64
    assert answers > 400
    services = account.ecs("us-east-1").state.clusters["demo"].services
    messages = [event.message for event in services["web"].events]
    assert any("has started" in one for one in messages)
    activities = account.scaling("us-east-1").answer(
        "DescribeScalingActivities", b'{"ServiceNamespace": "ecs"}', "x"
    )
    assert json.loads(activities.body)["ScalingActivities"]
    left = [type(fault).__name__ for _, fault in account.faults.planned()]
    assert "ZoneOutage" not in left
    assert "DropConnection" not in left


def test_a_reset_world_lives_as_a_new_one(account: Account) -> None:
    """After a reset, moto's services included, everything answers as in a world that is new."""

    def replan() -> None:
        clock = account.engine.clock
        assert isinstance(clock, StepClock)
        account.reset()
        for fault in PLAN:
            account.faults.plan(fault)

    replan()
    live(account)
    listed = account.engine.pending()
    assert listed
    replan()
    assert account.calls.total() == 0
    assert account.scaling("us-east-1").operations
    again = History(account)
    assert again.call("ecs", "ListClusters")["clusterArns"] == []
    assert again.call("logs", "DescribeLogGroups")["logGroups"] == []
    assert "<RoleName>execution" not in again.form("Action=ListRoles&Version=2010-05-08")
    told = again.call("application-autoscaling", "DescribeScalableTargets", ServiceNamespace="ecs")
    assert told["ScalableTargets"] == []
    assert [number for number, _ in account.faults.planned()] == list(range(1, len(PLAN) + 1))
