"""What the rules say of a whole definition."""

from __future__ import annotations

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
