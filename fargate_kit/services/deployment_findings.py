"""Gathers the evidence on a deployment that did not succeed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fargate_kit.core.session import Session
from fargate_kit.errors import FargateError, NotFound
from fargate_kit.model.deployment_evidence import Cause, Evidence, TargetHealth, cause_of
from fargate_kit.model.values import LogLine
from fargate_kit.services.deployment_watch import DeploymentWatch

__all__ = ["gather"]


async def gather(session: Session, watch: DeploymentWatch, *, service: str) -> Evidence:
    """Join what is known of a deployment: its stopped tasks, events, targets and log.

    What cannot be looked at is named in `not_seen`, and hides nothing else.

    Calls:
        ecs:ListTasks, ecs:DescribeTasks; elasticloadbalancing:DescribeTargetHealth for each target
        group; logs:FilterLogEvents where a container failed that had run
    """
    not_seen: list[str] = []
    if watch.trouble.error is not None:
        not_seen.append(f"the deployment itself, {watch.trouble}")
    try:
        await watch.tasks.look()
    except NotFound:
        not_seen.append("tasks that stopped last: AWS does not know the service any more")
    except FargateError as error:
        not_seen.append(f"tasks that stopped: {error}")
    targets = await _targets(session, watch.raw or {}, not_seen)
    failures = tuple(task for task in watch.tasks.stopped if task.is_failure)
    events = tuple(event for event in watch.events if event.is_trouble)
    cause = watch.lasting or cause_of(failures, events, targets, said=_said(watch))
    sighting, rollout = watch.sighting, watch.rollout
    release = sighting.release if sighting else None
    return Evidence(
        service=service,
        deployment_id=rollout.id,
        definition_arn=rollout.definition_arn,
        rollout_state=sighting.own.rollout_state if sighting and sighting.own else "",
        status=release.status if release else None,
        rolled_back_to=release.rolled_back_to if release else None,
        desired_count=watch.wanted,
        running_count=rollout.running_count,
        pending_count=rollout.pending_count,
        failed_tasks=rollout.failed_tasks,
        cause=cause,
        stopped_tasks=failures,
        events=events,
        log=await _last_words(watch, cause, not_seen),
        targets=targets,
        not_seen=tuple(not_seen),
    )


async def _targets(
    session: Session, raw: Mapping[str, Any], not_seen: list[str]
) -> tuple[TargetHealth, ...]:
    found: list[TargetHealth] = []
    for balancer in raw.get("loadBalancers", ()):
        if (arn := balancer.get("targetGroupArn")) is None:
            continue
        try:
            reply = await session.api.call("elbv2", "DescribeTargetHealth", TargetGroupArn=arn)
        except FargateError as error:
            not_seen.append(f"health of the targets: {error}")
            continue
        found += [
            TargetHealth.from_api(each, arn) for each in reply.get("TargetHealthDescriptions", ())
        ]
    return tuple(found)


async def _last_words(
    watch: DeploymentWatch, cause: Cause, not_seen: list[str]
) -> tuple[LogLine, ...]:
    if cause.task is None or cause.task.ran is None:
        return ()
    try:
        return await watch.tasks.last_words(cause.task)
    except FargateError as error:
        not_seen.append(f"the log: {error}")
        return ()


def _said(watch: DeploymentWatch) -> str:
    release = watch.sighting.release if watch.sighting else None
    return (release.reason if release else "") or watch.rollout.rollout_reason
