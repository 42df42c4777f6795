"""Docker Compose files and the ECS CLI's `ecs-params.yml`, translated for Fargate."""

from __future__ import annotations

from fargate_kit.compose.conversion import Conversion, convert
from fargate_kit.compose.drafts import Choices, Topology
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
from fargate_kit.compose.verdicts import Finding, Verdict

__all__ = [
    "Choices",
    "Conversion",
    "Discovery",
    "FileReport",
    "Finding",
    "LogGroup",
    "Plan",
    "PlannedRole",
    "PlannedService",
    "ProjectFiles",
    "Reference",
    "Report",
    "RollOut",
    "Scaling",
    "Topology",
    "Verdict",
    "convert",
]
