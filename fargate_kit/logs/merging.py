"""Several series of pages that are each in order, as one that is."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

__all__ = ["Key", "Merging", "Pages"]

T = TypeVar("T")

Key: TypeAlias = tuple[int, int, str]
"""What CloudWatch Logs orders events by: time stamp, ingestion time, id."""

_by_key = itemgetter(0)


class Pages(Protocol[T]):
    """Items in order, page by page."""

    async def page(self) -> list[tuple[Key, T]] | None:
        """Return the next page, which may be empty; None is the end."""
        ...


class Merging(Generic[T]):
    """Merges series in order; of each, no more than one page is held."""

    def __init__(self, series: Iterable[Pages[T]]) -> None:
        self._pages: dict[Pages[T], list[tuple[Key, T]]] = {each: [] for each in series}

    async def page(self) -> list[tuple[Key, T]] | None:
        """Return what stands before all that is still to come, in order; None is the end."""
        if len(self._pages) == 1:
            return await next(iter(self._pages)).page()
        for each in list(self._pages):
            while not self._pages[each]:
                page = await each.page()
                if page is None:
                    del self._pages[each]
                    break
                self._pages[each] = page
        if not self._pages:
            return None
        bound = min(page[-1][0] for page in self._pages.values())
        ready: list[tuple[Key, Any]] = []
        for each, page in self._pages.items():
            count = sum(1 for item in page if item[0] <= bound)
            ready += page[:count]
            self._pages[each] = page[count:]
        return sorted(ready, key=_by_key)
