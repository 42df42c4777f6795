"""What the effects rely on in moto, surface by surface, and that they come in batches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto_accounts import ACCOUNT, REGION, ClientTo, groups_of, interface, subnet_of

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.moto_adapter import MotoAdapter
from fargate_kit.sim.moto_surfaces import MotoFailure


@pytest.fixture
def moto() -> Iterator[MotoAdapter]:
    """An adapter on the caller's thread."""
    adapter = MotoAdapter(account_id=ACCOUNT, seed=1, inline=True)
    yield adapter
    adapter.close()


def test_effects_wait_until_moto_is_asked_or_many_have_come(moto: MotoAdapter) -> None:
    """A write alone costs no turn of moto; what is read afterwards has seen it."""
    for number in range(3):
        moto.open_log_stream(REGION, "/g", f"s/{number}", create_group=True)
    assert len(moto._effects) == 3
    assert moto.log_group_exists(REGION, "/g")
    assert not moto._effects
    for number in range(250):
        moto.open_log_stream(REGION, "/g", f"s/{number}", create_group=True)
    assert len(moto._effects) == 50


def test_create_network_interface_shows_it_as_it_is_given(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """Relies on: create_network_interface with an address; the interface's own attributes."""
    ec2 = client_to(moto.forward, "ec2")
    mine = interface(moto, client_to, public_address="54.12.13.14")
    free = subnet_of(ec2, mine.subnet_id)["AvailableIpAddressCount"]
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
    assert subnet_of(ec2, mine.subnet_id)["AvailableIpAddressCount"] == free - 1
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
    free = subnet_of(ec2, mine.subnet_id)["AvailableIpAddressCount"]
    moto.create_network_interface(mine)
    moto.delete_network_interface(REGION, mine.id)
    moto.delete_network_interface(REGION, mine.id)
    moto.flush()
    with pytest.raises(AwsError, match=r"InvalidNetworkInterfaceID\.NotFound"):
        ec2.describe_network_interfaces(NetworkInterfaceIds=[mine.id])
    assert subnet_of(ec2, mine.subnet_id)["AvailableIpAddressCount"] == free


def test_an_interface_of_a_group_that_is_gone_is_not_made(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """An effect that cannot be written changes nothing, and the next flush tells."""
    moto.create_network_interface(interface(moto, client_to, group_ids=("sg-0bad",)))
    ec2 = client_to(moto.forward, "ec2")
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    assert "sg-0bad" not in {group["GroupId"] for group in groups_of(ec2)}
    with pytest.raises(MotoFailure, match="sg-0bad"):
        moto.flush()
    moto.flush()


def test_an_interface_of_a_subnet_that_is_gone_is_not_made(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """Relies on: moto raises an error for a subnet that it has not got."""
    moto.create_network_interface(interface(moto, client_to, subnet_id="subnet-0bad"))
    with pytest.raises(MotoFailure, match="subnet-0bad"):
        moto.flush()
    ec2 = client_to(moto.forward, "ec2")
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
