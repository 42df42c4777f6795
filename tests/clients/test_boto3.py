"""boto3, unchanged: botocore's own waiters and paginators tell the truth."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

QUICKLY = {"Delay": 0.05, "MaxAttempts": 200}
NUMBERS = itertools.count()


@pytest.fixture
def cluster(ecs: Any) -> str:
    """Return a cluster of the test's own."""
    name = f"boto-{next(NUMBERS)}"
    ecs.create_cluster(clusterName=name)
    return name


def register(ecs: Any, *command: str, image: str = "busybox", family: str | None = None) -> str:
    reply = ecs.register_task_definition(
        family=family or f"boto-{next(NUMBERS)}",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "main", "image": image, "command": list(command)}],
    )
    arn: str = reply["taskDefinition"]["taskDefinitionArn"]
    return arn


def run(ecs: Any, cluster: str, definition: str, subnets: list[str], count: int = 1) -> list[str]:
    reply = ecs.run_task(
        cluster=cluster,
        taskDefinition=definition,
        launchType="FARGATE",
        count=count,
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": subnets, "assignPublicIp": "ENABLED"}
        },
    )
    assert reply["failures"] == []
    return [task["taskArn"] for task in reply["tasks"]]


def test_tasks_running_succeeds_for_running_tasks(
    ecs: Any, cluster: str, subnets: list[str]
) -> None:
    """The waiter `tasks_running` ends when all of them run."""
    tasks = run(ecs, cluster, register(ecs, "sleep", "100000"), subnets, count=3)
    ecs.get_waiter("tasks_running").wait(cluster=cluster, tasks=tasks, WaiterConfig=QUICKLY)
    described = ecs.describe_tasks(cluster=cluster, tasks=tasks)["tasks"]
    assert [task["lastStatus"] for task in described] == ["RUNNING"] * 3


def test_tasks_running_fails_for_a_task_that_cannot_start(
    ecs: Any, cluster: str, subnets: list[str]
) -> None:
    """The waiter `tasks_running` fails when a task stops instead."""
    tasks = run(ecs, cluster, register(ecs, image="registry.invalid/x"), subnets)
    with pytest.raises(WaiterError, match="STOPPED"):
        ecs.get_waiter("tasks_running").wait(cluster=cluster, tasks=tasks, WaiterConfig=QUICKLY)


def test_tasks_running_fails_for_a_task_nobody_knows(ecs: Any, cluster: str) -> None:
    """The waiter `tasks_running` fails on MISSING."""
    with pytest.raises(WaiterError, match="MISSING"):
        ecs.get_waiter("tasks_running").wait(
            cluster=cluster, tasks=["0" * 32], WaiterConfig=QUICKLY
        )


def test_tasks_stopped_waits_for_the_end(ecs: Any, cluster: str, subnets: list[str]) -> None:
    """The waiter `tasks_stopped` ends with the tasks, and not before."""
    tasks = run(ecs, cluster, register(ecs, "sleep", "100000"), subnets)
    with pytest.raises(WaiterError, match="Max attempts"):
        ecs.get_waiter("tasks_stopped").wait(
            cluster=cluster, tasks=tasks, WaiterConfig={"Delay": 0.02, "MaxAttempts": 20}
        )
    ecs.stop_task(cluster=cluster, task=tasks[0], reason="enough")
    ecs.get_waiter("tasks_stopped").wait(cluster=cluster, tasks=tasks, WaiterConfig=QUICKLY)
    (task,) = ecs.describe_tasks(cluster=cluster, tasks=tasks)["tasks"]
    assert (task["stoppedReason"], task["stopCode"]) == ("enough", "UserInitiated")


def test_list_tasks_is_paginated(ecs: Any, cluster: str, subnets: list[str]) -> None:
    """The paginator yields every task once, whatever the page size."""
    definition = register(ecs, "sleep", "100000")
    tasks = [arn for _ in range(3) for arn in run(ecs, cluster, definition, subnets, count=8)]
    pages = ecs.get_paginator("list_tasks").paginate(
        cluster=cluster, PaginationConfig={"PageSize": 7}
    )
    listed = [page["taskArns"] for page in pages]
    assert [len(page) for page in listed] == [7, 7, 7, 3]
    assert sorted(itertools.chain(*listed)) == sorted(tasks)


def test_list_clusters_is_paginated(ecs: Any) -> None:
    """The paginator yields every cluster once."""
    names = {f"page-{number:02}" for number in range(15)}
    for name in names:
        ecs.create_cluster(clusterName=name)
    pages = ecs.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 4})
    found = [arn.rpartition("/")[2] for page in pages for arn in page["clusterArns"]]
    assert names <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("paginator", "key", "arguments"),
    [
        ("list_task_definitions", "taskDefinitionArns", {"familyPrefix": "many"}),
        ("list_task_definition_families", "families", {"familyPrefix": "many"}),
    ],
)
def test_definitions_are_paginated(
    ecs: Any, paginator: str, key: str, arguments: dict[str, str]
) -> None:
    """Definitions and families come page by page, without gaps."""
    for number in range(7):
        register(ecs, str(number), family="many")
    pages = list(
        ecs.get_paginator(paginator).paginate(**arguments, PaginationConfig={"PageSize": 3})
    )
    found = [item for page in pages for item in page[key]]
    assert len(found) == len(set(found)) >= 1
    assert all(len(page[key]) <= 3 for page in pages)


def test_settings_are_paginated(ecs: Any) -> None:
    """The account's effective settings come ten at a time."""
    pages = ecs.get_paginator("list_account_settings").paginate(effectiveSettings=True)
    names = [setting["name"] for page in pages for setting in page["settings"]]
    assert {"containerInsights", "taskLongArnFormat"} <= set(names)


def test_same_token_starts_nothing_twice(ecs: Any, cluster: str, subnets: list[str]) -> None:
    """A repeated RunTask with the same token gives the same tasks; with other input, a conflict."""
    request = {
        "cluster": cluster,
        "taskDefinition": register(ecs, "sleep", "100000"),
        "launchType": "FARGATE",
        "clientToken": "token-1",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": subnets[:1]}},
    }
    first, again = ecs.run_task(**request), ecs.run_task(**request)
    assert first["tasks"][0]["taskArn"] == again["tasks"][0]["taskArn"]
    with pytest.raises(ecs.exceptions.ConflictException) as conflict:
        ecs.run_task(**request, count=2)
    assert conflict.value.response["resourceIds"] == [first["tasks"][0]["taskArn"]]


def test_interface_of_a_task_is_in_ec2(
    ecs: Any, ec2: Any, cluster: str, subnets: list[str]
) -> None:
    """EC2 knows the interface with the task's own address while it runs, and not afterwards."""
    tasks = run(ecs, cluster, register(ecs, "sleep", "100000"), subnets)
    ecs.get_waiter("tasks_running").wait(cluster=cluster, tasks=tasks, WaiterConfig=QUICKLY)
    (task,) = ecs.describe_tasks(cluster=cluster, tasks=tasks)["tasks"]
    details = {item["name"]: item["value"] for item in task["attachments"][0]["details"]}
    (interface,) = ec2.describe_network_interfaces(
        NetworkInterfaceIds=[details["networkInterfaceId"]]
    )["NetworkInterfaces"]
    assert interface["PrivateIpAddress"] == details["privateIPv4Address"]
    assert interface["Association"]["PublicIp"]
    ecs.stop_task(cluster=cluster, task=tasks[0])
    ecs.get_waiter("tasks_stopped").wait(cluster=cluster, tasks=tasks, WaiterConfig=QUICKLY)
    with pytest.raises(ClientError, match=r"InvalidNetworkInterfaceID\.NotFound"):
        ec2.describe_network_interfaces(NetworkInterfaceIds=[details["networkInterfaceId"]])


def test_log_of_a_task_is_in_cloudwatch(
    ecs: Any, logs: Any, cluster: str, subnets: list[str]
) -> None:
    """The awslogs driver writes where it was told to."""
    logs.create_log_group(logGroupName="boto-logs")
    definition = ecs.register_task_definition(
        family="boto-logs",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        executionRoleArn="ecsTaskExecutionRole",
        containerDefinitions=[
            {
                "name": "main",
                "image": "busybox",
                "command": ["sh", "-c", "echo hello; exit 0"],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        "awslogs-group": "boto-logs",
                        "awslogs-region": "us-east-1",
                        "awslogs-stream-prefix": "p",
                    },
                },
            }
        ],
    )["taskDefinition"]["taskDefinitionArn"]
    tasks = run(ecs, cluster, definition, subnets)
    ecs.get_waiter("tasks_stopped").wait(cluster=cluster, tasks=tasks, WaiterConfig=QUICKLY)
    stream = f"p/main/{tasks[0].rpartition('/')[2]}"
    events = logs.get_log_events(logGroupName="boto-logs", logStreamName=stream)["events"]
    assert [event["message"] for event in events] == ["hello"]


def test_operation_that_is_not_simulated_is_refused_once(ecs: Any) -> None:
    """One clear error, which botocore does not try again."""
    with pytest.raises(ClientError) as refused:
        ecs.discover_poll_endpoint()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert refused.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    assert "DiscoverPollEndpoint" in str(refused.value)
