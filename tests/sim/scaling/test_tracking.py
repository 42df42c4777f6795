"""Target tracking, scenario by scenario on the step clock."""

from __future__ import annotations

import datetime
import math
from typing import Any

import pytest

HIGH = "TargetTracking-service/demo/web-AlarmHigh-"


def test_load_scales_out_and_its_end_scales_in(served: Any) -> None:
    """Two tasks at 90 percent become four after three readings; at 7.5 one is left after 15."""
    served.track()
    served.load(cpu=180)
    assert 120 <= served.until(4) <= 240
    assert served.states() == {"AlarmHigh": "ALARM", "AlarmLow": "OK"}
    served.minutes(4)
    assert served.service()["runningCount"] == 4
    assert served.states() == {"AlarmHigh": "OK", "AlarmLow": "OK"}
    served.load(cpu=30)
    assert 15 * 60 <= served.until(1) <= 16 * 60
    assert served.states() == {"AlarmHigh": "OK", "AlarmLow": "ALARM"}


def test_activities_tell_it_in_the_words_of_aws(served: Any) -> None:
    """An activity is in progress until the service runs what it shall, and then successful."""
    alarms = served.track()["Alarms"]
    served.load(cpu=180)
    served.until(4)
    (activity,) = served.activities()
    assert activity["Description"] == "Setting desired count to 4."
    name = alarms[0]["AlarmName"]
    assert activity["Cause"] == f"monitor alarm {name} in state ALARM triggered policy cpu"
    assert activity["StatusCode"] == "InProgress"
    assert "EndTime" not in activity
    served.minutes(2)
    (activity,) = served.activities(ResourceId="service/demo/web")
    assert activity["StatusCode"] == "Successful"
    assert activity["StatusMessage"] == (
        "Successfully set desired count to 4. Change successfully fulfilled by ecs."
    )
    assert activity["EndTime"] > activity["StartTime"]


def test_alarms_are_made_as_observed(served: Any) -> None:
    """High is over the target in 3 of 3 minutes, low under 90 percent of it in 15 of 15."""
    answer = served.track(60.0)
    high, low = served.cloudwatch.describe_alarms()["MetricAlarms"]
    assert [one["AlarmName"] for one in (high, low)] == [
        one["AlarmName"] for one in answer["Alarms"]
    ]
    assert high["AlarmName"].startswith(HIGH)
    assert [one["AlarmArn"] for one in (high, low)] == [one["AlarmARN"] for one in answer["Alarms"]]
    for alarm, periods, threshold, comparison in (
        (high, 3, 60.0, "GreaterThanThreshold"),
        (low, 15, 54.0, "LessThanThreshold"),
    ):
        assert alarm["StateValue"] == "INSUFFICIENT_DATA"
        assert alarm["AlarmActions"] == [answer["PolicyARN"]]
        assert (alarm["EvaluationPeriods"], alarm["Period"]) == (periods, 60)
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (threshold, comparison)
        assert alarm["Statistic"] == "Average"
        assert alarm["Dimensions"] == [
            {"Name": "ClusterName", "Value": "demo"},
            {"Name": "ServiceName", "Value": "web"},
        ]


def test_a_task_cannot_use_more_than_it_has(served: Any) -> None:
    """Saturated tasks read 100 percent, so a flood is met in steps, a cooldown apart."""
    served.track(50.0, ScaleOutCooldown=120)
    served.load(cpu=700)
    served.until(4)
    taken = served.until(8)
    assert 120 <= taken <= 240
    served.until(10)
    assert served.desired == 10


def test_metrics_reach_cloudwatch(served: Any) -> None:
    """CPU and memory stand in CloudWatch minute by minute, under the service's dimensions."""
    served.load(cpu=60, memory=90)
    served.minutes(3.1)
    end = datetime.datetime.fromtimestamp(served.engine.now / 1e6, datetime.UTC)
    dimensions = [
        {"Name": "ServiceName", "Value": "web"},
        {"Name": "ClusterName", "Value": "demo"},
    ]
    for name, value in (("CPUUtilization", 30.0), ("MemoryUtilization", 45.0)):
        answer = served.cloudwatch.get_metric_statistics(
            Namespace="AWS/ECS",
            MetricName=name,
            Dimensions=dimensions,
            StartTime=end - datetime.timedelta(minutes=10),
            EndTime=end,
            Period=60,
            Statistics=["Average", "SampleCount"],
        )
        points = answer["Datapoints"]
        assert len(points) == 4
        assert len({one["Timestamp"] for one in points}) == 4
        assert {(one["Average"], one["SampleCount"], one["Unit"]) for one in points} == {
            (value, 2.0, "Percent")
        }


def test_a_deployment_blocks_scale_in(served: Any) -> None:
    """While a deployment runs nothing is scaled in, which is told, and afterwards it is."""
    served.load(cpu=180)
    served.track()
    served.until(4)
    served.minutes(5)
    served.load(cpu=30)
    served.minutes(14)
    served.ecs.register_task_definition(
        family="web",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[
            {
                "name": "main",
                "image": "nginx",
                "healthCheck": {"command": ["CMD", "false"], "startPeriod": 300, "retries": 10},
            }
        ],
    )
    served.ecs.update_service(cluster="demo", service="web", taskDefinition="web")
    served.minutes(4)
    assert served.service()["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    assert served.states()["AlarmLow"] == "ALARM"
    assert served.desired == 4
    assert served.reasons() == ["TargetServicePutResourceAsUnscalable"]
    served.ecs.update_service(cluster="demo", service="web", taskDefinition="web:1")
    assert served.until(1, limit=1200) > 0


def test_no_data_is_no_low_load(shop: Any) -> None:
    """Without a datapoint nothing is scaled, in particular not in."""
    shop.serve(3)
    shop.target()
    metric = {
        "Namespace": "Queue",
        "MetricName": "Backlog",
        "Dimensions": [{"Name": "Queue", "Value": "q"}],
        "Statistic": "Average",
    }
    shop.track(10.0, CustomizedMetricSpecification=metric)
    shop.minutes(40)
    assert shop.states() == {"AlarmHigh": "INSUFFICIENT_DATA", "AlarmLow": "INSUFFICIENT_DATA"}
    assert shop.desired == 3
    assert shop.activities(IncludeNotScaledActivities=True) == []


def test_a_metric_of_the_user_scales_from_none(shop: Any) -> None:
    """A service without tasks gets its first one when a custom metric asks for it."""
    shop.serve(0)
    shop.target(0, 5)
    metric = {
        "Namespace": "Queue",
        "MetricName": "Backlog",
        "Dimensions": [],
        "Statistic": "Average",
    }
    shop.track(10.0, CustomizedMetricSpecification=metric)
    for _ in range(4):
        shop.cloudwatch.put_metric_data(
            Namespace="Queue", MetricData=[{"MetricName": "Backlog", "Value": 100.0}]
        )
        shop.minutes(1)
    assert shop.desired == 1


def test_any_policy_scales_out_and_all_scale_in(served: Any) -> None:
    """One busy metric is enough for more tasks; fewer need both metrics to be low."""
    memory = {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"}
    served.track(50.0)
    served.scaling.put_scaling_policy(
        **served.NAME,
        PolicyName="memory",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 50.0,
            "PredefinedMetricSpecification": memory,
        },
    )
    served.load(cpu=20, memory=180)
    served.until(4)
    served.minutes(40)
    assert served.desired == 4
    served.load(memory=20)
    assert 900 <= served.until(1) <= 960


def test_bounds_hold_and_are_told(served: Any) -> None:
    """At the maximum and at the minimum nothing is scaled, and the reason is told once each."""
    served.target(2, 3)
    served.track()
    served.load(cpu=900)
    served.until(3)
    served.minutes(15)
    assert served.desired == 3
    served.load(cpu=0)
    served.until(2)
    served.minutes(30)
    assert served.desired == 2
    assert served.reasons() == ["AlreadyAtMaxCapacity", "AlreadyAtMinCapacity"]
    failed = served.activities(IncludeNotScaledActivities=True)[1]
    assert failed["Description"] == "Attempting to scale due to alarm triggered"
    assert failed["NotScaledReasons"] == [{"Code": "AlreadyAtMaxCapacity", "MaxCapacity": 3}]


def test_suspended_scaling_does_nothing(served: Any) -> None:
    """Scaling out can be suspended alone, and goes on when it is resumed."""
    served.track()
    served.target(1, 10, SuspendedState={"DynamicScalingOutSuspended": True})
    served.load(cpu=180)
    served.minutes(10)
    assert served.desired == 2
    served.target(1, 10, SuspendedState={"DynamicScalingOutSuspended": False})
    served.until(4, limit=60)


def test_load_may_be_a_function_of_time(served: Any) -> None:
    """A daily wave of demand moves the service up and down again."""
    served.track()
    served.load(cpu=lambda seconds: 250 - 240 * math.cos(seconds * 2 * math.pi / 86_400))
    served.minutes(12 * 60)
    top = served.desired
    served.minutes(12 * 60)
    assert top >= 9
    assert served.desired <= 2


@pytest.mark.parametrize("bounds", [(4, 8), (0, 1)])
def test_new_bounds_apply_at_once(served: Any, bounds: tuple[int, int]) -> None:
    """A raised minimum and a lowered maximum move the desired count, and say so."""
    served.target(*bounds)
    count = 4 if bounds[0] == 4 else 1
    assert served.desired == count
    word = "minimum" if count == 4 else "maximum"
    (activity,) = served.activities()
    assert activity["Cause"] == f"{word} capacity was set to {count}"


def test_a_later_change_overrides_an_earlier_one(served: Any) -> None:
    """What has not come about when the count is set anew ends as overridden."""
    served.target(5, 10)
    served.target(7, 10)
    served.minutes(3)
    assert [one["StatusCode"] for one in served.activities()] == ["Overridden", "Successful"]


def test_housekeeping_lets_the_account_settle(served: Any) -> None:
    """Metrics and alarms go on for ever, and yet a settled account is settled."""
    served.track()
    before = served.engine.now
    served.engine.settle()
    assert served.engine.now == before


def test_nothing_is_left_without_services(served: Any) -> None:
    """When the service, the target and its alarms are gone, nothing is scheduled any more."""
    served.track()
    served.minutes(2)
    served.scaling.deregister_scalable_target(**served.NAME)
    served.ecs.delete_service(cluster="demo", service="web", force=True)
    served.engine.settle()
    served.minutes(2 * 24 * 60)
    assert served.states() == {}
    assert served.engine.pending() == []


def test_a_virtual_week_takes_few_events(shop: Any) -> None:
    """Between changes a minute is one event: two quiet days of 20 tasks are about 2,900."""
    shop.serve(20)
    shop.target(1, 40)
    shop.track()
    shop.load(cpu=980)
    shop.minutes(20)
    before = shop.account.engine._sequence
    shop.minutes(2 * 24 * 60)
    assert 2880 <= shop.account.engine._sequence - before <= 2900
    assert shop.desired == 20
