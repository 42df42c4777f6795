"""Task definitions: register, describe, list, deregister, delete."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fargate_kit.model.task_rules import RULES, problems
from fargate_kit.sim.ecs.registration_wording import REGISTRATION


def test_definition_registered(ecs: Any) -> None:
    """A registered revision has its ARN, moments, and what AWS adds."""
    answer = ecs.call(
        "RegisterTaskDefinition",
        **ecs.definition(cpu=".25 vCPU", memory="0.5 GB", tags=[{"key": "team", "value": "a"}]),
    )
    definition = answer["taskDefinition"]
    arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1"
    assert definition["taskDefinitionArn"] == arn
    assert (definition["family"], definition["revision"]) == ("web", 1)
    assert definition["status"] == "ACTIVE"
    assert (definition["cpu"], definition["memory"]) == ("256", "512")
    assert definition["compatibilities"] == ["EC2", "FARGATE"]
    assert definition["registeredAt"] == 1_800_000_000.0
    assert definition["registeredBy"] == "arn:aws:iam::123456789012:root"
    assert definition["volumes"] == definition["placementConstraints"] == []
    assert {"name": "ecs.capability.task-eni"} in definition["requiresAttributes"]
    assert answer["tags"] == [{"key": "team", "value": "a"}]


def test_container_defaults_added(ecs: Any) -> None:
    """A container gets the defaults that AWS adds, and keeps what it says itself."""
    container = ecs.container(
        portMappings=[{"containerPort": 80, "name": "http"}],
        environment=[{"name": "EMPTY"}],
        healthCheck={"command": ["CMD", "true"], "retries": 5},
    )
    sent = json.dumps(container)
    answer = ecs.call("RegisterTaskDefinition", **ecs.definition(containerDefinitions=[container]))
    assert answer["taskDefinition"]["containerDefinitions"] == [
        {
            "name": "main",
            "image": "app",
            "cpu": 0,
            "essential": True,
            "portMappings": [
                {"containerPort": 80, "hostPort": 80, "protocol": "tcp", "name": "http"}
            ],
            "environment": [{"name": "EMPTY", "value": ""}],
            "mountPoints": [],
            "volumesFrom": [],
            "systemControls": [],
            "healthCheck": {"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 5},
        }
    ]
    assert json.dumps(container) == sent


def test_answer_shares_nothing_with_state(ecs: Any) -> None:
    """What a client does to an answer, or to its request, changes nothing."""
    request = ecs.definition()
    answer = ecs.call("RegisterTaskDefinition", **request)
    request["containerDefinitions"][0]["image"] = "other"
    answer["taskDefinition"]["containerDefinitions"][0]["image"] = "other"
    answer["taskDefinition"]["requiresAttributes"].clear()
    again = ecs.call("DescribeTaskDefinition", taskDefinition="web")["taskDefinition"]
    assert again["containerDefinitions"][0]["image"] == "app"
    assert again["requiresAttributes"]


def test_registered_definition_can_be_registered_again(ecs: Any) -> None:
    """What AWS adds to a definition breaks no rule for definitions."""
    ecs.register(
        ecs.container(
            image="123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1",
            logConfiguration=ecs.logging(),
            mountPoints=[{"sourceVolume": "scratch", "containerPath": "/scratch"}],
            healthCheck={"command": ["CMD", "true"]},
        ),
        volumes=[{"name": "scratch"}],
        executionRoleArn="execution",
        runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        ephemeralStorage={"sizeInGiB": 30},
    )
    described = ecs.call("DescribeTaskDefinition", taskDefinition="web")["taskDefinition"]
    assert described["executionRoleArn"] == ecs.ROLE
    assert described["volumes"] == [{"name": "scratch", "host": {}}]
    assert problems(described) == ()


@pytest.mark.parametrize(
    ("feature", "attribute"),
    [
        ({"logConfiguration": {}}, "com.amazonaws.ecs.capability.logging-driver.awslogs"),
        (
            {"image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/app"},
            "com.amazonaws.ecs.capability.ecr-auth",
        ),
        (
            {"healthCheck": {"command": ["CMD", "true"]}},
            "ecs.capability.container-health-check",
        ),
        (
            {
                "secrets": [
                    {
                        "name": "KEY",
                        "valueFrom": "arn:aws:secretsmanager:us-east-1:123456789012:secret:k",
                    }
                ]
            },
            "ecs.capability.secrets.asm.environment-variables",
        ),
        (
            {"secrets": [{"name": "KEY", "valueFrom": "parameter"}]},
            "ecs.capability.secrets.ssm.environment-variables",
        ),
    ],
)
def test_attributes_required(ecs: Any, feature: dict[str, Any], attribute: str) -> None:
    """What a container uses is among the attributes that the definition requires."""
    if "logConfiguration" in feature:
        feature = {"logConfiguration": ecs.logging()}
    ecs.register(ecs.container(**feature), executionRoleArn=ecs.ROLE)
    described = ecs.call("DescribeTaskDefinition", taskDefinition="web")["taskDefinition"]
    assert {"name": attribute} in described["requiresAttributes"]


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        ({"memory": "4096"}, "ClientException", "No Fargate configuration exists"),
        ({"cpu": "300"}, "ClientException", "Invalid 'cpu' setting for task."),
        ({"cpu": None}, "ClientException", "Fargate requires that 'cpu' be defined"),
        ({"memory": None}, "ClientException", "Fargate requires that 'memory' be defined"),
        ({"networkMode": "bridge"}, "ClientException", "Fargate only supports network mode"),
        ({"family": "bad family!"}, "ClientException", "Family"),
        ({"containerDefinitions": []}, "ClientException", "Container list cannot be empty."),
        ({"requiresCompatibilities": ["MOON"]}, "InvalidParameterException", "MOON"),
        ({"ephemeralStorage": {"sizeInGiB": 10}}, "ClientException", "ephemeralStorage"),
        ({"tags": [{"key": "aws:x", "value": ""}]}, "InvalidParameterException", "aws:"),
    ],
)
def test_definition_refused(ecs: Any, change: dict[str, Any], code: str, text: str) -> None:
    """What Fargate cannot run is refused in AWS's words, and makes no revision."""
    given = {key: value for key, value in ecs.definition(**change).items() if value is not None}
    refusal = ecs.refused("RegisterTaskDefinition", **given)
    assert refusal.code == code
    assert text in refusal.message
    assert ecs.call("ListTaskDefinitionFamilies")["families"] == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"name": "main!"}, "Container.name"),
        ({"image": "Bad Image"}, "Container.image"),
        ({"memory": 1024}, "The 'memory' setting for container 'main' is greater than for the"),
        ({"portMappings": [{"containerPort": 80, "hostPort": 81}]}, "must match"),
        ({"privileged": True}, "do not support privileged"),
        ({"essential": False}, "essential"),
        (
            {"image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/app"},
            "execution role ARN to support ECR images.",
        ),
        (
            {"secrets": [{"name": "KEY", "valueFrom": "parameter"}]},
            "When you are specifying container secrets, you must also specify a value for "
            "'executionRoleArn'.",
        ),
        ({"mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}]}, "Unknown volume 'v'."),
        ({"mountPoints": [{"containerPath": "/v"}]}, "Unknown volume 'null'."),
        (
            {"dependsOn": [{"containerName": "other", "condition": "START"}]},
            "dependsOn",
        ),
    ],
)
def test_container_refused(ecs: Any, change: dict[str, Any], text: str) -> None:
    """A container that cannot be on Fargate is refused with a text that says why."""
    definition = ecs.definition(containerDefinitions=[ecs.container(**change)])
    refusal = ecs.refused("RegisterTaskDefinition", **definition)
    assert refusal.code == "ClientException"
    assert text in refusal.message


def test_log_driver_needs_execution_role(ecs: Any) -> None:
    """The awslogs driver without an execution role is refused."""
    definition = ecs.definition(
        containerDefinitions=[ecs.container(logConfiguration=ecs.logging())]
    )
    refusal = ecs.refused("RegisterTaskDefinition", **definition)
    assert refusal.message.endswith("execution role ARN to support log driver awslogs.")


def test_definition_for_instances_registered(ecs: Any) -> None:
    """A definition that does not ask for Fargate need not fit it, and cannot run on it."""
    definition = {
        "family": "old",
        "containerDefinitions": [ecs.container(memory=128, privileged=True)],
    }
    answer = ecs.call("RegisterTaskDefinition", **definition)["taskDefinition"]
    assert answer["compatibilities"] == ["EC2"]
    assert "requiresCompatibilities" not in answer
    ecs.cluster()
    refusal = ecs.refused("RunTask", cluster="demo", taskDefinition="old", launchType="FARGATE")
    assert refusal.message == "Task definition does not support launch_type FARGATE."


def test_definition_that_fits_anyway_runs(ecs: Any) -> None:
    """A definition that fits Fargate without asking for it can run there."""
    ecs.cluster()
    ecs.register(requiresCompatibilities=[])
    assert ecs.run()[0]["lastStatus"] == "PROVISIONING"


def test_registration_words_are_those_of_known_rules() -> None:
    """Every text for a refused definition belongs to a rule that exists."""
    assert set(REGISTRATION) <= set(RULES)


def test_revisions_never_reused(ecs: Any) -> None:
    """A revision's number is not given again, however the revision went."""
    ecs.register()
    second = ecs.register()
    ecs.call("DeregisterTaskDefinition", taskDefinition="web:2")
    ecs.call("DeleteTaskDefinitions", taskDefinitions=["web:2"])
    ecs.call("DeregisterTaskDefinition", taskDefinition="web:1")
    ecs.call("DeleteTaskDefinitions", taskDefinitions=["web:1"])
    assert ecs.call("ListTaskDefinitionFamilies")["families"] == ["web"]
    ecs.engine.advance_by(3600)
    assert ecs.call("ListTaskDefinitionFamilies")["families"] == []
    assert ecs.refused("DescribeTaskDefinition", taskDefinition=second).code == "ClientException"
    assert ecs.register().endswith(":3")


def test_family_means_newest_active(ecs: Any) -> None:
    """A family alone is its newest ACTIVE revision; without one it cannot be described."""
    for _ in range(3):
        ecs.register()
    ecs.call("DeregisterTaskDefinition", taskDefinition="web:3")

    def described(name: str) -> int:
        definition = ecs.call("DescribeTaskDefinition", taskDefinition=name)["taskDefinition"]
        revision: int = definition["revision"]
        return revision

    assert described("web") == 2
    assert described("web:3") == 3
    ecs.call("DeregisterTaskDefinition", taskDefinition="web:2")
    ecs.call("DeregisterTaskDefinition", taskDefinition="web:1")
    refusal = ecs.refused("DescribeTaskDefinition", taskDefinition="web")
    assert (refusal.code, refusal.message) == (
        "ClientException",
        "Unable to describe task definition.",
    )


def test_definition_tags_only_on_request(ecs: Any) -> None:
    """Tags of a definition are told with include TAGS only."""
    ecs.register(tags=[{"key": "a", "value": "b"}])
    assert "tags" not in ecs.call("DescribeTaskDefinition", taskDefinition="web")
    answer = ecs.call("DescribeTaskDefinition", taskDefinition="web", include=["TAGS"])
    assert answer["tags"] == [{"key": "a", "value": "b"}]


def test_deregistered(ecs: Any) -> None:
    """A deregistered revision is INACTIVE with its moment; once more changes nothing."""
    ecs.register()
    ecs.engine.advance_by(10)
    first = ecs.call("DeregisterTaskDefinition", taskDefinition="web:1")["taskDefinition"]
    ecs.engine.advance_by(10)
    again = ecs.call("DeregisterTaskDefinition", taskDefinition="web:1")["taskDefinition"]
    assert first["status"] == "INACTIVE"
    assert first["deregisteredAt"] == 1_800_000_010.0
    assert again == first
    refusal = ecs.refused("DeregisterTaskDefinition", taskDefinition="web")
    assert refusal.message == "Revision is missing."
    ecs.cluster()
    refusal = ecs.refused("RunTask", cluster="demo", taskDefinition="web:1")
    assert refusal.message == "TaskDefinition is inactive"


def test_definitions_listed(ecs: Any) -> None:
    """Revisions are listed by family and number, both ways, by status and family, in pages."""
    for family in ("b", "a", "ab"):
        ecs.register(family=family)
        ecs.register(family=family)
    for _ in range(9):
        ecs.register(family="a")
    ecs.call("DeregisterTaskDefinition", taskDefinition="a:1")

    def names(**params: Any) -> list[str]:
        found: list[str] = []
        token: dict[str, str] = {}
        for _ in range(20):
            page = ecs.call("ListTaskDefinitions", maxResults=3, **params, **token)
            found += [arn.rpartition("/")[2] for arn in page["taskDefinitionArns"]]
            if "nextToken" not in page:
                break
            token = {"nextToken": page["nextToken"]}
        return found

    expected = [f"a:{number}" for number in range(2, 12)] + ["ab:1", "ab:2", "b:1", "b:2"]
    assert names() == expected
    assert names(sort="DESC") == expected[::-1]
    assert names(familyPrefix="ab") == ["ab:1", "ab:2"]
    assert names(status="INACTIVE") == ["a:1"]


def test_families_listed(ecs: Any) -> None:
    """Families are listed by prefix and by whether they have an ACTIVE revision."""
    for family in ("web", "web-2", "job"):
        ecs.register(family=family)
    ecs.call("DeregisterTaskDefinition", taskDefinition="web-2:1")

    def listed(**params: Any) -> list[str]:
        families: list[str] = ecs.call("ListTaskDefinitionFamilies", **params)["families"]
        return families

    assert listed() == ["job", "web", "web-2"]
    assert listed(status="ACTIVE") == ["job", "web"]
    assert listed(status="INACTIVE") == ["web-2"]
    assert listed(familyPrefix="we") == ["web", "web-2"]
    first = ecs.call("ListTaskDefinitionFamilies", maxResults=2)
    assert listed(nextToken=first["nextToken"]) == ["web-2"]


def test_definitions_deleted(ecs: Any) -> None:
    """Only INACTIVE revisions are deleted; the others are failures with their reasons."""
    for _ in range(2):
        ecs.register()
    ecs.call("DeregisterTaskDefinition", taskDefinition="web:1")
    answer = ecs.call("DeleteTaskDefinitions", taskDefinitions=["web:1", "web:2", "web:9", "web"])
    assert [one["revision"] for one in answer["taskDefinitions"]] == [1]
    assert answer["taskDefinitions"][0]["status"] == "DELETE_IN_PROGRESS"
    assert [one["arn"] for one in answer["failures"]] == ["web:2", "web:9", "web"]
    assert "ACTIVE" in answer["failures"][0]["reason"]
    listed = ecs.call("ListTaskDefinitions", status="DELETE_IN_PROGRESS")
    assert len(listed["taskDefinitionArns"]) == 1
    ecs.engine.advance_by(60)
    listed = ecs.call("ListTaskDefinitions", status="DELETE_IN_PROGRESS")
    assert listed["taskDefinitionArns"] == []


@pytest.mark.parametrize("count", [0, 11])
def test_number_of_deleted_definitions(ecs: Any, count: int) -> None:
    """One to ten revisions can be deleted in one call."""
    names = [f"web:{number}" for number in range(1, count + 1)]
    refusal = ecs.refused("DeleteTaskDefinitions", taskDefinitions=names)
    assert refusal.code == "InvalidParameterException"


def test_deleted_definition_kept_while_used(demo: Any) -> None:
    """A deleted revision stays DELETE_IN_PROGRESS until its last task has stopped."""
    (task,) = demo.run()
    demo.call("DeregisterTaskDefinition", taskDefinition="web:1")
    demo.call("DeleteTaskDefinitions", taskDefinitions=["web:1"])
    demo.engine.advance_by(3600)
    described = demo.call("DescribeTaskDefinition", taskDefinition="web:1")["taskDefinition"]
    assert described["status"] == "DELETE_IN_PROGRESS"
    assert demo.task(task["taskArn"])["lastStatus"] == "RUNNING"
    demo.call("StopTask", cluster="demo", task=task["taskArn"])
    demo.engine.advance_by(120)
    assert demo.refused("DescribeTaskDefinition", taskDefinition="web:1").code == "ClientException"


@pytest.mark.parametrize(
    "name",
    [
        "web:0",
        "web:x",
        "we b",
        "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1",
        "arn:aws:ecs:us-east-1:999999999999:task-definition/web:1",
        "arn:aws:ecs:us-east-1:123456789012:cluster/web",
    ],
)
def test_definition_name_refused(ecs: Any, name: str) -> None:
    """A malformed name and an ARN of something or somewhere else are refused."""
    refusal = ecs.refused("DescribeTaskDefinition", taskDefinition=name)
    assert refusal.code == "InvalidParameterException"
