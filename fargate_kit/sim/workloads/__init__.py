"""What containers do in the simulated Fargate, by the name of their image."""

from __future__ import annotations

from fargate_kit.sim.workloads.behaviour import (
    Exit,
    HttpAnswer,
    Launch,
    Say,
    Step,
    Wait,
    WebWorkload,
    Workload,
)
from fargate_kit.sim.workloads.image import Image
from fargate_kit.sim.workloads.image_reference import ImageReference, InvalidImageReference
from fargate_kit.sim.workloads.images.shells import scripted
from fargate_kit.sim.workloads.registry import Workloads

__all__ = [
    "Exit",
    "HttpAnswer",
    "Image",
    "ImageReference",
    "InvalidImageReference",
    "Launch",
    "Say",
    "Step",
    "Wait",
    "WebWorkload",
    "Workload",
    "Workloads",
    "scripted",
]
