"""What Secrets Manager refuses beyond its model, and moto would take, break on or answer as 404."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.moto_checks import secretsmanager_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.page_tokens import is_position

__all__ = ["check_secretsmanager"]

_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]+", re.ASCII)
_SHORTEST_WINDOW, _LONGEST_WINDOW = 7, 30
_CURRENT = "AWSCURRENT"
# What the service model says to be refused of a secret that is scheduled for deletion.
_NOT_OF_DELETED = frozenset({"GetSecretValue", "PutSecretValue", "RotateSecret", "UpdateSecret"})


# Members of the elements of lists that the model does not require, and AWS does.
_NAMED = {"AddReplicaRegions": "Region", "Filters": "Key", "Tags": "Key"}


def check_secretsmanager(asked: Asked, manager: Any) -> None:
    """Refuse what Secrets Manager refuses.

    Source: the service model, and what `secretsmanager_wording` says.

    Raises:
        AwsError: It is refused.
    """
    params = asked.params
    if params.get("SecretString") is not None and params.get("SecretBinary") is not None:
        raise wording.BOTH_VALUES.error()
    for listed, member in _NAMED.items():
        if any(one.get(member) is None for one in params.get(listed) or ()):
            raise wording.ELEMENT.error(listed=listed, member=member)
    rule = _RULES.get(asked.operation)
    if rule is not None:
        rule(params, manager)
    if (secret_id := params.get("SecretId")) is not None:
        forced = asked.operation == "DeleteSecret" and params.get("ForceDeleteWithoutRecovery")
        if secret_id in manager.secrets:
            _check_secret(asked, manager.secrets[secret_id])
        elif not forced:  # which is not refused of a secret that is not there (service model)
            raise wording.MISSING.error()


def _check_secret(asked: Asked, secret: Any) -> None:
    if asked.operation in _NOT_OF_DELETED and secret.is_deleted():
        raise wording.DELETED.error()
    if asked.operation != "GetSecretValue":
        return
    version, stage = asked.params.get("VersionId"), asked.params.get("VersionStage")
    if version is not None and version not in secret.versions:
        raise wording.VERSION_MISSING.error(version=version)
    stages = {one for each in secret.versions.values() for one in each["version_stages"]}
    wanted = stage or (_CURRENT if version is None else None)
    if wanted is not None and wanted not in stages:
        raise wording.STAGE_MISSING.error(stage=wanted)


def _create(params: Mapping[str, Any], manager: Any) -> None:
    name = params["Name"]
    if not _NAME.fullmatch(name):
        raise wording.NAME.error()
    if name in manager.secrets and manager.secrets[name].is_deleted():
        raise wording.NAME_OF_DELETED.error()


def _delete(params: Mapping[str, Any], _: Any) -> None:
    days = params.get("RecoveryWindowInDays")
    if days is None:
        return
    if params.get("ForceDeleteWithoutRecovery"):
        raise wording.WINDOW_AND_FORCE.error()
    if not _SHORTEST_WINDOW <= days <= _LONGEST_WINDOW:
        raise wording.WINDOW.error()


def _list(params: Mapping[str, Any], _: Any) -> None:
    token = params.get("NextToken")
    if token is not None and not is_position(token):
        raise wording.TOKEN.error()


def _list_versions(params: Mapping[str, Any], _: Any) -> None:
    # moto answers in one page, so that no token can be one of its own
    if params.get("NextToken") is not None:
        raise wording.TOKEN.error()


def _batch(params: Mapping[str, Any], manager: Any) -> None:
    if bool(params.get("Filters")) == bool(params.get("SecretIdList")):
        raise wording.FILTERS_OR_IDS.error()
    _list(params, manager)


_RULES: Mapping[str, Callable[[Mapping[str, Any], Any], None]] = {
    "BatchGetSecretValue": _batch,
    "CreateSecret": _create,
    "DeleteSecret": _delete,
    "ListSecretVersionIds": _list_versions,
    "ListSecrets": _list,
}
