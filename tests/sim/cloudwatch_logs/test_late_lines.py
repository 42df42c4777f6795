"""Late lines: by plan, lines become readable after the moment they are stamped with."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_logs import EPOCH, ClientTo, Logs

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.faults import Faults, InvalidFault, LateLogLines, fault_from_json


def test_lines_come_later_than_they_are_stamped(logs: Logs) -> None:
    """Each line has its own delay within the bound; its time stamp is that of its origin."""
    logs.faults.plan(LateLogLines(seconds=3))
    logs.say("s", *[(EPOCH + number, str(number)) for number in range(50)])
    assert logs.filter() == []
    logs.wait(1.5)
    some = logs.found()
    assert 0 < len(some) < 50
    logs.wait(1.5)
    events = logs.filter()
    assert [event["message"] for event in events] == [str(number) for number in range(50)]
    assert all(EPOCH < event["ingestionTime"] <= EPOCH + 3000 for event in events)
    assert len({event["ingestionTime"] for event in events}) > 10


def test_settling_waits_for_late_lines(logs: Logs) -> None:
    """A world that has settled has all its lines."""
    logs.faults.plan(LateLogLines(seconds=60))
    logs.say("s", "one", "two")
    logs.account.engine.settle()
    assert sorted(logs.found()) == ["one", "two"]


def test_only_what_matches_is_late(logs: Logs) -> None:
    """Group and stream are patterns, and a number of lines can be given."""
    logs.faults.plan(LateLogLines(seconds=9, group="g*", stream="run/web/*", remaining=2))
    logs.say("run/db/1", "on time")
    logs.say("run/web/1", "on time", group="h")
    logs.say("run/web/1", "late", "late", "on time")
    assert logs.found() == ["on time", "on time"]
    logs.wait(9)
    assert len(logs.found()) == 4
    assert logs.faults.planned() == ()


def test_what_clients_write_is_late_too(logs: Logs) -> None:
    """PutLogEvents answers at once; its events are found later."""
    logs.client.create_log_stream(logGroupName="g", logStreamName="s")
    logs.faults.plan(LateLogLines(seconds=2))
    entries = [{"timestamp": EPOCH, "message": "x"}]
    logs.client.put_log_events(logGroupName="g", logStreamName="s", logEvents=entries)
    assert logs.found() == []
    logs.wait(2)
    assert logs.found() == ["x"]


def test_late_lines_of_a_deleted_stream_are_lost(logs: Logs) -> None:
    """Who deletes a stream gets nothing more of it."""
    logs.faults.plan(LateLogLines(seconds=5))
    logs.say("s", "x")
    logs.client.delete_log_stream(logGroupName="g", logStreamName="s")
    logs.wait(5)
    assert logs.found() == []


def test_a_follower_by_token_gets_late_lines(logs: Logs) -> None:
    """Who follows by forward tokens sees every late line once."""
    logs.faults.plan(LateLogLines(seconds=3))
    seen: list[str] = []
    logs.say("s")
    token = logs.get("s")["nextForwardToken"]
    for second in range(20):
        if second < 15:
            logs.say("s", *[f"{second}.{number}" for number in range(5)])
        logs.wait(1)
        page = logs.get("s", token)
        token = page["nextForwardToken"]
        seen += [event["message"] for event in page["events"]]
    assert len(seen) == len(set(seen)) == 75


def test_delays_are_drawn_from_the_seed(client_to: ClientTo) -> None:
    """The same seed delays every line alike, another one otherwise."""

    def ingested(seed: int) -> list[int]:
        account = Account(clock=StepClock(), seed=seed, strict=True)
        logs = Logs(account, client_to)
        logs.faults.plan(LateLogLines(seconds=5))
        logs.say("s", *[str(number) for number in range(20)])
        account.engine.settle()
        told = [event["ingestionTime"] for event in logs.filter()]
        account.close()
        return told

    assert ingested(1) == ingested(1) != ingested(2)


def test_the_fault_has_a_json_form() -> None:
    """It can be planned from outside; a bound that is no positive number is refused."""
    fault = fault_from_json({"fault": "LateLogLines", "seconds": 2, "group": "/ecs/*"})
    assert fault == LateLogLines(seconds=2, group="/ecs/*")
    for members in ({"seconds": 0}, {"seconds": "2"}, {"seconds": 1, "group": ""}, {}):
        with pytest.raises(InvalidFault):
            fault_from_json({"fault": "LateLogLines", **members})


def test_the_first_planned_bound_counts() -> None:
    """Of two faults that fit a line the one planned first delays it, while it lasts."""
    faults = Faults()
    planned: list[Any] = [LateLogLines(seconds=1, remaining=2), LateLogLines(seconds=7)]
    for fault in planned:
        faults.plan(fault)
    assert faults.log_delays("g", "s", 3) == [1.0, 1.0, 7.0]
    faults.clear()
    assert faults.log_delays("g", "s", 3) == []
