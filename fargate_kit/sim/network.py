"""Network interfaces of tasks: addresses of their subnet's own range, and ids that never repeat."""

from __future__ import annotations

import functools
import ipaddress
import random
import socket
from collections.abc import Callable
from dataclasses import dataclass

from fargate_kit.sim.facts import SubnetFact

# Ranges that are reserved for documentation and for measurements (RFC 5737, RFC 2544): they look
# public, and no packet that is sent to them by mistake reaches anybody. Used in this order.
PUBLIC_RANGES = tuple(
    ipaddress.IPv4Network(block)
    for block in ("203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24", "198.18.0.0/15")
)


class NoFreeAddress(LookupError):
    """Every address of the range is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What a task's network interface is known by."""

    interface_id: str
    mac_address: str
    private_address: str
    private_dns_name: str
    public_address: str | None


class Addresses:
    """The addresses and interface ids of one region.

    Args:
        region: For the private DNS names.
        public_in_use: Tells whether another region holds a public address.
    """

    def __init__(
        self, region: str, *, public_in_use: Callable[[str], bool] = lambda _: False
    ) -> None:
        self._region = region
        self._public_in_use = public_in_use
        self._private: dict[str, set[str]] = {}
        self._public: dict[str, int] = {}  # address → its range
        self._public_held = [0] * len(PUBLIC_RANGES)
        self._interface_ids: set[str] = set()
        self._mac_addresses: set[str] = set()

    def place(
        self,
        subnet: SubnetFact,
        *,
        in_use: frozenset[str],
        public: bool,
        chance: random.Random,
    ) -> Placement:
        """Take addresses and ids for one more interface.

        Args:
            subnet: Where it goes.
            in_use: The addresses of the interfaces that others made there.
            public: Whether it gets a public address too.
            chance: From which the choice is drawn.

        Returns:
            The choice; nothing of it is given again before `release`.

        Raises:
            NoFreeAddress: The subnet, or the range of public addresses, is exhausted.
        """
        mine = self._private.setdefault(subnet.id, set())
        private = free_address(
            _network(subnet.cidr), lambda one: one in mine or one in in_use, chance
        )
        outside = self._take_public(chance) if public else None
        mine.add(private)
        return Placement(
            interface_id=self._fresh(
                self._interface_ids, lambda: f"eni-{chance.getrandbits(68):017x}"
            ),
            mac_address=self._fresh(self._mac_addresses, lambda: _mac_address(chance)),
            private_address=private,
            private_dns_name=private_dns_name(self._region, private),
            public_address=outside,
        )

    def release(self, subnet_id: str, placement: Placement) -> None:
        """Give the addresses of a deleted interface back; its ids are never used again."""
        self._private.get(subnet_id, set()).discard(placement.private_address)
        if placement.public_address in self._public:
            self._public_held[self._public.pop(placement.public_address)] -= 1

    def has_public(self, address: str) -> bool:
        """Tell whether a public address is held here."""
        return address in self._public

    def held(self) -> int:
        """Count the private addresses that are taken."""
        return sum(len(addresses) for addresses in self._private.values())

    def _take_public(self, chance: random.Random) -> str:
        def taken(address: str) -> bool:
            return address in self._public or self._public_in_use(address)

        for index, block in enumerate(PUBLIC_RANGES):
            if self._public_held[index] >= block.num_addresses - 2:
                continue
            try:
                address = free_address(block, taken, chance, first=1)
            except NoFreeAddress:
                continue
            self._public[address] = index
            self._public_held[index] += 1
            return address
        raise NoFreeAddress("every public address is taken")

    @staticmethod
    def _fresh(known: set[str], draw: Callable[[], str]) -> str:
        while (drawn := draw()) in known:
            pass
        known.add(drawn)
        return drawn


def free_address(
    network: ipaddress.IPv4Network,
    taken: Callable[[str], bool],
    chance: random.Random,
    *,
    first: int = 4,
) -> str:
    """Choose an address of a range that nobody has.

    Amazon VPC keeps the first four addresses of a subnet and the last one for itself
    (VPC User Guide, "Subnet CIDR blocks").

    Args:
        network: The range.
        taken: Tells whether somebody has an address.
        chance: Draws where the search begins; it goes on upwards and around.
        first: How many addresses at the beginning are kept back; at the end it is one.

    Raises:
        NoFreeAddress: All are taken.
    """
    size = network.num_addresses - first - 1
    base = int(network.network_address) + first
    start = chance.randrange(size) if size > 0 else 0
    for step in range(size):
        address = socket.inet_ntoa((base + (start + step) % size).to_bytes(4, "big"))
        if not taken(address):
            return address
    raise NoFreeAddress(f"no free address in {network}")


@functools.lru_cache(maxsize=1024)
def _network(cidr: str) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Network(cidr)


def private_dns_name(region: str, address: str) -> str:
    """Write the private DNS name that EC2 gives to an address."""
    suffix = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    return f"ip-{address.replace('.', '-')}.{suffix}"


def _mac_address(chance: random.Random) -> str:
    # 0x0a has the bit of locally administered addresses set, and that of groups clear
    return ":".join(f"{octet:02x}" for octet in (0x0A, *chance.randbytes(5)))
