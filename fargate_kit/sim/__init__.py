"""The simulated Fargate: an AWS endpoint on this machine, on a clock that may be stepped."""

from __future__ import annotations

from fargate_kit.sim.front_door import PortInUse
from fargate_kit.sim.timing import Timing
from fargate_kit.sim.workloads import Workloads
from fargate_kit.sim.world import World, simulate

__all__ = ["PortInUse", "Timing", "Workloads", "World", "simulate"]
