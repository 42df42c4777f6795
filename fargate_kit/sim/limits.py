"""Values of requests, held against what botocore's service models say of every member."""

from __future__ import annotations

import functools
import math
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from fargate_kit.sim import limit_wording as wording
from fargate_kit.sim.service_models import operation_of
from fargate_kit.sim.wording import Phrase

__all__ = ["broken_limits"]

# Patterns of the models in Python's words; the models write surrogates as pairs.
_PLAIN_TEXT = r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*"
_PATTERNS = {
    _PLAIN_TEXT: re.compile("[\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff\\r\\n\\t]*"),
    r"\p{Print}+": re.compile(r"[^\x00-\x1f\x7f-\x9f]+"),
}
# Longer values are not shown in full, and no pattern is tried on them.
_LONGEST_SHOWN = 1_000
_LONGEST_MATCHED = 200_000

# A value, where it is, and the constraint.
_Broken = tuple[Any, str, str]
_Check = Callable[[Any, str], Iterator[_Broken]]
_HIDDEN: Any = object()


def broken_limits(service: str, operation: str, params: Mapping[str, Any]) -> str | None:
    """Tell in AWS's words which values are missing, too long, too short, or spelled impossibly.

    Source: botocore's service models.

    Args:
        service: As botocore names it.
        operation: As the service model names it.
        params: The decoded request.

    Returns:
        One text for all such values; None if there are none.
    """
    check = _check_of(service, operation)
    broken = [_told(*one) for one in check(params, "")] if check is not None else []
    if not broken:
        return None
    phrase = wording.ONE if len(broken) == 1 else wording.SEVERAL
    return phrase.say(count=len(broken), all="; ".join(broken))


@functools.cache
def _check_of(service: str, name: str) -> _Check | None:
    operation = operation_of(service, name)
    shape = operation.input_shape if operation is not None else None
    return None if shape is None else _made(shape, {})


def _made(shape: Shape, making: dict[str, list[_Check]]) -> _Check | None:
    """Make the check of a shape; None if anything goes.

    Args:
        making: The checks of the structures that are being made, for those that hold themselves.
    """
    if isinstance(shape, StructureShape):
        return _of_structure(shape, making)
    if isinstance(shape, ListShape):
        return _of_list(shape, making)
    if isinstance(shape, MapShape):
        return _of_map(shape, making)
    check = _of_scalar(shape)
    return _hidden(check) if check is not None and shape.metadata.get("sensitive") else check


def _of_structure(shape: StructureShape, making: dict[str, list[_Check]]) -> _Check | None:
    if shape.name in making:
        itself = making[shape.name]
        return lambda value, path: itself[0](value, path) if itself else iter(())
    made = making[shape.name] = []
    required = frozenset(shape.required_members)
    members = [
        (name, _written(name), name in required, _made(member, making))
        for name, member in shape.members.items()
    ]
    held = [each for each in members if each[2] or each[3] is not None]

    def check(value: Any, path: str) -> Iterator[_Broken]:
        prefix = f"{path}." if path else ""
        for name, written, must, inner in held:
            inside = value.get(name)
            if inside is not None:
                if inner is not None:
                    yield from inner(inside, prefix + written)
            elif must:
                yield _broken(None, prefix + written, wording.NOT_NULL)

    made.append(check)
    return check if held else None


def _of_list(shape: ListShape, making: dict[str, list[_Check]]) -> _Check | None:
    length = _of_length(shape)
    inner = _made(shape.member, making)
    if inner is None:
        return length

    def check(value: Any, path: str) -> Iterator[_Broken]:
        if length is not None:
            yield from length(value, path)
        for number, one in enumerate(value, start=1):
            yield from inner(one, f"{path}.{number}.member")

    return check


def _of_map(shape: MapShape, making: dict[str, list[_Check]]) -> _Check | None:
    length = _of_length(shape)
    of_key, inner = _made(shape.key, making), _made(shape.value, making)
    if of_key is None and inner is None:
        return length

    def check(value: Any, path: str) -> Iterator[_Broken]:
        if length is not None:
            yield from length(value, path)
        for key, one in value.items():
            if of_key is not None:
                yield from of_key(key, path)
            if inner is not None and one is not None:
                yield from inner(one, f"{path}.{key}.member")

    return check


def _hidden(check: _Check) -> _Check:
    """Make a check that does not tell the value: the model marks it as sensitive."""

    def hidden(value: Any, path: str) -> Iterator[_Broken]:
        for broken in check(value, path):
            yield _HIDDEN, broken[1], broken[2]

    return hidden


def _of_scalar(shape: Shape) -> _Check | None:
    if shape.type_name == "boolean":
        return _of_kind(bool, wording.TRUTH)
    if shape.type_name in {"integer", "long", "float", "double"}:
        return _of_number(shape)
    if shape.type_name == "timestamp":
        return _of_timestamp
    if shape.type_name != "string":
        return None
    allowed = getattr(shape, "enum", None)
    if allowed:
        return _of_enum(tuple(allowed))
    length, pattern = _of_length(shape), _of_pattern(shape)
    if length is None or pattern is None:
        return length or pattern

    def check(value: Any, path: str) -> Iterator[_Broken]:
        yield from length(value, path)
        yield from pattern(value, path)

    return check


def _of_kind(kind: type | tuple[type, ...], phrase: Phrase) -> _Check:
    def check(value: Any, path: str) -> Iterator[_Broken]:
        if not isinstance(value, kind):
            yield _broken(value, path, phrase)

    return check


def _of_number(shape: Shape) -> _Check:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")

    def check(value: Any, path: str) -> Iterator[_Broken]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield _broken(value, path, wording.NUMBER)
            return
        if not math.isfinite(value):
            yield _broken(value, path, wording.FINITE)
        if least is not None and value < least:
            yield _broken(value, path, wording.AT_LEAST, limit=least)
        if most is not None and value > most:
            yield _broken(value, path, wording.AT_MOST, limit=most)

    return check


def _of_timestamp(value: Any, path: str) -> Iterator[_Broken]:
    if isinstance(value, str):
        try:
            datetime.fromisoformat(value) if "-" in value[1:] else float(value)
        except ValueError:
            yield _broken(value, path, wording.TIMESTAMP)


def _of_enum(allowed: tuple[str, ...]) -> _Check:
    known, told = frozenset(allowed), ", ".join(allowed)

    def check(value: Any, path: str) -> Iterator[_Broken]:
        if value not in known:
            yield _broken(value, path, wording.IN_ENUM, allowed=told)

    return check


def _of_length(shape: Shape) -> _Check | None:
    """Make the check of a length, of texts, of lists and of maps."""
    least, most = shape.metadata.get("min") or 0, shape.metadata.get("max")
    if not least and most is None:
        return None

    def check(value: Any, path: str) -> Iterator[_Broken]:
        if len(value) < least:
            yield _broken(value, path, wording.SHORTEST, limit=least)
        if most is not None and len(value) > most:
            yield _broken(value, path, wording.LONGEST, limit=most)

    return check


def _of_pattern(shape: Shape) -> _Check | None:
    """Make the check of a pattern.

    The models have Java's patterns. Those that Python's `re` cannot compile, above all those
    that name Unicode's categories, are left out: what they forbid is taken.
    """
    text = shape.metadata.get("pattern")
    pattern = None if text is None else _pattern(text)
    if pattern is None:
        return None
    most = min(shape.metadata.get("max") or _LONGEST_MATCHED, _LONGEST_MATCHED)

    def check(value: Any, path: str) -> Iterator[_Broken]:
        if len(value) <= most and not pattern.fullmatch(value):
            yield _broken(value, path, wording.PATTERN, pattern=text)

    return check


def _pattern(text: str) -> re.Pattern[str] | None:
    if text in _PATTERNS:
        return _PATTERNS[text]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(text, re.ASCII)
    except (re.error, Warning):
        return None


def _broken(value: Any, path: str, phrase: Phrase, **values: Any) -> _Broken:
    return value, path, phrase.say(**values)


def _told(value: Any, path: str, rule: str) -> str:
    if value is _HIDDEN:
        return wording.BROKEN_HIDDEN.say(path=path, rule=rule)
    shown = "null" if value is None else f"'{_shown(value)}'"
    return wording.BROKEN.say(value=shown, path=path, rule=rule)


def _shown(value: Any) -> str:
    """Write a value as AWS's messages do."""
    if isinstance(value, list):
        text = f"[{', '.join(_shown(one) for one in value[:100])}]"
    elif isinstance(value, dict):
        text = f"{{{', '.join(f'{name}={_shown(one)}' for name, one in value.items())}}}"
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _written(name: str) -> str:
    """Write a member's name as AWS's messages do, with a small first letter."""
    return name[:1].lower() + name[1:]
