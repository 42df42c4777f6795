"""`fargate-kit demo`: the whole way of a task, shown live."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fargate_kit.cli.running import run_async
from fargate_kit.cli.settings import EndpointUrl, Region

if TYPE_CHECKING:
    from rich.console import Console

    from fargate_kit.connections.connection import Connection

LEFT_IN_PROCESS = "nothing is left, the simulator was in this process"
LEFT_ELSEWHERE = (
    "the cluster quick-start may still be there, with tasks that run; "
    "`aws ecs list-tasks --cluster quick-start` shows them"
)


def demo(
    speed: Annotated[
        float, typer.Option(help="Seconds of Fargate that pass in one real second.")
    ] = 20.0,
    seed: Annotated[int, typer.Option(help="Ids and addresses are drawn from it.")] = 0,
    picture: Annotated[
        Path | None, typer.Option(help="Write what was shown to this file, as SVG.")
    ] = None,
    endpoint_url: EndpointUrl = None,
    region: Region = None,
) -> None:
    """Run WordPress on a simulated Fargate: watch it start, read its log, change it, clean up.

    Everything it starts is stopped at the end, and when it is interrupted; a second Ctrl-C does
    not wait for that. With --endpoint-url it does the same on a simulator that already runs.

    \b
    Examples:
      fargate-kit demo
      fargate-kit demo --speed 1            Fargate's own pace
      fargate-kit demo --picture demo.svg
    """
    if not 0 < speed < math.inf:
        raise typer.BadParameter("it must be a number above 0", param_hint="--speed")
    from fargate_kit.cli.screen import console, recording_console

    screen = recording_console() if picture else console
    left = LEFT_IN_PROCESS if endpoint_url is None else LEFT_ELSEWHERE
    run_async(lambda: _show(screen, speed, seed, endpoint_url, region or "us-east-1"), left=left)
    if picture:
        screen.save_svg(str(picture), title="fargate-kit demo")


async def _show(
    console: Console, speed: float, seed: int, endpoint_url: str | None, region: str
) -> None:
    from fargate_kit.cli.tour import Tour

    async with _connected(speed, seed, endpoint_url, region) as aws:
        tour = Tour(aws, console)
        tour.welcome(speed if endpoint_url is None else None)
        await tour.run()


@asynccontextmanager
async def _connected(
    speed: float, seed: int, endpoint_url: str | None, region: str
) -> AsyncIterator[Connection]:
    if endpoint_url is not None:
        from fargate_kit.connections.connection import connect

        async with connect(endpoint_url=endpoint_url, region=region) as aws:
            yield aws
        return
    from fargate_kit.sim import simulate

    async with simulate(speed=speed, seed=seed) as world, world.connect(region=region) as aws:
        yield aws
