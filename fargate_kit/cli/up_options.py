"""What may be said on the command line of `fargate-kit up`, read into a wish."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from fargate_kit.model.ingress import Source

__all__ = ["ANYWHERE", "CIDR", "ZONES", "Wish", "ports_of", "sources_of", "tags_of"]

ANYWHERE = "anywhere"
"""The only word that opens a port to the whole internet."""
# Those of `create_network()`.
CIDR, ZONES = "10.0.0.0/16", 2
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What `up` shall bring about.

    Attributes:
        network: Whether the cluster shall have a network of its own.
        zones: In so many zones it has a subnet; None is two, or as many as there are.
        cidr: Its range; None is the usual one, or the one that it has.
        ports: What is opened; two numbers are a range. None leaves open what is open.
        open_to: To whom.
        capacity_providers: What tasks may ask for; none is both of Fargate, or what there is.
        yes: Whether nobody is asked before what is open is closed.
    """

    cluster: str
    network: bool = False
    zones: int | None = None
    cidr: str | None = None
    ports: tuple[int | tuple[int, int], ...] = ()
    open_to: tuple[Source, ...] = ()
    capacity_providers: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    yes: bool = False


def ports_of(texts: Sequence[str]) -> tuple[int | tuple[int, int], ...]:
    """Read ports such as 80 or 8000-8010.

    Raises:
        BadParameter: One of them is none.
    """
    found: list[int | tuple[int, int]] = []
    for text in texts:
        match = _PORTS.fullmatch(text)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (-1, -1)
        if not 1 <= first <= last <= 65535:
            raise typer.BadParameter(
                f"{text!r} is no port; give one such as 80, or a range such as 8000-8010",
                param_hint="--port",
            )
        found.append(first if first == last else (first, last))
    return tuple(found)


def sources_of(texts: Sequence[str]) -> tuple[Source, ...]:
    """Read who may come in: addresses, ranges, security groups, or `anywhere`.

    Raises:
        BadParameter: One of them is none, is the whole internet without saying so, or would let in
            more than it names.
    """
    from fargate_kit.model.ingress import ANYWHERE as EVERYBODY
    from fargate_kit.model.ingress import ingress_of

    found: list[Source] = []
    for text in texts:
        if text == ANYWHERE:
            found.append(EVERYBODY)
            continue
        if _is_everything(text):
            raise typer.BadParameter(
                f"{text} is the whole internet: write `--open-to {ANYWHERE}` if that is meant",
                param_hint="--open-to",
            )
        _, problems = ingress_of(1, text)
        if problems:
            raise typer.BadParameter(
                f"{text!r} is nobody who can be let in; give {problems[0].allowed}, or {ANYWHERE}",
                param_hint="--open-to",
            )
        if (whole := _range_around(text)) is not None:
            address = text.partition("/")[0]
            raise typer.BadParameter(
                f"{text} is an address with the length of a range: give {address} to let in that "
                f"address alone, or {whole} for the whole range",
                param_hint="--open-to",
            )
        found.append(text)
    return tuple(found)


def tags_of(texts: Sequence[str]) -> dict[str, str]:
    """Read tags such as team=web.

    Raises:
        BadParameter: One is no tag, a key is there twice, or it is one of fargate_kit's own.
    """
    from fargate_kit.ownership import is_own

    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not key or not equals:
            reason = f"{text!r} is no tag; give KEY=VALUE, such as team=web"
        elif is_own(key):
            reason = f"the tag {key} says who made it, and is not yours to give"
        elif key in found:
            reason = f"the tag {key} is given twice"
        else:
            found[key] = value
            continue
        raise typer.BadParameter(reason, param_hint="--tag")
    return found


def _is_everything(text: str) -> bool:
    try:
        return ipaddress.ip_network(text, strict=False).prefixlen == 0
    except ValueError:
        return False


def _range_around(text: str) -> str | None:
    """Return the range that an address is somewhere in; None where nothing else would be let in."""
    try:
        interface = ipaddress.ip_interface(text)
    except ValueError:
        return None
    is_whole = interface.ip == interface.network.network_address
    return None if is_whole else str(interface.network)
