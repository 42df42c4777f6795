"""`fargate-kit sim`: a simulated Fargate for any AWS client."""

from __future__ import annotations

import gc
import math
import signal
import sys
from typing import Annotated

import typer

from fargate_kit.cli.running import run_async

_OBJECTS_BEFORE_COLLECTION = 10_000


def sim(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")
    ] = 0,
    speed: Annotated[
        float, typer.Option(help="Seconds of Fargate that pass in one real second.")
    ] = 20.0,
    seed: Annotated[int, typer.Option(help="Ids, addresses and jitter are drawn from it.")] = 0,
    quotas: Annotated[
        bool, typer.Option("--quotas", help="Keep AWS's own quotas: call and launch rates, vCPU.")
    ] = False,
    enforce_iam: Annotated[
        bool,
        typer.Option("--enforce-iam", help="Hold callers with a key of IAM against its policies."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the URL alone.")] = False,
) -> None:
    """Serve a simulated Fargate until interrupted.

    The first line is its URL, alone. Point any AWS client at it: set AWS_ENDPOINT_URL, and any
    credentials.

    \b
    Examples:
      fargate-kit sim
      fargate-kit sim --speed 60 --port 4566
    """
    if not 0 < speed < math.inf:
        raise typer.BadParameter("it must be a number above 0", param_hint="--speed")

    async def serve() -> None:
        await _serve(
            port=port, speed=speed, seed=seed, quotas=quotas, enforce_iam=enforce_iam, quiet=quiet
        )

    run_async(serve)


async def _serve(
    *, port: int, speed: float, seed: int, quotas: bool, enforce_iam: bool, quiet: bool
) -> None:
    import anyio
    import anyio.to_thread

    from fargate_kit.sim import simulate

    async with simulate(
        port=port, speed=speed, seed=seed, quotas=quotas, enforce_iam=enforce_iam
    ) as world:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            print(world.url, flush=True)
            if not quiet:
                _explain(world.url, speed)
            await anyio.to_thread.run_sync(world.account.moto.flush)
            gc.freeze()  # what was imported stays: looking through it for garbage takes 0.2 s
            gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)  # a world grows: little of it is garbage
            async for _ in signals:
                break


def _explain(url: str, speed: float) -> None:
    print(
        f"A simulated Fargate, {speed:g} times as fast as the real one. In another terminal:\n\n"
        f"  export AWS_ENDPOINT_URL={url}\n"
        "  export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1\n"
        "  export AWS_ACCESS_KEY_ID=simulated AWS_SECRET_ACCESS_KEY=simulated\n"
        "  aws ecs create-cluster\n\n"
        "Ctrl-C ends it, and everything in it.",
        file=sys.stderr,
        flush=True,
    )
