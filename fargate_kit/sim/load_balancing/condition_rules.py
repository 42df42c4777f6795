"""Which conditions a rule may have: pure rules about what a request asks for."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.sim.load_balancing import listener_wording as wording

MOST_VALUES = 5  # of one rule; page load-balancer-limits of the User Guide
LONGEST_VALUE = 128
LONGEST_NAME = 40

_CONFIGS = {
    "path-pattern": "PathPatternConfig",
    "host-header": "HostHeaderConfig",
    "http-header": "HttpHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "query-string": "QueryStringConfig",
    "source-ip": "SourceIpConfig",
}
# What may be said in `Values` of the condition itself, and that only once in a rule.
_PLAIN = frozenset({"path-pattern", "host-header"})
_ONCE = frozenset({"path-pattern", "host-header", "http-request-method", "source-ip"})
_METHOD = re.compile(r"[A-Z_-]+")

Condition = Mapping[str, Any]


def check_conditions(conditions: Sequence[Condition]) -> None:
    """Refuse conditions that a rule cannot have.

    Source: Elastic Load Balancing model, RuleCondition and its configurations; User Guide for
    Application Load Balancers, pages load-balancer-listeners ("Rule condition types") and
    load-balancer-limits.

    Raises:
        AwsError: `ValidationError`, with what is wrong.
    """
    count = 0
    seen = set()
    for condition in conditions:
        field = condition.get("Field")
        if not field:
            raise wording.CONDITION_WITHOUT_FIELD.error()
        if field not in _CONFIGS:
            raise wording.CONDITION_FIELD.error(field=field)
        if field in seen and field in _ONCE:
            raise wording.CONDITION_FIELD_TWICE.error(field=field)
        seen.add(field)
        count += _check_condition(field, condition)
    if count > MOST_VALUES:
        raise wording.CONDITION_VALUES.error(most=MOST_VALUES)


def _check_condition(field: str, condition: Condition) -> int:
    """Check one condition; tell how many values it has."""
    name = _CONFIGS[field]
    config = condition.get(name)
    values, regexes = condition.get("Values"), condition.get("RegexValues")
    if values and field not in _PLAIN:
        raise wording.CONDITION_VALUES_OF_FIELD.error(field=field)
    if config is None and not (field in _PLAIN and (values is not None or regexes)):
        needed = f"Values or RegexValues or {name}" if field in _PLAIN else name
        raise wording.CONDITION_CONFIG.error(field=field, config=needed)
    if config is not None and values:
        raise wording.CONDITION_TWICE_SAID.error(field=field, config=name)
    if config is None and values and len(values) > 1:
        raise wording.CONDITION_PLAIN_VALUES.error(field=field)
    if config is not None:
        values, regexes = config.get("Values"), config.get("RegexValues") or regexes
    if values and regexes:
        raise wording.CONDITION_VALUES_AND_REGEXES.error(config=name)
    _check_header(field, config or {})
    if field == "source-ip" and config is not None and config.get("IpAddressType") and not values:
        return 1
    if not values and not regexes:
        raise wording.CONDITION_WITHOUT_VALUE.error()
    for value in values or ():
        _check_value(field, value)
    for regex in regexes or ():
        _check_regex(field, regex)
    return len(values or ()) + len(regexes or ())


def _check_header(field: str, config: Mapping[str, Any]) -> None:
    if field != "http-header":
        return
    name = config.get("HttpHeaderName")
    if not name:
        raise wording.CONDITION_HEADER_MISSING.error()
    if len(name) > LONGEST_NAME:
        raise wording.CONDITION_VALUE_TOO_LONG.error(field="HttpHeaderName", most=LONGEST_NAME)
    if name.lower() == "host":
        raise wording.CONDITION_HOST_HEADER.error()


def _check_value(field: str, value: Any) -> None:
    if field == "query-string":
        if value.get("Value") is None:
            raise wording.CONDITION_PAIR.error()
        _check_length("Key", value.get("Key") or "")
        _check_length("Value", value["Value"])
    elif field == "source-ip":
        _check_block(value)
    elif field == "http-request-method":
        if len(value) > LONGEST_NAME:
            raise wording.CONDITION_VALUE_TOO_LONG.error(field=field, most=LONGEST_NAME)
        if not _METHOD.fullmatch(value):
            raise wording.CONDITION_METHOD.error()
    else:
        _check_length(field, value)


def _check_length(field: str, value: str) -> None:
    if len(value) > LONGEST_VALUE:
        raise wording.CONDITION_VALUE_TOO_LONG.error(field=field, most=LONGEST_VALUE)


def _check_block(value: str) -> None:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise wording.CONDITION_ADDRESSES.error(value=value) from None
    if "/" not in value:
        raise wording.CONDITION_ADDRESSES.error(value=value)


def _check_regex(field: str, regex: str) -> None:
    _check_length(field, regex)
    try:
        re.compile(regex)
    except (re.error, OverflowError, RecursionError):
        raise wording.CONDITION_REGEX.error(value=regex) from None
