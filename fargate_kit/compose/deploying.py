"""How many tasks there are, how they are replaced, how they scale."""

from __future__ import annotations

from fargate_kit.compose.drafts import Draft, Workshop
from fargate_kit.compose.tree import Found

__all__ = ["translate_deploy"]

# What a service does while it is changed: minimumHealthyPercent, maximumPercent.
_ORDERS = {"start-first": (100, 200), "stop-first": (0, 100)}
_FAILURES = {
    "rollback": {"enable": True, "rollback": True},
    "pause": {"enable": True, "rollback": False},
    "continue": {"enable": False, "rollback": False},
}


def translate_deploy(draft: Draft, shop: Workshop) -> None:
    """Translate the count, the roll-out and the scaling."""
    _count(draft, shop)
    if (mode := draft.get("deploy", "mode")) and mode.text != "replicated":
        known = mode.text in {"global", "replicated-job", "global-job"}
        reason = f"Fargate has no mode {mode.text}" if known else f"no mode {mode.text!r}"
        shop.ledger.refused(mode, reason, "give replicated", rule="deploy-mode")
    _roll_out(draft, shop)
    _scaling(draft, shop)


def _count(draft: Draft, shop: Workshop) -> None:
    replicas, scale = draft.get("deploy", "replicas"), draft.get("scale")
    for found in (scale, replicas):
        if found is None:
            continue
        if not found.text.isdigit() or int(found.text) > 5000:
            shop.ledger.refused(found, "a count is a whole number up to 5000", rule="replicas")
            continue
        draft.replicas = int(found.text)
        draft.set_by["replicas"] = found
    if replicas is not None and scale is not None and replicas.text != scale.text:
        shop.ledger.refused(scale, "deploy.replicas says otherwise", "keep one", rule="replicas")


def _roll_out(draft: Draft, shop: Workshop) -> None:
    update = draft.get("deploy", "update_config")
    if update is None:
        return
    percents: dict[str, int] = {}
    if order := update.get("order"):
        if order.text in _ORDERS:
            least, most = _ORDERS[order.text]
            percents = {"minimumHealthyPercent": least, "maximumPercent": most}
            words = f"at least {least} percent stay healthy, at most {most} percent run"
            shop.ledger.altered(order, words, "minimumHealthyPercent and maximumPercent")
        else:
            shop.ledger.refused(
                order, "no such order", "give start-first or stop-first", rule="order"
            )
    for key, member in (
        ("x-aws-min_percent", "minimumHealthyPercent"),
        ("x-aws-max_percent", "maximumPercent"),
    ):
        if (number := _whole(update.get(key), shop)) is not None:
            percents[member] = number
    draft.service.update(percents)
    if action := update.get("failure_action"):
        breaker = _FAILURES.get(action.text)
        if breaker is None:
            known = ", ".join(_FAILURES)
            shop.ledger.refused(action, "no such action", f"give {known}", rule="failure-action")
            return
        draft.service["circuitBreaker"] = breaker
        if action.text == "pause":
            shop.ledger.altered(
                action, "ECS gives the deployment up and leaves it", "circuit breaker"
            )


def _scaling(draft: Draft, shop: Workshop) -> None:
    found = draft.get("deploy", "x-aws-autoscaling")
    if found is None:
        return
    for key in ("min", "max", "cpu", "memory"):
        number = _whole(found.get(key), shop)
        if number is not None:
            draft.scaling[key] = number
    if draft.scaling.get("max", 0) < draft.scaling.get("min", 1):
        shop.ledger.refused(found, "`max:` is missing or below `min:`", rule="autoscaling")
    elif not draft.scaling.keys() & {"cpu", "memory"}:
        shop.ledger.refused(
            found,
            "nothing says when to scale",
            "give `cpu:` or `memory:` in percent",
            rule="autoscaling",
        )


def _whole(found: Found | None, shop: Workshop) -> int | None:
    if found is None:
        return None
    if not found.text.isdigit():
        shop.ledger.refused(found, "a whole number is required", rule="number")
        return None
    return int(found.text)
