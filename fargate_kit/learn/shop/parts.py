"""Probes of the parts: two families, and one log group for both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from fargate_kit.learn.checking import Finding
from fargate_kit.learn.shop.account import WEB, WORKER, Shop
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["KEPT_DAYS", "logged", "registered"]

KEPT_DAYS: Final = 1


async def registered(shop: Shop) -> AsyncIterator[Finding]:
    """Two families, one of them with port 80."""
    for part, wanted in ((WEB, [80]), (WORKER, [])):
        definition = await shop.definition(part)
        family = f"{shop.name}-{part}"
        yield Finding(
            definition is not None,
            f"the family {family} is registered",
            definition.name if definition else "no such family",
        )
        if definition is None:
            continue
        containers = definition.raw["containerDefinitions"]
        ports = [port["containerPort"] for each in containers for port in _listed(each)]
        what = "it has port 80, and no other" if wanted else "it has no port"
        yield Finding(ports == wanted, what, str(ports) if ports else "no port")


async def logged(shop: Shop) -> AsyncIterator[Finding]:
    """Both write to one group, which keeps lines for a day."""
    groups = (await shop.scene.call("logs", "DescribeLogGroups"))["logGroups"]
    kept = [
        each.get("retentionInDays") for each in groups if each["logGroupName"] == shop.log_group
    ]
    names = ", ".join(each["logGroupName"] for each in groups) or "no log group"
    yield Finding(bool(kept), f"there is a log group {shop.log_group}", names)
    days = kept[0] if kept else None
    saw = f"{days} day{'s' * (days != 1)}" if days else "for ever" if kept else "no such group"
    what = f"it keeps lines for {KEPT_DAYS} day at most"
    yield Finding(days is not None and days <= KEPT_DAYS, what, saw)
    for part in (WEB, WORKER):
        definition = await shop.definition(part)
        written = [] if definition is None else _log_groups(definition)
        what = f"{shop.name}-{part} writes to {shop.log_group}"
        saw = ", ".join(written) or "nothing"
        yield Finding(bool(written) and set(written) == {shop.log_group}, what, saw)


def _listed(container: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return container.get("portMappings") or ()


def _log_groups(definition: TaskDefinition) -> list[str]:
    routes = [each.get("logConfiguration") or {} for each in definition.raw["containerDefinitions"]]
    return [(each.get("options") or {}).get("awslogs-group", "none") for each in routes]
