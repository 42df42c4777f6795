"""Following with Live Tail: new lines within a second, and what it leaves out all the same."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta

import anyio
import pytest
from log_lines import Outcome, outcome, say, write

from fargate_kit import ApiError, Connection, TaskSpec
from fargate_kit.core.clock import present
from fargate_kit.sim import World
from fargate_kit.sim.cloudwatch_logs import live_tail
from fargate_kit.sim.faults import LateLogLines

ShellSpec = Callable[..., TaskSpec]
FILTER, TAIL = "logs:FilterLogEvents", "logs:StartLiveTail"


@pytest.fixture(autouse=True)
async def group(aws: Connection) -> str:
    """Return an empty log group."""
    await aws.create_log_group("g")
    return "g"


async def test_live_follower_ends_with_the_task(aws: Connection, shell: ShellSpec) -> None:
    """Every line of a task comes once, from one session, with few looks; then it is over."""
    cluster = await aws.create_cluster()
    script = "for n in 1 2 3 4 5 6; do echo line $n; sleep 10; done; echo bye; exit 3"
    task = await cluster.run(await aws.register(shell(script, log_group="g")))
    lines = [line.text async for line in task.logs(live=True)]
    assert lines == [*(f"line {number}" for number in range(1, 7)), "bye"]
    assert aws.calls[TAIL] == 1
    assert aws.calls[FILTER] < 20


async def test_new_lines_come_within_a_second(world: World, aws: Connection) -> None:
    """Where looks would be seconds apart, because it was quiet, Live Tail tells at once."""
    delays = []

    async def follow() -> None:
        lines = aws.logs("g", live=True)
        async for line in lines:
            delays.append((present(world.clock) - line.at).total_seconds())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        for _ in range(5):
            await world.clock.sleep(60.5)
            say(world, "g", "s", "hello")
        await world.clock.sleep(5)
        tasks.cancel_scope.cancel()
    assert len(delays) == 5
    assert max(delays) <= 1.5
    # Five minutes: a look every half a minute where it is quiet.
    assert aws.calls[FILTER] <= 32
    assert world.account.logs.sessions == 0


async def test_history_comes_before_what_is_new(world: World, aws: Connection) -> None:
    """A session knows nothing of the past, which is read once."""
    say(world, "g", "s", "old 1", "old 2")
    await world.clock.sleep(60)
    told = []
    lines = aws.logs("g", live=True, until=present(world.clock) + timedelta(seconds=20))

    async def follow() -> None:
        told.extend([line.text async for line in lines])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        for number in range(10):
            say(world, "g", "s", f"new {number}", f"new {number}")
            await world.clock.sleep(1)
    assert told == ["old 1", "old 2", *(f"new {number // 2}" for number in range(20))]


async def test_sampled_updates_lose_nothing(world: World, aws: Connection) -> None:
    """Of 3,000 lines in three seconds Live Tail sends half; the others come all the same."""
    told = []

    async def follow() -> None:
        async for line in aws.logs("g", live=True):
            told.append(line)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        await world.clock.sleep(3)
        written = await write(world, "g", streams=7, lines=3000, every=0.5, at_once=500)
        await world.clock.sleep(12)
        tasks.cancel_scope.cancel()
    found = outcome(written, told)
    assert (found.lost, found.twice) == (0, 0)
    assert aws.calls[TAIL] == 1


async def test_late_lines_are_told_by_live_tail_too(world: World, aws: Connection) -> None:
    """Of 740 lines that come up to 3 seconds late, none is lost, none comes twice."""
    world.account.faults.plan(LateLogLines(seconds=3.0))
    told = []

    async def follow() -> None:
        async for line in aws.logs("g", live=True):
            told.append(line)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        written = await write(world, "g", streams=4, lines=740, every=0.075, at_once=5)
        await world.clock.sleep(12)
        tasks.cancel_scope.cancel()
    found = outcome(written, told)
    assert (found.lost, found.twice) == (0, 0)
    assert found.behind <= 4.0


async def test_session_is_renewed_after_its_time(
    world: World, aws: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS ends a session after three hours; another one follows, and nothing is lost between."""
    monkeypatch.setattr(live_tail, "SESSION_ENDS_AFTER", 60.0)  # three hours take too many seconds
    told = []

    async def follow() -> None:
        async for line in aws.logs("g", live=True):
            told.append(line)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        await world.clock.sleep(50)
        written = await write(world, "g", streams=3, lines=200, every=0.1)
        await world.clock.sleep(30)
        tasks.cancel_scope.cancel()
    assert outcome(written, told) == Outcome(lost=0, twice=0, behind=0)
    assert aws.calls[TAIL] == 2


async def test_lines_come_while_no_session_can_begin(world: World, aws: Connection) -> None:
    """While the account has all the sessions it may have, looks bring the lines."""
    others = [aws.logs("g", live=True) for _ in range(15)]
    told = []

    async def occupy(number: int) -> None:
        async for _ in others[number]:
            pass

    async def follow() -> None:
        async for line in aws.logs("g", live=True):
            told.append(line)

    async with anyio.create_task_group() as tasks:
        for number in range(15):
            tasks.start_soon(occupy, number)
        await world.clock.sleep(2)
        assert world.account.logs.sessions == 15
        tasks.start_soon(follow)
        await world.clock.sleep(1)
        written = await write(world, "g", streams=3, lines=50, every=0.2)
        await world.clock.sleep(5)
        tasks.cancel_scope.cancel()
    assert outcome(written, told) == Outcome(lost=0, twice=0, behind=0)


async def test_broken_session_is_begun_again(world: World, aws: Connection) -> None:
    """Where AWS breaks a session off, looks bring the lines until the next one runs."""
    told = []

    async def follow() -> None:
        async for line in aws.logs("g", live=True):
            told.append(line)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        written = await write(world, "g", streams=3, lines=50, every=0.2)
        for tails in world.account.logs._tails.values():
            for tail in tuple(tails):
                tail.break_off()
        written += [f"after {number}" for number in range(20)]
        for number in range(20):
            say(world, "g", "s", f"after {number}")
            await world.clock.sleep(0.5)
        await world.clock.sleep(5)
        tasks.cancel_scope.cancel()
    assert outcome(written, told) == Outcome(lost=0, twice=0, behind=0)
    assert aws.calls[TAIL] == 2


async def test_refusal_that_does_not_pass_is_told(world: World) -> None:
    """In a Region without Live Tail, live=True is an error, and no polling in disguise."""
    async with world.connect(region="us-gov-west-1") as aws:
        await aws.create_log_group("g")
        with pytest.raises(ApiError, match="not available in the Region"):
            _ = [line async for line in aws.logs("g", live=True)]


async def test_session_ends_where_its_reader_leaves(world: World, aws: Connection) -> None:
    """Nobody is charged for a session that nobody reads."""
    say(world, "g", "s", "one")
    async with aclosing(aws.logs("g", live=True)) as lines:
        async for line in lines:
            assert line.text == "one"
            assert world.account.logs.sessions == 1
            break
    assert world.account.logs.sessions == 0


async def test_live_log_of_a_service_hears_new_tasks(aws: Connection, shell: ShellSpec) -> None:
    """The session of a service is for later tasks too: it is not begun anew for them."""
    cluster = await aws.create_cluster()
    script = "echo {0} up; sleep 70; echo {0} there; sleep 86400"
    one = await aws.register(shell(script.format("one"), log_group="g"))
    two = await aws.register(shell(script.format("two"), log_group="g"))
    service = await cluster.create_service("web", one)
    heard: list[str] = []

    async def follow() -> None:
        heard.extend([line.text async for line in service.logs(live=True)])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        await aws.clock.sleep(120)
        await (await service.deploy(two)).wait()
        await service.delete(force=True)
    assert heard == ["one up", "one there", "two up"]
    assert aws.calls[TAIL] == 1
