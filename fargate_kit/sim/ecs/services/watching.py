"""What happens to the tasks of services, as it happens: they arrive, fall ill, leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.launch import Launcher
from fargate_kit.sim.ecs.lifecycle import Lifecycle
from fargate_kit.sim.ecs.services.balancing import Balancer
from fargate_kit.sim.ecs.services.events import EventLog
from fargate_kit.sim.ecs.services.judging import Judge
from fargate_kit.sim.ecs.services.rollouts import Rollouts
from fargate_kit.sim.ecs.services.roster import Member, Standing
from fargate_kit.sim.ecs.services.scheduler import Scheduler
from fargate_kit.sim.ecs.services.starting import Starter
from fargate_kit.sim.ecs.services.state import DeploymentState, ServiceState
from fargate_kit.sim.ecs.services.stopping import Stopper
from fargate_kit.sim.ecs.services.targets import Targets
from fargate_kit.sim.ecs.state import TaskState
from fargate_kit.sim.load_balancing.protocol import LoadBalancing

_STILL_THERE = frozenset({"RUNNING", "DEACTIVATING"})


@dataclass(frozen=True, slots=True)
class Post:
    """A task and whose it is."""

    service: ServiceState
    deployment: DeploymentState
    member: Member


class Watch:
    """Follows the tasks of one region's services, and has services reconciled.

    Args:
        ground: The region.
        lifecycle: Tells of tasks, and stops them.
        launcher: Starts tasks.
        events: Where services say what happens.
        rollouts: Moves their deployments.
        balancing: Gives the region's load balancing, if it has any.
    """

    def __init__(
        self,
        ground: Ground,
        lifecycle: Lifecycle,
        launcher: Launcher,
        events: EventLog,
        rollouts: Rollouts,
        balancing: Callable[[], LoadBalancing | None],
    ) -> None:
        self._ground = ground
        self._lifecycle = lifecycle
        self._rollouts = rollouts
        self._posts: dict[str, Post] = {}
        targets = Targets(
            balancing, changed=self._target_changed, left=lambda one: lifecycle.left(one.task)
        )
        self._targets = targets
        self._judge = Judge(ground, targets)
        self._stopper = Stopper(ground, lifecycle, events, targets)
        self._starter = Starter(
            ground, launcher, events, rollouts, joined=self._joined, kick=self.kick
        )
        self._scheduler = Scheduler(
            ground,
            events,
            rollouts,
            self._starter,
            self._stopper,
            Balancer(ground, events, self._starter),
        )
        lifecycle.observers.append(self._task_changed)
        lifecycle.drain = self._drain

    def kick(self, service: ServiceState) -> None:
        """Have a service reconciled at this instant, once."""
        if service.kick is None and service.status != "INACTIVE":
            service.kick = self._ground.engine.after(
                0.0, lambda: self._reconcile(service), name=f"reconcile service {service.name}"
            )

    def post(self, task_id: str) -> Post | None:
        """Find a living or leaving task of a service."""
        return self._posts.get(task_id)

    def _reconcile(self, service: ServiceState) -> None:
        service.kick = None
        service.again = False
        self._scheduler.reconcile(service)
        if service.again:
            self.kick(service)

    def _joined(self, service: ServiceState, deployment: DeploymentState, member: Member) -> None:
        deployment.roster.add(member)
        self._posts[member.task.id] = Post(service, deployment, member)

    def _task_changed(self, task: TaskState) -> None:
        post = self._posts.get(task.id)
        if post is None:
            return
        member = post.member
        if task.desired_status == "STOPPED":
            self._set_timer(post, None)
            if member.living:
                self._lost(post)
            if task.last_status not in _STILL_THERE and member.standing is Standing.LEAVING:
                self._gone(post)
        elif task.last_status == "RUNNING":
            if member.standing is Standing.STARTING:
                self._arrived(post)
            self._assess(post)

    def _arrived(self, post: Post) -> None:
        service, deployment, member = post.service, post.deployment, post.member
        member.ran = True
        deployment.roster.move(member, Standing.WAITING)
        if not deployment.revision.digests:
            deployment.revision.digests = {
                one.name: one.image_digest for one in member.task.containers if one.image_digest
            }
        self._starter.ran(service, deployment)
        service.registered.update(self._targets.register(member, deployment))
        self.kick(service)

    def _assess(self, post: Post) -> None:
        """Judge a RUNNING task anew."""
        service, deployment, member = post.service, post.deployment, post.member
        verdict = self._judge.judge(service, member)
        self._set_timer(post, verdict.again_at)
        member.ailment = verdict.ailment
        if verdict.standing is member.standing:
            return
        deployment.roster.move(member, verdict.standing)
        if verdict.standing is Standing.HEALTHY and not member.proven:
            member.proven = True
            deployment.absorb(member)
            self._rollouts.count_success(service, deployment)
        self.kick(service)

    def _set_timer(self, post: Post, again_at: int | None) -> None:
        engine, member = self._ground.engine, post.member
        if member.timer is not None:
            engine.cancel(member.timer)
            member.timer = None
        if again_at is not None:
            member.timer = engine.after(
                (again_at - engine.now) / engine.clock.ticks(1.0),
                lambda: self._assess(post),
                name=f"judge task {member.task.id}",
            )

    def _lost(self, post: Post) -> None:
        """Take note that a task ends although its service did not want it to."""
        service, deployment, member = post.service, post.deployment, post.member
        deployment.roster.move(member, Standing.LEAVING)
        deployment.absorb(member)
        code = member.task.stop_code
        if not member.ran and code == "TaskFailedToStart":
            self._rollouts.count_failure(service, deployment)
            self._starter.never_ran(service, deployment, member)
        elif not member.proven and code == "EssentialContainerExited":
            # it ran, but never long enough to count; AWS is seen to count such crashes
            self._rollouts.count_failure(service, deployment)
        self.kick(service)

    def _gone(self, post: Post) -> None:
        member = post.member
        if member.expiry is not None:
            self._ground.engine.cancel(member.expiry)
            member.expiry = None
        post.deployment.roster.move(member, Standing.GONE)
        del self._posts[member.task.id]
        self.kick(post.service)

    def _drain(self, task: TaskState) -> float | None:
        post = self._posts.get(task.id)
        if post is None or not self._stopper.drain(post.service, post.deployment, post.member):
            return self._ground.timing.deactivation
        return None

    def _target_changed(self, member: Member) -> None:
        post = self._posts.get(member.task.id)
        if post is not None and member.living and member.ran:
            self._assess(post)
