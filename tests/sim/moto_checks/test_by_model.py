"""What botocore's models say of requests to moto: read in every protocol, and held against them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from asking import SIGNED, Asking, refused

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.moto_checks.asked import Asked, read_asked
from fargate_kit.sim.moto_checks.by_model import CODES, check_by_model
from fargate_kit.sim.request import Request, route

VERSIONS = {"cloudwatch": "2010-08-01", "ec2": "2016-11-15", "elbv2": "2015-12-01"}
VERSIONS |= {"iam": "2010-05-08", "sts": "2011-06-15"}


def form(service: str, operation: str, **fields: str) -> Request:
    """Write a request of a query protocol."""
    body = urlencode({"Action": operation, "Version": VERSIONS[service], **fields}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Request(method="POST", path="/", query="", headers=headers, body=body)


def in_json(target: str, body: bytes) -> Request:
    """Write a request of the JSON protocol."""
    return Request(method="POST", path="/", query="", headers={"x-amz-target": target}, body=body)


def read(request: Request) -> Asked:
    """Read a request."""
    return read_asked(request, route(request))


def broken(service: str, operation: str, **params: Any) -> str:
    """Tell how a request is refused."""
    asked = Asked(service=service, operation=operation, region="us-east-1", params=params)
    with pytest.raises(AwsError) as refusal:
        check_by_model(asked)
    assert refusal.value.code == CODES[service]
    return refusal.value.message


@pytest.mark.parametrize(
    ("request_", "params"),
    [
        (
            form(
                "elbv2",
                "CreateListener",
                **{
                    "LoadBalancerArn": "arn",
                    "Port": "80",
                    "DefaultActions.member.2.Type": "b",
                    "DefaultActions.member.1.Type": "a",
                    "DefaultActions.member.1.ForwardConfig.TargetGroups.member.1.Weight": "x",
                    "Nothing.member.1": "unknown",
                },
            ),
            {
                "LoadBalancerArn": "arn",
                "Port": 80,
                "DefaultActions": [
                    {"Type": "a", "ForwardConfig": {"TargetGroups": [{"Weight": "x"}]}},
                    {"Type": "b"},
                ],
            },
        ),
        (form("elbv2", "DescribeListeners", ListenerArns=""), {"ListenerArns": []}),
        (
            form(
                "ec2",
                "DescribeSubnets",
                **{
                    "DryRun": "false",
                    "MaxResults": "5",
                    "SubnetId.1": "subnet-1",
                    "Filter.1.Name": "vpc-id",
                    "Filter.1.Value.1": "a",
                    "Filter.1.Value.2": "b",
                },
            ),
            {
                "DryRun": False,
                "MaxResults": 5,
                "SubnetIds": ["subnet-1"],
                "Filters": [{"Name": "vpc-id", "Values": ["a", "b"]}],
            },
        ),
        (
            form("ec2", "CreateNatGateway", SubnetId="s", PrivateIpAddress="1"),
            {"SubnetId": "s", "PrivateIpAddress": "1"},
        ),
        (
            form("cloudwatch", "PutMetricAlarm", Threshold="1e3", ActionsEnabled="TRUE"),
            {"Threshold": 1000.0, "ActionsEnabled": True},
        ),
        (form("iam", "ListRoles", MaxItems="1_0"), {"MaxItems": "1_0"}),
        (
            in_json("AmazonSSM.PutParameter", b'{"Name": "n", "Overwrite": true, "No": 1}'),
            {"Name": "n", "Overwrite": True},
        ),
        (in_json("Logs_20140328.DescribeLogGroups", b""), {}),
        (in_json("Logs_20140328.NoSuchOperation", b"{}"), {}),
        (
            Request(
                method="GET",
                path="/schedules/a%20b",
                query="groupName=g",
                headers={"authorization": SIGNED.format(scope="scheduler")},
                body=b"",
            ),
            {"Name": "a b", "GroupName": "g"},
        ),
        (
            Request(
                method="PUT",
                path="/schedules/s",
                query="",
                headers={"authorization": SIGNED.format(scope="scheduler")},
                body=b'{"GroupName": null, "FlexibleTimeWindow": {"Mode": "OFF"}, "Name": "no"}',
            ),
            {"Name": "s", "FlexibleTimeWindow": {"Mode": "OFF"}},
        ),
    ],
)
def test_requests_are_read(request_: Request, params: Mapping[str, Any]) -> None:
    """A request is read by the names of the model; what the model does not know is left out."""
    assert read(request_).params == params


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"7",
        b'{"Names": "n"}',
        b'{"Names": [1]}',
        b'{"Names": ["n"], "WithDecryption": "yes"}',
        b"[" * 100_000,
    ],
)
def test_json_that_does_not_fit_is_refused(body: bytes) -> None:
    """A body that is no JSON, or has members of other types, is a SerializationException."""
    with pytest.raises(AwsError) as refusal:
        read(in_json("AmazonSSM.GetParameters", body))
    assert refusal.value.code == "SerializationException"


@pytest.mark.parametrize(
    ("service", "operation", "params", "told"),
    [
        (
            "iam",
            "CreateRole",
            {"RoleName": "a b", "AssumeRolePolicyDocument": "{}"},
            r"Value 'a b' at 'roleName' failed to satisfy constraint: Member must satisfy "
            r"regular expression pattern: [\w+=,.@-]+",
        ),
        (
            "elbv2",
            "CreateListener",
            {"LoadBalancerArn": "a", "Port": 0, "DefaultActions": [{"Type": "x"}]},
            "2 validation errors detected: Value '0' at 'port' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1; Value 'x' at "
            "'defaultActions.1.member.type' failed to satisfy constraint: Member must satisfy "
            "enum value set: [forward, ",
        ),
        ("elbv2", "DescribeLoadBalancers", {"PageSize": "x"}, "Member must be a number"),
        ("cloudwatch", "PutMetricAlarm", {"AlarmName": "a", "ActionsEnabled": "x"}, "true or fal"),
        ("sts", "AssumeRole", {"RoleArn": "a" * 20}, "Value null at 'roleSessionName'"),
        ("ssm", "GetParameters", {"Names": []}, "Value '[]' at 'names'"),
        (
            "secretsmanager",
            "CreateSecret",
            {"Name": "n", "SecretString": ""},
            "1 validation error detected: Value at 'secretString' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        ),
        (
            "logs",
            "CreateLogGroup",
            {"logGroupName": "g", "tags": {str(number): "v" for number in range(51)}},
            "at 'tags' failed to satisfy constraint: Member must have length less than or equal",
        ),
        (
            "cloudwatch",
            "GetMetricStatistics",
            {
                "Namespace": "n",
                "MetricName": "m",
                "StartTime": "2026-13-01T00:00:00Z",
                "EndTime": "2026-12-01T00:00:00Z",
                "Period": 60,
            },
            "1 validation error detected: Value '2026-13-01T00:00:00Z' at 'startTime'",
        ),
    ],
)
def test_what_the_model_forbids_is_refused(
    service: str, operation: str, params: dict[str, Any], told: str
) -> None:
    """Every member that breaks a constraint is named with the value, the path and the rule."""
    assert told in broken(service, operation, **params)


def test_long_values_are_not_told_in_full() -> None:
    """A refusal stays short, however long the value is."""
    assert len(broken("ssm", "GetParameter", Name="x" * 100_000)) < 2_000


def test_patterns_of_unicode_categories_are_left_out() -> None:
    """A pattern that Python cannot read forbids nothing."""
    tags = [{"Key": "Größe?", "Value": "✓"}]
    asked = Asked(
        service="elbv2",
        operation="AddTags",
        region="us-east-1",
        params={"ResourceArns": ["a"], "Tags": tags},
    )
    check_by_model(asked)


def test_other_services_are_not_held_against_the_model(asking: Asking) -> None:
    """EC2 has rules of its own for what is missing; nothing is said of it by the model."""
    assert "ec2" not in CODES
    asked = Asked(service="ec2", operation="RunInstances", region="us-east-1", params={})
    check_by_model(asked)


def test_a_refusal_is_answered_in_the_protocol_of_the_client(asking: Asking) -> None:
    """The same refusal is XML for a client of the query protocol, and JSON for one of JSON."""
    in_xml = asking.account.answer(form("cloudwatch", "PutMetricAlarm", AlarmName=""))
    assert in_xml.status == 400
    assert b"<Code>ValidationError</Code>" in in_xml.body
    body = json.dumps({"AlarmName": ""}).encode()
    as_json = asking.account.answer(in_json("GraniteServiceVersion20100801.PutMetricAlarm", body))
    assert refused(as_json).code == "ValidationError"
