"""Merges what several files say, by the rules of the Compose specification."""

from __future__ import annotations

from dataclasses import replace

from fargate_kit.compose.short_forms import identity
from fargate_kit.compose.tree import Entry, Items, Node, Scalar, Table, pattern_of
from fargate_kit.compose.verdicts import Ledger

__all__ = ["as_table", "merged"]

# Later files replace these whole (Merge and override, Shell commands).
_REPLACED = frozenset({
    "services.*.command",
    "services.*.entrypoint",
    "services.*.healthcheck.test",
})
# These may be written as a list of `NAME=value` or of names, and mean a mapping.
_TABLES = frozenset({
    "services.*.environment",
    "services.*.labels",
    "services.*.annotations",
    "services.*.depends_on",
    "services.*.networks",
    "services.*.models",
    "services.*.sysctls",
    "services.*.build.args",
    "services.*.build.labels",
    "services.*.deploy.labels",
    "volumes.*.labels",
    "networks.*.labels",
})
# A single text means a list of one here.
_LISTS = frozenset({
    "services.*.env_file",
    "services.*.label_file",
    "services.*.tmpfs",
    "services.*.dns",
    "services.*.dns_search",
    "services.*.dns_opt",
})
_UNIQUE = frozenset({"ports", "volumes", "secrets", "configs", "devices"})


def merged(base: Node, over: Node, pattern: str, path: str, ledger: Ledger) -> Node:
    """Return what holds when a later file says more or otherwise.

    What no longer counts is noted in the ledger.

    Args:
        pattern: The way to the value, names that users give as `*`: it decides the rule.

    Source: Compose specification, Merge and override.
    """
    if over.tag in {"!override", "!reset"}:
        ledger.shadowed(base, (), path, f"replaced at {over.place}")
        return over
    if isinstance(over, Scalar) and over.value is None and not isinstance(base, Scalar):
        return base
    if pattern in _TABLES:
        base, over = as_table(base), as_table(over)
    if isinstance(base, Table) and isinstance(over, Table):
        return _merged_tables(base, over, pattern, path, ledger)
    if isinstance(base, Items) and isinstance(over, Items) and pattern not in _REPLACED:
        return _merged_lists(base, over, pattern, path, ledger)
    ledger.shadowed(base, (), path, f"replaced at {over.place}")
    return over


def as_table(node: Node) -> Node:
    """Read a list of `NAME=value`, or of names, as the mapping that it means."""
    if not isinstance(node, Items):
        return node
    entries: dict[str, Entry] = {}
    for item in node.items:
        if not isinstance(item, Scalar):
            return node
        name, equals, value = item.text.partition("=")
        said = replace(item, value=value if equals else None, text=value)
        entries[name] = Entry(key=name, places=(item.place,), value=said)
    return Table(place=node.place, entries=entries, tag=node.tag)


def _merged_tables(base: Table, over: Table, pattern: str, path: str, ledger: Ledger) -> Table:
    entries = dict(base.entries)
    for key, entry in over.entries.items():
        way = f"{path}.{key}" if path else key
        earlier = base.entries.get(key)
        if entry.value.tag == "!reset":
            if earlier:
                ledger.shadowed(earlier.value, earlier.places, way, f"taken back at {entry.place}")
            ledger.shadowed(entry.value, entry.places, way, "takes back what came before it")
            entries.pop(key, None)
        elif earlier is None:
            entries[key] = entry
        elif (joined := _joined(earlier, entry, pattern_of(pattern, key), way, ledger)) is None:
            ledger.shadowed(earlier.value, earlier.places, way, f"replaced at {entry.place}")
            entries[key] = entry
        else:
            entries[key] = joined
    return Table(place=over.place, entries=entries)


def _joined(earlier: Entry, entry: Entry, pattern: str, path: str, ledger: Ledger) -> Entry | None:
    """Return a key that says what both say; None if the later one replaces the earlier whole."""
    base, over = earlier.value, entry.value
    if pattern in _LISTS and over.tag is None:
        base, over = _as_list(base), _as_list(over)
    if isinstance(base, Scalar) or over.tag == "!override" or _other_driver(base, over, pattern):
        return None
    value = merged(base, over, pattern, path, ledger)
    if value is over:
        return None
    places = tuple(dict.fromkeys(entry.places + earlier.places))
    return Entry(key=entry.key, places=places, value=value)


def _as_list(node: Node) -> Node:
    if isinstance(node, Scalar) and node.value is not None:
        return Items(place=node.place, items=(node,))
    return node


def _other_driver(base: Node, over: Node, pattern: str) -> bool:
    """Tell whether two files name different log drivers: options of one mean nothing to another."""
    if pattern != "services.*.logging":
        return False
    drivers = [
        entry.value.text
        for node in (base, over)
        if isinstance(node, Table)
        and (entry := node.entries.get("driver"))
        and isinstance(entry.value, Scalar)
    ]
    return len(set(drivers)) == 2


def _merged_lists(base: Items, over: Items, pattern: str, path: str, ledger: Ledger) -> Items:
    attribute = pattern.rpartition(".")[2]
    by_identity: dict[str, Node] = {}
    loose: list[Node] = []
    for item in (*base.items, *over.items):
        unique = identity(attribute, item)
        if unique is None:
            loose.append(item)
        elif unique not in by_identity:
            by_identity[unique] = item
        elif attribute in _UNIQUE:
            by_identity[unique] = merged(
                by_identity[unique], item, f"{pattern}[]", f"{path}[{unique}]", ledger
            )
    return Items(place=over.place, items=(*by_identity.values(), *loose))
