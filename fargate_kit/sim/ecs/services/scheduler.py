"""The service scheduler: brings the tasks of a service to what it shall have, kick by kick."""

from __future__ import annotations

from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.services import wording
from fargate_kit.sim.ecs.services.balancing import Balancer
from fargate_kit.sim.ecs.services.events import EventLog
from fargate_kit.sim.ecs.services.rollouts import Rollouts
from fargate_kit.sim.ecs.services.roster import LIVING, Member, Standing
from fargate_kit.sim.ecs.services.starting import Starter
from fargate_kit.sim.ecs.services.state import DeploymentState, ServiceState
from fargate_kit.sim.ecs.services.stopping import PROTECTED, Stopper

BLOCKED = "blocked"


class Scheduler:
    """Reconciles the services of one region.

    A kick plans one reconcile at the present instant, after all that is already due then.
    A reconcile looks at counts only, never at every task.

    Source: service model, DeploymentConfiguration; Developer Guide, pages
    deployment-type-ecs and ecs_services.
    """

    def __init__(
        self,
        ground: Ground,
        events: EventLog,
        rollouts: Rollouts,
        starter: Starter,
        stopper: Stopper,
        balancer: Balancer,
    ) -> None:
        self._ground = ground
        self._events = events
        self._rollouts = rollouts
        self._starter = starter
        self._stopper = stopper
        self._balancer = balancer

    def reconcile(self, service: ServiceState) -> None:
        """Do what can be done now for a service."""
        self._stopper.tell_registered(service)
        self._stopper.tell_drained(service)
        if service.status == "DRAINING":
            self._wind_up(service)
        if service.status != "ACTIVE":
            return
        self._rollouts.advance(service)
        if self._rollouts.breaks(service):
            self._fail(service)
        self._drop_replaced(service)
        service.primary.desired = service.desired
        moved = self._shrink(service)
        moved += self._grow(service)
        moved += self._replace_unhealthy(service)
        if self._rollouts.breaks(service):
            self._fail(service)
        self._conclude(service, idle=not moved)

    def _fail(self, service: ServiceState) -> None:
        primary = service.primary
        pending = primary.roster.pending
        chosen = self._stopper.choose(service, primary, pending, (Standing.STARTING,))
        self._stopper.dismiss(service, primary, chosen)
        self._rollouts.fail(service)
        service.again = True

    def _drop_replaced(self, service: ServiceState) -> None:
        if self._ground.engine.now < service.primary.complete_at:
            return
        for deployment in service.older:
            if deployment.roster.empty:
                deployment.status = "INACTIVE"
                service.deployments.remove(deployment)

    # fewer tasks

    def _shrink(self, service: ServiceState) -> int:
        """Stop what is not needed: of older deployments, and above the desired count.

        Unhealthy tasks are left to `_replace_unhealthy`.
        """
        primary, desired = service.primary, service.desired
        keep = max(0, service.configuration.minimum(desired) - primary.roster.healthy)
        for deployment in sorted(service.older, key=lambda one: not one.established):
            # The minimum is of tasks that stay RUNNING (service model, DeploymentConfiguration).
            roster = deployment.roster
            running = roster.count(Standing.WAITING, Standing.HEALTHY)
            worth = deployment.desired if deployment.established else running
            deployment.desired = min(deployment.desired, worth, keep)
            keep -= deployment.desired
        stopped = held = 0
        for deployment in service.deployments:
            surplus = max(0, deployment.roster.good - deployment.desired - deployment.extra)
            chosen = self._stopper.choose(service, deployment, surplus)
            self._stopper.dismiss(service, deployment, chosen)
            stopped += len(chosen)
            held += surplus - len(chosen)
        if held:
            self._tell_held(service)
        else:
            self._events.resolve(service, PROTECTED)
        return stopped

    def _tell_held(self, service: ServiceState) -> None:
        for deployment in service.deployments:
            if protected := deployment.roster.protected:
                self._events.complain(
                    service,
                    PROTECTED,
                    wording.HELD_BY_PROTECTION,
                    id=deployment.id,
                    count=protected,
                )
                return

    # more tasks

    def _grow(self, service: ServiceState) -> int:
        """Start what is missing, as far as the maximum allows."""
        started = 0
        for deployment in self._kept(service):
            roster = deployment.roster
            wanted = deployment.desired - roster.good
            missing = max(0, deployment.desired - roster.living)
            count = min(wanted, self._room(service))
            started += self._starter.start(
                service, deployment, count, replaced=max(0, count - missing)
            )
        return started

    def _replace_unhealthy(self, service: ServiceState) -> int:
        """Stop unhealthy tasks whose replacement has come, or cannot come before they go.

        Source: Developer Guide, pages ecs_services and deployment-type-ecs: a replacement
        is started first where the maximum allows; otherwise one task at a time is stopped.
        """
        moved = 0
        for deployment in service.deployments:
            roster = deployment.roster
            unhealthy = roster.count(Standing.UNHEALTHY)
            if not unhealthy:
                continue
            coming = roster.count(Standing.STARTING, Standing.WAITING)
            surplus = roster.living - deployment.desired
            count = min(unhealthy - min(unhealthy, coming), max(0, surplus))
            if deployment.rollout_state == "FAILED":
                count = unhealthy
            at_limit = not count and not coming and self._room(service) <= 0
            if at_limit:
                count = 1
            sick = list(roster.members(Standing.UNHEALTHY))[:count]
            chosen = [(member, self._stopper.take(deployment, member)) for member in sick]
            if at_limit and deployment in self._kept(service):
                self._starter.start(service, deployment, 1, replaced=1)
            for _ in chosen:
                self._rollouts.count_failure(service, deployment)
            self._stopper.dismiss(service, deployment, chosen)
            moved += len(chosen)
        return moved

    def _kept(self, service: ServiceState) -> list[DeploymentState]:
        """List the deployments for which tasks are started."""
        kept = [one for one in service.older if one.established]
        if service.primary.rollout_state != "FAILED":
            kept.insert(0, service.primary)
        return kept

    def _room(self, service: ServiceState) -> int:
        living = sum(one.roster.living for one in service.deployments)
        return service.configuration.maximum(service.desired) - living

    # the end

    def _conclude(self, service: ServiceState, *, idle: bool) -> None:
        """Complete the deployment, say that the service is steady, or why it is not."""
        if self._is_complete(service):
            self._rollouts.complete(service)
        primary = service.primary
        steady = (
            primary.rollout_state == "COMPLETED"
            and not service.older
            and primary.roster.living == primary.roster.healthy == service.desired
        )
        if not steady:
            self._events.hush(service)
        else:
            self._balancer.consider(service)
            if not service.steady or not idle:
                self._events.say_steady(service)
        service.steady = steady
        if idle and self._is_blocked(service):
            self._events.complain(service, BLOCKED, wording.BLOCKED)
        elif not idle:
            self._events.resolve(service, BLOCKED)

    def _is_complete(self, service: ServiceState) -> bool:
        primary, early = service.primary, service.configuration.early_success
        if primary.rollout_state != "IN_PROGRESS":
            return False
        if self._ground.engine.now < primary.complete_at:
            return False
        if service.older and (early is None or early.blocking):
            return False
        roster, desired = primary.roster, service.desired
        if early is None:
            return roster.living == roster.healthy == desired
        return roster.healthy >= service.configuration.required(desired)

    def _is_blocked(self, service: ServiceState) -> bool:
        primary = service.primary
        if primary.rollout_state != "IN_PROGRESS" or primary.roster.good >= service.desired:
            return False
        waiting = any(
            one.roster.count(Standing.STARTING, Standing.WAITING, Standing.LEAVING)
            for one in service.deployments
        )
        return not waiting and self._room(service) <= 0

    def _wind_up(self, service: ServiceState) -> None:
        """Stop whatever is left of a service that is deleted; protection does not count."""
        for deployment in service.deployments:
            members: list[Member] = list(deployment.roster.members(*LIVING))
            chosen = [(member, self._stopper.take(deployment, member)) for member in members]
            deployment.desired = 0
            self._stopper.dismiss(service, deployment, chosen)
            if deployment.retry is not None:
                self._ground.engine.cancel(deployment.retry)
        if all(deployment.roster.empty for deployment in service.deployments):
            self._close(service)

    def _close(self, service: ServiceState) -> None:
        service.status = "INACTIVE"
        service.deployments = []
        service.releases = []
        service.revisions = {}
        service.candidate = None
        service.tags = {}
        self._events.hush(service)
        self._balancer.forget(service)
