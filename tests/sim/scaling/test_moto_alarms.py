"""What is relied on in moto's CloudWatch, surface by surface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest

from fargate_kit.sim.errors import UnsupportedOperation
from fargate_kit.sim.load_balancing.metrics import single
from fargate_kit.sim.moto_adapter import MotoAdapter
from fargate_kit.sim.request import Request, Response
from fargate_kit.sim.scaling.alarms import AlarmFact
from fargate_kit.sim.scaling.history import HistoryItem

REGION = "us-east-1"
NOW = 1_800_000_000_000_000


class ClientTo(Protocol):
    """As in the conftest.py above."""

    def __call__(
        self, answer: Callable[[Request], Response], service: str, region: str = REGION
    ) -> Any:
        """Make one."""
        ...


@pytest.fixture
def moto() -> Iterator[MotoAdapter]:
    """An adapter on the caller's thread, in the year 2027."""
    adapter = MotoAdapter(account_id="111122223333", seed=1, inline=True, now=lambda: NOW)
    yield adapter
    adapter.close()


@pytest.fixture
def cloudwatch(moto: MotoAdapter, client_to: ClientTo) -> Any:
    """A client whose requests go straight to moto."""
    return client_to(moto.forward, "cloudwatch")


ALARM = AlarmFact(
    name="mine",
    arn=f"arn:aws:cloudwatch:{REGION}:111122223333:alarm:mine",
    description="words",
    namespace="N",
    metric="m",
    dimensions=(("a", "1"), ("b", "2")),
    statistic="Sum",
    evaluation_periods=3,
    threshold=4.5,
    comparison="LessThanThreshold",
    alarm_actions=("arn:action",),
    reason="Unchecked: Initial alarm creation",
)


def test_an_alarm_is_read_as_it_was_put(moto: MotoAdapter, cloudwatch: Any) -> None:
    """An alarm that is put is read back equal, is seen by clients, and can be taken away."""
    moto.put_alarm(REGION, ALARM)
    assert moto.alarms(REGION) == (ALARM,)
    (seen,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert seen["AlarmArn"] == ALARM.arn
    assert seen["AlarmConfigurationUpdatedTimestamp"].timestamp() == NOW / 1e6
    moto.set_alarm_state(REGION, "mine", "ALARM", "because", '{"a":1}')
    moto.set_alarm_state(REGION, "none", "ALARM", "because", None)
    (fact,) = moto.alarms(REGION)
    assert (fact.state, fact.reason, fact.reason_data) == ("ALARM", "because", '{"a":1}')
    moto.delete_alarms(REGION, ["mine", "none"])
    assert moto.alarms(REGION) == ()
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_kinds_that_are_not_evaluated_are_recognised(moto: MotoAdapter, cloudwatch: Any) -> None:
    """Alarms on percentiles and on expressions are read, and known to be such."""
    common = {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
    }
    cloudwatch.put_metric_alarm(
        AlarmName="p", Namespace="N", MetricName="m", ExtendedStatistic="p99", Period=60, **common
    )
    stat = {"Metric": {"Namespace": "N", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}
    cloudwatch.put_metric_alarm(
        AlarmName="math",
        Metrics=[
            {"Id": "a", "MetricStat": stat, "ReturnData": False},
            {"Id": "b", "Expression": "a * 2"},
        ],
        **common,
    )
    assert {one.name: one.can_be_evaluated for one in moto.alarms(REGION)} == {
        "p": False,
        "math": False,
    }


def test_new_data_of_clients_are_read_once(moto: MotoAdapter, cloudwatch: Any) -> None:
    """Values and statistics that clients put are read since the last look; the world's are not."""
    moto.put_metrics(REGION, "AWS/ECS", [single("m", (("a", "1"),), 9.0, NOW)])
    cloudwatch.put_metric_data(
        Namespace="N",
        MetricData=[
            {"MetricName": "m", "Value": 2.0, "Dimensions": [{"Name": "a", "Value": "1"}]},
            {
                "MetricName": "s",
                "Timestamp": 1_799_999_940,
                "Unit": "Count",
                "StatisticValues": {"SampleCount": 2, "Sum": 6, "Minimum": 1, "Maximum": 5},
            },
        ],
    )
    found, seen = moto.new_metrics(REGION, 0)
    assert [
        (namespace, one.name, one.dimensions, one.unit, one.count, one.total, one.least, one.most)
        for namespace, one in found
    ] == [
        ("N", "m", (("a", "1"),), "None", 1.0, 2.0, 2.0, 2.0),
        ("N", "s", (), "Count", 2.0, 6.0, 1.0, 5.0),
    ]
    assert [one.at for _, one in found] == [NOW, 1_799_999_940_000_000]
    assert moto.new_metrics(REGION, seen) == ([], seen)


def test_metrics_of_the_world_are_observed(moto: MotoAdapter) -> None:
    """Whoever observes metrics is told of them before moto is."""
    told: list[tuple[str, str, float]] = []
    moto.metric_observers.append(
        lambda region, namespace, samples: told.append((region, namespace, samples[0].total))
    )
    moto.put_metrics(REGION, "AWS/ECS", [single("m", (), 9.0, NOW)])
    assert told == [(REGION, "AWS/ECS", 9.0)]


def test_history_is_told_only_if_it_is_given(moto: MotoAdapter, client_to: ClientTo) -> None:
    """moto answers DescribeAlarmHistory with what a request brings along, and not otherwise."""
    item = HistoryItem(number=1, alarm="mine", at=NOW, kind="Action", summary="s", data="d")
    informed = client_to(lambda request: moto.forward(request, history=[item]), "cloudwatch")
    (told,) = informed.describe_alarm_history()["AlarmHistoryItems"]
    assert (told["AlarmName"], told["Timestamp"].timestamp()) == ("mine", NOW / 1e6)
    with pytest.raises(UnsupportedOperation):
        client_to(moto.forward, "cloudwatch").describe_alarm_history()
