"""Follows `extends`: a service begins with what another one says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from fargate_kit.compose.catalogue import compose_keys
from fargate_kit.compose.merging import merged
from fargate_kit.compose.sources import Sources, shown_path
from fargate_kit.compose.tree import Found, Scalar, Table
from fargate_kit.compose.verdicts import Ledger

__all__ = ["extended"]


def extended(
    name: str,
    service: Found,
    section: Found,
    variables: Mapping[str, str],
    sources: Sources,
    ledger: Ledger,
    chain: tuple[tuple[str, str], ...] = (),
) -> Table | None:
    """Return a service with what it extends beneath it; None if that cannot be found.

    Source: Compose specification, extends.
    """
    table = service.node
    if not isinstance(table, Table):
        return None
    link = service.get("extends")
    if link is None:
        return table
    place = (link.place.file, name)
    if place in chain:
        way = " → ".join([*(each for _, each in chain), name])
        ledger.refused(link, f"services extend each other in a circle: {way}", rule="extends")
        return None
    base_name, base_section = _target(link, section, variables, sources, ledger)
    if base_section is None:
        return None
    base = base_section.get(base_name)
    if base is None or not isinstance(base.node, Table):
        ledger.refused(link, f"there is no service {base_name!r} to extend", rule="extends")
        return None
    beneath = extended(base_name, base, base_section, variables, sources, ledger, (*chain, place))
    if beneath is None:
        return None
    ledger.mapped(link, f"the keys of service {base_name}")
    for part in link.entries():
        ledger.mapped(part, f"the keys of service {base_name}")
    if base_section is not section:
        ledger.mapped(replace(base, path=service.path))
    own = Table(
        place=table.place,
        entries={key: entry for key, entry in table.entries.items() if key != "extends"},
    )
    inherited = Table(
        place=beneath.place,
        entries={key: entry for key, entry in beneath.entries.items() if key != "extends"},
    )
    joined = merged(inherited, own, "services.*", service.path, ledger)
    return joined if isinstance(joined, Table) else own


def _target(
    link: Found,
    section: Found,
    variables: Mapping[str, str],
    sources: Sources,
    ledger: Ledger,
) -> tuple[str, Found | None]:
    """Return the name of the service to extend, and the services among which it is."""
    if isinstance(link.node, Scalar):
        return link.text, section
    named, file = link.get("service"), link.get("file")
    if named is None:
        ledger.refused(link, "it names no service", "give `service:`", rule="extends")
        return "", None
    if file is None:
        return named.text, section
    path = sources.directory_of(file.place.file) / file.text
    shown = shown_path(path)
    root = sources.open(
        shown,
        variables,
        compose_keys(),
        directory=Path(path).parent,
        leftovers="of this file only the services that others extend are taken",
    )
    if root is None:
        ledger.refused(link, f"{shown} cannot be read", rule="extends")
        return named.text, None
    top = Found(path="", pattern="", places=(root.place,), node=root)
    services = top.get("services")
    if services is None:
        ledger.refused(link, f"{shown} has no services", rule="extends")
    else:
        ledger.mapped(services)
    return named.text, services
