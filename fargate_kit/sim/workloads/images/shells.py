"""Images that are little more than a shell: `busybox`, `alpine`, `debian`, `ubuntu`, `bash`."""

from __future__ import annotations

from dataclasses import replace

from fargate_kit.sim.workloads.image import SHELL_PROGRAMS, Image, hand_over
from fargate_kit.sim.workloads.process import Process, Program, Running
from fargate_kit.sim.workloads.shell import BASH

BUSYBOX = Image(image_size=2.2, command=("sh",), all_programs_known=True)
"""BusyBox. Without a command its shell finds nothing to read, and ends with 0."""

ALPINE = replace(BUSYBOX, image_size=3.7, command=("/bin/sh",))
"""Alpine Linux."""

DEBIAN = replace(BUSYBOX, image_size=48.5, command=("bash",))
"""Debian."""

UBUNTU = replace(BUSYBOX, image_size=29.7, command=("/bin/bash",))
"""Ubuntu."""

AMAZON_LINUX = replace(BUSYBOX, image_size=52.0, command=("/bin/bash",))
"""Amazon Linux."""


def _bash_entry_point(process: Process) -> Running:
    words = process.arguments[1:]
    if not words or words[0].startswith("-"):
        words = ("bash", *words)
    return (yield from hand_over(process, words))


BASH_IMAGE = Image(
    image_size=6.0,
    entry_point=("docker-entrypoint.sh",),
    command=("bash",),
    programs={**SHELL_PROGRAMS, "docker-entrypoint.sh": _bash_entry_point},
    all_programs_known=True,
)
"""The official image of bash."""


def scripted(script: str, *, image_size: float = 100.0) -> Image:
    """Make a workload that a shell script describes.

    The container runs the script; a command of its definition becomes `$1` and so on.

    Args:
        script: For `sh`, such as `echo "report for $MONTH"; sleep 5`.
        image_size: What a pull loads, in MB.
    """
    return Image(
        image_size=image_size,
        entry_point=("sh", "-c", script, "entry-point"),
        programs=_PROGRAMS,
    )


_PROGRAMS: dict[str, Program] = {**SHELL_PROGRAMS, "bash": BASH}
