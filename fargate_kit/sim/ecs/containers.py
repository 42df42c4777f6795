"""The containers of one task: started in order of their dependencies, run, restarted, stopped."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Protocol

from fargate_kit.sim.ecs import wording
from fargate_kit.sim.ecs.container_run import ContainerRun, begin_launch, prepare
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.state import TaskState
from fargate_kit.sim.iam.starting import Granted
from fargate_kit.sim.workloads import Exit, Launch, Say, Step, Workload

log = logging.getLogger("fargate_kit.sim")

KILLED = 137
RESTART_PERIOD = 300  # seconds; service model, ContainerRestartPolicy
LONGEST_REASON = 1024  # characters; service model, Container
# So many steps without time passing are run as one action; then the engine gets its turn, whose
# bound on actions at one instant finds workloads that never let time pass.
_STEPS_AT_ONCE = 20


class GroupEvents(Protocol):
    """Who is told what happens to the containers of a task."""

    def changed(self) -> None:
        """Something of a container changed that the task's status does not show."""
        ...

    def all_started(self) -> None:
        """Every container has been started."""
        ...

    def essential_exited(self) -> None:
        """An essential container has ended by itself."""
        ...

    def cannot_start(self, reason: str) -> None:
        """A container will never be started."""
        ...

    def all_stopped(self) -> None:
        """After `stop`, the last container has ended."""
        ...


class ContainerGroup:
    """The containers of a task whose images have been pulled.

    Args:
        ground: The region.
        task: The task, with its addresses.
        events: Who is told.
        granted: What the task's roles have given it.
    """

    def __init__(
        self, ground: Ground, task: TaskState, events: GroupEvents, granted: Granted
    ) -> None:
        self._ground = ground
        self._engine = ground.engine
        self._task = task
        self._events = events
        self._stopping = False
        self._runs = {
            state.name: prepare(ground, task, state, self._health_changed, granted)
            for state in task.containers
        }

    @property
    def stopped(self) -> bool:
        """Whether no container runs or will be started any more."""
        return all(run.stopped for run in self._runs.values())

    @property
    def _ending(self) -> bool:
        return self._stopping or self._task.desired_status == "STOPPED"

    def start(self) -> None:
        """Start every container that waits for nothing, and plan the others."""
        for run in self._runs.values():
            if not run.dependencies:
                run.planned = True
                self._begin(run)
        self._consider()

    def stop(self) -> None:
        """Stop the containers, those first on which no other one depends."""
        if self._stopping:
            return
        self._stopping = True
        for run in self._runs.values():
            if not run.started:
                self._cancel(run)
                run.state.last_status = "STOPPED"
        self._signal_next()

    def find(self, name: str) -> ContainerRun | None:
        """Give what drives a container."""
        return self._runs.get(name)

    def kill(self, name: str, exit_code: int, reason: str | None) -> bool:
        """End a container from outside.

        Returns:
            Whether it ran.
        """
        run = self._runs[name]
        if not run.running:
            return False
        self._exited(run, exit_code, reason)
        return True

    # starting

    def _consider(self) -> None:
        """Plan what has become possible, and give up what has become impossible."""
        if self._ending:
            return
        for run in self._runs.values():
            if run.planned:
                continue
            waits = [one for one in run.dependencies if not self._holds(*one)]
            for name, condition in waits:
                if self._hopeless(name, condition):
                    self._give_up(run, name, condition)
                    return
            if not waits:
                run.planned = True
                run.entry = self._engine.after(
                    self._ground.timing.next_container,
                    partial(self._begin_next, run),
                    name=f"start container {run.state.name} of task {self._task.id}",
                )
        if all(run.started for run in self._runs.values()):
            self._events.all_started()

    def _holds(self, name: str, condition: str) -> bool:
        run = self._runs[name]
        if condition == "START":
            return run.started
        if condition == "COMPLETE":
            return run.stopped
        if condition == "SUCCESS":
            return run.stopped and run.state.exit_code == 0
        return run.running and run.state.health == "HEALTHY"

    def _hopeless(self, name: str, condition: str) -> bool:
        run = self._runs[name]
        return run.stopped and (
            condition == "HEALTHY" or (condition == "SUCCESS" and run.state.exit_code != 0)
        )

    def _give_up(self, run: ContainerRun, dependency: str, condition: str) -> None:
        reason = wording.DEPENDENCY_EXITED.say(
            container=run.state.name, dependency=dependency, condition=condition
        )
        run.state.reason = reason
        self._events.cannot_start(reason)

    def _begin_next(self, run: ContainerRun) -> None:
        self._begin(run)
        self._consider()

    def _begin(self, run: ContainerRun) -> None:
        run.started = True
        run.state.last_status = "RUNNING"
        run.state.started_at = self._engine.now
        chance = self._engine.random("runtime", run.state.arn)
        run.state.runtime_id = f"{self._task.id}-{chance.randrange(10**9, 10**10)}"
        if run.log is not None:
            run.log.open()
        self._enter_workload(run)
        limit = run.state.definition.get("startTimeout")
        if limit is not None:
            run.timeout = self._engine.after(
                limit,
                partial(self._start_timed_out, run, limit),
                name=f"start time-out of container {run.state.name} of task {self._task.id}",
            )
        self._events.changed()

    def _enter_workload(self, run: ContainerRun) -> None:
        run.began_at = self._engine.now
        run.restart_after = None
        run.starts += 1
        run.launch = launch = begin_launch(self._ground, self._task, run)
        run.steps = _steps(run.workload, launch)
        if run.health is not None:
            run.health.begin(launch)
        self._plan_crash(run)
        self._draw(run)

    def _plan_crash(self, run: ContainerRun) -> None:
        """Have the container end as a fault has it, unless it ends earlier."""
        planned = self._ground.faults.crash(run.state.name, run.state.image)
        if planned is None:
            return
        seconds, code, for_memory = planned
        run.crash = self._engine.after(
            seconds,
            partial(self._exited, run, code, wording.OUT_OF_MEMORY.say() if for_memory else None),
            name=f"crash of container {run.state.name} of task {self._task.id}",
        )

    def _start_timed_out(self, run: ContainerRun, limit: int) -> None:
        """Give up whoever still waits for this container (service model, startTimeout)."""
        run.timeout = None
        if self._ending:
            return
        for waiting in self._runs.values():
            if waiting.planned:
                continue
            for name, condition in waiting.dependencies:
                if name == run.state.name and not self._holds(name, condition):
                    reason = wording.DEPENDENCY_TIMEOUT.say(
                        container=waiting.state.name,
                        dependency=name,
                        condition=condition,
                        seconds=limit,
                    )
                    waiting.state.reason = reason
                    self._events.cannot_start(reason)
                    return

    # running

    def _draw(self, run: ContainerRun) -> None:
        """Run the steps that are due now, and schedule the first that is not."""
        said: list[str] = []
        step: Step | None = None
        for _ in range(_STEPS_AT_ONCE):
            step = self._next_step(run)
            if step is None or step.after > 0 or isinstance(step, Exit):
                break
            if isinstance(step, Say):
                said.append(step.text)
            step = None
        if run.log is not None:
            run.log.write(said)
        if run.steps is None:
            return
        run.entry = self._engine.after(
            step.after if step is not None else 0.0,
            partial(self._perform, run, step),
            background=getattr(step, "background", False),
            name=f"container {run.state.name} of task {self._task.id}",
        )

    def _next_step(self, run: ContainerRun) -> Step | None:
        if run.steps is None:
            return None
        try:
            return next(run.steps)
        except StopIteration:
            run.steps = None
            return None
        except Exception as error:  # a workload is code of others: it crashes, not the engine
            log.warning("container %s crashed", run.state.arn, exc_info=True)
            run.steps = iter([Exit(1)])
            return Say(f"{type(error).__name__}: {error}", stream="stderr")

    def _perform(self, run: ContainerRun, step: Step | None) -> None:
        run.entry = None
        if isinstance(step, Exit):
            self._exited(run, step.code, step.reason)
            return
        if isinstance(step, Say) and run.log is not None:
            run.log.write([step.text])
        self._draw(run)

    def _exited(self, run: ContainerRun, code: int, reason: str | None) -> None:
        self._cancel(run)
        if run.log is not None:
            run.log.flush()
        if self._restarts(run, code):
            run.restart_after = code
            run.entry = self._engine.after(
                self._ground.timing.container_restart,
                partial(self._enter_workload, run),
                name=f"restart container {run.state.name} of task {self._task.id}",
            )
            return
        run.steps = None
        run.state.last_status = "STOPPED"
        run.state.exit_code = code
        run.state.reason = None if reason is None else reason[:LONGEST_REASON]
        if self._stopping:
            self._signal_next()
            if self.stopped:
                self._events.all_stopped()
            else:
                self._events.changed()
        elif run.state.essential:
            self._events.essential_exited()
        else:
            self._events.changed()
            self._consider()

    def _restarts(self, run: ContainerRun, code: int) -> bool:
        policy: Mapping[str, Any] = run.state.definition.get("restartPolicy") or {}
        if self._ending or not policy.get("enabled"):
            return False
        if code in (policy.get("ignoredExitCodes") or ()):
            return False
        period = policy.get("restartAttemptPeriod", RESTART_PERIOD)
        return self._engine.now - run.began_at >= self._engine.clock.ticks(period)

    # stopping

    def _signal_next(self) -> None:
        """Send SIGTERM to every container on which no running one depends."""
        needed = {
            name for run in self._runs.values() if run.running for name, _ in run.dependencies
        }
        for run in self._runs.values():
            if run.running and not run.signalled and run.state.name not in needed:
                self._signal(run)

    def _signal(self, run: ContainerRun) -> None:
        run.signalled = True
        if run.restart_after is not None:
            self._exited(run, run.restart_after, None)
            return
        seconds = run.state.definition.get("stopTimeout", self._ground.timing.stop_timeout)
        run.kill = self._engine.after(
            seconds,
            partial(self._exited, run, KILLED, None),
            name=f"kill container {run.state.name} of task {self._task.id}",
        )
        if run.health is not None:
            run.health.end()
        steps = _stop_steps(run)
        if steps is None:
            return
        if run.entry is not None:
            self._engine.cancel(run.entry)
        run.steps = steps
        self._draw(run)

    def _cancel(self, run: ContainerRun) -> None:
        for entry in (run.entry, run.timeout, run.kill, run.crash):
            if entry is not None:
                self._engine.cancel(entry)
        run.entry = run.timeout = run.kill = run.crash = None
        if run.health is not None:
            run.health.end()

    def _health_changed(self) -> None:
        self._events.changed()
        self._consider()


def _steps(workload: Workload, launch: Launch) -> Iterator[Step]:
    """Run a workload so that whatever it raises, it raises when a step is drawn."""
    yield from workload.run(launch)


def _stop_steps(run: ContainerRun) -> Iterator[Step] | None:
    if run.launch is None:
        return None
    try:
        return run.workload.stop(run.launch)
    except Exception:
        log.warning("container %s crashed on SIGTERM", run.state.arn, exc_info=True)
        return iter([Exit(1)])
