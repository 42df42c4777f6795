"""What AWS takes and what is better known before, by example."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from fargate_kit.model.task_rules import CAUTIONS, cautions, problems

MAIN = "containerDefinitions[0]"
LOG = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "g", "awslogs-region": "r", "awslogs-stream-prefix": "p"},
}
WINDOWS = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}
SECRET_VALUE = "hunter2"


def task(container: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """Build a definition that needs no caution, with these members; None leaves a member out."""
    base = {"name": "main", "image": "acme/report:7", "logConfiguration": LOG}
    main = {name: value for name, value in {**base, **(container or {})}.items() if value}
    sound = {
        "family": "report",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "1024",
        "memory": "2048",
        "executionRoleArn": "ecsTaskExecutionRole",
        "containerDefinitions": [main],
    }
    return {name: value for name, value in {**sound, **members}.items() if value is not None}


class Example(NamedTuple):
    """A definition that earns one caution at one place, and its nearest relative that does not."""

    rule: str
    path: str
    unwise: dict[str, Any]
    wise: dict[str, Any]


def environment(name: str, value: str = SECRET_VALUE) -> dict[str, Any]:
    """Build a definition with one variable."""
    return task({"environment": [{"name": name, "value": value}]})


EXAMPLES = [
    Example("size-unsure", "cpu", task(cpu=32768, memory=61440), task(cpu=16384, memory=65536)),
    Example(
        "fargate-not-required",
        "requiresCompatibilities",
        task(requiresCompatibilities=None),
        task(requiresCompatibilities=["FARGATE", "EC2"]),
    ),
    Example("image-latest", f"{MAIN}.image", task({"image": "nginx"}), task({"image": "nginx:1"})),
    Example(
        "image-latest",
        f"{MAIN}.image",
        task({"image": "localhost:5000/nginx"}),
        task({"image": "nginx@sha256:" + "a" * 64}),
    ),
    Example(
        "image-latest",
        f"{MAIN}.image",
        task({"image": "a/b:latest"}),
        task({"image": "a/b:latest-7"}),
    ),
    Example(
        "image-uppercase",
        f"{MAIN}.image",
        task({"image": "acme/Report:7"}),
        task({"image": "Acme.example/report:V7"}),
    ),
    Example(
        "no-log-configuration",
        f"{MAIN}.logConfiguration",
        task({"logConfiguration": None}),
        task(),
    ),
    Example(
        "plain-secret", f"{MAIN}.environment[0]", environment("DB_PASSWORD"), environment("MONTH")
    ),
    Example(
        "plain-secret",
        f"{MAIN}.environment[0]",
        environment("API_KEY"),
        environment("API_KEY", value=""),
    ),
    Example(
        "duplicate-environment-name",
        f"{MAIN}.environment[1].name",
        task({"environment": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}),
        task({"environment": [{"name": "A", "value": "1"}, {"name": "a", "value": "2"}]}),
    ),
    Example(
        "protocol",
        f"{MAIN}.portMappings[0].protocol",
        task({"portMappings": [{"containerPort": 53, "protocol": "UDP"}]}),
        task({"portMappings": [{"containerPort": 53, "protocol": "udp"}]}),
    ),
    Example(
        "two-protocols",
        f"{MAIN}.portMappings[1]",
        task({"portMappings": [{"containerPort": 53}, {"containerPort": 53, "protocol": "udp"}]}),
        task({"portMappings": [{"containerPort": 53}, {"containerPort": 54, "protocol": "udp"}]}),
    ),
    Example(
        "health-check-word",
        f"{MAIN}.healthCheck.command[0]",
        task({"healthCheck": {"command": ["/check"]}}),
        task({"healthCheck": {"command": ["CMD", "/check"]}}),
    ),
    Example(
        "soft-above-hard",
        f"{MAIN}.ulimits[0].softLimit",
        task({"ulimits": [{"name": "nofile", "softLimit": 3, "hardLimit": 2}]}),
        task({"ulimits": [{"name": "nofile", "softLimit": 3, "hardLimit": -1}]}),
    ),
    Example(
        "splunk-options",
        f"{MAIN}.logConfiguration.options.splunk-url",
        task({"logConfiguration": {"logDriver": "splunk", "options": {"splunk-token": "t"}}}),
        task({
            "logConfiguration": {
                "logDriver": "splunk",
                "options": {"splunk-url": "u"},
                "secretOptions": [{"name": "splunk-token", "valueFrom": "/t"}],
            }
        }),
    ),
    Example(
        "ignored-on-windows",
        f"{MAIN}.user",
        task({"user": "app"}, runtimePlatform=WINDOWS),
        task({"user": "app"}),
    ),
    Example(
        "unknown-member",
        f"{MAIN}.imge",
        task({"imge": "acme/report:8"}),
        task({"imge": None}),
    ),
    Example(
        "unknown-member",
        f"{MAIN}.portMappings[0].containerport",
        task({"portMappings": [{"containerPort": 80, "containerport": 81}]}),
        task({"portMappings": [{"containerPort": 80}]}),
    ),
    Example("unknown-member", "brandNew", task(brandNew={"a": [1]}), task(status="ACTIVE")),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each.rule} {each.path}")
def test_caution_is_earned_by_the_unwise_alone(example: Example) -> None:
    """The unwise definition has this caution and no problem, its relative has neither."""
    found = cautions(example.unwise)
    assert [(caution.rule, caution.path) for caution in found] == [(example.rule, example.path)]
    assert problems(example.unwise) == ()
    assert cautions(example.wise) == ()


def test_every_caution_has_an_example() -> None:
    """No caution is without an example, and no example names an unknown one."""
    assert {example.rule for example in EXAMPLES} == CAUTIONS.keys()


@pytest.mark.parametrize(
    ("definition", "meant"),
    [
        (task({"imge": "a:1"}), "image"),
        (task({"portMappings": [{"containerPort": 80, "containerport": 81}]}), "containerPort"),
        (task(tag=[]), "tags"),
        (task(executionRoleARN="r"), "executionRoleArn"),
    ],
)
def test_unknown_member_is_told_with_the_one_that_was_meant(
    definition: dict[str, Any], meant: str
) -> None:
    """A misspelt name comes with the name that AWS has, however deep it is."""
    (caution,) = cautions(definition)
    assert f"did you mean {meant}?" in caution.message


def test_unlike_name_is_told_without_a_guess() -> None:
    """Where no name is near, none is proposed."""
    (caution,) = cautions(task(brandNew=1))
    assert "did you mean" not in caution.message


def test_cautions_never_show_the_value_of_a_variable() -> None:
    """A secret in plain sight is named, not repeated."""
    for example in EXAMPLES:
        for caution in cautions(example.unwise):
            assert SECRET_VALUE not in repr(caution)
