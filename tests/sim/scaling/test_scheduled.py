"""Scheduled actions change the bounds when their time comes."""

from __future__ import annotations

from typing import Any

# The step clock starts at 2027-01-15T08:00:00Z.


def bounds(shop: Any) -> tuple[int, int]:
    """The bounds of the target."""
    (target,) = shop.scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    return target["MinCapacity"], target["MaxCapacity"]


def test_bounds_change_at_a_moment(served: Any) -> None:
    """At its time an action sets both bounds, lifts the desired count, and tells both."""
    served.schedule("at(2027-01-15T09:00:00)", MinCapacity=4, MaxCapacity=8)
    served.minutes(58)
    assert bounds(served) == (1, 10)
    served.minutes(2)
    assert bounds(served) == (4, 8)
    assert served.desired == 4
    changed, scaled = served.activities()
    assert changed["Description"] == "Setting min capacity to 4 and max capacity to 8"
    assert changed["Cause"] == "scheduled action name plan was triggered"
    assert changed["StatusMessage"] == "Successfully set min capacity to 4 and max capacity to 8"
    assert changed["StatusCode"] == "Successful"
    assert scaled["Description"] == "Setting desired count to 4."
    assert scaled["Cause"] == "minimum capacity was set to 4"


def test_a_day_has_two_shifts(served: Any) -> None:
    """Two cron actions in a time zone raise the bounds each morning and lower them each night."""
    served.schedule(
        "cron(0 9 * * ? *)", "day", Timezone="Europe/Berlin", MinCapacity=5, MaxCapacity=9
    )
    served.schedule(
        "cron(0 20 * * ? *)", "night", Timezone="Europe/Berlin", MinCapacity=1, MaxCapacity=2
    )
    seen = []
    for _ in range(4):
        served.minutes(12 * 60)
        seen.append((bounds(served), served.desired))
    assert seen == [((1, 2), 2), ((5, 9), 5)] * 2


def test_a_rate_runs_between_its_times(served: Any) -> None:
    """A rate begins at its start, recurs, and ends at its end."""
    served.schedule(
        "rate(10 minutes)",
        MinCapacity=3,
        StartTime=1_800_000_000 + 3600,
        EndTime=1_800_000_000 + 3600 + 1500,
    )
    served.minutes(180)
    fired = [one for one in served.activities() if "scheduled" in one["Cause"]]
    starts = [one["StartTime"].timestamp() - 1_800_003_600 for one in fired]
    assert starts == [0, 600, 1200]


def test_suspended_schedules_do_nothing(served: Any) -> None:
    """While scheduled scaling is suspended actions pass by, and later ones are done again."""
    served.target(1, 10, SuspendedState={"ScheduledScalingSuspended": True})
    served.schedule("rate(10 minutes)", MinCapacity=3)
    served.minutes(25)
    assert (bounds(served), served.desired) == ((1, 10), 2)
    served.target(1, 10, SuspendedState={"ScheduledScalingSuspended": False})
    served.minutes(10)
    assert (bounds(served), served.desired) == ((3, 10), 3)


def test_an_impossible_change_fails(served: Any) -> None:
    """An action whose minimum is above the maximum by then changes nothing, and is told."""
    served.schedule("rate(10 minutes)", MinCapacity=12)
    served.minutes(11)
    assert bounds(served) == (1, 10)
    assert served.activities()[0]["StatusCode"] == "Failed"


def test_an_action_is_described_changed_and_deleted(served: Any) -> None:
    """An action is told as it was put; put again it keeps its ARN; deleted it never comes."""
    served.schedule("rate(10 minutes)", MinCapacity=3, MaxCapacity=6)
    describe = served.scaling.describe_scheduled_actions
    (first,) = describe(ServiceNamespace="ecs")["ScheduledActions"]
    assert first["Schedule"] == "rate(10 minutes)"
    assert first["ScalableTargetAction"] == {"MinCapacity": 3, "MaxCapacity": 6}
    assert first["ScheduledActionARN"].endswith(":scheduledActionName/plan")
    served.schedule("cron(0 9 * * ? *)", Timezone="Asia/Tokyo", MinCapacity=4)
    (second,) = describe(ServiceNamespace="ecs", ScheduledActionNames=["plan"])["ScheduledActions"]
    assert second["ScheduledActionARN"] == first["ScheduledActionARN"]
    assert (second["Timezone"], second["ScalableTargetAction"]) == (
        "Asia/Tokyo",
        {"MinCapacity": 4},
    )
    served.scaling.delete_scheduled_action(**served.NAME, ScheduledActionName="plan")
    served.minutes(3 * 24 * 60)
    assert (bounds(served), served.activities()) == ((1, 10), [])


BAD_ACTIONS: list[tuple[str, dict[str, Any]]] = [
    ("cron(0 9 * * *)", {"MinCapacity": 1}),
    ("rate(5 minute)", {"MinCapacity": 1}),
    ("at(2027-01-15T07:00:00)", {"MinCapacity": 1}),
    ("rate(5 minutes)", {}),
    ("rate(5 minutes)", {"MinCapacity": 5, "MaxCapacity": 4}),
    ("rate(5 minutes)", {"MinCapacity": -1}),
    ("rate(5 minutes)", {"MinCapacity": 1, "Timezone": "Mars/Base"}),
    ("rate(5 minutes)", {"MinCapacity": 1, "StartTime": 2e9, "EndTime": 1.9e9}),
]


def test_a_bad_action_is_refused(served: Any) -> None:
    """What is no schedule or no change is a ValidationException."""
    for expression, members in BAD_ACTIONS:
        code, _ = served.refused(served.schedule, expression=expression, **members)
        assert code == "ValidationException"
