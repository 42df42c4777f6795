"""The keys that each kind of file may have, and what is not among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from fargate_kit.compose.tree import Entry, Items, Node, Scalar, Table, pattern_of
from fargate_kit.compose.verdicts import KeyPlace, refusal
from fargate_kit.model.problems import Problem

__all__ = ["compose_keys", "ecs_params_keys", "misfits", "specification_keys"]

_WORDS = {
    "text": "a text",
    "number": "a number",
    "flag": "true or false",
    "list": "a list",
    "table": "a mapping",
    "null": "nothing",
}


@cache
def specification_keys() -> Mapping[str, frozenset[str]]:
    """Return every key of the Compose specification, with the kinds of value that it may have."""
    return _read("compose.txt")


@cache
def compose_keys() -> Mapping[str, frozenset[str]]:
    """Return every key that a Compose file may have: the specification's and `x-aws-*`."""
    return {**specification_keys(), **_read("aws.txt")}


@cache
def ecs_params_keys() -> Mapping[str, frozenset[str]]:
    """Return every key of `ecs-params.yml`."""
    return _read("ecs_params.txt")


def _read(name: str) -> dict[str, frozenset[str]]:
    text = files("fargate_kit.compose").joinpath("keys", name).read_text(encoding="utf-8")
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {words[0]: frozenset(words[1:]) for words in lines if words}


def misfits(root: Table, known: Mapping[str, frozenset[str]]) -> Iterator[tuple[KeyPlace, Problem]]:
    """Find keys that nobody knows, and values of a kind that the key cannot have.

    Extensions (`x-…`) may be anywhere and hold anything. Null counts as absent.

    Returns:
        Each problem with the key that it is about.
    """
    yield from _table_misfits(root, "", "", known)


def _table_misfits(
    table: Table, path: str, pattern: str, known: Mapping[str, frozenset[str]]
) -> Iterator[tuple[KeyPlace, Problem]]:
    for entry in table.entries.values():
        here = f"{path}.{entry.key}" if path else entry.key
        way = pattern_of(pattern, entry.key)
        key = KeyPlace(path=here, place=entry.place, key=entry.key)
        if way in known:
            for problem, below in _value_misfits(entry.value, here, way, known):
                yield below or key, problem
        elif not entry.key.startswith("x-"):
            remedy = _meant(entry, pattern, known)
            problem = refusal(here, entry.place, _unknown(entry.key), remedy, "unknown")
            yield key, problem


def _value_misfits(
    node: Node, path: str, pattern: str, known: Mapping[str, frozenset[str]]
) -> Iterator[tuple[Problem, KeyPlace | None]]:
    """Find what is wrong with a value; None for the key says that it is the value's own."""
    kinds = known[pattern]
    if not _fits(node, kinds):
        allowed = " or ".join(_WORDS[kind] for kind in _WORDS if kind in kinds and kind != "null")
        reason = f"{_kind_in_words(node)} stands here"
        yield refusal(path, node.place, reason, f"give {allowed}", "type"), None
    elif isinstance(node, Table):
        if any(way.startswith(f"{pattern}.") for way in known):
            for key, problem in _table_misfits(node, path, pattern, known):
                yield problem, key
    elif isinstance(node, Items) and f"{pattern}[]" in known:
        for number, item in enumerate(node.items):
            yield from _value_misfits(item, f"{path}[{number}]", f"{pattern}[]", known)


def _fits(node: Node, kinds: frozenset[str]) -> bool:
    if isinstance(node, Table):
        return "table" in kinds
    if isinstance(node, Items):
        return "list" in kinds
    if node.value is None:
        return True
    if isinstance(node.value, bool):
        return "flag" in kinds
    if isinstance(node.value, int | float):
        return bool({"number"} & kinds) or (node.computed and "text" in kinds)
    if "text" in kinds:
        return True
    if "flag" in kinds and node.computed and node.text.lower() in {"true", "false"}:
        return True
    return "number" in kinds and node.computed and node.text.replace(".", "", 1).isdigit()


def _kind_in_words(node: Node) -> str:
    if isinstance(node, Scalar):
        if isinstance(node.value, bool):
            return "true or false"
        return "a text" if isinstance(node.value, str) else "a number"
    return "a list" if isinstance(node, Items) else "a mapping"


def _unknown(key: str) -> str:
    return f"{key!r} is no key that Compose knows here" if len(key) < 60 else "an unknown key"


def _meant(entry: Entry, parent: str, known: Mapping[str, frozenset[str]]) -> str:
    prefix = f"{parent}." if parent else ""
    beside = [
        name
        for way in known
        if way.startswith(prefix) and "." not in (name := way[len(prefix) :]) and "[" not in name
    ]
    inside = entry.value.entries if isinstance(entry.value, Table) else {}
    if not parent and inside.keys() & {"image", "build"}:
        return "put it below `services:`: Compose files of version 1 are no longer read"
    named = [name for name in beside if name != "*"]
    if close := get_close_matches(entry.key.replace("-", "_"), named, n=1, cutoff=0.6):
        return f"did you mean {close[0]!r}?"
    if not parent and f"services.*.{entry.key}" in known:
        return "it belongs to a service, below `services:`"
    return "remove it, or begin it with x-"
