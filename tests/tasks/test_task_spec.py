"""What is wanted: read from AWS's JSON and written to it, with nothing lost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fargate_kit import (
    ContainerOverride,
    ContainerSpec,
    HealthCheck,
    InvalidSpec,
    LogConfiguration,
    MountPoint,
    Network,
    Overrides,
    PortMapping,
    TaskSpec,
)


def _contains(sent: Any, given: Any) -> bool:
    """Whether all that was given is sent; a default may stand beside it."""
    if isinstance(given, list):
        return len(sent) == len(given) and all(map(_contains, sent, given))
    if isinstance(given, dict):
        return all(_contains(sent[key], value) for key, value in given.items())
    return bool(sent == given)


FULL = {
    "family": "full",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "1 vCPU",
    "memory": "2GB",
    "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
    "taskRoleArn": "arn:aws:iam::123456789012:role/task",
    "runtimePlatform": {"operatingSystemFamily": "LINUX", "cpuArchitecture": "ARM64"},
    "ephemeralStorage": {"sizeInGiB": 30},
    "volumes": [{"name": "data"}],
    "tags": [{"key": "team", "value": "web"}],
    "containerDefinitions": [
        {
            "name": "main",
            "image": "acme/main:1",
            "command": ["serve"],
            "entryPoint": ["/bin/app"],
            "environment": [{"name": "A", "value": "1"}],
            "secrets": [
                {"name": "S", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/s"}
            ],
            "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
            "healthCheck": {"command": ["CMD-SHELL", "true"], "interval": 10},
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": "g",
                    "awslogs-region": "us-east-1",
                    "awslogs-stream-prefix": "p",
                },
            },
            "mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": True}],
            "dependsOn": [{"containerName": "side", "condition": "HEALTHY"}],
            "stopTimeout": 60,
            "linuxParameters": {"initProcessEnabled": True},
        },
        {
            "name": "side",
            "image": "acme/side:1",
            "essential": False,
            "memory": 128,
            "healthCheck": {"command": ["CMD", "ok"]},
        },
    ],
}  # fmt: skip


def test_json_of_aws_becomes_names_of_ours() -> None:
    """Every member that has a name here is under it."""
    spec = TaskSpec.from_api(FULL)
    main, side = spec.containers
    assert (spec.cpu, spec.memory, spec.ephemeral_storage) == (1024, 2048, 30)
    assert spec.cpu_architecture == "ARM64"
    assert spec.tags == {"team": "web"}
    assert main.ports == (80,)
    assert main.environment == {"A": "1"}
    assert main.health_check == HealthCheck(command=("CMD-SHELL", "true"), interval=10)
    assert main.mount_points == (MountPoint(volume="data", path="/data", read_only=True),)
    assert main.depends_on == {"side": "HEALTHY"}
    assert main.extra == {"linuxParameters": {"initProcessEnabled": True}}
    assert (side.essential, side.memory) == (False, 128)
    assert spec.extra == {}
    assert spec.check() is spec


def test_round_trip_loses_nothing() -> None:
    """Reading and writing again is no difference, and the second reading is the first."""
    spec = TaskSpec.from_api(FULL)
    again = TaskSpec.from_api(spec.to_api())
    assert again == spec
    assert not again.diff(spec)


@pytest.mark.parametrize(
    "odd",
    [
        {"environment": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]},
        {"environment": [{"name": "A"}]},
        {"portMappings": [{"containerPortRange": "80-90"}]},
        {"portMappings": [{"containerPort": 80, "hostPort": 81}]},
        {"dependsOn": [{"containerName": "x"}]},
        {"healthCheck": {"command": ["CMD", "x"], "brandNew": 1}},
        {"mountPoints": [{"sourceVolume": "v"}]},
        {"logConfiguration": {"logDriver": "awslogs"}},
    ],
)
def test_what_has_no_name_here_is_kept(odd: dict[str, object]) -> None:
    """A member that our fields cannot tell goes through as it is, for AWS or `check()` to judge."""
    raw = {
        "family": "odd",
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "main", "image": "x", **odd}],
    }
    sent = TaskSpec.from_api(raw).to_api()["containerDefinitions"][0]
    for member, value in odd.items():
        assert _contains(sent[member], value)


def test_described_revision_is_taken_too() -> None:
    """The answer of DescribeTaskDefinition is a specification with read-only members left out."""
    described = {
        "taskDefinition": {
            **{key: value for key, value in FULL.items() if key != "tags"},
            "taskDefinitionArn": "arn:…",
            "revision": 3,
            "status": "ACTIVE",
            "requiresAttributes": [],
            "compatibilities": ["EC2", "FARGATE"],
            "registeredAt": 1.0,
            "registeredBy": "me",
            "placementConstraints": [],
        },
        "tags": FULL["tags"],
    }
    assert TaskSpec.from_api(described) == TaskSpec.from_api(FULL)


def test_file_that_is_not_json_names_line_and_column(tmp_path: Path) -> None:
    """The message leads to the place."""
    file = tmp_path / "task.json"
    file.write_text('{\n  "family": "x",\n  "cpu": ""256"\n}')
    with pytest.raises(InvalidSpec, match=r"task\.json:3:12"):
        TaskSpec.from_file(file)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "not a list"),
        ("{}", "containerDefinitions"),
        ('{"family": 7, "containerDefinitions": [{"image": "x"}, 3]}', "containerDefinitions[1]"),
    ],
)
def test_json_that_is_no_task_definition_says_why(tmp_path: Path, text: str, says: str) -> None:
    """What cannot be read at all is told with its path."""
    file = tmp_path / "task.json"
    file.write_text(text)
    with pytest.raises(InvalidSpec) as refused:
        TaskSpec.from_file(file)
    assert says in str(refused.value)


def test_check_tells_everything_at_once() -> None:
    """Messages name the path, what was given and what is legal."""
    spec = TaskSpec(
        family="x",
        cpu=300,
        memory="lots",
        containers=[
            ContainerSpec(name="a", image="i", ports=[80]),
            ContainerSpec(
                name="a",
                image="i",
                ports=[PortMapping(container_port=80)],
                log_configuration=LogConfiguration.awslogs("g", region="us-east-1"),
            ),
        ],
    )
    with pytest.raises(InvalidSpec) as refused:
        spec.check()
    text = str(refused.value)
    for part in ("cpu", "300", "lots", "containerDefinitions[1].name", "executionRoleArn"):
        assert part in text


def test_values_of_the_environment_are_not_in_the_repr() -> None:
    """A password that somebody put into a variable does not get into a log by a repr."""
    container = ContainerSpec(name="a", image="i", environment={"PASSWORD": "hunter2"})
    assert "hunter2" not in repr(container)
    assert "hunter2" not in repr(TaskSpec(family="f", cpu=256, memory=512, containers=[container]))


def test_text_is_not_taken_for_a_list_of_words() -> None:
    """A command that is one text is refused, rather than run letter by letter."""
    with pytest.raises(TypeError, match="list of words"):
        ContainerSpec(name="a", image="i", command="echo hi")
    with pytest.raises(TypeError, match="list of words"):
        Overrides(command="echo hi")
    with pytest.raises(TypeError, match="lists of ids"):
        Network(subnets="subnet-1")
    raw = {
        "family": "x",
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "a", "image": "i", "command": "echo hi"}],
    }
    with pytest.raises(InvalidSpec, match=r"containerDefinitions\[0\]\.command"):
        TaskSpec.from_api(raw).check()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00binary", b"[" * 200_000])
def test_file_that_is_no_json_text_is_refused(tmp_path: Path, content: bytes) -> None:
    """Binary and endlessly nested files are refused as any other."""
    file = tmp_path / "task.json"
    file.write_bytes(content)
    with pytest.raises(InvalidSpec, match=r"task\.json"):
        TaskSpec.from_file(file)


def problem_paths(spec: TaskSpec) -> list[str]:
    return [problem.path for problem in spec.problems()]


def spec_of(**container: Any) -> TaskSpec:
    main = ContainerSpec(**{"name": "main", "image": "acme/main:1", **container})
    return TaskSpec(family="job", cpu=256, memory=512, containers=[main])


def test_variable_without_a_value_is_a_problem() -> None:
    """A variable that is None was meant to be filled in; an empty text is one."""
    with pytest.raises(InvalidSpec, match=r'environment\[0\]\.value: given null.*"A"'):
        spec_of(environment={"A": None}).check()
    assert problem_paths(spec_of(environment={"A": ""})) == []


def test_empty_health_check_is_a_problem() -> None:
    """A health check that says nothing is told, rather than left out."""
    raw = spec_of().to_api()
    raw["containerDefinitions"][0]["healthCheck"] = {}
    assert problem_paths(TaskSpec.from_api(raw)) == ["containerDefinitions[0].healthCheck.command"]


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        (spec_of(extra={"image": "other:1"}), "containerDefinitions[0].image"),
        (spec_of(extra={"essential": False}), "containerDefinitions[0].essential"),
        (
            spec_of(environment={"A": "1"}, extra={"environment": []}),
            "containerDefinitions[0].environment",
        ),
        (
            spec_of(ports=[PortMapping(container_port=80, extra={"containerPort": 81})]),
            "containerDefinitions[0].portMappings[0].containerPort",
        ),
        (replace(spec_of(), extra={"cpu": "512", "memory": "1024"}), "cpu"),
        (replace(spec_of(), extra={"containerDefinitions": []}), "containerDefinitions"),
        (
            replace(
                spec_of(),
                cpu_architecture="ARM64",
                extra={"runtimePlatform": {"cpuArchitecture": "X86_64"}},
            ),
            "runtimePlatform.cpuArchitecture",
        ),
        (replace(spec_of(), tags={"a": "1"}, extra={"tags": []}), "tags"),
    ],
)
def test_extra_does_not_override_a_field(spec: TaskSpec, path: str) -> None:
    """What a field says is not said otherwise in `extra` without anybody being told."""
    (problem, *_) = spec.problems()
    assert (problem.path, problem.rule) == (path, "given-twice")
    assert "out of extra" in problem.message


def test_extra_says_what_no_field_can() -> None:
    """Further members, parts of structures and lists with doubles are what `extra` is for."""
    doubles = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
    spec = replace(
        spec_of(extra={"environment": doubles, "image": "acme/main:1"}),
        cpu_architecture="ARM64",
        extra={"runtimePlatform": {"operatingSystemFamily": "LINUX"}, "networkMode": "awsvpc"},
    )
    assert spec.problems() == ()
    assert spec.to_api()["runtimePlatform"] == {
        "cpuArchitecture": "ARM64",
        "operatingSystemFamily": "LINUX",
    }


def test_null_is_not_sent() -> None:
    """Null counts as absent wherever it stands, and botocore never sees one."""
    raw = {
        **FULL,
        "pidMode": None,
        "volumes": [{"name": "data", "host": None}],
        "madeUp": None,
        "networkMode": None,
    }
    spec = TaskSpec.from_api(raw)
    assert spec == TaskSpec.from_api(FULL)
    inner = {"linuxParameters": {"initProcessEnabled": None}}
    sent = replace(spec_of(extra=inner), extra={"pidMode": None}).to_api()
    assert sent == spec_of(extra={"linuxParameters": {}}).to_api()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"containers": [{"name": "a"}]}, r"containers\[0\]: given a dict;.*from_api"),
        ({"containers": "a"}, r'containers\[0\]: given "a"'),
        ({"tags": [{"key": "a"}]}, "tags: given a list; allowed: a mapping"),
        ({"volumes": {"name": "a"}}, "volumes: given a dict"),
        ({"volumes": ["a"]}, r'volumes\[0\]: given "a"'),
        ({"extra": None}, "extra: given None"),
    ],
)
def test_wrong_kind_of_argument_is_told_at_once(arguments: dict[str, Any], says: str) -> None:
    """What is no list of containers and so on is told by its name, before anything is made."""
    with pytest.raises(TypeError, match=says):
        replace(spec_of(), **arguments)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"environment": [{"name": "A", "value": "hunter2"}]}, "environment: given a list"),
        ({"environment": "A=hunter2"}, "environment: given a str; allowed: a mapping"),
        ({"ports": 80}, "ports: given an int; allowed: a list of port numbers"),
        ({"ports": ["80"]}, r'ports\[0\]: given "80"'),
        ({"health_check": {"command": ["CMD"]}}, r"health_check: given a dict.*HealthCheck\.from"),
        ({"log_configuration": "awslogs"}, "log_configuration: given a str"),
        ({"mount_points": [{"sourceVolume": "a"}]}, r"mount_points\[0\]: given a dict"),
        ({"command": 7}, "command: given an int"),
        ({"command": {"a": "hunter2"}}, "command: given a dict; allowed: a list of words"),
    ],
)
def test_wrong_kind_of_container_argument_is_told_at_once(
    arguments: dict[str, Any], says: str
) -> None:
    """The argument is named with what it takes, and its value is not shown where it is secret."""
    with pytest.raises(TypeError, match=says) as refused:
        spec_of(**arguments)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "arguments", "says"),
    [
        (HealthCheck, {"command": "curl localhost"}, "list of words"),
        (LogConfiguration, {"driver": "splunk", "options": None}, "options: given None"),
        (
            Overrides,
            {"environment": ["A=hunter2"]},
            "environment: given a list; allowed: a mapping",
        ),
        (Overrides, {"containers": ["side"]}, "containers: given a list.*ContainerOverride"),
        (ContainerOverride, {"environment": "A=hunter2"}, "environment: given a str"),
    ],
)
def test_wrong_kind_of_part_is_told_at_once(
    kind: type, arguments: dict[str, Any], says: str
) -> None:
    """Health checks, log configurations and overrides say what they take as well."""
    with pytest.raises(TypeError, match=says) as refused:
        kind(**arguments)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("text", ['{"family": "x"', b"\xff\xfe", "7", "1" * 5000])
def test_text_that_is_no_definition_is_refused_by_its_source(text: str | bytes) -> None:
    """A text from anywhere is refused as a file is, under the name that it was given."""
    with pytest.raises(InvalidSpec, match="standard input"):
        TaskSpec.from_json(text, source="standard input")


def test_text_is_read_as_a_file_is() -> None:
    """A text, its bytes, and its bytes with a byte order mark are the same specification."""
    text = json.dumps(FULL)
    for form in (text, text.encode(), text.encode("utf-8-sig")):
        assert TaskSpec.from_json(form) == TaskSpec.from_api(FULL)
