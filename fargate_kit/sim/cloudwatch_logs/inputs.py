"""Values of requests, held against the limits in botocore's service model."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import botocore.session
from botocore.model import ListShape, Shape, StringShape, StructureShape

from fargate_kit.sim.cloudwatch_logs import wording


def check_values(operation: str, params: Mapping[str, Any]) -> None:
    """Refuse a request with a value that is too long, too short, or spelled impossibly.

    Args:
        operation: As the service model names it.
        params: The decoded request.

    Raises:
        AwsError: Naming every such value, as services of AWS do.
    """
    found = list(_violations(params, _input(operation), ""))
    if found:
        noun = "error" if len(found) == 1 else "errors"
        text = f"{len(found)} validation {noun} detected: {'; '.join(found)}"
        raise wording.VALUES_INVALID.error(text=text)


@functools.cache
def _input(operation: str) -> Shape:
    model = botocore.session.get_session().get_service_model("logs")
    shape: Shape = model.operation_model(operation).input_shape
    return shape


def _violations(value: Any, shape: Shape, where: str) -> Iterator[str]:
    for constraint in _broken(value, shape):
        told = f"[{', '.join(map(str, value))}]" if isinstance(value, list) else value
        yield (
            f"Value '{told}' at '{where}' failed to satisfy constraint: Member must {constraint}"
        )
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            path = f"{where}.{name}" if where else name
            yield from _violations(member, shape.members[name], path)
    elif isinstance(shape, ListShape) and _is_limited(shape.member):
        for index, item in enumerate(value, 1):
            yield from _violations(item, shape.member, f"{where}.{index}.member")


def _broken(value: Any, shape: Shape) -> Iterator[str]:
    limits = shape.metadata
    kind, size = "value", value
    if isinstance(value, str | list | dict):
        kind, size = "length", len(value)
    least, most = limits.get("min"), limits.get("max")
    if least is not None and size < least:
        yield f"have {kind} greater than or equal to {least}"
    if most is not None and size > most:
        yield f"have {kind} less than or equal to {most}"
    if isinstance(value, str):
        pattern = limits.get("pattern")
        if pattern is not None and not re.fullmatch(pattern, value, re.ASCII):
            yield f"satisfy regular expression pattern: {pattern}"
        allowed = shape.enum if isinstance(shape, StringShape) else ()
        if allowed and value not in allowed:
            yield f"satisfy enum value set: [{', '.join(allowed)}]"


def _is_limited(shape: Shape) -> bool:
    return isinstance(shape, StructureShape | ListShape) or bool(shape.metadata)
