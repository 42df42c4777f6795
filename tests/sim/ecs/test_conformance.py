"""The operations against botocore's service model: every member of every request counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.model import ServiceModel

from fargate_kit.sim.ecs.ignored import IGNORED
from fargate_kit.sim.errors import UnsupportedOperation


class Watched(dict[str, Any]):
    """A request that remembers which of its members were looked at."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.seen.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.seen.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.seen.add(key)
        return super().get(key, default)


@pytest.fixture(scope="module")
def model() -> ServiceModel:
    """The service model of ECS."""
    return botocore.session.get_session().get_service_model("ecs")


def _requests(demo: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """One request of each operation that gets as far as to look at everything."""
    task = demo.run()[0]["taskArn"]
    cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/demo"
    yield "CreateCluster", {"clusterName": "other"}
    yield "DescribeClusters", {}
    yield "ListClusters", {}
    yield "UpdateCluster", {"cluster": "demo"}
    yield "UpdateClusterSettings", {"cluster": "demo", "settings": []}
    yield (
        "PutClusterCapacityProviders",
        {"cluster": "demo", "capacityProviders": [], "defaultCapacityProviderStrategy": []},
    )
    yield "DescribeCapacityProviders", {}
    yield "ListAccountSettings", {}
    yield "PutAccountSetting", {"name": "containerInsights", "value": "enabled"}
    yield "PutAccountSettingDefault", {"name": "containerInsights", "value": "enabled"}
    yield "DeleteAccountSetting", {"name": "containerInsights"}
    yield "TagResource", {"resourceArn": cluster, "tags": []}
    yield "UntagResource", {"resourceArn": cluster, "tagKeys": []}
    yield "ListTagsForResource", {"resourceArn": cluster}
    yield "DescribeTaskDefinition", {"taskDefinition": "web"}
    yield "ListTaskDefinitions", {}
    yield "ListTaskDefinitionFamilies", {}
    yield (
        "RunTask",
        {
            "cluster": "demo",
            "taskDefinition": "web",
            "launchType": "FARGATE",
            "networkConfiguration": demo.network(),
            "clientToken": "once",
        },
    )
    yield "DescribeTasks", {"cluster": "demo", "tasks": [task]}
    yield "ListTasks", {"cluster": "demo"}
    yield from _requests_about_services(demo)
    yield "StopTask", {"cluster": "demo", "task": task}
    yield "DeregisterTaskDefinition", {"taskDefinition": "web:1"}
    yield "DeleteTaskDefinitions", {"taskDefinitions": ["web:1"]}
    yield "DeleteCluster", {"cluster": "other"}


def _requests_about_services(demo: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """One request of each operation on services, deployments, revisions and protection."""
    yield (
        "CreateService",
        {
            "cluster": "demo",
            "serviceName": "web",
            "taskDefinition": "web",
            "desiredCount": 1,
            "launchType": "FARGATE",
            "networkConfiguration": demo.network(),
            "clientToken": "once",
        },
    )
    yield (
        "UpdateService",
        {"cluster": "demo", "service": "web", "networkConfiguration": demo.network()},
    )
    yield "DescribeServices", {"cluster": "demo", "services": ["web"]}
    yield "ListServices", {"cluster": "demo"}
    demo.call("UpdateCluster", cluster="demo", serviceConnectDefaults={"namespace": "inside"})
    yield "ListServicesByNamespace", {"namespace": "inside"}
    yield "ListServiceDeployments", {"cluster": "demo", "service": "web"}
    service = demo.call("DescribeServices", cluster="demo", services=["web"])["services"][0]
    deployment = service["currentServiceDeployment"]
    revision = service["currentServiceRevisions"][0]["arn"]
    yield "DescribeServiceDeployments", {"serviceDeploymentArns": [deployment]}
    yield "DescribeServiceRevisions", {"serviceRevisionArns": [revision]}
    yield "StopServiceDeployment", {"serviceDeploymentArn": deployment}
    tasks = demo.call("ListTasks", cluster="demo", serviceName="web")["taskArns"]
    yield "GetTaskProtection", {"cluster": "demo", "tasks": tasks}
    yield "UpdateTaskProtection", {"cluster": "demo", "tasks": tasks, "protectionEnabled": True}
    yield "DeleteService", {"cluster": "demo", "service": "web", "force": True}


def test_every_input_member_counts(demo: Any, model: ServiceModel) -> None:
    """Every member of every simulated operation's input is looked at, or ignored for a reason."""
    operations = {"RegisterTaskDefinition"}  # answered whole, see the next test
    for operation, params in _requests(demo):
        watched = Watched(params)
        demo.codec.encode(operation, demo.region.answer(operation, watched))
        members = set(model.operation_model(operation).input_shape.members)
        ignored = {member for name, member in IGNORED if name == operation}
        assert members - watched.seen == ignored, operation
        operations.add(operation)
    assert operations == set(demo.region.operations)


def test_every_member_of_a_definition_is_kept(demo: Any, model: ServiceModel) -> None:
    """What a definition says is answered, apart from its tags, which are answered beside it."""
    asked = set(model.shape_for("RegisterTaskDefinitionRequest").members) - {"tags"}
    assert asked <= set(model.shape_for("TaskDefinition").members)
    definition = demo.definition(
        family="full",
        taskRoleArn=demo.TASK_ROLE,
        executionRoleArn=demo.ROLE,
        volumes=[{"name": "scratch", "host": {}}],
        pidMode="task",
        ephemeralStorage={"sizeInGiB": 30},
        runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        enableFaultInjection=True,
        proxyConfiguration={"type": "APPMESH", "containerName": "main", "properties": []},
        containerDefinitions=[
            demo.container(
                command=["run"],
                user="nobody",
                interactive=True,
                pseudoTerminal=True,
                readonlyRootFilesystem=True,
                dockerLabels={"a": "b"},
                ulimits=[{"name": "nofile", "softLimit": 10, "hardLimit": 20}],
                versionConsistency="disabled",
                startTimeout=30,
                stopTimeout=30,
            )
        ],
    )
    answer = demo.call("RegisterTaskDefinition", **definition)["taskDefinition"]
    container = answer["containerDefinitions"][0]
    for member, value in definition["containerDefinitions"][0].items():
        assert container[member] == value
    for member in set(definition) - {"containerDefinitions"}:
        assert answer[member] == definition[member]


def test_other_operations_refused(demo: Any, model: ServiceModel) -> None:
    """Every other operation of the model is refused by its name, and changes nothing."""
    others = sorted(set(model.operation_names) - set(demo.region.operations))
    assert {"StartTask", "ExecuteCommand", "RegisterContainerInstance"} <= set(others)
    for operation in [*others, "NoSuchOperation"]:
        with pytest.raises(UnsupportedOperation, match=operation) as caught:
            demo.region.answer(operation, {})
        assert (caught.value.code, caught.value.status) == ("UnsupportedOperation", 400)
