"""Docker Compose files and the ECS CLI's `ecs-params.yml`, translated for Fargate.

What speaks to AWS is looked up when it is first used: translating needs none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fargate_kit.compose.conversion import Conversion, convert
from fargate_kit.compose.drafts import Choices, Topology
from fargate_kit.compose.exporting import Export, export
from fargate_kit.compose.plan import (
    Discovery,
    LogGroup,
    Plan,
    PlannedRole,
    PlannedService,
    Reference,
    RollOut,
    Scaling,
)
from fargate_kit.compose.project import ProjectFiles
from fargate_kit.compose.report import FileReport, Report
from fargate_kit.compose.steps import OnStep, StepEvent, StepState
from fargate_kit.compose.verdicts import Finding, Verdict

if TYPE_CHECKING:
    from fargate_kit.compose.difference import Action, Difference, Item, ServiceChange
    from fargate_kit.compose.running_project import RunningProject, running
    from fargate_kit.compose.taking_down import TakenDown

__all__ = [
    "Action",
    "Choices",
    "Conversion",
    "Difference",
    "Discovery",
    "Export",
    "FileReport",
    "Finding",
    "Item",
    "LogGroup",
    "OnStep",
    "Plan",
    "PlannedRole",
    "PlannedService",
    "ProjectFiles",
    "Reference",
    "Report",
    "RollOut",
    "RunningProject",
    "Scaling",
    "ServiceChange",
    "StepEvent",
    "StepState",
    "TakenDown",
    "Topology",
    "Verdict",
    "convert",
    "export",
    "running",
]

_HOME_OF = {
    "Action": "difference",
    "Difference": "difference",
    "Item": "difference",
    "RunningProject": "running_project",
    "ServiceChange": "difference",
    "TakenDown": "taking_down",
    "running": "running_project",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
