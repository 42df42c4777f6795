"""The groups and streams of one region with their events, kept in step with moto's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fargate_kit.sim.cloudwatch_logs.batches import DAY
from fargate_kit.sim.cloudwatch_logs.facts import LogGroupFact, Records
from fargate_kit.sim.cloudwatch_logs.live_tail import LiveTail
from fargate_kit.sim.cloudwatch_logs.store import Event, GroupEvents, StreamEvents
from fargate_kit.sim.engine import Engine

# "It typically takes up to 72 hours after that" (service model, PutRetentionPolicy).
DELETED_AFTER = 3 * DAY


class Changes:
    """Counts what may have made or deleted groups, streams or lines of moto's; any thread may."""

    def __init__(self) -> None:
        self.count = 0

    def note(self) -> None:
        """Count one."""
        self.count += 1


class Groups:
    """What one region's CloudWatch Logs holds.

    Who makes and deletes groups and streams is moto. It is looked at again whenever a
    request may have changed something there, and not for every line.

    Args:
        region: e.g. `eu-west-1`.
        engine: Whose present is the time of ingestion.
        records: moto.
        changes: What may have happened since the last look.
        tails: The sessions that want to be told of events.
    """

    def __init__(
        self,
        region: str,
        engine: Engine,
        records: Records,
        *,
        changes: Changes,
        tails: Sequence[LiveTail],
    ) -> None:
        self._region = region
        self._engine = engine
        self._records = records
        self._changes = changes
        self._tails = tails
        self._groups: dict[str, GroupEvents] = {}
        self._sequence = 0
        self._streams_made = 0

    @property
    def now(self) -> int:
        """The present in milliseconds since the Unix epoch."""
        return self._engine.now // 1000

    @property
    def known(self) -> tuple[GroupEvents, ...]:
        """The groups that were looked at before, as they are now."""
        found = [self.find(name) for name in tuple(self._groups)]
        return tuple(group for group in found if group is not None)

    def find(self, name: str) -> GroupEvents | None:
        """Look a group up; None if there is none."""
        changes, group = self._changes.count, self._groups.get(name)
        if group is None or group.looked_at != changes:
            group = self._look(name, changes)
            if group is None:
                return None
        if group.retention_days is not None:
            group.keep_since(self.now - group.retention_days * DAY - DELETED_AFTER)
        return group

    def open(self, name: str, stream: str, *, create_group: bool) -> bool:
        """Make sure that a stream is there.

        Returns:
            Whether it is; not if its group is missing and shall not be made.
        """
        changes, group = self._changes.count, self.find(name)
        if group is not None and stream in group.streams:
            return True
        if group is None and not create_group:
            return False
        self._records.open_log_stream(self._region, name, stream, create_group=create_group)
        group = self._look(name, changes)
        return group is not None and stream in group.streams

    def add(self, name: str, stream: str, events: Sequence[tuple[int, str]]) -> None:
        """Take events in at this moment; those of a stream that is gone are lost.

        Args:
            events: Milliseconds since the Unix epoch, and the text.
        """
        group = self.find(name)
        if group is None or stream not in group.streams:
            return
        self._ingest(group, group.streams[stream], events)
        if group.subscribed:
            self._records.deliver_log_events(self._region, name, stream, events)
            self._changes.note()  # what takes them may write them into another group

    def look_at(self, names: Iterable[str]) -> None:
        """Take in what other services wrote into groups."""
        for name in names:
            self.find(name)

    def _ingest(
        self, group: GroupEvents, stream: StreamEvents, events: Iterable[tuple[int, str]]
    ) -> None:
        now, taken = self.now, []
        for timestamp, message in events:
            self._sequence += 1
            stream.add(timestamp, self._sequence, now, message)
            if self._tails:
                taken.append(Event(timestamp, self._sequence, now, message))
        for tail in self._tails:
            tail.offer(group.name, stream.name, taken)

    def _look(self, name: str, changes: int) -> GroupEvents | None:
        fact = self._records.log_group(self._region, name)
        if fact is None:
            self._groups.pop(name, None)
            return None
        group = self._groups.get(name)
        if group is None or group.identity is not fact.identity:
            group = GroupEvents(name=name, arn=fact.arn, identity=fact.identity)
            self._groups[name] = group
        group.looked_at = changes
        group.retention_days = fact.retention_days
        group.subscribed = fact.subscribed
        group.streams = self._streams(group, fact)
        for one in fact.streams:
            if one.foreign:
                self._ingest(group, group.streams[one.name], one.foreign)
        return group

    def _streams(self, group: GroupEvents, fact: LogGroupFact) -> dict[str, StreamEvents]:
        streams: dict[str, StreamEvents] = {}
        for one in fact.streams:
            stream = group.streams.get(one.name)
            if stream is None or stream.identity is not one.identity:
                self._streams_made += 1
                stream = StreamEvents(
                    name=one.name,
                    arn=one.arn,
                    created_at=one.created_at,
                    identity=one.identity,
                    number=self._streams_made,
                )
            streams[one.name] = stream
        return streams
