"""What FilterLogEvents finds in some streams of a group, page by page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from fargate_kit.core.api import Api
from fargate_kit.errors import NotFound
from fargate_kit.logs.merging import Key
from fargate_kit.logs.query import LogQuery
from fargate_kit.logs.streams import common_prefix

__all__ = ["Event", "EventPages"]

Event: TypeAlias = Mapping[str, Any]


class EventPages:
    """The events of some streams, in order; nothing is open between two pages.

    AWS refuses to read streams by name if one of them is not there. Then they are read by what
    their names begin with, and the others are left out.

    Args:
        api: Of the group's region.
        group: Its name.
        query: Which lines are wanted.
        start: The first time stamp, in milliseconds.
        names: The streams, at most 100; None for all with the prefix.
        prefix: What the names of the streams begin with; empty for all.
        missing: Called where AWS refuses the names; raises, if they must be there.
        gone: Called where the group is not there; raises, if it must be.
    """

    def __init__(
        self,
        api: Api,
        group: str,
        query: LogQuery,
        start: int,
        *,
        names: Sequence[str] | None = None,
        prefix: str = "",
        missing: Callable[[NotFound], None],
        gone: Callable[[NotFound], None],
    ) -> None:
        self._api = api
        self._asked: dict[str, Any] = {"logGroupName": group, "startTime": start}
        if query.end is not None:
            self._asked["endTime"] = query.end
        if query.pattern is not None:
            self._asked["filterPattern"] = query.pattern
        self._names = names
        self._wanted: frozenset[str] | None = None
        self._missing = missing
        self._gone = gone
        self._ended = False
        self.turned = 0
        """How many pages there were so far."""
        if names is not None:
            self._asked["logStreamNames"] = list(names)
        elif prefix:
            self._asked["logStreamNamePrefix"] = prefix

    def by_prefix(self) -> EventPages:
        """Read the named streams by what their names begin with; others are left out."""
        if self._names is not None:
            self._wanted = frozenset(self._names)
            self._asked.pop("logStreamNames", None)
            self._asked.pop("nextToken", None)
            if prefix := common_prefix(self._names):
                self._asked["logStreamNamePrefix"] = prefix
            self._names = None
        return self

    async def page(self) -> list[tuple[Key, Event]] | None:
        """Return the next page; None is the end.

        Calls:
            logs:FilterLogEvents
        """
        if self._ended:
            return None
        try:
            reply = await self._api.call("logs", "FilterLogEvents", **self._asked)
        except NotFound as error:
            if self._names is None:
                self._ended = True
                self._gone(error)
                return None
            self._missing(error)
            return await self.by_prefix().page()
        self.turned += 1
        token = reply.get("nextToken")
        self._ended = not token
        self._asked["nextToken"] = token
        return [
            ((event["timestamp"], event["ingestionTime"], event["eventId"]), event)
            for event in reply["events"]
            if self._wanted is None or event["logStreamName"] in self._wanted
        ]
