"""What the rules say of a whole definition."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fargate_kit.model.task_rules import RULES, problems

AWSLOGS = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "g", "awslogs-region": "r", "awslogs-stream-prefix": "p"},
}
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/report:7"


def task(*containers: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Build a sound definition with these members; None leaves a member out."""
    sound = {
        "family": "report",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "1024",
        "memory": "2048",
        "executionRoleArn": "ecsTaskExecutionRole",
        "containerDefinitions": list(containers) or [container()],
    }
    return {name: value for name, value in {**sound, **members}.items() if value is not None}


def container(**members: Any) -> dict[str, Any]:
    """Build a sound container with these members."""
    return {"name": "main", "image": "acme/report:7", **members}


def test_problems_come_all_at_once_in_a_stable_order() -> None:
    """A definition with faults of many families has every one of them told, twice the same."""
    definition = task(
        container(name="a b", image=None, privileged=True, stopTimeout=500),
        container(
            name="side",
            portMappings=[{"containerPort": 80, "hostPort": 81}],
            logConfiguration=AWSLOGS,
        ),
        family="",
        cpu="300",
        networkMode="host",
        executionRoleArn=None,
    )
    rules = [problem.rule for problem in problems(definition)]
    assert rules == [
        "family",
        "container-name",
        "task-cpu",
        "network-mode",
        "not-on-fargate",
        "execution-role-for-logs",
        "image-required",
        "stop-timeout",
        "host-port",
    ]
    assert problems(definition) == problems(definition)


def test_empty_definition_lacks_five_things() -> None:
    """Nothing at all is refused for family, containers, CPU, memory and network mode."""
    assert [problem.path for problem in problems({})] == [
        "family",
        "containerDefinitions",
        "cpu",
        "memory",
        "networkMode",
    ]


def test_null_counts_as_absent_and_unknown_members_pass() -> None:
    """Null is what the wire has for absent, and a member that nobody knows is AWS's to judge."""
    assert problems({**task(), "pidMode": None, "volumes": None, "madeUp": {"a": [1]}}) == ()
    assert problems(task(container(healthCheck=None, madeUp=object()))) == ()


def test_described_definition_is_sound() -> None:
    """What AWS answers for a sound definition, with all that it adds, has no problem either."""
    described = task(
        container(
            cpu=0,
            essential=True,
            privileged=False,
            links=[],
            dnsServers=[],
            environment=[],
            mountPoints=[],
            volumesFrom=[],
            systemControls=[],
            portMappings=[{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
        ),
        placementConstraints=[],
        inferenceAccelerators=[],
        volumes=[{"name": "a", "host": {}}],
        revision=3,
        status="ACTIVE",
    )
    assert problems(described) == ()


def test_two_circles_are_two_problems() -> None:
    """Each circle of dependencies is told once, at the first of its containers."""

    def waits(name: str, other: str) -> dict[str, Any]:
        return container(name=name, dependsOn=[{"containerName": other, "condition": "START"}])

    found = problems(task(waits("a", "b"), waits("b", "a"), waits("c", "d"), waits("d", "c")))
    assert [(problem.rule, problem.path) for problem in found] == [
        ("dependency-cycle", "containerDefinitions[0].dependsOn"),
        ("dependency-cycle", "containerDefinitions[2].dependsOn"),
    ]
    assert '"a" → "b" → "a"' in found[0].message


@pytest.mark.parametrize(
    ("members", "proposal"),
    [
        ({"cpu": "300", "memory": "1024"}, 'use "512"'),
        ({"cpu": "256", "memory": "4096"}, "use 256 CPU units with 2048 MiB, or 512 CPU units"),
        ({"cpu": "256", "memory": "1500"}, "use 256 CPU units with 2048 MiB."),
        ({"cpu": "256", "memory": "100"}, "use 256 CPU units with 512 MiB."),
        ({"cpu": "16384", "memory": "999999"}, "use 16384 CPU units with 122880 MiB."),
        ({"cpu": None, "memory": "4096"}, '"512" is the smallest that fits'),
        ({"cpu": "4096", "memory": None}, '"8192" is the smallest that fits'),
        ({"cpu": "300", "memory": "8192"}, 'use "1024"'),
        ({"cpu": "32768", "memory": "65536"}, "allowed: 61440, 122880, 249856 MiB with 32768"),
    ],
)
def test_size_problem_proposes_the_nearest_size(members: dict[str, Any], proposal: str) -> None:
    """A wrong size comes with the nearest legal one."""
    (problem,) = problems(task(**members))
    assert proposal in problem.message


@pytest.mark.parametrize(
    ("members", "proposal"),
    [
        ({"stopTimeout": 0}, "use 2."),
        ({"stopTimeout": 999}, "use 120."),
        ({"startTimeout": 1}, "use 2."),
        ({"startTimeout": 121}, "use 120."),
        ({"restartPolicy": {"enabled": True, "restartAttemptPeriod": 1}}, "use 60."),
        ({"restartPolicy": {"enabled": True, "restartAttemptPeriod": 9999}}, "use 1800."),
        ({"healthCheck": {"command": ["CMD", "x"], "interval": 1}}, "use 5."),
        ({"healthCheck": {"command": ["CMD", "x"], "interval": 999}}, "use 300."),
        ({"name": "my main!"}, 'call it "my-main".'),
        ({"environment": [{"name": " "}]}, 'given " ";'),
        ({"environment": [{"name": ""}]}, "given nothing;"),
        ({"mountPoints": [{"sourceVolume": "b", "containerPath": "/b"}]}, '("a")'),
        ({"dependsOn": [{"containerName": "x", "condition": "START"}]}, '"main"'),
        ({"versionConsistency": "Enabled"}, "write enabled."),
        ({"ulimits": [{"name": "nofile", "softLimit": 0, "hardLimit": 2**21}]}, "use 1048576."),
        ({"memory": 4096}, "lower it to 2048 or raise"),
        ({"linuxParameters": {"capabilities": {"add": ["CAP_SYS_PTRACE"]}}}, "write SYS_PTRACE."),
    ],
)
def test_problem_proposes_the_nearest_legal_value(members: dict[str, Any], proposal: str) -> None:
    """A value out of its range comes with the end of the range that is nearer."""
    (problem,) = problems(task(container(**members), volumes=[{"name": "a"}]))
    assert proposal in problem.message


@pytest.mark.parametrize(
    ("members", "proposal"),
    [
        ({"family": "!" + "f" * 300}, 'call it "fff'),
        ({"family": "!!"}, 'call it "main".'),
        ({"containerDefinitions": []}, "given an empty list;"),
        ({"ephemeralStorage": {"sizeInGiB": 20}}, "leave it out"),
        ({"ephemeralStorage": {"sizeInGiB": 201}}, "use 200."),
        ({"runtimePlatform": {"operatingSystemFamily": "linux"}}, "use LINUX."),
        ({"runtimePlatform": {"operatingSystemFamily": "BEOS"}}, "use LINUX."),
        (
            {"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_20H2_CORE"}},
            "use WINDOWS_SERVER_2022_CORE.",
        ),
        ({"tags": [{"key": ""}]}, "tags[0].key: given nothing;"),
        ({"pidMode": "host"}, "use task, or leave it out."),
    ],
)
def test_problem_of_the_task_proposes_a_legal_value(members: dict[str, Any], proposal: str) -> None:
    """A wrong member of the task comes with the nearest right one."""
    (problem,) = problems(task(**members))
    assert proposal in problem.message


def test_definition_may_have_64_kib_and_not_one_byte_more() -> None:
    """The limit is on the whole JSON, without tags."""

    def of(length: int) -> dict[str, Any]:
        return task(container(command=["x" * length]), tags=[{"key": "a", "value": "v" * 200}])

    empty = {name: value for name, value in of(0).items() if name != "tags"}
    room = 65536 - len(json.dumps(empty, separators=(",", ":")))
    assert problems(of(room)) == ()
    (problem,) = problems(of(room + 1))
    assert (problem.rule, problem.given) == ("definition-size", 65537)


def test_ports_mapped_twice_come_in_the_order_of_the_definition() -> None:
    """Each later mapping of a taken port is told, whichever port number comes first."""
    mappings = [{"containerPort": port} for port in (1, 90, 90, 1, 1)]
    found = problems(task(container(portMappings=mappings)))
    assert [problem.path.rpartition(".")[2] for problem in found] == [
        "portMappings[2]",
        "portMappings[3]",
        "portMappings[4]",
    ]


def test_every_execution_role_reason_is_told_once() -> None:
    """Many containers with logs and images in ECR are one problem a reason."""
    definition = task(
        container(image=ECR, logConfiguration=AWSLOGS),
        container(name="side", image=ECR, logConfiguration=AWSLOGS),
        executionRoleArn=None,
    )
    assert [problem.rule for problem in problems(definition)] == [
        "execution-role-for-image",
        "execution-role-for-logs",
    ]


def test_container_without_size_takes_nothing_from_the_total() -> None:
    """Containers that reserve nothing leave the whole task to the others."""
    assert problems(task(container(memory=2048, cpu=1024), container(name="side"))) == ()


def test_rules_of_fargate_alone_are_marked() -> None:
    """Without FARGATE, AWS checks the others: these are the ones that it then passes over."""
    assert sorted(rule.id for rule in RULES.values() if rule.fargate) == [
        "awslogs-options",
        "capabilities",
        "execution-role-for-image",
        "execution-role-for-logs",
        "fargate-size",
        "firelens-file",
        "host-port",
        "log-driver",
        "network-mode",
        "not-on-fargate",
        "not-on-windows",
        "open-files",
        "operating-system",
        "pid-mode",
        "port-mapped-twice",
        "requires-fargate",
        "start-timeout",
        "stop-timeout",
        "task-cpu",
        "task-size-required",
        "volume-on-fargate",
        "volume-on-windows",
        "windows-port",
        "windows-size",
    ]
