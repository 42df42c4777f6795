"""The VPC endpoints that EC2 is asked to make, and the attributes that it is asked to change."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fargate_kit.sim import ec2_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_ec2_endpoint_services import name_prefix, private_name, short_names
from fargate_kit.sim.service_models import apart_session

# Services of other accounts, and of AWS under names of their own.
_OTHERS = ("com.amazonaws.vpce.", "com.amazonaws.s3-global.", "aws.", "cn.com.amazonaws.vpce.")
_VPC_ATTRIBUTES = ("EnableDnsHostnames", "EnableDnsSupport", "EnableNetworkAddressUsageMetrics")
_SUBNET_ATTRIBUTES = (
    "AssignIpv6AddressOnCreation",
    "DisableLniAtDeviceIndex",
    "EnableDns64",
    "EnableLniAtDeviceIndex",
    "EnableResourceNameDnsAAAARecordOnLaunch",
    "EnableResourceNameDnsARecordOnLaunch",
    "MapCustomerOwnedIpOnLaunch",
    "MapPublicIpOnLaunch",
    "PrivateDnsHostnameTypeOnLaunch",
)


def check_endpoints(asked: Asked, ec2: Any) -> None:
    """Refuse what AWS refuses of endpoints, and more or less than one attribute.

    Source: documentation of each operation in botocore's model.

    Raises:
        AwsError: As AWS does.
    """
    check = _CHECKS.get(asked.operation)
    if check is not None:
        check(asked, ec2)


def _create_endpoint(asked: Asked, ec2: Any) -> None:
    params = asked.params
    name = params.get("ServiceName")
    if name is None:
        return
    if "ServiceRegion" not in params and not _is_service(name, asked.region):
        raise wording.ENDPOINT_SERVICE_MISSING.error(name=name)
    kind = params.get("VpcEndpointType", "Gateway")
    if kind == "Gateway":
        _check_gateway_endpoint(params, ec2)
    elif kind == "Interface":
        _check_interface_endpoint(asked, ec2)


def _is_service(name: str, region: str) -> bool:
    """Tell whether AWS may have a service; moto's list of them is not the newest."""
    if name.startswith(_OTHERS):
        return True
    prefix = name_prefix(region)
    short = name.removeprefix(prefix)
    return name.startswith(prefix) and (
        short in short_names() or not _services().isdisjoint({short, *short.split(".")})
    )


@functools.cache
def _services() -> frozenset[str]:
    return frozenset(apart_session().get_available_services())


def _check_gateway_endpoint(params: Mapping[str, Any], ec2: Any) -> None:
    if params.get("SubnetIds"):
        raise wording.SUBNETS_OF_GATEWAY_ENDPOINT.error()
    for endpoint in _alike(params, ec2, "gateway"):
        for table in params.get("RouteTableIds") or ():
            if table in (endpoint.route_table_ids or ()):
                prefix_list = endpoint.destination_prefix_list_id
                raise wording.ENDPOINT_ROUTE_EXISTS.error(id=table, prefix_list=prefix_list)


def _check_interface_endpoint(asked: Asked, ec2: Any) -> None:
    params = asked.params
    if params.get("RouteTableIds"):
        raise wording.TABLES_OF_INTERFACE_ENDPOINT.error()
    if params.get("PrivateDnsEnabled") is not True:
        return
    for endpoint in _alike(params, ec2, "interface"):
        if endpoint.private_dns_enabled in {True, "true"}:
            domain = private_name(params["ServiceName"], asked.region)
            raise wording.PRIVATE_NAME_TAKEN.error(domain=domain, vpc=params["VpcId"])


def _alike(params: Mapping[str, Any], ec2: Any, kind: str) -> Iterator[Any]:
    """List the endpoints of a kind that lead from the same VPC to the same service."""
    for endpoint in ec2.vpc_end_points.values():
        place = endpoint.vpc_id, endpoint.service_name
        alive = endpoint.state not in {"deleted", "deleting"}
        told = (endpoint.vpc_endpoint_type or "Gateway").lower()
        if alive and told == kind and place == (params["VpcId"], params["ServiceName"]):
            yield endpoint


def _modify_vpc(asked: Asked, _: Any) -> None:
    _check_single(asked, _VPC_ATTRIBUTES)


def _modify_subnet(asked: Asked, _: Any) -> None:
    _check_single(asked, _SUBNET_ATTRIBUTES)


def _check_single(asked: Asked, names: tuple[str, ...]) -> None:
    given = [name for name in names if name in asked.params]
    if not given:
        raise wording.NO_ATTRIBUTE.error()
    if len(given) > 1:
        told = ", ".join(name[:1].lower() + name[1:] for name in given)
        raise wording.SEVERAL_ATTRIBUTES.error(names=told)


_CHECKS: Mapping[str, Callable[[Asked, Any], None]] = {
    "CreateVpcEndpoint": _create_endpoint,
    "ModifySubnetAttribute": _modify_subnet,
    "ModifyVpcAttribute": _modify_vpc,
}
