"""Panels: pictures that follow something, and controls beside them; they need ipywidgets.

Controls are those that a screen reader can name: buttons, menus, check boxes and number fields. The
pictures themselves are only looked at, so replacing them takes the focus from nobody.
"""

from __future__ import annotations

from fargate_kit.learn.panels.following import ServicePanel, TaskPanel
from fargate_kit.learn.panels.log import LogPanel
from fargate_kit.learn.panels.panel import Panel
from fargate_kit.learn.panels.policy import PolicyPanel, Principal
from fargate_kit.learn.panels.rollout import DeploymentPanel, TargetsPanel
from fargate_kit.learn.panels.runner import RunPanel
from fargate_kit.learn.panels.scaling import ScalingPanel
from fargate_kit.learn.panels.sizes import SizePanel
from fargate_kit.learn.panels.steps import StepsPanel
from fargate_kit.learn.panels.traffic import TrafficPanel

__all__ = [
    "DeploymentPanel",
    "LogPanel",
    "Panel",
    "PolicyPanel",
    "Principal",
    "RunPanel",
    "ScalingPanel",
    "ServicePanel",
    "SizePanel",
    "StepsPanel",
    "TargetsPanel",
    "TaskPanel",
    "TrafficPanel",
]
