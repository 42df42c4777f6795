"""What was made together is taken away together."""

from __future__ import annotations

from functools import partial

import anyio
import pytest

from fargate_kit.core.undo import making


class Shop:
    """Things on shelves, each call a turn of the loop."""

    def __init__(self) -> None:
        self.there: list[str] = []
        self.calls: list[str] = []

    async def add(self, name: str) -> str:
        await anyio.lowlevel.checkpoint()
        self.there.append(name)
        self.calls.append(f"+{name}")
        return name

    async def remove(self, name: str) -> None:
        await anyio.lowlevel.checkpoint()
        self.calls.append(f"-{name}")
        if name == "stuck":
            raise RuntimeError("it cannot be moved")
        self.there.remove(name)


async def fail_after(shop: Shop, *names: str) -> None:
    """Make things, and fail."""
    async with making() as made:
        for name in names:
            await made.make(f"the {name} one", partial(shop.add, name), shop.remove)
        raise ValueError("no more")


async def test_what_was_made_stays_if_all_went_well() -> None:
    """Nothing is taken away where nothing failed."""
    shop = Shop()
    async with making() as made:
        assert await made.make("a", lambda: shop.add("a"), shop.remove) == "a"
    assert shop.there == ["a"]


async def test_an_error_takes_everything_away_backwards() -> None:
    """The newest goes first, since it may stand on the older."""
    shop = Shop()
    with pytest.raises(ValueError, match="no more"):
        await fail_after(shop, "a", "b")
    assert shop.calls == ["+a", "+b", "-b", "-a"]


async def test_what_cannot_be_taken_away_is_told() -> None:
    """The first error is the one that is raised; what is left is noted on it, and hides nothing."""
    shop = Shop()
    with pytest.raises(ValueError, match="no more") as raised:
        await fail_after(shop, "a", "stuck")
    assert raised.value.__notes__ == ["the stuck one is left behind: it cannot be moved"]
    assert shop.there == ["stuck"]


async def test_cancellation_while_something_is_made_undoes_it() -> None:
    """What was under way is awaited, known, and taken away, although the caller is cancelled."""
    shop = Shop()
    begun = anyio.Event()

    async def slowly() -> str:
        begun.set()
        return await shop.add("b")

    async def build() -> None:
        async with making() as made:
            await made.make("a", lambda: shop.add("a"), shop.remove)
            await made.make("b", slowly, shop.remove)
            await made.make("c", lambda: shop.add("c"), shop.remove)

    async with anyio.create_task_group() as group:
        group.start_soon(build)
        await begun.wait()
        group.cancel_scope.cancel()
    assert shop.calls == ["+a", "+b", "-b", "-a"]
