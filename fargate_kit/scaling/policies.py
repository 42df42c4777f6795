"""The kinds of scaling policies that can be asked for."""

from __future__ import annotations

from fargate_kit.scaling.step_scaling import StepScaling
from fargate_kit.scaling.target_tracking import TargetTracking

__all__ = ["ScalingPolicySpec", "StepScaling", "TargetTracking"]

ScalingPolicySpec = TargetTracking | StepScaling
"""A policy as it is asked for."""
