"""What actions, resources and values of IAM policies match: wildcards and policy variables.

Source: IAM User Guide, pages `reference_policies_elements_resource`,
`reference_policies_variables` and `reference_policies_condition-keys`.
"""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Mapping, Sequence

Context = Mapping[str, tuple[str, ...]]
"""The keys of a request, in lower case, each with its values."""


class Wild(enum.Enum):
    """A wildcard of a pattern."""

    ONE = "any one character"
    MANY = "any characters"
    SEGMENT = "any characters but a colon"


Pattern = tuple[str | Wild, ...]
"""Characters, and wildcards between them."""

_PART = re.compile(r"\$\{([^}]*)\}|.", re.DOTALL)
_DEFAULT = re.compile(r"\s*([^,\s]+)\s*,\s*'(.*)'\s*", re.DOTALL)
_LITERAL_VARIABLES = {"*": "*", "?": "?", "$": "$"}
_ARN_PARTS = 6


def variables_of(text: str) -> list[str]:
    """List the context keys whose values a text takes, apart from those with a default."""
    return [
        part[1].strip()
        for part in _PART.finditer(text)
        if part[1] is not None
        and part[1] not in _LITERAL_VARIABLES
        and not _DEFAULT.fullmatch(part[1])
    ]


def pattern_of(
    text: str, context: Context, *, variables: bool, wildcards: bool = True
) -> Pattern | None:
    """Read a pattern and put the request's values into its variables.

    A value that is put in is taken literally, whatever characters it has.

    Args:
        text: As the policy has it.
        context: The request's keys.
        variables: Whether the policy's version has variables; otherwise they are plain text.
        wildcards: Whether `*` and `?` are wildcards.

    Returns:
        The pattern; None if a variable has no single value in the request: then it matches
        nothing.
    """
    if "${" not in text or not variables:
        return _plain(text, wildcards)
    parts: list[str | Wild] = []
    for part in _PART.finditer(text):
        name = part[1]
        if name is None:
            parts.extend(_plain(part[0], wildcards))
            continue
        value = _LITERAL_VARIABLES.get(name) or _value(name, context)
        if value is None:
            return None
        parts.extend(value)
    return tuple(parts)


def matches(pattern: Pattern | None, text: str, *, ignore_case: bool = False) -> bool:
    """Tell whether a pattern matches the whole of a text, in time linear in both.

    Args:
        pattern: None matches nothing.
        text: What is asked for.
        ignore_case: Whether letters match whatever their case.
    """
    if pattern is None:
        return False
    if pattern == (Wild.MANY,):
        return True
    if ignore_case:
        text = text.lower()
        pattern = tuple(part.lower() if isinstance(part, str) else part for part in pattern)
    reached = _past_stars({0}, pattern)
    for character in text:
        following: set[int] = set()
        for at in reached:
            if at == len(pattern):
                continue
            part = pattern[at]
            if part is Wild.MANY or (part is Wild.SEGMENT and character != ":"):
                following.add(at)
            elif part is Wild.ONE or part == character:
                following.add(at + 1)
        if not following:
            return False
        reached = _past_stars(following, pattern)
    return len(pattern) in reached


def resource_pattern(text: str, context: Context, *, variables: bool) -> Pattern | None:
    """Read a pattern of ARNs as the Resource element has it.

    A `*` that ends one of the first five parts goes beyond its colon, any other one there
    does not; parts that are missing at the end match everything.
    """
    pattern = pattern_of(text, context, variables=variables)
    if pattern is None or text == "*":
        return pattern
    parts = split_arn(pattern)
    bound: list[str | Wild] = []
    for index, part in enumerate(parts):
        if index:
            bound.append(":")
        for at, sign in enumerate(part):
            inner = sign is Wild.MANY and index < _ARN_PARTS - 1 and at < len(part) - 1
            bound.append(Wild.SEGMENT if inner else sign)
    return tuple(bound)


def split_arn(pattern: Pattern) -> list[Pattern]:
    """Split a pattern at the first five colons; missing parts match everything."""
    parts: list[list[str | Wild]] = [[]]
    for sign in pattern:
        if sign == ":" and len(parts) < _ARN_PARTS:
            parts.append([])
        else:
            parts[-1].append(sign)
    parts.extend([[Wild.MANY] for _ in range(_ARN_PARTS - len(parts))])
    return [tuple(part) for part in parts]


def arn_matches(pattern: Pattern | None, arn: str) -> bool:
    """Compare an ARN part by part, as the operators ArnEquals and ArnLike do."""
    parts = arn.split(":", _ARN_PARTS - 1)
    if pattern is None or len(parts) != _ARN_PARTS:
        return False
    return all(matches(one, part) for one, part in zip(split_arn(pattern), parts, strict=True))


def single(values: Sequence[str] | None) -> str | None:
    """Give the value of a key that has exactly one."""
    return values[0] if values is not None and len(values) == 1 else None


@functools.lru_cache(maxsize=4096)
def _plain(text: str, wildcards: bool) -> Pattern:
    if not wildcards:
        return tuple(text)
    signs = {"*": Wild.MANY, "?": Wild.ONE}
    return tuple(signs.get(character, character) for character in text)


def _value(name: str, context: Context) -> str | None:
    default = _DEFAULT.fullmatch(name)
    found = single(context.get((default[1] if default else name.strip()).lower()))
    return default[2] if found is None and default else found


def _past_stars(reached: set[int], pattern: Pattern) -> set[int]:
    """Add the places behind wildcards that match nothing."""
    every = set(reached)
    for start in reached:
        at = start
        while at < len(pattern) and pattern[at] in {Wild.MANY, Wild.SEGMENT}:
            at += 1
            every.add(at)
    return every
