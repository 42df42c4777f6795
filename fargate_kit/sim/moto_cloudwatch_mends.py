"""Where moto's CloudWatch answers unlike AWS, put right."""

from __future__ import annotations

from typing import Any

__all__ = ["mend_cloudwatch"]


def mend_cloudwatch(cloudwatch: Any) -> None:
    """Take every extended statistic, where moto knows percentiles only.

    What is none has been refused before.
    """
    put = cloudwatch.put_metric_alarm

    def put_metric_alarm(*given: Any, **named: Any) -> Any:
        statistic = named.pop("extended_statistic", None)
        alarm = put(*given, **named)
        alarm.extended_statistic = statistic
        return alarm

    cloudwatch.put_metric_alarm = put_metric_alarm
