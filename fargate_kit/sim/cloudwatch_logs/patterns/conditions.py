"""Conditions joined by &&, || and parentheses, in that order of strength: () > && > ||."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from fargate_kit.sim.cloudwatch_logs.patterns.scanner import Scanner

T = TypeVar("T")
Condition: TypeAlias = Callable[[T], bool]

_DEEPEST = 100


def read_conditions(
    scanner: Scanner, read_one: Callable[[], Condition[T]], depth: int = 0
) -> Condition[T]:
    """Read an expression of conditions.

    Args:
        scanner: Stands before the expression, and afterwards behind it.
        read_one: Reads a single condition.

    Raises:
        InvalidPattern: The expression makes no sense.
    """
    anyone = [_all_of(scanner, read_one, depth)]
    while scanner.take("||"):
        anyone.append(_all_of(scanner, read_one, depth))
    if len(anyone) == 1:
        return anyone[0]
    return lambda subject: any(condition(subject) for condition in anyone)


def _all_of(scanner: Scanner, read_one: Callable[[], Condition[T]], depth: int) -> Condition[T]:
    everyone = [_single(scanner, read_one, depth)]
    while scanner.take("&&"):
        everyone.append(_single(scanner, read_one, depth))
    if len(everyone) == 1:
        return everyone[0]
    return lambda subject: all(condition(subject) for condition in everyone)


def _single(scanner: Scanner, read_one: Callable[[], Condition[T]], depth: int) -> Condition[T]:
    if not scanner.take("("):
        return read_one()
    if depth == _DEEPEST:
        raise scanner.refusal("a pattern with fewer parentheses")
    inner = read_conditions(scanner, read_one, depth + 1)
    if not scanner.take(")"):
        raise scanner.refusal("a closing )")
    return inner
