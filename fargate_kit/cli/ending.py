"""Waits for what was asked of a service, shows it meanwhile, and tells how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from fargate_kit.cli.desk import Desk
from fargate_kit.cli.facts import deployment_facts, service_facts
from fargate_kit.cli.failing import FAILED
from fargate_kit.cli.rollout import watched
from fargate_kit.cli.screen import console, errors, print_hanging
from fargate_kit.cli.verdict import LABEL, evidence_of, print_failure, verdict_facts
from fargate_kit.errors import FargateError

if TYPE_CHECKING:
    from fargate_kit.services.deployment import Deployment
    from fargate_kit.services.service import Service

__all__ = ["end_deployment", "end_scaling"]

# ECS's own clock and ours may be apart by so much.
CLOCKS_APART = timedelta(seconds=2)


async def end_deployment(
    desk: Desk,
    service: Service,
    deployment: Deployment,
    *,
    timeout: float | None,
    facts: Mapping[str, Any],
    began: bool = True,
) -> int:
    """Wait for a deployment's verdict and tell it.

    Args:
        service: As it was before.
        timeout: Seconds; None does not wait.
        facts: What `--json` tells beside the deployment.
        began: Whether the deployment is a new one, and not the count alone was changed.

    Returns:
        The exit code.
    """
    name, definition = service.name, deployment.definition_arn.rpartition("/")[2]
    goes_on = f"deployment {deployment.id} of {name} goes on"
    if timeout is None:
        _tell(desk, {**facts, "deployment": deployment_facts(deployment)}, goes_on)
        return 0
    desk.left = f"{goes_on}; `fargate-kit rollback {name}` takes it back"
    clock = desk.aws.clock
    start = clock.now()
    since = deployment.created_at if began else desk.now

    async def wait() -> Service:
        await deployment.wait(timeout=timeout)
        left = max(1.0, start + timeout - clock.now())
        fresh = await service.refresh()
        if fresh.deployment.id != deployment.id:
            return fresh
        return await fresh.wait_stable(timeout=left)

    try:
        stands = await watched(desk, service, wait, since=since - CLOCKS_APART if since else None)
    except FargateError as error:
        now = await _has_now(service)
        facts = {**facts, "deployment": deployment_facts(deployment), "has_now": now}
        return _fail(desk, error, facts, now=now)
    desk.left = None
    took = clock.now() - start
    final = next((each for each in stands.deployments if each.id == deployment.id), deployment)
    runs = f"{stands.running_count} of {stands.desired_count} tasks run"
    _tell(
        desk,
        {**facts, "deployment": deployment_facts(final), "seconds": round(took, 1)},
        f"[bold green]✓[/] {name} has {definition}: {runs} after {took:.0f} s",
    )
    return 0


async def end_scaling(desk: Desk, service: Service, *, timeout: float | None) -> int:
    """Wait until a service has as many tasks as it shall have, and tell it.

    Args:
        service: As AWS answered to the change.
        timeout: Seconds; None does not wait.

    Returns:
        The exit code.
    """
    count = service.desired_count
    if timeout is None:
        _tell(desk, service_facts(service), f"{service.name} shall have {_tasks(count)}")
        return 0
    desk.left = f"{service.name} goes on towards {_tasks(count)}"
    start = desk.aws.clock.now()

    async def wait() -> Service:
        return await service.wait_stable(timeout=timeout)

    try:
        stands = await watched(desk, service, wait, since=desk.now - CLOCKS_APART)
    except FargateError as error:
        return _fail(desk, error, service_facts(service))
    desk.left = None
    took = desk.aws.clock.now() - start
    verdict = f"[bold green]✓[/] {stands.name} has {_tasks(stands.running_count)}"
    _tell(desk, service_facts(stands), f"{verdict} after {took:.0f} s")
    return 0


def _tell(desk: Desk, facts: Mapping[str, Any], text: str) -> None:
    if desk.as_json:
        desk.facts(facts)
    else:
        console.print(text, soft_wrap=True)


async def _has_now(service: Service) -> str | None:
    """Return which definition a service has after a deployment that failed, in words."""
    try:
        fresh = await service.refresh()
    except FargateError:
        return None
    definition = fresh.definition_arn.rpartition("/")[2]
    return f"{definition}, {fresh.running_count} of {fresh.desired_count} tasks run"


def _fail(
    desk: Desk, error: FargateError, facts: Mapping[str, Any], *, now: str | None = None
) -> int:
    if desk.as_json:
        desk.facts({**facts, **verdict_facts(error)})
    evidence = evidence_of(error)
    if evidence is None:
        typer.echo(f"fargate-kit: {error}", err=True)
    else:
        print_failure(errors, error, evidence, desk.now)
        if now is not None:
            print_hanging(errors, Text(f"  {'now':{LABEL}}", "bright_black"), now)
    return FAILED


def _tasks(count: int) -> str:
    return f"{count} task{'s' * (count != 1)}"
