"""What of a service's settings differs from the plan, besides definition, count and scaling."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from fargate_kit.compose.plan import PlannedService
from fargate_kit.errors import NotFound
from fargate_kit.model.values import Network
from fargate_kit.service_spec import CircuitBreaker
from fargate_kit.services.service import Service

__all__ = ["settings_difference"]


def settings_difference(
    planned: PlannedService, present: Service, network: Network | None
) -> tuple[dict[str, Any], list[str]]:
    """Return the arguments of `Service.deploy()` that differ, and a line for each."""
    found: dict[str, Any] = {}
    details = []
    if network is not None and not _same_network(network, present.network):
        found["network"] = network
        details.append(f"network: {_shown(present.network)} → {_shown(network)}")
    held = present.raw.get("deploymentConfiguration") or {}
    breaker = held.get("deploymentCircuitBreaker") or {}
    wanted = planned.roll_out
    if (bool(breaker.get("enable")), bool(breaker.get("rollback"))) != (
        wanted.breaker,
        wanted.breaker and wanted.rollback,
    ):
        found["circuit_breaker"] = CircuitBreaker(enable=wanted.breaker, rollback=wanted.rollback)
        details.append(f"circuit breaker: {'on' if wanted.breaker else 'off'}")
    for argument, member in (
        ("minimum_healthy_percent", "minimumHealthyPercent"),
        ("maximum_percent", "maximumPercent"),
    ):
        percent = getattr(wanted, argument)
        if percent is not None and held.get(member) != percent:
            found[argument] = percent
            details.append(f"{member}: {held.get(member)} → {percent}")
    names, connected = planned.extra.get("serviceConnectConfiguration"), _connected(present)
    if names is None and (connected or {}).get("enabled"):
        found["extra"] = {"serviceConnectConfiguration": {"enabled": False}}
        details.append("Service Connect: off")
    elif names is not None and not _holds(names, connected):
        found["extra"] = {"serviceConnectConfiguration": names}
        details.append("Service Connect: as planned")
    return found, details


def _connected(present: Service) -> Any:
    with suppress(NotFound):
        return present.deployment.raw.get("serviceConnectConfiguration")
    return None


def _holds(wanted: Any, held: Any) -> bool:
    """Tell whether everything that is wanted is there, beside what AWS adds."""
    if isinstance(wanted, Mapping):
        return isinstance(held, Mapping) and all(
            _holds(value, held.get(key)) for key, value in wanted.items()
        )
    if isinstance(wanted, list | tuple):
        return (
            isinstance(held, list | tuple)
            and len(held) == len(wanted)
            and all(map(_holds, wanted, held))
        )
    return bool(wanted == held)


def _same_network(wanted: Network, held: Network | None) -> bool:
    return (
        held is not None
        and set(wanted.subnets) == set(held.subnets)
        and set(wanted.security_groups) == set(held.security_groups)
        and wanted.public_ip == held.public_ip
    )


def _shown(network: Network | None) -> str:
    if network is None:
        return "none"
    ids = ", ".join((*network.subnets, *network.security_groups))
    return f"{ids}{', public addresses' if network.public_ip else ''}"
