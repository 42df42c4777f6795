"""One container of a task with what drives it, and what it is started with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fargate_kit.sim.awslogs import LogStream, Silence, log_target
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.health import HealthWatch
from fargate_kit.sim.ecs.state import ContainerState, TaskState
from fargate_kit.sim.engine import Entry
from fargate_kit.sim.iam.starting import Granted
from fargate_kit.sim.workloads import Launch, Step, Workload


@dataclass(slots=True, kw_only=True, eq=False)
class ContainerRun:
    """A container and what drives it.

    Args:
        dependencies: The names of other containers, each with its condition.
        starts: How often it was started.
        steps: What it does next; None if it only waits for its end.
        entry: Its next step, or its planned start.
        planned: Whether its start is planned or has been.
        crash: Its end by plan.
        restart_after: The exit code after which it is about to be restarted.
        added: What secrets and environment files add to its variables; never shown.
    """

    state: ContainerState
    workload: Workload
    dependencies: tuple[tuple[str, str], ...]
    log: LogStream | None
    health: HealthWatch | None
    launch: Launch | None = None
    starts: int = 0
    steps: Iterator[Step] | None = None
    entry: Entry | None = None
    timeout: Entry | None = None
    kill: Entry | None = None
    crash: Entry | None = None
    began_at: int = 0
    planned: bool = False
    started: bool = False
    signalled: bool = False
    restart_after: int | None = None
    added: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self.state.last_status == "RUNNING"

    @property
    def stopped(self) -> bool:
        """Whether it has ended, or will never be started."""
        return self.state.last_status == "STOPPED"


def prepare(
    ground: Ground,
    task: TaskState,
    state: ContainerState,
    health_changed: Callable[[], None],
    granted: Granted,
) -> ContainerRun:
    """Make ready to run a container.

    Args:
        ground: The region.
        task: The container's task.
        state: The container.
        health_changed: Called when its health check has changed its health.
        granted: What the task's roles have given it.
    """
    workload = ground.workloads.find(state.image)
    return ContainerRun(
        state=state,
        workload=workload,
        dependencies=tuple(
            (one["containerName"], one["condition"])
            for one in state.definition.get("dependsOn") or ()
        ),
        log=_log(ground, task, state, silent=state.name in granted.silent),
        health=HealthWatch(ground, state, workload, health_changed) if state.checked else None,
        added=granted.environment.get(state.name, {}),
    )


def begin_launch(ground: Ground, task: TaskState, run: ContainerRun) -> Launch:
    """Tell a workload with what its container is started at this moment."""
    engine, definition = ground.engine, run.state.definition
    began_at, placement = engine.now, task.attachment.placement
    linux: Mapping[str, Any] = definition.get("linuxParameters") or {}
    return Launch(
        image=run.state.image,
        container=run.state.name,
        task_id=task.id,
        private_address=placement.private_address if placement else "",
        entry_point=tuple(definition.get("entryPoint") or ()),
        command=tuple(definition.get("command") or ()),
        environment={**_environment(ground, task, definition), **run.added},
        working_directory=definition.get("workingDirectory"),
        ports=tuple(
            mapping["containerPort"]
            for mapping in definition["portMappings"]
            if "containerPort" in mapping
        ),
        cpu=definition.get("cpu") or int(task.cpu),
        memory=definition.get("memory") or int(task.memory),
        random=engine.random("workload", run.state.arn, run.starts),
        started_at=began_at / 1_000_000,
        speed=1_000_000 / engine.clock.ticks(1.0),
        init_process=bool(linux.get("initProcessEnabled")),
        elapsed=lambda: (engine.now - began_at) / engine.clock.ticks(1.0),
    )


def _environment(ground: Ground, task: TaskState, definition: Mapping[str, Any]) -> dict[str, str]:
    """Give the definition's variables and those that Fargate adds."""
    return {
        "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        "AWS_REGION": ground.region,
        "AWS_DEFAULT_REGION": ground.region,
        "ECS_CONTAINER_METADATA_URI_V4": f"http://169.254.170.2/v4/{task.id}",
        **{one["name"]: one["value"] for one in definition["environment"]},
    }


def _log(
    ground: Ground, task: TaskState, state: ContainerState, *, silent: bool
) -> LogStream | None:
    target = log_target(
        state.definition.get("logConfiguration"),
        container=state.name,
        task_id=task.id,
        region=ground.region,
    )
    if target is None:
        return None
    engine, timing = ground.engine, ground.timing
    return LogStream(
        target,
        Silence(ground.logs) if silent else ground.logs,
        now=lambda: engine.now,
        flush_later=lambda flush: engine.after(
            timing.log_flush, flush, name=f"flush the log of task {task.id}"
        ),
    )
