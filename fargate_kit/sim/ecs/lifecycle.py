"""The life of a task: from its network interface to the hour after which it is forgotten."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from fargate_kit.sim.awslogs import log_target
from fargate_kit.sim.ecs import wording
from fargate_kit.sim.ecs.containers import ContainerGroup
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.images import PullFailed, Registry
from fargate_kit.sim.ecs.interfaces import InterfaceFailed, Interfaces
from fargate_kit.sim.ecs.state import ContainerState, TaskState
from fargate_kit.sim.engine import Entry
from fargate_kit.sim.iam.starting import Granted, Starting, StartRefused
from fargate_kit.sim.network import Addresses


@dataclass(slots=True)
class _Life:
    """The machinery behind a task that is not STOPPED yet.

    Args:
        entry: What happens to the task next, unless something else comes first.
        group: Its containers, once they are about to start.
        granted: What its roles and its network have given it for the start.
    """

    task: TaskState
    chance: random.Random
    entry: Entry | None = None
    group: ContainerGroup | None = None
    granted: Granted = field(default_factory=Granted)


class Lifecycle:
    """Moves tasks through their states (Developer Guide, page task-lifecycle-explanation).

    `observers` are told of every change of a task, when it has happened; `drain` says for
    how many seconds a task stays DEACTIVATING, or None: until `left` is called. Both are for
    whoever schedules services. `starting` checks roles and network before a task starts; with
    None they are taken to be right.
    """

    def __init__(self, ground: Ground, addresses: Addresses) -> None:
        self._ground = ground
        self._interfaces = Interfaces(ground, addresses)
        self._registry = Registry(ground)
        self._lives: dict[str, _Life] = {}
        self.starting: Starting | None = None
        self.observers: list[Callable[[TaskState], None]] = []
        self.drain: Callable[[TaskState], float | None] = lambda task: ground.timing.deactivation

    def begin(self, task: TaskState) -> None:
        """Take a new task, PROVISIONING, into its life."""
        life = _Life(task, self._ground.engine.random("life", task.id))
        self._lives[task.id] = life
        timing = self._ground.timing
        if self._ground.faults.interface_times_out():
            self._next(life, timing.network_interface_timeout, self._time_out, "give up")
        else:
            self._next(life, timing.network_interface, self._attach, "attach an interface")
        self._observe(task)

    def stop(
        self, task: TaskState, code: str, reason: str, *, signal_at_once: bool = False
    ) -> None:
        """Begin the end of a task; of a task whose end has begun already nothing changes.

        Args:
            task: The task.
            code: AWS's stopCode.
            reason: Becomes its stoppedReason.
            signal_at_once: Whether SIGTERM does not wait until the task has left its load
                balancers.
        """
        life = self._lives.get(task.id)
        if life is None or task.desired_status == "STOPPED":
            return
        if life.entry is not None:
            self._ground.engine.cancel(life.entry)
        task.cluster.give_up(task)
        task.stop_code = code
        task.stopped_reason = reason
        task.stopping_at = self._ground.engine.now
        if task.last_status == "RUNNING":
            self._enter(task, "DEACTIVATING")
            life.entry = None
            if (seconds := self.drain(task)) is not None:
                self._next(life, seconds, self._signal, "stop containers", exactly=True)
            if signal_at_once and life.group is not None:
                life.group.stop()
                self._all_stopped(life)
        elif task.last_status == "ACTIVATING":
            self._signal(life)
        else:
            self._end_without_containers(life)

    def containers(self, task: TaskState) -> ContainerGroup | None:
        """Give the containers of a task, from their start until the task is STOPPED."""
        life = self._lives.get(task.id)
        return None if life is None else life.group

    def tasks_at(self, address: str) -> list[TaskState]:
        """List the tasks that have a private address; the VPCs may use it several times."""
        return [
            life.task
            for life in self._lives.values()
            if (placement := life.task.attachment.placement) is not None
            and placement.private_address == address
        ]

    def left(self, task: TaskState) -> None:
        """End the DEACTIVATING of a task for which `drain` gave no duration."""
        life = self._lives.get(task.id)
        if life is not None and task.last_status == "DEACTIVATING" and life.entry is None:
            self._signal(life)

    def kill_container(
        self, task: TaskState, name: str, exit_code: int, reason: str | None
    ) -> bool:
        """Kill a running container; tell whether it ran."""
        life = self._lives.get(task.id)
        return (
            life is not None and life.group is not None and life.group.kill(name, exit_code, reason)
        )

    # PROVISIONING

    def _time_out(self, life: _Life) -> None:
        self._fail(life, wording.INTERFACE_TIMEOUT.say())

    def _attach(self, life: _Life) -> None:
        try:
            self._interfaces.attach(life.task)
        except InterfaceFailed as failure:
            self._fail(life, str(failure))
            return
        self._next(life, self._ground.timing.pull_start, self._prepare, "prepare containers")
        self._enter(life.task, "PENDING")

    # PENDING

    def _prepare(self, life: _Life) -> None:
        timing, task = self._ground.timing, life.task
        try:
            self._initialize(life)
        except StartRefused as refused:
            reason = refused.reason
            self._next(
                life,
                refused.seconds or timing.initialization_failure,
                lambda life: self._fail(life, reason),
                "give up initialization",
            )
            return
        task.pull_started_at = self._ground.engine.now
        for container in task.containers:
            try:
                if self.starting is not None:
                    self.starting.pull(life.granted, container)
                container.image_digest = self._registry.digest(container.image)
            except PullFailed as failure:
                self._give_up_pull(life, container, failure)
                return
        seconds = self._registry.seconds([one.image for one in task.containers], life.chance)
        self._next(life, seconds, self._pulled, "end the pull", exactly=True)

    def _initialize(self, life: _Life) -> None:
        ground, task = self._ground, life.task
        role = task.execution_role
        if role is not None and not ground.outside.role_exists(role):
            raise StartRefused(wording.ROLE_MISSING.say(role=role))
        if self.starting is not None:
            life.granted = self.starting.initialize(task)
        for container in task.containers:
            target = log_target(
                container.definition.get("logConfiguration"),
                container=container.name,
                task_id=task.id,
                region=ground.region,
            )
            if target is None or target.create_group:
                continue
            if not ground.outside.log_group_exists(target.region, target.group):
                raise StartRefused(wording.LOG_GROUP_MISSING.say())

    def _give_up_pull(self, life: _Life, container: ContainerState, failure: PullFailed) -> None:
        reason = str(failure)
        for one in life.task.containers:
            one.image_digest = None

        def give_up(life: _Life) -> None:
            container.reason = reason
            self._fail(life, reason)

        seconds = failure.seconds or self._ground.timing.pull_failure
        self._next(life, seconds, give_up, "give up the pull")

    def _pulled(self, life: _Life) -> None:
        life.task.pull_stopped_at = self._ground.engine.now
        self._next(life, self._ground.timing.container_start, self._start, "start containers")
        self._enter(life.task, "ACTIVATING")

    # ACTIVATING and RUNNING

    def _start(self, life: _Life) -> None:
        life.entry = None
        life.group = ContainerGroup(self._ground, life.task, _GroupEvents(self, life), life.granted)
        life.group.start()

    def _all_started(self, life: _Life) -> None:
        task = life.task
        if task.desired_status == "RUNNING" and task.started_at is None:
            task.started_at = self._ground.engine.now
            self._enter(task, "RUNNING")

    # the end

    def _signal(self, life: _Life) -> None:
        life.entry = None
        self._enter(life.task, "STOPPING")
        if life.group is None:
            self._end_without_containers(life)
            return
        life.group.stop()
        self._all_stopped(life)

    def _all_stopped(self, life: _Life) -> None:
        task = life.task
        if life.group is None or not life.group.stopped or task.desired_status != "STOPPED":
            return
        if task.execution_stopped_at is None:
            task.execution_stopped_at = self._ground.engine.now
        if task.last_status == "STOPPING":
            self._deprovision(life)

    def _end_without_containers(self, life: _Life) -> None:
        task = life.task
        for container in task.containers:
            container.last_status = "STOPPED"
        if task.connectivity_at is not None:
            task.execution_stopped_at = self._ground.engine.now
        self._deprovision(life)

    def _fail(self, life: _Life, reason: str) -> None:
        self.stop(life.task, "TaskFailedToStart", reason)

    def _deprovision(self, life: _Life) -> None:
        if life.task.attachment.status == "ATTACHED":
            life.task.attachment.status = "DETACHING"
        self._next(life, self._ground.timing.detachment, self._stopped, "detach the interface")
        self._enter(life.task, "DEPROVISIONING")

    def _stopped(self, life: _Life) -> None:
        task, ground = life.task, self._ground
        self._interfaces.delete(task)
        del self._lives[task.id]
        task.stopped_at = ground.engine.now
        ground.engine.after(
            ground.timing.stopped_task_retention,
            lambda: self._forget(task),
            background=True,
            name=f"forget task {task.id}",
        )
        self._enter(task, "STOPPED")

    def _forget(self, task: TaskState) -> None:
        task.cluster.forget(task)

    # for all of them

    def _enter(self, task: TaskState, status: str) -> None:
        task.last_status = status
        self._tell(task)

    def _tell(self, task: TaskState) -> None:
        task.version += 1
        self._observe(task)

    def _observe(self, task: TaskState) -> None:
        for observer in self.observers:
            observer(task)

    def _next(
        self,
        life: _Life,
        seconds: float,
        action: Callable[[_Life], None],
        name: str,
        *,
        exactly: bool = False,
    ) -> None:
        timing = self._ground.timing
        life.entry = self._ground.engine.after(
            seconds if exactly else timing.spread(seconds, life.chance),
            lambda: action(life),
            name=f"{name} of task {life.task.id}",
        )


class _GroupEvents:
    """What a task's containers tell their task."""

    def __init__(self, lifecycle: Lifecycle, life: _Life) -> None:
        self._lifecycle = lifecycle
        self._life = life

    def changed(self) -> None:
        self._lifecycle._tell(self._life.task)

    def all_started(self) -> None:
        self._lifecycle._all_started(self._life)

    def essential_exited(self) -> None:
        self._lifecycle.stop(
            self._life.task,
            "EssentialContainerExited",
            wording.ESSENTIAL_EXITED.say(),
            signal_at_once=True,
        )

    def cannot_start(self, reason: str) -> None:
        self._lifecycle._fail(self._life, reason)

    def all_stopped(self) -> None:
        self._lifecycle._all_stopped(self._life)
