"""What CloudWatch refuses of the queries and the expressions of an alarm."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.sim.moto_checks import cloudwatch_wording as wording
from fargate_kit.sim.moto_checks.cloudwatch_statistics import SIMPLE, is_extended

__all__ = ["check_ids", "check_queries"]

Query = Mapping[str, Any]

# Source: the service model, MetricDataQuery.
_ID = re.compile(r"[a-z][A-Za-z0-9_]*", re.ASCII)
# What is between quotes is no expression; names of functions and their words are in capitals.
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_USED = re.compile(r"(?<![\w.])[a-z][A-Za-z0-9_]*(?!\w|\s*\()", re.ASCII)
_WORDS = frozenset({"and", "or", "true", "false"})
_SELECT = "select"


def check_queries(queries: Sequence[Query], threshold_id: str | None) -> None:
    """Refuse queries of which no alarm can be made.

    Source: the service model, MetricDataQuery and PutMetricAlarm; CloudWatch User Guide, page
    `using-metric-math`.

    Args:
        threshold_id: The query that gives the band of an alarm of anomalies.

    Raises:
        AwsError: `ValidationError`.
    """
    if any(bool(one.get("MetricStat")) == bool(one.get("Expression")) for one in queries):
        raise wording.QUERY.error()
    ids = [one["Id"] for one in queries]
    if not all(map(_ID.fullmatch, ids)) or len(set(ids)) < len(ids):
        raise wording.METRICS.error()
    if threshold_id is not None and threshold_id not in ids:
        raise wording.METRICS.error()
    returning = [one for one in queries if one.get("ReturnData") is not False]
    # an alarm of anomalies returns its band, too
    if sum(one["Id"] != threshold_id for one in returning) != 1:
        raise wording.ONE_RETURNS.error()
    for one in queries:
        statistic = (one.get("MetricStat") or {}).get("Stat")
        if statistic is not None and statistic not in SIMPLE and not is_extended(statistic):
            raise wording.METRICS.error()
        if not _used(one.get("Expression") or "").issubset(ids):
            raise wording.METRICS.error()


def check_ids(queries: Sequence[Query]) -> None:
    """Refuse names of queries that are none.

    Source: the service model, MetricDataQuery.

    Raises:
        AwsError: `ValidationError`.
    """
    for number, query in enumerate(queries, start=1):
        if not _ID.fullmatch(query["Id"]):
            raise wording.QUERY_ID.error(given=query["Id"], number=number)


def _used(expression: str) -> set[str]:
    """List the queries that an expression names; a query of SQL names none."""
    if expression.strip().lower().startswith(_SELECT):
        return set()
    return set(_USED.findall(_QUOTED.sub("", expression))) - _WORDS
