"""What the adapter relies on in moto, surface by surface; a moto upgrade fails here first."""

from __future__ import annotations

import gc
import ipaddress
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from fargate_kit.sim import moto_records
from fargate_kit.sim.errors import UnsupportedOperation
from fargate_kit.sim.facts import NetworkInterface, RepositoryMissing, SubnetFact
from fargate_kit.sim.moto_adapter import MotoAdapter, MotoFailure, _moto, free_account_id
from fargate_kit.sim.request import Request, Response, route

ACCOUNT = "111122223333"
REGION = "us-east-1"
EXECUTION_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


class ClientTo(Protocol):
    """As in conftest.py."""

    def __call__(
        self, answer: Callable[[Request], Response], service: str, region: str = REGION
    ) -> Any:
        """Make one."""
        ...


@pytest.fixture
def moto() -> Iterator[MotoAdapter]:
    """An adapter on the caller's thread."""
    adapter = MotoAdapter(account_id=ACCOUNT, seed=1, inline=True)
    yield adapter
    adapter.close()


@pytest.fixture
def other() -> Iterator[MotoAdapter]:
    """Another account of the same process, with the same seed."""
    adapter = MotoAdapter(account_id="777788889999", seed=1, inline=True)
    yield adapter
    adapter.close()


@pytest.fixture
def worker() -> Iterator[MotoAdapter]:
    """An adapter with a worker thread."""
    adapter = MotoAdapter(account_id="444455556666", seed=1, inline=False)
    yield adapter
    adapter.close()


def subnet_ids(adapter: MotoAdapter, client_to: ClientTo, region: str = REGION) -> list[str]:
    """Ask EC2 for the ids of all subnets."""
    subnets = client_to(adapter.forward, "ec2", region).describe_subnets()["Subnets"]
    return [subnet["SubnetId"] for subnet in subnets]


def interface(adapter: MotoAdapter, client_to: ClientTo, **changes: Any) -> NetworkInterface:
    """Describe an interface in the first subnet of the default VPC."""
    subnet = adapter.subnet(REGION, subnet_ids(adapter, client_to)[0])
    assert subnet is not None
    values: dict[str, Any] = {
        "id": "eni-0123456789abcdef0",
        "region": REGION,
        "subnet_id": subnet.id,
        "vpc_id": subnet.vpc_id,
        "availability_zone": subnet.availability_zone,
        "mac_address": "0a:1b:2c:3d:4e:5f",
        "private_address": str(ipaddress.ip_network(subnet.cidr)[77]),
        "private_dns_name": "ip-172-31-0-77.ec2.internal",
        "public_address": None,
        "group_ids": (adapter.default_security_group(REGION, subnet.vpc_id),),
        "description": "arn:aws:ecs:us-east-1:111122223333:attachment/4f",
        "account": ACCOUNT,
    }
    return NetworkInterface(**values | changes)


# facts


def test_subnet_tells_what_ec2_tells(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: EC2Backend.subnets by zone and id; Subnet's id, VPC, block and zone."""
    told = client_to(moto.forward, "ec2").describe_subnets()["Subnets"]
    assert len(told) == 6
    for each in told:
        fact = moto.subnet(REGION, each["SubnetId"])
        assert fact is not None
        assert (fact.id, fact.vpc_id, fact.cidr, fact.availability_zone, fact.zone_id) == (
            each["SubnetId"],
            each["VpcId"],
            each["CidrBlock"],
            each["AvailabilityZone"],
            each["AvailabilityZoneId"],
        )
    assert moto.subnet(REGION, "subnet-0bad") is None
    assert moto.subnet("eu-west-1", told[0]["SubnetId"]) is None


def test_security_groups_are_found(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: get_security_group_from_id, get_default_security_group, EC2Backend.vpcs."""
    ec2 = client_to(moto.forward, "ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    fact = moto.security_group(REGION, made)
    assert fact is not None
    assert (fact.id, fact.vpc_id) == (made, vpc)
    assert moto.security_group(REGION, "sg-0bad") is None
    default = moto.default_security_group(REGION, vpc)
    names = {group["GroupId"]: group["GroupName"] for group in _groups(ec2)}
    assert default is not None
    assert names[default] == "default"
    assert moto.default_security_group(REGION, "vpc-0bad") is None


def test_addresses_in_use_are_those_of_foreign_interfaces(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """Relies on: EC2Backend.enis and the private addresses of each; those of tasks are known."""
    ec2 = client_to(moto.forward, "ec2")
    mine = interface(moto, client_to)
    block = ipaddress.ip_network(_subnet_of(ec2, mine.subnet_id)["CidrBlock"])
    assert moto.addresses_in_use(REGION, mine.subnet_id) == frozenset()
    ec2.create_network_interface(SubnetId=mine.subnet_id, PrivateIpAddress=str(block[99]))
    moto.create_network_interface(mine)
    assert moto.addresses_in_use(REGION, mine.subnet_id) == {str(block[99])}
    assert moto.addresses_in_use(REGION, subnet_ids(moto, client_to)[1]) == frozenset()


def test_facts_are_read_once_until_a_request_may_change_them(
    moto: MotoAdapter, client_to: ClientTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known facts cost no turn of moto, and every request but a reading one makes them unknown."""
    mine = interface(moto, client_to)
    ec2 = client_to(moto.forward, "ec2")
    looks = 0
    look_up = moto_records.subnet

    def counted(*asked: Any) -> SubnetFact | None:
        nonlocal looks
        looks += 1
        return look_up(*asked)

    monkeypatch.setattr(moto_records, "subnet", counted)
    ec2.create_security_group(GroupName="first", Description="-")
    for _ in range(2):
        moto.subnet(REGION, mine.subnet_id)
        ec2.describe_subnets()
        moto.create_network_interface(mine)
    assert looks == 1
    ec2.create_security_group(GroupName="second", Description="-")
    moto.subnet(REGION, mine.subnet_id)
    assert looks == 2


def test_effects_wait_until_moto_is_asked_or_many_have_come(moto: MotoAdapter) -> None:
    """A write alone costs no turn of moto; what is read afterwards has seen it."""
    for number in range(3):
        moto.put_log_events(REGION, "/g", "s", [(number, "-")], create_group=True)
    assert len(moto._effects) == 3
    assert moto.log_group_exists(REGION, "/g")
    assert not moto._effects
    for number in range(250):
        moto.put_log_events(REGION, "/g", "s", [(number, "-")], create_group=True)
    assert len(moto._effects) == 50


def test_log_group_exists(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: LogsBackend.groups by name, apart for each region."""
    assert not moto.log_group_exists(REGION, "/ecs/web")
    client_to(moto.forward, "logs").create_log_group(logGroupName="/ecs/web")
    assert moto.log_group_exists(REGION, "/ecs/web")
    assert not moto.log_group_exists("eu-west-1", "/ecs/web")


def test_role_exists(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: IAMBackend.roles and the ARN of each, by partition."""
    iam = client_to(moto.forward, "iam")
    made = iam.create_role(RoleName="task", Path="/app/", AssumeRolePolicyDocument="{}")
    assert moto.role_exists(made["Role"]["Arn"])
    assert not moto.role_exists(f"arn:aws:iam::{ACCOUNT}:role/task")
    for wrong in ("nonsense", "", "arn:mars:iam::1:role/x", "arn:aws:iam::777788889999:role/task"):
        assert not moto.role_exists(wrong)


def test_ecr_image_digest(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: ECRBackend.repositories, and the tags and the digest of each image."""
    with pytest.raises(RepositoryMissing, match="web"):
        moto.ecr_image_digest(REGION, "web", "latest")
    ecr = client_to(moto.forward, "ecr")
    ecr.create_repository(repositoryName="web")
    assert moto.ecr_image_digest(REGION, "web", "latest") is None
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "layers": [{"digest": "sha256:" + "0" * 64}],
    }
    put = ecr.put_image(repositoryName="web", imageManifest=json.dumps(manifest), imageTag="7")
    digest = put["image"]["imageId"]["imageDigest"]
    assert moto.ecr_image_digest(REGION, "web", "7") == digest
    assert moto.ecr_image_digest(REGION, "web", digest) == digest
    assert moto.ecr_image_digest(REGION, "web", "8") is None


# effects


def test_create_network_interface_shows_it_as_it_is_given(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """Relies on: create_network_interface with an address; the interface's own attributes."""
    ec2 = client_to(moto.forward, "ec2")
    mine = interface(moto, client_to, public_address="54.12.13.14")
    free = _subnet_of(ec2, mine.subnet_id)["AvailableIpAddressCount"]
    moto.create_network_interface(mine)
    (seen,) = ec2.describe_network_interfaces(NetworkInterfaceIds=[mine.id])["NetworkInterfaces"]
    assert seen["NetworkInterfaceId"] == mine.id
    assert seen["MacAddress"] == mine.mac_address
    assert seen["PrivateIpAddress"] == mine.private_address
    assert seen["PrivateDnsName"] == mine.private_dns_name
    assert seen["Description"] == mine.description
    assert seen["SubnetId"] == mine.subnet_id
    assert seen["VpcId"] == mine.vpc_id
    assert seen["AvailabilityZone"] == mine.availability_zone
    assert seen["Status"] == "in-use"
    assert seen["RequesterManaged"] is True
    assert seen["Association"]["PublicIp"] == "54.12.13.14"
    assert [group["GroupId"] for group in seen["Groups"]] == list(mine.group_ids)
    (address,) = seen["PrivateIpAddresses"]
    assert address["PrivateIpAddress"] == mine.private_address
    assert address["PrivateDnsName"] == mine.private_dns_name
    assert _subnet_of(ec2, mine.subnet_id)["AvailableIpAddressCount"] == free - 1
    by_filter = ec2.describe_network_interfaces(
        Filters=[{"Name": "description", "Values": [mine.description]}]
    )
    assert [each["NetworkInterfaceId"] for each in by_filter["NetworkInterfaces"]] == [mine.id]


def test_an_interface_without_public_address_has_no_association(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """Relies on: `public_ip` alone makes the association."""
    mine = interface(moto, client_to)
    moto.create_network_interface(mine)
    ec2 = client_to(moto.forward, "ec2")
    (seen,) = ec2.describe_network_interfaces(NetworkInterfaceIds=[mine.id])["NetworkInterfaces"]
    assert "Association" not in seen


def test_delete_network_interface_leaves_nothing(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: EC2Backend.enis holds all there is of an interface; twice is fine."""
    ec2 = client_to(moto.forward, "ec2")
    mine = interface(moto, client_to)
    free = _subnet_of(ec2, mine.subnet_id)["AvailableIpAddressCount"]
    moto.create_network_interface(mine)
    moto.delete_network_interface(REGION, mine.id)
    moto.delete_network_interface(REGION, mine.id)
    moto.flush()
    with pytest.raises(ClientError, match=r"InvalidNetworkInterfaceID\.NotFound"):
        ec2.describe_network_interfaces(NetworkInterfaceIds=[mine.id])
    assert _subnet_of(ec2, mine.subnet_id)["AvailableIpAddressCount"] == free


def test_an_interface_of_a_group_that_is_gone_is_not_made(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """An effect that cannot be written changes nothing, and the next flush tells."""
    moto.create_network_interface(interface(moto, client_to, group_ids=("sg-0bad",)))
    ec2 = client_to(moto.forward, "ec2")
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    assert "sg-0bad" not in {group["GroupId"] for group in _groups(ec2)}
    with pytest.raises(MotoFailure, match="sg-0bad"):
        moto.flush()
    moto.flush()


def test_put_log_events_takes_any_time_stamp(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: ensure_log_group, ensure_log_stream, LogGroup.put_log_events without checks."""
    at = 1_800_000_000_000  # far from the present, as a step clock is
    moto.put_log_events(
        REGION, "/ecs/web", "s/1", [(at, "one"), (at + 1, "two")], create_group=True
    )
    moto.put_log_events(REGION, "/ecs/web", "s/1", [(at + 2, "three")], create_group=False)
    logs = client_to(moto.forward, "logs")
    events = logs.get_log_events(logGroupName="/ecs/web", logStreamName="s/1", startFromHead=True)[
        "events"
    ]
    assert [(event["timestamp"], event["message"]) for event in events] == [
        (at, "one"),
        (at + 1, "two"),
        (at + 2, "three"),
    ]
    (stream,) = logs.describe_log_streams(logGroupName="/ecs/web")["logStreams"]
    assert (stream["firstEventTimestamp"], stream["lastEventTimestamp"]) == (at, at + 2)


def test_events_for_a_group_that_is_not_there_are_lost(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """Without leave to make the group nothing is made, and nothing fails."""
    moto.put_log_events(REGION, "/ecs/web", "s/1", [(1, "lost")], create_group=False)
    moto.flush()
    assert client_to(moto.forward, "logs").describe_log_groups()["logGroups"] == []


def test_an_interface_of_a_subnet_that_is_gone_is_not_made(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """Relies on: moto raises an error for a subnet that it has not got."""
    moto.create_network_interface(interface(moto, client_to, subnet_id="subnet-0bad"))
    with pytest.raises(MotoFailure, match="subnet-0bad"):
        moto.flush()
    ec2 = client_to(moto.forward, "ec2")
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []


# requests


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


# accounts


def test_accounts_are_apart(moto: MotoAdapter, other: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: the header x-moto-account-id, and S3's table of bucket names."""
    for adapter in (moto, other):
        client_to(adapter.forward, "logs").create_log_group(logGroupName="/ecs/web")
        client_to(adapter.forward, "s3").create_bucket(Bucket="demo")
        assert client_to(adapter.forward, "sts").get_caller_identity()["Account"] == (
            adapter.account_id
        )
    client_to(moto.forward, "s3").put_object(Bucket="demo", Key="mine", Body=b"1")
    assert client_to(other.forward, "s3").list_objects_v2(Bucket="demo")["KeyCount"] == 0
    moto.close()
    assert other.log_group_exists(REGION, "/ecs/web")
    assert client_to(other.forward, "s3").list_buckets()["Buckets"][0]["Name"] == "demo"


def test_a_client_cannot_reach_another_account(
    moto: MotoAdapter, other: MotoAdapter, client_to: ClientTo
) -> None:
    """The client's own x-moto-account-id is not believed."""
    client_to(other.forward, "logs").create_log_group(logGroupName="/secret")
    request = Request(
        method="POST",
        path="/",
        query="",
        headers={
            "x-amz-target": "Logs_20140328.DescribeLogGroups",
            "x-moto-account-id": other.account_id,
        },
        body=b"{}",
    )
    assert json.loads(moto.forward(request).body)["logGroups"] == []


def test_close_leaves_nothing_in_moto(client_to: ClientTo) -> None:
    """Relies on: BackendDict._instances, model_data, and what S3's objects hold open."""
    adapter = MotoAdapter(account_id=ACCOUNT, seed=1, inline=True)
    s3 = client_to(adapter.forward, "s3")
    s3.create_bucket(Bucket="demo")
    for body in (b"old", b"new"):
        s3.put_object(Bucket="demo", Key="k", Body=body)
    client_to(adapter.forward, "sqs").create_queue(QueueName="q")
    adapter.subnet(REGION, "subnet-0")
    moto = _moto()
    assert any(ACCOUNT in backends for backends in moto._backends_in_use())
    adapter.close()
    adapter.close()
    assert not any(ACCOUNT in backends for backends in moto._backends_in_use())
    tracked = [
        instance
        for models in moto._models.values()
        for model in models.values()
        for instance in vars(model)["instances_tracked"]
    ]
    assert tracked == []
    gc.collect()  # a file that is still open would be an error here
    with pytest.raises(RuntimeError, match="closed"):
        adapter.subnet(REGION, "subnet-0")


def test_moto_keeps_nothing_for_itself(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: what create_backend_app makes for moto's default account can be dropped."""
    subnet_ids(moto, client_to)
    client_to(moto.forward, "sns").list_topics()
    assert not any("123456789012" in backends for backends in _moto()._backends_in_use())


def test_ids_repeat_with_the_seed(
    moto: MotoAdapter, other: MotoAdapter, client_to: ClientTo
) -> None:
    """Relies on: mock_random, whose state is lent to one account at a time."""
    ids = subnet_ids(moto, client_to)
    assert subnet_ids(other, client_to) == ids
    moto.reset()
    assert subnet_ids(moto, client_to) == ids
    third = MotoAdapter(account_id="222233334444", seed=2, inline=True)
    assert subnet_ids(third, client_to) != ids
    third.close()


def test_the_random_stream_outside_is_left_alone(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Whoever else uses moto in this process draws as if no simulator were there."""
    stream = _moto().random
    before = stream.getstate()
    client_to(moto.forward, "ec2").create_security_group(GroupName="web", Description="web")
    assert stream.getstate() == before


def test_reset_forgets_and_seeds_again(moto: MotoAdapter, client_to: ClientTo) -> None:
    """After a reset the account is as fresh as at first."""
    client_to(moto.forward, "logs").create_log_group(logGroupName="/ecs/web")
    client_to(moto.forward, "iam").detach_role_policy(
        RoleName="ecsTaskExecutionRole", PolicyArn=EXECUTION_POLICY
    )
    client_to(moto.forward, "iam").delete_role(RoleName="ecsTaskExecutionRole")
    assert not moto.role_exists(f"arn:aws:iam::{ACCOUNT}:role/ecsTaskExecutionRole")
    moto.reset()
    assert not moto.log_group_exists(REGION, "/ecs/web")
    assert moto.role_exists(f"arn:aws:iam::{ACCOUNT}:role/ecsTaskExecutionRole")


@pytest.mark.parametrize("wrong", ["123456789012", "1234", "11112222333a", ""])
def test_an_account_id_has_twelve_digits_and_is_not_motos(wrong: str) -> None:
    """Anything else is refused at once."""
    with pytest.raises(ValueError, match=r"twelve digits|for itself"):
        MotoAdapter(account_id=wrong, seed=1, inline=True)


def test_motos_own_switch_for_the_account_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """MOTO_ACCOUNT_ID would send all requests to one account, and is told before anything."""
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    with pytest.raises(ValueError, match="MOTO_ACCOUNT_ID"):
        MotoAdapter(account_id="555566667777", seed=1, inline=True)


def test_two_living_accounts_never_share_an_id(moto: MotoAdapter) -> None:
    """The second one is refused, and drawing an id passes over those in use."""
    with pytest.raises(ValueError, match="another simulated account"):
        MotoAdapter(account_id=ACCOUNT, seed=2, inline=True)

    class Draws:
        def __init__(self) -> None:
            self.ids = iter([int(ACCOUNT), 123456789012, 999900001111])

        def randrange(self, *_: int) -> int:
            return next(self.ids)

    assert free_account_id(Draws()) == "999900001111"  # type: ignore[arg-type]


# the seed of an account


def test_the_default_vpc_reaches_the_internet(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: create_internet_gateway, attach_internet_gateway, create_route."""
    ec2 = client_to(moto.forward, "ec2", "eu-west-1")
    (vpc,) = ec2.describe_vpcs()["Vpcs"]
    (gateway,) = ec2.describe_internet_gateways()["InternetGateways"]
    assert gateway["Attachments"] == [{"VpcId": vpc["VpcId"], "State": "available"}]
    (table,) = ec2.describe_route_tables()["RouteTables"]
    routes = {route["DestinationCidrBlock"]: route["GatewayId"] for route in table["Routes"]}
    assert routes == {
        "172.31.0.0/16": "local",
        "0.0.0.0/0": gateway["InternetGatewayId"],
    }


def test_ecs_finds_its_roles(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: create_role with `linked_service`, attach_role_policy, AWSManagedPolicy."""
    iam = client_to(moto.forward, "iam")
    role = iam.get_role(RoleName="ecsTaskExecutionRole")["Role"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    attached = iam.list_attached_role_policies(RoleName="ecsTaskExecutionRole")
    (policy,) = attached["AttachedPolicies"]
    assert policy["PolicyArn"] == EXECUTION_POLICY
    linked = iam.get_role(RoleName="AWSServiceRoleForECS")["Role"]
    assert linked["Path"] == "/aws-service-role/ecs.amazonaws.com/"


@pytest.mark.parametrize(
    "policy", ["ReadOnlyAccess", "service-role/AmazonEC2ContainerServiceAutoscaleRole"]
)
def test_any_managed_policy_is_there_when_it_is_asked_for(
    moto: MotoAdapter, client_to: ClientTo, policy: str
) -> None:
    """Relies on: aws_managed_policies_data and AWSManagedPolicy.from_data."""
    iam = client_to(moto.forward, "iam")
    arn = f"arn:aws:iam::aws:policy/{policy}"
    iam.attach_role_policy(RoleName="ecsTaskExecutionRole", PolicyArn=arn)
    seen = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (seen["Arn"], seen["AttachmentCount"]) == (arn, 1)
    document = iam.get_policy_version(PolicyArn=arn, VersionId=seen["DefaultVersionId"])
    assert document["PolicyVersion"]["Document"]["Statement"]
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy")


def test_a_further_account_is_cheap(other: MotoAdapter, moto: MotoAdapter) -> None:
    """An account and its region cost no machine images and no table of policies again."""
    other.subnet(REGION, "subnet-0")
    began = time.process_time()
    moto.subnet(REGION, "subnet-0")
    assert time.process_time() - began < 0.05
    assert moto._read(lambda inner: moto._ec2(inner, REGION).amis) == {}


# the worker


def test_importing_the_simulator_does_not_import_moto() -> None:
    """moto is imported when it is needed, and not before."""
    code = (
        "import sys, fargate_kit.sim.moto_adapter as a; "
        "a.MotoAdapter(account_id='111122223333', seed=1, inline=False).close(); "
        "sys.exit('moto' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_missing_moto_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra `sim` the error says what to install."""
    monkeypatch.setitem(sys.modules, "moto.backend_index", None)
    with pytest.raises(MotoFailure, match=r"fargate-kit\[sim\]"):
        _moto.__wrapped__()


def test_everything_runs_on_one_worker_in_order(worker: MotoAdapter, client_to: ClientTo) -> None:
    """A request is answered after every effect that was queued before it."""
    threads: list[str] = []
    worker._read(lambda _: threads.append(threading.current_thread().name))
    for number in range(20):
        worker.put_log_events(REGION, "/g", "s", [(number, str(number))], create_group=True)
        worker._effect(lambda _: threads.append(threading.current_thread().name))
    asked: list[Request] = []

    def remember(request: Request) -> Response:
        asked.append(request)
        return worker.submit_forward(request).result(30)

    logs = client_to(remember, "logs")
    events = logs.get_log_events(logGroupName="/g", logStreamName="s", startFromHead=True)
    assert [event["message"] for event in events["events"]] == [str(n) for n in range(20)]
    assert set(threads) == {f"moto-{worker.account_id}"}
    assert worker.submit_forward(asked[0], route(asked[0])).result(30).status == 200


def test_facts_do_not_wait_for_requests(worker: MotoAdapter) -> None:
    """A fact is read before requests that are still in the queue, however many there are."""
    gate = threading.Event()
    seen: list[str] = []
    worker._submit(lambda _: gate.wait(30))
    request = Request(
        method="POST",
        path="/",
        query="",
        headers={"x-amz-target": "Logs_20140328.DescribeLogGroups"},
        body=b"{}",
    )
    promised = [worker.submit_forward(request) for _ in range(5)]
    for each in promised:
        each.add_done_callback(lambda _: seen.append("request"))
    fact = worker._submit(lambda _: seen.append("fact"))
    gate.set()
    fact.result(30)
    assert [each.result(30).status for each in promised] == [200] * 5
    assert seen == ["fact", *["request"] * 5]


def test_flush_waits_for_all_effects_and_tells_of_a_failure(worker: MotoAdapter) -> None:
    """After a flush every effect has happened, and one that failed is told once."""
    gate, done = threading.Event(), threading.Event()
    worker._effect(lambda _: gate.wait(30))
    worker._effect(lambda _: done.set())
    threading.Timer(0.05, gate.set).start()
    worker.flush()
    assert done.is_set()
    worker._effect(lambda _: 1 / 0)
    with pytest.raises(MotoFailure, match="division by zero"):
        worker.flush()
    worker.flush()


def test_warm_up_makes_the_region_in_the_background(worker: MotoAdapter) -> None:
    """Warming up returns at once; when it is done the region is there."""
    gate = threading.Event()
    worker._submit(lambda _: gate.wait(30))
    worker.warm_up(REGION)
    gate.set()
    worker.flush()
    assert worker._regions == {REGION}


def test_close_ends_the_worker(client_to: ClientTo) -> None:
    """No thread is left, and nothing more is taken on."""
    adapter = MotoAdapter(account_id="888899990000", seed=1, inline=False)
    adapter.log_group_exists(REGION, "g")
    name = f"moto-{adapter.account_id}"
    assert any(thread.name.startswith(name) for thread in threading.enumerate())
    adapter.close()
    assert not any(thread.name.startswith(name) for thread in threading.enumerate())
    with pytest.raises(RuntimeError, match="closed"):
        adapter.flush()


# canaries: faults of moto that are worked around; when one of these fails, the detour can go


def test_canary_moto_invents_security_groups(moto: MotoAdapter, client_to: ClientTo) -> None:
    """CreateNetworkInterface with an unknown group makes that group."""
    ec2 = client_to(moto.forward, "ec2")
    ec2.create_network_interface(
        SubnetId=subnet_ids(moto, client_to)[0], Groups=["sg-0bad"], PrivateIpAddress="172.31.0.9"
    )
    assert "sg-0bad" in {group["GroupId"] for group in _groups(ec2)}


def test_canary_moto_draws_addresses_twice(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Forty interfaces in a /28 are made, with addresses that repeat and that AWS reserves."""
    ec2 = client_to(moto.forward, "ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="172.31.240.0/28")["Subnet"]["SubnetId"]
    addresses = [
        ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["PrivateIpAddress"]
        for _ in range(40)
    ]
    assert len(set(addresses)) < 17


def test_canary_moto_rejects_events_from_the_past(moto: MotoAdapter, client_to: ClientTo) -> None:
    """PutLogEvents as a request takes no events that are older than 14 days."""
    logs = client_to(moto.forward, "logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    put = logs.put_log_events(
        logGroupName="g", logStreamName="s", logEvents=[{"timestamp": 1, "message": "old"}]
    )
    assert put["rejectedLogEventsInfo"]["tooOldLogEventEndIndex"] == 0


def test_canary_motos_fresh_account_is_bare() -> None:
    """No internet gateway, no managed policies, and a misspelt service-linked role."""
    adapter = MotoAdapter(account_id=ACCOUNT, seed=1, inline=True)
    try:
        moto = _moto()
        ec2 = moto.backend("ec2")["333344445555"][REGION]
        assert ec2.internet_gateways == {}
        iam = moto.backend("iam")["333344445555"]["aws"]
        assert iam.managed_policies == {}
        linked = iam.create_service_linked_role("ecs.amazonaws.com", "", "")
        assert linked.name == "AWSServiceRoleForecs"
        moto.purge("333344445555")
    finally:
        adapter.close()


def _groups(ec2: Any) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = ec2.describe_security_groups()["SecurityGroups"]
    return groups


def _subnet_of(ec2: Any, subnet_id: str) -> dict[str, Any]:
    subnet: dict[str, Any] = ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]
    return subnet
