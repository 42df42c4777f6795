"""`show()` of load balancers, target groups and targets, and of a deployment that fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

import fargate_kit as fk
from fargate_kit.learn.showing import show

WEB = fk.TaskSpec(
    family="web",
    cpu=256,
    memory=512,
    containers=[fk.ContainerSpec(name="main", image="nginx", ports=[80])],
)


async def test_balancer_group_and_targets_have_their_pictures(aws: fk.Connection) -> None:
    """Each says what AWS said of it: where it is reached, how it checks, why a target is ill."""
    cluster = await aws.create_cluster("web")
    balancer = await (await aws.create_load_balancer("web", open_to=fk.ANYWHERE)).wait_active()
    wrong = fk.TargetHealthCheck(path="/nothing-here", interval=5, timeout=2)
    group = await balancer.create_target_group("web", health_check=wrong)
    await balancer.create_listener(group)
    await cluster.create_service(
        "web", await aws.register(WEB), targets=[group.port(80)], health_check_grace_period=3600
    )
    with pytest.raises(fk.WaitTimeout):
        await group.wait_healthy(timeout=90)
    before = aws.calls
    assert show(balancer).text.startswith("load balancer web (active, internet-facing, http://web")
    assert "type ip; asks GET /nothing-here every 5 s and wants 200" in show(group).text
    assert "◇ simulated" in show(group).html
    assert aws.calls == before
    seen = await group.health()
    picture = show(seen)
    assert picture.text == "web: 1 unhealthy"
    assert "Target.ResponseCodeMismatch" in picture.html
    assert str(seen[0].zone) in picture.html
    elsewhere = replace(seen[0], target_group_arn=seen[0].target_group_arn.replace("web", "other"))
    assert show([*seen, elsewhere]).text == "web: 1 unhealthy; other: 1 unhealthy"


async def test_deployment_that_fails_says_how_often(aws: fk.Connection) -> None:
    """The picture has the count of failed tasks, and AWS's words on the roll-out."""
    cluster = await aws.create_cluster("web")
    gone = replace(WEB, containers=[replace(WEB.containers[0], image="registry.invalid/web:1")])
    service = await cluster.create_service("web", await aws.register(gone))
    with pytest.raises(fk.DeploymentFailed):
        await service.deployment.wait()
    failed = await service.deployment.refresh()
    assert f"{failed.failed_tasks} failed: {failed.rollout_reason}" in show(failed).text
