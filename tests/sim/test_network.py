"""Addresses of task interfaces: of their subnet, unique, given back."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable

import pytest

from fargate_kit.sim.facts import SubnetFact
from fargate_kit.sim.network import (
    PUBLIC_RANGES,
    Addresses,
    NoFreeAddress,
    Placement,
    free_address,
    private_dns_name,
)


def _subnet(cidr: str, name: str = "subnet-1") -> SubnetFact:
    return SubnetFact(
        id=name,
        vpc_id="vpc-1",
        cidr=cidr,
        availability_zone="us-east-1a",
        zone_id="use1-az1",
    )


@pytest.fixture
def place() -> Callable[..., Placement]:
    """Place interfaces in one region, each with a stream of its own."""
    addresses = Addresses("us-east-1")
    count = iter(range(1_000_000))

    def place(
        cidr: str = "10.0.0.0/24",
        *,
        name: str = "subnet-1",
        in_use: frozenset[str] = frozenset(),
        public: bool = False,
    ) -> Placement:
        chance = random.Random(f"interface {next(count)}")
        return addresses.place(_subnet(cidr, name), in_use=in_use, public=public, chance=chance)

    return place


def test_first_four_and_last_kept_back(place: Callable[..., Placement]) -> None:
    """A /28 has exactly the eleven addresses that EC2 lets others have."""
    found = {place("10.0.0.16/28").private_address for _ in range(11)}
    assert found == {f"10.0.0.{last}" for last in range(20, 31)}
    with pytest.raises(NoFreeAddress):
        place("10.0.0.16/28")


def test_addresses_of_others_avoided(place: Callable[..., Placement]) -> None:
    """An address that another interface has is never given."""
    in_use = frozenset(f"10.0.0.{last}" for last in range(4, 14))
    assert place("10.0.0.0/28", in_use=in_use).private_address == "10.0.0.14"
    with pytest.raises(NoFreeAddress):
        place("10.0.0.0/28", in_use=in_use)


def test_address_given_back() -> None:
    """An address is free again after its release; ids are never used again."""
    addresses = Addresses("us-east-1")
    subnet = _subnet("10.0.0.0/28")
    ids = set()
    for round_ in range(30):
        chance = random.Random(str(round_))
        placed = addresses.place(subnet, in_use=frozenset(), public=True, chance=chance)
        ids.add(placed.interface_id)
        assert addresses.has_public(placed.public_address or "")
        addresses.release(subnet.id, placed)
        assert addresses.held() == 0
        assert not addresses.has_public(placed.public_address or "")
    assert len(ids) == 30


def test_same_address_in_another_subnet(place: Callable[..., Placement]) -> None:
    """Subnets do not share addresses, even if their ranges are the same."""
    for _ in range(11):
        place("10.0.0.0/28", name="subnet-1")
    assert place("10.0.0.0/28", name="subnet-2")


def test_ids_have_their_form(place: Callable[..., Placement]) -> None:
    """Interface ids have 17 hexadecimal digits; MAC addresses are locally administered."""
    placed = [place("10.0.0.0/20") for _ in range(200)]
    assert len({one.interface_id for one in placed}) == 200
    assert len({one.mac_address for one in placed}) == 200
    for one in placed:
        assert one.interface_id.startswith("eni-")
        assert len(bytes.fromhex("0" + one.interface_id.removeprefix("eni-"))) == 9
        first = int(one.mac_address[:2], 16)
        assert first & 0b10, "locally administered"
        assert not first & 0b01, "not a group"


def test_public_addresses_reach_nobody(place: Callable[..., Placement]) -> None:
    """A public address is given only if asked, is unique, and is of a reserved range."""
    assert place().public_address is None
    public = [place("10.0.0.0/16", public=True).public_address or "" for _ in range(1000)]
    assert len(set(public)) == 1000
    for address in public:
        assert any(ipaddress.ip_address(address) in block for block in PUBLIC_RANGES)
        assert not ipaddress.ip_address(address).is_global


def test_public_address_of_another_region_avoided() -> None:
    """A public address that another region holds is not given."""
    held: set[str] = set()
    one = Addresses("us-east-1", public_in_use=lambda address: address in held)
    for number in range(250):
        held.add(f"203.0.113.{number}")
    placed = one.place(
        _subnet("10.0.0.0/24"), in_use=frozenset(), public=True, chance=random.Random("x")
    )
    assert placed.public_address in {f"203.0.113.{number}" for number in range(250, 255)}


def test_failed_placement_takes_nothing() -> None:
    """If there is no public address left, the private one stays free."""
    addresses = Addresses("us-east-1", public_in_use=lambda _: True)
    with pytest.raises(NoFreeAddress):
        addresses.place(
            _subnet("10.0.0.0/24"), in_use=frozenset(), public=True, chance=random.Random("x")
        )
    assert addresses.held() == 0


def test_choice_follows_the_stream() -> None:
    """The same stream chooses the same address; other streams spread over the range."""
    network = ipaddress.IPv4Network("10.0.0.0/16")
    chosen = [free_address(network, lambda _: False, random.Random(str(n))) for n in range(50)]
    again = [free_address(network, lambda _: False, random.Random(str(n))) for n in range(50)]
    assert chosen == again
    assert len(set(chosen)) > 45


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("us-east-1", "ip-10-0-0-12.ec2.internal"),
        ("eu-west-1", "ip-10-0-0-12.eu-west-1.compute.internal"),
    ],
)
def test_private_dns_name(region: str, expected: str) -> None:
    """The private DNS name has the form of its region."""
    assert private_dns_name(region, "10.0.0.12") == expected
