"""What differs between two task definitions, with nothing that AWS adds or reorders by itself."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from fargate_kit.model.canonical import key_of, normalise
from fargate_kit.model.kinds import Items, Kind, Record, Table
from fargate_kit.model.problems import one_line
from fargate_kit.model.secrecy import MASK, looks_secret, masked
from fargate_kit.model.shapes import TASK_DEFINITION

__all__ = ["MISSING", "Change", "Diff", "Missing", "compare", "normalise", "same"]

_ROLES = ("executionRoleArn", "taskRoleArn")
# Structures that say one thing about one name: a change of them is shown as a change of the name.
_PAIRS: Final[Mapping[str, tuple[str, str]]] = {
    "containerDefinitions.environment": ("name", "value"),
    "containerDefinitions.logConfiguration.secretOptions": ("name", "valueFrom"),
    "containerDefinitions.secrets": ("name", "valueFrom"),
    "containerDefinitions.systemControls": ("namespace", "value"),
    "proxyConfiguration.properties": ("name", "value"),
    "tags": ("key", "value"),
}
_CONTAINER = r"containerDefinitions\[[^\[\]]*\]\."
_REFERENCE = re.compile(
    rf"{_CONTAINER}(?:secrets\[|logConfiguration\.secretOptions\["
    r"|repositoryCredentials\.credentialsParameter$)"
)
_NAMED = re.compile(rf"(?:{_CONTAINER})?[A-Za-z.]+\[(.*)\]$", re.DOTALL)
_LONGEST_SHOWN = 300


class Missing(Enum):
    """The type of `MISSING`, which stands where one side has nothing."""

    MISSING = "—"

    def __repr__(self) -> str:
        return self.value

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing.MISSING


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Change:
    """One place where two definitions differ.

    Attributes:
        path: Where, with names in place of numbers: `containerDefinitions[main].image`.
        old: The canonical value on the old side, or `MISSING`.
        new: The canonical value on the new side, or `MISSING`.

    As text, values that look like secrets are masked; in `old` and `new` they are not.
    """

    path: str
    old: Any
    new: Any

    def __str__(self) -> str:
        old, new = _shown(self.path, self.old), _shown(self.path, self.new)
        return f"{one_line(self.path)}: {old} → {new}"

    def __repr__(self) -> str:
        return f"<Change {self}>"


@dataclass(frozen=True, slots=True, repr=False)
class Diff:
    """Every change between two definitions; false when there is none."""

    changes: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __str__(self) -> str:
        return "\n".join(str(change) for change in self.changes) or "no difference"

    def __repr__(self) -> str:
        return f"<Diff of {len(self.changes)} changes>"

    def _repr_html_(self) -> str:
        if not self.changes:
            return "<p>no difference</p>"
        rows = "".join(
            f"<tr><td><code>{html.escape(change.path)}</code></td>"
            f"<td>{html.escape(_shown(change.path, change.old))}</td>"
            f"<td>{html.escape(_shown(change.path, change.new))}</td></tr>"
            for change in self.changes
        )
        head = "<tr><th>where</th><th>old</th><th>new</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Diff:
    """Find what differs between two task definitions.

    Args:
        old: In AWS's own form, as sent or as DescribeTaskDefinition gives it.
        new: Likewise. For tags, see `normalise`.

    Returns:
        The changes, the same ones in the same order for the same definitions.
    """
    before, after = normalise(old), normalise(new)
    return Diff(tuple(_record(TASK_DEFINITION, before, after, "", "")))


def same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Tell whether two task definitions mean the same to AWS.

    Args:
        old: In AWS's own form, as sent or as DescribeTaskDefinition gives it.
        new: Likewise. For tags, see `normalise`.
    """
    return not compare(old, new)


def _values(kind: Kind | None, old: Any, new: Any, place: str, path: str) -> Iterator[Change]:
    absent = old is MISSING or new is MISSING
    if isinstance(kind, Record) and _are(Mapping, old, new) and not (absent and kind.required):
        yield from _record(kind, _or_empty(old, {}), _or_empty(new, {}), place, path)
    elif isinstance(kind, Table) and _are(Mapping, old, new):
        yield from _table(_or_empty(old, {}), _or_empty(new, {}), path)
    elif isinstance(kind, Items) and _are(list, old, new):
        yield from _items(kind, old, new, place, path)
    elif not _equal(place, old, new):
        yield Change(path=path, old=old, new=new)


def _are(wanted: type, *values: Any) -> bool:
    return all(value is MISSING or isinstance(value, wanted) for value in values)


def _or_empty(value: Any, empty: Any) -> Any:
    return empty if value is MISSING else value


def _record(
    kind: Record, old: Mapping[str, Any], new: Mapping[str, Any], place: str, path: str
) -> Iterator[Change]:
    names = [name for name in kind.members if name in old or name in new]
    names += sorted((old.keys() | new.keys()) - kind.members.keys(), key=str)
    for name in names:
        inner_place = f"{place}.{name}" if place else name
        inner_path = f"{path}.{name}" if path else str(name)
        before, after = old.get(name, MISSING), new.get(name, MISSING)
        yield from _values(kind.members.get(name), before, after, inner_place, inner_path)


def _table(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[Change]:
    for key in sorted(old.keys() | new.keys(), key=str):
        before, after = old.get(key, MISSING), new.get(key, MISSING)
        if not _equal("", before, after):
            yield Change(path=f"{path}[{key}]", old=before, new=after)


def _items(kind: Items, old: Any, new: Any, place: str, path: str) -> Iterator[Change]:
    old_names = key_of(place, _or_empty(old, []))
    new_names = key_of(place, _or_empty(new, []))
    if old_names is None or new_names is None:
        if not _equal(place, old, new):
            yield Change(path=path, old=old, new=new)
        return
    before = dict(zip(old_names, _or_empty(old, []), strict=True))
    after = dict(zip(new_names, _or_empty(new, []), strict=True))
    for name in sorted(before.keys() | after.keys()):
        item_path = f"{path}[{name}]"
        one, other = before.get(name, MISSING), after.get(name, MISSING)
        if place in _PAIRS and _is_pair(place, one) and _is_pair(place, other):
            one, other = _paired(place, one), _paired(place, other)
            if not _equal(place, one, other):
                yield Change(path=item_path, old=one, new=other)
        elif one is MISSING or other is MISSING:
            yield Change(path=item_path, old=one, new=other)
        else:
            yield from _values(kind.of, one, other, place, item_path)


def _is_pair(place: str, item: Any) -> bool:
    return item is MISSING or set(item) <= set(_PAIRS[place])


def _paired(place: str, item: Any) -> Any:
    return MISSING if item is MISSING else item.get(_PAIRS[place][1], "")


def _equal(place: str, old: Any, new: Any) -> bool:
    if place in _ROLES and isinstance(old, str) and isinstance(new, str):
        return _is_one_role(old, new)
    return _exactly_equal(old, new)


def _exactly_equal(old: Any, new: Any) -> bool:
    """Compare without taking true for 1, as Python does and AWS does not."""
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(_exactly_equal(old[key], new[key]) for key in old)
    if isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
        return len(old) == len(new) and all(map(_exactly_equal, old, new))
    return bool(old == new)


def _is_one_role(one: str, other: str) -> bool:
    """Tell whether two spellings name one role: two ARNs must be equal, a name may end an ARN."""
    if one == other or one.startswith("arn:") == other.startswith("arn:"):
        return one == other
    arn, name = (one, other) if one.startswith("arn:") else (other, one)
    _, _, tail = arn.partition(":role/")
    return tail == name or tail.endswith(f"/{name}")


def _shown(path: str, value: Any) -> str:
    if value is MISSING:
        return repr(MISSING)
    if not isinstance(value, (Mapping, list)) and _names_a_secret(path):
        return MASK
    text = one_line(json.dumps(masked(value), ensure_ascii=False, default=str))
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _names_a_secret(path: str) -> bool:
    """Tell whether a single value at this place is better not shown; a reference to one may be."""
    if _REFERENCE.match(path):
        return False
    named = _NAMED.match(path)
    return looks_secret(named[1] if named else path.rpartition(".")[2])
