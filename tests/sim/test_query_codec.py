"""The query protocol: forms are read and XML is written as botocore's model says."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import botocore.parsers
import botocore.session
import pytest

from fargate_kit.sim.codec import AnswerMismatch
from fargate_kit.sim.errors import AwsError, UnsupportedOperation
from fargate_kit.sim.query_codec import QueryCodec
from fargate_kit.sim.request import Request

HEALTH: dict[str, Any] = {
    "TargetHealthDescriptions": [
        {
            "Target": {"Id": "10.0.0.1", "Port": 80},
            "TargetHealth": {"State": "unhealthy", "Description": "<a> & 'b' [404]"},
        },
        {"Target": {"Id": "10.0.0.2"}},
    ]
}


@pytest.fixture
def codec() -> QueryCodec:
    """A strict codec of a service."""
    return QueryCodec("elbv2", strict=True)


def request(fields: dict[str, str], *, query: bool = False) -> Request:
    text = urlencode(fields)
    return Request(
        method="GET" if query else "POST",
        path="/",
        query=text if query else "",
        headers={},
        body=b"" if query else text.encode(),
    )


def read_by_botocore(operation: str, body: bytes) -> dict[str, Any]:
    """Parse an answer as every client of botocore does."""
    model = botocore.session.get_session().get_service_model("elbv2").operation_model(operation)
    parser = botocore.parsers.create_parser("query")
    parsed: dict[str, Any] = parser.parse(
        {"headers": {}, "body": body, "status_code": 200}, model.output_shape
    )
    return parsed


@pytest.mark.parametrize("query", [False, True])
def test_form_is_read_from_body_or_query(codec: QueryCodec, query: bool) -> None:
    """Nested lists keep their order, whatever the order of the fields, and numbers are numbers."""
    fields = {
        "Action": "RegisterTargets",
        "Targets.member.10.Id": "c",
        "Targets.member.2.Id": "b",
        "Targets.member.2.Port": "8080",
        "Targets.member.1.Id": "a&=ü",
        "TargetGroupArn": "arn",
        "Unknown": "x",
    }
    assert codec.decode("RegisterTargets", request(fields, query=query)) == {
        "TargetGroupArn": "arn",
        "Targets": [{"Id": "a&=ü"}, {"Id": "b", "Port": 8080}, {"Id": "c"}],
    }


def test_lists_of_words_and_booleans_are_read(codec: QueryCodec) -> None:
    """Words of an enumeration and booleans are checked; an empty list is an empty list."""
    fields = {"TargetGroupArn": "a", "Include.member.1": "All", "Targets": ""}
    decoded = codec.decode("DescribeTargetHealth", request(fields))
    assert decoded == {"TargetGroupArn": "a", "Include": ["All"], "Targets": []}
    group = {"Name": "web", "HealthCheckEnabled": "true"}
    assert codec.decode("CreateTargetGroup", request(group))["HealthCheckEnabled"] is True
    with pytest.raises(AwsError, match="true or false"):
        codec.decode("CreateTargetGroup", request({**group, "HealthCheckEnabled": "yes"}))


def test_maps_are_read(codec: QueryCodec) -> None:
    """A map comes as numbered pairs; a key without a value is refused."""
    config = "DefaultActions.member.1.AuthenticateCognitoConfig"
    extra = f"{config}.AuthenticationRequestExtraParams.entry"
    fields = {
        "LoadBalancerArn": "a",
        "DefaultActions.member.1.Type": "authenticate-cognito",
        f"{config}.UserPoolArn": "p",
        f"{config}.UserPoolClientId": "c",
        f"{config}.UserPoolDomain": "d",
        f"{extra}.2.key": "prompt",
        f"{extra}.2.value": "login",
        f"{extra}.1.key": "display",
        f"{extra}.1.value": "page",
    }
    (action,) = codec.decode("CreateListener", request(fields))["DefaultActions"]
    params = action["AuthenticateCognitoConfig"]["AuthenticationRequestExtraParams"]
    assert params == {"display": "page", "prompt": "login"}
    del fields[f"{extra}.2.value"]
    with pytest.raises(AwsError, match="must not be null"):
        codec.decode("CreateListener", request(fields))


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "Value null at 'targetGroupArn'"),
        ({"TargetGroupArn": "a"}, "Value null at 'targets'"),
        ({"TargetGroupArn": "a", "Targets.member.1.Port": "1"}, "'targets.1.member.id'"),
        (
            {"TargetGroupArn": "a", "Targets.member.1.Id": "x", "Targets.member.1.Port": "0"},
            "Value '0' at 'targets.1.member.port' failed to satisfy constraint: Member must have "
            "value greater than or equal to 1",
        ),
        (
            {"TargetGroupArn": "a", "Targets.member.1.Id": "x", "Targets.member.1.Port": "1x"},
            "Member must be a number",
        ),
    ],
)
def test_wrong_form_is_refused(codec: QueryCodec, fields: dict[str, str], text: str) -> None:
    """What is missing or out of its range is named, with AWS's code."""
    with pytest.raises(AwsError) as caught:
        codec.decode("RegisterTargets", request(fields))
    assert caught.value.code == "ValidationError"
    assert text in caught.value.message


def test_answer_is_read_back_by_botocore(codec: QueryCodec) -> None:
    """An answer comes out of botocore's parser as it went in, with the id of the request."""
    body = codec.encode("DescribeTargetHealth", HEALTH, "id-7")
    parsed = read_by_botocore("DescribeTargetHealth", body)
    assert parsed.pop("ResponseMetadata")["RequestId"] == "id-7"
    assert parsed == HEALTH
    assert b'xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"' in body


def test_empty_answer_has_its_wrapper(codec: QueryCodec) -> None:
    """An answer without members is the empty result, which clients look for."""
    body = codec.encode("RegisterTargets", {}, "id-7")
    assert b"<RegisterTargetsResult></RegisterTargetsResult>" in body
    assert read_by_botocore("RegisterTargets", body)["ResponseMetadata"]["RequestId"] == "id-7"


@pytest.mark.parametrize(
    "answer",
    [
        {"Nonsense": 1},
        {"TargetHealthDescriptions": "x"},
        {"TargetHealthDescriptions": [{"HealthCheckPort": 80}]},
        {"TargetHealthDescriptions": [{"Target": {"Port": "80"}}]},
    ],
)
def test_strict_codec_writes_nothing_that_the_model_does_not_know(
    codec: QueryCodec, answer: dict[str, Any]
) -> None:
    """A slip of the simulator is found by its tests, and left out for its users."""
    with pytest.raises(AnswerMismatch):
        codec.encode("DescribeTargetHealth", answer, "id-7")


def test_lenient_codec_leaves_out_what_the_model_does_not_know() -> None:
    """A member that the model has not got is not written."""
    body = QueryCodec("elbv2").encode("DescribeTargetHealth", {**HEALTH, "Nonsense": 1}, "id-7")
    assert b"Nonsense" not in body


def test_operation_that_the_model_does_not_know_is_refused(codec: QueryCodec) -> None:
    """Such an operation is not simulated, whatever its form."""
    with pytest.raises(UnsupportedOperation, match="elbv2 Fly"):
        codec.decode("Fly", request({}))
