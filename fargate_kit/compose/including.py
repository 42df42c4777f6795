"""Follows `include`: other projects' files become part of this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from fargate_kit.compose.catalogue import compose_keys
from fargate_kit.compose.merging import merged
from fargate_kit.compose.sources import Sources, read_variables, shown_path
from fargate_kit.compose.tree import Entry, Found, Scalar, Table
from fargate_kit.compose.verdicts import Ledger

__all__ = ["with_includes"]

_SECTIONS = ("services", "volumes", "networks", "secrets", "configs")


def with_includes(
    root: Table,
    variables: Mapping[str, str],
    sources: Sources,
    ledger: Ledger,
    chain: tuple[str, ...] = (),
) -> Table:
    """Return a file with everything that it includes.

    What both name is refused, for neither may change the other.

    Source: Compose specification, include.
    """
    top = Found(path="", pattern="", places=(root.place,), node=root)
    included = top.get("include")
    if included is None:
        return root
    ledger.mapped(included, "the services and volumes of those files")
    result = root
    for item in included.items():
        for part in item.entries():
            ledger.mapped(part)
        for table in _tables(item, variables, sources, ledger, chain):
            result = _joined(result, table, item, ledger)
    return result


def _tables(
    item: Found,
    variables: Mapping[str, str],
    sources: Sources,
    ledger: Ledger,
    chain: tuple[str, ...],
) -> list[Table]:
    home = sources.directory_of(item.place.file)
    if isinstance(item.node, Scalar):
        paths = [item.text]
        directory = None
    else:
        path, given = item.get("path"), item.get("project_directory")
        paths = [each.text for each in path.items()] if path else []
        directory = home / given.text if given else None
        if env_file := item.get("env_file"):
            files = [Path(shown_path(home / each.text)) for each in env_file.items()]
            variables = read_variables(files, variables, ledger)
    if not paths:
        ledger.refused(item, "it names no file", "give `path:`", rule="include")
    result: Table | None = None
    for text in paths:
        path_ = home / text
        shown = shown_path(path_)
        if shown in chain:
            ledger.refused(item, f"{shown} includes itself", rule="include")
            return []
        where = directory or path_.parent
        root = sources.open(shown, variables, compose_keys(), directory=where)
        if root is None:
            continue
        root = with_includes(root, variables, sources, ledger, (*chain, shown))
        joined = root if result is None else merged(result, root, "", "", ledger)
        result = joined if isinstance(joined, Table) else result
    return [result] if result is not None else []


def _joined(root: Table, other: Table, item: Found, ledger: Ledger) -> Table:
    entries = dict(root.entries)
    for section in _SECTIONS:
        added = other.entries.get(section)
        if added is None or not isinstance(added.value, Table):
            continue
        own = entries.get(section)
        if own is None or not isinstance(own.value, Table):
            entries[section] = added
            continue
        for name in own.value.entries.keys() & added.value.entries.keys():
            ledger.refused(
                item,
                f"{section}.{name} is there in both: at {own.value.entries[name].place} and at "
                f"{added.value.entries[name].place}",
                "name one of them otherwise",
                rule="include",
            )
            clash = added.value.entries[name]
            by = f"the one at {own.value.entries[name].place} is there already"
            ledger.shadowed(clash.value, clash.places, f"{section}.{name}", by)
        table = replace(own.value, entries={**added.value.entries, **own.value.entries})
        entries[section] = Entry(key=section, places=own.places + added.places, value=table)
    return replace(root, entries=entries)
