"""Whether two policy documents say the same, however they are written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["same_document"]

_ELEMENTS_OF_LISTS = frozenset({"Action", "NotAction", "Resource", "NotResource"})


def same_document(one: Any, other: Any) -> bool:
    """Whether two documents mean the same to IAM.

    The order of statements and of values in a list means nothing to IAM, nor does it matter whether
    a single value stands in a list (IAM User Guide, `reference_policies_grammar`).

    Args:
        one: A document, as `json.loads` gives it; anything else is equal to nothing.
        other: The other one.
    """
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return False
    return _canonical(one) == _canonical(other)


def _canonical(document: Mapping[str, Any]) -> tuple[str, list[str]]:
    statements = sorted(
        json.dumps(_statement(statement), sort_keys=True)
        for statement in _listed(document.get("Statement"))
    )
    return document.get("Version", "2008-10-17"), statements


def _statement(statement: Any) -> Any:
    if not isinstance(statement, Mapping):
        return statement
    return {key: _element(key, value) for key, value in statement.items()}


def _element(name: str, value: Any) -> Any:
    if name in _ELEMENTS_OF_LISTS:
        return sorted(map(str, _listed(value)))
    if name in {"Principal", "NotPrincipal"} and isinstance(value, Mapping):
        return {kind: sorted(map(str, _listed(values))) for kind, values in value.items()}
    if name == "Condition" and isinstance(value, Mapping):
        return {
            operator: {
                # Keys of conditions have no case; their values are compared as texts.
                key.lower(): sorted(_text(one) for one in _listed(values))
                for key, values in keys.items()
            }
            for operator, keys in value.items()
            if isinstance(keys, Mapping)
        }
    return value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
