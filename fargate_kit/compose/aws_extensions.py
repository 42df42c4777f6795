"""The keys that Docker's ECS integration read in a service: roles, logs, credentials."""

from __future__ import annotations

from typing import Any

from fargate_kit.compose.drafts import Draft, Workshop
from fargate_kit.compose.tree import Items, Node, Scalar

__all__ = ["translate_extensions"]

# Days that a log group may keep its lines (CloudWatch Logs service model, PutRetentionPolicy).
_RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def translate_extensions(draft: Draft, shop: Workshop) -> None:
    """Translate `x-aws-*` keys of a service.

    Source: docker/compose-cli, docs/ecs-compose-features.md.
    """
    if found := draft.get("x-aws-pull_credentials"):
        draft.api["repositoryCredentials"] = {"credentialsParameter": found.text}
    if found := draft.get("x-aws-policies"):
        draft.policies.extend(item.text for item in found.items())
        _needs_a_role_of_its_own(draft, shop)
    if found := draft.get("x-aws-role"):
        document = _plain(found.node)
        if isinstance(document, dict):
            draft.inline_policy = document
            _needs_a_role_of_its_own(draft, shop)
    if found := draft.get("x-aws-logs_retention"):
        days = int(found.text) if found.text.isdigit() else 0
        longer = next((each for each in _RETENTIONS if each >= days), None)
        if not days or longer is None:
            shop.ledger.refused(found, "no number of days up to 3653", rule="retention")
        elif longer != days:
            shop.ledger.altered(found, f"CloudWatch Logs keeps {longer} days, the next longer time")
        draft.retention_days = longer


def _needs_a_role_of_its_own(draft: Draft, shop: Workshop) -> None:
    key = draft.get("x-aws-role") or draft.get("x-aws-policies")
    if key is not None and shop.choices.task_role:
        shop.ledger.altered(key, f"the role {shop.choices.task_role} is given instead")


def _plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [_plain(item) for item in node.items]
    return {key: _plain(entry.value) for key, entry in node.entries.items()}
