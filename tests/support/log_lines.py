"""Who writes into log groups of a simulated account, and what became of the lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fargate_kit import LogLine
from fargate_kit.sim import World


def say(world: World, group: str, stream: str, *lines: str, stamp: int | None = None) -> None:
    """Write lines into a stream now, which is made if it is not there.

    Args:
        stamp: Milliseconds since the Unix epoch, instead of the present.
    """
    at = stamp if stamp is not None else world.account.engine.now // 1000
    world.account.logs.put_log_events(
        "us-east-1", group, stream, [(at, line) for line in lines], create_group=False
    )


async def write(
    world: World, group: str, *, streams: int, lines: int, every: float, at_once: int = 1
) -> list[str]:
    """Write so many lines, evenly over the streams; return them.

    Args:
        every: Nominal seconds between two times at which something is written.
        at_once: How many lines are written at each of these times.
    """
    written: list[str] = []
    while len(written) < lines:
        for _ in range(min(at_once, lines - len(written))):
            number = len(written)
            written.append(f"line {number}")
            say(world, group, f"web/main/{number % streams}", written[-1])
        await world.clock.sleep(every)
    return written


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the lines that were written.

    Attributes:
        lost: How many were never told.
        twice: How many were told again.
        behind: By how many seconds a line was told after a newer one, at the most.
    """

    lost: int
    twice: int
    behind: float


def outcome(written: Sequence[str], told: Iterable[LogLine]) -> Outcome:
    """Compare what was told with what was written."""
    lines = list(told)
    times = Counter(line.text for line in lines)
    newest, behind = 0.0, 0.0
    for line in lines:
        at = line.at.timestamp()
        newest = max(newest, at)
        behind = max(behind, newest - at)
    return Outcome(
        lost=len(set(written) - set(times)),
        twice=sum(count - 1 for count in times.values()),
        behind=behind,
    )
