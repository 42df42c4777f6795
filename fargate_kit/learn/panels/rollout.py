"""Panels that follow the targets behind a load balancer, and a deployment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import anyio
import ipywidgets as widgets

from fargate_kit.connections.connection import Connection
from fargate_kit.errors import DeploymentFailed, NotFound, WaitTimeout
from fargate_kit.learn.bridge import Bridge
from fargate_kit.learn.panels.panel import Panel, pause_of
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.reading_balancing import (
    TargetReader,
    before,
    moment_of,
    next_after,
    speed_of_account,
    timeline_of,
)
from fargate_kit.learn.showing import show
from fargate_kit.learn.views.deployment_timeline import (
    Moment,
    deployment_timeline,
    deployment_timeline_text,
)
from fargate_kit.learn.views.target_health import target_health, target_health_text
from fargate_kit.load_balancing.load_balancer import LoadBalancer
from fargate_kit.load_balancing.target_group import TargetGroup
from fargate_kit.services import finding
from fargate_kit.services.deployment import Deployment
from fargate_kit.services.service import Service

__all__ = ["DeploymentPanel", "TargetsPanel"]

# Seconds of Fargate between two looks; a simulated account has them sooner than an eye.
LOOK_EVERY = 2.0
MOST_MOMENTS = 400
# A deployment of before today is shown as it is now, and not with all the time since.
LONGEST_PAST = 86_400.0


class TargetsPanel(Panel):
    """The targets behind a load balancer, or of one group, followed until it is gone."""

    def __init__(self, bridge: Bridge, aws: Connection, of: LoadBalancer | TargetGroup) -> None:
        self._board = widgets.HTML()
        super().__init__(self._board)
        self._reader = TargetReader(aws, of)
        self._pause = pause_of(aws.clock, LOOK_EVERY)
        bridge.enter(self._follow)

    async def _follow(self) -> None:
        while True:
            try:
                board = await self._reader.board()
            except NotFound:
                return
            self._say(self._board, Picture(target_health_text(board), target_health(board)))
            await anyio.sleep(self._pause)


class DeploymentPanel(Panel):
    """A deployment, followed until nothing of the others is left, or the next one begins."""

    def __init__(self, bridge: Bridge, deployment: Deployment) -> None:
        self._line = widgets.HTML()
        super().__init__(self._line)
        self._say(self._line, show(deployment))
        self._deployment = deployment
        self._speed = speed_of_account(deployment)
        self._old = ""
        self._moments: list[Moment] = []
        self._ends: datetime | None = None
        bridge.enter(self._follow)

    async def _follow(self) -> None:
        pause = pause_of(self._deployment._session.clock, LOOK_EVERY)
        while True:
            first = self._deployment
            try:
                service = await finding.describe(
                    first._session, first.cluster_arn, first.service_name
                )
            except NotFound:
                return
            await self._keep_up(service)
            self._see(service)
            if service.status == "INACTIVE" or self._is_over(service):
                return
            await anyio.sleep(pause)

    async def _keep_up(self, service: Service) -> None:
        """Take the deployment's newest picture; one that went between two looks has a verdict."""
        own = [each for each in service.deployments if each.id == self._deployment.id]
        if own:
            self._deployment = own[0]
        elif self._deployment.rollout_state == "IN_PROGRESS":
            self._deployment = await _ended(self._deployment)

    def _see(self, service: Service) -> None:
        self._ends = self._ends or next_after(service, self._deployment)
        if self._ends is None:
            self._old = self._old or before(service, self._deployment)
            self._note(moment_of(service, self._deployment.id, self._seconds()))
        line = timeline_of(
            service,
            self._deployment,
            self._moments or [Moment(seconds=0.0, new=self._deployment.running_count, old=0)],
            old=self._old,
            speed=self._speed,
            ends=self._ends,
        )
        self._say(self._line, Picture(deployment_timeline_text(line), deployment_timeline(line)))

    def _note(self, moment: Moment) -> None:
        """Keep what differs, and the last look; of a very long deployment, the last part."""
        kept = self._moments
        if len(kept) > 1 and _same(kept[-1], moment) and _same(kept[-2], moment):
            kept.pop()
        kept.append(moment)
        del kept[:-MOST_MOMENTS]

    def _seconds(self) -> float:
        began = self._deployment.created_at
        if began is None:
            return 0.0
        real = (datetime.now(UTC) - began).total_seconds()
        return max(0.0, real * self._speed) if real < LONGEST_PAST else 0.0

    def _is_over(self, service: Service) -> bool:
        if self._ends is not None:
            return True
        if len(service.deployments) > 1:
            return False
        return all(each.rollout_state != "IN_PROGRESS" for each in service.deployments)


async def _ended(deployment: Deployment) -> Deployment:
    try:
        return await deployment.wait(timeout=60)
    except DeploymentFailed as failed:
        return replace(
            deployment,
            status="INACTIVE",
            rollout_state="FAILED",
            rollout_reason=failed.reason,
            running_count=0,
            failed_tasks=failed.evidence.failed_tasks,
        )
    except WaitTimeout:
        return deployment


def _same(one: Moment, other: Moment) -> bool:
    return (one.new, one.old) == (other.new, other.old)
