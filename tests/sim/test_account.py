"""An account answers as AWS does, repeats itself exactly, and is apart from all others."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, Protocol
from urllib.parse import urlencode

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock, WallClock
from fargate_kit.sim.ecs.region import EcsRegion
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.faults import LoseReply, Refuse, Throttle
from fargate_kit.sim.request import Request, Response

ECS = "AmazonEC2ContainerServiceV20141113"
LOGS = "Logs_20140328"


class ClientTo(Protocol):
    """As in conftest.py."""

    def __call__(
        self, answer: Callable[[Request], Response], service: str, region: str = "us-east-1"
    ) -> Any:
        """Make one."""
        ...


@pytest.fixture
def account() -> Iterator[Account]:
    """A strict account on a step clock."""
    made = Account(clock=StepClock(), seed=3, strict=True)
    yield made
    made.close()


@pytest.fixture
def walled() -> Iterator[Account]:
    """An account whose moto runs on a worker."""
    made = Account(clock=WallClock(1000), seed=4, strict=True)
    yield made
    made.close()


def sent(target: str, region: str | None = None, **members: Any) -> Request:
    """Write a JSON request; unsigned if no region is given."""
    headers = {"x-amz-target": target, "content-type": "application/x-amz-json-1.1"}
    if region is not None:
        headers["authorization"] = f"Credential=AKID/20260101/{region}/ecs/aws4_request"
    body = json.dumps(members).encode()
    return Request(method="POST", path="/", query="", headers=headers, body=body)


def asked(action: str, version: str = "2016-11-15", **members: str) -> Request:
    """Write a request of a query service, unsigned."""
    form = urlencode({"Action": action, "Version": version, **members})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Request(method="POST", path="/", query="", headers=headers, body=form.encode())


def transcript(seed: int) -> str:
    """Send one script of requests to a fresh account and digest the answers."""
    account = Account(clock=StepClock(), seed=seed, strict=True)
    digest = hashlib.sha256(account.id.encode())

    def say(request: Request) -> bytes:
        response = account.answer(request)
        # moto tells by real time when a log event came in; nothing else may differ.
        body = re.sub(rb'"ingestionTime": ?\d+', b"", response.body)
        digest.update(repr((response.status, sorted(response.headers.items()))).encode() + body)
        account.engine.advance_by(1)
        return response.body

    say(sent(f"{ECS}.CreateCluster", clusterName="prod"))
    say(sent(f"{LOGS}.CreateLogGroup", logGroupName="/ecs/web"))
    say(sent(f"{ECS}.RegisterTaskDefinition", **definition(account)))
    subnets = re.findall(r"<subnetId>(subnet-\w+)", say(asked("DescribeSubnets")).decode())
    network = {"awsvpcConfiguration": {"subnets": subnets, "assignPublicIp": "ENABLED"}}
    started = say(
        sent(
            f"{ECS}.RunTask",
            cluster="prod",
            taskDefinition="web",
            launchType="FARGATE",
            count=4,
            networkConfiguration=network,
        )
    )
    tasks = [task["taskArn"] for task in json.loads(started)["tasks"]]
    assert len(tasks) == 4
    for _ in range(25):
        say(sent(f"{ECS}.DescribeTasks", cluster="prod", tasks=tasks))
    assert say(asked("DescribeNetworkInterfaces")).count(b"<macAddress>") == 4
    stream = f"s/main/{tasks[0].rpartition('/')[2]}"
    events = say(sent(f"{LOGS}.GetLogEvents", logGroupName="/ecs/web", logStreamName=stream))
    assert b"message" in events
    say(sent(f"{ECS}.StopTask", cluster="prod", task=tasks[0]))
    for _ in range(60):
        last = say(sent(f"{ECS}.DescribeTasks", cluster="prod", tasks=tasks))
    assert [task["lastStatus"] for task in json.loads(last)["tasks"]].count("RUNNING") == 3
    say(sent(f"{ECS}.BakeBread"))
    say(sent(f"{LOGS}.ListAnomalies"))
    account.moto.flush()
    account.close()
    return digest.hexdigest()


def definition(account: Account) -> dict[str, Any]:
    """Write a task definition that logs to a group."""
    options = {
        "awslogs-group": "/ecs/web",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "s",
    }
    return {
        "family": "web",
        "cpu": "256",
        "memory": "512",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "executionRoleArn": f"arn:aws:iam::{account.id}:role/ecsTaskExecutionRole",
        "containerDefinitions": [
            {
                "name": "main",
                "image": "nginx",
                "logConfiguration": {"logDriver": "awslogs", "options": options},
            }
        ],
    }


def test_what_is_native_is_answered_by_ecs(account: Account, client_to: ClientTo) -> None:
    """A client of botocore creates a cluster and finds it, in its region alone."""
    ecs = client_to(account.answer, "ecs", "eu-west-1")
    made = ecs.create_cluster(clusterName="prod")["cluster"]
    assert made["clusterArn"] == f"arn:aws:ecs:eu-west-1:{account.id}:cluster/prod"
    assert ecs.list_clusters()["clusterArns"] == [made["clusterArn"]]
    assert client_to(account.answer, "ecs").list_clusters()["clusterArns"] == []
    assert [region.region for region in account.regions] == ["eu-west-1", "us-east-1"]


def test_everything_else_is_answered_by_moto(account: Account, client_to: ClientTo) -> None:
    """EC2 and Logs of the same account and region are there beside ECS."""
    assert len(client_to(account.answer, "ec2").describe_subnets()["Subnets"]) == 6
    caller = client_to(account.answer, "sts").get_caller_identity()
    assert caller["Account"] == account.id


def test_a_request_without_signature_reaches_the_default_region(account: Account) -> None:
    """Who uses curl needs no signature and no region."""
    response = account.answer(sent(f"{ECS}.CreateCluster", clusterName="prod"))
    arn = json.loads(response.body)["cluster"]["clusterArn"]
    assert arn.startswith("arn:aws:ecs:us-east-1:")


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("ecs", "StartTask", {"containerInstances": ["x"], "taskDefinition": "web"}),
        ("ecs", "CreateExpressGatewayService", {"infrastructureRoleArn": "arn"}),
        ("logs", "ListAnomalies", {}),
        ("elbv2", "DescribeTrustStoreRevocations", {"TrustStoreArn": "x"}),
        ("ec2", "DescribeBundleTasks", {}),
        ("lambda", "GetAccountSettings", {}),
        ("route53", "ListTrafficPolicies", {}),
        ("pricing", "GetProducts", {"ServiceCode": "AmazonECS"}),
    ],
)
def test_what_is_not_simulated_costs_one_request(
    account: Account, client_to: ClientTo, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    """The client sees HTTP 400 with a text that names the operation, and does not try again."""
    client = client_to(account.answer, service)
    with pytest.raises(ClientError) as refused:
        getattr(client, xform_name(operation))(**arguments)
    answer = refused.value.response
    assert answer["Error"]["Code"] == "UnsupportedOperation"
    assert f"{service} {operation} is not simulated" in answer["Error"]["Message"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert account.calls == {(service, operation): 1}


@pytest.mark.parametrize("service", ["ecs", "logs", "ec2"])
def test_an_unknown_region_is_named(account: Account, client_to: ClientTo, service: str) -> None:
    """A misspelt region is refused in one request, with its neighbours."""
    client = client_to(account.answer, service, "eu-wst-1")
    ask = {"ecs": "list_clusters", "logs": "describe_log_groups", "ec2": "describe_vpcs"}
    with pytest.raises(ClientError, match=r"'eu-wst-1'; did you mean .*eu-west-1"):
        getattr(client, ask[service])()
    assert account.calls.total() == 1


def test_every_answer_has_a_request_id_from_the_seed(account: Account, client_to: ClientTo) -> None:
    """Native answers, moto's answers and refusals carry ids that repeat with the seed."""

    def ids() -> list[str]:
        requests = [
            sent(f"{ECS}.ListClusters"),
            sent(f"{LOGS}.DescribeLogGroups"),
            sent(f"{ECS}.BakeBread"),
            Request(method="GET", path="/_sim/clock", query="", headers={}, body=b""),
        ]
        return [account.answer(request).headers["x-amzn-requestid"] for request in requests]

    first = ids()
    assert len(set(first)) == 4
    account.reset()
    assert ids() == first


def test_time_passes_before_a_request_is_answered(account: Account) -> None:
    """Whatever is due runs first, so an answer never shows a world that is behind its clock."""
    seen: list[str] = []
    account.engine.after(5, lambda: seen.append("due"))
    assert isinstance(account.engine.clock, StepClock)
    account.engine.clock.move_to(account.engine.now + 6_000_000)
    account.answer(sent(f"{ECS}.ListClusters"))
    assert seen == ["due"]


def test_a_planned_throttle_is_met_and_overcome(account: Account, client_to: ClientTo) -> None:
    """A throttle is answered as AWS answers it, and the client's second try succeeds."""
    account.faults.plan(Throttle(operation="ListClusters"))
    assert client_to(account.answer, "ecs").list_clusters()["clusterArns"] == []
    assert account.calls["ecs", "ListClusters"] == 2


def test_a_planned_refusal_changes_nothing(account: Account, client_to: ClientTo) -> None:
    """A refused request does nothing, for moto's services too."""
    account.faults.plan(
        Refuse(service="logs", operation="*", code="AccessDeniedException", message="no")
    )
    logs = client_to(account.answer, "logs")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        logs.create_log_group(logGroupName="g")
    assert logs.describe_log_groups()["logGroups"] == []


@pytest.mark.parametrize(("service", "target"), [("ecs", ECS), ("logs", LOGS)])
def test_a_lost_reply_happened(account: Account, service: str, target: str) -> None:
    """The client sees HTTP 500, and yet the operation is done."""
    account.faults.plan(LoseReply(service=service, operation="Create*"))
    make, look = {
        "ecs": (sent(f"{ECS}.CreateCluster", clusterName="x"), sent(f"{ECS}.ListClusters")),
        "logs": (
            sent(f"{LOGS}.CreateLogGroup", logGroupName="x"),
            sent(f"{LOGS}.DescribeLogGroups"),
        ),
    }[service]
    assert make.headers["x-amz-target"].startswith(target)
    assert account.answer(make).status == 500
    assert b"x" in account.answer(look).body
    assert b"arn:aws" in account.answer(look).body


def test_a_fault_of_the_simulator_is_a_plain_400(
    account: Account,
    client_to: ClientTo,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A bug is told to the client once, with its text, and to the log with its trace."""

    def fail(*_: object) -> dict[str, Any]:
        raise KeyError("a bug")

    monkeypatch.setattr(EcsRegion, "answer", fail)
    with (
        caplog.at_level(logging.ERROR, "fargate_kit.sim"),
        pytest.raises(ClientError, match=r"SimulatorError.*ecs ListClusters: KeyError: 'a bug'"),
    ):
        client_to(account.answer, "ecs").list_clusters()
    assert account.calls.total() == 1
    assert "fail" in caplog.text


def test_an_answer_outside_the_model_is_a_fault_of_the_simulator(
    account: Account, client_to: ClientTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A strict account checks what ECS answers against botocore's model."""
    monkeypatch.setattr(EcsRegion, "answer", lambda *_: {"clusters": []})
    with pytest.raises(ClientError, match="no member 'clusters'"):
        client_to(account.answer, "ecs").list_clusters()


def test_an_error_of_an_action_is_not_the_answer(account: Account, client_to: ClientTo) -> None:
    """What goes wrong while time passes is the simulator's fault, not the client's."""

    def fail() -> None:
        raise AwsError("ClusterNotFoundException", "Cluster not found.")

    account.engine.after(0, fail)
    ecs = client_to(account.answer, "ecs")
    with pytest.raises(ClientError, match="SimulatorError"):
        ecs.list_clusters()
    assert ecs.list_clusters()["clusterArns"] == []


def test_reset_forgets_all_but_the_present(account: Account, client_to: ClientTo) -> None:
    """Clusters, log groups, faults, counts and what was due are gone; the time is the same."""
    client_to(account.answer, "ecs").create_cluster(clusterName="prod")
    client_to(account.answer, "logs").create_log_group(logGroupName="g")
    account.faults.plan(Throttle(operation="*", remaining=None))
    account.engine.after(60, lambda: None)
    account.engine.advance_by(5)
    now = account.engine.now
    account.reset()
    assert account.engine.settled
    assert account.engine.now == now
    assert account.calls.total() == 0
    assert client_to(account.answer, "ecs").list_clusters()["clusterArns"] == []
    assert client_to(account.answer, "logs").describe_log_groups()["logGroups"] == []


def test_accounts_of_one_process_are_apart(account: Account, client_to: ClientTo) -> None:
    """Two worlds of one seed live side by side under different ids."""
    twin = Account(clock=StepClock(), seed=account.seed, strict=True)
    assert twin.id != account.id
    for each in (account, twin):
        client_to(each.answer, "ecs").create_cluster(clusterName=f"of-{each.id}")
        client_to(each.answer, "logs").create_log_group(logGroupName=f"of-{each.id}")
    for each in (account, twin):
        (arn,) = client_to(each.answer, "ecs").list_clusters()["clusterArns"]
        assert arn == f"arn:aws:ecs:us-east-1:{each.id}:cluster/of-{each.id}"
        (group,) = client_to(each.answer, "logs").describe_log_groups()["logGroups"]
        assert group["logGroupName"] == f"of-{each.id}"
    twin.close()
    again = Account(clock=StepClock(), seed=account.seed)
    assert again.id == twin.id
    again.close()


def test_the_same_seed_and_requests_give_the_same_answers() -> None:
    """Byte by byte, ids and moto's own answers included; another seed gives others."""
    assert transcript(5) == transcript(5)
    assert transcript(5) != transcript(6)


def test_answers_do_not_depend_on_the_process() -> None:
    """Another process gives the same answers, though it imports moto for this account first."""
    code = (
        "import importlib.util; "
        f"spec = importlib.util.spec_from_file_location('replayed', {__file__!r}); "
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module); "
        "print(module.transcript(5))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "4242"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert printed.stdout.strip() == transcript(5)


def test_moto_never_holds_up_ecs(walled: Account) -> None:
    """With a worker, ECS answers at once while moto's answers are promised."""
    gate = threading.Event()
    walled.moto._submit(lambda _: gate.wait(30))
    promised = walled.start_answer(sent(f"{LOGS}.DescribeLogGroups"))
    assert isinstance(promised, Future)
    assert not promised.done()
    native = walled.start_answer(sent(f"{ECS}.ListClusters"))
    assert isinstance(native, Response)
    assert native.status == 200
    gate.set()
    assert not walled.moto.log_group_exists("us-east-1", "g")
    assert json.loads(promised.result(30).body)["logGroups"] == []
    assert walled.answer(sent(f"{LOGS}.DescribeLogGroups")).status == 200


def test_a_promise_is_kept_even_when_the_account_closes(walled: Account) -> None:
    """A request that is still in the queue when the account ends gets an answer."""
    gate = threading.Event()
    walled.moto._submit(lambda _: gate.wait(30))
    promised = walled.start_answer(sent(f"{LOGS}.DescribeLogGroups"))
    assert isinstance(promised, Future)
    assert not promised.cancel()
    closing = threading.Thread(target=walled.close)
    closing.start()
    answer = promised.result(30)
    gate.set()
    closing.join(30)
    assert answer.status == 400
    assert b"SimulatorError" in answer.body
    assert walled.answer(sent(f"{LOGS}.DescribeLogGroups")).status == 400


def test_a_promised_refusal_is_an_answer(walled: Account, client_to: ClientTo) -> None:
    """On the worker too, what moto has not got is one HTTP 400, and a lost reply one 500."""
    with pytest.raises(ClientError, match="UnsupportedOperation"):
        client_to(walled.answer, "logs").list_anomalies()
    assert walled.calls.total() == 1
    walled.faults.plan(LoseReply(service="logs", operation="*"))
    assert walled.answer(sent(f"{LOGS}.CreateLogGroup", logGroupName="g")).status == 500
    assert walled.moto.log_group_exists("us-east-1", "g")


def test_an_account_may_have_a_given_id() -> None:
    """Whoever needs a certain account id gets it, and learns if it cannot be had."""
    account = Account(clock=StepClock(), account_id="210987654321", default_region="eu-west-1")
    assert account.id == "210987654321"
    with pytest.raises(ValueError, match="another simulated account"):
        Account(clock=StepClock(), account_id="210987654321")
    account.close()
    with pytest.raises(AwsError, match="did you mean"):
        Account(clock=StepClock(), default_region="eu-wst-1")


@pytest.mark.parametrize(
    ("service", "body", "code"),
    [
        ("ecs", b"{}", b'"IncompleteSignatureException"'),
        ("iam", b"Action=ListRoles&Version=2010-05-08", b"<Code>IncompleteSignature<"),
    ],
)
def test_a_signature_that_nobody_can_read_is_refused(
    account: Account, service: str, body: bytes, code: bytes
) -> None:
    """An Authorization header without a scheme is AWS's error, for moto's services too."""
    headers = {"authorization": f"Credential=A/20260101/us-east-1/{service}/aws4_request"}
    if service == "ecs":
        headers["x-amz-target"] = "AmazonEC2ContainerServiceV20141113.ListClusters"
    else:
        headers["content-type"] = "application/x-www-form-urlencoded"
    request = Request(method="POST", path="/", query="", headers=headers, body=body)
    answer = account.answer(request)
    assert answer.status == 400
    assert code in answer.body
