"""CreateService: what it answers, what it starts, what it refuses."""

from __future__ import annotations

from typing import Any

import pytest


def test_reply_shows_the_deployment_and_no_task_yet(world: Any) -> None:
    """The answer has the deployment in progress, and counts from before the first task."""
    service = world.create(desiredCount=3)
    assert (service["status"], service["desiredCount"]) == ("ACTIVE", 3)
    assert (service["runningCount"], service["pendingCount"]) == (0, 0)
    (deployment,) = service["deployments"]
    assert deployment["status"] == "PRIMARY"
    assert deployment["rolloutState"] == "IN_PROGRESS"
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} in progress."
    assert service["events"] == []
    assert service["serviceArn"] == "arn:aws:ecs:us-east-1:123456789012:service/demo/web"


def test_deployment_id_has_nineteen_digits(world: Any) -> None:
    """A deployment is called `ecs-svc/` and 19 digits, and its tasks are started by it."""
    kind, digits = world.create()["deployments"][0]["id"].split("/")
    assert kind == "ecs-svc"
    assert digits.isdigit()
    assert len(digits) == 19
    assert {task["startedBy"] for task in world.tasks()} == {f"ecs-svc/{digits}"}
    assert {task["group"] for task in world.tasks()} == {"service:web"}


def test_service_becomes_steady(world: Any) -> None:
    """Tasks run, count as healthy 40 s later, and the service says that it is steady."""
    world.create()
    world.until(lambda service: service["runningCount"] == 2)
    running_at = world.ecs.seconds(world.engine.now / 1e6)
    service = world.until(lambda one: one["deployments"][0]["rolloutState"] == "COMPLETED")
    assert world.ecs.seconds(world.engine.now / 1e6) == running_at + 40
    assert service["deployments"][0]["rolloutStateReason"].endswith("completed.")
    assert world.outline() == [
        "has started 2 tasks: T.",
        "(deployment D) deployment completed.",
        "has reached a steady state.",
    ]


def test_steady_state_said_again(world: Any) -> None:
    """As long as it is steady, the service says so every 6 hours, and waits for nobody."""
    world.steady()
    world.engine.advance_by(19 * 3600)
    said = [message for message in world.messages() if message.endswith("steady state.")]
    assert len(said) == 4
    assert world.engine.settled


def test_moments_of_messages_grow(world: Any) -> None:
    """No two messages have the same moment, so sorting by it keeps their order."""
    world.steady()
    moments = [event["createdAt"] for event in world.service()["events"]]
    assert moments == sorted(set(moments), reverse=True)


def test_service_without_tasks_is_steady_at_once(world: Any) -> None:
    """A desired count of 0 is reached without a task."""
    world.create(desiredCount=0)
    assert world.service()["deployments"][0]["rolloutState"] == "COMPLETED"
    assert world.outline() == [
        "(deployment D) deployment completed.",
        "has reached a steady state.",
    ]


def test_tasks_spread_over_zones(world: Any) -> None:
    """Tasks are spread evenly over the zones of the subnets."""
    world.steady(desiredCount=6)
    zones = [task["availabilityZone"] for task in world.tasks()]
    assert sorted(zones) == sorted(2 * ["us-east-1a", "us-east-1b", "us-east-1c"])


def test_defaults_are_answered(world: Any) -> None:
    """What the request does not say is answered with AWS's defaults."""
    service = world.create()
    assert service["deploymentConfiguration"] == {
        "deploymentCircuitBreaker": {
            "enable": False,
            "rollback": False,
            "resetOnHealthyTask": True,
            "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
        },
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "alarms": {"alarmNames": [], "rollback": False, "enable": False},
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
    }
    assert service["schedulingStrategy"] == "REPLICA"
    assert service["deploymentController"] == {"type": "ECS"}
    assert service["healthCheckGracePeriodSeconds"] == 0
    assert service["availabilityZoneRebalancing"] == "ENABLED"
    assert service["propagateTags"] == "NONE"
    assert service["launchType"] == "FARGATE"
    assert "capacityProviderStrategy" not in service
    assert service["platformVersion"] == "LATEST"
    assert service["deployments"][0]["platformVersion"] == "1.4.0"
    assert service["deployments"][0]["platformFamily"] == "Linux"
    assert service["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"


def test_same_request_answers_with_the_same_service(world: Any) -> None:
    """The same name with the same settings is the service that is there."""
    first = world.create(desiredCount=1)
    world.engine.settle()
    again = world.create(desiredCount=1)
    assert again["deployments"][0]["id"] == first["deployments"][0]["id"]
    assert again["runningCount"] == 1


@pytest.mark.parametrize(
    "members",
    [
        {"desiredCount": 3},
        {"deploymentConfiguration": {"maximumPercent": 150}},
        {"tags": [{"key": "a", "value": "b"}]},
    ],
)
def test_other_request_with_the_same_name_refused(world: Any, members: dict[str, Any]) -> None:
    """The same name with other settings is refused, and nothing changes."""
    before = world.create()
    refusal = world.refused(
        "CreateService",
        **{
            "cluster": "demo",
            "serviceName": "web",
            "taskDefinition": "web",
            "desiredCount": 2,
            "launchType": "FARGATE",
            "networkConfiguration": world.ecs.network(),
            **members,
        },
    )
    assert refusal.code == "InvalidParameterException"
    assert refusal.message == "Creation of service was not idempotent."
    assert world.service()["createdAt"] == before["createdAt"]


def test_client_token_makes_one_service(world: Any) -> None:
    """A repeated request with a client token makes nothing new, even after an update."""
    first = world.create(clientToken="once", desiredCount=1)
    world.update(desiredCount=2)
    again = world.create(clientToken="once", desiredCount=1)
    assert again["deployments"][0]["id"] == first["deployments"][0]["id"]
    assert again["desiredCount"] == 2
    refusal = world.refused(
        "CreateService",
        cluster="demo",
        serviceName="other",
        taskDefinition="web",
        desiredCount=1,
        clientToken="once",
        launchType="FARGATE",
        networkConfiguration=world.ecs.network(),
    )
    assert refusal.message == "Creation of service was not idempotent."


@pytest.mark.parametrize(
    ("members", "code", "words"),
    [
        ({"serviceName": "no spaces"}, "InvalidParameterException", "Service name"),
        ({"taskDefinition": None}, "InvalidParameterException", "blank"),
        ({"taskDefinition": "nothing"}, "ClientException", "not found"),
        ({"desiredCount": None}, "InvalidParameterException", "desiredCount"),
        ({"desiredCount": -1}, "InvalidParameterException", "desiredCount"),
        ({"desiredCount": 10_001}, "InvalidParameterException", "desiredCount"),
        ({"cluster": "nowhere"}, "ClusterNotFoundException", "not found"),
        ({"networkConfiguration": None}, "InvalidParameterException", "Network Configuration"),
        ({"schedulingStrategy": "DAEMON"}, "InvalidParameterException", "DAEMON"),
        ({"launchType": "EC2"}, "UnsupportedFeatureException", "not simulated"),
        ({"launchType": None}, "UnsupportedFeatureException", "not simulated"),
        (
            {"deploymentController": {"type": "CODE_DEPLOY"}},
            "UnsupportedFeatureException",
            "CODE_DEPLOY is not simulated",
        ),
        (
            {"deploymentController": {"type": "EXTERNAL"}},
            "UnsupportedFeatureException",
            "EXTERNAL is not simulated",
        ),
        (
            {"deploymentConfiguration": {"strategy": "BLUE_GREEN"}},
            "UnsupportedFeatureException",
            "BLUE_GREEN is not simulated",
        ),
        (
            {"deploymentConfiguration": {"strategy": "CANARY"}},
            "UnsupportedFeatureException",
            "CANARY is not simulated",
        ),
        (
            {"deploymentConfiguration": {"strategy": "LINEAR"}},
            "UnsupportedFeatureException",
            "LINEAR is not simulated",
        ),
        (
            {"serviceRegistries": [{"registryArn": "arn:aws:servicediscovery:x"}]},
            "UnsupportedFeatureException",
            "not simulated",
        ),
        (
            {"serviceConnectConfiguration": {"enabled": True}},
            "UnsupportedFeatureException",
            "Service Connect is not simulated",
        ),
        (
            {"deploymentConfiguration": {"minimumHealthyPercent": 100, "maximumPercent": 100}},
            "InvalidParameterException",
            "block deployments",
        ),
        (
            {"deploymentConfiguration": {"minimumHealthyPercent": -1}},
            "InvalidParameterException",
            "minimumHealthyPercent",
        ),
        (
            {"deploymentConfiguration": {"maximumPercent": 99}},
            "InvalidParameterException",
            "maximumPercent",
        ),
        (
            {"placementConstraints": [{"type": "distinctInstance"}]},
            "InvalidParameterException",
            "not supported",
        ),
        ({"role": "ecsServiceRole"}, "InvalidParameterException", "service linked role"),
        ({"enableExecuteCommand": True}, "InvalidParameterException", "taskRoleArn"),
        ({"healthCheckGracePeriodSeconds": -1}, "InvalidParameterException", "GracePeriod"),
        (
            {"healthCheckGracePeriodSeconds": 30},
            "InvalidParameterException",
            "grace period is only valid for services configured to use load balancers",
        ),
        ({"clientToken": "x" * 37}, "InvalidParameterException", "clientToken"),
        ({"platformVersion": "9.9.9"}, "PlatformUnknownException", "platform"),
    ],
)
def test_wrong_request_refused(world: Any, members: dict[str, Any], code: str, words: str) -> None:
    """A request that AWS refuses is refused with its code, and makes nothing."""
    params = {
        "cluster": "demo",
        "serviceName": "web",
        "taskDefinition": "web",
        "desiredCount": 1,
        "launchType": "FARGATE",
        "networkConfiguration": world.ecs.network(),
        **members,
    }
    refusal = world.refused(
        "CreateService", **{key: value for key, value in params.items() if value is not None}
    )
    assert refusal.code == code
    assert words in refusal.message
    assert world.call("ListServices", cluster="demo")["serviceArns"] == []


@pytest.mark.parametrize(
    ("one", "words"),
    [
        ({"targetGroupArn": "arn:none"}, "does not exist"),
        ({"containerName": "other"}, "The container other does not exist in the task definition."),
        (
            {"containerPort": 81},
            "The container main did not have a container port 81 defined.",
        ),
        ({"targetGroupArn": None}, "targetGroupArn"),
    ],
)
def test_wrong_load_balancer_refused(world: Any, one: dict[str, Any], words: str) -> None:
    """A target group, container or port that does not exist is refused."""
    behind = {**world.behind()["loadBalancers"][0], **one}
    refusal = world.refused(
        "CreateService",
        cluster="demo",
        serviceName="web",
        taskDefinition="web",
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration=world.ecs.network(),
        loadBalancers=[{key: value for key, value in behind.items() if value is not None}],
    )
    assert refusal.code == "InvalidParameterException"
    assert words in refusal.message


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("listener", False, "does not have an associated load balancer."),
        ("kind", "instance", "which is incompatible with the awsvpc network mode"),
        ("vpc", "vpc-2", "not in the VPC"),
    ],
)
def test_target_group_that_cannot_serve_refused(
    world: Any, member: str, value: Any, words: str
) -> None:
    """A target group without listener, of another type or of another VPC is refused."""
    setattr(world.balancing.groups[world.GROUP], member, value)
    refusal = world.refused(
        "CreateService",
        cluster="demo",
        serviceName="web",
        taskDefinition="web",
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration=world.ecs.network(),
        **world.behind(),
    )
    assert refusal.code == "InvalidParameterException"
    assert words in refusal.message


def test_deregistered_definition_refused(world: Any) -> None:
    """An INACTIVE task definition makes no new service."""
    world.call("DeregisterTaskDefinition", taskDefinition="web:1")
    refusal = world.refused(
        "CreateService",
        cluster="demo",
        serviceName="web",
        taskDefinition="web:1",
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration=world.ecs.network(),
    )
    assert refusal.message == "TaskDefinition is inactive"


@pytest.mark.parametrize(
    ("propagate", "managed", "expected"),
    [
        ("NONE", False, {}),
        ("SERVICE", False, {"team": "blue"}),
        ("TASK_DEFINITION", False, {"kind": "web"}),
        (
            "SERVICE",
            True,
            {"aws:ecs:clusterName": "demo", "aws:ecs:serviceName": "web", "team": "blue"},
        ),
    ],
)
def test_tags_reach_tasks(
    world: Any, propagate: str, managed: bool, expected: dict[str, str]
) -> None:
    """Tasks get the tags of the service or of the definition, and those that ECS manages."""
    world.ecs.register(tags=[{"key": "kind", "value": "web"}])
    world.create(
        tags=[{"key": "team", "value": "blue"}],
        propagateTags=propagate,
        enableECSManagedTags=managed,
    )
    for task in world.tasks():
        assert {tag["key"]: tag["value"] for tag in task["tags"]} == expected
