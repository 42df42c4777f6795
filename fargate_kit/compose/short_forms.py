"""Reads the short forms of ports and volumes, and tells what makes an item of a list unique."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fargate_kit.compose.tree import Items, Node, Scalar, Table

__all__ = ["Port", "VolumeUse", "identity", "parse_port", "parse_volume"]

_PORT = re.compile(
    r"(?:(?P<host>\[[0-9A-Fa-f:.]*\]|\d{1,3}(?:\.\d{1,3}){3}):)?(?:(?P<published>[0-9-]*):)?"
    r"(?P<target>\d+(?:-\d+)?)(?:/(?P<protocol>[A-Za-z]+))?",
    re.ASCII,
)
_WINDOWS_PATH = re.compile(r"[A-Za-z]:[\\/]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port as the short form says it; ranges keep their hyphen."""

    target: str
    published: str = ""
    host_ip: str = ""
    protocol: str = "tcp"


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeUse:
    """A volume as the short form says it.

    Attributes:
        kind: `volume` or `bind`.
        source: A volume's name or a path of the machine; nothing for an anonymous volume.
    """

    kind: str
    source: str
    target: str
    read_only: bool = False


def parse_port(text: str) -> Port:
    """Read `[host address:][published:]target[/protocol]`.

    Raises:
        ValueError: It is not of this form.
    """
    match = _PORT.fullmatch(text.strip())
    if match is None:
        raise ValueError("no port: give one such as 80, 8080:80 or 53:53/udp")
    return Port(
        target=match["target"],
        published=match["published"] or "",
        host_ip=(match["host"] or "").strip("[]"),
        protocol=(match["protocol"] or "tcp").lower(),
    )


def parse_volume(text: str) -> VolumeUse:
    """Read `[source:]target[:mode]`.

    Raises:
        ValueError: It is not of this form.
    """
    drive = text[:2] if _WINDOWS_PATH.match(text) else ""
    parts = text[len(drive) :].split(":")
    if not 1 <= len(parts) <= 3 or not all(parts):
        raise ValueError("no volume: give one such as data:/var/lib/data")
    if len(parts) == 1:
        return VolumeUse(kind="volume", source="", target=drive + parts[0])
    source = drive + parts[0]
    modes = parts[2].split(",") if len(parts) == 3 else []
    path = drive or source.startswith(("/", ".", "~"))
    return VolumeUse(
        kind="bind" if path else "volume",
        source=source,
        target=parts[1],
        read_only="ro" in modes,
    )


def identity(attribute: str, item: Node) -> str | None:
    """Return what makes an item of a list unique when files are merged; None if nothing does.

    Source: Compose specification, Merge and override, Unique resources.
    """
    if isinstance(item, Items):
        return None
    if isinstance(item, Scalar):
        return _text_identity(attribute, item.text)
    return _table_identity(attribute, item)


def _text_identity(attribute: str, text: str) -> str | None:
    try:
        match attribute:
            case "ports":
                port = parse_port(text)
                return f"{port.host_ip}|{port.target}|{port.published}|{port.protocol}"
            case "volumes":
                return parse_volume(text).target
            case "secrets" | "configs":
                return text
            case "devices":
                return text.split(":")[1] if ":" in text else text
    except ValueError:
        return None
    return text


def _table_identity(attribute: str, table: Table) -> str | None:
    def said(key: str, otherwise: str = "") -> str:
        entry = table.entries.get(key)
        return entry.value.text if entry and isinstance(entry.value, Scalar) else otherwise

    match attribute:
        case "ports":
            return "|".join((
                said("host_ip"),
                said("target"),
                said("published"),
                said("protocol", "tcp"),
            ))
        case "volumes":
            return said("target") or None
        case "secrets" | "configs":
            return said("target") or said("source") or None
        case "devices":
            return said("target") or said("source") or None
    return None
