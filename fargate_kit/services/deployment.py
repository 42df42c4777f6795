"""One deployment of a service: its picture, its events, and its verdict."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Self

import anyio

from fargate_kit.core.deadline import Expired, check_timeout, look_within
from fargate_kit.core.session import Session
from fargate_kit.errors import (
    DeploymentFailed,
    DeploymentOvertaken,
    DeploymentRolledBack,
    FargateError,
    NotFound,
    ServiceDeleted,
    WaitTimeout,
)
from fargate_kit.model.deployment_evidence import Evidence
from fargate_kit.model.deployment_verdicts import Outcome, Rollout, rollout_members
from fargate_kit.model.service_events import EventKind, ServiceEvent
from fargate_kit.services.deployment_findings import gather
from fargate_kit.services.deployment_watch import (
    DeploymentWatch,
    describe_services,
    find_release,
)

__all__ = ["NO_PROGRESS", "TIMEOUT", "Deployment"]

# Without a circuit breaker ECS tries for ever, so a wait has an end by default.
TIMEOUT = 1800.0
NO_PROGRESS = 600.0

_ANSWERS: Mapping[Outcome, tuple[type[DeploymentFailed], str]] = {
    Outcome.FAILED: (DeploymentFailed, "failed"),
    Outcome.ROLLED_BACK: (DeploymentRolledBack, "was rolled back"),
    Outcome.OVERTAKEN: (DeploymentOvertaken, "was overtaken by another one before it completed"),
    Outcome.DELETED: (ServiceDeleted, "did not complete: the service was deleted"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment(Rollout):
    """One deployment of a service, as AWS described it at one moment.

    Attributes:
        id: `ecs-svc/…`; a task that it starts has it as `started_by`.
        status: `PRIMARY` is the newest; `ACTIVE` an older one that still has tasks; `INACTIVE` is
            one that AWS does not show any more.
        definition_arn: The revision that its tasks run.
        failed_tasks: How many tasks in a row did not start, or failed a health check.
        rollout_state: `IN_PROGRESS`, `COMPLETED` or `FAILED`.
        rollout_reason: AWS's words on that.
        raw: AWS's own answer.
    """

    service_arn: str
    cluster_arn: str
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    _session: Session = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any], service: Mapping[str, Any], session: Session) -> Self:
        """Parse a member of `deployments` of a service.

        Args:
            service: The member of `services` of DescribeServices that it belongs to.
        """
        return cls(
            **rollout_members(raw),
            service_arn=service["serviceArn"],
            cluster_arn=service["clusterArn"],
            raw=raw,
            _session=session,
        )

    def __str__(self) -> str:
        return (
            f"deployment {self.id} of {self.service_name}: {self.rollout_state or self.status}, "
            f"{self.running_count} of {self.desired_count} tasks"
        )

    @property
    def service_name(self) -> str:
        """The name of the service."""
        return self.service_arn.rpartition("/")[2]

    async def refresh(self) -> Deployment:
        """Return the deployment as it is now; this picture stays what it is.

        Returns:
            The deployment; as last seen, and INACTIVE, where the service does not show it any more.

        Raises:
            NotFound: AWS does not know the service any more.

        Calls:
            ecs:DescribeServices
        """
        found = await describe_services(self._session, self.cluster_arn, [self.service_arn])
        service = found[self.service_arn]
        if service is None:
            raise NotFound(
                "ecs:DescribeServices",
                "MISSING",
                f"AWS does not know {self.service_arn} (any more)",
            )
        for raw in service.get("deployments", ()):
            if raw.get("id") == self.id:
                return Deployment.from_api(raw, service, self._session)
        return self._gone(self.rollout_state)

    async def events(self) -> AsyncIterator[ServiceEvent]:
        """Yield what ECS says of the deployment, from its beginning until its verdict is plain.

        Each message comes once. Who begins late gets what AWS still has: the newest hundred of the
        service. The verdict itself is told by `wait()`, which has it at once then.

        Calls:
            those of `wait()`, without those for evidence
        """
        watch, told, over = self._watch(), dict[str, ServiceEvent](), False
        while True:
            outcome = await watch.next()
            for event in watch.events:
                if event.id not in told:
                    told[event.id] = event
                    yield event
            if over or outcome is Outcome.DELETED:
                return
            # AWS may say the last words a moment after it has changed the state.
            over = outcome is not Outcome.IN_PROGRESS
            if over and any(self._closes(event) for event in told.values()):
                return

    async def wait(
        self,
        *,
        timeout: float | None = TIMEOUT,
        no_progress_timeout: float | None = NO_PROGRESS,
        stop_on_cancel: bool = False,
    ) -> Deployment:
        """Wait until the deployment has completed; anything else is an error.

        It is judged by its id: that the service is stable means nothing, because a service that was
        rolled back is stable as well. Three of its tasks that stopped for one same lasting reason
        are an answer too, unless another holds out; where ECS itself is to roll back, its own
        answer is awaited for half a minute first, and a rollback to its end.

        Waiting is shared: N waiters cost ⌈N/10⌉ DescribeServices calls a round.

        Where AWS throttles, fails or cannot be reached, and botocore's five tries are spent, the
        wait goes on and asks again. After five minutes without any answer it ends with AWS's error.

        Args:
            timeout: Seconds on the connection's clock; None waits for ever.
            no_progress_timeout: Seconds in which neither more of its tasks run than ever before,
                nor fewer of the older ones; None waits for ever. While AWS tells nothing, they are
                not counted.
            stop_on_cancel: Whether ECS is asked to roll the deployment back if the wait is
                cancelled; the cancellation goes on then.

        Returns:
            The deployment, COMPLETED.

        Raises:
            DeploymentFailed: It failed, or cannot succeed; with the evidence.
            DeploymentRolledBack: ECS went back to what ran before, and that is done.
            DeploymentOvertaken: Another deployment took its place.
            ServiceDeleted: The service is being deleted, or is gone.
            WaitTimeout: It did not complete in time; `.last` is the evidence.
            Throttled, ApiError, EndpointUnreachable: AWS told nothing for five minutes; how the
                deployment ends is not known, and a note at the error says so.
            Denied: Looking at the service is not allowed.

        Calls:
            ecs:DescribeServices; where something goes wrong: ecs:ListServiceDeployments,
            ecs:DescribeServiceDeployments, ecs:ListTasks, ecs:DescribeTasks,
            logs:FilterLogEvents, elasticloadbalancing:DescribeTargetHealth;
            ecs:StopServiceDeployment on a cancellation where asked
        """
        check_timeout(timeout)
        check_timeout(no_progress_timeout, "no_progress_timeout")
        if self.rollout_state == "COMPLETED":
            return self
        watch = self._watch()
        try:
            outcome = await self._outcome(watch, timeout, no_progress_timeout)
        except anyio.get_cancelled_exc_class():
            if stop_on_cancel:
                with anyio.CancelScope(shield=True), suppress(FargateError):
                    await self.stop()
            raise
        if outcome is Outcome.COMPLETED:
            return self._completed(watch)
        evidence = await gather(self._session, watch, service=self.service_name)
        kind, verdict = _ANSWERS[outcome]
        raise kind(f"{self._named} {verdict}: {evidence}", evidence=evidence)

    async def stop(self) -> None:
        """Ask ECS to stop the deployment and to go back to the last one that completed.

        `wait()` tells when that is done, by DeploymentRolledBack.

        Raises:
            NotFound: AWS has no record of the deployment.
            ApiError: It is over already (`.code` tells).

        Calls:
            ecs:ListServiceDeployments, ecs:StopServiceDeployment
        """
        arn = await find_release(self._session, self.cluster_arn, self.service_arn, self.created_at)
        if arn is None:
            raise NotFound(
                "ecs:ListServiceDeployments", "MISSING", f"AWS has no record of {self._named}"
            )
        await self._session.api.call(
            "ecs", "StopServiceDeployment", serviceDeploymentArn=arn, stopType="ROLLBACK"
        )

    @property
    def _named(self) -> str:
        return f"deployment {self.id} of service {self.service_name}"

    def _watch(self) -> DeploymentWatch:
        return DeploymentWatch(
            self._session,
            cluster_arn=self.cluster_arn,
            service_arn=self.service_arn,
            rollout=self,
        )

    async def _outcome(
        self, watch: DeploymentWatch, timeout: float | None, no_progress_timeout: float | None
    ) -> Outcome:
        clock = self._session.clock
        began = clock.now()
        while True:
            late = None if timeout is None else began + timeout - clock.now()
            stuck = None
            if no_progress_timeout is not None and watch.trouble.error is None:
                stuck = watch.progressed_at + no_progress_timeout - clock.now()
            left = min((each for each in (late, stuck) if each is not None), default=None)
            try:
                outcome = await look_within(clock, left, watch.next)
            except Expired:
                evidence = await gather(self._session, watch, service=self.service_name)
                missed = left == late
                raise self._timed_out(
                    evidence, timeout if missed else no_progress_timeout, missed=missed
                ) from None
            if outcome is not Outcome.IN_PROGRESS:
                return outcome

    def _timed_out(self, evidence: Evidence, seconds: float | None, *, missed: bool) -> WaitTimeout:
        what = "did not complete within" if missed else "made no progress for"
        return WaitTimeout(f"{self._named} {what} {seconds or 0.0:g} s: {evidence}", last=evidence)

    def _completed(self, watch: DeploymentWatch) -> Deployment:
        service = watch.raw or {}
        for raw in service.get("deployments", ()):
            if raw.get("id") == self.id:
                return Deployment.from_api(raw, service, self._session)
        return self._gone("COMPLETED")

    def _gone(self, rollout_state: str) -> Deployment:
        return replace(
            self, status="INACTIVE", rollout_state=rollout_state, running_count=0, pending_count=0
        )

    def _closes(self, event: ServiceEvent) -> bool:
        ends = {EventKind.COMPLETED, EventKind.FAILED}
        return event.kind in ends and event.deployment_id == self.id
