"""Closed sets of values in requests, held against botocore's service model."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.model import ListShape, Shape, StructureShape

from fargate_kit.sim.ecs import wording


def check_values(operation: str, params: Mapping[str, Any]) -> None:
    """Refuse a request that has a value outside the closed set of its member.

    Args:
        operation: As the service model names it.
        params: The decoded request.

    Raises:
        AwsError: A member has a value that its enumeration lacks.
    """
    shape = _input(operation)
    if shape is not None:
        _check(params, shape, "")


@functools.cache
def _input(operation: str) -> Shape | None:
    model = botocore.session.get_session().get_service_model("ecs")
    shape: Shape | None = model.operation_model(operation).input_shape
    return shape


def _check(value: Any, shape: Shape, where: str) -> None:
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            if name in shape.members:
                _check(member, shape.members[name], f"{where}.{name}" if where else name)
    elif isinstance(shape, ListShape):
        for index, item in enumerate(value):
            _check(item, shape.member, f"{where}[{index}]")
    elif (allowed := getattr(shape, "enum", None)) and value not in allowed:
        raise wording.VALUE_UNKNOWN.error(path=where, given=value, allowed=", ".join(allowed))
