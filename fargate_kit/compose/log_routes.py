"""Where a container's output goes."""

from __future__ import annotations

from fargate_kit.compose.drafts import Draft, Workshop
from fargate_kit.compose.tree import Found

__all__ = ["translate_logging"]

_ON_FARGATE = {"awslogs", "awsfirelens", "splunk"}


def translate_logging(draft: Draft, shop: Workshop) -> None:
    """Translate the log driver; without one, output goes to CloudWatch Logs.

    Source: ECS Developer Guide, fargate-tasks-services (which drivers there are on Fargate).
    """
    driver = draft.get("logging", "driver") or draft.get("log_driver")
    options = draft.get("logging", "options") or draft.get("log_opt")
    if driver is not None and driver.text in _ON_FARGATE:
        draft.api["logConfiguration"] = {
            "logDriver": driver.text,
            "options": {entry.key: entry.text for entry in options.entries()} if options else {},
        }
        return
    if driver is not None and driver.text == "none":
        shop.ledger.mapped(driver, "no logConfiguration")
        return
    usual = _usual(draft, shop)
    if driver is not None:
        to = f"awslogs, group {usual['awslogs-group']}" if usual else "no log: no region is known"
        shop.ledger.altered(driver, f"Fargate has no log driver {driver.text}: {to}", "awslogs")
    if options is not None:
        for found in (options, *options.entries()):
            shop.ledger.ignored(found, "it belongs to a log driver that Fargate does not have")
    if usual:
        draft.api["logConfiguration"] = {"logDriver": "awslogs", "options": usual}
    else:
        shop.ledger.caution(
            f"{draft.found.place}: {draft.name} has no log: give a region (--region) for one in "
            "CloudWatch Logs"
        )


def _usual(draft: Draft, shop: Workshop) -> dict[str, str]:
    region = shop.choices.region or _region_of_others(shop)
    if not region:
        return {}
    return {
        "awslogs-group": f"/ecs/{shop.project.name}",
        "awslogs-region": region,
        "awslogs-stream-prefix": draft.container,
        "mode": "non-blocking",
    }


def _region_of_others(shop: Workshop) -> str:
    for other in shop.drafts.values():
        found: Found | None = other.get("logging", "options", "awslogs-region")
        if found is not None:
            return found.text
    return ""
