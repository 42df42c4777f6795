"""RegisterTargets, DeregisterTargets and DescribeTargetHealth for targets that are addresses."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fargate_kit.sim.errors import UnsupportedOperation
from fargate_kit.sim.load_balancing import wording
from fargate_kit.sim.load_balancing.facts import TRAFFIC_PORT, TargetGroupFact
from fargate_kit.sim.load_balancing.lives import TargetLives
from fargate_kit.sim.load_balancing.mirror import Mirror
from fargate_kit.sim.load_balancing.targets import ANY_ZONE, Targets, TargetState

OPERATIONS = frozenset({"DeregisterTargets", "DescribeTargetHealth", "RegisterTargets"})
MOST_TARGETS = 1000  # of a group; page load-balancer-limits of the User Guide

_PRIVATE = tuple(
    ipaddress.IPv4Network(block)
    for block in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
)

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    address: str
    port: int
    zone: str
    peered: bool


class TargetOperations:
    """The operations on targets (service model; User Guide, page target-group-register-targets).

    Args:
        region: Whose target groups are meant.
        account_id: Whose they are.
        mirror: What is configured.
        targets: Who is registered.
        lives: What registers and deregisters.
    """

    def __init__(
        self, region: str, account_id: str, mirror: Mirror, targets: Targets, lives: TargetLives
    ) -> None:
        self._region = region
        self._account_id = account_id
        self._mirror = mirror
        self._targets = targets
        self._lives = lives
        self._operations: dict[str, Callable[[TargetGroupFact, Params], dict[str, Any]]] = {
            "RegisterTargets": self._register,
            "DeregisterTargets": self._deregister,
            "DescribeTargetHealth": self._describe,
        }

    def has(self, operation: str) -> bool:
        """Tell whether an operation is one of these."""
        return operation in OPERATIONS

    def group(self, params: Params) -> TargetGroupFact:
        """Find the target group that a request names.

        Raises:
            AwsError: It is not there, or the ARN is not one of this region and account.
        """
        arn = params["TargetGroupArn"]
        parts = arn.split(":")
        wanted = ["arn", "elasticloadbalancing", self._region, self._account_id]
        if [*parts[:1], *parts[2:5]] != wanted or not parts[-1].startswith("targetgroup/"):
            raise wording.ARN_INVALID.error(arn=arn)
        found = self._mirror.facts.target_groups.get(arn)
        if found is None:
            raise wording.GROUP_NOT_FOUND.error()
        return found

    def run(self, operation: str, group: TargetGroupFact, params: Params) -> dict[str, Any]:
        """Run an operation.

        Raises:
            AwsError: AWS would refuse it; nothing has changed.
        """
        return self._operations[operation](group, params)

    def _register(self, group: TargetGroupFact, params: Params) -> dict[str, Any]:
        if not params["Targets"]:
            raise wording.TARGETS_MISSING.error()
        places = [self._place(group, target) for target in params["Targets"]]
        known = {one.key for one in self._targets.of(group.arn)}
        if len(known | {(one.address, one.port) for one in places}) > MOST_TARGETS:
            raise wording.TOO_MANY_TARGETS.error(most=MOST_TARGETS)
        for place in places:
            self._lives.register(
                group, place.address, place.port, zone=place.zone, peered=place.peered
            )
        return {}

    def _deregister(self, group: TargetGroupFact, params: Params) -> dict[str, Any]:
        if not params["Targets"]:
            raise wording.TARGETS_MISSING.error()
        for given in params["Targets"]:
            target = self._targets.find(group.arn, given["Id"], _port(group, given))
            if target is not None:
                self._lives.deregister(target)
        return {}

    def _describe(self, group: TargetGroupFact, params: Params) -> dict[str, Any]:
        include = set(params.get("Include") or ())
        anomalies = bool(include & {"AnomalyDetection", "All"})
        given = params.get("Targets")
        if not given:
            return {
                "TargetHealthDescriptions": [
                    _picture(group, target, anomalies) for target in self._targets.of(group.arn)
                ]
            }
        pictures = []
        for one in given:
            target = self._targets.find(group.arn, one["Id"], _port(group, one))
            pictures.append(
                _stranger(group, one) if target is None else _picture(group, target, anomalies)
            )
        return {"TargetHealthDescriptions": pictures}

    def _place(self, group: TargetGroupFact, given: Params) -> _Place:
        if group.ip_address_type == "ipv6":
            note = "Only IPv4 addresses can be targets here."
            raise UnsupportedOperation("elbv2", "RegisterTargets", note)
        try:
            address = ipaddress.IPv4Address(given["Id"])
        except ValueError:
            raise wording.ADDRESS_INVALID.error(address=given["Id"]) from None
        inside = self._mirror.zone_of(group.vpc_id, str(address)) if group.vpc_id else None
        return _Place(
            address=str(address),
            port=_port(group, given),
            zone=self._zone(address, inside, given.get("AvailabilityZone")),
            peered=inside is None,
        )

    def _zone(self, address: ipaddress.IPv4Address, inside: str | None, given: str | None) -> str:
        if inside is not None:
            if given not in {None, inside}:
                raise wording.ZONE_OVERRIDDEN.error(address=address, given=given, zone=inside)
            return inside
        if not any(address in block for block in _PRIVATE):
            raise wording.ADDRESS_NOT_PRIVATE.error(address=address)
        if given is None:
            raise wording.ZONE_REQUIRED.error(address=address)
        if given != ANY_ZONE and not given.startswith(self._region):
            raise wording.ZONE_UNKNOWN.error(zone=given)
        return given


def _port(group: TargetGroupFact, given: Params) -> int:
    """Tell the port of a target: the group's own, unless the request names another one."""
    port: int | None = given.get("Port") or group.port
    if port is None:
        raise RuntimeError(f"the target group {group.name} has no port")
    return port


def _picture(group: TargetGroupFact, target: TargetState, anomalies: bool) -> dict[str, Any]:
    port = target.port if group.health.port == TRAFFIC_PORT else group.health.port
    health = target.health
    told = {"State": health.state, "Reason": health.reason, "Description": health.description}
    picture = {
        "Target": {
            "Id": target.address,
            "Port": target.port,
            "AvailabilityZone": target.zone,
        },
        "HealthCheckPort": str(port),
        "TargetHealth": {name: value for name, value in told.items() if value is not None},
    }
    if anomalies:
        picture["AnomalyDetection"] = {"Result": "normal", "MitigationInEffect": "no"}
    return picture


def _stranger(group: TargetGroupFact, given: Params) -> dict[str, Any]:
    """Describe a target that is not registered."""
    health = wording.NOT_REGISTERED
    return {
        "Target": {"Id": given["Id"], "Port": _port(group, given)},
        "TargetHealth": {
            "State": health.state,
            "Reason": health.reason,
            "Description": health.description,
        },
    }
