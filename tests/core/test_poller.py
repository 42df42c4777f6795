"""The shared poller, on a clock that jumps."""

from __future__ import annotations

import math
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from itertools import pairwise

import anyio
import pytest
from fake_clock import FakeClock

from fargate_kit.core.poller import SLOWEST, YOUNG, Poller
from fargate_kit.errors import Denied


class Describe:
    """Answers with whether a key's time has come, and writes down every call."""

    def __init__(self, clock: FakeClock, ends_at: Callable[[int], float]) -> None:
        self.clock = clock
        self.ends_at = ends_at
        self.calls: list[tuple[float, int]] = []

    async def __call__(self, keys: Sequence[int]) -> Mapping[int, bool]:
        self.calls.append((self.clock.now(), len(keys)))
        return {key: self.clock.now() >= self.ends_at(key) for key in keys}

    @property
    def per_round(self) -> list[int]:
        moments = sorted({at for at, _ in self.calls})
        return [sum(at == moment for at, _ in self.calls) for moment in moments]


class Unspread(random.Random):
    """No jitter, so that rounds fall on whole seconds."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


def poller_for(describe: Describe) -> Poller[int, bool]:
    return Poller(describe, clock=describe.clock, every=1.0, batch=100, jitter=Unspread(0))


async def wait(poller: Poller[int, bool], key: int) -> None:
    assert await poller.next(key, unlike=False)


def nothing_is_left(poller: Poller[int, bool]) -> bool:
    return not poller._waiters and not poller._is_led and poller._appointed is None


@pytest.mark.parametrize("waiters", [1, 100, 101, 1000])
async def test_waiters_share_their_calls(waiters: int) -> None:
    """N waiters cost ⌈N/100⌉ calls a round, however many rounds they wait."""
    describe = Describe(FakeClock(), ends_at=lambda key: 3)
    poller = poller_for(describe)

    async with anyio.create_task_group() as group:
        for key in range(waiters):
            group.start_soon(wait, poller, key)

    assert set(describe.per_round) == {math.ceil(waiters / 100)}
    assert len(describe.per_round) >= 3
    assert nothing_is_left(poller)


@pytest.mark.parametrize("waiters", [500, 1000, 3000])
async def test_many_keys_are_looked_at_less_often(waiters: int) -> None:
    """However many there are, they cost five calls a second; up to 500, a look a second each."""
    describe = Describe(FakeClock(), ends_at=lambda key: 30)
    poller = poller_for(describe)

    async with anyio.create_task_group() as group:
        for key in range(waiters):
            group.start_soon(wait, poller, key)

    moments = sorted({at for at, _ in describe.calls})
    gaps = {later - earlier for earlier, later in pairwise(moments)}
    assert gaps == {waiters / 500}


async def test_old_keys_do_not_go_with_every_young_one() -> None:
    """Where something young comes all the time, the old are still asked for seldom."""
    clock = FakeClock()
    describe = Describe(clock, ends_at=lambda key: 700 if key < 1000 else key - 1000 + 5)
    poller = poller_for(describe)

    async def keep_coming() -> None:
        for second in range(400, 700):
            await clock.sleep(second - clock.now())
            group.start_soon(wait, poller, 1000 + second)

    async with anyio.create_task_group() as group:
        for key in range(400):
            group.start_soon(wait, poller, key)
        group.start_soon(keep_coming)

    late = [keys for at, keys in describe.calls if 450 <= at < 690]
    assert len(late) == pytest.approx(240, rel=0.1)
    assert max(late) == 100


async def test_every_key_has_its_turn() -> None:
    """Calls that are filled up leave no key out: each is looked at in six seconds at the latest."""
    clock = FakeClock()
    looks: dict[int, list[float]] = {key: [] for key in range(250)}

    async def describe(keys: Sequence[int]) -> Mapping[int, bool]:
        for key in keys:
            looks[key].append(clock.now())
        return {key: clock.now() >= 600 for key in keys}

    poller: Poller[int, bool] = Poller(
        describe, clock=clock, every=1.0, batch=100, jitter=Unspread(0)
    )
    async with anyio.create_task_group() as group:
        for key in looks:
            group.start_soon(wait, poller, key)

    gaps = [later - earlier for each in looks.values() for earlier, later in pairwise(each)]
    assert max(gaps) <= SLOWEST + 0.5


async def test_source_may_wait_for_news() -> None:
    """What is told of changes serves as a source: it waits for one, and holds what came last."""
    clock = FakeClock()
    held: dict[int, bool] = {}
    calls = 0

    async def next_news(keys: Sequence[int]) -> Mapping[int, bool]:
        nonlocal calls
        calls += 1
        await clock.sleep(20)
        held[calls % 3] = True
        return {key: held[key] for key in keys if key in held}

    poller: Poller[int, bool] = Poller(
        next_news, clock=clock, every=0.0, batch=10_000, jitter=Unspread(0)
    )
    async with anyio.create_task_group() as group:
        for key in range(3):
            group.start_soon(wait, poller, key)

    assert calls == 3
    assert 60 <= clock.now() < 61


async def test_rounds_shrink_with_their_waiters() -> None:
    """Who has got an answer is not asked for again."""
    describe = Describe(FakeClock(), ends_at=lambda key: key % 5)
    poller = poller_for(describe)

    async with anyio.create_task_group() as group:
        for key in range(250):
            group.start_soon(wait, poller, key)

    assert describe.per_round == [3, 2, 2, 1, 1]


async def test_many_waiters_of_one_key_cost_one_key() -> None:
    """A hundred waiters for the same task are one member of one call."""
    describe = Describe(FakeClock(), ends_at=lambda key: 2)
    poller = poller_for(describe)

    async with anyio.create_task_group() as group:
        for _ in range(100):
            group.start_soon(wait, poller, 7)

    assert describe.calls == [(0, 1), (1, 1), (2, 1)]


async def test_pace_slows_for_what_is_watched_long() -> None:
    """After a minute the looks get rarer, down to one in six seconds."""
    describe = Describe(FakeClock(), ends_at=lambda key: 3600)
    poller = poller_for(describe)

    await wait(poller, 1)

    moments = [at for at, _ in describe.calls]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert all(gap == 1 for gap in gaps[: int(YOUNG) - 1])
    assert gaps[-2] == pytest.approx(SLOWEST)
    assert max(gaps) <= SLOWEST + 0.001


async def test_newcomer_quickens_the_pace() -> None:
    """Something young is looked at within a second, though the others are old."""
    clock = FakeClock()
    describe = Describe(clock, ends_at=lambda key: 1000 if key == 1 else 700)
    poller = poller_for(describe)

    async def come_later() -> None:
        await clock.sleep(699.5)
        await wait(poller, 2)

    async with anyio.create_task_group() as group:
        group.start_soon(wait, poller, 1)
        group.start_soon(come_later)

    first_look_at_both = next(at for at, keys in describe.calls if keys == 2)
    assert 699.5 <= first_look_at_both <= 700.6


async def test_cancelled_leader_is_replaced() -> None:
    """When whoever asks for all is cancelled, another one goes on and nobody notices."""
    clock = FakeClock()
    describe = Describe(clock, ends_at=lambda key: 5)
    poller = poller_for(describe)
    leader = anyio.CancelScope()
    answered: list[int] = []

    async def lead() -> None:
        with leader:
            await wait(poller, 0)
            answered.append(0)

    async def follow(key: int) -> None:
        await wait(poller, key)
        answered.append(key)

    async with anyio.create_task_group() as group:
        group.start_soon(lead)
        for key in (1, 2, 3):
            group.start_soon(follow, key)
        await clock.sleep(2.5)
        leader.cancel()

    assert sorted(answered) == [1, 2, 3]
    assert describe.calls[-1][1] == 3
    assert nothing_is_left(poller)


async def test_api_error_reaches_everybody_once() -> None:
    """One refused call is one call, and every waiter raises it, each a copy of its own."""
    calls = 0
    caught: list[Denied] = []

    async def refuse(keys: Sequence[int]) -> Mapping[int, bool]:
        nonlocal calls
        calls += 1
        raise Denied("ecs:DescribeTasks", "AccessDeniedException", "no", facts={"a": 1})

    poller: Poller[int, bool] = Poller(
        refuse, clock=FakeClock(), every=1.0, batch=100, jitter=Unspread(0)
    )

    async def catch(key: int) -> None:
        try:
            await wait(poller, key)
        except Denied as error:
            caught.append(error)

    async with anyio.create_task_group() as group:
        for key in range(50):
            group.start_soon(catch, key)

    assert calls == 1
    assert len(caught) == 50
    assert len({id(error) for error in caught}) == 50
    assert {(str(error), error.code, error.facts["a"]) for error in caught} == {
        ("ecs:DescribeTasks: AccessDeniedException: no", "AccessDeniedException", 1)
    }
    assert nothing_is_left(poller)


async def test_abandoned_iterator_costs_nothing() -> None:
    """An `async for` left by `break` is not watched any more, though it is still referenced."""
    clock = FakeClock()
    describe = Describe(clock, ends_at=lambda key: 1000)
    poller = poller_for(describe)

    async def pictures() -> AsyncIterator[bool]:
        while True:
            yield await poller.next(1)

    abandoned = pictures()
    seen = 0
    async for _ in abandoned:
        seen += 1
        if seen == 3:
            break
    await clock.sleep(100)

    assert len(describe.calls) == 3
    assert nothing_is_left(poller)
    await abandoned.aclose()  # type: ignore[attr-defined]


async def test_unanswered_key_is_asked_again() -> None:
    """A key that a reply leaves out keeps its waiter waiting, and the others are served."""
    clock = FakeClock()
    rounds = 0

    async def forgetful(keys: Sequence[int]) -> Mapping[int, bool]:
        nonlocal rounds
        rounds += 1
        return {key: True for key in keys if key != 1 or rounds == 3}

    poller: Poller[int, bool] = Poller(
        forgetful, clock=clock, every=1.0, batch=100, jitter=Unspread(0)
    )

    async with anyio.create_task_group() as group:
        group.start_soon(wait, poller, 1)
        group.start_soon(wait, poller, 2)

    assert rounds == 3


async def test_lead_is_never_lost() -> None:
    """A leader that comes back at once, and then leaves for good, leaves nobody asleep."""
    describe = Describe(FakeClock(), ends_at=lambda key: 10 * key)
    poller = poller_for(describe)
    ended: list[int] = []

    async def look_three_times() -> None:
        for _ in range(3):
            await poller.next(0)

    async def wait_to_the_end(key: int) -> None:
        await wait(poller, key)
        ended.append(key)

    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(look_three_times)
            for key in (1, 2, 3):
                group.start_soon(wait_to_the_end, key)

    assert ended == [1, 2, 3]
    assert nothing_is_left(poller)
