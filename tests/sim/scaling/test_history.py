"""What has happened to alarms is kept, and told page by page."""

from __future__ import annotations

import datetime
import json
from typing import Any


def summaries(shop: Any, **members: Any) -> list[str]:
    """The summaries, in the order of the answer."""
    answer = shop.cloudwatch.describe_alarm_history(**members)
    return [one["HistorySummary"] for one in answer["AlarmHistoryItems"]]


def test_changes_are_told_the_newest_first(served: Any) -> None:
    """Creation, states, actions and deletion of an alarm are told; order and kind may be asked."""
    policy = served.steps({"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1})
    served.alarm(policy)
    served.minutes(2)
    served.load(cpu=180)
    served.minutes(1)
    served.cloudwatch.delete_alarms(AlarmNames=["mine"])
    told = [
        'Alarm "mine" created',
        "Alarm updated from INSUFFICIENT_DATA to OK",
        "Alarm updated from OK to ALARM",
        f"Successfully executed action {policy}",
        'Alarm "mine" deleted',
    ]
    assert summaries(served, AlarmName="mine", ScanBy="TimestampAscending") == told
    assert summaries(served, AlarmName="mine") == told[::-1]
    assert summaries(served, AlarmName="other") == []
    assert summaries(served, HistoryItemType="StateUpdate") == told[2:0:-1]
    assert summaries(served, AlarmTypes=["CompositeAlarm"]) == []
    item = served.cloudwatch.describe_alarm_history(HistoryItemType="StateUpdate")[
        "AlarmHistoryItems"
    ][0]
    data = json.loads(item["HistoryData"])
    assert data["oldState"]["stateValue"] == "OK"
    assert data["newState"]["stateReasonData"]["recentDatapoints"] == [90.0]
    assert item["AlarmType"] == "MetricAlarm"
    now = datetime.datetime.fromtimestamp(served.engine.now / 1e6, datetime.UTC)
    assert abs((now - item["Timestamp"]).total_seconds()) <= 60
    assert summaries(served, StartDate=now + datetime.timedelta(hours=1)) == []
    assert summaries(served, EndDate=now - datetime.timedelta(hours=1)) == []
    assert summaries(served, StartDate=now - datetime.timedelta(hours=1), EndDate=now) == told[::-1]


def test_history_has_pages(served: Any) -> None:
    """Small pages put together are the whole history, in both orders."""
    for number in range(5):
        served.alarm("", name=f"alarm-{number}")
    whole = summaries(served)
    assert len(whole) == 5
    paginator = served.cloudwatch.get_paginator("describe_alarm_history")
    for order in ("TimestampDescending", "TimestampAscending"):
        pages = list(paginator.paginate(ScanBy=order, PaginationConfig={"PageSize": 2}))
        assert [len(page["AlarmHistoryItems"]) for page in pages] == [2, 2, 1]
        found = [one["HistorySummary"] for page in pages for one in page["AlarmHistoryItems"]]
        assert found == (whole if order == "TimestampDescending" else whole[::-1])
    code, _ = served.refused(served.cloudwatch.describe_alarm_history, NextToken="nonsense")
    assert code == "InvalidNextToken"


def test_an_alarm_that_is_put_again_keeps_its_state(served: Any) -> None:
    """A changed alarm stays in its state until the next evaluation, and the change is told."""
    served.load(cpu=180)
    served.alarm("")
    served.minutes(2)
    assert served.states() == {"mine": "ALARM"}
    served.alarm("", Threshold=95.0)
    assert served.states() == {"mine": "ALARM"}
    assert summaries(served)[0] == 'Alarm "mine" updated'
    served.minutes(1)
    assert served.states() == {"mine": "OK"}


def test_a_new_alarm_has_no_state_yet(shop: Any) -> None:
    """An alarm begins with INSUFFICIENT_DATA, and says that it is unchecked."""
    shop.alarm("")
    (alarm,) = shop.cloudwatch.describe_alarms()["MetricAlarms"]
    assert (alarm["StateValue"], alarm["StateReason"]) == (
        "INSUFFICIENT_DATA",
        "Unchecked: Initial alarm creation",
    )
    assert alarm["StateUpdatedTimestamp"].timestamp() == shop.engine.now // 1_000_000
