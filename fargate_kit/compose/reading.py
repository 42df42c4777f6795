"""Reads a YAML file: what it says, where, and every key of it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from fargate_kit.compose.tree import Entry, Items, Node, Place, Scalar, Table
from fargate_kit.compose.verdicts import KeyPlace, refusal
from fargate_kit.errors import InvalidSpec
from fargate_kit.model.problems import Problem

__all__ = ["STANDARD_INPUT", "Document", "read_document", "read_text"]

STANDARD_INPUT = "standard input"
"""What the file `-` is called in messages."""
_YAML = "tag:yaml.org,2002:"
_TAGS = ("!reset", "!override")
_MOST_VALUES = 50_000
_OCTAL = re.compile(r"([+-]?)0[0-7]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that could be read.

    Attributes:
        keys: Every key that is written in it, once, in the order of the file.
        shadows: Values that a `<<` would have brought, had the key not been written beside it:
            the way to the key, the value, the places of its key, and the place that counts.
        problems: What is wrong with it although it is YAML.
    """

    file: str
    root: Table
    keys: tuple[KeyPlace, ...]
    shadows: tuple[tuple[str, Entry, Place], ...]
    merges: tuple[KeyPlace, ...]
    problems: tuple[Problem, ...]


def read_text(path: str, *, subject: str, content: bytes | None = None) -> str:
    """Read a file as UTF-8.

    Args:
        content: What is in it, where that is known already.

    Raises:
        InvalidSpec: It is not there, not a file, or not text.
    """
    try:
        if content is not None:
            return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig").read()
        with open(path, encoding="utf-8-sig") as stream:
            return stream.read()
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 text: {error.reason}"
    except FileNotFoundError:
        reason = "there is no such file"
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
    raise InvalidSpec(path, [refusal(subject, path, reason, "", "file")])


def read_document(file: str, text: str) -> Document:
    """Read YAML.

    Args:
        file: What to call it in messages.

    Raises:
        InvalidSpec: It is not YAML, not one mapping, or grows beyond measure through its aliases.
    """
    root = _composed(file, text)
    return _Builder(file).document(root)


def _composed(file: str, text: str) -> Any:
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            "Compose files are read with ruamel.yaml, which is not installed: "
            "pip install 'fargate-kit[compose]'",
            name=missing.name,
        ) from None
    try:
        return YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
        reason = " ".join(part for part in (error.context, error.problem) if part)
    except RecursionError:
        place, reason = file, "nested too deep"
    except (YAMLError, ValueError) as error:
        place, reason = file, str(error).splitlines()[0] if str(error) else "unreadable"
        if (position := getattr(error, "position", None)) is not None:
            before = text[:position]
            line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
            place = f"{file}:{line}:{column}"
    raise InvalidSpec(file, [refusal("the file", place, f"not YAML: {reason}", "", "yaml")])


class _Builder:
    """Turns the parser's nodes into ours: aliases followed, `<<` merged, problems noted."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._keys: dict[Place, KeyPlace] = {}
        self._merges: list[KeyPlace] = []
        self._shadows: list[tuple[str, Entry, Place]] = []
        self._problems: list[Problem] = []
        self._open: list[int] = []
        self._depth = 0
        self._count = 0

    def document(self, node: Any) -> Document:
        root = (
            Table(place=Place(file=self._file, line=1, column=1), entries={})
            if node is None
            else self._built(node, "")
        )
        if not isinstance(root, Table):
            self._refuse(root.place, "the file", "a mapping is required at the top", "type")
            raise InvalidSpec(self._file, self._problems)
        return Document(
            file=self._file,
            root=root,
            keys=tuple(sorted(self._keys.values(), key=lambda key: key.place)),
            shadows=tuple(self._shadows),
            merges=tuple(self._merges),
            problems=tuple(self._problems),
        )

    def _built(self, node: Any, path: str) -> Node:
        self._count += 1
        if id(node) in self._open or self._count > _MOST_VALUES:
            what = "an alias that contains itself" if id(node) in self._open else "too many aliases"
            self._refuse(self._place(node), path or "the file", what, "alias")
            raise InvalidSpec(self._file, self._problems)
        self._open.append(id(node))
        try:
            kind = type(node).__name__
            if kind == "MappingNode":
                self._depth += 1
                try:
                    return self._table(node, path)
                finally:
                    self._depth -= 1
            if kind == "SequenceNode":
                items = tuple(
                    self._built(item, f"{path}[{number}]") for number, item in enumerate(node.value)
                )
                return Items(place=self._place(node), items=items, tag=self._tag(node, path))
            return self._scalar(node, path)
        finally:
            self._open.pop()

    def _table(self, node: Any, path: str) -> Table:
        entries: dict[str, Entry] = {}
        merged: list[tuple[Any, Place]] = []
        for key, value in node.value:
            place = self._place(key)
            if str(key.tag) == f"{_YAML}merge":
                self._keys[place] = KeyPlace(
                    path=f"{path}.<<" if path else "<<",
                    place=place,
                    key="<<",
                    depth=self._depth - 1,
                )
                self._merges.append(self._keys[place])
                merged.append((value, place))
                continue
            if not isinstance(key.value, str) or str(key.tag) == f"{_YAML}null":
                self._refuse(place, path or "the file", "a key must be a text", "key")
                continue
            way = f"{path}.{key.value}" if path else key.value
            if key.value in entries:
                first = entries[key.value].place.line
                self._refuse(place, way, f"the key is there twice, first in line {first}", "twice")
            self._keys.setdefault(
                place, KeyPlace(path=way, place=place, key=key.value, depth=self._depth - 1)
            )
            entries[key.value] = Entry(
                key=key.value, places=(place,), value=self._built(value, way)
            )
        for value, place in merged:
            self._merge(entries, value, place, path)
        return Table(place=self._place(node), entries=entries, tag=self._tag(node, path))

    def _merge(self, entries: dict[str, Entry], value: Any, place: Place, path: str) -> None:
        sources = value.value if type(value).__name__ == "SequenceNode" else [value]
        for source in sources:
            table = self._built(source, path)
            if not isinstance(table, Table):
                self._refuse(place, path or "the file", "<< takes a mapping", "merge")
                continue
            for name, entry in table.entries.items():
                if name in entries:
                    way = f"{path}.{name}" if path else name
                    self._shadows.append((way, entry, entries[name].place))
                else:
                    entries[name] = entry

    def _scalar(self, node: Any, path: str) -> Scalar:
        tag, text = self._tag(node, path), str(node.value)
        kind = str(node.tag).removeprefix(_YAML)
        value = _value(kind, text)
        return Scalar(place=self._place(node), value=value, text=text, tag=tag)

    def _tag(self, node: Any, path: str) -> str | None:
        tag = str(node.tag)
        if tag in _TAGS:
            return tag
        if not tag.startswith(_YAML):
            what = f"the tag {tag} is not known; known are {' and '.join(_TAGS)}"
            self._refuse(self._place(node), path or "the file", what, "tag")
        return None

    def _place(self, node: Any) -> Place:
        mark = node.start_mark
        return Place(file=self._file, line=mark.line + 1, column=mark.column + 1)

    def _refuse(self, place: Place, path: str, reason: str, rule: str) -> None:
        self._problems.append(refusal(path, place, reason, "", rule))


def _value(kind: str, text: str) -> str | int | float | bool | None:
    try:
        match kind:
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                octal = _OCTAL.fullmatch(text)
                return int(text, 8) if octal else int(text.replace("_", ""), 0)
            case "float":
                return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
    return text
