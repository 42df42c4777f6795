"""Which lines are wanted: since when, until when, and by which pattern."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fargate_kit.core.clock import present
from fargate_kit.core.session import Session
from fargate_kit.errors import InvalidSpec
from fargate_kit.model.arguments import wrong_argument
from fargate_kit.model.problems import Problem, Rule

__all__ = ["LogQuery", "Since", "log_query", "milliseconds"]

Since = datetime | timedelta | None
"""A moment, or how long ago."""

# botocore's Logs model, FilterLogEvents and StartLiveTail.
LONGEST_PATTERN = 1024

_SPAN = Rule(
    id="log-query-span",
    says="Lines are asked for from a moment in the past to a later one.",
    source="model: FilterLogEvents, startTime and endTime",
)
_NAMES_OR_PREFIX = Rule(
    id="log-names-or-prefix",
    says="Streams are named, or what their names begin with, not both.",
    source="model: FilterLogEvents, logStreamNames and logStreamNamePrefix",
)
_PATTERN = Rule(
    id="log-query-pattern",
    says="A filter pattern has at most 1,024 characters.",
    source="model: FilterLogEvents, filterPattern",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which lines are wanted.

    Attributes:
        start: Milliseconds since the Unix epoch; what is stamped earlier is left out.
        end: Milliseconds since the Unix epoch; what is stamped later is left out.
        pattern: A filter pattern of CloudWatch Logs.
    """

    start: int = 0
    end: int | None = None
    pattern: str | None = None


def log_query(
    session: Session,
    *,
    since: Since = None,
    until: datetime | None = None,
    pattern: str | None = None,
    streams: Sequence[str] | None = None,
    prefix: str | None = None,
) -> LogQuery:
    """Check what a caller asks for.

    Args:
        since: A moment, or how long ago.
        until: A moment, also one to come.
        pattern: A filter pattern of CloudWatch Logs.
        streams: Which streams, by their names; only checked.
        prefix: What their names begin with instead; only checked.

    Raises:
        InvalidSpec: Every problem at once, before any call.
    """
    if not isinstance(since, datetime | timedelta | None):
        raise wrong_argument("since", since, "a datetime, or a timedelta back from now")
    if not isinstance(until, datetime | None):
        raise wrong_argument("until", until, "a datetime")
    if isinstance(streams, str):
        raise wrong_argument("streams", streams, "a list of names", "['web/main/4f…']")
    problems = [*_problems(session, since, until, pattern)]
    if streams is not None and prefix is not None:
        problems.append(
            _NAMES_OR_PREFIX.problem(
                "streams", given=list(streams), allowed="names or a prefix", remedy="leave one out"
            )
        )
    elif streams is not None and not streams:
        problems.append(
            _NAMES_OR_PREFIX.problem(
                "streams", given=[], allowed="one name at least", remedy="leave it out for all"
            )
        )
    if problems:
        raise InvalidSpec("the query for log lines", problems)
    start = _moment(session, since) if since is not None else None
    return LogQuery(
        start=max(0, milliseconds(start)) if start is not None else 0,
        end=milliseconds(until) if until is not None else None,
        pattern=pattern or None,
    )


def milliseconds(at: datetime) -> int:
    """Return a moment as CloudWatch Logs has it: milliseconds since the Unix epoch."""
    return int(at.timestamp() * 1000)


def _problems(
    session: Session, since: datetime | timedelta | None, until: datetime | None, pattern: Any
) -> Iterator[Problem]:
    if isinstance(since, timedelta) and since < timedelta(0):
        yield _SPAN.problem(
            "since",
            given=str(since),
            allowed="how long ago, as a positive time",
            remedy="leave the minus out",
        )
    elif (
        since is not None
        and until is not None
        and milliseconds(until) < milliseconds(_moment(session, since))
    ):
        yield _SPAN.problem(
            "until", given=str(until), allowed="a moment after since", remedy="exchange the two"
        )
    if pattern is not None and len(pattern) > LONGEST_PATTERN:
        yield _PATTERN.problem(
            "pattern",
            given=f"{len(pattern):,} characters",
            allowed=f"at most {LONGEST_PATTERN:,}",
            remedy="shorten it",
        )


def _moment(session: Session, since: datetime | timedelta) -> datetime:
    return present(session.clock) - since if isinstance(since, timedelta) else since
