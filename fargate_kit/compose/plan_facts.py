"""A plan's parts as JSON takes them."""

from __future__ import annotations

from typing import Any

from fargate_kit.compose.plan import Discovery, PlannedService
from fargate_kit.model.values import Network

__all__ = ["discovery_facts", "network_facts", "service_facts"]


def network_facts(network: Network) -> dict[str, Any]:
    """Return where the tasks go."""
    return {
        "subnets": list(network.subnets) or "default VPC",
        "securityGroups": list(network.security_groups) or "default VPC",
        "assignPublicIp": "ENABLED" if network.public_ip else "DISABLED",
    }


def service_facts(service: PlannedService, show_values: bool) -> dict[str, Any]:
    """Return a service, with the values of variables or without."""
    request = service.task.to_api()
    if not show_values:
        for container in request["containerDefinitions"]:
            for variable in container.get("environment", ()):
                variable["value"] = "…"
    scaling, role = service.scaling, service.role
    return {
        "name": service.name,
        "compose_services": list(service.compose_services),
        "desired_count": service.desired_count,
        "after": dict(service.after),
        "settings": {"deploymentConfiguration": service.roll_out.to_api(), **service.extra},
        "scaling": scaling
        and {
            "minimum": scaling.minimum,
            "maximum": scaling.maximum,
            "cpu": scaling.cpu,
            "memory": scaling.memory,
        },
        "role": role
        and {
            "name": role.name,
            "policies": list(role.policies),
            "inline_policy": role.inline_policy,
        },
        "task_definition": request,
    }


def discovery_facts(discovery: Discovery | None) -> dict[str, Any] | None:
    """Return the Cloud Map service, if there is one."""
    if discovery is None:
        return None
    return {
        "container": discovery.container,
        "port": discovery.port,
        "namespace": dict(discovery.namespace),
        "public": discovery.public,
        "name": discovery.name,
        "description": discovery.description,
        "record_type": discovery.record_type,
        "ttl": discovery.ttl,
        "failure_threshold": discovery.failure_threshold,
    }
