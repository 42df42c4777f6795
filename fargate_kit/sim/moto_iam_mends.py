"""Where moto's IAM answers unlike AWS, put right."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fargate_kit.model.policy_document import VERSIONS
from fargate_kit.sim.iam import entity_wording as wording
from fargate_kit.sim.iam.service_roles import PATH, check_service, role_of
from fargate_kit.sim.moto_answers import mend_answer, responses_of
from fargate_kit.sim.moto_checks.iam_lookups import entity, refused
from fargate_kit.sim.moto_surfaces import loaded

__all__ = ["mend_iam"]

# Answers of the service model that always tell whether there is more, and moto's do not.
_LISTS = (
    "get_group",
    "list_access_keys",
    "list_account_aliases",
    "list_group_policies",
    "list_groups",
    "list_instance_profiles",
    "list_instance_profiles_for_role",
    "list_policy_versions",
    "list_signing_certificates",
    "list_ssh_public_keys",
)


def mend_iam(iam: Any) -> None:
    """Put a backend of IAM right."""
    _mend_inline_policies(iam)
    _mend_service_roles(iam)
    for operation in _LISTS:
        mend_answer(responses_of(iam).IamResponse, "backend", operation, _told_whole)


def _mend_inline_policies(iam: Any) -> None:
    """Take inline policies of the older version of the language, which managed ones cannot have.

    Source: IAM User Guide, page `reference_policies_elements_version`.
    """

    def mended(kind: str) -> Callable[[str, str, str], None]:
        put, get = getattr(iam, f"put_{kind}_policy"), getattr(iam, f"get_{kind}")

        def put_policy(name: str, policy_name: str, text: str) -> None:
            put(name, policy_name, _renewed(text))
            get(name).policies[policy_name] = text

        return put_policy

    for kind in ("group", "role", "user"):
        setattr(iam, f"put_{kind}_policy", mended(kind))


def _renewed(text: str) -> str:
    """Write a document of the older version as one of the newer; the rest moto refuses."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(document, dict) or document.get("Version", VERSIONS[0]) not in VERSIONS:
        return text
    return json.dumps({**document, "Version": "2012-10-17"})


def _mend_service_roles(iam: Any) -> None:
    """Call service-linked roles as AWS does, with their policies, and let them be deleted.

    Source: service model, CreateServiceLinkedRole and DeleteServiceLinkedRole; IAM User Guide,
    page `using-service-linked-roles`.
    """
    create, delete = iam.create_service_linked_role, iam.delete_service_linked_role

    def create_service_linked_role(service: str, description: str, suffix: str | None) -> Any:
        check_service(service)
        name, policy = role_of(service)
        name = f"{name}_{suffix}" if suffix else name
        if entity(iam, "role", name) is not None:
            raise refused(wording.SERVICE_ROLE_TAKEN, name=name)
        role = create(service, description, suffix)
        role.name = name
        if policy is not None:
            loaded().policies.ensure(iam, policy)
            iam.attach_role_policy(f"arn:{iam.partition}:iam::aws:policy{PATH}{policy}", name)
        return role

    def delete_service_linked_role(role_name: str) -> str:
        role = iam.get_role(role_name)
        if not role.path.startswith(PATH):
            raise refused(wording.ROLE_MISSING, name=role_name)
        for policy in tuple(role.managed_policies.values()):
            policy.detach_from(role)
        return f"task{role.path}{role_name}/{delete(role_name)}"

    iam.create_service_linked_role = create_service_linked_role
    iam.delete_service_linked_role = delete_service_linked_role


def _told_whole(_: Any, ask: Callable[[], Any]) -> Any:
    answer = ask()
    answer.result.setdefault("IsTruncated", False)
    return answer
