"""Rules over port mappings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from fargate_kit.model.problems import Problem, Rule
from fargate_kit.model.reading import Reading

_MAPPING = "model: PortMapping"

CONTAINER_PORT = Rule(
    id="container-port",
    says="A port mapping has a containerPort of 1 to 65535, or a containerPortRange.",
    source=f"guide: task_definition_parameters; {_MAPPING}",
)
HOST_PORT = Rule(
    id="host-port",
    says="hostPort is left out or equals containerPort.",
    source=_MAPPING,
    fargate=True,
)
PORT_RANGE = Rule(
    id="port-range",
    says="A containerPortRange is first-last with 1 <= first < last <= 65535.",
    source=_MAPPING,
)
PORT_OR_RANGE = Rule(
    id="port-or-range",
    says="A port mapping with a containerPortRange has neither containerPort nor hostPort.",
    source=_MAPPING,
)
PORT_RANGE_COUNT = Rule(
    id="port-range-count",
    says="A container has at most 100 port ranges.",
    source=_MAPPING,
)
PORT_MAPPED_TWICE = Rule(
    id="port-mapped-twice",
    says="A port of one protocol is mapped once in a task, whose containers share an interface.",
    source=f"{_MAPPING}; public reports of AWS's answer",
    fargate=True,
)
PORT_NAME = Rule(
    id="port-name",
    says="A mapping's name is up to 64 lowercase letters, digits, _ and -, not beginning with -.",
    source=_MAPPING,
)
UNIQUE_PORT_NAMES = Rule(
    id="unique-port-names",
    says="No two port mappings of a task have the same name.",
    source="unverified: Service Connect finds a port by this name alone",
    mark="MEM",
)
WINDOWS_PORT = Rule(
    id="windows-port",
    says="Windows containers on Fargate cannot use port 3150.",
    source="guide: task_definition_parameters",
    fargate=True,
)

RULES = (
    CONTAINER_PORT,
    HOST_PORT,
    PORT_RANGE,
    PORT_OR_RANGE,
    PORT_RANGE_COUNT,
    PORT_MAPPED_TWICE,
    PORT_NAME,
    UNIQUE_PORT_NAMES,
    WINDOWS_PORT,
)

_LAST_PORT, _MOST_RANGES, _WINDOWS_RESERVED = 65535, 100, 3150
_RANGE = re.compile(r"(\d{1,5})-(\d{1,5})", re.ASCII)
_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]{0,63}")


class Ports(NamedTuple):
    """Ports that one mapping opens."""

    first: int
    last: int
    protocol: str
    path: str
    order: int


def opened_ports(reading: Reading) -> list[Ports]:
    """List what every mapping opens, in the definition's order; unreadable mappings are left out.

    Any protocol but udp counts as tcp (model: PortMapping).
    """
    opened: list[Ports] = []
    for container in reading.containers:
        for path, mapping in container.entries("portMappings"):
            span = _span(mapping)
            if span:
                protocol = "udp" if mapping.get("protocol") == "udp" else "tcp"
                opened.append(Ports(*span, protocol, path, len(opened)))
    return opened


def _span(mapping: dict[str, Any]) -> tuple[int, int] | None:
    port, ports = mapping.get("containerPort"), mapping.get("containerPortRange")
    if port is not None:
        return (port, port) if 1 <= port <= _LAST_PORT else None
    match = _RANGE.fullmatch(ports or "")
    if match is None:
        return None
    first, last = int(match[1]), int(match[2])
    return (first, last) if 1 <= first < last <= _LAST_PORT else None


def _mappings(reading: Reading) -> Iterator[Problem]:
    for container in reading.containers:
        ranges = 0
        for path, mapping in container.entries("portMappings"):
            if mapping.get("containerPortRange"):
                ranges += 1
                yield from _range(path, mapping)
            else:
                yield from _single(path, mapping, windows=reading.windows)
        if ranges > _MOST_RANGES:
            yield PORT_RANGE_COUNT.problem(
                f"{container.path}.portMappings",
                given=ranges,
                allowed=f"at most {_MOST_RANGES} ranges in a container",
                remedy="join ranges that touch",
            )


def _single(path: str, mapping: dict[str, Any], *, windows: bool) -> Iterator[Problem]:
    port, host_port = mapping.get("containerPort"), mapping.get("hostPort")
    if port is None or not 1 <= port <= _LAST_PORT:
        yield CONTAINER_PORT.problem(
            f"{path}.containerPort",
            given=port,
            allowed=f"1 to {_LAST_PORT}",
            remedy="give the port that the container listens on",
        )
    elif host_port is not None and host_port != port:
        yield HOST_PORT.problem(
            f"{path}.hostPort",
            given=host_port,
            allowed=f"nothing, or {port} as containerPort",
            remedy="leave hostPort out",
        )
    if windows and port == _WINDOWS_RESERVED:
        yield WINDOWS_PORT.problem(
            f"{path}.containerPort",
            given=port,
            allowed=f"any port but {_WINDOWS_RESERVED} for Windows",
            remedy="let the container listen on another port",
        )


def _range(path: str, mapping: dict[str, Any]) -> Iterator[Problem]:
    for member in ("containerPort", "hostPort"):
        if mapping.get(member) is not None:
            yield PORT_OR_RANGE.problem(
                f"{path}.{member}",
                given=mapping[member],
                allowed="nothing beside containerPortRange",
                remedy=f"leave {member} out, or give it a mapping of its own",
            )
    if _span({"containerPortRange": mapping["containerPortRange"]}) is None:
        yield PORT_RANGE.problem(
            f"{path}.containerPortRange",
            given=mapping["containerPortRange"],
            allowed=f"first-last, from 1 to {_LAST_PORT}, first below last",
            remedy="write it as 8000-8010; use containerPort for one port",
        )


def _mapped_twice(reading: Reading) -> Iterator[Problem]:
    twice = []
    widest: dict[str, Ports] = {}
    for ports in sorted(opened_ports(reading)):
        before = widest.get(ports.protocol)
        if before is not None and ports.first <= before.last:
            later, earlier = sorted((before, ports), key=lambda each: -each.order)
            twice.append((later, earlier, ports.first))
        if before is None or ports.last > before.last:
            widest[ports.protocol] = ports
    for later, earlier, port in sorted(twice, key=lambda each: each[0].order):
        yield PORT_MAPPED_TWICE.problem(
            later.path,
            given=f"{port}/{later.protocol}",
            allowed="each port once in a task",
            remedy=f"leave it out or choose another port, {earlier.path} has it already",
        )


def _names(reading: Reading) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for container in reading.containers:
        for path, mapping in container.entries("portMappings"):
            name = mapping.get("name")
            if name is None:
                continue
            if not _NAME.fullmatch(name):
                yield PORT_NAME.problem(
                    f"{path}.name",
                    given=name,
                    allowed="1 to 64 lowercase letters, digits, _ and -, not beginning with -",
                    remedy="choose such a name",
                )
            elif name in seen:
                yield UNIQUE_PORT_NAMES.problem(
                    f"{path}.name",
                    given=name,
                    allowed="a name of its own for every port mapping",
                    remedy=f"rename it, {seen[name]} has this name already",
                )
            else:
                seen[name] = path


CHECKS = (_mappings, _mapped_twice, _names)
