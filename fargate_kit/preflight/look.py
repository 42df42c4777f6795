"""What a look before the run starts from, and how it tells what it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fargate_kit.core.session import Session
from fargate_kit.model.problems import Problem, one_line
from fargate_kit.model.values import Network
from fargate_kit.service_spec import Target

__all__ = ["Look", "finding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is about to run, where.

    Args:
        definition: In AWS's own form.
        notes: What no look can tell, in words; looks add to it.
    """

    session: Session
    definition: Mapping[str, Any]
    network: Network
    targets: Sequence[Target] = ()
    execute_command: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def containers(self) -> Sequence[Mapping[str, Any]]:
        """Its container definitions."""
        containers: Sequence[Mapping[str, Any]] = self.definition.get("containerDefinitions") or ()
        return containers


def finding(path: str, rule: str, given: Any, text: str, remedy: str, *, allowed: str) -> Problem:
    """Tell of one problem.

    Args:
        path: Where, in AWS's own words.
        text: What is wrong, as one clause.
        remedy: What to do, as one clause.
        allowed: What would be right, in words.
    """
    message = one_line(f"{path}: {text}; {remedy}.")
    return Problem(path=path, rule=rule, given=given, allowed=allowed, message=message)
