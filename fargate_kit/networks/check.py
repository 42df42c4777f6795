"""Looking at a network before anything is run in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.core.session import Session
from fargate_kit.model.ingress import IngressRule, rules_from
from fargate_kit.model.network_needs import needs_of
from fargate_kit.model.problems import Problem
from fargate_kit.model.reachability import (
    Endpoint,
    NetworkPicture,
    Route,
    SubnetPicture,
    Way,
    findings,
)
from fargate_kit.model.values import Network

__all__ = ["check_network"]

Raw = Mapping[str, Any]
_SUBNETS = "networkConfiguration.awsvpcConfiguration.subnets"
_GROUPS = "networkConfiguration.awsvpcConfiguration.securityGroups"


async def check_network(
    session: Session, network: Network, definition: Raw, *, execute_command: bool = False
) -> tuple[Problem, ...]:
    """Tell what would keep the tasks of a definition from starting in a network.

    Calls:
        ec2:DescribeSubnets, ec2:DescribeSecurityGroups, ec2:DescribeRouteTables,
        ec2:DescribeInternetGateways, ec2:DescribeVpcEndpoints, ec2:DescribeVpcAttribute;
        ec2:DescribeNatGateways where a route leads to one, ec2:DescribeSubnets again where
        endpoints are in other subnets
    """
    subnets = await _all(session, "DescribeSubnets", "Subnets", "subnet-id", *network.subnets)
    known = {raw["SubnetId"]: raw for raw in subnets}
    if found := _unknown(_SUBNETS, "subnet", network.subnets, known, session):
        return found
    vpcs = list(dict.fromkeys(known[each]["VpcId"] for each in network.subnets))
    if len(vpcs) > 1:
        return (
            _problem(_SUBNETS, list(network.subnets), "subnets of one VPC", "they are of several"),
        )
    groups = {
        raw["GroupId"]: raw
        for raw in await _all(session, "DescribeSecurityGroups", "SecurityGroups", "vpc-id", *vpcs)
    }
    if found := _unknown(_GROUPS, "security group", network.security_groups, groups, session):
        return found
    reading = _Reading(
        network=network,
        region=session.api.region,
        subnets=[known[each] for each in dict.fromkeys(network.subnets)],
        groups=groups,
        tables=await _all(session, "DescribeRouteTables", "RouteTables", "vpc-id", *vpcs),
        gateways=await _all(
            session,
            "DescribeInternetGateways",
            "InternetGateways",
            "attachment.vpc-id",
            *vpcs,
        ),
        endpoints=await _all(session, "DescribeVpcEndpoints", "VpcEndpoints", "vpc-id", *vpcs),
    )
    if elsewhere := reading.unknown_subnets:
        # Endpoints may have their interfaces in other subnets of the VPC.
        reading.others = await _all(session, "DescribeSubnets", "Subnets", "subnet-id", *elsewhere)
    if reading.leads_to_nat:
        reading.nats = await _nats(session, vpcs[0])
    attribute = await session.api.call(
        "ec2", "DescribeVpcAttribute", VpcId=vpcs[0], Attribute="enableDnsSupport"
    )
    picture = reading.picture(resolves=attribute["EnableDnsSupport"]["Value"])
    return findings(
        picture, needs_of(definition, session.api.region, execute_command=execute_command)
    )


async def _all(session: Session, operation: str, member: str, name: str, *values: str) -> list[Raw]:
    chosen = [{"Name": name, "Values": list(dict.fromkeys(values))}]
    pages = session.api.pages("ec2", operation, Filters=chosen)
    return [raw async for page in pages for raw in page[member]]


async def _nats(session: Session, vpc_id: str) -> list[Raw]:
    # The one operation whose filter has no plural.
    pages = session.api.pages(
        "ec2", "DescribeNatGateways", Filter=[{"Name": "vpc-id", "Values": [vpc_id]}]
    )
    return [raw async for page in pages for raw in page["NatGateways"]]


def _unknown(
    path: str, kind: str, wanted: Sequence[str], known: Mapping[str, Raw], session: Session
) -> tuple[Problem, ...]:
    missing = [each for each in wanted if each not in known]
    if not missing:
        return ()
    where = f"in {session.api.region}" if kind == "subnet" else "in the subnets' VPC"
    text = f"there is no {kind} {', '.join(missing)} {where}"
    return (_problem(path, missing, f"a {kind} that is there", text),)


def _problem(path: str, given: Any, allowed: str, text: str) -> Problem:
    return Problem(
        path=path, rule="network-missing", given=given, allowed=allowed, message=f"{path}: {text}"
    )


class _Reading:
    """What EC2 said of one VPC, read into values."""

    def __init__(
        self,
        *,
        network: Network,
        region: str,
        subnets: Sequence[Raw],
        groups: Mapping[str, Raw],
        tables: Sequence[Raw],
        gateways: Sequence[Raw],
        endpoints: Sequence[Raw],
    ) -> None:
        self._network = network
        self._region = region
        self._subnets = subnets
        self._groups = groups
        self._tables = tables
        self._gateways = {raw["InternetGatewayId"] for raw in gateways}
        self._endpoints = endpoints
        self.nats: Sequence[Raw] = ()
        self.others: Sequence[Raw] = ()

    @property
    def unknown_subnets(self) -> list[str]:
        """The ids of subnets with endpoints that are not the network's own."""
        known = {raw["SubnetId"] for raw in self._subnets}
        used = [each for raw in self._endpoints for each in raw.get("SubnetIds") or ()]
        return [each for each in dict.fromkeys(used) if each not in known]

    @property
    def leads_to_nat(self) -> bool:
        """Whether a subnet of the network has a route to a NAT gateway."""
        return any(
            route.get("NatGatewayId")
            for subnet in self._subnets
            for route in self._table(subnet["SubnetId"]).get("Routes", ())
        )

    def picture(self, *, resolves: bool) -> NetworkPicture:
        """Put the values together."""
        group_ids = tuple(self._network.security_groups) or self._default_group()
        return NetworkPicture(
            region=self._region,
            resolves=resolves,
            public_ip=self._network.public_ip,
            subnets=tuple(self._subnet(raw) for raw in self._subnets),
            groups=group_ids,
            egress=self._rules(group_ids, "IpPermissionsEgress"),
            endpoints=tuple(self._endpoint(raw) for raw in self._endpoints if self._is_used(raw)),
        )

    def _subnet(self, raw: Raw) -> SubnetPicture:
        table = self._table(raw["SubnetId"])
        return SubnetPicture(
            id=raw["SubnetId"],
            zone=raw["AvailabilityZone"],
            cidr=raw["CidrBlock"],
            free=raw["AvailableIpAddressCount"],
            route_table=table.get("RouteTableId"),
            routes=tuple(self._routes(table)),
            zone_id=raw.get("AvailabilityZoneId"),
        )

    def _table(self, subnet_id: str) -> Raw:
        """Return the subnet's own route table, or the main one."""
        main: Raw = {}
        for table in self._tables:
            for each in table.get("Associations", ()):
                if each.get("SubnetId") == subnet_id:
                    return table
                if each.get("Main"):
                    main = table
        return main

    def _routes(self, table: Raw) -> list[Route]:
        found = []
        for raw in table.get("Routes", ()):
            destination = raw.get("DestinationCidrBlock")
            if not destination or raw.get("GatewayId") == "local":
                continue
            way, why = self._way(raw)
            target = next(
                (raw[member] for member in _TARGETS if raw.get(member)), "something unknown"
            )
            found.append(Route(destination=destination, target=target, way=way, why=why))
        return found

    def _way(self, raw: Raw) -> tuple[Way, str]:
        gateway: str = raw.get("GatewayId") or ""
        if gateway.startswith("igw-"):
            if gateway in self._gateways:
                return Way.INTERNET, ""
            return Way.NOWHERE, "which is not attached to the VPC"
        if raw.get("State") == "blackhole":
            return Way.NOWHERE, "which is gone"
        if raw.get("NatGatewayId"):
            why = self._why_not_nat(raw["NatGatewayId"])
            return (Way.NOWHERE, why) if why else (Way.NAT, "")
        # A gateway to somewhere else, or to a firewall: it is taken to lead on.
        if gateway.startswith(("vgw-", "vpce-")) or any(raw.get(each) for each in _LEADING_ON):
            return Way.ELSEWHERE, ""
        return Way.NOWHERE, "which does not lead to the internet"

    def _why_not_nat(self, nat_id: str) -> str:
        nat = next((raw for raw in self.nats if raw["NatGatewayId"] == nat_id), None)
        if nat is None or nat.get("State") != "available":
            state = "gone" if nat is None else nat.get("State", "in no known state")
            return f"which is {state}"
        if nat.get("ConnectivityType") == "private":
            return "which is private"
        routes = self._table(nat["SubnetId"]).get("Routes", ())
        if any(
            route.get("DestinationCidrBlock") == "0.0.0.0/0"
            and route.get("GatewayId") in self._gateways
            for route in routes
        ):
            return ""
        return f"whose own subnet {nat['SubnetId']} does not lead to an internet gateway"

    def _is_used(self, raw: Raw) -> bool:
        """Whether tasks use an endpoint under the service's ordinary name."""
        if raw.get("State", "available").lower() != "available":
            return False
        kind = raw.get("VpcEndpointType", "Gateway").lower()
        named: bool = raw.get("PrivateDnsEnabled", True)
        return kind == "gateway" or (kind == "interface" and named)

    def _endpoint(self, raw: Raw) -> Endpoint:
        service = raw["ServiceName"].rpartition(f".{self._region}.")[2]
        if raw.get("VpcEndpointType", "Gateway").lower() == "gateway":
            return Endpoint(
                id=raw["VpcEndpointId"],
                service=service,
                route_tables=tuple(raw.get("RouteTableIds") or ()),
                prefix_list=self._prefix_list(raw["VpcEndpointId"]),
            )
        groups = tuple(each["GroupId"] for each in raw.get("Groups") or ())
        groups = groups or self._default_group()
        return Endpoint(
            id=raw["VpcEndpointId"],
            service=service,
            ranges=self._ranges(raw.get("SubnetIds") or ()),
            groups=groups,
            ingress=self._rules(groups, "IpPermissions"),
        )

    def _prefix_list(self, endpoint_id: str) -> str | None:
        """Return the prefix list of a gateway endpoint, which its routes name."""
        for table in self._tables:
            for route in table.get("Routes", ()):
                if route.get("GatewayId") == endpoint_id:
                    found: str | None = route.get("DestinationPrefixListId")
                    return found
        return None

    def _ranges(self, subnet_ids: Sequence[str]) -> tuple[str, ...]:
        known = {raw["SubnetId"]: raw["CidrBlock"] for raw in (*self._subnets, *self.others)}
        return tuple(known[each] for each in subnet_ids if each in known)

    def _rules(self, group_ids: Sequence[str], member: str) -> tuple[IngressRule, ...]:
        permissions = [
            each for name in group_ids for each in self._groups.get(name, {}).get(member, ())
        ]
        return rules_from(permissions)

    def _default_group(self) -> tuple[str, ...]:
        return tuple(
            raw["GroupId"] for raw in self._groups.values() if raw["GroupName"] == "default"
        )


_LEADING_ON = (
    "TransitGatewayId",
    "NetworkInterfaceId",
    "InstanceId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
)
_TARGETS = ("NatGatewayId", "GatewayId", *_LEADING_ON, "VpcPeeringConnectionId")
