"""What Parameter Store refuses beyond its model, and moto would take or break on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.moto_checks import ssm_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.page_tokens import is_position

__all__ = ["check_ssm"]

_NAME = re.compile(r"[A-Za-z0-9_./-]+", re.ASCII)
_MOST_LEVELS = 15
_STANDARD_LENGTH, _ADVANCED_LENGTH = 4_096, 8_192
_SECURE = "SecureString"
_PAGED = frozenset({
    "DescribeParameters",
    "GetParameterHistory",
    "GetParametersByPath",
    "ListDocuments",
})


def check_ssm(asked: Asked, ssm: Any) -> None:
    """Refuse what Parameter Store refuses.

    Source: the service model, and the Systems Manager User Guide, page
    `sysman-paramstore-su-create`.

    Raises:
        AwsError: It is refused.
    """
    token = asked.params.get("NextToken")
    if asked.operation in _PAGED and token and not is_position(token):
        raise wording.TOKEN.error()
    rule = _RULES.get(asked.operation)
    if rule is not None:
        rule(asked.params, ssm)


def _put_parameter(params: Mapping[str, Any], ssm: Any) -> None:
    name, value, kind = params["Name"], params["Value"], params.get("Type")
    if not _NAME.fullmatch(name):
        raise wording.NAME.error()
    if "/" in name and not name.startswith("/"):
        raise wording.NOT_QUALIFIED.error()
    if name.strip("/").count("/") >= _MOST_LEVELS:
        raise wording.TOO_DEEP.error(most=_MOST_LEVELS)
    if value.startswith("{{") and value.endswith("}}"):
        raise wording.NESTED.error()
    if params.get("KeyId") is not None and kind not in (None, _SECURE):
        raise wording.KEY_OF_SECURE.error()
    held = _versions(ssm, name)
    tier = params.get("Tier") or (held[-1].tier if held else None) or "Standard"
    if tier == "Standard" and len(value) > _STANDARD_LENGTH:
        raise wording.STANDARD_LENGTH.error()
    if len(value) > _ADVANCED_LENGTH:
        raise wording.ADVANCED_LENGTH.error()
    changed = held and kind is not None and kind != held[-1].parameter_type
    if changed and params.get("Overwrite"):
        raise wording.TYPE_CHANGED.error()


def _get_parameter(params: Mapping[str, Any], _: Any) -> None:
    name = params["Name"]
    if name.startswith("arn:"):
        return
    name = name.partition(":")[0]
    if not _NAME.fullmatch(name) or ("/" in name and not name.startswith("/")):
        raise wording.NAME.error()


def _by_path(params: Mapping[str, Any], _: Any) -> None:
    path = params["Path"]
    if not path.startswith("/") or not _NAME.fullmatch(path):
        raise wording.PATH.error()


def _there(params: Mapping[str, Any], ssm: Any) -> None:
    if not _versions(ssm, params["Name"]):
        raise wording.MISSING.error(name=params["Name"])


def _tagged(params: Mapping[str, Any], ssm: Any) -> None:
    if params["ResourceType"] == "Parameter" and not _versions(ssm, params["ResourceId"]):
        raise wording.RESOURCE.error()


def _versions(ssm: Any, name: str) -> list[Any]:
    """List the versions of a parameter; moto makes empty lists of those that it was asked for."""
    name = name.rpartition(":parameter")[2] if name.startswith("arn:") else name
    held = ssm._parameters
    return list(held[name]) if name in held else []


_RULES: Mapping[str, Callable[[Mapping[str, Any], Any], None]] = {
    "AddTagsToResource": _tagged,
    "GetParameter": _get_parameter,
    "GetParameterHistory": _there,
    "GetParametersByPath": _by_path,
    "LabelParameterVersion": _there,
    "ListTagsForResource": _tagged,
    "PutParameter": _put_parameter,
    "RemoveTagsFromResource": _tagged,
    "UnlabelParameterVersion": _there,
}
