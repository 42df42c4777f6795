"""Bodies are read and written by botocore's model, and refusals in every protocol."""

from __future__ import annotations

import contextlib
import json
from typing import Any
from xml.etree import ElementTree

import botocore.session
import pytest
from botocore import parsers
from hypothesis import given
from hypothesis import strategies as st

from fargate_kit.sim.codec import AnswerMismatch, Codec, encode_error
from fargate_kit.sim.errors import AwsError, UnsupportedOperation
from fargate_kit.sim.request import Protocol, Route

CODEC = Codec("ecs", strict=True)
LOOSE = Codec("ecs")
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([
                "tasks",
                "cluster",
                "overrides",
                "containerOverrides",
                "tags",
                "count",
            ]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


def decode(operation: str, **members: Any) -> dict[str, Any]:
    """Decode a request given as members."""
    return CODEC.decode(operation, json.dumps(members).encode())


def test_a_request_is_read_as_it_is() -> None:
    """Structures, lists, maps and scalars of the model come through unchanged."""
    sent = {
        "taskDefinition": "web:1",
        "count": 2,
        "enableExecuteCommand": True,
        "overrides": {"containerOverrides": [{"name": "main", "command": ["a", "b"]}]},
        "tags": [{"key": "a", "value": "b"}],
    }
    assert decode("RunTask", **sent) == sent
    assert CODEC.decode("ListClusters", b"") == {}


def test_members_that_the_model_does_not_have_are_left_out() -> None:
    """What AWS would ignore is ignored, at every depth, and null means absent."""
    seen = decode(
        "RunTask",
        taskDefinition="web",
        colour="red",
        group=None,
        overrides={"containerOverrides": [{"name": "main", "mood": "good"}]},
    )
    assert seen == {
        "taskDefinition": "web",
        "overrides": {"containerOverrides": [{"name": "main"}]},
    }


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"taskDefinition": 7}, "Expected string for taskDefinition, but got number"),
        ({"taskDefinition": "x", "count": "2"}, "Expected integer for count, but got string"),
        ({"taskDefinition": "x", "count": True}, "Expected integer for count, but got boolean"),
        ({"taskDefinition": "x", "count": 1.5}, "Expected integer for count, but got number"),
        ({"taskDefinition": "x", "tags": {}}, "Expected list for tags, but got structure"),
        (
            {"taskDefinition": "x", "tags": ["a"]},
            r"Expected structure for tags\[0\], but got string",
        ),
        (
            {"taskDefinition": "x", "overrides": {"containerOverrides": [{"command": [1]}]}},
            r"Expected string for overrides\.containerOverrides\[0\]\.command\[0\]",
        ),
    ],
)
def test_a_wrong_type_is_refused_with_its_place(members: dict[str, Any], place: str) -> None:
    """The error names the member and what it should be."""
    with pytest.raises(AwsError, match=place) as refused:
        decode("RunTask", **members)
    assert (refused.value.code, refused.value.status) == ("SerializationException", 400)


def test_a_missing_member_is_refused_with_its_place() -> None:
    """What the model requires must be there, inside lists too."""
    with pytest.raises(AwsError, match="Missing required member: taskDefinition") as refused:
        decode("RunTask")
    assert refused.value.code == "InvalidParameterException"
    strategy = [{"base": 1}]
    with pytest.raises(AwsError, match=r"capacityProviderStrategy\[0\]\.capacityProvider"):
        decode("RunTask", taskDefinition="web", capacityProviderStrategy=strategy)


@pytest.mark.parametrize("body", [b"{", b"tasks=1", b"\xff\xfe", b"[]", b"null", b"7"])
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    """Neither broken JSON nor another kind of value is a request."""
    with pytest.raises(AwsError) as refused:
        CODEC.decode("ListTasks", body)
    assert refused.value.code == "SerializationException"


def test_an_unknown_operation_is_unsupported() -> None:
    """An operation that the model does not have is named."""
    with pytest.raises(UnsupportedOperation, match="ecs BakeBread is not simulated"):
        CODEC.decode("BakeBread", b"{}")


@given(JSON_VALUES)
def test_any_json_is_read_or_refused(value: Any) -> None:
    """Whatever a client sends is a request or an error of AWS, and never a failure."""
    for operation in ("RunTask", "DescribeTasks", "PutAccountSetting"):
        with contextlib.suppress(AwsError):
            assert isinstance(CODEC.decode(operation, json.dumps(value).encode()), dict)


def test_an_answer_is_compact_json() -> None:
    """What ECS answers is written without spaces, numbers as numbers."""
    answer = {"tasks": [{"taskArn": "arn", "createdAt": 1_800_000_000.25, "version": 3}]}
    assert CODEC.encode("DescribeTasks", answer) == (
        b'{"tasks":[{"taskArn":"arn","createdAt":1800000000.25,"version":3}]}'
    )


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"task": []}, "no member 'task'"),
        ({"tasks": [{"arn": "x"}]}, r"DescribeTasks\.tasks\[0\] has no member 'arn'"),
        ({"tasks": {}}, "tasks must be a list"),
        ({"tasks": [{"createdAt": "today"}]}, "createdAt must be a timestamp"),
        ({"tasks": [{"version": True}]}, "version must be a long"),
        ({"tasks": [{"cpu": 256}]}, "cpu must be a string"),
        ({"tasks": [{"startedBy": None}]}, "startedBy must be a string, not None"),
    ],
)
def test_a_strict_codec_raises_on_what_the_model_does_not_know(
    answer: dict[str, Any], text: str
) -> None:
    """In tests an answer that botocore would misread is an error that names the place."""
    with pytest.raises(AnswerMismatch, match=text):
        CODEC.encode("DescribeTasks", answer)
    assert json.loads(LOOSE.encode("DescribeTasks", answer)) == answer


def test_an_answer_without_output_shape_is_empty() -> None:
    """TagResource answers an empty structure, and nothing else fits."""
    assert CODEC.encode("TagResource", {}) == b"{}"
    with pytest.raises(AnswerMismatch):
        CODEC.encode("TagResource", {"done": True})


@pytest.mark.parametrize(
    ("service", "protocol", "operation"),
    [
        ("ecs", Protocol.JSON, "RunTask"),
        ("elbv2", Protocol.QUERY, "DescribeLoadBalancers"),
        ("ec2", Protocol.EC2, "DescribeVpcs"),
        ("s3", Protocol.REST_XML, "GetObject"),
        ("route53", Protocol.REST_XML, "ListHostedZones"),
        ("lambda", Protocol.REST_JSON, "ListFunctions"),
        ("cloudwatch", Protocol.CBOR, "ListMetrics"),
    ],
)
def test_refusals_are_read_by_botocore(service: str, protocol: Protocol, operation: str) -> None:
    """Code, message and request id arrive in every protocol, whatever characters they have."""
    message = 'Märchen <tag> & "quotes" ' + "long " * 80
    target = Route(
        service=service,
        operation=operation,
        region="us-east-1",
        protocol=protocol,
        signed=True,
        scope=service,
    )
    response = encode_error(AwsError("UnsupportedOperation", message), target, "4f-request")
    assert (response.status, response.headers["x-amzn-requestid"]) == (400, "4f-request")
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    parsed = parsers.create_parser(protocol).parse(
        {"status_code": 400, "headers": dict(response.headers), "body": response.body},
        model.output_shape,
    )
    assert parsed["Error"]["Code"] == "UnsupportedOperation"
    assert parsed["Error"]["Message"] == message
    head = encode_error(AwsError("NoSuchKey", message), target, "4f-request", head=True)
    assert head.body == b""


@pytest.mark.parametrize("protocol", [Protocol.QUERY, Protocol.EC2, Protocol.REST_XML])
def test_refusals_in_xml_are_xml_whatever_was_sent(protocol: Protocol) -> None:
    """Characters that XML has no place for are replaced in the text of an error."""
    target = Route(
        service="iam",
        operation="GetRole",
        region="us-east-1",
        protocol=protocol,
        signed=True,
        scope="iam",
    )
    body = encode_error(AwsError("Bad", "a\x01\ud800\x0b<b>\n"), target, "id").body
    assert "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}<b>\n" in {
        element.text
        for element in ElementTree.fromstring(body).iter()  # noqa: S314 - our own answer
    }


def test_members_of_an_error_are_written() -> None:
    """What the shape of an error adds comes with it."""
    target = Route(
        service="ecs",
        operation="RunTask",
        region="us-east-1",
        protocol=Protocol.JSON,
        signed=True,
        scope="ecs",
    )
    error = AwsError("ConflictException", "in use", status=400, resourceIds=["arn:1"])
    assert json.loads(encode_error(error, target, "id").body) == {
        "__type": "ConflictException",
        "message": "in use",
        "resourceIds": ["arn:1"],
    }
