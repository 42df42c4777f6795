"""Filter patterns: which log events an operation or a session is about."""

from __future__ import annotations

from fargate_kit.sim.cloudwatch_logs.patterns.pattern import Pattern, compile_pattern
from fargate_kit.sim.cloudwatch_logs.patterns.scanner import InvalidPattern

__all__ = ["InvalidPattern", "Pattern", "compile_pattern"]
