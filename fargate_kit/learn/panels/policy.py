"""Menus that put questions to policies: who, which action, on what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import ipywidgets as widgets

from fargate_kit.learn.bridge import Bridge
from fargate_kit.learn.panels.panel import Panel
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.reading import badge_of
from fargate_kit.learn.reading_policies import second_opinion, verdict_of
from fargate_kit.learn.views.frame import SIMULATED
from fargate_kit.learn.views.policy_verdict import policy_verdict, policy_verdict_text
from fargate_kit.model.policy_document import Policy
from fargate_kit.model.policy_evaluation import Decision
from fargate_kit.roles.policies import Context, RolePolicies
from fargate_kit.roles.role import Role

__all__ = ["PolicyPanel", "Principal"]

# What the course speaks of; what the policies name comes beside it.
ACTIONS = (
    "ecs:CreateCluster",
    "ecs:CreateService",
    "ecs:DeleteCluster",
    "ecs:DescribeTasks",
    "ecs:RegisterTaskDefinition",
    "ecs:RunTask",
    "ecs:StopTask",
    "ecs:UpdateService",
    "ecr:GetAuthorizationToken",
    "iam:PassRole",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "s3:GetObject",
)
# A role is always passed to somebody; for tasks, to ECS.
_PASSED: Context = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Whose policies are asked.

    Attributes:
        role: None for a policy that nobody has yet.
        policies: As they were read.
    """

    name: str
    policies: RolePolicies | Policy
    role: Role | None = None

    @property
    def all(self) -> tuple[Policy, ...]:
        """Every policy, the boundary among them."""
        if isinstance(self.policies, Policy):
            return (self.policies,)
        boundary = self.policies.boundary
        return (*self.policies, *(() if boundary is None else (boundary,)))


class PolicyPanel(Panel):
    """A menu for whom, one for the action, one for the resource; the verdict below them.

    The verdict is drawn at once. IAM's own simulator is asked after it, where a role has the
    policies, and its answer is added.
    """

    def __init__(
        self,
        bridge: Bridge,
        principals: Sequence[Principal],
        *,
        actions: Iterable[str] = (),
        resources: Iterable[str] = (),
    ) -> None:
        policies = [policy for each in principals for policy in each.all]
        named = dict.fromkeys([*actions, *ACTIONS, *_named(policies, "actions")])
        things = dict.fromkeys([*resources, "*", *_named(policies, "resources")])
        self.principal = _menu("Who", [each.name for each in principals])
        self.action = _menu("Action", list(named))
        self.resource = _menu("Resource", list(things))
        self.again = widgets.Button(
            description="Read again", tooltip="Read the policies of the roles again"
        )
        self._verdict = widgets.HTML()
        first = widgets.HBox([self.principal, self.action, self.again])
        super().__init__(first, self.resource, self._verdict)
        self._bridge = bridge
        self._principals = {each.name: each for each in principals}
        for control in (self.principal, self.action, self.resource):
            control.observe(lambda _: self._ask(), "value")
        self.again.on_click(lambda _: bridge.enter(self._guarded, self._read))
        self._ask()

    def _ask(self) -> None:
        who, decision = self._decide()
        self._draw(who, decision, "")
        if who.role is not None:
            self._bridge.enter(self._guarded, self._compare, key=self)

    def _decide(self) -> tuple[Principal, Decision]:
        who = self._principals[self.principal.value]
        decision = who.policies.explain(self.action.value, self.resource.value, self._context())
        return who, decision

    def _context(self) -> Context:
        return _PASSED if self.action.value == "iam:PassRole" else {}

    async def _compare(self) -> None:
        who, decision = self._decide()
        if who.role is None:
            return
        (answer,) = await who.role.simulate(decision.action, decision.resource, self._context())
        here = badge_of(who.role._session) == SIMULATED
        self._draw(who, decision, second_opinion(answer, simulated=here))

    async def _read(self) -> None:
        for name, who in self._principals.items():
            if who.role is not None:
                self._principals[name] = replace(who, policies=await who.role.policies())
        self._ask()

    def _draw(self, who: Principal, decision: Decision, second: str) -> None:
        picture = verdict_of(
            decision,
            principal=who.name,
            policies=who.all,
            second=second,
            badge=None if who.role is None else badge_of(who.role._session),
        )
        self._say(self._verdict, Picture(policy_verdict_text(picture), policy_verdict(picture)))


def _menu(words: str, options: list[str]) -> widgets.Dropdown:
    layout = widgets.Layout(width="auto", min_width="260px")
    return widgets.Dropdown(options=options, value=options[0], description=words, layout=layout)


def _named(policies: Iterable[Policy], member: str) -> list[str]:
    """Return the actions or resources that statements name without a pattern."""
    found = {
        text
        for policy in policies
        for statement in policy.statements
        for text in getattr(statement, member)
    }
    return sorted(each for each in found if not set(each) & set("*?$"))
