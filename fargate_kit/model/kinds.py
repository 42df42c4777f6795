"""The types that the members of a definition have, and how a value of a wrong type is reported.

A value of a wrong type is reported once and left out, so that no rule behind has to expect it.
Members that are not listed are passed over: they are AWS's to judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from fargate_kit.model.problems import Hidden, Problem, Rule, quoted, shown

_MODEL = "model: RegisterTaskDefinitionRequest and the shapes below it"

WRONG_TYPE = Rule(
    id="wrong-type",
    says="Every member has the type that the service model gives it.",
    source=_MODEL,
)
MISSING_MEMBER = Rule(
    id="missing-member",
    says="A structure has every member that the service model requires of it.",
    source=_MODEL,
)
UNKNOWN_VALUE = Rule(
    id="unknown-value",
    says="A member with a closed set of values has one of them, in AWS's own spelling.",
    source=_MODEL,
)

RULES = (WRONG_TYPE, MISSING_MEMBER, UNKNOWN_VALUE)

# The path of a definition itself, which has no name.
_WHOLE = "the definition"
_SMALLEST, _LARGEST = -(2**31), 2**31 - 1


class Kind(Protocol):
    """What may stand at one place of a definition."""

    def read(self, value: Any, path: str, into: list[Problem]) -> Any:
        """Return the value with every wrong type left out; None when the value itself is wrong."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text; one of `values` when there are any; never shown when `hidden`."""

    values: tuple[str, ...] = ()
    hidden: bool = False

    def read(self, value: Any, path: str, into: list[Problem]) -> str | None:
        """Take a text."""
        if not isinstance(value, str):
            into.append(_wrong_type(path, value, "a text", hidden=self.hidden))
            return None
        if self.values and value not in self.values:
            into.append(_unknown_value(path, value, self.values))
        return value


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number of 32 bits."""

    def read(self, value: Any, path: str, into: list[Problem]) -> int | None:
        """Take a whole number."""
        if type(value) is not bool and isinstance(value, int) and _SMALLEST <= value <= _LARGEST:
            return value
        into.append(_wrong_type(path, value, "a whole number"))
        return None


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def read(self, value: Any, path: str, into: list[Problem]) -> bool | None:
        """Take true or false."""
        if isinstance(value, bool):
            return value
        into.append(_wrong_type(path, value, "true or false"))
        return None


@dataclass(frozen=True, slots=True)
class Amount:
    """Task-level CPU or memory: a text on the wire; a number is as clear, and is taken too."""

    def read(self, value: Any, path: str, into: list[Problem]) -> int | str | None:
        """Take a text or a whole number."""
        if isinstance(value, (int, str)) and not isinstance(value, bool):
            return value
        into.append(_wrong_type(path, value, "a text or a whole number"))
        return None


@dataclass(frozen=True, slots=True)
class Table:
    """Texts by name; the texts are never shown, since a token may be among them."""

    def read(self, value: Any, path: str, into: list[Problem]) -> dict[str, str] | None:
        """Take a table of texts."""
        if not isinstance(value, Mapping):
            into.append(_wrong_type(path, value, "an object of texts by name", hidden=True))
            return None
        table = {}
        for key, text in value.items():
            if not isinstance(key, str):
                into.append(_wrong_type(path, key, "an object of texts by name", hidden=True))
            elif isinstance(text, str):
                table[key] = text
            else:
                into.append(_wrong_type(f"{path}.{_name(key)}", text, "a text", hidden=True))
        return table


@dataclass(frozen=True, slots=True)
class Items:
    """A list; an item of a wrong type becomes None, so that the others keep their places."""

    of: Kind

    def read(self, value: Any, path: str, into: list[Problem]) -> list[Any] | None:
        """Take a list."""
        if not isinstance(value, (list, tuple)):
            into.append(_wrong_type(path, value, "a list", hidden=True))
            return None
        read = self.of.read
        return [read(item, f"{path}[{index}]", into) for index, item in enumerate(value)]


@dataclass(frozen=True, slots=True)
class Record:
    """A structure with named members; null counts as absent, as it does on the wire.

    Attributes:
        required: Members that must be there.
        never_null: Members that may be absent but not null: a variable that somebody meant to fill
            in is better asked for than sent empty.
    """

    members: Mapping[str, Kind]
    required: tuple[str, ...] = ()
    never_null: tuple[str, ...] = ()

    def read(self, value: Any, path: str, into: list[Problem]) -> dict[str, Any] | None:
        """Take a structure, without the members that are not listed."""
        if not isinstance(value, Mapping):
            into.append(_wrong_type(path or _WHOLE, value, "an object", hidden=True))
            return None
        prefix = f"{path}." if path else ""
        record = {}
        for name, member in value.items():
            if not isinstance(name, str):
                into.append(_wrong_type(path or _WHOLE, value, "an object with texts for names"))
            if member is None and name in self.never_null:
                into.append(_null_value(prefix + name, value))
            kind = self.members.get(name)
            if kind is None or member is None:
                continue
            taken = kind.read(member, prefix + name, into)
            if taken is not None:
                record[name] = taken
        into.extend(
            _missing_member(prefix + name) for name in self.required if value.get(name) is None
        )
        return record


def _wrong_type(path: str, value: Any, expected: str, *, hidden: bool = False) -> Problem:
    scalar = isinstance(value, (str, int, float)) and not hidden
    given = value if scalar else Hidden(_kind_of(value))
    if isinstance(value, float) and scalar:
        given = Hidden(f"the number {value!r}")
    return WRONG_TYPE.problem(
        path, given=given, allowed=expected, remedy=f"write {expected} there, or leave it out"
    )


def _null_value(path: str, record: Mapping[str, Any]) -> Problem:
    name = record.get("name", record.get("key"))
    what = quoted(name) if isinstance(name, str) else "it"
    return WRONG_TYPE.problem(
        path,
        given=Hidden("null"),
        allowed="a text",
        remedy=f'give {what} a text ("" is an empty one), or leave it out',
    )


def _unknown_value(path: str, value: str, values: tuple[str, ...]) -> Problem:
    allowed = ", ".join(values)
    alike = next((known for known in values if known.lower() == value.strip().lower()), None)
    return UNKNOWN_VALUE.problem(
        path,
        given=value,
        allowed=allowed,
        remedy=f"write {alike}" if alike else "choose one of these",
    )


def _missing_member(path: str) -> Problem:
    name = path.rpartition(".")[2]
    return MISSING_MEMBER.problem(
        path, given=None, allowed="a value", remedy=f"AWS requires {name} here: give it"
    )


def _kind_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "a list"
    return f"a Python {type(value).__name__}"


def _name(key: str) -> str:
    return shown(key)[1:-1]
