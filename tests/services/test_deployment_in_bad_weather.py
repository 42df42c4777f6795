"""The promise: AWS's own troubles change neither the verdict on a deployment nor its cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import anyio
import pytest
from broken_deployments import BROKEN, GROUP, Broken, Stage
from broken_wire import wired

from fargate_kit import Connection, Deployment, DeploymentFailed
from fargate_kit.sim import World
from fargate_kit.sim.faults import DropConnection, Fault, LoseReply, Refuse, Throttle

ALL: dict[str, Any] = {"operation": "*", "service": "*"}
TROUBLES: dict[str, Fault] = {
    "throttle": Throttle(**ALL),
    "500": Refuse(**ALL, code="ServerException", message="our fault", status=500),
    "lost reply": LoseReply(**ALL),
    "dropped before": DropConnection(**ALL, moment="before"),
    "dropped after": DropConnection(**ALL, moment="after"),
}
# What is asked for once only, and how evidence says that it is missing.
GAPS = {
    "logs:FilterLogEvents": "the log: ",
    "elbv2:DescribeTargetHealth": "health of the targets: ",
}
LOOK = "ecs:DescribeServices"
# botocore's own, as core/api.py sets them.
TRIES = 5


@pytest.fixture
async def stage(world: World, aws: Connection) -> Stage:
    """Return a calm connection with a cluster and a log group."""
    await aws.create_log_group(GROUP)
    return Stage(world, aws, await aws.create_cluster("prod"))


@pytest.fixture
async def weather(world: World) -> AsyncIterator[Weather]:
    """Return a connection whose requests may meet troubles."""
    weather = Weather(world)
    async with await wired(world, weather.at_step) as weather.aws:
        yield weather


class Weather:
    """Requests of one connection, before each of which a trouble may be planned.

    Attributes:
        requests: How often each operation was tried, botocore's own tries included.
    """

    aws: Connection

    def __init__(self, world: World) -> None:
        self._world = world
        self._strikes: Callable[[str, int], Fault | None] = lambda operation, number: None
        self.requests: Counter[str] = Counter()

    def turn(self, strikes: Callable[[str, int], Fault | None]) -> None:
        """From now on, ask for each request what strikes it, by operation and number."""
        self.requests.clear()
        self._strikes = strikes

    def at_step(self, step: str) -> None:
        word, _, operation = step.partition(" ")
        if word == "before":
            self.requests[operation] += 1
            if fault := self._strikes(operation, self.requests.total()):
                self._world.account.faults.plan(fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a wait ended with, what it called and tried, and how many seconds it took."""

    raised: DeploymentFailed
    calls: Counter[str]
    requests: Counter[str]
    seconds: float


async def answer(
    broken: Broken,
    stage: Stage,
    weather: Weather,
    strikes: Callable[[str, int], Fault | None] = lambda operation, number: None,
) -> Answer:
    """Wait for a broken deployment over a connection of its own, in that weather."""
    begun = await broken.begin(stage)
    deployment = (await (await weather.aws.cluster("prod")).service("web")).deployment
    assert deployment.id == begun.id
    before, began, got = weather.aws.calls, stage.aws.clock.now(), []
    weather.turn(strikes)

    async def wait(deployment: Deployment) -> None:
        with pytest.raises(DeploymentFailed) as raised:
            await deployment.wait()
        got.append((raised.value, stage.aws.clock.now()))

    async with anyio.create_task_group() as group:
        group.start_soon(wait, deployment)
        if broken.meanwhile is not None:
            await stage.aws.clock.sleep(8)
            await broken.meanwhile(stage)
    ((raised, ended),) = got
    return Answer(
        raised=raised,
        calls=weather.aws.calls - before,
        requests=weather.requests.copy(),
        seconds=ended - began,
    )


def assert_is_right(got: Answer, broken: Broken) -> None:
    """Check the verdict, and that the evidence names the true cause."""
    assert type(got.raised) is broken.verdict
    evidence = got.raised.evidence
    if broken.family is not None:
        assert evidence.family == broken.family
        assert broken.cause in evidence.cause.said
        assert evidence.remedy in str(got.raised)


def beside_looks(calls: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in calls.items() if name != LOOK}


@pytest.mark.parametrize("name", BROKEN)
async def test_calm_weather(stage: Stage, weather: Weather, name: str) -> None:
    """What a verdict costs beside a look a second is stated, and nothing is left unseen."""
    broken = BROKEN[name]
    got = await answer(broken, stage, weather)
    assert_is_right(got, broken)
    assert beside_looks(got.calls) == broken.calls
    assert got.calls[LOOK] <= got.seconds + 1
    assert got.requests.total() == got.calls.total()
    assert got.raised.evidence.not_seen == ()


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("name", BROKEN)
async def test_every_second_request_fails(
    stage: Stage, weather: Weather, name: str, trouble: str
) -> None:
    """botocore's retries bear it: the same calls, the same verdict, each call tried twice."""
    broken, fault = BROKEN[name], TROUBLES[trouble]
    got = await answer(broken, stage, weather, lambda _, number: None if number % 2 else fault)
    assert_is_right(got, broken)
    assert beside_looks(got.calls) == broken.calls
    assert got.calls[LOOK] <= got.seconds + 1
    assert got.requests.total() == 2 * got.calls.total() - 1
    assert got.raised.evidence.not_seen == ()


@pytest.mark.parametrize("trouble", ["throttle", "lost reply"])
@pytest.mark.parametrize("name", BROKEN)
async def test_first_call_of_every_operation_is_given_up(
    stage: Stage, weather: Weather, name: str, trouble: str
) -> None:
    """Where botocore gives a call up, the next look asks again; what is missing is said."""
    broken, fault = BROKEN[name], TROUBLES[trouble]

    def strikes(operation: str, number: int) -> Fault | None:
        return fault if weather.requests[operation] <= TRIES else None

    got = await answer(broken, stage, weather, strikes)
    assert_is_right(got, broken)
    for operation, count in beside_looks(got.calls).items():
        assert count <= broken.calls[operation] + 2, operation
    assert got.calls[LOOK] <= got.seconds + 1
    assert got.calls.total() < got.requests.total() <= got.calls.total() + TRIES * len(got.calls)
    for operation in GAPS.keys() & broken.calls.keys():
        assert any(gap.startswith(GAPS[operation]) for gap in got.raised.evidence.not_seen)


@pytest.mark.parametrize("trouble", ["throttle", "dropped before"])
@pytest.mark.parametrize("name", BROKEN)
async def test_storm_at_the_worst_moment(
    stage: Stage, weather: Weather, name: str, trouble: str
) -> None:
    """For a minute in which the deployment ends, no request is answered: the wait outlives it."""
    broken, fault, clock = BROKEN[name], TROUBLES[trouble], stage.aws.clock
    begun: list[float] = []

    def strikes(operation: str, number: int) -> Fault | None:
        begun[:] = begun or [clock.now()]
        return fault if 7 <= clock.now() - begun[0] < 67 else None

    got = await answer(broken, stage, weather, strikes)
    assert_is_right(got, broken)
    assert got.raised.evidence.not_seen == ()
    assert got.calls[LOOK] <= got.seconds + 1
    for operation, count in beside_looks(got.calls).items():
        assert count <= broken.calls[operation] + 2, operation
    assert got.requests.total() <= TRIES * got.calls.total()
