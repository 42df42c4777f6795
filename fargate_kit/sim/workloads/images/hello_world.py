"""`hello-world`: one program, which greets and ends; there is no shell in the image."""

from __future__ import annotations

from fargate_kit.sim.workloads.image import Image
from fargate_kit.sim.workloads.process import Process, Running


def _hello(process: Process) -> Running:
    for line in (
        "",
        "Hello from the simulated Fargate!",
        "If you can read this, the image was pulled, a container was started from it,",
        "and what it wrote has come all the way to you.",
        "",
        f"The container ran on {process.launch.hostname} and ends now.",
        "",
    ):
        yield from process.say(line)
    return 0


HELLO_WORLD = Image(
    image_size=0.01,
    command=("/hello",),
    programs={"/hello": _hello},
    all_programs_known=True,
)
"""The official image `hello-world`."""
