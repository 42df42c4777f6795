"""The services to which a VPC endpoint leads, by their names and as EC2 lists them."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.sim import ec2_wording as wording
from fargate_kit.sim.moto_ec2_filters import pattern

# Services with a gateway endpoint beside the interface one (AWS PrivateLink Guide, page
# `gateway-endpoints`).
GATEWAYS = ("dynamodb", "s3")


def mend_endpoint_services(ec2: Any) -> None:
    """List services without what moto's other simulations have to say of them.

    Some of those need packages that are not installed.
    """
    listed: list[dict[str, Any]] = []

    def collect(_: str, region: str) -> list[dict[str, Any]]:
        if not listed:
            listed.extend(_described(ec2, region))
        return listed

    ec2._collect_default_endpoint_services = collect
    ec2._filter_endpoint_services = _filtered


def name_prefix(region: str) -> str:
    """Give what the names of AWS's own services begin with in a region."""
    return f"{'cn.' if region.startswith('cn-') else ''}com.amazonaws.{region}."


@functools.cache
def short_names() -> tuple[str, ...]:
    """List the services that have endpoints, by the ends of their names."""
    vpcs = importlib.import_module("moto.ec2.models.vpcs")
    return tuple(sorted({*vpcs.AWS_ENDPOINT_SERVICES, *GATEWAYS}))


def private_name(service_name: str, region: str) -> str:
    """Give the host name of a service: its labels the other way round."""
    labels = service_name.removeprefix(name_prefix(region)).split(".")
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return ".".join([*reversed(labels), region, suffix])


def _described(ec2: Any, region: str) -> list[dict[str, Any]]:
    core = importlib.import_module("moto.core.base_backend")
    zones = [zone.name for zone in ec2.describe_availability_zones()]
    found = []
    for short in short_names():
        kinds = ("Gateway", "Interface") if short in GATEWAYS else ("Interface",)
        for kind in kinds:
            (service,) = core.BaseBackend.default_vpc_endpoint_service_factory(
                region, zones, short, kind, private_dns_names=False
            )
            service["ServiceName"] = name = name_prefix(region) + short
            if kind == "Interface":
                host = private_name(name, region)
                service |= {
                    "PrivateDnsName": host,
                    "PrivateDnsNameVerificationState": "verified",
                    "PrivateDnsNames": [{"PrivateDnsName": host}],
                }
            found.append(service)
    return found


def _filtered(
    names: Sequence[str],
    filters: Sequence[Mapping[str, Any]],
    services: Sequence[dict[str, Any]],
) -> list[dict[str, Any]]:
    return [
        service
        for service in services
        if (not names or service["ServiceName"] in names)
        and all(_fits(service, each) for each in filters)
    ]


def _fits(service: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    name, wanted = given.get("Name", "null"), given.get("Values") or given.get("Value") or ()
    return any(_match(value, wanted) for value in _values(service, name))


def _match(value: str, wanted: Sequence[str]) -> bool:
    return any(pattern(each).fullmatch(value) for each in wanted)


def _values(service: Mapping[str, Any], name: str) -> list[str]:
    """List what a filter is compared with (service model, DescribeVpcEndpointServices)."""
    tags = {tag["Key"]: tag["Value"] for tag in service.get("Tags") or ()}
    if name.startswith("tag:"):
        key = name.removeprefix("tag:")
        return [tags[key]] if key in tags else []
    if name == "service-type":
        return [each["ServiceType"] for each in service["ServiceType"]]
    if name == "tag-key":
        return list(tags)
    known = {
        "owner": service.get("Owner", ""),
        "service-name": service["ServiceName"],
        "service-region": (service.get("AvailabilityZones") or [""])[0][:-1],
        "supported-ip-address-types": "ipv4",
    }
    if name not in known:
        raise wording.FILTER_UNKNOWN.error(name=name)
    return [known[name]]
