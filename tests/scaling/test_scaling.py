"""Auto scaling: begun, changed, replaced, removed; on a simulated Fargate on a step clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from balanced import everything

from fargate_kit import (
    ApiError,
    Cluster,
    Connection,
    Denied,
    InvalidSpec,
    NotFound,
    Schedule,
    Service,
    StepScaling,
    TargetTracking,
    TaskSpec,
)
from fargate_kit.sim import World
from fargate_kit.sim.faults import Refuse

ShellSpec = Callable[..., TaskSpec]
SCALING = "application-autoscaling"


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster."""
    return await aws.create_cluster("prod")


@pytest.fixture
async def service(aws: Connection, cluster: Cluster, shell: ShellSpec) -> Service:
    """Return a service of two tasks that stands."""
    definition = await aws.register(shell("sleep 86400", family="web"))
    service = await cluster.create_service("web", definition, desired_count=2)
    return await service.wait_stable()


def load(world: World, cpu: float) -> None:
    """Set the demand on the service, in percent of one task's CPU."""
    world.account.scaling("us-east-1").set_load("prod", "web", cpu=cpu)


async def until_count(service: Service, count: int, *, limit: float = 7200.0) -> Service:
    """Wait until the service shall have so many tasks."""
    clock = service._session.clock
    began = clock.now()
    while (seen := await service.refresh()).desired_count != count:
        assert clock.now() - began < limit, f"still {seen.desired_count}"
        await clock.sleep(15)
    return seen


async def test_tracking_follows_the_load(world: World, service: Service) -> None:
    """Tasks are added while the metric is above its target, and taken away long after it fell."""
    await service.autoscale(2, 10, TargetTracking.cpu(50))
    load(world, 400)
    await until_count(service, 8)
    load(world, 20)
    await until_count(service, 2)


async def test_picture_shows_all_of_it(service: Service) -> None:
    """Bounds, policies with their alarms, schedules, and what rests."""
    scaling = await service.autoscale(
        2,
        10,
        TargetTracking.cpu(50),
        TargetTracking.memory(70, scale_in=False, scale_out_cooldown=0, scale_in_cooldown=600),
        schedules=[
            Schedule.cron("morning", "0 8 ? * MON-FRI *", timezone="Europe/Berlin", minimum=5)
        ],
        tags={"team": "web"},
    )
    assert (scaling.minimum, scaling.maximum, bool(scaling.suspension)) == (2, 10, False)
    assert scaling.resource_id == "service/prod/web"
    assert {policy.name: policy.target for policy in scaling.policies} == {"cpu": 50, "memory": 70}
    cpu, memory = scaling.policy("cpu"), scaling.policy("memory")
    assert cpu is not None
    assert memory is not None
    assert cpu.configuration["ScaleOutCooldown"] == 60
    assert cpu.configuration["ScaleInCooldown"] == 300
    assert cpu.configuration["DisableScaleIn"] is False
    assert memory.configuration["ScaleOutCooldown"] == 0
    assert memory.configuration["ScaleInCooldown"] == 600
    assert memory.configuration["DisableScaleIn"] is True
    (morning,) = scaling.schedules
    assert (morning.name, morning.minimum, morning.maximum) == ("morning", 5, None)
    assert (morning.expression, morning.timezone) == ("cron(0 8 ? * MON-FRI *)", "Europe/Berlin")
    names = {name for policy in scaling.policies for name in policy.alarm_names}
    assert {alarm.name for alarm in scaling.alarms} == names
    assert {alarm.metric for alarm in scaling.alarms} == {"CPUUtilization", "MemoryUtilization"}
    assert await service.scaling() == scaling
    assert await scaling.refresh() == scaling
    tags = await service._session.api.call(SCALING, "ListTagsForResource", ResourceARN=scaling.arn)
    assert tags["Tags"] == {"team": "web", "fargate-kit": "made"}


async def test_service_without_scaling_has_none(service: Service) -> None:
    """It is told what begins it."""
    with pytest.raises(NotFound, match=r"autoscale\(\) begins it"):
        await service.scaling()


async def test_bounds_alone_leave_the_policies(aws: Connection, service: Service) -> None:
    """Changing the bounds changes nothing else, and brings the count inside at once."""
    before = await service.autoscale(1, 10, TargetTracking.cpu(50))
    calls = aws.calls
    after = await service.autoscale(4, 12)
    assert (after.minimum, after.maximum) == (4, 12)
    assert after.policies == before.policies
    assert (await service.refresh()).desired_count == 4
    spent = aws.calls - calls
    assert spent[f"{SCALING}:RegisterScalableTarget"] == 1
    assert spent[f"{SCALING}:PutScalingPolicy"] == 0


async def test_the_same_again_changes_nothing(aws: Connection, service: Service) -> None:
    """What is there already is looked at, and neither put again nor made anew."""
    asked = (
        TargetTracking.cpu(50),
        StepScaling.memory(above={80: 2}),
    )
    schedules = [
        Schedule.every("hourly", hours=1, maximum=8),
        Schedule.at("once", datetime(2040, 1, 1, 8, tzinfo=UTC), minimum=3),
    ]
    before = await service.autoscale(2, 10, *asked, schedules=schedules)
    calls = aws.calls
    assert await service.autoscale(2, 10, *asked, schedules=schedules) == before
    looks = {"DescribeScalableTargets", "DescribeScalingPolicies", "DescribeScheduledActions"}
    assert dict(aws.calls - calls) == {
        **{f"{SCALING}:{look}": 2 for look in looks},
        "cloudwatch:DescribeAlarms": 2,
    }


async def test_replacing_keeps_the_policy(aws: Connection, service: Service) -> None:
    """A policy of the same name gets its new settings; there are no more alarms than before."""
    before = await service.autoscale(
        2, 10, TargetTracking.cpu(50), StepScaling.memory(above={80: 1})
    )
    after = await service.autoscale(
        2, 10, TargetTracking.cpu(60), StepScaling.memory(above={90: 3})
    )
    assert [policy.arn for policy in after.policies] == [policy.arn for policy in before.policies]
    assert {policy.target for policy in after.policies} == {60, None}
    assert [alarm.name for alarm in after.alarms] == [alarm.name for alarm in before.alarms]
    assert {alarm.threshold for alarm in after.alarms} == {60, 54, 90}


async def test_steps_are_taken_as_they_are_written(world: World, service: Service) -> None:
    """The values are the metric's own: the alarm's threshold and AWS's offsets follow from them."""
    scaling = await service.autoscale(
        1,
        10,
        StepScaling.cpu(above={70: 1, 85: 3}),
        StepScaling.cpu(below={30: -1, 10: -2}, minutes=5),
    )
    above, below = scaling.policy("cpu-above"), scaling.policy("cpu-below")
    assert above is not None
    assert below is not None
    low, high = "MetricIntervalLowerBound", "MetricIntervalUpperBound"
    assert above.configuration["StepAdjustments"] == [
        {low: 0.0, high: 15.0, "ScalingAdjustment": 1},
        {low: 15.0, "ScalingAdjustment": 3},
    ]
    assert below.configuration["StepAdjustments"] == [
        {high: 0.0, low: -20.0, "ScalingAdjustment": -1},
        {high: -20.0, "ScalingAdjustment": -2},
    ]
    assert (above.configuration["Cooldown"], below.configuration["Cooldown"]) == (60, 300)
    load(world, 150)
    await until_count(service, 3)
    load(world, 290)
    await until_count(service, 6)
    load(world, 20)
    await until_count(service, 1)


async def test_steps_by_percent_and_exactly(service: Service) -> None:
    """A share of the tasks with a least change, and a count that is set, reach AWS as such."""
    queue = {
        "Namespace": "AWS/SQS",
        "MetricName": "Depth",
        "Dimensions": [{"Name": "Q", "Value": "a"}],
    }
    scaling = await service.autoscale(
        1,
        10,
        StepScaling.cpu(above={70: 50}, kind="percent", least=2, cooldown=10),
        StepScaling(metric=queue, name="queue", above={100: 5, 1000: 9}, kind="exact"),
    )
    percent, exact = scaling.policy("cpu-above"), scaling.policy("queue")
    assert percent is not None
    assert exact is not None
    assert percent.configuration["MinAdjustmentMagnitude"] == 2
    assert percent.configuration["Cooldown"] == 10
    assert exact.configuration["AdjustmentType"] == "ExactCapacity"
    alarm = next(alarm for alarm in scaling.alarms if alarm.name == "fargate-kit/prod/web/queue")
    assert (alarm.metric, alarm.threshold) == ("Depth", 100)
    assert alarm.raw["Dimensions"] == [{"Name": "Q", "Value": "a"}]


async def test_schedules_change_the_bounds(aws: Connection, service: Service) -> None:
    """When its time comes, the count is inside the new bounds, and it is told as an activity."""
    (task, *_) = [task async for task in service.tasks()]
    assert task.created_at is not None
    soon = task.created_at + timedelta(hours=1)
    scaling = await service.autoscale(
        1, 10, schedules=[Schedule.at("soon", soon, minimum=4, maximum=6)]
    )
    assert (await service.refresh()).desired_count == 2
    await until_count(service, 4)
    changed = await scaling.refresh()
    assert (changed.minimum, changed.maximum) == (4, 6)
    causes = [activity.cause async for activity in scaling.activities()]
    assert causes[0] == "scheduled action name soon was triggered"
    assert (await scaling.remove_schedule("soon")).schedules == ()
    await scaling.remove_schedule("soon")


async def test_impossible_scaling_is_refused_before_any_call(
    aws: Connection, service: Service
) -> None:
    """Every problem of bounds, policies and schedules is told at once."""
    before = aws.calls
    with pytest.raises(InvalidSpec) as refused:
        await service.autoscale(
            -1,
            -2,
            TargetTracking.cpu(0),
            TargetTracking.cpu(50, name="a|b", scale_in_cooldown=-1),
            StepScaling.cpu(above={70: 1}, below={30: -1}, minutes=0, least=2),
            StepScaling.cpu(kind="exact"),
            StepScaling(metric={}, name="exact", above={1: -1}, kind="exact"),
            schedules=[
                Schedule.every(
                    "never",
                    starts_at=datetime(2040, 1, 2, tzinfo=UTC),
                    ends_at=datetime(2040, 1, 1, tzinfo=UTC),
                ),
                Schedule.cron("cron", "0 8 * *", timezone="Mars/Base", minimum=3, maximum=2),
                Schedule.cron("cron", "0 8 ? * * *", minimum=-1),
            ],
        )
    assert [problem.path for problem in refused.value.problems] == [
        "MinCapacity",
        "MaxCapacity",
        "cpu.TargetValue",
        "name",
        "a|b.ScaleInCooldown",
        "cpu-above.above and below",
        "cpu-above.minutes",
        "cpu-above.least",
        "cpu-below.steps",
        "exact.steps",
        "exact.metric",
        "never.bounds",
        "never.every",
        "never.ends_at",
        "cron.maximum",
        "cron.timezone",
        "cron.cron",
        "cron.minimum",
        "ScheduledActionName",
        "PredefinedMetricType",
    ]
    with pytest.raises(ValueError, match="time zone"):
        Schedule.at("naive", datetime(2040, 1, 1), minimum=1)
    assert aws.calls == before


async def test_deploy_leaves_a_scaled_count_alone(
    aws: Connection, world: World, service: Service, shell: ShellSpec
) -> None:
    """What scaling has set since the picture was taken stays, through a deployment and after it."""
    await service.autoscale(2, 10, TargetTracking.cpu(50))
    load(world, 200)
    await until_count(service, 4)
    await service.wait_stable()
    deployment = await service.deploy(await aws.register(shell("sleep 80001", family="web")))
    assert (await deployment.wait()).running_count == 4
    assert (await service.refresh()).desired_count == 4


async def test_removal_leaves_nothing_but_the_count(aws: Connection, service: Service) -> None:
    """Policies, schedules, AWS's alarms and ours go; removing again is fine."""
    scaling = await service.autoscale(
        3,
        10,
        TargetTracking.cpu(50),
        StepScaling.memory(above={80: 1}),
        schedules=[Schedule.every("hourly", hours=1, minimum=1)],
    )
    await scaling.remove()
    assert await everything(aws) == {"services": ["web"]}
    assert (await service.refresh()).desired_count == 3
    await scaling.remove()
    with pytest.raises(NotFound):
        await scaling.refresh()


async def test_one_policy_is_removed_with_its_alarms(aws: Connection, service: Service) -> None:
    """The others stay; removing it again is fine."""
    scaling = await service.autoscale(
        2, 10, TargetTracking.cpu(50), StepScaling.memory(above={80: 1})
    )
    left = await scaling.remove_policy("memory-above")
    assert [policy.name for policy in left.policies] == ["cpu"]
    assert (await everything(aws))["alarms"] == [alarm.name for alarm in left.alarms]
    assert await scaling.remove_policy("memory-above") == left


async def test_deletion_of_the_service_takes_its_scaling_with_it(
    aws: Connection, world: World, service: Service
) -> None:
    """Nothing is left that would scale a later service of that name."""
    await service.autoscale(2, 10, TargetTracking.cpu(50), StepScaling.memory(above={80: 1}))
    await service.delete(force=True)
    assert await everything(aws) == {}


async def test_deletion_of_the_service_needs_no_right_to_its_scaling(
    aws: Connection, world: World, service: Service
) -> None:
    """Who may not look at scaling can delete a service all the same."""
    refusal = Refuse(service=SCALING, operation="*", code="AccessDeniedException", remaining=None)
    number = world.account.faults.plan(refusal)
    with pytest.raises(Denied):
        await service.scaling()
    assert (await service.delete(force=True)).status == "INACTIVE"
    assert world.account.faults.withdraw(number)


async def test_metric_that_another_policy_tracks_is_aws_s_to_refuse(service: Service) -> None:
    """AWS's own words are passed on, and nothing has changed."""
    before = await service.autoscale(2, 10, TargetTracking.cpu(50))
    with pytest.raises(ApiError, match="Only one TargetTrackingScaling policy"):
        await service.autoscale(1, 20, TargetTracking.cpu(60, name="mine"))
    assert await service.scaling() == before
