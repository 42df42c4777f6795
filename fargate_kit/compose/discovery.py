"""How tasks find each other by name: Service Connect, and the Cloud Map service of `run_params`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fargate_kit.compose.drafts import Draft, Workshop
from fargate_kit.compose.ecs_params import at
from fargate_kit.compose.plan import Discovery
from fargate_kit.compose.tree import Found

__all__ = ["connected", "discovery_of"]


def connected(drafts: Sequence[Draft], shop: Workshop) -> dict[str, Any]:
    """Return the members of CreateService that let services reach each other by name.

    Ports get the names that Service Connect asks for. A project of one service needs nothing.

    Source: ECS service model, ServiceConnectConfiguration.
    """
    if len(shop.drafts) < 2 or not any(
        "portMappings" in draft.api for draft in shop.drafts.values()
    ):
        return {}
    offered = []
    for draft in drafts:
        for mapping in draft.api.get("portMappings", ()):
            if mapping.get("protocol", "tcp") != "tcp":
                continue
            port = mapping["containerPort"]
            mapping.setdefault("name", f"{draft.container[:50].lower()}-{port}")
            alias = {"port": port, "dnsName": draft.container}
            offered.append({"portName": mapping["name"], "clientAliases": [alias]})
    configuration: dict[str, Any] = {"enabled": True, "namespace": shop.project.name}
    if offered:
        configuration["services"] = offered
    return {"serviceConnectConfiguration": configuration}


def discovery_of(params: Found | None, shop: Workshop) -> Discovery | None:
    """Return what `run_params.service_discovery` asks for."""
    found = at(params, "run_params.service_discovery")
    if found is None:
        return None
    private, public = found.get("private_dns_namespace"), found.get("public_dns_namespace")
    namespace = private or public
    if namespace is None or (private is not None and public is not None):
        shop.ledger.refused(
            found, "it needs one namespace, private or public", rule="service-discovery"
        )
        return None
    numbers: dict[str, int] = {}
    for way, fallback in (
        ("container_port", 0),
        ("service_discovery_service.dns_config.ttl", 60),
        ("service_discovery_service.healthcheck_custom_config.failure_threshold", 1),
    ):
        said = at(found, way)
        if said is not None and not said.text.isdigit():
            shop.ledger.refused(said, "a whole number is required", rule="number")
        numbers[way.rpartition(".")[2]] = (
            int(said.text) if said and said.text.isdigit() else fallback
        )
    container = found.get("container_name")
    name = at(found, "service_discovery_service.name")
    description = at(found, "service_discovery_service.description")
    record = at(found, "service_discovery_service.dns_config.type")
    if container is not None and container.text not in shop.drafts:
        shop.ledger.refused(
            container, f"there is no service {container.text!r}", rule="unknown-service"
        )
    return Discovery(
        container=container.text if container else next(iter(shop.drafts), ""),
        port=numbers["container_port"] or None,
        namespace={entry.key: entry.text for entry in namespace.entries()},
        public=public is not None,
        name=name.text if name else shop.project.name,
        description=description.text if description else "",
        record_type=record.text if record else "A",
        ttl=numbers["ttl"],
        failure_threshold=numbers["failure_threshold"],
    )
