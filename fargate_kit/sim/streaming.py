"""Answers that stay open: their bytes come over time, as the account's engine makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol


class ByteStream(Protocol):
    """Bytes that come over time; whoever reads them does so on the account's thread."""

    def read(self) -> bytes | None:
        """Take what is there by now: nothing yet is b"", and None is the end."""
        ...

    def when_ready(self, wake: Callable[[], None]) -> None:
        """Have `wake` called whenever there is something to read, the end included."""
        ...

    def close(self) -> None:
        """Let go: nothing more is made for this reader. Twice is fine."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamingResponse:
    """An answer whose body is not there yet; who gets it closes its stream.

    Args:
        late: By how many nominal seconds whoever carries the answer holds it back.
    """

    status: int
    headers: Mapping[str, str]
    stream: ByteStream
    late: float = 0.0
