"""Which of moto's services live in the account's time, and that no clock stays changed."""

from __future__ import annotations

import datetime
import importlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto_accounts import REGION, ClientTo

from fargate_kit.sim.moto_adapter import MotoAdapter
from fargate_kit.sim.moto_dates import DATED, dated

MOMENT = datetime.datetime(2031, 5, 4, 3, 2, 1, tzinfo=datetime.UTC)
NOW = int(MOMENT.timestamp()) * 1_000_000
TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
})
POLICY = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ecs:RunTask", "Resource": "*"}],
})


@pytest.fixture
def moto() -> Iterator[MotoAdapter]:
    """An adapter whose account's clock stands still."""
    adapter = MotoAdapter(account_id="111122225555", seed=1, inline=True, now=lambda: NOW)
    yield adapter
    adapter.close()


def _iam(iam: Any) -> list[Any]:
    iam.create_user(UserName="me")
    iam.create_role(RoleName="task", AssumeRolePolicyDocument=TRUST)
    policy = iam.create_policy(PolicyName="own", PolicyDocument=POLICY)["Policy"]
    key = iam.create_access_key(UserName="me")["AccessKey"]
    user = iam.get_user(UserName="me")["User"]
    made = [user, policy, key, *iam.list_roles()["Roles"]]
    return [policy["UpdateDate"], *(one["CreateDate"] for one in made)]


def _ec2(ec2: Any) -> list[Any]:
    subnet = ec2.describe_subnets()["Subnets"][0]
    gateway = ec2.create_nat_gateway(SubnetId=subnet["SubnetId"], ConnectivityType="private")
    endpoint = ec2.create_vpc_endpoint(
        VpcId=subnet["VpcId"], ServiceName="com.amazonaws.us-east-1.s3"
    )
    return [gateway["NatGateway"]["CreateTime"], endpoint["VpcEndpoint"]["CreationTimestamp"]]


def _ecr(ecr: Any) -> list[Any]:
    made = ecr.create_repository(repositoryName="web")["repository"]["createdAt"]
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "layers": [{"digest": "sha256:" + "0" * 64}],
    }
    ecr.put_image(repositoryName="web", imageManifest=json.dumps(manifest), imageTag="7")
    (image,) = ecr.describe_images(repositoryName="web")["imageDetails"]
    return [made, image["imagePushedAt"]]


def _secrets(manager: Any) -> list[Any]:
    manager.create_secret(Name="key", SecretString="x")
    manager.put_secret_value(SecretId="key", SecretString="y")
    told = manager.describe_secret(SecretId="key")
    value = manager.get_secret_value(SecretId="key")
    return [told["CreatedDate"], told["LastChangedDate"], value["CreatedDate"]]


def _parameters(ssm: Any) -> list[Any]:
    ssm.put_parameter(Name="/key", Value="x", Type="String")
    return [ssm.get_parameter(Name="/key")["Parameter"]["LastModifiedDate"]]


def _s3(s3: Any) -> list[Any]:
    s3.create_bucket(Bucket="demo")
    s3.put_object(Bucket="demo", Key="k", Body=b"1")
    (bucket,) = s3.list_buckets()["Buckets"]
    (listed,) = s3.list_objects_v2(Bucket="demo")["Contents"]
    return [
        bucket["CreationDate"],
        listed["LastModified"],
        s3.head_object(Bucket="demo", Key="k")["LastModified"],
    ]


def _cloudwatch(cloudwatch: Any) -> list[Any]:
    cloudwatch.put_dashboard(DashboardName="d", DashboardBody='{"widgets": []}')
    (told,) = cloudwatch.list_dashboards()["DashboardEntries"]
    return [told["LastModified"]]


def _cloud_map(discovery: Any) -> list[Any]:
    discovery.create_http_namespace(Name="demo")
    return [discovery.list_namespaces()["Namespaces"][0]["CreateDate"]]


def _events(events: Any) -> list[Any]:
    bus = events.describe_event_bus()["Arn"]
    return [events.create_archive(ArchiveName="a", EventSourceArn=bus)["CreationTime"]]


@pytest.mark.parametrize(
    ("service", "dates"),
    [
        ("iam", _iam),
        ("ec2", _ec2),
        ("ecr", _ecr),
        ("secretsmanager", _secrets),
        ("ssm", _parameters),
        ("s3", _s3),
        ("cloudwatch", _cloudwatch),
        ("servicediscovery", _cloud_map),
        ("events", _events),
    ],
)
def test_what_is_made_has_the_date_of_the_account(
    moto: MotoAdapter, client_to: ClientTo, service: str, dates: Callable[[Any], list[Any]]
) -> None:
    """Relies on: moto's own utcnow, and the modules in DATED that read a clock without it."""
    for date in dates(client_to(moto.forward, service)):
        aware = date if date.tzinfo else date.replace(tzinfo=datetime.UTC)
        assert abs(aware - MOMENT) < datetime.timedelta(seconds=1)


def test_a_load_balancer_has_the_date_of_the_account(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """Relies on: FakeLoadBalancer.created_time is stamped by moto's own utcnow."""
    subnets = client_to(moto.forward, "ec2").describe_subnets()["Subnets"]
    elbv2 = client_to(moto.forward, "elbv2")
    elbv2.create_load_balancer(Name="web", Subnets=[one["SubnetId"] for one in subnets[:2]])
    (fact,) = moto.load_balancing(REGION).load_balancers
    assert fact.created_at == "2031-05-04T03:02:01.000Z"


def test_versions_of_one_moment_are_in_order(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Objects that are put while the clock stands still are told apart, the newest first."""
    s3 = client_to(moto.forward, "s3")
    s3.create_bucket(Bucket="demo")
    s3.put_bucket_versioning(Bucket="demo", VersioningConfiguration={"Status": "Enabled"})
    made = [s3.put_object(Bucket="demo", Key="k", Body=b"%d" % n)["VersionId"] for n in range(5)]
    told = s3.list_object_versions(Bucket="demo")["Versions"]
    assert [one["VersionId"] for one in told] == made[::-1]
    assert [one["IsLatest"] for one in told] == [True, *[False] * 4]


def test_keys_of_sessions_end_by_the_clock_of_the_machine(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """Clients hold the end of their keys against their own clock, so it is told by that one."""
    iam = client_to(moto.forward, "iam")
    role = iam.create_role(RoleName="task", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    sts = client_to(moto.forward, "sts")
    session = sts.assume_role(RoleArn=role, RoleSessionName="session", DurationSeconds=900)
    left = session["Credentials"]["Expiration"] - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(minutes=10) < left <= datetime.timedelta(minutes=15)


@pytest.mark.parametrize("service", [*DATED, "sqs"])
def test_no_clock_of_moto_stays_changed(moto: MotoAdapter, service: str) -> None:
    """Whatever happens meanwhile, moto has its clocks back; a service not listed keeps them."""
    names = ("moto.core.utils", *DATED.get(service, ()))
    modules = [importlib.import_module(name) for name in names]

    def clocks() -> list[Any]:
        return [vars(one).get(clock) for one in modules for clock in ("datetime", "time")]

    def fail() -> None:
        with dated(NOW, service):
            assert (clocks() == before) is (service == "sqs")
            assert time.time() < NOW / 1_000_000
            raise ZeroDivisionError

    before = clocks()
    with pytest.raises(ZeroDivisionError):
        fail()
    assert clocks() == before


def test_a_moment_within_another_is_told_meanwhile() -> None:
    """Of two moments the inner one is told, and the outer one again after it."""
    utils = importlib.import_module("moto.core.utils")
    outer, inner = MOMENT.replace(tzinfo=None), datetime.datetime(2032, 1, 1)
    with dated(NOW, "ec2"):
        with dated(int(inner.replace(tzinfo=datetime.UTC).timestamp()) * 1_000_000, "s3"):
            assert utils.utcnow() == inner
        assert utils.utcnow() == outer
    assert utils.utcnow() < outer
