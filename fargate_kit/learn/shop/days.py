"""Probes of working days: scaling, a release that was taken back, and one that stays."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final

from fargate_kit.errors import NotFound
from fargate_kit.learn.checking import Finding
from fargate_kit.learn.shop.account import WEB, Shop
from fargate_kit.learn.shop.traffic import LOWEST
from fargate_kit.scaling.scaling import Scaling
from fargate_kit.services.service import Service

__all__ = ["MOST", "SETTING", "bounds", "recovered", "rolled_back", "scaled_out"]

MOST: Final = 4
"""How many tasks of the web there are at most."""
SETTING: Final = "SHOP_TITLE"
"""What the second release asks for, and nobody has given it."""


async def bounds(shop: Shop) -> AsyncIterator[Finding]:
    """AWS keeps two to four tasks, by their CPU."""
    service = await shop.service(WEB)
    yield Finding(service is not None, "there is a service web", "one" if service else "none")
    if service is None:
        return
    scaling = await _scaling_of(service)
    what = f"auto scaling keeps it at {LOWEST} to {MOST} tasks"
    if scaling is None:
        yield Finding(ok=False, what=what, saw="it is not scaled automatically")
        return
    saw = f"{scaling.minimum} to {scaling.maximum}"
    yield Finding((scaling.minimum, scaling.maximum) == (LOWEST, MOST), what, saw)
    metrics = [
        (policy.configuration.get("PredefinedMetricSpecification") or {}).get(
            "PredefinedMetricType", policy.kind
        )
        for policy in scaling.policies
    ]
    tracked = "ECSServiceAverageCPUUtilization" in metrics
    yield Finding(tracked, "by a policy that tracks CPU", ", ".join(metrics) or "no policy")


async def scaled_out(shop: Shop) -> AsyncIterator[Finding]:
    """Auto scaling has added tasks by itself."""
    service = await shop.service(WEB)
    what = "auto scaling has added tasks by itself"
    if service is None:
        yield Finding(ok=False, what=what, saw="no service web")
        return
    scaling = await _scaling_of(service)
    if scaling is None:
        yield Finding(ok=False, what=what, saw="it is not scaled automatically")
        return
    done = [
        each
        async for each in scaling.activities()
        if each.status in {"InProgress", "Successful"}
        and "alarm" in each.cause
        and _count_of(each.description) > LOWEST
    ]
    saw = done[-1].description if done else "no activity of an alarm that added any"
    yield Finding(bool(done), what, saw)


async def rolled_back(shop: Shop) -> AsyncIterator[Finding]:
    """ECS took a release back, and the shop stayed open."""
    service = await shop.service(WEB)
    yield Finding(service is not None, "there is a service web", "one" if service else "none")
    if service is None:
        return
    ends = [each.status async for each in service.revisions()]
    what = "ECS has rolled a release back"
    yield Finding("ROLLBACK_SUCCESSFUL" in ends, what, ", ".join(ends) or "no deployment")
    counts = f"{service.running_count} running"
    yield Finding(service.running_count >= LOWEST, "the shop stayed open", counts)


async def recovered(shop: Shop) -> AsyncIterator[Finding]:
    """The third release runs everywhere, with what the second one lacked."""
    service = await shop.service(WEB)
    yield Finding(service is not None, "there is a service web", "one" if service else "none")
    if service is None:
        return
    deployment = service.deployment
    state = deployment.rollout_state or "no state"
    yield Finding(state == "COMPLETED", "its newest deployment is COMPLETED", state)
    definition = await shop.scene.aws.task_definition(service.definition_arn)
    settings = {
        each["name"]: each.get("value", "")
        for container in definition.raw["containerDefinitions"]
        for each in container.get("environment", ())
    }
    release = settings.get("RELEASE", "none")
    yield Finding(release == "3", "it brought release 3", f"release {release}")
    title = settings.get(SETTING, "")
    yield Finding(bool(title), f"which has {SETTING}", title or "nothing")
    running = f"{service.running_count} of {service.desired_count}"
    steady = service.running_count == service.desired_count >= LOWEST
    yield Finding(steady, "all its tasks run", running)


def _count_of(description: str) -> int:
    """Return the count in `Setting desired count to 4.`, 0 where it says something else."""
    found = re.search(r"desired count to (\d+)", description)
    return int(found[1]) if found else 0


async def _scaling_of(service: Service) -> Scaling | None:
    try:
        return await service.scaling()
    except NotFound:
        return None
