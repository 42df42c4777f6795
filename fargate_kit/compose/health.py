"""Whether a container is well, and which come first."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from fargate_kit.compose.drafts import Draft, Workshop, bounded
from fargate_kit.compose.tree import Found, Items, Scalar
from fargate_kit.compose.units import seconds_in

__all__ = [
    "circles",
    "health_check",
    "refuse_unhealthy",
    "translate_dependencies",
    "translate_health",
]

_CONDITIONS = {
    "service_started": "START",
    "service_healthy": "HEALTHY",
    "service_completed_successfully": "SUCCESS",
}
# What Docker does where the file says nothing (Compose specification, healthcheck); ECS's own
# default for the timeout is 5 seconds.
_USUAL = {"interval": 30, "timeout": 30, "retries": 3}
# Lowest and highest of ECS's service model, HealthCheck.
_BOUNDS = {
    "interval": (5, 300, "seconds"),
    "timeout": (2, 60, "seconds"),
    "retries": (1, 10, "tries"),
    "start_period": (0, 300, "seconds"),
}


def translate_health(draft: Draft, shop: Workshop) -> None:
    """Translate the health check."""
    if found := draft.get("healthcheck"):
        check = health_check(found, shop)
        if check:
            draft.api["healthCheck"] = check
            draft.set_by["healthCheck"] = found


def health_check(found: Found, shop: Workshop) -> dict[str, object] | None:
    """Return AWS's `healthCheck`; None if there is to be none, or if it is refused.

    Source: ECS service model, HealthCheck.
    """
    disable, test = found.get("disable"), found.get("test") or found.get("command")
    if disable is not None and disable.is_true:
        return None
    if test is None and found.named("test") is not None:
        return None  # it cannot be read, which is said where it is read
    if test is None:
        reason = "it has no test, and ECS does not read the one of the image"
        shop.ledger.refused(found, reason, "give `test:`", rule="healthcheck")
        return None
    command = _command(test)
    if command == ["NONE"]:
        return None
    if not command or command[0] not in {"CMD", "CMD-SHELL"} or len(command) < 2:
        shop.ledger.refused(
            test,
            "a test is a text, or a list that begins with CMD, CMD-SHELL or NONE",
            rule="healthcheck",
        )
        return None
    check: dict[str, object] = {"command": command}
    for key, member in (
        ("interval", "interval"),
        ("timeout", "timeout"),
        ("retries", "retries"),
        ("start_period", "startPeriod"),
    ):
        number = _number(key, found.get(key), shop)
        if number is not None:
            check[member] = number
    if found.get("timeout") is None:
        note = "a timeout of 30 seconds is sent, as Docker has it; ECS's own would be 5"
        shop.ledger.mapped(found, "healthCheck", note)
    return check


def _command(test: Found) -> list[str]:
    if isinstance(test.node, Items):
        words = [item.text for item in test.items()]
        # The ECS CLI took a bare command as a list too.
        bare = words and test.key == "command" and words[0] not in {"CMD", "CMD-SHELL", "NONE"}
        return ["CMD", *words] if bare else words
    return ["CMD-SHELL", test.text] if test.text.strip() else []


def _number(key: str, found: Found | None, shop: Workshop) -> int | None:
    if found is None:
        return _USUAL.get(key)
    lowest, highest, what = _BOUNDS[key]
    try:
        exact = float(found.text) if key == "retries" else float(seconds_in(found.text))
    except ValueError as error:
        reason = "retries are a whole number" if key == "retries" else str(error)
        shop.ledger.refused(found, reason, rule="duration")
        return None
    if exact != ceil(exact):
        shop.ledger.altered(found, f"ECS takes whole {what}: {ceil(exact)}")
    return bounded(found, ceil(exact), lowest, highest, what, shop.ledger)


def translate_dependencies(draft: Draft, shop: Workshop) -> None:
    """Translate which services come first."""
    found = draft.get("depends_on")
    if found is None:
        return
    entries = (
        [(item.text, item, "service_started", True) for item in found.items()]
        if isinstance(found.node, Items | Scalar)
        else [_long_form(entry) for entry in found.entries()]
    )
    for name, entry, condition, required in entries:
        _dependency(name, entry, condition, required, draft, shop)
    if not shop.one_task and draft.needs:
        shop.ledger.altered(
            found, "services are made in this order; later, ECS starts them as it can", "order"
        )


def _long_form(entry: Found) -> tuple[str, Found, str, bool]:
    condition, required = entry.get("condition"), entry.get("required")
    return (
        entry.key,
        entry,
        condition.text if condition else "service_started",
        required is None or required.is_true,
    )


def _dependency(
    name: str, entry: Found, condition: str, required: bool, draft: Draft, shop: Workshop
) -> None:
    ledger = shop.ledger
    if condition not in _CONDITIONS:
        known = ", ".join(_CONDITIONS)
        ledger.refused(
            entry, f"there is no condition {condition!r}", f"give {known}", rule="depends-on"
        )
    elif name not in shop.drafts:
        if not required:
            ledger.altered(entry, f"{name} takes no part, and need not")
        elif name in shop.project.inactive:
            profiles = shop.project.inactive[name].get("profiles")
            names = " or ".join(item.text for item in profiles.items()) if profiles else ""
            ledger.refused(
                entry,
                f"{name} takes part only with a profile",
                f"--profile {names}",
                rule="depends-on",
            )
        else:
            ledger.refused(entry, f"there is no service {name!r}", rule="depends-on")
    elif condition == "service_completed_successfully" and not shop.one_task:
        ledger.refused(
            entry,
            f"{name} is to end, and an ECS service never does",
            f"use --topology one-task, where all have one count and {name} runs once in each task; "
            f"or run {name} as a task before, and take it out of the file and of `depends_on:`",
            rule="depends-on",
        )
    else:
        draft.needs[name] = _CONDITIONS[condition]
        draft.set_by[f"needs {name}"] = entry
        if condition == "service_completed_successfully":
            shop.drafts[name].essential = False


def refuse_unhealthy(shop: Workshop) -> None:
    """Refuse to wait for the health of a container that has no health check."""
    for draft in shop.drafts.values():
        for name, condition in draft.needs.items():
            if condition == "HEALTHY" and "healthCheck" not in shop.drafts[name].api:
                shop.ledger.refused(
                    draft.set_by[f"needs {name}"],
                    f"{name} has no health check, and ECS does not read the one of its image",
                    f"give {name} a `healthcheck:`",
                    rule="depends-on",
                )


def circles(needs: Mapping[str, Mapping[str, str]]) -> list[list[str]]:
    """Return the circles among dependencies, each once, as the names around it."""
    found: list[list[str]] = []
    done: set[str] = set()
    for start in needs:
        if start in done:
            continue
        path: list[str] = []
        _walk(start, needs, path, done, found)
    return found


def _walk(
    name: str,
    needs: Mapping[str, Mapping[str, str]],
    path: list[str],
    done: set[str],
    found: list[list[str]],
) -> None:
    """Go from one name to what it needs; iterative, for chains may be long."""
    stack = [(name, iter(needs.get(name, ())))]
    path.append(name)
    while stack:
        current, rest = stack[-1]
        following = next(rest, None)
        if following is None:
            done.add(current)
            path.pop()
            stack.pop()
        elif following in path:
            found.append([*path[path.index(following) :], following])
        elif following not in done:
            path.append(following)
            stack.append((following, iter(needs.get(following, ()))))
