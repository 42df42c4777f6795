"""Looks before anything is run: what would keep it from running, every problem at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any, Self

from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, Denied, InvalidSpec
from fargate_kit.model.policy_document import InvalidPolicy
from fargate_kit.model.problems import Problem
from fargate_kit.model.task_rules import problems as problems_of
from fargate_kit.model.values import Network
from fargate_kit.networks.check import check_network
from fargate_kit.networks.network import default_network
from fargate_kit.preflight.image import check_image
from fargate_kit.preflight.look import Look
from fargate_kit.preflight.references import (
    check_log_groups,
    check_parameters,
    check_secrets,
)
from fargate_kit.preflight.roles import check_execution_role, check_task_role
from fargate_kit.preflight.targets import check_ports, check_target
from fargate_kit.service_spec import Target

__all__ = ["Preflight", "check"]

_PREFIX = {"elbv2": "elasticloadbalancing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """What a look before the run found; true if nothing is in the way and all could be seen.

    Attributes:
        subject: What was looked at.
        problems: What would keep it from running, each with its remedy.
        not_seen: What could not be looked at, and the permission that it needs.
        notes: What no look can tell.
    """

    subject: str
    problems: tuple[Problem, ...]
    not_seen: tuple[str, ...]
    notes: tuple[str, ...]

    def __bool__(self) -> bool:
        return not self.problems and not self.not_seen

    def raise_for_problems(self) -> Self:
        """Return this if nothing is known to be in the way.

        Raises:
            InvalidSpec: With every problem.
        """
        if self.problems:
            raise InvalidSpec(self.subject, self.problems)
        return self

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''}" if count else "nothing in the way"
        lines = [f"{self.subject}: {head}"]
        lines += [f"  - {problem}" for problem in self.problems]
        lines += [f"  ? {each}" for each in self.not_seen]
        lines += [f"  note: {each}" for each in self.notes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head, *rest = str(self).splitlines()
        items = "".join(f"<li>{escape(line.strip().removeprefix('- '))}</li>" for line in rest)
        return f"<p><b>{escape(head)}</b></p><ul>{items}</ul>"


async def check(
    session: Session,
    subject: str,
    definition: Mapping[str, Any],
    *,
    network: Network | None = None,
    targets: Sequence[Target] = (),
    execute_command: bool = False,
) -> Preflight:
    """Look at everything that a definition needs, and change nothing.

    Args:
        subject: What it is, for people.
        definition: In AWS's own form.
        network: None is `default_network()`, asked for once.
        targets: Where load balancers shall reach the tasks.
        execute_command: Whether ECS Exec must work as well.
    """
    if network is None:
        network = await session.once(default_network)
    look = Look(
        session=session,
        definition=definition,
        network=network,
        targets=targets,
        execute_command=execute_command,
    )
    found: list[Problem] = [*problems_of(definition), *check_ports(look)]
    not_seen: list[str] = []
    for what, each in _looks(look):
        try:
            found += await each(look)
        except Denied as error:
            service, _, operation = error.operation.partition(":")
            needs = f"{_PREFIX.get(service, service)}:{operation}"
            not_seen.append(f"could not look at {what}: needs {needs} ({error.reason})")
        except (ApiError, InvalidPolicy) as error:
            not_seen.append(f"could not look at {what}: {error}")
    return Preflight(
        subject=subject,
        problems=tuple(found),
        not_seen=tuple(not_seen),
        notes=tuple(look.notes),
    )


_Found = Sequence[Problem]


def _looks(look: Look) -> Iterator[tuple[str, Callable[[Look], Awaitable[_Found]]]]:
    """Yield every look, with what it looks at."""
    yield "the execution role", check_execution_role
    yield "the task role", check_task_role
    for number, container in enumerate(look.containers):
        name = container.get("name", number)
        yield f"the image of container {name}", partial(check_image, number=number)
    yield "secrets", check_secrets
    yield "parameters", check_parameters
    yield "log groups", check_log_groups
    yield "the network", _network
    for number in range(len(look.targets)):
        yield f"target group {number + 1}", partial(check_target, number=number)


async def _network(look: Look) -> _Found:
    return await check_network(
        look.session, look.network, look.definition, execute_command=look.execute_command
    )
