"""The Condition element of IAM policies: its operators and when they hold.

Source: IAM User Guide, pages `reference_policies_elements_condition_operators` and
`reference_policies_condition-single-vs-multi-valued-context-keys`.
"""

from __future__ import annotations

import base64
import binascii
import functools
import ipaddress
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from fargate_kit.model.policy_patterns import Context, Pattern, arn_matches, matches, pattern_of

_FORM = re.compile(r"(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?")
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """An operator as a policy writes it, e.g. `ForAnyValue:StringLikeIfExists`.

    Args:
        quantifier: `ForAllValues`, `ForAnyValue` or nothing.
        test: The positive operator that it stands on.
        negated: Whether it holds where the positive one does not.
        if_exists: Whether it holds where the request has not got the key.
    """

    quantifier: str
    test: str
    negated: bool
    if_exists: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One key of a Condition element with the values that it is compared with."""

    operator: str
    key: str
    values: tuple[str, ...]

    def holds(self, context: Context, *, variables: bool) -> bool:
        """Tell whether a request fulfils it.

        Args:
            context: The request's keys.
            variables: Whether the policy's version has variables.

        Raises:
            ValueError: There is no such operator.
        """
        asked = read_operator(self.operator)
        given = context.get(self.key.lower())
        if asked.test == "Null":
            absent = not given
            return any(absent == (value.lower() == "true") for value in self.values)
        if given is None:
            if asked.if_exists or asked.quantifier == "ForAllValues":
                return True
            return asked.negated and asked.quantifier != "ForAnyValue"
        tests = [_test(asked.test, value, context, variables) for value in self.values]
        results = [any(test(one) for test in tests) != asked.negated for one in given]
        if asked.quantifier == "ForAllValues" or (asked.negated and not asked.quantifier):
            return all(results)
        return any(results)

    def __str__(self) -> str:
        return f"{self.operator} {self.key} = {' or '.join(self.values)}"


@functools.cache
def read_operator(name: str) -> Operator:
    """Read an operator.

    Raises:
        ValueError: There is none of that name.
    """
    form = _FORM.fullmatch(name)
    test = _NEGATED.get(form[2], form[2]) if form else ""
    if form is None or test not in OPERATORS or (test == "Null" and (form[1] or form[3])):
        raise ValueError(f"there is no condition operator {name}")
    return Operator(
        quantifier=form[1] or "",
        test=test,
        negated=form[2] in _NEGATED,
        if_exists=form[3] is not None,
    )


def value_problem(name: str, value: str) -> str | None:
    """Tell what an operator needs instead of a value that it can never match.

    Args:
        name: An operator that there is.
        value: As the policy has it; with a variable in it nothing is known yet.
    """
    if "${" in value:
        return None
    test = read_operator(name).test
    if test in {"Bool", "Null"} and value.lower() not in {"true", "false"}:
        return "true or false"
    if test.startswith("Numeric") and _number(value) is None:
        return "a number"
    if test.startswith("Date") and _moment(value) is None:
        return "a date such as 2026-01-31T12:00:00Z, or seconds since the epoch"
    if test == "IpAddress" and _network(value) is None:
        return "an address or a range such as 203.0.113.0/24"
    return None


def _test(name: str, wanted: str, context: Context, variables: bool) -> Callable[[str], bool]:
    wild = name in {"StringLike", "ArnEquals", "ArnLike"}
    pattern = pattern_of(wanted, context, variables=variables, wildcards=wild)
    return functools.partial(OPERATORS[name], pattern)


def _text(pattern: Pattern | None) -> str | None:
    return None if pattern is None else "".join(str(part) for part in pattern)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _moment(text: str | None) -> float | None:
    if text is None or (number := _number(text)) is not None:
        return None if text is None else number
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _network(text: str | None) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text or "", strict=False)
    except ValueError:
        return None


def _compare(
    read: Callable[[str | None], float | None], sign: str, pattern: Pattern | None, given: str
) -> bool:
    wanted, value = read(_text(pattern)), read(given)
    return wanted is not None and value is not None and _COMPARED[sign](value, wanted)


def _in_range(pattern: Pattern | None, given: str) -> bool:
    wanted, value = _network(_text(pattern)), _network(given)
    return (
        wanted is not None
        and value is not None
        and wanted.version == value.version
        and wanted.supernet_of(value)  # type: ignore[arg-type]
    )


def _same_bytes(pattern: Pattern | None, given: str) -> bool:
    try:
        wanted = base64.b64decode(_text(pattern) or "", validate=True)
        return wanted == base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return False


def _same_truth(pattern: Pattern | None, given: str) -> bool:
    return (_text(pattern) or "").lower() == given.lower()


OPERATORS: dict[str, Callable[[Pattern | None, str], bool]] = {
    "StringEquals": matches,
    "StringEqualsIgnoreCase": functools.partial(matches, ignore_case=True),
    "StringLike": matches,
    **{f"Numeric{sign}": functools.partial(_compare, _number, sign) for sign in _COMPARED},
    **{f"Date{sign}": functools.partial(_compare, _moment, sign) for sign in _COMPARED},
    "Bool": _same_truth,
    "BinaryEquals": _same_bytes,
    "IpAddress": _in_range,
    "ArnEquals": arn_matches,
    "ArnLike": arn_matches,
    "Null": _same_truth,
}
"""The positive operators: whether a pattern matches one value of the request."""

OPERATOR_NAMES = (*OPERATORS, *_NEGATED)
"""All operators, without quantifiers and `IfExists`."""
