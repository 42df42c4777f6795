"""Closed sets of values in requests, held against botocore's service model."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from fargate_kit.sim.ecs import wording
from fargate_kit.sim.service_models import service_model

# Takes a value and where it is.
_Check = Callable[[Any, str], None]


def check_values(operation: str, params: Mapping[str, Any]) -> None:
    """Refuse a request that has a value outside the closed set of its member.

    Args:
        operation: As the service model names it.
        params: The decoded request.

    Raises:
        AwsError: A member has a value that its enumeration lacks.
    """
    check = _check_of(operation)
    if check is not None:
        check(params, "")


@functools.cache
def _check_of(operation: str) -> _Check | None:
    shape: Shape | None = service_model("ecs").operation_model(operation).input_shape
    return None if shape is None else _made(shape)


def _made(shape: Shape) -> _Check | None:
    """Make the check of a shape; None if no member of it has a closed set of values."""
    if isinstance(shape, StructureShape):
        return _of_structure(shape)
    if isinstance(shape, ListShape):
        return _of_list(shape)
    if allowed := getattr(shape, "enum", None):
        return _of_enum(tuple(allowed))
    return None


def _of_structure(shape: StructureShape) -> _Check | None:
    made = ((name, _made(member)) for name, member in shape.members.items())
    checks = {name: check for name, check in made if check is not None}

    def check(value: Any, where: str) -> None:
        prefix = f"{where}." if where else ""
        for name, member in value.items():
            if (inner := checks.get(name)) is not None:
                inner(member, prefix + name)

    return check if checks else None


def _of_list(shape: ListShape) -> _Check | None:
    inner = _made(shape.member)
    if inner is None:
        return None

    def check(value: Any, where: str) -> None:
        for index, item in enumerate(value):
            inner(item, f"{where}[{index}]")

    return check


def _of_enum(allowed: tuple[str, ...]) -> _Check:
    def check(value: Any, where: str) -> None:
        if value not in allowed:
            raise wording.VALUE_UNKNOWN.error(path=where, given=value, allowed=", ".join(allowed))

    return check
