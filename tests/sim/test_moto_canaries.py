"""Faults of moto that are worked around; when one of these fails, the detour can go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto_accounts import ACCOUNT, REGION, ClientTo, groups_of, subnet_ids

from fargate_kit.sim.moto_adapter import MotoAdapter
from fargate_kit.sim.moto_surfaces import loaded


@pytest.fixture
def moto() -> Iterator[MotoAdapter]:
    """An adapter on the caller's thread."""
    adapter = MotoAdapter(account_id=ACCOUNT, seed=1, inline=True)
    yield adapter
    adapter.close()


def test_canary_moto_invents_security_groups(moto: MotoAdapter, client_to: ClientTo) -> None:
    """An interface of an unknown group makes that group; requests for one are refused before."""
    subnet = subnet_ids(moto, client_to)[0]
    ec2 = loaded().backend("ec2")[ACCOUNT][REGION]
    ec2.create_network_interface(subnet, "172.31.0.9", group_ids=["sg-0bad"])
    groups = groups_of(client_to(moto.forward, "ec2"))
    assert "sg-0bad" in {group["GroupId"] for group in groups}


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


def test_canary_motos_fresh_account_is_bare() -> None:
    """No internet gateway, no managed policies, and a misspelt service-linked role."""
    adapter = MotoAdapter(account_id=ACCOUNT, seed=1, inline=True)
    try:
        moto = loaded()
        ec2 = moto.backend("ec2")["333344445555"][REGION]
        assert ec2.internet_gateways == {}
        iam = moto.backend("iam")["333344445555"]["aws"]
        assert iam.managed_policies == {}
        linked = iam.create_service_linked_role("ecs.amazonaws.com", "", "")
        assert linked.name == "AWSServiceRoleForecs"
        moto.purge("333344445555")
    finally:
        adapter.close()
