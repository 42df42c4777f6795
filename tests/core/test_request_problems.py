"""What botocore will not send is told as problems with paths, and no value is repeated."""

from __future__ import annotations

import traceback
from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from fargate_kit import Connection, ContainerSpec, InvalidSpec, TaskSpec
from fargate_kit.core.request_problems import request_problems

SECRET = "hunter2\nInvalid hunter2"
SPEC = TaskSpec(
    family="job", cpu=256, memory=512, containers=[ContainerSpec(name="main", image="acme/main:1")]
)


def told(
    request: dict[str, Any], operation: str = "RegisterTaskDefinition", *, service: str = "ecs"
) -> dict[str, str]:
    """Return the messages about a request by their paths, as the installed botocore finds them."""
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    report = ParamValidator().validate(request, model.input_shape).generate_report()
    found = request_problems(report, f"ecs:{operation}")
    return {problem.path: problem.message for problem in found}


def request(**container: Any) -> dict[str, Any]:
    return {"family": "job", "containerDefinitions": [container]}


def test_unknown_member_is_told_with_the_one_that_was_meant() -> None:
    """A slip of the pen has its path, the right name, and no list of all names."""
    messages = told(request(imge="a") | {"famly": "b"})
    assert messages.keys() == {"containerDefinitions[0].imge", "famly"}
    assert "did you mean image?" in messages["containerDefinitions[0].imge"]
    assert "did you mean family?" in messages["famly"]
    assert all(len(message) < 250 for message in messages.values())


def test_unknown_member_that_is_like_none_says_what_to_install() -> None:
    """What may be newer than botocore comes with that way out."""
    (message,) = told(request(brandNew=1)).values()
    assert "did you mean" not in message
    assert "newer aiobotocore" in message


def test_every_kind_of_report_is_read() -> None:
    """Missing members, wrong types and short values have their paths too."""
    messages = told(request(cpu="x", secrets=[{"name": "A"}], command=[None]))
    assert messages == {
        "containerDefinitions[0].cpu": (
            "containerDefinitions[0].cpu: given a Python str; allowed: int; "
            "give one of these types."
        ),
        "containerDefinitions[0].secrets[0].valueFrom": (
            "containerDefinitions[0].secrets[0].valueFrom: given nothing; allowed: a value; "
            "AWS requires it."
        ),
        "containerDefinitions[0].command[0]": (
            "containerDefinitions[0].command[0]: given None; allowed: str; give one of these types."
        ),
    }
    short = told({"logGroupName": ""}, "CreateLogGroup", service="logs")
    assert "a length of at least 1" in short["logGroupName"]


def test_values_are_not_repeated() -> None:
    """A secret of a wrong type is not in the message, even one of several lines."""
    messages = told(request(environment=[{"name": "A", "value": [SECRET]}], image={"a": SECRET}))
    assert len(messages) >= 2
    assert "hunter2" not in "".join(messages.values())


def test_unknown_report_is_kept_without_its_value() -> None:
    """A report in words that nobody knows yet is told up to its value."""
    (problem,) = request_problems(f"Odd parameter a, value: {SECRET}", "ecs:RunTask")
    assert problem.path == "ecs:RunTask"
    assert "Odd parameter a" in problem.message
    assert "hunter2" not in problem.message


async def test_register_refuses_what_botocore_does_not_know(aws: Connection) -> None:
    """An unknown member passes the check with a caution, and register tells it with its path."""
    spec = replace(SPEC, extra={"brandNew": {"password": SECRET}})
    assert [caution.path for caution in spec.check().cautions()].count("brandNew") == 1
    with pytest.raises(InvalidSpec) as refused:
        await aws.register(spec)
    assert [problem.path for problem in refused.value.problems] == ["brandNew"]
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))
    assert aws.calls["ecs:RegisterTaskDefinition"] == 1
