"""DescribeServices, ListServices, ListTasks by service, tags, and pages."""

from __future__ import annotations

from typing import Any

import pytest

ARN = "arn:aws:ecs:us-east-1:123456789012:service"


def test_describe_by_name_and_arn(world: Any) -> None:
    """Names and ARNs find a service once; what is not there is MISSING."""
    world.create()
    answer = world.call(
        "DescribeServices",
        cluster="demo",
        services=["web", f"{ARN}/demo/web", "nothing", f"{ARN}/demo/none"],
    )
    assert [one["serviceName"] for one in answer["services"]] == ["web"]
    assert answer["failures"] == [
        {"arn": f"{ARN}/demo/nothing", "reason": "MISSING"},
        {"arn": f"{ARN}/demo/none", "reason": "MISSING"},
    ]


@pytest.mark.parametrize(
    "services", [[], ["web"] * 11, ["no such name"], [f"{ARN}/other/web"], ["arn:aws:ecs:x"]]
)
def test_wrong_names_refused(world: Any, services: list[str]) -> None:
    """No service, more than ten, no names, and ARNs of elsewhere are refused."""
    refusal = world.refused("DescribeServices", cluster="demo", services=services)
    assert refusal.code == "InvalidParameterException"


def test_ten_services_are_described(world: Any) -> None:
    """Ten services can be described in one call."""
    names = [f"web-{number}" for number in range(10)]
    for name in names:
        world.create(name, desiredCount=0)
    answer = world.call("DescribeServices", cluster="demo", services=names)
    assert [one["serviceName"] for one in answer["services"]] == names


def test_service_of_another_cluster_is_missing(world: Any) -> None:
    """A service belongs to its cluster."""
    world.create()
    world.ecs.cluster("other")
    answer = world.call("DescribeServices", cluster="other", services=["web"])
    assert answer["failures"] == [{"arn": f"{ARN}/other/web", "reason": "MISSING"}]


def test_list_in_pages_of_ten(world: Any) -> None:
    """Without a size a page has ten services, and every service comes once."""
    names = sorted(f"web-{number}" for number in range(23))
    for name in names:
        world.create(name, desiredCount=0)
    found: list[str] = []
    sizes: list[int] = []
    token: dict[str, str] = {}
    while True:
        page = world.call("ListServices", cluster="demo", **token)
        sizes.append(len(page["serviceArns"]))
        found += page["serviceArns"]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert sizes == [10, 10, 3]
    assert found == [f"{ARN}/demo/{name}" for name in names]
    assert len(world.call("ListServices", cluster="demo", maxResults=100)["serviceArns"]) == 23
    for size in (0, 101):
        refusal = world.refused("ListServices", cluster="demo", maxResults=size)
        assert refusal.code == "InvalidParameterException"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"launchType": "FARGATE"}, ["one"]),
        ({"launchType": "EC2"}, []),
        ({"schedulingStrategy": "REPLICA"}, ["one", "spot"]),
        ({"schedulingStrategy": "DAEMON"}, []),
        ({"resourceManagementType": "CUSTOMER"}, ["one", "spot"]),
        ({"resourceManagementType": "ECS"}, []),
    ],
)
def test_list_filtered(world: Any, members: dict[str, str], expected: list[str]) -> None:
    """Services are listed by launch type, scheduling strategy and who manages them."""
    world.create("one", desiredCount=0)
    world.create(
        "spot",
        desiredCount=0,
        capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    )
    found = world.call("ListServices", cluster="demo", **members)["serviceArns"]
    assert [arn.rpartition("/")[2] for arn in found] == expected


def test_list_tasks_of_a_service(world: Any) -> None:
    """ListTasks gives the tasks of one service only, by its name or ARN."""
    world.create("one", desiredCount=2)
    world.create("two", desiredCount=1)
    world.engine.settle()
    assert len(world.tasks("one")) == 2
    arns = world.call("ListTasks", cluster="demo", serviceName=f"{ARN}/demo/two")["taskArns"]
    assert [world.ecs.task(arn)["group"] for arn in arns] == ["service:two"]
    world.stop(world.tasks("two")[0])
    world.engine.settle()
    assert len(world.tasks("two", status="STOPPED")) == 1
    deployment = world.service("one")["deployments"][0]["id"]
    started = world.call("ListTasks", cluster="demo", startedBy=deployment)["taskArns"]
    assert len(started) == 2


def test_service_without_tasks_lists_none(world: Any) -> None:
    """A service that has no task yet is known to ListTasks."""
    world.create(desiredCount=0)
    assert world.call("ListTasks", cluster="demo", serviceName="web")["taskArns"] == []


def test_at_most_a_hundred_events(world: Any) -> None:
    """Of the events the newest hundred are told, the newest first."""
    world.crashing()
    world.create(taskDefinition="web", desiredCount=1)
    world.engine.advance_by(100 * 24)
    events = world.service()["events"]
    assert len(events) == 100
    assert len({event["id"] for event in events}) == 100
    assert events[0]["createdAt"] > events[-1]["createdAt"]


def test_tags_told_when_asked_for(world: Any) -> None:
    """Tags are told with `include`, and changed by the operations on tags."""
    arn = world.create(tags=[{"key": "team", "value": "blue"}])["serviceArn"]
    assert "tags" not in world.service()
    assert world.service(include=["TAGS"])["tags"] == [{"key": "team", "value": "blue"}]
    world.call("TagResource", resourceArn=arn, tags=[{"key": "team", "value": "red"}])
    world.call("TagResource", resourceArn=arn, tags=[{"key": "a", "value": "b"}])
    world.call("UntagResource", resourceArn=arn, tagKeys=["a"])
    told = world.call("ListTagsForResource", resourceArn=arn)["tags"]
    assert told == [{"key": "team", "value": "red"}]
    world.delete(force=True)
    world.engine.settle()
    refusal = world.refused("TagResource", resourceArn=arn, tags=[])
    assert refusal.code == "InvalidParameterException"
    refusal = world.refused("TagResource", resourceArn=f"{arn}-not", tags=[])
    assert refusal.code == "ResourceNotFoundException"


def test_namespace_that_nothing_uses(world: Any) -> None:
    """No service is in a namespace; one that no cluster names is not found."""
    refusal = world.refused("ListServicesByNamespace", namespace="inside")
    assert refusal.code == "NamespaceNotFoundException"
    world.call("UpdateCluster", cluster="demo", serviceConnectDefaults={"namespace": "inside"})
    world.create()
    assert world.call("ListServicesByNamespace", namespace="inside") == {"serviceArns": []}


def test_pictures_are_nobodys_state(world: Any) -> None:
    """What a client holds does not change, and changing it changes nothing."""
    service = world.steady(**world.behind())
    before = str(service)
    service["deploymentConfiguration"]["maximumPercent"] = 1
    service["networkConfiguration"]["awsvpcConfiguration"]["subnets"].clear()
    service["loadBalancers"].clear()
    assert str(world.service()) == before
