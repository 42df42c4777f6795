"""What is told of while a project is made or taken down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["OnStep", "StepEvent", "StepState"]


class StepState(StrEnum):
    """How far a step is."""

    BEGINS = "begins"
    SAYS = "says"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEvent:
    """Something that happened while a project was made or taken down.

    Attributes:
        step: Such as `log group hello-world` or `service wordpress`.
        text: What ECS said, or why it failed; what is left, where it was interrupted.
    """

    step: str
    state: StepState
    text: str = ""


OnStep = Callable[[StepEvent], None]
