"""Takes down everything that carries a mark, in the order of its dependencies, and looks again."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import anyio

from fargate_kit.core.session import Session
from fargate_kit.errors import FargateError, InvalidSpec, TeardownIncomplete
from fargate_kit.model.problems import Problem
from fargate_kit.ownership import TAG
from fargate_kit.teardown.balancing import (
    LISTENERS,
    LOAD_BALANCERS,
    TARGET_GROUPS,
    without_parts,
)
from fargate_kit.teardown.ecs import CLUSTERS, SCALING, SERVICES, TASK_DEFINITIONS, TASKS
from fargate_kit.teardown.leftovers import Leftover, Search, Step
from fargate_kit.teardown.network import NETWORK
from fargate_kit.teardown.rest import ALARMS, LOG_GROUPS, ROLES

__all__ = ["KINDS", "TornDown", "check_mark", "leftovers", "marks", "teardown"]

# What uses a thing goes before the thing. Each step is done when what it found is gone.
STEPS: tuple[Step, ...] = (
    SCALING,
    SERVICES,
    TASKS,
    ALARMS,
    CLUSTERS,
    TASK_DEFINITIONS,
    LOAD_BALANCERS,
    LISTENERS,
    TARGET_GROUPS,
    LOG_GROUPS,
    ROLES,
    *NETWORK,
)
KINDS = tuple(step.kind for step in STEPS)
"""The kinds of resources that are looked for, in the order in which they go."""
# A second round takes what appeared in the first one; more would only hide that it does not end.
ROUNDS = 2
# What every service that is asked allows in the value of a tag (their service models).
_MARK = re.compile(r"(?!aws:)[A-Za-z0-9 +\-=._:/@]{1,200}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TornDown:
    """What a tear-down deleted; nothing with the mark was left when it looked again.

    Attributes:
        mark: The value of the tag `fargate-kit`.
        deleted: What was deleted, in the order in which it went.
    """

    mark: str
    deleted: tuple[Leftover, ...]

    def __str__(self) -> str:
        if not self.deleted:
            return f"nothing was marked {self.mark!r}"
        count = len(self.deleted)
        things = f"{count} thing{'s' if count != 1 else ''} marked {self.mark!r}"
        lines = [f"{things} {'are' if count != 1 else 'is'} gone:"]
        return "\n".join([*lines, *(f"  {each}" for each in self.deleted)])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(each.kind)}</td><td>{escape(each.name)}</td></tr>"
            for each in self.deleted
        )
        head, _, _ = str(self).partition(":")
        return f"<p>{escape(head)}</p><table>{rows}</table>"


@dataclass(slots=True)
class _Record:
    """What has come of a tear-down so far."""

    deleted: list[Leftover] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    not_seen: list[str] = field(default_factory=list)


async def teardown(
    session: Session, mark: str, *, kinds: Collection[str] | None = None
) -> TornDown:
    """Delete everything in the region that carries the mark, and prove that nothing is left.

    What cannot be deleted does not keep the rest from going. May be run again at any time.

    Args:
        mark: The value of the tag `fargate-kit`.
        kinds: Of `KINDS`, those that are looked for; None is all.

    Raises:
        InvalidSpec: The mark is no value of a tag, or a kind is not known; nothing was sent.
        TeardownIncomplete: Something is left, or could not be looked for; it names them.
    """
    steps = _steps(mark, kinds)
    search = Search(session=session, mark=mark)
    record = _Record()
    left: list[Leftover] = []
    for _ in range(ROUNDS):
        record.refused.clear()
        for step in steps:
            await _take_down(search, step, record)
        left = await _look(search, steps, record)
        if not left:
            break
    if left or record.not_seen:
        raise TeardownIncomplete(
            mark,
            deleted=[str(each) for each in record.deleted],
            left=[str(each) for each in left],
            problems=[*record.refused, *record.not_seen],
        )
    return TornDown(mark=mark, deleted=tuple(record.deleted))


async def leftovers(
    session: Session, mark: str, *, kinds: Collection[str] | None = None
) -> tuple[Leftover, ...]:
    """Find everything in the region that carries the mark; nothing is changed.

    What goes with something else that is found is left out, as in what a tear-down tells.

    Raises:
        InvalidSpec: The mark is no value of a tag, or a kind is not known; nothing was sent.
        TeardownIncomplete: Something could not be looked for.
    """
    steps = _steps(mark, kinds)
    record = _Record()
    found = await _look(Search(session=session, mark=mark), steps, record)
    if record.not_seen:
        raise TeardownIncomplete(
            mark, deleted=(), left=[str(each) for each in found], problems=record.not_seen
        )
    return tuple(without_parts(found))


async def marks(session: Session) -> Mapping[str, tuple[Mapping[str, str], ...]]:
    """Find every mark in the region, with the tags of each thing that carries it.

    Raises:
        TeardownIncomplete: Something could not be looked for.
    """
    record, search = _Record(), Search(session=session, mark=None)
    await _look(search, STEPS, record)
    if record.not_seen:
        raise TeardownIncomplete("any mark", deleted=(), left=(), problems=record.not_seen)
    found: dict[str, list[Mapping[str, str]]] = {}
    for tags in search.seen:
        found.setdefault(tags[TAG], []).append(tags)
    return {mark: tuple(each) for mark, each in sorted(found.items())}


def check_mark(mark: str) -> None:
    """Refuse what cannot be the value of a tag everywhere.

    Raises:
        InvalidSpec: It cannot.
    """
    _steps(mark, None)


async def _take_down(search: Search, step: Step, record: _Record) -> None:
    try:
        found = await step.find(search)
    except FargateError:
        return  # The look at the end meets the same, and tells it.
    limiter = anyio.Semaphore(step.at_once)

    async def remove(each: Leftover) -> None:
        async with limiter:
            try:
                await step.remove(search, each)
            except FargateError as error:
                record.refused.append(f"{each} could not be deleted: {error}")
            else:
                record.deleted.append(each)

    async with anyio.create_task_group() as group:
        for each in found:
            group.start_soon(remove, each)


async def _look(search: Search, steps: Sequence[Step], record: _Record) -> list[Leftover]:
    found: list[Leftover] = []
    record.not_seen.clear()
    for step in steps:
        try:
            found += await step.find(search)
        except FargateError as error:
            record.not_seen.append(f"could not look for {step.kind}s: {error}")
    return found


def _steps(mark: str, kinds: Collection[str] | None) -> tuple[Step, ...]:
    problems = []
    if not _MARK.fullmatch(mark):
        allowed = "1 to 200 letters, digits, spaces and + - = . _ : / @, not beginning with aws:"
        problems.append(_problem("mark", "mark", mark, allowed))
    unknown = [kind for kind in kinds or () if kind not in KINDS]
    problems += [_problem("kinds", "kind", kind, ", ".join(KINDS)) for kind in unknown]
    if problems:
        raise InvalidSpec("this tear-down", problems)
    return tuple(step for step in STEPS if kinds is None or step.kind in kinds)


def _problem(path: str, rule: str, given: str, allowed: str) -> Problem:
    message = f"{path}: {given!r} cannot be; allowed: {allowed}"
    return Problem(path=path, rule=rule, given=given, allowed=allowed, message=message)
