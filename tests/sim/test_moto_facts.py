"""What the facts rely on in moto, surface by surface; a moto upgrade fails here first."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto_accounts import ACCOUNT, REGION, ClientTo, groups_of, interface, subnet_ids, subnet_of

from fargate_kit.sim import moto_records
from fargate_kit.sim.facts import RepositoryMissing, SubnetFact
from fargate_kit.sim.moto_adapter import MotoAdapter


@pytest.fixture
def moto() -> Iterator[MotoAdapter]:
    """An adapter on the caller's thread."""
    adapter = MotoAdapter(account_id=ACCOUNT, seed=1, inline=True)
    yield adapter
    adapter.close()


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
    names = {group["GroupId"]: group["GroupName"] for group in groups_of(ec2)}
    assert default is not None
    assert names[default] == "default"
    assert moto.default_security_group(REGION, "vpc-0bad") is None


def test_addresses_in_use_are_those_of_foreign_interfaces(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """Relies on: EC2Backend.enis and the private addresses of each; those of tasks are known."""
    ec2 = client_to(moto.forward, "ec2")
    mine = interface(moto, client_to)
    block = ipaddress.ip_network(subnet_of(ec2, mine.subnet_id)["CidrBlock"])
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


def test_log_group_exists(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: LogsBackend.groups by name, apart for each region."""
    assert not moto.log_group_exists(REGION, "/ecs/web")
    client_to(moto.forward, "logs").create_log_group(logGroupName="/ecs/web")
    assert moto.log_group_exists(REGION, "/ecs/web")
    assert not moto.log_group_exists("eu-west-1", "/ecs/web")


def test_role_exists(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: IAMBackend.roles and the ARN of each, by partition."""
    iam = client_to(moto.forward, "iam")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = iam.create_role(RoleName="task", Path="/app/", AssumeRolePolicyDocument=trust)
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
