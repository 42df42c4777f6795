"""Step scaling by alarms that the user has made."""

from __future__ import annotations

from typing import Any

import pytest


def test_an_alarm_of_the_user_triggers_the_policy(served: Any) -> None:
    """The step for the size of the breach is taken one minute after it, by alarm and policy."""
    policy = served.steps(
        {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 30, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 30, "ScalingAdjustment": 3},
    )
    served.alarm(policy)
    served.minutes(2)
    assert served.states() == {"mine": "OK"}
    served.load(cpu=170)
    assert served.until(5) <= 120
    (activity,) = served.activities()
    assert activity["Cause"] == "monitor alarm mine in state ALARM triggered policy steps"
    described = served.scaling.describe_scaling_policies(ServiceNamespace="ecs")
    (told,) = described["ScalingPolicies"]
    assert [one["AlarmName"] for one in told["Alarms"]] == ["mine"]


def test_cooldown_counts_what_was_added(served: Any) -> None:
    """During the cooldown a bigger step adds only what goes beyond the first one."""
    policy = served.steps(
        {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 30, "ScalingAdjustment": 2},
        {"MetricIntervalLowerBound": 30, "ScalingAdjustment": 3},
        Cooldown=600,
    )
    served.alarm(policy)
    served.load(cpu=120)
    served.until(4)
    served.minutes(4)
    assert served.desired == 4
    served.load(cpu=400)
    assert served.until(5) <= 120
    served.minutes(5)
    assert served.desired == 5


def test_the_policy_acts_again_while_the_alarm_lasts(served: Any) -> None:
    """As long as the alarm stays in ALARM, a step follows each cooldown."""
    policy = served.steps({"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}, Cooldown=120)
    served.alarm(policy)
    served.load(cpu=1000)
    served.until(3)
    assert 120 <= served.until(4) <= 240
    assert 120 <= served.until(5) <= 240


def test_scale_in_waits_for_its_cooldown(served: Any) -> None:
    """A scale-in blocks the next one until its cooldown is over."""
    policy = served.steps({"MetricIntervalUpperBound": 0, "ScalingAdjustment": -1}, Cooldown=300)
    served.target(1, 10)
    served.ecs.update_service(cluster="demo", service="web", desiredCount=4)
    served.minutes(2)
    served.alarm(policy, ComparisonOperator="LessThanThreshold", Threshold=10.0)
    served.load(cpu=4)
    served.until(3)
    assert 300 <= served.until(2) <= 420


@pytest.mark.parametrize(("state", "desired"), [("ALARM", 3), ("OK", 2)])
def test_a_state_set_by_hand_acts_at_once(served: Any, state: str, desired: int) -> None:
    """SetAlarmState triggers the actions of its state, and the next evaluation corrects it."""
    policy = served.steps({"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1})
    served.alarm(policy, MetricName="Nothing")
    served.cloudwatch.set_alarm_state(AlarmName="mine", StateValue=state, StateReason="a test")
    assert served.desired == desired
    served.minutes(2)
    assert served.states() == {"mine": "INSUFFICIENT_DATA"}


def test_disabled_actions_do_nothing(served: Any) -> None:
    """An alarm whose actions are disabled goes into ALARM, and that is all."""
    policy = served.steps({"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1})
    served.alarm(policy)
    served.cloudwatch.disable_alarm_actions(AlarmNames=["mine"])
    served.load(cpu=180)
    served.minutes(4)
    assert served.states() == {"mine": "ALARM"}
    assert served.desired == 2
    served.cloudwatch.enable_alarm_actions(AlarmNames=["mine"])
    served.until(3, limit=90)


def test_the_largest_capacity_is_taken(served: Any) -> None:
    """Of two policies that scale out at one time the larger capacity is taken."""
    for name, adjustment in (("one", 1), ("four", 4)):
        policy = served.steps(
            {"MetricIntervalLowerBound": 0, "ScalingAdjustment": adjustment}, name=name
        )
        served.alarm(policy, name=f"alarm-{name}")
    served.load(cpu=180)
    served.until(6)
    assert [one["Description"] for one in served.activities()] == ["Setting desired count to 6."]


def test_requests_per_target_scale(served: Any) -> None:
    """What a load balancer counts for its group moves the service, as its policy asks."""
    label = "app/web/0123456789abcdef/targetgroup/web/fedcba9876543210"
    metric = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label}
    served.track(100.0, PredefinedMetricSpecification=metric)
    high = served.cloudwatch.describe_alarms()["MetricAlarms"][0]
    assert (high["Namespace"], high["MetricName"]) == (
        "AWS/ApplicationELB",
        "RequestCountPerTarget",
    )
    assert high["Statistic"] == "Sum"
    assert {one["Name"]: one["Value"] for one in high["Dimensions"]} == {
        "LoadBalancer": "app/web/0123456789abcdef",
        "TargetGroup": "targetgroup/web/fedcba9876543210",
    }
    for _ in range(4):
        served.cloudwatch.put_metric_data(
            Namespace="AWS/ApplicationELB",
            MetricData=[
                {
                    "MetricName": "RequestCountPerTarget",
                    "Dimensions": high["Dimensions"],
                    "Value": 250.0,
                }
            ],
        )
        served.minutes(1)
    assert served.desired == 5
