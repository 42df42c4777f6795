"""Something on its way: await it, or enter it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar


class Closable(Protocol):
    """What can be closed."""

    async def aclose(self) -> None:
        """Close it; closing it twice is fine."""
        ...


T = TypeVar("T", bound=Closable)


class Opening(Generic[T]):
    """What an opening call returns: `thing = await opening`, or `async with opening as thing`.

    Args:
        open: Opens the thing; called at most once.
        call: How the caller wrote it, such as `connect()`, for the error if it is not opened.
    """

    def __init__(self, open: Callable[[], Awaitable[T]], *, call: str) -> None:
        self._open = open
        self._call = call
        self._opened: T | None = None

    if not TYPE_CHECKING:  # a type checker knows by itself what an opening does not have

        def __getattr__(self, name: str) -> Any:
            # Not for names that the machinery of Python asks for, nor while it is being copied.
            if name.startswith("_"):
                raise AttributeError(name)
            raise AttributeError(
                f"{self._call} is not open yet, so it has no {name!r}; enter it first, `async with "
                f"{self._call} as …:`, or await it, `… = await {self._call}`"
            )

    def __await__(self) -> Generator[Any, Any, T]:
        return self.__aenter__().__await__()

    async def __aenter__(self) -> T:
        if self._opened is None:
            self._opened = await self._open()
        return self._opened

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._opened is not None:
            await self._opened.aclose()
