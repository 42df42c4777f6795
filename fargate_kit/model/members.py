"""The names of a definition's members: which mean nothing, and which AWS may not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from fargate_kit.model.canonical import READ_ONLY
from fargate_kit.model.kinds import Items, Kind, Record
from fargate_kit.model.problems import Hidden, Problem, Rule, one_line
from fargate_kit.model.shapes import TASK_DEFINITION

UNKNOWN_MEMBER = Rule(
    id="unknown-member",
    says="A member that the service model does not have is refused, or newer than this package.",
    source="model: RegisterTaskDefinitionRequest and the shapes below it",
)
GIVEN_TWICE: Final = Rule(
    id="given-twice",
    says="What has a field of its own is not said another way in `extra`.",
    source="fargate_kit",
)

RULES = (UNKNOWN_MEMBER,)


def without_nulls(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the members that are null: they count as absent, and botocore refuses them.

    Values of a wrong type stay as they are, and so does what is inside an unknown member.
    """
    clean: dict[str, Any] = _clean(TASK_DEFINITION, definition)
    return clean


def unknown_members(definition: Mapping[str, Any]) -> Iterator[Problem]:
    """Find the members of a definition that the service model does not have.

    Those that AWS adds to a described definition are known.
    """
    registered = {name: value for name, value in definition.items() if name not in READ_ONLY}
    yield from _unknown(TASK_DEFINITION, registered, "")


def given_twice(named: Mapping[str, Any], extra: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Find the members that `extra` says otherwise than the fields do.

    Args:
        named: What the fields say, in AWS's form.
        path: Where both are; empty for the whole definition.
    """
    for member, value in extra.items():
        if member in named and named[member] != value:
            yield GIVEN_TWICE.problem(
                f"{path}.{member}" if path else member,
                given=Hidden("a field and extra that differ"),
                allowed="one of the two",
                remedy=f"leave {member} out of extra",
            )


def nearest(name: str, known: Mapping[str, Any] | tuple[str, ...]) -> str | None:
    """Return the known name that somebody may have meant."""
    by_small = {each.lower(): each for each in known}
    close = get_close_matches(name.lower(), by_small, n=1, cutoff=0.7)
    return by_small[close[0]] if close else None


def _clean(kind: Kind | None, value: Any) -> Any:
    if isinstance(kind, Record) and isinstance(value, Mapping):
        return {
            name: _clean(kind.members.get(name), member)
            for name, member in value.items()
            if member is not None or name in kind.never_null
        }
    if isinstance(kind, Items) and isinstance(value, (list, tuple)):
        return [_clean(kind.of, item) for item in value]
    return value


def _unknown(kind: Kind | None, value: Any, path: str) -> Iterator[Problem]:
    if isinstance(kind, Items) and isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _unknown(kind.of, item, f"{path}[{index}]")
    if not isinstance(kind, Record) or not isinstance(value, Mapping):
        return
    for name, member in value.items():
        place = f"{path}.{name}" if path else str(name)
        if name in kind.members:
            yield from _unknown(kind.members[name], member, place)
        elif member is not None:
            yield _problem(one_line(place), str(name), kind)


def _problem(path: str, name: str, kind: Record) -> Problem:
    meant = nearest(name, kind.members)
    doubt = "AWS's clients refuse names that they do not know"
    return UNKNOWN_MEMBER.problem(
        path,
        given=Hidden("an unknown member"),
        allowed="members of AWS's API",
        remedy=f"did you mean {meant}? {doubt}" if meant else doubt,
    )
