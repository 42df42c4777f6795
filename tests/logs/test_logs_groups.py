"""Following a log group: any number of streams by one call a look, nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from log_lines import Outcome, outcome, say, write

from fargate_kit import Connection, InvalidSpec, LogLine, NotFound
from fargate_kit.core.clock import present
from fargate_kit.logs.logs import LogReader, lines_of, reader_of
from fargate_kit.logs.query import log_query
from fargate_kit.sim import World, simulate
from fargate_kit.sim.faults import LateLogLines

FILTER = "logs:FilterLogEvents"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Return a world whose answers are not checked: there are thousands of lines in them."""
    async with simulate(step=True) as world:
        yield world


@pytest.fixture(autouse=True)
async def group(aws: Connection) -> str:
    """Return an empty log group."""
    await aws.create_log_group("g")
    return "g"


def until(world: World, seconds: float) -> datetime:
    return present(world.clock) + timedelta(seconds=seconds)


async def followed(
    world: World, reader: LogReader, aws: Connection, told: list[LogLine], peak: list[int]
) -> None:
    """Collect what a reader finds, and how much it held in mind after each line."""

    async def never() -> bool:
        return False

    async for line in lines_of(aws._session, reader, ended=never):
        told.append(line)
        if len(told) % 100 == 0:
            peak[0] = max(peak[0], reader.remembered)


async def test_group_is_one_stream_by_time(world: World, aws: Connection) -> None:
    """Lines of all streams come by time, by one call, with container and stream."""
    for second, stream in enumerate(("web/main/1", "web/side/2", "web/main/1", "other")):
        say(world, "g", stream, f"line {second}")
        await world.clock.sleep(1)
    lines = [line async for line in aws.logs("g")]
    assert [line.text for line in lines] == [f"line {second}" for second in range(4)]
    assert [line.container for line in lines] == ["main", "side", "main", "other"]
    assert aws.calls[FILTER] == 1


@pytest.mark.parametrize("streams", [1, 20, 200])
async def test_a_look_is_one_call(world: World, aws: Connection, streams: int) -> None:
    """However many streams talk, a follower asks once a second for all of them, new ones too."""
    told = []

    async def follow() -> None:
        told.extend([line async for line in aws.logs("g", follow=True, until=until(world, 30))])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        written = await write(world, "g", streams=streams, lines=300, every=0.1)
    assert outcome(written, told) == Outcome(lost=0, twice=0, behind=0)
    # Thirty seconds with a look each, and the last five in which nothing came.
    assert 30 <= aws.calls[FILTER] <= 38


async def test_quiet_follower_asks_less_often(world: World, aws: Connection) -> None:
    """Ten minutes in which nothing is said cost a quarter of the looks, and a line is heard."""
    told = []

    async def follow() -> None:
        told.extend([line async for line in aws.logs("g", follow=True, until=until(world, 620))])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        await world.clock.sleep(600)
        say(world, "g", "s", "at last")
    assert [line.text for line in told] == ["at last"]
    assert aws.calls[FILTER] < 170


async def test_many_named_streams_are_read_together(world: World, aws: Connection) -> None:
    """250 names take three calls once, and one call a look from then on; others stay out."""
    names = [f"web/main/{number}" for number in range(250)]
    for name in [*names, "web/main/other", "elsewhere"]:
        say(world, "g", name, name)
    told, looks = [], [0]

    async def follow() -> None:
        lines = aws.logs("g", streams=names, follow=True, until=until(world, 20))
        told.extend([line.text async for line in lines])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        await world.clock.sleep(0.5)
        looks[0] = aws.calls[FILTER]
        await world.clock.sleep(10)
        say(world, "g", "web/main/249", "late")
        say(world, "g", "web/main/other", "not asked for")
    assert looks == [3]
    assert sorted(told) == sorted([*names, "late"])
    assert aws.calls[FILTER] - 3 <= 27


async def test_prefix_is_passed_on(world: World, aws: Connection) -> None:
    """Only streams whose names begin with the prefix are read."""
    for stream in ("web/main/1", "web/side/1", "worker/main/1"):
        say(world, "g", stream, stream)
    lines = [line.text async for line in aws.logs("g", prefix="web/main")]
    assert lines == ["web/main/1"]


async def test_late_lines_are_not_lost(world: World, aws: Connection) -> None:
    """Of 740 lines that come up to 3 seconds late, none is lost, none comes twice."""
    world.account.faults.plan(LateLogLines(seconds=3.0))
    told = []

    async def follow() -> None:
        told.extend([line async for line in aws.logs("g", follow=True, until=until(world, 20))])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        written = await write(world, "g", streams=4, lines=740, every=0.075, at_once=5)
    found = outcome(written, told)
    assert (found.lost, found.twice) == (0, 0)
    assert 0 < found.behind <= 3.0


async def test_memory_is_bounded(world: World, aws: Connection) -> None:
    """20,000 late lines over 200 streams all come once; those of a minute are held in mind."""
    world.account.faults.plan(LateLogLines(seconds=3.0))
    told: list[LogLine] = []
    peak = [0]
    reader = reader_of(aws._session, log_query(aws._session))
    reader.add_group("us-east-1", "g", names=None, prefix="")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(followed, world, reader, aws, told, peak)
        written = await write(world, "g", streams=200, lines=20_000, every=2.0, at_once=200)
        await world.clock.sleep(60)
        tasks.cancel_scope.cancel()
    found = outcome(written, told)
    assert (found.lost, found.twice) == (0, 0)
    assert found.behind <= 3.0
    # A hundred a second; the window is thirty seconds, and one goes back for it at times.
    assert 3_000 < peak[0] < 8_000


async def test_line_that_is_later_than_most_is_found(world: World, aws: Connection) -> None:
    """Where the whole window is too much for every look, it is still read now and then."""
    told: list[LogLine] = []
    reader = reader_of(aws._session, log_query(aws._session))
    reader.add_group("us-east-1", "g", names=None, prefix="")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(followed, world, reader, aws, told, [0])
        written = []
        for second in range(100):
            lines = [f"{second} {number}" for number in range(100)]
            say(world, "g", f"s{second % 3}", *lines)
            written += lines
            if second % 20 == 10:
                stamp = world.account.engine.now // 1000 - 25_000
                say(world, "g", "late", f"late {second}", stamp=stamp)
                written.append(f"late {second}")
            await world.clock.sleep(1)
        await world.clock.sleep(60)
        tasks.cancel_scope.cancel()
    found = outcome(written, told)
    assert (found.lost, found.twice) == (0, 0)
    assert aws.calls[FILTER] <= 165


async def test_lines_of_the_future_hide_no_others(world: World, aws: Connection) -> None:
    """A stream whose clock is an hour ahead moves nobody's window."""
    told = []

    async def follow() -> None:
        async for line in aws.logs("g", follow=True):
            told.append(line.text)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        now = world.account.engine.now // 1000
        say(world, "g", "ahead", "from the future", stamp=now + 3_600_000)
        await world.clock.sleep(5)
        say(world, "g", "right", "of today")
        await world.clock.sleep(5)
        tasks.cancel_scope.cancel()
    assert told == ["from the future", "of today"]


async def test_lines_are_told_since_and_until(world: World, aws: Connection) -> None:
    """A time ago and a moment both bound what is told, and a follower ends after its moment."""
    for second in range(10):
        say(world, "g", "s", f"line {second}")
        await world.clock.sleep(1)
    now = present(world.clock)
    ago = [line.text async for line in aws.logs("g", since=timedelta(seconds=4))]
    assert ago == ["line 6", "line 7", "line 8", "line 9"]
    span = aws.logs(
        "g", since=now - timedelta(seconds=8), until=now - timedelta(seconds=6), follow=True
    )
    assert [line.text async for line in span] == ["line 2", "line 3", "line 4"]


async def test_pattern_is_left_to_aws(world: World, aws: Connection) -> None:
    """What does not match a filter pattern is not even sent, and JSON lines can be read as such."""
    say(world, "g", "s", '{"level": "error", "code": 7}', '{"level": "info"}', "plain error")
    found = [line async for line in aws.logs("g", pattern='{ $.level = "error" }')]
    assert [line.json() for line in found] == [{"level": "error", "code": 7}]
    every = [line.json() async for line in aws.logs("g")]
    assert every == [{"level": "error", "code": 7}, {"level": "info"}, None]


async def test_deleting_a_followed_group_is_told(world: World, aws: Connection) -> None:
    """A follower of a group that is deleted does not end as if all had been said."""
    say(world, "g", "s", "one")

    async def delete() -> None:
        await world.clock.sleep(10)
        await aws.delete_log_group("g")

    heard = []

    async def follow() -> None:
        async for line in aws.logs("g", follow=True):
            heard.append(line.text)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(delete)
        with pytest.raises(NotFound, match="g was deleted while it was followed"):
            await follow()
    assert heard == ["one"]


async def test_what_is_not_there_is_told(world: World, aws: Connection) -> None:
    """A wrong name of a group or a stream is an error, and no endless silence."""
    with pytest.raises(NotFound):
        _ = [line async for line in aws.logs("nothing", follow=True)]
    say(world, "g", "s", "one")
    with pytest.raises(NotFound):
        _ = [line async for line in aws.logs("g", streams=["s", "typo"], follow=True)]


async def test_wrong_query_is_refused_before_any_call(aws: Connection) -> None:
    """Every problem is told at once."""
    with pytest.raises(InvalidSpec) as caught:
        aws.logs(
            "g",
            since=datetime(2026, 1, 2, tzinfo=UTC),
            until=datetime(2026, 1, 1, tzinfo=UTC),
            pattern="x" * 1025,
            streams=["s"],
            prefix="s",
        )
    assert [problem.path for problem in caught.value.problems] == ["until", "pattern", "streams"]
    with pytest.raises(InvalidSpec, match="minus"):
        aws.logs("g", since=timedelta(seconds=-1))
    with pytest.raises(TypeError, match="list of names"):
        aws.logs("g", streams="web")
    with pytest.raises(TypeError, match="timedelta"):
        aws.logs("g", since=7)  # type: ignore[arg-type]
    assert aws.calls[FILTER] == 0
