"""CloudWatch Logs of one account: its regions, its Live Tail sessions, and how lines get in."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from fargate_kit.sim.cloudwatch_logs import wording
from fargate_kit.sim.cloudwatch_logs.event_stream import CONTENT_TYPE
from fargate_kit.sim.cloudwatch_logs.facts import Records, Shown
from fargate_kit.sim.cloudwatch_logs.groups import Changes, Groups
from fargate_kit.sim.cloudwatch_logs.identifiers import name_in_arn
from fargate_kit.sim.cloudwatch_logs.inputs import check_values
from fargate_kit.sim.cloudwatch_logs.live_tail import SESSIONS_AT_ONCE, LiveTail, TailRequest
from fargate_kit.sim.cloudwatch_logs.region import LogsRegion, read_pattern
from fargate_kit.sim.cloudwatch_logs.showing import show
from fargate_kit.sim.engine import Engine
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.faults import Faults
from fargate_kit.sim.streaming import StreamingResponse

START_LIVE_TAIL = "StartLiveTail"
OPERATIONS = frozenset({
    "DescribeLogStreams",
    "FilterLogEvents",
    "GetLogEvents",
    "PutLogEvents",
    START_LIVE_TAIL,
    "TestMetricFilter",
})

# Operations with such names change nothing, so nothing need be looked at again.
_LOOKS = ("BatchGet", "Describe", "Filter", "Get", "Head", "List", "Lookup", "Search", "Test")


class CloudWatchLogs:
    """What the account's CloudWatch Logs does itself; groups and streams are moto's.

    Args:
        account_id: Twelve digits.
        engine: Whose clock and seed are used.
        records: moto.
        faults: What goes wrong by plan.
    """

    def __init__(
        self, *, account_id: str, engine: Engine, records: Records, faults: Faults
    ) -> None:
        self._account_id = account_id
        self._engine = engine
        self._records = records
        self._faults = faults
        self._changes = Changes()
        self._regions: dict[str, LogsRegion] = {}
        self._tails: dict[str, list[LiveTail]] = {}
        self._lateness: dict[tuple[str, str, str], random.Random] = {}
        self._session_ids = engine.random("live-tail")

    @property
    def sessions(self) -> int:
        """How many Live Tail sessions are open."""
        return sum(len(tails) for tails in self._tails.values())

    def region(self, name: str) -> LogsRegion:
        """Give the events of a region."""
        found = self._regions.get(name)
        if found is None:
            groups = Groups(
                name,
                self._engine,
                self._records,
                changes=self._changes,
                tails=self._tails.setdefault(name, []),
            )
            found = self._regions[name] = LogsRegion(
                name, self._account_id, self._engine, groups, partial(self._deliver, name)
            )
        return found

    def put_log_events(
        self,
        region: str,
        group: str,
        stream: str,
        events: Sequence[tuple[int, str]],
        *,
        create_group: bool,
    ) -> None:
        """Take the lines of a container, at once or by plan later.

        A stream that is not there is made, but lines for a group that is not there are
        lost unless it shall be made. Empty lines are no events.

        Args:
            events: Milliseconds since the Unix epoch, and the text.
            create_group: Make the group if it is not there.
        """
        groups = self.region(region).groups
        if groups.open(group, stream, create_group=create_group):
            self._deliver(region, group, stream, [one for one in events if one[1]])

    def start_live_tail(
        self, region: str, params: Mapping[str, Any], request_id: str
    ) -> StreamingResponse:
        """Start a session, whose stream tells what is ingested from now on.

        Args:
            region: Where the groups are.
            params: The request, its types checked.
            request_id: Of the request.

        Raises:
            AwsError: The request makes no sense, a group is not there, the Region has no
                Live Tail, or there are too many sessions.
        """
        check_values(START_LIVE_TAIL, params)
        if region.startswith(("cn-", "us-gov-")):
            raise wording.TAIL_NOT_HERE.error(region=region)
        request = self._tail_request(region, params)
        if self.sessions >= SESSIONS_AT_ONCE:
            raise wording.TOO_MANY_TAILS.error(limit=SESSIONS_AT_ONCE)
        session_id = str(uuid.UUID(int=self._session_ids.getrandbits(128), version=4))
        tails = self._tails.setdefault(region, [])
        tail = LiveTail(
            self._engine,
            request,
            start={"requestId": request_id, "sessionId": session_id, **request.echo},
            chance=self._engine.random("live-tail", session_id),
            look=self.region(region).groups.look_at,
            closed=tails.remove,
        )
        tails.append(tail)
        return StreamingResponse(
            status=200,
            headers={"content-type": CONTENT_TYPE, "x-amzn-requestid": request_id},
            stream=tail,
        )

    def shown(self, region: str, operation: str, body: bytes) -> Shown | None:
        """Tell what moto must be shown of the events, to answer a request that is its own."""
        try:
            params = json.loads(body or b"{}")
        except ValueError:
            return None
        if not isinstance(params, dict):
            return None
        return show(self.region(region).groups, region, self._account_id, operation, params)

    def heed(self, operation: str) -> None:
        """Be told that moto has answered a request of any service.

        It may have made or deleted groups, streams and lines; called on moto's thread.
        """
        if not operation.startswith(_LOOKS):
            self._changes.note()

    def reset(self) -> None:
        """Forget all events, and break the sessions off."""
        for tails in self._tails.values():
            for tail in tuple(tails):
                tail.break_off()
        self._tails.clear()
        self._regions.clear()
        self._lateness.clear()
        self._session_ids = self._engine.random("live-tail")
        self._changes.note()

    def _deliver(
        self, region: str, group: str, stream: str, events: Sequence[tuple[int, str]]
    ) -> None:
        """Take events in, each at its time."""
        if not events:
            return
        groups = self.region(region).groups
        latest = self._faults.log_delays(group, stream, len(events))
        if not any(latest):
            groups.add(group, stream, events)
            return
        chance = self._lateness.setdefault(
            (region, group, stream), self._engine.random("late-lines", region, group, stream)
        )
        for event, seconds in zip(events, latest, strict=True):
            add = partial(groups.add, group, stream, [event])
            if seconds:
                self._engine.after(chance.uniform(0.0, seconds), add, name="ingest a late line")
            else:
                add()

    def _tail_request(self, region: str, params: Mapping[str, Any]) -> TailRequest:
        arns: list[str] = params["logGroupIdentifiers"]
        names, prefixes = params.get("logStreamNames"), params.get("logStreamNamePrefixes")
        if names is not None and prefixes is not None:
            raise wording.TAIL_NAMES_OR_PREFIXES.error()
        if (names or prefixes) and len(arns) > 1:
            raise wording.TAIL_ONE_GROUP.error()
        groups = {self._group_of_tail(region, arn): arn for arn in arns}
        pattern = read_pattern(params.get("logEventFilterPattern", ""))
        return TailRequest(
            groups=groups,
            names=None if names is None else frozenset(names),
            prefixes=None if prefixes is None else tuple(prefixes),
            matches=pattern.matches,
            echo=dict(params),
        )

    def _group_of_tail(self, region: str, arn: str) -> str:
        if not arn.startswith("arn:"):
            raise wording.TAIL_NEEDS_ARNS.error(given=arn)
        name = name_in_arn(arn, region=region, account_id=self._account_id)
        if name is None or self.region(region).groups.find(name) is None:
            raise wording.GROUP_MISSING.error()
        return name


def no_place_to_stream() -> AwsError:
    """Refuse a session to who cannot read a stream."""
    return wording.TAIL_NEEDS_A_CONNECTION.error()
