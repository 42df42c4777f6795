"""What a YAML file says, with the place of every key and value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = ["Entry", "Found", "Items", "Node", "Place", "Scalar", "Table", "pattern_of", "places_in"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """A place in a file.

    Attributes:
        file: The path as it was given.
        line: From 1.
        column: From 1.
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A single value; its text is what the file says, the value what YAML makes of it.

    Attributes:
        computed: Whether variables were put into the text, so that a number may be a text.
        tag: `!reset` or `!override`.
    """

    place: Place
    value: str | int | float | bool | None = field(repr=False)
    text: str = field(repr=False)
    computed: bool = False
    tag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list."""

    place: Place
    items: tuple[Node, ...]
    tag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key with its value; merged from several files it has several places, the last one first."""

    key: str
    places: tuple[Place, ...]
    value: Node

    @property
    def place(self) -> Place:
        """Return where the key is written that counts."""
        return self.places[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A mapping, in the order of the file."""

    place: Place
    entries: Mapping[str, Entry]
    tag: str | None = None


Node: TypeAlias = Scalar | Items | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value with the way to it: what a translation is handed.

    Attributes:
        path: The way in words: `services.web.ports`.
        pattern: The same with `*` for names that users give: `services.*.ports`.
        places: Where its key is written; where a list's item is, for an item.
        key: The last part of the way.
        owner: The key whose list this is an item of.
    """

    path: str
    pattern: str
    places: tuple[Place, ...]
    node: Node
    key: str = ""
    owner: Found | None = None

    @property
    def place(self) -> Place:
        """Return where the key is written that counts."""
        return self.places[0]

    @property
    def text(self) -> str:
        """Return a single value as text; nothing for null, a list or a mapping."""
        if isinstance(self.node, Scalar) and self.node.value is not None:
            return self.node.text
        return ""

    @property
    def is_null(self) -> bool:
        """Tell whether nothing is said."""
        return isinstance(self.node, Scalar) and self.node.value is None

    @property
    def is_true(self) -> bool:
        """Tell whether a switch is on."""
        return isinstance(self.node, Scalar) and self.text.lower() == "true"

    def get(self, key: str) -> Found | None:
        """Return what a key of a mapping says; None where it is not there or null."""
        if not isinstance(self.node, Table) or key not in self.node.entries:
            return None
        found = self._below(self.node.entries[key])
        return None if found.is_null else found

    def named(self, key: str) -> Found | None:
        """Return what a key of a mapping says, null too; None where it is not there."""
        if not isinstance(self.node, Table) or key not in self.node.entries:
            return None
        return self._below(self.node.entries[key])

    def entries(self) -> Iterator[Found]:
        """Go through the keys of a mapping, null ones too; nothing else has any."""
        if isinstance(self.node, Table):
            for entry in self.node.entries.values():
                yield self._below(entry)

    def items(self) -> Iterator[Found]:
        """Go through the items of a list; a single value counts as a list of one."""
        if isinstance(self.node, Scalar) and self.node.value is not None:
            yield self
        if isinstance(self.node, Items):
            for number, item in enumerate(self.node.items):
                yield Found(
                    path=f"{self.path}[{number}]",
                    pattern=f"{self.pattern}[]",
                    places=(item.place,),
                    node=item,
                    owner=self.owner or self,
                )

    def _below(self, entry: Entry) -> Found:
        path = f"{self.path}.{entry.key}" if self.path else entry.key
        return Found(
            path=path,
            pattern=pattern_of(self.pattern, entry.key),
            places=entry.places,
            node=entry.value,
            key=entry.key,
        )


# Below these a key is a name that the user gives.
_NAMED = frozenset({
    "services",
    "volumes",
    "networks",
    "secrets",
    "configs",
    "models",
    "jobs",
    "task_definition.services",
})
_NAMED_IN_SERVICE = frozenset({
    "environment",
    "labels",
    "annotations",
    "depends_on",
    "networks",
    "models",
    "sysctls",
    "ulimits",
    "extra_hosts",
    "args",
    "additional_contexts",
    "ssh",
    "options",
    "driver_opts",
    "aux_addresses",
    "log_opt",
})


def pattern_of(parent: str, key: str) -> str:
    """Return the pattern of a key below another: names that users give become `*`."""
    if parent in _NAMED:
        return f"{parent}.*"
    if "." in parent and parent.rpartition(".")[2] in _NAMED_IN_SERVICE:
        return f"{parent}.*"
    return f"{parent}.{key}" if parent else key


def places_in(node: Node) -> Iterator[Place]:
    """Go through the places of every key at and below a value."""
    if isinstance(node, Table):
        for entry in node.entries.values():
            yield from entry.places
            yield from places_in(entry.value)
    elif isinstance(node, Items):
        for item in node.items:
            yield from places_in(item)
