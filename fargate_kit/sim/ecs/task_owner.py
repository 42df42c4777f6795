"""Tasks as whoever is behind the address of a target: they take connections and answer HTTP."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from fargate_kit.sim.ecs.container_run import ContainerRun
from fargate_kit.sim.ecs.lifecycle import Lifecycle
from fargate_kit.sim.ecs.region import EcsRegion
from fargate_kit.sim.ecs.state import ContainerState, TaskState
from fargate_kit.sim.load_balancing.protocol import Reach
from fargate_kit.sim.workloads import HttpAnswer, Say, WebWorkload


class TaskOwner:
    """One task.

    A port that no container maps is behind a closed door: connections to it are lost. One
    that a container maps refuses connections while the container does not run.

    Args:
        region: The task's region.
        task: The task.
    """

    def __init__(self, region: EcsRegion, task: TaskState) -> None:
        self._lifecycle: Lifecycle = region.lifecycle
        self._engine = region.ground.engine
        self._task = task

    def reach(self, port: int) -> Reach:
        """Say what becomes of a connection to a port."""
        container = self._container(port)
        if container is None:
            return Reach.LOST
        return Reach.REFUSED if self._run(container) is None else Reach.ACCEPTED

    def respond(
        self,
        port: int,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        peer: str,
    ) -> HttpAnswer | None:
        """Answer an HTTP request; see `TargetOwner`.

        A container whose workload answers no HTTP answers 200 to everything. A workload
        that breaks on a request has answered 500, as a web framework would.
        """
        container = self._container(port)
        run = self._run(container) if container is not None else None
        if run is None or run.launch is None:
            return None
        if not isinstance(run.workload, WebWorkload):
            return HttpAnswer(status=200, headers={}, body=b"")
        respond = run.workload.respond
        known = inspect.signature(respond).parameters
        more = {name: one for name, one in {"port": port, "peer": peer}.items() if name in known}
        try:
            answer = respond(run.launch, method, path, headers, body, **more)
        except Exception as error:  # a workload is code of others: it breaks, not the engine
            self._write(run, [f"{type(error).__name__}: {error}"])
            return HttpAnswer(status=500, headers={}, body=b"")
        if answer is not None:
            self._perform(run, answer.log)
        return answer

    def _container(self, port: int) -> ContainerState | None:
        return next(
            (
                one
                for one in self._task.containers
                for mapping in one.definition["portMappings"]
                if mapping.get("containerPort") == port
            ),
            None,
        )

    def _run(self, container: ContainerState) -> ContainerRun | None:
        """Give what drives a container, if it runs."""
        group = self._lifecycle.containers(self._task)
        run = None if group is None else group.find(container.name)
        return run if run is not None and run.running and run.restart_after is None else None

    def _perform(self, run: ContainerRun, log: Sequence[Say]) -> None:
        """Write log lines, each at its time."""
        after = 0.0
        for line in log:
            after += line.after
            if after:
                self._engine.after(
                    after,
                    partial(self._write, run, [line.text]),
                    background=True,
                    name=f"access log of task {self._task.id}",
                )
            else:
                self._write(run, [line.text])

    def _write(self, run: ContainerRun, lines: Sequence[str]) -> None:
        if run.log is not None and run.running:
            run.log.write(lines)


class TaskOwners:
    """The tasks of a region by their private addresses.

    Args:
        region: Gives the region, which may be made later than this.
    """

    def __init__(self, region: Callable[[], EcsRegion]) -> None:
        self._region = region
        self._vpcs: dict[str, str] = {}

    def find(self, address: str, vpc_id: str | None) -> TaskOwner | None:
        """Find who has an address.

        Args:
            address: A private address.
            vpc_id: Where; None for any VPC, as one may be peered with another.
        """
        region = self._region()
        for task in region.lifecycle.tasks_at(address):
            if vpc_id is None or self._vpc(region, task.attachment.subnet_id) == vpc_id:
                return TaskOwner(region, task)
        return None

    def _vpc(self, region: EcsRegion, subnet_id: str) -> str:
        """Tell a subnet's VPC, which never changes."""
        if subnet_id not in self._vpcs:
            subnet = region.ground.outside.subnet(region.region, subnet_id)
            if subnet is None:
                return ""
            self._vpcs[subnet_id] = subnet.vpc_id
        return self._vpcs[subnet_id]
