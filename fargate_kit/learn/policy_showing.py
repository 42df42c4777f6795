"""What a notebook shows of decisions, policies and roles; pure, nothing is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fargate_kit.learn.picture import Picture
from fargate_kit.learn.reading import badge_of
from fargate_kit.learn.reading_policies import (
    checked_text,
    comparisons,
    documents_of,
    roles_of,
    verdict_of,
)
from fargate_kit.learn.views.policy_document import (
    DocumentText,
    document_text,
    policy_documents,
)
from fargate_kit.learn.views.policy_verdict import (
    policy_comparison,
    policy_comparison_text,
    policy_verdict,
    policy_verdict_text,
)
from fargate_kit.learn.views.two_roles import two_roles, two_roles_text
from fargate_kit.model.policy_document import Policy
from fargate_kit.model.policy_evaluation import Decision
from fargate_kit.roles.policies import RolePolicies, Simulated
from fargate_kit.roles.role import Role
from fargate_kit.tasks.task_definition import TaskDefinition
from fargate_kit.tasks.task_spec import TaskSpec

__all__ = ["POLICY_PICTURES", "answers_picture", "roles_picture", "text_picture"]


def answers_picture(answers: Sequence[Simulated]) -> Picture:
    """Show what IAM's simulator says beside what we say."""
    rows = comparisons(answers)
    return Picture(policy_comparison_text(rows), policy_comparison(rows))


def roles_picture(definition: TaskSpec | TaskDefinition, *, region: str) -> Picture:
    """Show who needs which permission for the tasks of a definition, and when.

    Args:
        region: Where they run.
    """
    if isinstance(definition, TaskSpec):
        state = roles_of(definition.family, definition.to_api(), region=region)
    else:
        state = roles_of(definition.name, definition.raw, region=region)
    return Picture(two_roles_text(state), two_roles(state))


def text_picture(text: str) -> Picture:
    """Show a text that shall become a policy, with what IAM would refuse in it."""
    document = checked_text(text)
    count = len(document.marked)
    verdict = "IAM would take it" if not count else f"IAM would not take it: {count} to mend"
    return _documents([document], f"A policy's text: {verdict}")


def _documents(
    documents: Sequence[DocumentText], caption: str, *, badge: str | None = None
) -> Picture:
    words = "\n".join([caption, *(f"  {line}" for each in documents for line in _lines(each))])
    return Picture(words, policy_documents(documents, caption=caption, badge=badge))


def _lines(document: DocumentText) -> list[str]:
    return document_text(document).splitlines()


def _decision(decision: Decision) -> Picture:
    picture = verdict_of(decision)
    return Picture(policy_verdict_text(picture), policy_verdict(picture))


def _policy(policy: Policy) -> Picture:
    return _documents(documents_of([policy]), f"Policy: {policy.kind.value}")


def _policies(policies: RolePolicies) -> Picture:
    boundary = policies.boundary
    limits = () if boundary is None else (boundary,)
    with_boundary = ", the last is its permissions boundary" if limits else ""
    caption = f"What role {policies.role} may do{with_boundary}"
    return _documents(documents_of([*policies, *limits]), caption)


def _role(role: Role) -> Picture:
    caption = f"Role {role.name}: who may take it"
    return _documents(documents_of([role.trust]), caption, badge=badge_of(role._session))


POLICY_PICTURES: Mapping[type, Callable[[Any], Picture]] = {
    Decision: _decision,
    Policy: _policy,
    RolePolicies: _policies,
    Role: _role,
}
