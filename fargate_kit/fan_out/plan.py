"""What a fan-out will run: inputs that are checked, and grouped into calls, before any is made."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fargate_kit.errors import InvalidSpec
from fargate_kit.fan_out.spill import SpillPlace
from fargate_kit.model.problems import Problem
from fargate_kit.model.values import Overrides
from fargate_kit.tasks.run_task import (
    OVERRIDES_LENGTH,
    STARTED_AT_ONCE,
    compact,
    main_container,
    override_problems,
)
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["Batch", "Input", "batch_size", "batches", "inputs_of"]

PROBLEMS_SHOWN = 20
NO_BUCKET = Problem(
    path="spill_to",
    rule="fan-out",
    given=None,
    allowed="a bucket",
    message="spill_to: name a bucket, and long values of the environment are put there for you",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Input:
    """One input of a fan-out.

    Attributes:
        overrides: As AWS takes them.
        digest: The same for inputs that run the same revision with the same overrides.
        ordinal: Its place among those, from 0.
        spilled: Values of the environment whose address in S3 the overrides have, by their keys.
    """

    index: int
    item: Any
    overrides: Mapping[str, Any]
    digest: str
    ordinal: int
    spilled: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Inputs for one RunTask call: alike, and neighbours among those that are alike.

    Attributes:
        capacity: `FARGATE_SPOT` or `FARGATE`.
        attempt: Which try of these inputs it is, from 1.
        life: Grows where an earlier process had started this very attempt and stopped it again.
        refusals: How often Fargate has not taken them.
        refused_since: When it first did not, on the connection's clock.
    """

    inputs: tuple[Input, ...]
    capacity: str
    attempt: int = 1
    life: int = 0
    refusals: int = 0
    refused_since: float | None = None

    @property
    def first(self) -> Input:
        """The input by which the batch is known."""
        return self.inputs[0]


def inputs_of(
    definition: TaskDefinition,
    items: Sequence[Any],
    overrides: Sequence[Overrides | None],
    place: SpillPlace | None = None,
) -> tuple[Input, ...]:
    """Return the inputs, each with what makes it like others.

    Args:
        place: Where values go that are too long; None refuses them.

    Raises:
        InvalidSpec: Overrides that cannot work; nothing was sent.
    """
    main = main_container(definition)
    found: list[Input] = []
    problems: list[Problem] = []
    alike: Counter[str] = Counter()
    too_long = False
    for index, (item, each) in enumerate(zip(items, overrides, strict=True)):
        if each is not None and not isinstance(each, Overrides):
            raise TypeError(f"input {index} needs Overrides, not {type(each).__name__}")
        raw = (each or Overrides()).to_api(main)
        digest = _digest(definition.arn, raw)
        short, spilled = place.shortened(raw) if place else (raw, {})
        if wrong := override_problems(definition, each, short, path=f"input {index}"):
            problems += wrong
            too_long = too_long or len(compact(short)) > OVERRIDES_LENGTH
        found.append(
            Input(
                index=index,
                item=item,
                overrides=short,
                digest=digest,
                ordinal=alike[digest],
                spilled=spilled,
            )
        )
        alike[digest] += 1
    if problems:
        if too_long and place is None:
            problems.insert(0, NO_BUCKET)
        raise InvalidSpec(f"this fan-out of {definition.name}", _shortened(problems))
    return tuple(found)


def batch_size(inputs: int, limit: int) -> int:
    """Return how many inputs go into a call at most.

    Ten, where all may run at once. Where they take turns, a call waits until there is room for all
    of its tasks, so then it is no more than a fifth of the limit.
    """
    size = STARTED_AT_ONCE
    if inputs > limit:
        size = max(1, min(size, limit // 5))
    return min(size, limit)


def batches(inputs: Iterable[Input], *, size: int, capacity: str) -> list[Batch]:
    """Return the calls to make first, by the index of their first input.

    The same inputs and size make the same calls in every process: that is what makes a job
    repeatable.
    """
    alike: dict[str, list[Input]] = {}
    for each in inputs:
        alike.setdefault(each.digest, []).append(each)
    found = [
        Batch(inputs=chunk, capacity=capacity)
        for group in alike.values()
        for chunk in _neighbours(group, size)
    ]
    return sorted(found, key=lambda batch: batch.first.index)


def _neighbours(group: Sequence[Input], size: int) -> Iterator[tuple[Input, ...]]:
    """Cut a group by its ordinals: an input that is left out leaves a gap, not a shift."""
    chunk: list[Input] = []
    for each in group:
        begins_another = each.ordinal // size != chunk[-1].ordinal // size if chunk else False
        if chunk and (begins_another or each.ordinal != chunk[-1].ordinal + 1):
            yield tuple(chunk)
            chunk = []
        chunk.append(each)
    if chunk:
        yield tuple(chunk)


def _digest(definition_arn: str, overrides: Mapping[str, Any]) -> str:
    text = json.dumps([definition_arn, overrides], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _shortened(problems: Sequence[Problem]) -> Sequence[Problem]:
    if len(problems) <= PROBLEMS_SHOWN:
        return problems
    more = len(problems) - PROBLEMS_SHOWN
    last = Problem(
        path="inputs", rule="fan-out", given=more, allowed="", message=f"and {more} more like these"
    )
    return [*problems[:PROBLEMS_SHOWN], last]
