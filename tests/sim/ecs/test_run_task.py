"""RunTask: what it checks, and what it starts."""

from __future__ import annotations

import json
from typing import Any

import pytest


def test_task_created(demo: Any) -> None:
    """RunTask answers at once with a task that is PROVISIONING and lists every container."""
    demo.register(demo.container(), demo.container("side", essential=False), family="pair")
    (task,) = demo.run("pair", startedBy="job/7")
    task_id = task["taskArn"].rpartition("/")[2]
    prefix = "arn:aws:ecs:us-east-1:123456789012"
    assert task["taskArn"] == f"{prefix}:task/demo/{task_id}"
    assert len(task_id) == 32
    assert task["clusterArn"] == f"{prefix}:cluster/demo"
    assert task["taskDefinitionArn"] == f"{prefix}:task-definition/pair:1"
    assert (task["lastStatus"], task["desiredStatus"]) == ("PROVISIONING", "RUNNING")
    assert (task["group"], task["startedBy"]) == ("family:pair", "job/7")
    assert (task["launchType"], task["platformVersion"]) == ("FARGATE", "1.4.0")
    assert (task["cpu"], task["memory"], task["version"]) == ("256", "512", 1)
    assert task["createdAt"] == 1_800_000_000.0
    assert task["ephemeralStorage"] == {"sizeInGiB": 20}
    assert [one["name"] for one in task["containers"]] == ["main", "side"]
    for container in task["containers"]:
        assert container["lastStatus"] == "PENDING"
        assert container["taskArn"] == task["taskArn"]
        assert container["containerArn"].startswith(f"{prefix}:container/demo/{task_id}/")
        assert "exitCode" not in container
    (attachment,) = task["attachments"]
    assert (attachment["type"], attachment["status"]) == ("ElasticNetworkInterface", "PRECREATED")
    assert [one["name"] for one in attachment["details"]] == ["subnetId"]
    assert "capacityProviderName" not in task
    assert "connectivity" not in task


def test_task_is_seen_at_once(demo: Any) -> None:
    """What RunTask answered is what DescribeTasks tells right after it."""
    (task,) = demo.run()
    assert demo.task(task["taskArn"]) == task


@pytest.mark.parametrize("count", [0, 11, -1])
def test_count_refused(demo: Any, count: int) -> None:
    """A call starts 1 to 10 tasks."""
    refusal = demo.refused("RunTask", cluster="demo", taskDefinition="web", count=count)
    assert refusal.code == "InvalidParameterException"
    assert len(demo.run(count=10)) == 10


def test_ids_unique(demo: Any) -> None:
    """No two tasks share an id of any kind."""
    tasks = [task for _ in range(20) for task in demo.run(count=10)]
    demo.engine.settle()
    arns = [task["taskArn"] for task in tasks]
    tasks = [
        task
        for start in (0, 100)
        for task in demo.call("DescribeTasks", cluster="demo", tasks=arns[start : start + 100])[
            "tasks"
        ]
    ]
    details = [
        {one["name"]: one["value"] for one in task["attachments"][0]["details"]} for task in tasks
    ]
    for ids in (
        arns,
        [task["attachments"][0]["id"] for task in tasks],
        [task["containers"][0]["containerArn"] for task in tasks],
        [task["containers"][0]["runtimeId"] for task in tasks],
        [one["networkInterfaceId"] for one in details],
        [one["macAddress"] for one in details],
        [one["privateIPv4Address"] for one in details],
    ):
        assert len(set(ids)) == 200


def test_tasks_spread_over_zones(demo: Any) -> None:
    """Tasks of one group go evenly to the zones of their subnets, in one call or in many."""
    zones = [task["availabilityZone"] for task in demo.run(count=9)]
    for _ in range(6):
        zones += [task["availabilityZone"] for task in demo.run()]
    assert sorted(zones.count(f"us-east-1{zone}") for zone in "abc") == [5, 5, 5]


@pytest.mark.parametrize(
    ("launch_type", "text"),
    [
        ("EC2", "No Container Instances were found in your cluster."),
        ("EXTERNAL", "No Container Instances were found in your cluster."),
        ("MANAGED_INSTANCES", "capacityProviderStrategy"),
        ("MOON", "launchType"),
        (None, "No Container Instances were found in your cluster."),
    ],
)
def test_launch_type_refused(demo: Any, launch_type: str | None, text: str) -> None:
    """Whatever needs container instances is refused: the clusters have none."""
    params = {"launchType": launch_type} if launch_type else {}
    refusal = demo.refused("RunTask", cluster="demo", taskDefinition="web", **params)
    assert refusal.code == "InvalidParameterException"
    assert text in refusal.message


def test_launch_type_excludes_strategy(demo: Any) -> None:
    """A launch type and a strategy together are refused."""
    refusal = demo.refused(
        "RunTask",
        cluster="demo",
        taskDefinition="web",
        launchType="FARGATE",
        capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],
    )
    assert refusal.code == "InvalidParameterException"


def test_strategy_needs_associated_providers(demo: Any) -> None:
    """A strategy may only name providers of the cluster."""
    refusal = demo.refused(
        "RunTask",
        cluster="demo",
        taskDefinition="web",
        capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],
    )
    assert refusal.code == "InvalidParameterException"


def test_strategy_shares_tasks_out(ecs: Any) -> None:
    """Tasks go to the providers by base and weight, and say to which."""
    ecs.cluster(capacityProviders=["FARGATE", "FARGATE_SPOT"])
    ecs.register()
    tasks = ecs.run(
        count=10,
        capacityProviderStrategy=[
            {"capacityProvider": "FARGATE", "base": 2, "weight": 1},
            {"capacityProvider": "FARGATE_SPOT", "weight": 3},
        ],
    )
    names = [task["capacityProviderName"] for task in tasks]
    assert (names.count("FARGATE"), names.count("FARGATE_SPOT")) == (4, 6)
    assert {task["launchType"] for task in tasks} == {"FARGATE"}


def test_default_strategy_of_cluster(ecs: Any) -> None:
    """Without launch type and strategy the cluster's default strategy counts."""
    ecs.cluster(
        capacityProviders=["FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    )
    ecs.register()
    answer = ecs.call(
        "RunTask", cluster="demo", taskDefinition="web", networkConfiguration=ecs.network()
    )
    assert answer["tasks"][0]["capacityProviderName"] == "FARGATE_SPOT"


@pytest.mark.parametrize(
    ("network", "text"),
    [
        (None, "Network Configuration must be provided when networkMode 'awsvpc' is specified."),
        ({}, "Network Configuration must be provided when networkMode 'awsvpc' is specified."),
        ({"subnets": []}, "subnets"),
        (
            {"subnets": ["subnet-a", "subnet-x"]},
            "Error retrieving subnet information for [subnet-a, subnet-x]: The subnet ID "
            "'subnet-x' does not exist (ErrorCode: InvalidSubnetID.NotFound)",
        ),
        ({"subnets": ["subnet-a", "subnet-other"]}, "VPC"),
        ({"subnets": [f"subnet-{number}" for number in range(17)]}, "16"),
        (
            {"subnets": ["subnet-a"], "securityGroups": ["sg-x"]},
            "The security group 'sg-x' does not exist (ErrorCode: InvalidGroup.NotFound)",
        ),
        ({"subnets": ["subnet-a"], "securityGroups": ["sg-other"]}, "VPC"),
        (
            {"subnets": ["subnet-a"], "securityGroups": [f"sg-{number}" for number in range(6)]},
            "5",
        ),
        ({"subnets": ["subnet-a"], "assignPublicIp": "PERHAPS"}, "assignPublicIp"),
    ],
)
def test_network_refused(demo: Any, network: dict[str, Any] | None, text: str) -> None:
    """A network that is missing, does not exist or spans VPCs is refused."""
    demo.add_subnet("subnet-other", "10.9.0.0/24", vpc="vpc-2")
    demo.moto.groups["sg-other"] = "vpc-2"
    params = {}
    if network is not None:
        params["networkConfiguration"] = {"awsvpcConfiguration": network} if network else {}
    refusal = demo.refused(
        "RunTask", cluster="demo", taskDefinition="web", launchType="FARGATE", **params
    )
    assert refusal.code == "InvalidParameterException"
    assert text in refusal.message
    assert demo.call("ListTasks", cluster="demo")["taskArns"] == []


def test_default_security_group_used(demo: Any) -> None:
    """Without security groups the interface has the default one of its VPC."""
    demo.run()
    demo.engine.settle()
    assert demo.moto.made_interfaces[0].group_ids == ("sg-default",)


@pytest.mark.parametrize(
    ("definition", "code"),
    [("nothing", "ClientException"), ("web:9", "ClientException"), ("a b", "InvalidParameter")],
)
def test_definition_unknown(demo: Any, definition: str, code: str) -> None:
    """A definition that is not there, or no name of one, is refused."""
    refusal = demo.refused("RunTask", cluster="demo", taskDefinition=definition)
    assert refusal.code.startswith(code)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("LATEST", "1.4.0"), ("1.4.0", "1.4.0"), ("1.3.0", "1.3.0"), (None, "1.4.0")],
)
def test_platform_version(demo: Any, given: str | None, expected: str) -> None:
    """LATEST is told as a number."""
    (task,) = demo.run(**({"platformVersion": given} if given else {}))
    assert task["platformVersion"] == expected
    assert task["platformFamily"] == "Linux"


def test_platform_version_refused(demo: Any) -> None:
    """A version that does not exist, or cannot run the definition, is refused."""
    params = {"cluster": "demo", "launchType": "FARGATE"}
    refusal = demo.refused("RunTask", taskDefinition="web", platformVersion="9.9.9", **params)
    assert refusal.code == "PlatformUnknownException"
    demo.register(family="big", ephemeralStorage={"sizeInGiB": 100})
    refusal = demo.refused("RunTask", taskDefinition="big", platformVersion="1.3.0", **params)
    assert refusal.code == "PlatformTaskDefinitionIncompatibilityException"


def test_windows_platform(demo: Any) -> None:
    """A Windows task has the platform of Windows, and none on Spot."""
    demo.register(
        family="windows",
        cpu="1024",
        memory="2048",
        runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
    )
    (task,) = demo.run("windows")
    assert (task["platformVersion"], task["platformFamily"]) == (
        "1.0.0",
        "WINDOWS_SERVER_2022_CORE",
    )
    demo.call(
        "PutClusterCapacityProviders",
        cluster="demo",
        capacityProviders=["FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    )
    refusal = demo.refused("RunTask", cluster="demo", taskDefinition="windows")
    assert refusal.code == "PlatformTaskDefinitionIncompatibilityException"


def test_overrides_reach_the_container(demo: Any) -> None:
    """Command and variables are overridden by name; everything else stays."""
    app = demo.image("app")
    demo.register(
        demo.container(
            command=["serve"],
            environment=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
            portMappings=[{"containerPort": 80}],
        ),
        demo.container("side", image="sidecar", essential=False),
        family="over",
    )
    (task,) = demo.run(
        "over",
        overrides={
            "containerOverrides": [
                {
                    "name": "main",
                    "command": ["work", "--fast"],
                    "environment": [{"name": "B", "value": "3"}, {"name": "C", "value": "4"}],
                    "memory": 256,
                }
            ],
        },
    )
    assert task["overrides"]["containerOverrides"][1] == {"name": "side"}
    assert task["overrides"]["containerOverrides"][0]["command"] == ["work", "--fast"]
    assert task["containers"][0]["memory"] == "256"
    demo.wait(task["taskArn"], "RUNNING")
    (launch,) = app.launches
    assert launch.command == ("work", "--fast")
    own = {name: launch.environment[name] for name in "ABC"}
    assert own == {"A": "1", "B": "3", "C": "4"}
    assert (launch.memory, launch.cpu, launch.ports) == (256, 256, (80,))
    described = demo.call("DescribeTaskDefinition", taskDefinition="over")["taskDefinition"]
    assert described["containerDefinitions"][0]["command"] == ["serve"]


def test_task_level_overrides(demo: Any) -> None:
    """Size, roles and storage of the task can be overridden, in any spelling of the size."""
    (task,) = demo.run(
        overrides={
            "cpu": ".5 vCPU",
            "memory": "1 GB",
            "taskRoleArn": "application",
            "executionRoleArn": demo.ROLE,
            "ephemeralStorage": {"sizeInGiB": 50},
        }
    )
    assert (task["cpu"], task["memory"]) == ("512", "1024")
    assert task["ephemeralStorage"] == {"sizeInGiB": 50}
    assert task["overrides"]["taskRoleArn"] == demo.TASK_ROLE
    assert task["overrides"]["cpu"] == "512"


@pytest.mark.parametrize(
    ("overrides", "code", "text"),
    [
        (
            {"containerOverrides": [{"name": "ghost", "command": ["x"]}]},
            "InvalidParameterException",
            "Override for container named ghost is not a container in the TaskDefinition.",
        ),
        ({"containerOverrides": [{"command": ["x"]}]}, "InvalidParameterException", "name"),
        ({"cpu": "256", "memory": "4096"}, "ClientException", "No Fargate configuration exists"),
        ({"cpu": "7"}, "ClientException", "Invalid 'cpu' setting"),
        (
            {"containerOverrides": [{"name": "main", "memory": 2048}]},
            "ClientException",
            "greater than for the task",
        ),
        ({"ephemeralStorage": {"sizeInGiB": 500}}, "ClientException", "ephemeralStorage"),
        ({"taskRoleArn": "arn:aws:iam::1:nonsense"}, "ClientException", "Role is not valid"),
        (
            {"inferenceAcceleratorOverrides": [{"deviceName": "a", "deviceType": "b"}]},
            "InvalidParameterException",
            "inferenceAcceleratorOverrides",
        ),
    ],
)
def test_overrides_refused(demo: Any, overrides: dict[str, Any], code: str, text: str) -> None:
    """Overrides of what is not there, or to what Fargate does not run, are refused."""
    refusal = demo.refused(
        "RunTask",
        cluster="demo",
        taskDefinition="web",
        launchType="FARGATE",
        networkConfiguration=demo.network(),
        overrides=overrides,
    )
    assert refusal.code == code
    assert text in refusal.message


def test_overrides_length(demo: Any) -> None:
    """Overrides may have 8,192 characters of JSON, and not one more."""

    def overrides(length: int) -> dict[str, Any]:
        empty = {"containerOverrides": [{"name": "main", "command": [""]}]}
        short = len(json.dumps(empty, separators=(",", ":")))
        return {"containerOverrides": [{"name": "main", "command": ["x" * (length - short)]}]}

    assert demo.run(overrides=overrides(8192))
    refusal = demo.refused(
        "RunTask", cluster="demo", taskDefinition="web", launchType="FARGATE",
        overrides=overrides(8193),
    )  # fmt: skip
    assert refusal.message == "Container Overrides length must be at most 8192"


def test_tags_of_a_task(demo: Any) -> None:
    """A task has its own tags, those of its definition if asked, and AWS's if asked."""
    demo.register(family="tagged", tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    own = [{"key": "b", "value": "3"}]
    (task,) = demo.run("tagged", tags=own)
    assert task["tags"] == own
    (task,) = demo.run(
        "tagged", tags=own, propagateTags="TASK_DEFINITION", enableECSManagedTags=True
    )
    assert {tag["key"]: tag["value"] for tag in task["tags"]} == {
        "aws:ecs:clusterName": "demo",
        "a": "1",
        "b": "3",
    }
    assert demo.task(task["taskArn"])["tags"] == []
    assert demo.task(task["taskArn"], include=["TAGS"])["tags"] == task["tags"]


def test_started_by_takes_what_ecs_deploy_sends(demo: Any) -> None:
    """startedBy may have a space, and the task is found by it."""
    (task,) = demo.run(startedBy="ECS Deploy")
    assert task["startedBy"] == "ECS Deploy"
    listed = demo.call("ListTasks", cluster="demo", startedBy="ECS Deploy")
    assert listed["taskArns"] == [task["taskArn"]]


@pytest.mark.parametrize(
    "params",
    [
        {"propagateTags": "SERVICE"},
        {"propagateTags": "MAYBE"},
        {"startedBy": "x" * 129},
        {"group": "service:web"},
        {"clientToken": "x" * 65},
        {"clientToken": "ä"},
        {"placementConstraints": [{"type": "distinctInstance"}]},
        {"placementStrategy": [{"type": "spread", "field": "instanceId"}]},
        {"tags": [{"key": f"k{number}", "value": ""} for number in range(51)]},
        {"enableExecuteCommand": True},
        {"volumeConfigurations": [{"name": "ghost"}]},
        {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}] * 21},
    ],
)
def test_parameter_refused(demo: Any, params: dict[str, Any]) -> None:
    """What cannot be is refused, and nothing is started."""
    launch = {} if "capacityProviderStrategy" in params else {"launchType": "FARGATE"}
    refusal = demo.refused(
        "RunTask",
        cluster="demo",
        taskDefinition="web",
        networkConfiguration=demo.network(),
        **launch,
        **params,
    )
    assert refusal.code == "InvalidParameterException"
    assert demo.call("ListTasks", cluster="demo")["taskArns"] == []


def test_volume_at_launch_not_simulated(demo: Any) -> None:
    """A volume that is configured at launch is refused with a clear code."""
    demo.register(
        demo.container(mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}]),
        family="data",
        volumes=[{"name": "data", "configuredAtLaunch": True}],
    )
    params = {"cluster": "demo", "taskDefinition": "data", "launchType": "FARGATE"}
    assert demo.refused("RunTask", **params).code == "InvalidParameterException"
    volumes = [{"name": "data", "managedEBSVolume": {"roleArn": "r", "sizeInGiB": 10}}]
    refusal = demo.refused("RunTask", volumeConfigurations=volumes, **params)
    assert refusal.code == "UnsupportedFeatureException"


def test_execute_command_needs_task_role(demo: Any) -> None:
    """ECS Exec can be turned on where a task role is given."""
    demo.register(family="exec", taskRoleArn="application")
    (task,) = demo.run("exec", enableExecuteCommand=True)
    assert task["enableExecuteCommand"] is True
    agent = {"name": "ExecuteCommandAgent", "lastStatus": "PENDING"}
    assert task["containers"][0]["managedAgents"] == [agent]
    task = demo.wait(task["taskArn"], "RUNNING")
    agent = {**agent, "lastStatus": "RUNNING", "lastStartedAt": task["startedAt"]}
    assert task["containers"][0]["managedAgents"] == [agent]


def test_group_of_the_caller(demo: Any) -> None:
    """A group of the caller's own replaces the family's."""
    (task,) = demo.run(group="nightly")
    assert task["group"] == "nightly"


def test_client_token_repeats_the_answer(demo: Any) -> None:
    """The same token with the same parameters starts nothing new."""
    first = demo.run(count=2, clientToken="once")
    again = demo.run(count=2, clientToken="once")
    assert [task["taskArn"] for task in again] == [task["taskArn"] for task in first]
    assert len(demo.call("ListTasks", cluster="demo")["taskArns"]) == 2
    assert len(demo.run(count=2, clientToken="twice")) == 2
    assert len(demo.call("ListTasks", cluster="demo")["taskArns"]) == 4


def test_client_token_shows_tasks_as_they_are(demo: Any) -> None:
    """A repeated call tells its tasks as they are by then."""
    (first,) = demo.run(clientToken="once")
    demo.engine.settle()
    (again,) = demo.run(clientToken="once")
    assert again == demo.task(first["taskArn"])
    assert again["lastStatus"] == "RUNNING"


def test_client_token_conflict(demo: Any) -> None:
    """The same token with other parameters is a conflict that names the tasks."""
    (task,) = demo.run(clientToken="once")
    refusal = demo.refused(
        "RunTask", cluster="demo", taskDefinition="web", count=2, clientToken="once"
    )
    assert refusal.code == "ConflictException"
    assert refusal.members == {"resourceIds": [task["taskArn"]]}


def test_client_token_is_the_clusters(demo: Any) -> None:
    """Another cluster may use the same token."""
    demo.cluster("other")
    demo.run(clientToken="once")
    demo.run(clientToken="once", cluster="other")
    assert len(demo.call("ListTasks", cluster="other")["taskArns"]) == 1


def test_client_token_of_forgotten_tasks(demo: Any) -> None:
    """With some of its tasks forgotten a token tells their ends; with all it is free again."""
    first = demo.run(count=2, clientToken="once")
    gone, kept = first[0]["taskArn"], first[1]["taskArn"]
    demo.call("StopTask", cluster="demo", task=gone)
    demo.engine.advance_by(4000)
    again = demo.run(count=2, clientToken="once")
    assert again[0] == {"taskArn": gone, "lastStatus": "STOPPED", "desiredStatus": "STOPPED"}
    assert again[1]["taskArn"] == kept
    demo.call("StopTask", cluster="demo", task=kept)
    demo.engine.advance_by(4000)
    anew = demo.run(count=2, clientToken="once")
    assert not {task["taskArn"] for task in anew} & {gone, kept}


def test_client_token_expires(demo: Any) -> None:
    """A token is remembered for a day, however long its tasks run."""
    (first,) = demo.run(clientToken="once")
    demo.engine.advance_by(86_000)
    assert demo.run(clientToken="once")[0]["taskArn"] == first["taskArn"]
    demo.engine.advance_by(1_000)
    assert demo.run(clientToken="once")[0]["taskArn"] != first["taskArn"]
