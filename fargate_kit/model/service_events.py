"""What ECS says of a service while it works on it: each message as a typed event."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from fargate_kit.model.reasons import (
    BLOCKED,
    IMPAIRED,
    PROTECTED,
    THROTTLED,
    UNKNOWN,
    Reason,
    reason_for,
)
from fargate_kit.model.values import moment

__all__ = ["EventKind", "ServiceEvent", "events_from_api", "started_by_events"]


class EventKind(StrEnum):
    """What kind of thing ECS tells; `OTHER` is whatever is not known here."""

    STARTED = "STARTED"
    STOPPED = "STOPPED"
    REGISTERED = "REGISTERED"
    DEREGISTERED = "DEREGISTERED"
    DRAINING = "DRAINING"
    COMPLETED = "COMPLETED"
    STEADY = "STEADY"
    REBALANCING = "REBALANCING"
    UNHEALTHY = "UNHEALTHY"
    UNPLACED = "UNPLACED"
    IMPAIRED = "IMPAIRED"
    THROTTLED = "THROTTLED"
    BLOCKED = "BLOCKED"
    PROTECTED = "PROTECTED"
    FAILED = "FAILED"
    ROLLING_BACK = "ROLLING_BACK"
    OTHER = "OTHER"


# The texts are those of "Amazon ECS service event messages" in the ECS Developer Guide, and of
# public logs where AWS does not publish them; they are matched loosely on purpose. The first that
# fits wins.
_KINDS: tuple[tuple[EventKind, str], ...] = (
    (EventKind.ROLLING_BACK, r"rolling back to deployment"),
    (EventKind.FAILED, r"deployment failed"),
    (EventKind.COMPLETED, r"deployment completed"),
    (EventKind.STEADY, r"has reached a steady state"),
    (EventKind.REBALANCING, r"AZ balanced|AZ Rebalanc"),
    (EventKind.PROTECTED, r"unable to scale in|under protection|protected tasks"),
    (EventKind.BLOCKED, r"because of the service deployment configuration"),
    (EventKind.IMPAIRED, r"unable to consistently start tasks"),
    (EventKind.UNPLACED, r"unable to place a task|could not launch"),
    (EventKind.THROTTLED, r"operations are being throttled"),
    (EventKind.UNHEALTHY, r"is unhealthy in|failed container health checks"),
    (EventKind.STARTED, r"has started \d+ tasks?"),
    (EventKind.DRAINING, r"begun draining"),
    (EventKind.DEREGISTERED, r"deregistered \d+ (instances|targets)"),
    (EventKind.REGISTERED, r"registered \d+ (instances|targets)"),
    (EventKind.STOPPED, r"stopped \d+ (running|pending) tasks?"),
)
_TROUBLE = frozenset({
    EventKind.UNHEALTHY,
    EventKind.UNPLACED,
    EventKind.IMPAIRED,
    EventKind.THROTTLED,
    EventKind.BLOCKED,
    EventKind.PROTECTED,
    EventKind.FAILED,
    EventKind.ROLLING_BACK,
})
# A message that nobody has seen before may still be bad news.
_BAD_NEWS = re.compile(r"fail|unhealthy|error|throttl|unable|missing|alarm|does not exist", re.I)
_PLACING = re.compile(r"Reason: (.*)", re.I | re.S)
_STARTED = re.compile(r"has started (\d+) tasks?", re.I)

_REASONS: Mapping[EventKind, Reason] = {
    EventKind.THROTTLED: THROTTLED,
    EventKind.BLOCKED: BLOCKED,
    EventKind.PROTECTED: PROTECTED,
    EventKind.IMPAIRED: IMPAIRED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEvent:
    """One message of ECS about a service.

    Attributes:
        id: AWS's id of the message.
        at: When it was said.
        message: AWS's own words.
        kind: What kind of thing it tells.
        task_ids: The tasks that it names.
        deployment_id: The deployment that it names, `ecs-svc/…`.
    """

    id: str
    at: datetime
    message: str
    kind: EventKind
    task_ids: tuple[str, ...] = field(repr=False)
    deployment_id: str | None = field(repr=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a member of `events` of DescribeServices."""
        message = raw.get("message", "")
        deployment = re.search(r"ecs-svc/\w+", message)
        return cls(
            id=raw.get("id", ""),
            at=moment(raw.get("createdAt")) or datetime.fromtimestamp(0, UTC),
            message=message,
            kind=_kind_of(message),
            task_ids=tuple(re.findall(r"\(task ([0-9a-f-]+)\)", message)),
            deployment_id=deployment.group() if deployment else None,
        )

    @property
    def is_trouble(self) -> bool:
        """Whether it tells of something that goes wrong."""
        known = self.kind in _TROUBLE
        return known or (self.kind is EventKind.OTHER and bool(_BAD_NEWS.search(self.message)))

    @property
    def reason(self) -> Reason | None:
        """The family of reasons that the message gives, with its remedy; None if it gives none."""
        if self.kind in _REASONS:
            return _REASONS[self.kind]
        if self.kind is EventKind.UNPLACED and (said := _PLACING.search(self.message)):
            return reason_for(said.group(1))
        if self.kind is EventKind.UNHEALTHY:
            return reason_for("failed health check")
        if self.kind is EventKind.UNPLACED or (self.kind is EventKind.OTHER and self.is_trouble):
            found = reason_for(self.message)
            return None if found is UNKNOWN else found
        return None

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.message}"


def events_from_api(raw: Iterable[Mapping[str, Any]]) -> tuple[ServiceEvent, ...]:
    """Parse `events` of DescribeServices, and put the oldest first."""
    oldest_first = [ServiceEvent.from_api(each) for each in raw][::-1]
    return tuple(sorted(oldest_first, key=lambda event: event.at))


def started_by_events(events: Iterable[ServiceEvent]) -> int:
    """Return how many tasks these events say were started."""
    said = (_STARTED.search(event.message) for event in events)
    return sum(int(found.group(1)) for found in said if found)


def _kind_of(message: str) -> EventKind:
    for kind, pattern in _KINDS:
        if re.search(pattern, message, re.IGNORECASE):
            return kind
    return EventKind.OTHER
