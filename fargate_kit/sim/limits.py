"""Values of requests, held against the limits in botocore's service models."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from fargate_kit.sim.service_models import service_model

# Patterns of the models in Python's words; the models write surrogates as pairs.
_PLAIN_TEXT = r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*"
_PATTERNS = {
    _PLAIN_TEXT: re.compile("[\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff\\r\\n\\t]*"),
    r"\p{Print}+": re.compile(r"[^\x00-\x1f\x7f-\x9f]+"),
}


def broken_limits(service: str, operation: str, params: Mapping[str, Any]) -> str | None:
    """Tell in AWS's words which values are too long, too short, or spelled impossibly.

    Args:
        service: As botocore names it.
        operation: As the service model names it.
        params: The decoded request.

    Returns:
        One text for all such values; None if there are none.
    """
    found = list(_violations(params, _input(service, operation), ""))
    if not found:
        return None
    noun = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {noun} detected: {'; '.join(found)}"


@functools.cache
def _input(service: str, operation: str) -> Shape:
    model = service_model(service)
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
            written = name[:1].lower() + name[1:]
            path = f"{where}.{written}" if where else written
            yield from _violations(member, shape.members[name], path)
    elif isinstance(shape, ListShape) and _is_limited(shape.member):
        for index, item in enumerate(value, 1):
            yield from _violations(item, shape.member, f"{where}.{index}.member")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from _violations(key, shape.key, where)
            yield from _violations(item, shape.value, f"{where}.{key}")


def _broken(value: Any, shape: Shape) -> Iterator[str]:
    limits = shape.metadata
    kind, size = "value", value
    if isinstance(value, str | list | dict):
        kind, size = "length", len(value)
    elif isinstance(value, float) and not math.isfinite(value):
        yield "be a finite number"
    least, most = limits.get("min"), limits.get("max")
    if least is not None and size < least:
        yield f"have {kind} greater than or equal to {least}"
    if most is not None and size > most:
        yield f"have {kind} less than or equal to {most}"
    if isinstance(value, str):
        pattern = limits.get("pattern")
        if pattern is not None and not _pattern(pattern).fullmatch(value):
            yield f"satisfy regular expression pattern: {pattern}"
        allowed = shape.enum if isinstance(shape, StringShape) else ()
        if allowed and value not in allowed:
            yield f"satisfy enum value set: [{', '.join(allowed)}]"


def _is_limited(shape: Shape) -> bool:
    return isinstance(shape, StructureShape | ListShape | MapShape) or bool(shape.metadata)


def _pattern(written: str) -> re.Pattern[str]:
    return _PATTERNS.get(written) or re.compile(written, re.ASCII)
