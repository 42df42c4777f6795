"""Takes a live lab down, from the notebook or from elsewhere; and finds those that are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fargate_kit.connections.connection import Connection
from fargate_kit.errors import ApiError, NotFound
from fargate_kit.learn.live.rails import EXPIRES, LAB, OWNER
from fargate_kit.learn.live.time_bomb import PREFIX, group_name, remove_group
from fargate_kit.teardown.leftovers import plain_tags
from fargate_kit.teardown.teardown import KINDS, marks

__all__ = ["FoundLab", "end_lab", "live_labs", "things_of"]

_ROLES = ("role",)
_BESIDE_ROLES = tuple(kind for kind in KINDS if kind not in _ROLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLab:
    """A live lab of which something is in the account.

    Attributes:
        mark: The value of the tags `fargate-kit` and `fargate-kit:lab`.
        owner: Who opened it.
        expires_at: When its time is, or was, over; None if no tag tells.
        things: How many things carry its mark.
    """

    mark: str
    owner: str
    expires_at: datetime | None
    things: int

    def has_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= now


async def live_labs(aws: Connection) -> tuple[FoundLab, ...]:
    """Find the live labs of the region, whoever opened them.

    What one lab made at different times may say different things; the latest time counts.

    Calls:
        to look, those of `Connection.teardown()`; scheduler:ListScheduleGroups,
        scheduler:ListTagsForResource
    """
    tagged = {
        mark: list(each)
        for mark, each in (await marks(aws._session)).items()
        if any(LAB in tags for tags in each)
    }
    for mark, tags in (await _schedule_groups(aws)).items():
        tagged.setdefault(mark, []).append(tags)
    return tuple(
        FoundLab(
            mark=mark,
            owner=next((tags[OWNER] for tags in each if OWNER in tags), ""),
            expires_at=max(filter(None, map(_expiry, each)), default=None),
            things=len(each),
        )
        for mark, each in sorted(tagged.items())
    )


async def end_lab(aws: Connection, mark: str) -> tuple[str, ...]:
    """Take a lab down, and return what was deleted, each in words.

    The schedules that would end it, and the role that they need, go last, when nothing is there
    any more that they could end.

    Raises:
        TeardownIncomplete: Something is left; the schedules are still there.

    Calls:
        those of `Connection.teardown()`; scheduler:DeleteScheduleGroup
    """
    first = await aws.teardown(mark, kinds=_BESIDE_ROLES)
    last = await aws.teardown(mark, kinds=_ROLES)
    gone = [str(each) for each in (*first.deleted, *last.deleted)]
    if await remove_group(aws._session, mark):
        gone.append(f"schedule group {group_name(mark)}")
    return tuple(gone)


async def things_of(aws: Connection, mark: str) -> tuple[str, ...]:
    """Return what is there of a lab, each in words, without what would end it.

    Raises:
        TeardownIncomplete: Something could not be looked for.

    Calls:
        to look, those of `Connection.teardown()`
    """
    own = f"role {group_name(mark)}"
    return tuple(str(each) for each in await aws.leftovers(mark) if str(each) != own)


async def _schedule_groups(aws: Connection) -> dict[str, Mapping[str, str]]:
    api = aws._session.api
    found = {}
    try:
        async for page in api.pages("scheduler", "ListScheduleGroups", NamePrefix=PREFIX):
            for group in page["ScheduleGroups"]:
                # What answers for Scheduler may not know the prefix.
                if group["Name"].startswith(PREFIX) and group.get("State") != "DELETING":
                    found[group["Name"].removeprefix(PREFIX)] = group["Arn"]
    except ApiError:
        return {}  # Who may not list schedules finds labs by everything else.
    tags = {}
    for mark, arn in found.items():
        try:
            reply = await api.call("scheduler", "ListTagsForResource", ResourceArn=arn)
        except NotFound:
            continue
        read = plain_tags(reply.get("Tags"))
        if read.get(LAB) == mark:
            tags[mark] = read
    return tags


def _expiry(tags: Mapping[str, str]) -> datetime | None:
    try:
        return datetime.strptime(tags.get(EXPIRES, ""), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
