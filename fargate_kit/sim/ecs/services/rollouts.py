"""The course of deployments: begun, completed, failed, rolled back, overtaken."""

from __future__ import annotations

from collections.abc import Callable

from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.services import wording
from fargate_kit.sim.ecs.services.events import EventLog, Identities
from fargate_kit.sim.ecs.services.state import (
    DeploymentState,
    ReleaseState,
    RevisionState,
    ServiceState,
    Specification,
    Tally,
)
from fargate_kit.sim.wording import Phrase


class Rollouts:
    """Moves the deployments and service deployments of one region through their states.

    Source: Developer Guide, pages service-deployment and deployment-circuit-breaker.

    Args:
        ground: The region.
        events: Where services say what happens.
        identities: Draws ids.
        kick: Has a service reconciled.
    """

    def __init__(
        self,
        ground: Ground,
        events: EventLog,
        identities: Identities,
        kick: Callable[[ServiceState], None],
    ) -> None:
        self._ground = ground
        self._events = events
        self._identities = identities
        self._kick = kick

    def begin(self, service: ServiceState, specification: Specification) -> None:
        """Make a new deployment the primary one; the last one is overtaken."""
        now = self._ground.engine.now
        cluster = service.cluster.name
        revision = RevisionState(
            arn=self._identities.revision(cluster, service.name),
            created_at=now,
            specification=specification,
        )
        sources = tuple(dict.fromkeys(one.revision for one in service.deployments))
        if service.deployments:
            self._overtake(service)
        service.specification = specification
        identity = self._identities.deployment()
        service.deployments.insert(
            0,
            DeploymentState(
                id=identity,
                revision=revision,
                created_at=now,
                updated_at=now,
                desired=service.desired,
                rollout_reason=wording.IN_PROGRESS.say(id=identity),
            ),
        )
        service.revisions[revision.arn] = revision
        breaker = service.configuration.breaker
        service.releases.append(
            ReleaseState(
                arn=self._identities.release(cluster, service.name),
                created_at=now,
                updated_at=now,
                target=revision,
                sources=sources,
                configuration=service.configuration,
                threshold=breaker.threshold(service.desired) if breaker.enable else 0,
                breaker="MONITORING" if breaker.enable else "DISABLED",
            )
        )

    def advance(self, service: ServiceState) -> None:
        """Take the steps that a request has asked for and that need no task."""
        now = self._ground.engine.now
        for release in reversed(service.releases):
            if not release.ongoing:
                break
            if release.status == "STOP_REQUESTED":
                self._end(service, release, "STOPPED")
                release.stopped_at = now
        release = service.release
        if release.status == "PENDING":
            release.status = "IN_PROGRESS"
            release.started_at = release.updated_at = now
        elif release.status == "ROLLBACK_REQUESTED":
            if release.started_at is None:
                release.started_at = now
            self._roll_back(
                service, wording.ROLLBACK_ASKED, wording.ROLLS_BACK_BY_REQUEST, failed=False
            )

    def count_failure(self, service: ServiceState, deployment: DeploymentState) -> None:
        """Count a task that failed while its deployment was in progress."""
        if deployment.rollout_state != "IN_PROGRESS":
            return
        deployment.failed += 1
        if deployment is service.primary and service.release.ongoing:
            service.release.failures = deployment.failed

    def count_success(self, service: ServiceState, deployment: DeploymentState) -> None:
        """Take note that a task has become healthy."""
        if not service.configuration.breaker.reset_on_healthy_task:
            return
        deployment.failed = 0
        if deployment is service.primary and service.release.ongoing:
            service.release.failures = 0

    def breaks(self, service: ServiceState) -> bool:
        """Tell whether the circuit breaker fails the primary deployment now."""
        breaker, primary = service.configuration.breaker, service.primary
        if not breaker.enable or primary.rollout_state != "IN_PROGRESS":
            return False
        threshold = breaker.threshold(service.desired)
        if service.release.ongoing:
            service.release.threshold = threshold
        return primary.failed >= threshold

    def fail(self, service: ServiceState) -> None:
        """Fail the primary deployment, and roll back if that is wished and possible."""
        failed, release = service.primary, service.release
        self._events.say(service, wording.DEPLOYMENT_FAILED, id=failed.id)
        self._set(failed, "FAILED", wording.BREAKER_FAILED.say())
        release.breaker = "TRIGGERED"
        if release.status == "ROLLBACK_IN_PROGRESS":
            release.reason = wording.NO_CANDIDATE.say()
            self._end(service, release, "ROLLBACK_FAILED")
        elif service.configuration.breaker.rollback:
            self._roll_back(
                service, wording.THRESHOLD_EXCEEDED, wording.BREAKER_ROLLS_BACK, failed=True
            )
        elif release.ongoing:
            release.reason = wording.STALLED.say()
            release.status = "STOP_REQUESTED"

    def complete(self, service: ServiceState) -> None:
        """Complete the primary deployment."""
        primary, release = service.primary, service.release
        primary.failed = 0
        primary.established = True
        self._set(primary, "COMPLETED", wording.COMPLETED.say(id=primary.id))
        service.candidate = primary
        self._events.say(service, wording.DEPLOYMENT_COMPLETED, id=primary.id)
        if release.status == "ROLLBACK_IN_PROGRESS":
            self._end(service, release, "ROLLBACK_SUCCESSFUL")
        elif release.ongoing:
            if release.breaker == "MONITORING":
                release.breaker = "MONITORING_COMPLETE"
            release.failures = 0
            self._end(service, release, "SUCCESSFUL")

    def tallies(self, service: ServiceState, release: ReleaseState) -> dict[str, Tally]:
        """Count the tasks of a service deployment's revisions; as they were when it ended."""
        if release.tallies is not None:
            return release.tallies
        return {
            revision.arn: tally(service, revision)
            for revision in (*release.sources, release.target)
        }

    def _roll_back(
        self, service: ServiceState, reason: Phrase, rollout_reason: Phrase, *, failed: bool
    ) -> None:
        release, last, candidate = service.release, service.primary, service.candidate
        now = self._ground.engine.now
        release.status = "ROLLBACK_IN_PROGRESS"
        release.reason = release.rollback_reason = reason.say()
        release.rollback_at = release.updated_at = now
        if not failed:
            self._set(last, "FAILED", wording.STOPPED_BY_REQUEST.say(id=last.id))
        if candidate is None:
            release.reason = wording.NO_CANDIDATE.say()
            self._end(service, release, "ROLLBACK_FAILED")
            return
        release.rollback_to = candidate.revision
        service.candidate = None
        self._demote(last)
        if candidate in service.deployments:
            service.deployments.remove(candidate)
        service.deployments.insert(0, candidate)
        candidate.status = "PRIMARY"
        candidate.desired = service.desired
        candidate.failed = candidate.wave = 0
        candidate.retry_at = None
        candidate.complete_at = now + self._ground.engine.clock.ticks(self._ground.timing.rollback)
        self._set(candidate, "IN_PROGRESS", rollout_reason.say(id=candidate.id))
        service.specification = candidate.revision.specification
        self._events.say(service, wording.ROLLING_BACK, id=candidate.id)
        self._ground.engine.after(
            self._ground.timing.rollback,
            lambda: self._kick(service),
            name=f"end the rollback of service {service.name}",
        )

    def _overtake(self, service: ServiceState) -> None:
        self._demote(service.primary)
        release = service.release
        if release.ongoing:
            release.status = "STOP_REQUESTED"
            release.reason = wording.OVERTAKEN.say()
            release.updated_at = self._ground.engine.now

    def _demote(self, deployment: DeploymentState) -> None:
        deployment.status = "ACTIVE"
        deployment.updated_at = self._ground.engine.now
        deployment.retry_at = None
        deployment.extra = 0
        if deployment.retry is not None:
            self._ground.engine.cancel(deployment.retry)
            deployment.retry = None

    def _set(self, deployment: DeploymentState, state: str, reason: str) -> None:
        deployment.rollout_state = state
        deployment.rollout_reason = reason
        deployment.updated_at = self._ground.engine.now

    def _end(self, service: ServiceState, release: ReleaseState, status: str) -> None:
        release.tallies = self.tallies(service, release)
        release.status = status
        release.finished_at = release.updated_at = self._ground.engine.now


def tally(service: ServiceState, revision: RevisionState) -> Tally:
    """Count the tasks of a revision, in whichever deployments they are."""
    deployments = [one for one in service.deployments if one.revision is revision]
    return Tally(
        requested=sum(one.desired for one in deployments),
        running=sum(one.roster.running for one in deployments),
        pending=sum(one.roster.pending for one in deployments),
    )
