"""The alarms of one region: followed, evaluated, and what has happened to them."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from fargate_kit.sim.engine import Engine
from fargate_kit.sim.load_balancing.metrics import Sample
from fargate_kit.sim.scaling import wording
from fargate_kit.sim.scaling.alarms import (
    FURTHER_PERIODS,
    AlarmFact,
    change_data,
    explain,
    explain_data,
    verdict,
)
from fargate_kit.sim.scaling.history import HistoryItem
from fargate_kit.sim.scaling.series import Metrics

# CloudWatch User Guide, page AlarmThatSendsEmail: history is kept for 30 days.
_KEPT = 30 * 86_400 * 1_000_000


class Records(Protocol):
    """CloudWatch, where alarms and metrics are kept for clients to see."""

    def alarms(self, region: str) -> tuple[AlarmFact, ...]:
        """List the metric alarms of a region."""
        ...

    def put_alarm(self, region: str, alarm: AlarmFact) -> None:
        """Show an alarm."""
        ...

    def set_alarm_state(
        self, region: str, name: str, state: str, reason: str, data: str | None
    ) -> None:
        """Show another state of an alarm."""
        ...

    def delete_alarms(self, region: str, names: Sequence[str]) -> None:
        """Forget alarms."""
        ...

    def new_metrics(self, region: str, seen: int) -> tuple[list[tuple[str, Sample]], int]:
        """Read what clients have put since the last look."""
        ...

    def put_metrics(self, region: str, namespace: str, samples: Sequence[Sample]) -> None:
        """Show statistics of a period."""
        ...


class AlarmBook:
    """Knows the alarms of a region, and brings them into the state that their metrics say.

    Alarms on expressions, percentiles and anomalies keep the state that they have.

    Args:
        engine: Whose time passes.
        region: Where the alarms are.
        records: Where clients see them.
        metrics: What they look at.
        acts: Tells whether something that an alarm names is an action that is done here.
    """

    def __init__(
        self,
        engine: Engine,
        region: str,
        records: Records,
        metrics: Metrics,
        acts: Callable[[str], bool],
    ) -> None:
        self._engine = engine
        self._region = region
        self._records = records
        self._metrics = metrics
        self._acts = acts
        self._alarms: dict[str, AlarmFact] = {}
        self._history: deque[HistoryItem] = deque()
        self._told = 0
        self._seen = 0

    @property
    def empty(self) -> bool:
        """Whether there is no alarm."""
        return not self._alarms

    @property
    def history(self) -> tuple[HistoryItem, ...]:
        """What has happened, the oldest first."""
        return tuple(self._history)

    def get(self, name: str) -> AlarmFact | None:
        """Give an alarm; None if it is not there."""
        return self._alarms.get(name)

    def naming(self, action: str) -> list[AlarmFact]:
        """List the alarms that name an action for whichever state."""
        return [
            alarm
            for alarm in self._alarms.values()
            if action in alarm.alarm_actions
            or action in alarm.ok_actions
            or action in alarm.insufficient_data_actions
        ]

    def put(self, alarms: Iterable[AlarmFact]) -> None:
        """Make or change alarms."""
        for alarm in alarms:
            old = self._alarms.get(alarm.name)
            if old is not None:
                alarm = _in_state_of(old, alarm)
            if alarm != old:
                self._records.put_alarm(self._region, alarm)
                self._learn(alarm)

    def delete(self, names: Sequence[str]) -> None:
        """Forget alarms, as far as they are there."""
        there = [name for name in names if name in self._alarms]
        if there:
            self._records.delete_alarms(self._region, there)
        for name in there:
            self._forget(name)

    def refresh(self) -> bool:
        """Follow what clients have done to alarms and metrics.

        Returns:
            Whether an alarm is in another state.
        """
        samples, self._seen = self._records.new_metrics(self._region, self._seen)
        for namespace, sample in samples:
            self._metrics.add(namespace, [sample])
        there = {alarm.name: alarm for alarm in self._records.alarms(self._region)}
        for name in [name for name in self._alarms if name not in there]:
            self._forget(name)
        changed = False
        for name, alarm in there.items():
            old = self._alarms.get(name)
            if old is None or _in_state_of(old, alarm) != old:
                self._learn(alarm if old is None else _in_state_of(old, alarm))
            if old is not None and old.state != alarm.state:
                self._enter(old, alarm)
                changed = True
            else:
                self._alarms[name] = alarm
        return changed

    def evaluate(self) -> None:
        """Bring every alarm into the state that its datapoints say."""
        for alarm in list(self._alarms.values()):
            if not alarm.can_be_evaluated:
                continue
            values, end, period = self._look(alarm)
            state = verdict(alarm, values)
            if state == alarm.state:
                continue
            new = replace(
                alarm,
                state=state,
                reason=explain(alarm, state, values, end, period),
                reason_data=explain_data(alarm, values, end, period, self._engine.now),
            )
            self._records.set_alarm_state(
                self._region, new.name, new.state, new.reason, new.reason_data
            )
            self._enter(alarm, new)

    def recent(self, alarm: AlarmFact) -> list[float]:
        """Give the datapoints that an alarm was last evaluated on, the newest last."""
        if not alarm.can_be_evaluated:
            return []
        known = [value for value in self._look(alarm)[0] if value is not None]
        return known[-alarm.evaluation_periods :]

    def newest(self, alarm: AlarmFact) -> float | None:
        """Give the datapoint of the last period, or of the one before; None if both lack it."""
        if not alarm.can_be_evaluated:
            return None
        values = self._look(alarm)[0]
        return values[-1] if values[-1] is not None else values[-2]

    def _look(self, alarm: AlarmFact) -> tuple[list[float | None], int, int]:
        period = self._engine.clock.ticks(alarm.period)
        end = self._engine.now // period * period
        values = self._metrics.values(
            alarm.key,
            alarm.statistic or "",
            unit=alarm.unit,
            period=period,
            end=end,
            number=alarm.evaluation_periods + FURTHER_PERIODS,
        )
        return values, end, period

    def _learn(self, alarm: AlarmFact) -> None:
        known = alarm.name in self._alarms
        self._alarms[alarm.name] = alarm
        said = wording.ALARM_UPDATED if known else wording.ALARM_CREATED
        self._tell_configuration(alarm, "Update" if known else "Create", said.say(name=alarm.name))

    def _forget(self, name: str) -> None:
        alarm = self._alarms.pop(name)
        self._tell_configuration(alarm, "Delete", wording.ALARM_DELETED.say(name=name))

    def _tell_configuration(self, alarm: AlarmFact, kind: str, summary: str) -> None:
        data = {"version": "1.0", "type": kind, "alarmArn": alarm.arn}
        self._tell(alarm.name, "ConfigurationUpdate", summary, json.dumps(data))

    def _enter(self, old: AlarmFact, new: AlarmFact) -> None:
        self._alarms[new.name] = new
        summary = wording.STATE_CHANGED.say(old=old.state, new=new.state)
        self._tell(new.name, "StateUpdate", summary, change_data(old, new))
        for action in new.actions():
            if self._acts(action):
                data = {
                    "actionState": "Succeeded",
                    "stateUpdateTimestamp": self._engine.now // 1000,
                }
                done = wording.ACTION_DONE.say(arn=action)
                self._tell(new.name, "Action", done, json.dumps(data))

    def _tell(self, alarm: str, kind: str, summary: str, data: str) -> None:
        now = self._engine.now
        while self._history and self._history[0].at < now - _KEPT:
            self._history.popleft()
        self._told += 1
        self._history.append(
            HistoryItem(
                number=self._told, alarm=alarm, at=now, kind=kind, summary=summary, data=data
            )
        )


def _in_state_of(old: AlarmFact, new: AlarmFact) -> AlarmFact:
    return replace(new, state=old.state, reason=old.reason, reason_data=old.reason_data)
