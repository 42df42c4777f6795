"""What auto scaling has done: read at once, or followed without a gap and without a repetition."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from fargate_kit.core.poller import Poller
from fargate_kit.core.session import Session
from fargate_kit.model.values import moment
from fargate_kit.scaling.names import SERVICE, scaled

__all__ = ["ScalingActivity", "follow_activities", "newest_activity", "read_activities"]

# An activity may be shown later than one that began after it; AWS promises no time.
OVERLAP = timedelta(minutes=10)
# Seconds between two looks at whether the service is scaled at all.
CHECK_EVERY = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingActivity:
    """One change that auto scaling made, or one that it did not make.

    Attributes:
        description: Such as `Setting desired count to 4.`
        cause: Which alarm or schedule it was.
        status: `Pending`, `InProgress`, `Successful`, `Overridden`, `Unfulfilled` or `Failed`.
        message: AWS's words on how it went.
        not_scaled: AWS's reasons for changing nothing, such as `AlreadyAtMaxCapacity`.
        raw: AWS's own answer.
    """

    id: str
    description: str
    cause: str
    status: str
    message: str | None
    started_at: datetime
    ended_at: datetime | None
    not_scaled: tuple[str, ...]
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a member of `ScalingActivities` of DescribeScalingActivities."""
        started_at = moment(raw["StartTime"])
        assert started_at is not None  # noqa: S101 - AWS's model requires it
        return cls(
            id=raw["ActivityId"],
            description=raw.get("Description", ""),
            cause=raw.get("Cause", ""),
            status=raw.get("StatusCode", ""),
            message=raw.get("StatusMessage"),
            started_at=started_at,
            ended_at=moment(raw.get("EndTime")),
            not_scaled=tuple(reason["Code"] for reason in raw.get("NotScaledReasons") or ()),
            raw=raw,
        )

    def __str__(self) -> str:
        said = self.message or self.description
        return f"{self.started_at:%H:%M:%S} {self.status}: {said} ({self.cause})"


async def read_activities(
    session: Session,
    resource_id: str,
    *,
    not_scaled: bool,
    since: datetime | None,
) -> list[ScalingActivity]:
    """Return the activities that began at a moment or later, the oldest first.

    Pages are read, the newest first, until one ends before the moment. One that is shown on two
    pages, because a new one moved it, is told once.

    Calls:
        application-autoscaling:DescribeScalingActivities
    """
    found: dict[str, ScalingActivity] = {}
    token: dict[str, str] = {}
    while True:
        reply = await session.api.call(
            "application-autoscaling",
            "DescribeScalingActivities",
            IncludeNotScaledActivities=not_scaled,
            **scaled(resource_id),
            **token,
        )
        activities = [ScalingActivity.from_api(raw) for raw in reply["ScalingActivities"]]
        for activity in activities:
            if since is None or activity.started_at >= since:
                found.setdefault(activity.id, activity)
        is_far_enough = since is not None and activities and activities[-1].started_at < since
        if is_far_enough or not reply.get("NextToken"):
            break
        token = {"NextToken": reply["NextToken"]}
    # AWS's order is the newest first, also among those of one moment.
    oldest_first = list(found.values())[::-1]
    oldest_first.sort(key=lambda one: one.started_at)
    return oldest_first


async def follow_activities(
    session: Session,
    resource_id: str,
    *,
    not_scaled: bool,
    since: datetime | None,
) -> AsyncIterator[ScalingActivity]:
    """Yield activities as they appear, each once, until the service is not scaled any more.

    Calls:
        As `Scaling.activities()`
    """
    poller = _poller(session, resource_id, not_scaled)
    told: dict[str, datetime] = {}
    horizon, checked_at = since, session.clock.now()
    scaled_still = True
    while scaled_still:
        if session.clock.now() - checked_at >= CHECK_EVERY:
            checked_at = session.clock.now()
            scaled_still = await _is_scaled(session, resource_id)
        page: _Page = await poller.next(resource_id)
        fresh: Sequence[ScalingActivity] = page.activities
        if not page.is_last and (horizon is None or fresh[0].started_at > horizon):
            # The newest page does not reach back far enough.
            fresh = await read_activities(
                session, resource_id, not_scaled=not_scaled, since=horizon
            )
        for activity in fresh:
            late = horizon is not None and activity.started_at < horizon
            if activity.id not in told and not late:
                told[activity.id] = activity.started_at
                yield activity
        if told:
            latest = max(told.values()) - OVERLAP
            horizon = max(latest, since) if since is not None else latest
            told = {id_: at for id_, at in told.items() if at >= horizon}


async def newest_activity(session: Session, resource_id: str) -> ScalingActivity | None:
    """Return the activity that began last, at the next look; None if there never was one.

    Calls:
        application-autoscaling:DescribeScalingActivities, shared with everyone who follows them
    """
    page: _Page = await _poller(session, resource_id, not_scaled=False).next(resource_id)
    return page.activities[-1] if page.activities else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """The newest activities, the oldest of them first, and whether there are no others."""

    activities: tuple[ScalingActivity, ...]
    is_last: bool


async def _is_scaled(session: Session, resource_id: str) -> bool:
    reply = await session.api.call(
        "application-autoscaling", "DescribeScalableTargets", ResourceIds=[resource_id], **SERVICE
    )
    return bool(reply["ScalableTargets"])


def _poller(session: Session, resource_id: str, not_scaled: bool) -> Poller[str, Any]:
    """Return the poller of the newest page, shared by all who follow the service."""

    async def look(ids: Sequence[str]) -> dict[str, _Page]:
        found = {}
        for each in ids:
            reply = await session.api.call(
                "application-autoscaling",
                "DescribeScalingActivities",
                IncludeNotScaledActivities=not_scaled,
                **scaled(each),
            )
            activities = [ScalingActivity.from_api(raw) for raw in reply["ScalingActivities"]]
            found[each] = _Page(
                activities=tuple(reversed(activities)), is_last=not reply.get("NextToken")
            )
        return found

    return session.poller(("scaling activities", resource_id, not_scaled), look, batch=1)
