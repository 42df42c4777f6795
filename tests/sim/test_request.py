"""A request finds its service, operation and region, however a client writes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore import UNSIGNED, xform_name
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.request import Protocol as Wire
from fargate_kit.sim.request import Request, Response, check_region, route


class ClientTo(Protocol):
    """As in conftest.py."""

    def __call__(
        self, answer: Callable[[Request], Response], service: str, region: str = "us-east-1"
    ) -> Any:
        """Make one."""
        ...


class Seen(Exception):
    """Carries a request out of a client."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.request = request


def raise_seen(request: Request) -> Response:
    """Answer nothing, and give the request to the test."""
    raise Seen(request)


def request(**changes: Any) -> Request:
    """A bare request with some parts of it changed."""
    values: dict[str, Any] = {
        "method": "POST",
        "path": "/",
        "query": "",
        "headers": {},
        "body": b"",
    }
    return Request(**values | changes)


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "wire"),
    [
        ("ecs", "RunTask", {"taskDefinition": "web"}, Wire.JSON),
        ("ecs", "DescribeTasks", {"tasks": ["4f"]}, Wire.JSON),
        ("logs", "GetLogEvents", {"logGroupName": "g", "logStreamName": "s"}, Wire.JSON),
        ("application-autoscaling", "DescribeScalingPolicies", {"ServiceNamespace": "ecs"}, "json"),
        ("ecr", "DescribeRepositories", {}, Wire.JSON),
        ("ssm", "GetParameter", {"Name": "x"}, Wire.JSON),
        ("ec2", "DescribeSubnets", {"SubnetIds": ["subnet-1"]}, Wire.EC2),
        ("iam", "GetRole", {"RoleName": "x"}, Wire.QUERY),
        ("sts", "GetCallerIdentity", {}, Wire.QUERY),
        ("elbv2", "DescribeTargetHealth", {"TargetGroupArn": "arn"}, Wire.QUERY),
        ("elb", "DescribeLoadBalancers", {}, Wire.QUERY),
        ("cloudwatch", "DescribeAlarms", {}, Wire.JSON),
        ("s3", "ListBuckets", {}, Wire.REST_XML),
        ("s3", "GetObject", {"Bucket": "demo", "Key": "a/b c/d"}, Wire.REST_XML),
        ("s3", "GetObjectTagging", {"Bucket": "demo", "Key": "a"}, Wire.REST_XML),
        ("s3", "ListObjectsV2", {"Bucket": "demo"}, Wire.REST_XML),
        ("s3", "GetBucketLifecycleConfiguration", {"Bucket": "demo"}, Wire.REST_XML),
        ("route53", "ListHostedZones", {}, Wire.REST_XML),
        ("lambda", "GetFunctionConfiguration", {"FunctionName": "f"}, Wire.REST_JSON),
        ("lambda", "ListFunctions", {}, Wire.REST_JSON),
        ("efs", "DescribeMountTargets", {"FileSystemId": "fs-1"}, Wire.REST_JSON),
        ("sesv2", "ListContacts", {"ContactListName": "x"}, Wire.REST_JSON),
    ],
)
def test_requests_of_botocore_are_understood(
    client_to: ClientTo, service: str, operation: str, arguments: dict[str, Any], wire: str
) -> None:
    """Service, operation, region and protocol are those of the client that sent it."""
    with pytest.raises(Seen) as seen:
        getattr(client_to(raise_seen, service, "eu-west-1"), xform_name(operation))(**arguments)
    found = route(seen.value.request)
    assert (found.service, found.operation, found.protocol) == (service, operation, wire)
    assert found.signed
    region = "us-east-1" if service in {"iam", "route53"} else "eu-west-1"
    assert found.region == region


@pytest.mark.parametrize("service", ["s3", "lambda", "efs", "route53"])
def test_every_operation_of_a_rest_service_is_told_apart(service: str) -> None:
    """Methods, paths, queries and headers of all operations lead back to their names."""
    model = botocore.session.get_session().get_service_model(service)
    wrong = {}
    for operation in map(model.operation_model, model.operation_names):
        if operation.deprecated:
            continue
        path, _, query = operation.http["requestUri"].partition("?")
        path = re.sub(r"\{[^}]*\+\}", "a/b", path)
        headers = {"authorization": f"Credential=A/1/us-east-1/{service}/aws4_request"}
        shape = operation.input_shape
        for member in shape.required_members if shape is not None else ():
            written = shape.members[member].serialization
            if written.get("location") == "querystring":
                query += f"&{written['name']}=x"
            elif written.get("location") == "header":
                headers[written["name"].lower()] = "x"
        sent = request(
            method=operation.http["method"],
            path=re.sub(r"\{[^}]*\}", "demo", path),
            query=query,
            headers=headers,
        )
        if route(sent).operation != operation.name:
            wrong[operation.name] = route(sent).operation
    # Only the host tells these two apart.
    assert wrong == ({"ListDirectoryBuckets": "ListBuckets"} if service == "s3" else {})


def test_an_unsigned_request_goes_to_the_default_region() -> None:
    """Who uses curl needs no signature: the target or the API version tells the service."""
    ecs = request(headers={"x-amz-target": "AmazonEC2ContainerServiceV20141113.ListClusters"})
    found = route(ecs, "eu-central-1")
    assert (found.service, found.operation, found.region, found.signed) == (
        "ecs",
        "ListClusters",
        "eu-central-1",
        False,
    )
    logs = request(headers={"x-amz-target": "Logs_20140328.DescribeLogGroups"})
    assert route(logs).service == "logs"
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    groups = request(headers=form, body=b"Version=2015-12-01&Action=DescribeTargetGroups")
    assert (route(groups).service, route(groups).scope) == ("elbv2", "elasticloadbalancing")
    regions = request(method="GET", query="Action=DescribeRegions&Version=2016-11-15")
    assert (route(regions).service, route(regions).operation) == ("ec2", "DescribeRegions")


def test_a_presigned_url_carries_its_region(botocore_session: botocore.session.Session) -> None:
    """The credential in the query counts like the one in the header."""
    client = botocore_session.create_client("sts", region_name="eu-west-1")
    url = urlsplit(client.generate_presigned_url("get_caller_identity", HttpMethod="GET"))
    found = route(request(method="GET", path=url.path, query=url.query))
    assert (found.service, found.operation, found.region, found.signed) == (
        "sts",
        "GetCallerIdentity",
        "eu-west-1",
        True,
    )


def test_a_cbor_request_is_understood() -> None:
    """The path of smithy's RPC names service and operation."""
    found = route(request(path="/service/GraniteServiceVersion20100801/operation/PutMetricData"))
    assert (found.service, found.operation, found.protocol) == (
        "cloudwatch",
        "PutMetricData",
        Wire.CBOR,
    )


def test_an_unsigned_client_of_botocore_is_understood(
    botocore_session: botocore.session.Session,
) -> None:
    """A client that signs nothing reaches the default region."""
    client = botocore_session.create_client(
        "ecs", region_name="eu-west-1", config=Config(signature_version=UNSIGNED)
    )
    assert client.meta.region_name == "eu-west-1"
    found = route(
        request(headers={"x-amz-target": "AmazonEC2ContainerServiceV20141113.RunTask"}),
    )
    assert (found.region, found.signed) == ("us-east-1", False)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS"]),
    path=st.text(max_size=20).map(lambda text: f"/{text}"),
    query=st.text(max_size=30),
    target=st.none() | st.text(max_size=20),
    authorization=st.none() | st.text(max_size=40),
    form=st.booleans(),
    body=st.binary(max_size=40),
)
def test_any_request_has_some_route(
    method: str,
    path: str,
    query: str,
    target: str | None,
    authorization: str | None,
    form: bool,
    body: bytes,
) -> None:
    """Whatever a client sends, routing says something and never fails."""
    headers = {"content-type": "application/x-www-form-urlencoded"} if form else {}
    if target is not None:
        headers["x-amz-target"] = target
    if authorization is not None:
        headers["authorization"] = authorization
    found = route(request(method=method, path=path, query=query, headers=headers, body=body))
    assert found.region


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1"])
def test_regions_of_aws_are_known(region: str) -> None:
    """A region in which AWS offers ECS is given back."""
    assert check_region(region) == region


def test_an_unknown_region_is_refused_with_its_neighbours() -> None:
    """A misspelt region is named, and so are those that may be meant."""
    with pytest.raises(AwsError, match=r"'eu-wst-1'.*eu-west-1") as refused:
        check_region("eu-wst-1")
    assert refused.value.status == 400
    with pytest.raises(AwsError, match=r"no AWS Region 'mars'$"):
        check_region("mars")
