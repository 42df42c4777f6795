"""Checks of notebook 06 on what learners do instead: each says what it saw, and none raises."""

from __future__ import annotations

from typing import Any

import pytest

import fargate_kit as fk
from fargate_kit.learn.checking import Report, Scene, look
from fargate_kit.learn.checks import load_checks
from fargate_kit.learn.exercises import exercise, exercises
from fargate_kit.learn.scenery import target_group_as_proposed
from fargate_kit.learn.visitor import BALANCER, Tally

WEB = fk.TaskSpec(
    family="front",
    cpu=256,
    memory=512,
    containers=[fk.ContainerSpec(name="web", image="nginx", ports=[80])],
)


async def report(aws: fk.Connection, name: str, **answers: Any) -> Report:
    """Run a check, with an answer or without."""
    load_checks()
    given = {name: answers["answer"]} if answers else {}
    return await look(exercise(name), Scene(aws=aws, answers=given), badge=None)


@pytest.mark.parametrize("name", [each for each in exercises() if each.startswith("6.")])
@pytest.mark.parametrize("answer", [None, "x", -1, [], object()], ids=lambda it: type(it).__name__)
async def test_empty_account_fails_every_check(aws: fk.Connection, name: str, answer: Any) -> None:
    """Whatever is handed in, a check of an account without anything is not passed."""
    seen = await report(aws, name, answer=answer)
    assert not seen
    assert "the rest could be looked at" not in repr(seen)


async def test_group_of_instances_is_named_as_such(aws: fk.Connection) -> None:
    """A group of the right name and the wrong type fails, and so does one without a listener."""
    balancer = await aws.create_load_balancer("front", open_to=fk.ANYWHERE)
    await target_group_as_proposed(aws, balancer, "front")
    assert "✘ its targets are addresses: type ip — saw instance" in repr(await report(aws, "6.1"))
    other = await aws.create_load_balancer("other", open_to=fk.ANYWHERE)
    await other.create_listener(await other.create_target_group("docs"))
    assert "no listener does" in repr(await report(aws, "6.1"))


async def test_service_of_two_tasks_is_not_three(aws: fk.Connection) -> None:
    """The check of 6.2 counts; it passes once there are three."""
    cluster = await aws.create_cluster("shop")
    balancer = await aws.create_load_balancer("front", open_to=fk.ANYWHERE)
    group = await balancer.create_target_group("front")
    await balancer.create_listener(group)
    service = await cluster.create_service(
        "front", await aws.register(WEB), desired_count=2, targets=[group.port(80)]
    )
    await service.wait_stable()
    seen = await report(aws, "6.2")
    assert not seen
    assert "saw 2 of 2" in repr(seen)
    await (await service.scale(3)).wait_stable()
    await group.wait_healthy(3)
    assert await report(aws, "6.2")


async def test_release_with_a_failure_is_not_taken_for_one_without(aws: fk.Connection) -> None:
    """A number is no tally, and a tally with a failed request does not pass."""
    assert "saw int" in repr(await report(aws, "6.5", answer=0))
    tally = Tally("GET / at front", batch="steady-1")
    for _ in range(20):
        tally.count("release 1 on a", 200)
    tally.count(BALANCER, 503)
    seen = repr(await report(aws, "6.5", answer=tally))
    assert "✘ none of them failed — saw 1 failed" in seen
    assert "✘ the tasks' logs say that two releases answered them — saw no line of them" in seen
