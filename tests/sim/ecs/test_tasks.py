"""DescribeTasks, ListTasks and StopTask."""

from __future__ import annotations

import time
from typing import Any

import pytest

UNKNOWN = "0" * 32


def test_tasks_described_by_id_and_arn(demo: Any) -> None:
    """Ids and ARNs find tasks, each once, in the order asked for; others are MISSING."""
    one, two = (task["taskArn"] for task in demo.run(count=2))
    wanted = [two.rpartition("/")[2], UNKNOWN, one, two]
    answer = demo.call("DescribeTasks", cluster="demo", tasks=wanted)
    assert [task["taskArn"] for task in answer["tasks"]] == [two, one]
    assert answer["failures"] == [
        {"arn": f"arn:aws:ecs:us-east-1:123456789012:task/demo/{UNKNOWN}", "reason": "MISSING"}
    ]


def test_tasks_of_another_cluster_missing(demo: Any) -> None:
    """A task is described in its own cluster only, whatever its ARN says."""
    demo.cluster("other")
    demo.cluster("dem")
    arn = demo.run()[0]["taskArn"]
    for cluster in ("other", "dem"):
        for name in (arn, arn.rpartition("/")[2]):
            answer = demo.call("DescribeTasks", cluster=cluster, tasks=[name])
            assert answer["tasks"] == []
            assert answer["failures"][0]["reason"] == "MISSING"


@pytest.mark.parametrize(
    ("tasks", "text"),
    [
        ([], "Tasks cannot be empty."),
        (["short"], "taskId length should be one of [32,36]"),
        (["z" * 32], "Invalid identifier"),
        (["0" * 32] * 101, "100"),
        (["arn:aws:ecs:eu-west-1:123456789012:task/demo/" + "0" * 32], "Invalid identifier"),
        (["arn:aws:s3:::bucket"], "Invalid identifier"),
    ],
)
def test_describe_refused(demo: Any, tasks: list[str], text: str) -> None:
    """No task, more than a hundred, and what is no task's id are refused."""
    refusal = demo.refused("DescribeTasks", cluster="demo", tasks=tasks)
    assert refusal.code == "InvalidParameterException"
    assert text in refusal.message


def test_a_hundred_described(demo: Any) -> None:
    """A hundred tasks are described in one call, within eight milliseconds."""
    arns = [task["taskArn"] for _ in range(10) for task in demo.run(count=10)]
    demo.engine.settle()
    params = {"cluster": "demo", "tasks": arns}
    answer = demo.call("DescribeTasks", **params)
    assert [task["taskArn"] for task in answer["tasks"]] == arns

    def seconds() -> float:
        began = time.process_time()
        demo.region.answer("DescribeTasks", params)
        return time.process_time() - began

    assert min(seconds() for _ in range(10)) < 0.008


def test_pictures_are_fresh(demo: Any) -> None:
    """What a client does to a picture does not reach the next one."""
    arn = demo.run(
        tags=[{"key": "a", "value": "b"}],
        overrides={"containerOverrides": [{"name": "main", "command": ["x"]}]},
    )[0]["taskArn"]
    before = demo.task(arn, include=["TAGS"])
    spoiled = demo.task(arn, include=["TAGS"])
    for value in spoiled.values():
        if isinstance(value, list | dict):
            value.clear()
    assert demo.task(arn, include=["TAGS"]) == before


def test_old_pictures_stay_old(demo: Any) -> None:
    """What was told stays as it was told."""
    arn = demo.run()[0]["taskArn"]
    before = demo.task(arn)
    copy = repr(before)
    demo.engine.settle()
    assert repr(before) == copy
    assert demo.task(arn) != before


def test_tasks_listed_by_desired_status(demo: Any) -> None:
    """RUNNING is the default; a task that is stopping is listed as STOPPED; PENDING is none."""
    one, two = (task["taskArn"] for task in demo.run(count=2))
    demo.call("StopTask", cluster="demo", task=one)

    def listed(**params: Any) -> list[str]:
        arns: list[str] = demo.call("ListTasks", cluster="demo", **params)["taskArns"]
        return arns

    assert listed() == listed(desiredStatus="RUNNING") == [two]
    assert listed(desiredStatus="STOPPED") == [one]
    assert listed(desiredStatus="PENDING") == []


def test_tasks_listed_by_filters(demo: Any) -> None:
    """Family, starter and launch type filter exactly, not by a part of the name."""
    demo.register(family="web-2")
    web = demo.run(startedBy="ann")[0]["taskArn"]
    other = demo.run("web-2", startedBy="ann-2")[0]["taskArn"]

    def listed(**params: Any) -> list[str]:
        arns: list[str] = demo.call("ListTasks", cluster="demo", **params)["taskArns"]
        return arns

    assert listed(family="web") == [web]
    assert listed(family="web-2") == [other]
    assert listed(family="we") == []
    assert listed(startedBy="ann") == [web]
    assert listed(launchType="FARGATE") == [web, other]
    assert listed(launchType="EC2") == []
    assert listed(startedBy="ann", desiredStatus="STOPPED") == []


def test_tasks_of_a_service_listed(demo: Any) -> None:
    """A service's tasks are found by its name; a service without any is not found."""
    demo.run()
    refusal = demo.refused("ListTasks", cluster="demo", serviceName="web")
    assert refusal.code == "ServiceNotFoundException"


@pytest.mark.parametrize(
    "params",
    [
        {"startedBy": "ann", "family": "web"},
        {"startedBy": "ann", "launchType": "FARGATE"},
        {"containerInstance": "0" * 32},
        {"daemonName": "d"},
        {"desiredStatus": "GONE"},
        {"maxResults": 101},
        {"maxResults": 0},
        {"nextToken": "bogus"},
    ],
)
def test_list_refused(demo: Any, params: dict[str, Any]) -> None:
    """Filters that exclude each other, and values that cannot be, are refused."""
    refusal = demo.refused("ListTasks", cluster="demo", **params)
    assert refusal.code == "InvalidParameterException"


def test_list_in_pages_while_tasks_come_and_go(demo: Any) -> None:
    """Pages list every task that stays exactly once, whatever starts or stops between them."""
    arns = [task["taskArn"] for _ in range(3) for task in demo.run(count=10)]
    first = demo.call("ListTasks", cluster="demo", maxResults=7)
    assert first["taskArns"] == arns[:7]
    demo.call("StopTask", cluster="demo", task=arns[0])
    demo.call("StopTask", cluster="demo", task=arns[7])
    late = [task["taskArn"] for task in demo.run(count=2)]
    seen = list(first["taskArns"])
    token = first["nextToken"]
    for _ in range(10):
        page = demo.call("ListTasks", cluster="demo", maxResults=7, nextToken=token)
        seen += page["taskArns"]
        if "nextToken" not in page:
            break
        token = page["nextToken"]
    assert seen == [*arns[:7], *arns[8:], *late]


def test_last_page_has_no_token(demo: Any) -> None:
    """A page that holds the last task has no token, even if it is full."""
    demo.run(count=10)
    answer = demo.call("ListTasks", cluster="demo", maxResults=10)
    assert len(answer["taskArns"]) == 10
    assert "nextToken" not in answer


def test_token_of_another_operation_refused(demo: Any) -> None:
    """A token is good for its own operation only."""
    demo.run(count=2)
    token = demo.call("ListTasks", cluster="demo", maxResults=1)["nextToken"]
    assert demo.refused("ListClusters", nextToken=token).code == "InvalidParameterException"


def test_stop_is_idempotent(demo: Any) -> None:
    """Stopping again changes nothing: not the reason, not the moments, not the version."""
    arn = demo.run()[0]["taskArn"]
    demo.wait(arn, "RUNNING")
    first = demo.call("StopTask", cluster="demo", task=arn, reason="first")["task"]
    demo.engine.advance_by(1)
    again = demo.call("StopTask", cluster="demo", task=arn, reason="second")["task"]
    assert again == first
    demo.engine.settle()
    stopped = demo.task(arn)
    assert demo.call("StopTask", cluster="demo", task=arn, reason="third")["task"] == stopped
    assert stopped["stoppedReason"] == "first"


def test_stop_without_a_reason(demo: Any) -> None:
    """Without a reason the task says that a user stopped it."""
    arn = demo.run()[0]["taskArn"]
    task = demo.call("StopTask", cluster="demo", task=arn)["task"]
    assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "Task stopped by user")


def test_stop_deletes_tags(demo: Any) -> None:
    """A stopped task has no tags any more."""
    arn = demo.run(tags=[{"key": "a", "value": "b"}])[0]["taskArn"]
    assert demo.call("StopTask", cluster="demo", task=arn)["task"]["tags"] == []
    assert demo.task(arn, include=["TAGS"])["tags"] == []


@pytest.mark.parametrize(
    ("task", "text"),
    [
        (UNKNOWN, "The referenced task was not found."),
        ("nonsense", "taskId length should be one of [32,36]"),
    ],
)
def test_stop_unknown(demo: Any, task: str, text: str) -> None:
    """Stopping what is not there is refused."""
    refusal = demo.refused("StopTask", cluster="demo", task=task)
    assert (refusal.code, refusal.message) == ("InvalidParameterException", text)
