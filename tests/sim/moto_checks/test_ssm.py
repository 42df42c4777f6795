"""What Parameter Store refuses and moto would take or break on."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from asking import Asking

VALIDATION, RESOURCE = "ValidationException", "InvalidResourceId"
TOKEN = "InvalidNextToken"
NAME = "Parameter name: can't be prefixed"


@pytest.fixture
def ssm(asking: Asking) -> Asking:
    """An account with a parameter `/a/p` of type String."""
    asking.call("ssm", "PutParameter", **parameter())
    return asking


def parameter(**changes: Any) -> dict[str, Any]:
    """Give the members of a valid parameter, changed."""
    return {"Name": "/a/p", "Value": "v", "Type": "String", **changes}


def put(**changes: Any) -> tuple[str, dict[str, Any]]:
    """Give a request that puts another parameter, changed."""
    return "PutParameter", parameter(**{"Name": "q", **changes})


@pytest.mark.parametrize(
    ("request_", "code", "told"),
    [
        (put(Name="a b"), VALIDATION, NAME),
        (put(Name="a/b"), VALIDATION, "must be a fully qualified name"),
        (put(Name=""), VALIDATION, "'name'"),
        (put(Name="/x" * 16), "HierarchyLevelLimitExceededException", "15 levels"),
        (put(Type="Text"), VALIDATION, "enum value set: [String, StringList, SecureString]"),
        (put(Value="x" * 4097), VALIDATION, "Standard tier"),
        (put(Value="x" * 8193, Tier="Advanced"), VALIDATION, "Advanced tier"),
        (put(Value="{{ssm:other}}"), VALIDATION, 'Do not use "{{}}"'),
        (put(KeyId="key"), VALIDATION, "KeyId is required for SecureString"),
        (
            put(Name="/a/p", Type="SecureString", Overwrite=True),
            "HierarchyTypeMismatchException",
            "changing a parameter type",
        ),
        (("GetParameter", {"Name": "a b"}), VALIDATION, NAME),
        (("GetParameter", {"Name": "a/p"}), VALIDATION, NAME),
        (("GetParameter", {"Name": "no"}), "ParameterNotFound", ""),
        (("GetParametersByPath", {"Path": "a"}), VALIDATION, "must begin with a forward slash"),
        (("GetParametersByPath", {"Path": "/a", "NextToken": "x"}), TOKEN, "token"),
        (("GetParametersByPath", {"Path": "/a", "MaxResults": 11}), VALIDATION, "'maxResults'"),
        (("DescribeParameters", {"NextToken": "x"}), TOKEN, "token"),
        (("DescribeParameters", {"NextToken": "9" * 100}), TOKEN, "token"),
        (("GetParameterHistory", {"Name": "/a/p", "NextToken": "x"}), TOKEN, "token"),
        (("GetParameterHistory", {"Name": "no"}), "ParameterNotFound", "no"),
        (("LabelParameterVersion", {"Name": "no", "Labels": ["a"]}), "ParameterNotFound", "no"),
        (
            ("ListTagsForResource", {"ResourceType": "Parameter", "ResourceId": "no"}),
            RESOURCE,
            "resource ID",
        ),
        (
            (
                "AddTagsToResource",
                {"ResourceType": "Parameter", "ResourceId": "no", "Tags": []},
            ),
            RESOURCE,
            "resource ID",
        ),
    ],
)
def test_parameter_refused(
    ssm: Asking, request_: tuple[str, dict[str, Any]], code: str, told: str
) -> None:
    """A request that Parameter Store refuses gets its error, and changes nothing."""
    before = ssm.call("ssm", "DescribeParameters")
    refusal = ssm.refused("ssm", request_[0], **request_[1])
    assert (refusal.code, refusal.status) == (code, 400)
    assert told in refusal.message
    assert ssm.call("ssm", "DescribeParameters") == before


def test_parameters_that_are_taken(ssm: Asking) -> None:
    """Parameters of every type are put, overwritten, found by version and ARN, and paged."""
    ssm.call("ssm", "PutParameter", **parameter(Value="w", Overwrite=True))
    ssm.call("ssm", "PutParameter", **put(Type="SecureString", KeyId="alias/aws/ssm")[1])
    ssm.call("ssm", "PutParameter", **put(Name="big", Value="x" * 8192, Tier="Advanced")[1])
    big = put(Name="big", Value="y" * 8192, Overwrite=True)[1]
    ssm.call("ssm", "PutParameter", **big)
    assert ssm.call("ssm", "GetParameter", Name="/a/p:1")["Parameter"]["Value"] == "v"
    arn = ssm.call("ssm", "GetParameter", Name="/a/p")["Parameter"]["ARN"]
    assert ssm.call("ssm", "GetParameter", Name=arn)["Parameter"]["Value"] == "w"
    ssm.call("ssm", "PutParameter", **put(Name="/b")[1])
    below: dict[str, Any] = {"Path": "/", "Recursive": True, "MaxResults": 1}
    page = ssm.call("ssm", "GetParametersByPath", **below)
    rest = ssm.call("ssm", "GetParametersByPath", **below, NextToken=page["NextToken"])
    assert page["Parameters"][0]["Name"] != rest["Parameters"][0]["Name"]
    tags = [{"Key": "a", "Value": "b"}]
    named = {"ResourceType": "Parameter", "ResourceId": "/a/p"}
    ssm.call("ssm", "AddTagsToResource", **named, Tags=tags)
    assert ssm.call("ssm", "ListTagsForResource", **named)["TagList"] == tags


def test_public_parameters_are_not_described(ssm: Asking) -> None:
    """What AWS publishes is found by its name or path, and never described."""
    path = "/aws/service/global-infrastructure/regions"
    assert ssm.call("ssm", "GetParametersByPath", Path=path)["Parameters"]
    (own,) = ssm.call("ssm", "DescribeParameters")["Parameters"]
    assert own["Name"] == "/a/p"


def test_descriptions_are_in_pages_of_the_asked_length(ssm: Asking) -> None:
    """Every parameter is described once, in pages of 1 to 50, and the last has no token."""
    names = {"/a/p", *(f"/b/{number}" for number in range(12))}
    for name in names - {"/a/p"}:
        ssm.call("ssm", "PutParameter", **parameter(Name=name))
    assert len(ssm.call("ssm", "DescribeParameters", MaxResults=50)["Parameters"]) == 13
    seen: list[str] = []
    token: dict[str, str] = {}
    for expected in (4, 4, 4, 1):
        page = ssm.call("ssm", "DescribeParameters", MaxResults=4, **token)
        assert len(page["Parameters"]) == expected
        seen += [one["Name"] for one in page["Parameters"]]
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
    assert (set(seen), len(seen), token) == (names, 13, {})


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"Values": ["text"]}, ["/a/p"]),
        ({"Values": ["aws:ec2:image"]}, []),
        ({"Option": "BeginsWith", "Values": ["te"]}, ["/a/p"]),
    ],
)
def test_parameters_are_found_by_their_data_type(
    ssm: Asking, asked: dict[str, Any], found: list[str]
) -> None:
    """A filter of the data type leaves out what is of another one."""
    told = ssm.call("ssm", "DescribeParameters", ParameterFilters=[{"Key": "DataType", **asked}])
    assert [one["Name"] for one in told["Parameters"]] == found


def test_moto_itself_stays_as_it_is(ssm: Asking) -> None:
    """A backend of moto that is not the simulator's answers as moto has it."""
    responses = importlib.import_module("moto.ssm.responses")
    backend = importlib.import_module("moto.ssm.models").ssm_backends["111122225555"]["us-east-1"]
    response = responses.SimpleSystemManagerResponse()
    response.current_account, response.region = "111122225555", "us-east-1"
    response._get_param = {"MaxResults": 1}.get
    backend.get_parameters_by_path("/aws/service/global-infrastructure/regions", recursive=False)
    assert len(response.describe_parameters().result["Parameters"]) == 10
