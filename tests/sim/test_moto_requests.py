"""What the requests that are passed on rely on in moto, surface by surface."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from moto_accounts import ACCOUNT, ClientTo

from fargate_kit.sim.errors import UnsupportedOperation
from fargate_kit.sim.moto_adapter import MotoAdapter
from fargate_kit.sim.moto_surfaces import MotoFailure
from fargate_kit.sim.request import Request


@pytest.fixture
def moto() -> Iterator[MotoAdapter]:
    """An adapter on the caller's thread."""
    adapter = MotoAdapter(account_id=ACCOUNT, seed=1, inline=True)
    yield adapter
    adapter.close()


def test_forward_speaks_every_protocol(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: infer_service_region_host, the URL patterns, and one WSGI application each."""
    assert client_to(moto.forward, "ec2").describe_vpcs()["Vpcs"][0]["IsDefault"]
    assert client_to(moto.forward, "sts").get_caller_identity()["Account"] == ACCOUNT
    assert client_to(moto.forward, "elbv2").describe_load_balancers()["LoadBalancers"] == []
    assert client_to(moto.forward, "logs").describe_log_groups()["logGroups"] == []
    assert client_to(moto.forward, "cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert client_to(moto.forward, "dynamodb").list_tables()["TableNames"] == []
    assert client_to(moto.forward, "efs").describe_file_systems()["FileSystems"] == []
    assert client_to(moto.forward, "route53").list_hosted_zones()["HostedZones"] == []


def test_s3_objects_go_through_unchanged(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: the raw path in RAW_URI, and the length of a HEAD's absent body."""
    s3 = client_to(moto.forward, "s3")
    s3.create_bucket(Bucket="demo")
    body, key = bytes(range(256)), "a b/c+d/ü%2F"
    s3.put_object(Bucket="demo", Key=key, Body=body, Metadata={"Month": "08"})
    seen = s3.get_object(Bucket="demo", Key=key)
    assert seen["Body"].read() == body
    assert s3.head_object(Bucket="demo", Key=key)["ContentLength"] == 256
    assert [each["Key"] for each in s3.list_objects_v2(Bucket="demo")["Contents"]] == [key]
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket="demo", Key="nothing")


def test_requests_without_signature_find_their_service(moto: MotoAdapter) -> None:
    """Relies on: the credential scope, made up, is all that moto's router looks at."""
    request = Request(
        method="POST",
        path="/",
        query="",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=b"Action=DescribeVpcs&Version=2016-11-15",
    )
    response = moto.forward(request)
    assert response.status == 200
    assert b"172.31.0.0/16" in response.body


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("logs", "ListAnomalies", {}),
        ("elbv2", "DescribeTrustStoreRevocations", {"TrustStoreArn": "x"}),
        ("ec2", "DescribeBundleTasks", {}),
        ("lambda", "GetAccountSettings", {}),
        ("route53", "ListTrafficPolicies", {}),
        ("cloudwatch", "DescribeAlarmHistory", {}),
        ("pricing", "GetProducts", {"ServiceCode": "AmazonECS"}),
        ("braket", "SearchJobs", {"filters": []}),
        ("apigateway", "GetSdkTypes", {}),
    ],
)
def test_what_moto_has_not_got_is_unsupported(
    moto: MotoAdapter,
    client_to: ClientTo,
    service: str,
    operation: str,
    arguments: dict[str, Any],
) -> None:
    """Relies on: NotImplementedError comes out of the application; 404 pages are the router's."""
    client = client_to(moto.forward, service)
    with pytest.raises(
        UnsupportedOperation, match=f"^UnsupportedOperation: {service} {operation} "
    ):
        getattr(client, xform_name(operation))(**arguments)


@pytest.mark.parametrize(
    ("service", "version"), [("elbv2", "2015-12-01"), ("ec2", "2016-11-15"), ("iam", "2010-05-08")]
)
def test_an_operation_that_nobody_knows_is_unsupported(
    moto: MotoAdapter, service: str, version: str
) -> None:
    """Relies on: moto looks an operation up by its name, and fails where there is none."""
    request = Request(
        method="POST",
        path="/",
        query="",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=f"Action=BakeBread&Version={version}".encode(),
    )
    with pytest.raises(UnsupportedOperation, match=f"{service} BakeBread"):
        moto.forward(request)


def test_a_request_that_breaks_moto_is_a_failure_that_names_it(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """Relies on: with Flask's debug flag every error comes out of the application."""
    with pytest.raises(MotoFailure, match="ecs DescribeCapacityProviders: TypeError"):
        client_to(moto.forward, "ecs").describe_capacity_providers()
