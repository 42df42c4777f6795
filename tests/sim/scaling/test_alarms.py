"""In which state datapoints put an alarm."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fargate_kit.sim.load_balancing.metrics import Sample
from fargate_kit.sim.scaling.alarms import AlarmFact, explain, explain_data, verdict
from fargate_kit.sim.scaling.series import Metrics

SHORT = {"OK": "O", "ALARM": "A", "INSUFFICIENT_DATA": "I"}


def alarm(**members: Any) -> AlarmFact:
    """An alarm on more than 50 in three of three minutes."""
    return AlarmFact(**{
        "name": "high",
        "arn": "arn",
        "threshold": 50.0,
        "evaluation_periods": 3,
        "state": "kept",
        **members,
    })


def values(written: str) -> list[float | None]:
    """Datapoints as CloudWatch's guide writes them: 0 is fine, X breaches, - is missing."""
    return [{"0": 0.0, "X": 100.0, "-": None}[one] for one in written]


@pytest.mark.parametrize(
    ("wanted", "written", "states"),
    [
        # missing, ignore, breaching, notBreaching
        (3, "0-X-X", ("OK", "OK", "OK", "OK")),
        (3, "----0", ("OK", "OK", "OK", "OK")),
        (3, "-----", ("INSUFFICIENT_DATA", "kept", "ALARM", "OK")),
        (3, "0XX-X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (3, "--X--", ("ALARM", "kept", "ALARM", "OK")),
        (3, "----X", ("kept", "kept", "ALARM", "OK")),
        (3, "---XX", ("kept", "kept", "ALARM", "OK")),
        (3, "--XXX", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (2, "0-X-X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (2, "00X0X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (2, "0-X--", ("OK", "OK", "ALARM", "OK")),
        (2, "----0", ("OK", "OK", "ALARM", "OK")),
        (2, "---X-", ("ALARM", "kept", "ALARM", "OK")),
    ],
)
def test_missing_data_are_treated(wanted: int, written: str, states: tuple[str, ...]) -> None:
    """The tables of CloudWatch's guide on missing data hold, M out of N included."""
    for treatment, state in zip(
        ("missing", "ignore", "breaching", "notBreaching"), states, strict=True
    ):
        one = alarm(datapoints_to_alarm=wanted, treat_missing=treatment)
        assert verdict(one, values(written)) == state, treatment


@pytest.mark.parametrize(
    ("comparison", "below", "equal", "above"),
    [
        ("GreaterThanThreshold", False, False, True),
        ("GreaterThanOrEqualToThreshold", False, True, True),
        ("LessThanThreshold", True, False, False),
        ("LessThanOrEqualToThreshold", True, True, False),
    ],
)
def test_comparisons(comparison: str, below: bool, equal: bool, above: bool) -> None:
    """Each comparison is as its name says, also on the threshold itself."""
    one = alarm(comparison=comparison)
    assert [one.breaches(value) for value in (49.0, 50.0, 51.0)] == [below, equal, above]


def test_reason_tells_the_datapoints() -> None:
    """A reason counts the datapoints that decided, the newest first, with their times."""
    minute = 60_000_000
    end = 1_800_000_000_000_000
    one = alarm(state="OK")
    text = explain(one, "ALARM", [None, 0.0, 90.0, 95.5, 100.0], end, minute)
    assert text == (
        "Threshold Crossed: 3 out of the last 3 datapoints [100.0 (15/01/27 07:59:00), "
        "95.5 (15/01/27 07:58:00), 90.0 (15/01/27 07:57:00)] were greater than the threshold "
        "(50.0) (minimum 3 datapoints for OK -> ALARM transition)."
    )
    data = json.loads(explain_data(one, [None, 0.0, 90.0, 95.5, 100.0], end, minute, end))
    assert data["recentDatapoints"] == [90.0, 95.5, 100.0]
    assert data["startDate"] == "2027-01-15T07:57:00.000+0000"
    text = explain(alarm(state="ALARM"), "INSUFFICIENT_DATA", [None] * 5, end, minute)
    assert text == "Insufficient Data: 3 datapoints were unknown."


@pytest.mark.parametrize(
    "members",
    [
        {"statistic": None},
        {"simple": False},
        {"comparison": "GreaterThanUpperThreshold"},
        {"evaluation_periods": 0},
        {"evaluation_periods": 10**9},
    ],
)
def test_other_kinds_are_not_evaluated(members: dict[str, Any]) -> None:
    """Percentiles, expressions, bands and endless windows keep the state that they have."""
    assert not alarm(**members).can_be_evaluated


def test_statistics_of_periods() -> None:
    """Samples are put together period by period, whenever they come, by unit if wished."""
    metrics = Metrics()
    key = ("N", "m", (("a", "1"), ("b", "2")))

    def add(at: int, value: float, count: float = 1.0, unit: str = "None") -> None:
        metrics.add(
            "N",
            [
                Sample(
                    name="m",
                    dimensions=(("b", "2"), ("a", "1")),
                    unit=unit,
                    at=at,
                    count=count,
                    total=value * count,
                    least=value,
                    most=value,
                )
            ],
        )

    add(70, 4.0)
    add(10, 1.0)
    add(15, 3.0, count=3.0)
    add(75, 8.0, unit="Percent")

    def ask(statistic: str, unit: str | None = None) -> list[float | None]:
        return metrics.values(key, statistic, unit=unit, period=30, end=90, number=3)

    assert ask("Average") == [2.5, None, 6.0]
    assert ask("Sum") == [10.0, None, 12.0]
    assert ask("Minimum") == [1.0, None, 4.0]
    assert ask("Maximum") == [3.0, None, 8.0]
    assert ask("SampleCount") == [4.0, None, 2.0]
    assert ask("Average", "Percent") == [None, None, 8.0]
    assert metrics.newest_at(key) == 75
    other = ("N", "m", (("a", "1"),))
    assert metrics.values(other, "Sum", unit=None, period=30, end=90, number=1) == [None]
