"""What containers say becomes events of their streams, on the world's clock."""

from __future__ import annotations

import json
from typing import Any

from simulated_logs import EPOCH, ClientTo, Logs

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.faults import LateLogLines


def run_task(account: Account, client_to: ClientTo, script: str, **options: str) -> str:
    """Run a shell script in a container `main` that logs to group `g`, and tell the stream."""
    ecs = client_to(account.answer, "ecs")
    (subnet, *_) = client_to(account.answer, "ec2").describe_subnets()["Subnets"]
    ecs.create_cluster(clusterName="default")
    ecs.register_task_definition(
        family="job",
        cpu="256",
        memory="512",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        executionRoleArn=f"arn:aws:iam::{account.id}:role/ecsTaskExecutionRole",
        containerDefinitions=[
            {
                "name": "main",
                "image": "busybox",
                "command": ["sh", "-c", script],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        "awslogs-group": "g",
                        "awslogs-region": "us-east-1",
                        "awslogs-stream-prefix": "run",
                        **options,
                    },
                },
            }
        ],
    )
    answer = ecs.run_task(
        taskDefinition="job",
        launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": [subnet["SubnetId"]], "assignPublicIp": "ENABLED"}
        },
    )
    task_id = answer["tasks"][0]["taskArn"].rpartition("/")[2]
    return f"run/main/{task_id}"


def test_lines_of_a_task_are_events(account: Account, client_to: ClientTo, logs: Logs) -> None:
    """They are found in the task's stream, stamped and ingested when they were said."""
    stream = run_task(account, client_to, "echo one; sleep 5; echo two")
    account.engine.settle()
    events = logs.filter(logStreamNames=[stream])
    assert [event["message"] for event in events] == ["one", "two"]
    assert all(event["timestamp"] == event["ingestionTime"] > EPOCH for event in events)
    assert events[1]["timestamp"] - events[0]["timestamp"] == 5000
    assert logs.found(filterPattern="two") == ["two"]


def test_a_task_is_tailed(account: Account, client_to: ClientTo, logs: Logs) -> None:
    """A session that was started before the task tells its lines, though its stream is new."""
    tail = logs.start_tail(logStreamNamePrefixes=["run/main/"])
    run_task(account, client_to, "echo hello")
    account.engine.settle()
    account.engine.advance_by(1)
    assert b'"message":"hello"' in (tail.stream.read() or b"")
    tail.stream.close()


def test_lines_of_a_task_can_be_late(account: Account, client_to: ClientTo, logs: Logs) -> None:
    """By plan a line comes after its time, and none is lost."""
    account.faults.plan(LateLogLines(seconds=30, stream="run/main/*"))
    run_task(account, client_to, "for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 1; done")
    account.engine.settle()
    events = logs.filter()
    assert [event["message"] for event in events] == list("12345678")
    assert [event["timestamp"] for event in events] == sorted(e["timestamp"] for e in events)
    ingested = [event["ingestionTime"] for event in events]
    assert ingested != sorted(ingested)


def test_a_task_may_make_its_group(account: Account, client_to: ClientTo, logs: Logs) -> None:
    """With awslogs-create-group, and a role that may, the group is there and the lines in it."""
    statement = {"Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": "*"}
    client_to(account.answer, "iam").put_role_policy(
        RoleName="ecsTaskExecutionRole",
        PolicyName="groups",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    logs.client.delete_log_group(logGroupName="g")
    run_task(account, client_to, "echo made", **{"awslogs-create-group": "true"})
    account.engine.settle()
    assert logs.found() == ["made"]


def test_a_world_repeats_its_lines(client_to: ClientTo) -> None:
    """The same seed gives the same events, their ids and late arrivals included."""

    def told() -> list[dict[str, Any]]:
        account = Account(clock=StepClock(), seed=11, strict=True)
        logs = Logs(account, client_to)
        account.faults.plan(LateLogLines(seconds=3))
        run_task(account, client_to, "for i in 1 2 3; do echo $i; sleep 1; done")
        account.engine.settle()
        events = logs.filter()
        account.close()
        return events

    events = told()
    assert len(events) == 3
    assert told() == events
