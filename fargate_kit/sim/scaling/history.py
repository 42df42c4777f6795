"""What DescribeAlarmHistory tells."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fargate_kit.sim.scaling import wording

MOST_RECORDS = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryItem:
    """Something that happened to an alarm.

    Args:
        number: Grows by one with every item of a region.
        at: Microseconds since the Unix epoch.
        kind: ConfigurationUpdate, StateUpdate or Action.
    """

    number: int
    alarm: str
    at: int
    kind: str
    summary: str
    data: str


def page_of(items: Sequence[HistoryItem], params: Mapping[str, Any]) -> dict[str, Any]:
    """Answer DescribeAlarmHistory (service model).

    Args:
        items: Of a region, the oldest first.
        params: The request; its dates are moments with or without a zone, then UTC.

    Raises:
        AwsError: The token is none of this operation's.
    """
    ascending = params.get("ScanBy") == "TimestampAscending"
    found = [one for one in items if _wanted(one, params)]
    if not ascending:
        found.reverse()
    if token := params.get("NextToken"):
        last = _read(token)
        found = [one for one in found if (one.number > last) == ascending and one.number != last]
    size = int(params.get("MaxRecords") or MOST_RECORDS)
    page = found[:size]
    answer: dict[str, Any] = {"AlarmHistoryItems": [_picture(one) for one in page]}
    if len(found) > size:
        answer["NextToken"] = base64.urlsafe_b64encode(str(page[-1].number).encode()).decode()
    return answer


def _wanted(item: HistoryItem, params: Mapping[str, Any]) -> bool:
    types = params.get("AlarmTypes")
    begin, end = params.get("StartDate"), params.get("EndDate")
    return (
        params.get("AlarmName") in {None, item.alarm}
        and (not types or "MetricAlarm" in types)
        and params.get("HistoryItemType") in {None, item.kind}
        and (begin is None or _moment(item) >= _aware(begin))
        and (end is None or _moment(item) <= _aware(end))
    )


def _picture(item: HistoryItem) -> dict[str, Any]:
    return {
        "AlarmName": item.alarm,
        "AlarmType": "MetricAlarm",
        "Timestamp": _moment(item),
        "HistoryItemType": item.kind,
        "HistorySummary": item.summary[:255],
        "HistoryData": item.data[:4095],
    }


def _moment(item: HistoryItem) -> datetime:
    return _EPOCH + timedelta(microseconds=item.at)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read(token: str) -> int:
    try:
        return int(json.loads(base64.urlsafe_b64decode(token.encode())))
    except (binascii.Error, UnicodeError, ValueError, TypeError):
        raise wording.HISTORY_TOKEN.error() from None
