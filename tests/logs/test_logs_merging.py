"""Several series of pages become one in order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from fargate_kit.logs.merging import Key, Merging

Item = tuple[Key, int]


class Series:
    """Pages that are there already."""

    def __init__(self, pages: Sequence[list[Item]]) -> None:
        self._pages = list(pages)

    async def page(self) -> list[Item] | None:
        return self._pages.pop(0) if self._pages else None


async def merged(series: Sequence[Sequence[Sequence[int]]]) -> list[int]:
    parts = [
        Series([[((number, 0, ""), number) for number in page] for page in pages])
        for pages in series
    ]
    found: list[int] = []
    merging = Merging(parts)
    while (page := await merging.page()) is not None:
        found += [item for _, item in page]
    return found


def paged(numbers: list[int]) -> list[list[int]]:
    in_order = sorted(numbers)
    return [in_order[first : first + 3] for first in range(0, len(in_order), 3)]


async def test_pages_are_merged_in_order() -> None:
    """Empty pages and series that end early change nothing."""
    assert await merged([[[1, 4], [], [9]], [[2], [3, 5, 6]], [[]], []]) == [1, 2, 3, 4, 5, 6, 9]
    assert await merged([]) == []


def run(series: list[list[list[int]]]) -> list[int]:
    coroutine = merged(series)
    try:
        coroutine.send(None)
    except StopIteration as end:
        found: list[int] = end.value
        return found
    raise AssertionError("nothing here waits")


@given(st.lists(st.lists(st.integers(0, 50), max_size=20), max_size=5))
def test_nothing_is_lost_or_moved(series: list[list[int]]) -> None:
    """Whatever the series, their merger is all of them, sorted."""
    assert run([paged(each) for each in series]) == sorted(chain(*series))
