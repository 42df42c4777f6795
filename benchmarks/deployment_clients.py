"""Four clients that say how a deployment ended, on one world's time."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio

import fargate_kit as fk
from benchmarks.deployment_scenarios import CLUSTER, SERVICE, Stage
from benchmarks.processes import ROOT, client_environment, line_of, started
from benchmarks.raw_client import REGION
from benchmarks.stepped_world import SteppedWorld, WorldClock, WorldTransport

SLEPT = ROOT / "benchmarks" / "slept_client.py"
HOST = "http://fargate.simulated"
SUCCEEDED, FAILED, GAVE_UP = "succeeded", "failed", "gave up"
# Signs of a line that says how it ended.
TELLING = ("ERROR", "Failed!", "Deployment successful")
# What ecs-deploy does before it looks for the first time: it is the only one that deploys itself.
DEPLOYING = Counter({
    "ecs:DescribeServices": 1,
    "ecs:DescribeTaskDefinition": 1,
    "ecs:RegisterTaskDefinition": 1,
    "ecs:UpdateService": 1,
})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a client told its user.

    Attributes:
        verdict: That the deployment succeeded, that it failed, or that it was not waited for any
            longer.
        reason: The client's own words.
        seconds: Nominal ones, since the deployment began.
        calls: Since then.
    """

    verdict: str
    reason: str
    seconds: float
    calls: int


Client = Callable[[Stage], Answer]


def fargate_kit(stage: Stage) -> Answer:
    """Deploy, then `deployment.wait()`."""
    stage.spoil()
    stage.deploy()
    return anyio.run(_wait, stage.world)


def botocore_waiter(stage: Stage) -> Answer:
    """Deploy, then botocore's waiter `services_stable`."""
    stage.spoil()
    stage.deploy()
    return _judged(_slept(stage.world, sys.executable, "botocore", CLUSTER, SERVICE))


def aws_cli(stage: Stage) -> Answer:
    """Deploy, then `aws ecs wait services-stable`."""
    stage.spoil()
    stage.deploy()
    words = ("ecs", "wait", "services-stable", "--cluster", CLUSTER, "--services", SERVICE)
    return _judged(_slept(stage.world, sys.executable, "aws", *words))


def ecs_deploy() -> Client:
    """Return what deploys with `ecs deploy`, which waits by itself.

    Raises:
        NoEnvironment: Its environment is not there, and cannot be made.
    """
    python = client_environment("ecs-deploy") / "bin" / "python"

    def deploy(stage: Stage) -> Answer:
        stage.spoil()
        told = _slept(
            stage.world,
            str(python),
            "ecs-deploy",
            *(CLUSTER, SERVICE, "--task", stage.broken, "--no-deregister"),
        )
        return _judged(told, before=DEPLOYING)

    return deploy


async def _wait(world: SteppedWorld) -> Answer:
    async with fk.connect(
        region=REGION,
        endpoint_url=HOST,
        credentials=fk.Credentials(
            access_key_id="benchmark",
            secret_access_key="benchmark",  # noqa: S106
        ),
        clock=WorldClock(world),
        transport=WorldTransport(world),
        seed=0,
    ) as aws:
        deployment = (await (await aws.cluster(CLUSTER)).service(SERVICE)).deployment
        before, began = world.calls(), world.passed
        verdict, reason = SUCCEEDED, f"{deployment.id} COMPLETED"
        try:
            await deployment.wait()
        except fk.DeploymentFailed as error:
            verdict, reason = FAILED, str(error).partition(": ")[2].partition("\n")[0]
            if isinstance(error, fk.DeploymentOvertaken):
                reason = str(error).partition("\n")[0]
        except fk.WaitTimeout as error:
            verdict, reason = GAVE_UP, str(error).partition("\n")[0]
        return Answer(
            verdict=verdict,
            reason=reason,
            seconds=world.passed - began,
            calls=(world.calls() - before).total(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    code: int
    text: str
    seconds: float
    calls: Counter[str]


def _slept(world: SteppedWorld, python: str, kind: str, *arguments: str) -> _Told:
    before, began = world.calls(), world.passed
    command = [python, str(SLEPT), kind, world.url, f"{world.epoch()}", *arguments]
    with started(command) as client:
        said: Mapping[str, Any] = json.loads(line_of(client))
        while "sleep" in said:
            world.advance(said["sleep"])
            assert client.stdin is not None
            client.stdin.write(f"{world.epoch()}\n")
            said = json.loads(line_of(client))
    return _Told(
        code=said["exit"],
        text=said["said"],
        seconds=world.passed - began,
        calls=world.calls() - before,
    )


def _judged(told: _Told, *, before: Counter[str] | None = None) -> Answer:
    verdict = FAILED
    if told.code == 0:
        verdict = SUCCEEDED
    elif "Max attempts exceeded" in told.text or "due to timeout" in told.text:
        verdict = GAVE_UP
    return Answer(
        verdict=verdict,
        reason=_last_words(told.text.splitlines()),
        seconds=told.seconds,
        calls=told.calls.total() - (before.total() if before else 0),
    )


def _last_words(lines: Sequence[str]) -> str:
    """Return what explains most: errors, where they are marked as such, or else the last line."""
    spoken = [line.strip(" .\r") for line in lines if line.strip(" .\r")]
    marked = [line for line in spoken if any(sign in line for sign in TELLING)]
    return "; ".join(dict.fromkeys(marked)) or (spoken[-1] if spoken else "")
