"""Where a container can be reached: ports, and the network it is in."""

from __future__ import annotations

from fargate_kit.compose.drafts import Draft, Workshop
from fargate_kit.compose.short_forms import Port, parse_port
from fargate_kit.compose.tree import Found, Scalar
from fargate_kit.model.problems import quoted

__all__ = ["translate_network"]

_PROTOCOLS = {"tcp", "udp"}
_APPLICATION = {"http", "http2", "grpc"}
_LAST_PORT = 65535


def translate_network(draft: Draft, shop: Workshop) -> None:
    """Translate ports and the network mode."""
    mappings: list[dict[str, object]] = []
    if ports := draft.get("ports"):
        for item in ports.items():
            mapping = _mapping(item, shop)
            if mapping and mapping not in mappings:
                mappings.append(mapping)
    if expose := draft.get("expose"):
        _exposed(expose, mappings, draft, shop)
    if mappings:
        draft.api["portMappings"] = mappings
    _mode(draft, shop)


def _mapping(item: Found, shop: Workshop) -> dict[str, object] | None:
    try:
        port = parse_port(item.text) if isinstance(item.node, Scalar) else _long_form(item)
    except ValueError as error:
        shop.ledger.refused(item, str(error), rule="port")
        return None
    if "-" in port.target or "-" in port.published.strip("-"):
        shop.ledger.refused(
            item, "a range of ports is not translated", "name each port", rule="port-range"
        )
        return None
    if not port.target.isdigit() or not 1 <= int(port.target) <= _LAST_PORT:
        shop.ledger.refused(item, "a port is 1 to 65535", rule="port")
        return None
    # 0 is any port of the machine (Compose specification, ports).
    if port.published and (not port.published.isdigit() or int(port.published) > _LAST_PORT):
        reason = f"a port is 1 to 65535, not {quoted(port.published)}"
        shop.ledger.refused(item, reason, rule="port")
        return None
    if port.protocol not in _PROTOCOLS:
        shop.ledger.refused(item, f"ECS maps tcp and udp, not {port.protocol}", rule="port")
        return None
    number = int(port.target)
    _say_what_is_lost(item, port, shop)
    mapping: dict[str, object] = {"containerPort": number}
    if port.protocol != "tcp":
        mapping["protocol"] = port.protocol
    for key, member in (("name", "name"), ("app_protocol", "appProtocol")):
        said = item.get(key)
        if said is None:
            continue
        if key == "app_protocol" and said.text not in _APPLICATION:
            shop.ledger.altered(
                item, f"ECS knows no application protocol {said.text}: it is left out"
            )
            continue
        mapping[member] = said.text
    if (said := item.get("x-aws-protocol")) and said.text in _APPLICATION:
        mapping["appProtocol"] = said.text
        shop.ledger.mapped(said, "appProtocol")
    return mapping


def _long_form(item: Found) -> Port:
    target = item.get("target")
    if target is None:
        raise ValueError("the port has no target: give `target:`")

    def said(key: str, otherwise: str = "") -> str:
        found = item.get(key)
        return found.text if found else otherwise

    return Port(
        target=target.text,
        published=said("published"),
        host_ip=said("host_ip"),
        protocol=said("protocol", "tcp").lower(),
    )


def _say_what_is_lost(item: Found, port: Port, shop: Workshop) -> None:
    if port.published not in {"", port.target}:
        shop.ledger.altered(
            item,
            f"port {port.published} becomes {port.target}: a task has its own address, where the "
            "container's own port answers",
            "portMappings",
        )
    if port.host_ip and port.host_ip not in {"0.0.0.0", "::"}:  # noqa: S104
        shop.ledger.altered(
            item,
            f"the address {port.host_ip} is left out: security groups say who may reach port "
            f"{port.target}",
            "portMappings",
        )


def _exposed(
    expose: Found, mappings: list[dict[str, object]], draft: Draft, shop: Workshop
) -> None:
    if shop.one_task:
        shop.ledger.ignored(expose, "containers of one task reach every port of each other")
        return
    for item in expose.items():
        number, _, protocol = item.text.partition("/")
        if (
            not number.isdigit()
            or not 1 <= int(number) <= 65535
            or protocol not in {"", "tcp", "udp"}
        ):
            reason = "a range of ports is not translated" if "-" in number else "no port"
            shop.ledger.refused(item, reason, "name each port", rule="port-range")
            continue
        mapping: dict[str, object] = {"containerPort": int(number)}
        if protocol == "udp":
            mapping["protocol"] = protocol
        if all(int(number) != each["containerPort"] for each in mappings):
            mappings.append(mapping)
    shop.ledger.altered(
        expose,
        "other services reach it by Service Connect, and whom the groups allow",
        "portMappings",
    )


def _mode(draft: Draft, shop: Workshop) -> None:
    found = draft.get("network_mode")
    if found is None:
        return
    mode = found.text
    if mode in {"bridge", "default"}:
        shop.ledger.altered(
            found, "each task has a network interface of its own", "networkMode awsvpc"
        )
    elif mode == "host":
        shop.ledger.altered(
            found,
            "the task's own network interface takes the place of the machine's",
            "networkMode awsvpc",
        )
    elif mode.startswith("service:") and shop.one_task:
        if mode.removeprefix("service:") in shop.drafts:
            shop.ledger.mapped(
                found, "networkMode awsvpc", "containers of a task share their network"
            )
        else:
            shop.ledger.refused(found, "there is no such service", rule="network-mode")
    elif mode.startswith("service:"):
        shop.ledger.refused(
            found,
            "two tasks cannot share a network",
            "put both into one task definition (--topology one-task)",
            rule="network-mode",
        )
    else:
        shop.ledger.refused(
            found, f"Fargate has no network mode {mode!r}", "remove it", rule="network-mode"
        )
