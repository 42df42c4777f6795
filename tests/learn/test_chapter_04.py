"""Checks of notebook 04 on what learners do instead: each says what it saw, and none raises."""

from __future__ import annotations

from typing import Any

import pytest

import fargate_kit as fk
from fargate_kit.learn.checking import Report, Scene, look
from fargate_kit.learn.checks import load_checks
from fargate_kit.learn.exercises import exercise, exercises
from fargate_kit.learn.scaling_reading import (
    at_of,
    cooldown_of,
    count_of,
    cpu_of,
    latest_activities,
    thresholds_of,
)
from fargate_kit.learn.showing import show
from fargate_kit.sim import World

MORE = fk.StepScaling.cpu(above={70: 1}, minutes=1, cooldown=0)
FEWER = fk.StepScaling.cpu(below={60: -1}, minutes=1, cooldown=0)


async def report(aws: fk.Connection, name: str, **answers: Any) -> Report:
    """Run a check, with an answer or without."""
    load_checks()
    given = {name: answers["answer"]} if answers else {}
    return await look(exercise(name), Scene(aws=aws, answers=given), badge=None)


@pytest.fixture
async def service(aws: fk.Connection, world: World) -> fk.Service:
    """Return the service of the notebook, with its usual load."""
    cluster = await aws.create_cluster("shop")
    main = fk.ContainerSpec(name="web", image="nginx", ports=[80])
    definition = await aws.register(
        fk.TaskSpec(family="server", cpu=256, memory=512, containers=[main])
    )
    service = await cluster.create_service("web", definition, desired_count=2)
    world.set_load(service, cpu=95)
    return await service.wait_stable()


async def until_scaled(scaling: fk.Scaling, *, changes: int = 1) -> None:
    """Wait for changes, those that there were before included."""
    seen = 0
    async for _ in scaling.activities(follow=True):
        seen += 1
        if seen == changes:
            return


@pytest.mark.parametrize("name", [each for each in exercises() if each.startswith("4.")])
@pytest.mark.parametrize("answer", [None, "4", -1, [], object()], ids=lambda it: type(it).__name__)
async def test_empty_account_fails_every_check(aws: fk.Connection, name: str, answer: Any) -> None:
    """Whatever is handed in, a check of an account without anything is not passed."""
    seen = await report(aws, name, answer=answer)
    assert not seen
    assert "the rest could be looked at" not in repr(seen)


async def test_other_bounds_are_told(aws: fk.Connection, service: fk.Service) -> None:
    """The check names the bounds that it saw, and passes with the right ones."""
    await service.autoscale(2, 10)
    assert "✘ between 1 and 4 tasks — saw 2 to 10" in repr(await report(aws, "4.1"))
    await service.autoscale(1, 4)
    assert await report(aws, "4.1")


@pytest.mark.parametrize(
    ("policy", "saw"),
    [
        (fk.TargetTracking.memory(50), "saw ECSServiceAverageMemoryUtilization"),
        (fk.TargetTracking.cpu(70), "✘ its target is 50 — saw 70"),
        (fk.StepScaling.cpu(above={50: 1}), "saw cpu-above (StepScaling)"),
    ],
)
async def test_other_policies_are_told(
    aws: fk.Connection, service: fk.Service, policy: Any, saw: str
) -> None:
    """Memory, another target and steps are not what 4.2 asks for."""
    await service.autoscale(1, 4, policy)
    seen = await report(aws, "4.2")
    assert not seen
    assert saw in repr(seen)


async def test_count_that_was_set_by_hand_is_not_scaling(
    aws: fk.Connection, world: World, service: fk.Service
) -> None:
    """Four tasks and the right answer do not pass 4.3; a target that brought them does."""
    await service.autoscale(1, 4)
    await (await service.scale(4)).wait_stable()
    assert "saw no change" in repr(await report(aws, "4.3", answer=4))
    await (await service.scale(2)).wait_stable()
    world.set_load(service, cpu=180)
    await until_scaled(await service.autoscale(1, 4, fk.TargetTracking.cpu(50)))
    assert not await report(aws, "4.3", answer=3)
    assert await report(aws, "4.3", answer=4)


async def test_steps_must_have_acted_without_a_target_beside_them(
    aws: fk.Connection, world: World, service: fk.Service
) -> None:
    """Two policies on one metric are told, other steps too; it passes once the steps acted."""
    world.set_load(service, cpu=180)
    wrong = fk.StepScaling.cpu(above={70: 2}, minutes=30)
    scaling = await service.autoscale(1, 4, fk.TargetTracking.cpu(99), wrong)
    seen = repr(await report(aws, "4.4"))
    assert "✘ no target pulls at the same rope — saw cpu (TargetTrackingScaling)" in seen
    assert "saw +2 from 70 on" in seen
    assert "✘ it has set the count to 4 — saw no change" in seen
    await scaling.remove_policy("cpu")
    scaling = await service.autoscale(1, 4, fk.StepScaling.cpu(above={70: 1, 85: 2}, minutes=1))
    assert not await report(aws, "4.4")
    await until_scaled(scaling)
    assert await report(aws, "4.4")


async def test_flapping_is_counted_and_rest_without_load_is_no_cure(
    aws: fk.Connection, world: World, service: fk.Service
) -> None:
    """Neither waiting, nor taking the load or one policy away, mends a service that flaps."""
    world.set_load(service, cpu=150)
    scaling = await service.autoscale(1, 4, MORE, FEWER)
    await until_scaled(scaling, changes=12)
    seen = repr(await report(aws, "4.5"))
    assert "✔ ten minutes have passed" in seen
    assert "✘ in which scaling has made fewer than 3 changes" in seen
    world.set_load(service, cpu=0)
    await scaling.wait_quiet(900)
    assert "✘ it has about 150 percent of a task to do" in repr(await report(aws, "4.5"))
    world.set_load(service, cpu=150)
    scaling = await scaling.remove_policy("cpu-below")
    await scaling.wait_quiet(700)
    assert "may scale out and in — saw out" in repr(await report(aws, "4.5"))


@pytest.mark.parametrize(
    "policies",
    [
        (fk.StepScaling.cpu(below={30: -1}, minutes=1, cooldown=0),),
        (fk.StepScaling.cpu(below={45: -1}, minutes=3), fk.StepScaling.cpu(above={80: 1})),
    ],
)
async def test_room_between_the_thresholds_mends_it(
    aws: fk.Connection, world: World, service: fk.Service, policies: tuple[Any, ...]
) -> None:
    """Several ways lead there; the check wants the ten minutes, and not the hint's own numbers."""
    world.set_load(service, cpu=150)
    scaling = await service.autoscale(1, 4, MORE, FEWER)
    await until_scaled(scaling, changes=4)
    scaling = await service.autoscale(1, 4, *policies)
    assert "✘ ten minutes have passed" in repr(await report(aws, "4.5"))
    await scaling.wait_quiet(600, timeout=1800)
    assert await report(aws, "4.5")


async def test_target_instead_of_both_steps_mends_it(
    aws: fk.Connection, world: World, service: fk.Service
) -> None:
    """A target calculates before it takes a task away, so it does not flap."""
    world.set_load(service, cpu=150)
    scaling = await service.autoscale(1, 4, MORE, FEWER)
    await until_scaled(scaling, changes=4)
    await scaling.remove()
    scaling = await service.autoscale(1, 4, fk.TargetTracking.cpu(60))
    await scaling.wait_quiet(600, timeout=1800)
    assert await report(aws, "4.5")


async def test_cooldown_alone_mends_nothing(
    aws: fk.Connection, world: World, service: fk.Service
) -> None:
    """What the notebook says of the cooldown is so: the service flaps as before."""
    world.set_load(service, cpu=150)
    scaling = await service.autoscale(
        1,
        4,
        fk.StepScaling.cpu(above={70: 1}, minutes=1, cooldown=300),
        fk.StepScaling.cpu(below={60: -1}, minutes=1, cooldown=300),
    )
    with pytest.raises(fk.WaitTimeout, match="not quiet"):
        await scaling.wait_quiet(600, timeout=1800)
    assert "fewer than 3 changes — saw" in repr(await report(aws, "4.5"))
    assert not await report(aws, "4.5")


async def test_alarm_that_was_left_is_named(aws: fk.Connection, service: fk.Service) -> None:
    """A policy that is gone, and an alarm that somebody made by hand, are not the same."""
    scaling = await service.autoscale(1, 4, MORE)
    assert "saw scaling of service/shop/web" in repr(await report(aws, "4.6"))
    by_hand = {**(MORE.alarm("shop", "web") or {}), "AlarmName": "mine"}
    await aws._session.api.call("cloudwatch", "PutMetricAlarm", **by_hand)
    await scaling.remove()
    assert "✘ no alarm of it is left — saw mine" in repr(await report(aws, "4.6"))
    await aws._session.api.call("cloudwatch", "DeleteAlarms", AlarmNames=["mine"])
    assert await report(aws, "4.6")


async def test_reading_tells_cpu_cooldown_and_thresholds(
    aws: fk.Connection, world: World, service: fk.Service
) -> None:
    """What the panel draws is what AWS said: minutes of CPU, the cooldown that runs, the values."""
    world.set_load(service, cpu=180)
    scaling = await service.autoscale(1, 4, fk.TargetTracking.cpu(50, scale_out_cooldown=300))
    assert [each.words for each in thresholds_of(scaling)] == ["target 50 %"]
    assert cooldown_of(scaling, await latest_activities(service)) is None
    await until_scaled(scaling)
    await service.wait_stable()
    await scaling.wait_quiet(30)
    activities = await latest_activities(service)
    (activity,) = activities
    assert count_of(activity) == 4
    cooldown = cooldown_of(scaling, activities)
    assert cooldown is not None
    assert cooldown.words == "after scaling out"
    assert cooldown.until - cooldown.since == 300
    assert cooldown.since < aws.clock.now() < cooldown.until
    points = await cpu_of(service)
    assert {90.0} <= {each.percent for each in points}
    assert points == sorted(points, key=lambda each: each.at)
    assert points[-1].at <= aws.clock.now()
    assert at_of(aws._session, activity.started_at) < aws.clock.now()


async def test_show_draws_scaling_and_activities(
    aws: fk.Connection, world: World, service: fk.Service
) -> None:
    """`fk.learn.show()` tells the rules of any service's scaling, in the metric's own values."""
    scaling = await service.autoscale(
        1,
        4,
        fk.TargetTracking.memory(70, scale_in=False),
        fk.StepScaling.cpu(above={70: 1, 85: 3}),
        fk.StepScaling.cpu(below={30: -50, 10: -100}, kind="percent"),
        schedules=[fk.Schedule.cron("morning", "0 8 ? * * *", minimum=2)],
    )
    calls = aws.calls
    picture = show(scaling)
    assert aws.calls == calls
    assert "keeps memory near 70 percent, and takes no task away" in picture.text
    assert "CPU 70 to 85: +1 task; from 85 on: +3 tasks" in picture.text
    assert "10 to 30: -50 percent; up to 10: -100 percent" in picture.text
    assert "CPU ≥ 70 for 3 min" in picture.html
    assert "morning, cron(0 8 ? * * *): at least 2" in picture.html
    world.set_load(service, cpu=180)
    await until_scaled(scaling)
    activities = [each async for each in scaling.activities()]
    assert "triggered policy cpu-above" in show(activities).text
    suspended = await scaling.suspend(scheduled=False)
    assert "at rest: scaling in, scaling out" in show(suspended).text
