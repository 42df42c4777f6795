"""What became of every key: mapped, altered, ignored or refused, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from fargate_kit.compose.tree import Found, Node, Place, places_in
from fargate_kit.model.problems import Problem, one_line

__all__ = ["Finding", "KeyPlace", "Ledger", "Verdict", "refusal"]


class Verdict(StrEnum):
    """What became of a key, the mildest first."""

    MAPPED = "mapped"
    ALTERED = "altered"
    IGNORED = "ignored"
    REFUSED = "refused"


_STRICTNESS = {verdict: number for number, verdict in enumerate(Verdict)}


_PLACE = re.compile(r"(.+?):(\d+):(\d+): ")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """A key as a file has it, before anything is merged.

    Attributes:
        depth: How many mappings it stands in, the file's own not counted.
    """

    path: str
    place: Place
    key: str
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What became of one key of one file.

    Attributes:
        place: Where the key is written.
        key: The key itself.
        depth: How deep in the file it stands, from 0.
        path: The key with the way to it, as it counts after merging.
        becomes: What of AWS it becomes, in AWS's words; nothing if it becomes nothing.
        reasons: Why it is not simply mapped, or what is better known about it.
    """

    place: Place
    key: str
    path: str
    verdict: Verdict
    becomes: str = ""
    reasons: tuple[str, ...] = ()
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    path: str
    verdict: Verdict
    becomes: str
    reason: str


def refusal(path: str, place: Place | str, reason: str, remedy: str, rule: str) -> Problem:
    """Return a refused key as a problem, its place first."""
    message = one_line(
        f"{place}: {path}: {reason}; {remedy}" if remedy else f"{place}: {path}: {reason}"
    )
    return Problem(path=path, rule=f"compose-{rule}", given=None, allowed=remedy, message=message)


class Ledger:
    """Collects a verdict for every key while files are read and translated."""

    def __init__(self) -> None:
        self._records: dict[Place, list[_Record]] = {}
        self._shadows: dict[Place, list[tuple[str, str]]] = {}
        self._problems: dict[str, Problem] = {}
        self._cautions: dict[str, None] = {}

    def mapped(self, found: Found, becomes: str = "", note: str = "") -> None:
        """Say that a key is kept; a note tells what is better known about it."""
        self._add(found, Verdict.MAPPED, becomes, note)

    def altered(self, found: Found, reason: str, becomes: str = "") -> None:
        """Say that a key is kept in another form or with another value."""
        self._add(found, Verdict.ALTERED, becomes, reason)

    def ignored(self, found: Found, reason: str) -> None:
        """Say that a key has no effect on Fargate."""
        self._add(found, Verdict.IGNORED, "", reason)

    def refused(self, found: Found, reason: str, remedy: str = "", *, rule: str) -> None:
        """Say that a key, or an item of its list, cannot be kept and must not be passed over."""
        self._add(found, Verdict.REFUSED, "", f"{reason}; {remedy}" if remedy else reason)
        self.problem(refusal(found.path, found.place, reason, remedy, rule))

    def refused_too(self, found: Found, reason: str) -> None:
        """Say that a key goes with one that is refused; that is told once, at the other."""
        self._add(found, Verdict.REFUSED, "", reason)

    def misfit(self, key: KeyPlace, problem: Problem) -> None:
        """Say that a key, or its value, cannot be read as Compose."""
        reason = problem.message.removeprefix(f"{problem.path}: ").rpartition(f"{problem.path}: ")[
            2
        ]
        record = _Record(path=key.path, verdict=Verdict.REFUSED, becomes="", reason=reason)
        self._records.setdefault(key.place, []).append(record)
        self.problem(problem)

    def goes_with(self, key: KeyPlace, above: KeyPlace) -> None:
        """Say that a key belongs to one that cannot be read."""
        record = _Record(
            path=key.path, verdict=Verdict.REFUSED, becomes="", reason=f"it belongs to {above.path}"
        )
        self._records.setdefault(key.place, []).append(record)

    def problem(self, problem: Problem) -> None:
        """Note what stops the plan; the same message counts once."""
        self._problems.setdefault(problem.message, problem)

    def caution(self, text: str) -> None:
        """Note what is better known and stops nothing."""
        self._cautions.setdefault(one_line(text))

    def shadowed(self, node: Node, places: Iterable[Place], path: str, by: str) -> None:
        """Say that keys have no effect here because something else counts."""
        for place in (*places, *places_in(node)):
            self._shadows.setdefault(place, []).append((path, by))

    def has(self, found: Found) -> bool:
        """Tell whether a key already has a verdict for this way to it."""
        found = found.owner or found
        return any(record.path == found.path for record in self._records.get(found.place, ()))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that stops the plan, in the order of the files and of their lines."""
        files: dict[str, int] = {}
        places = {}
        for message in self._problems:
            match = _PLACE.match(message)
            file = match[1] if match else ""
            line, column = (int(match[2]), int(match[3])) if match else (0, 0)
            places[message] = (files.setdefault(file, len(files)), line, column)
        return tuple(self._problems[message] for message in sorted(places, key=places.__getitem__))

    @property
    def cautions(self) -> tuple[str, ...]:
        """What is better known, in the order it was found."""
        return tuple(self._cautions)

    def findings(self, keys: Iterable[KeyPlace], leftovers: str) -> Iterator[Finding]:
        """Go through the keys of a file, each with its one finding.

        Args:
            leftovers: Why keys have no effect of which nothing else is known.
        """
        for key in keys:
            yield self._finding(key, leftovers)

    def _add(self, found: Found, verdict: Verdict, becomes: str, reason: str) -> None:
        found = found.owner or found  # an item of a list has no key of its own
        record = _Record(path=found.path, verdict=verdict, becomes=becomes, reason=reason)
        for place in found.places:
            records = self._records.setdefault(place, [])
            if record not in records:
                records.append(record)

    def _finding(self, key: KeyPlace, leftovers: str) -> Finding:
        records = self._records.get(key.place, [])
        shadows = self._shadows.get(key.place, [])
        if not records:
            reasons = tuple(dict.fromkeys(by for _, by in shadows)) or (_unused(key, leftovers),)
            return Finding(
                place=key.place,
                key=key.key,
                path=key.path,
                verdict=Verdict.IGNORED,
                reasons=reasons,
                depth=key.depth,
            )
        paths = list(dict.fromkeys(record.path for record in records))
        verdict = _joined([_strictest(records, path) for path in paths])
        becomes = next((record.becomes for record in records if record.becomes), "")
        return Finding(
            place=key.place,
            key=key.key,
            path=paths[0] if len(paths) == 1 else f"{paths[0]} (and {len(paths) - 1} more)",
            verdict=verdict,
            becomes="" if verdict in {Verdict.IGNORED, Verdict.REFUSED} else becomes,
            reasons=_reasons(records, len(paths) > 1),
            depth=key.depth,
        )


def _strictest(records: list[_Record], path: str) -> Verdict:
    verdicts = [record.verdict for record in records if record.path == path]
    return max(verdicts, key=_STRICTNESS.__getitem__)


def _joined(verdicts: list[Verdict]) -> Verdict:
    """Return the verdict of a key that is used in several ways."""
    if Verdict.REFUSED in verdicts:
        return Verdict.REFUSED
    return verdicts[0] if len(set(verdicts)) == 1 else Verdict.ALTERED


def _reasons(records: list[_Record], several: bool) -> tuple[str, ...]:
    plain = list(dict.fromkeys(record.reason for record in records if record.reason))
    if not several or len(plain) <= 1:
        return tuple(plain)
    return tuple(
        dict.fromkeys(f"{record.path}: {record.reason}" for record in records if record.reason)
    )


def _unused(key: KeyPlace, leftovers: str) -> str:
    if key.path.startswith("x-") or ".x-" in key.path:
        return "an extension that nothing here reads"
    return leftovers
