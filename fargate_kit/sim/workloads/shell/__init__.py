"""A small POSIX-like shell on nominal time: parser, expansion, interpreter."""

from __future__ import annotations

from fargate_kit.sim.workloads.shell.program import BASH, SH

__all__ = ["BASH", "SH"]
