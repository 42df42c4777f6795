"""Tasks that were started: describe, list, stop, and the verbs of planned misfortune."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.sim.ecs import pictures, wording
from fargate_kit.sim.ecs.clusters import find_cluster
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.lifecycle import Lifecycle
from fargate_kit.sim.ecs.pages import page
from fargate_kit.sim.ecs.state import ClusterState, TaskState
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.fault_wording import ZONE_LOST
from fargate_kit.sim.faults import KILLED, InvalidFault

MOST_DESCRIBED = 100
_NOT_WITH_STARTED_BY = ("family", "serviceName", "containerInstance", "launchType", "daemonName")


class Tasks:
    """The operations on tasks, apart from RunTask."""

    def __init__(self, ground: Ground, lifecycle: Lifecycle) -> None:
        self._ground = ground
        self._lifecycle = lifecycle

    def describe_tasks(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Describe tasks of one cluster; those that it has not are MISSING."""
        given = params["tasks"]
        if not given:
            raise wording.TASKS_EMPTY.error()
        if len(given) > MOST_DESCRIBED:
            raise wording.TOO_MANY_TASKS.error(count=len(given))
        cluster = find_cluster(self._ground, params.get("cluster"), active=False)
        tags = "TAGS" in (params.get("include") or ())
        references = self._ground.references
        found: list[dict[str, Any]] = []
        failures: list[dict[str, Any]] = []
        named = (references.task_id(one) for one in given)
        for owner, task_id in dict.fromkeys((owner or cluster.name, one) for owner, one in named):
            task = cluster.tasks.get(task_id) if owner == cluster.name else None
            if task is not None:
                found.append(pictures.task(task, tags=tags))
            else:
                arn = references.task(owner, task_id)
                failures.append({"arn": arn, "reason": wording.MISSING.say()})
        return {"tasks": found, "failures": failures}

    def list_tasks(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """List the tasks of a cluster that fit every filter, in order of their creation."""
        cluster = find_cluster(self._ground, params.get("cluster"), active=False)
        if params.get("startedBy") and any(params.get(one) for one in _NOT_WITH_STARTED_BY):
            raise wording.STARTED_BY_NOT_ALONE.error()
        if params.get("containerInstance"):
            raise wording.CONTAINER_INSTANCE_NOT_FOUND.error()
        if params.get("daemonName"):
            raise wording.DAEMON_NOT_FOUND.error()
        rows = [task for task in cluster.tasks.values() if _fits(task, params)]
        service = params.get("serviceName")
        if service and not _has_service(cluster, service):
            raise wording.SERVICE_NOT_FOUND.error()
        found, token = page(rows, params, scope="ListTasks", key=lambda task: task.sequence)
        answer: dict[str, Any] = {"taskArns": [task.arn for task in found]}
        if token:
            answer["nextToken"] = token
        return answer

    def stop_task(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Begin to stop a task; its tags are gone, and a second call changes nothing."""
        cluster = find_cluster(self._ground, params.get("cluster"), active=False)
        owner, task_id = self._ground.references.task_id(params["task"])
        task = cluster.tasks.get(task_id) if owner in {None, cluster.name} else None
        if task is None:
            raise wording.TASK_NOT_FOUND.error()
        if task.desired_status == "RUNNING":
            reason = params.get("reason") or wording.STOPPED_BY_USER.say()
            self._lifecycle.stop(task, "UserInitiated", reason)
        task.tags = {}
        return {"task": pictures.task(task, tags=True)}

    # what fargate_kit.sim.faults.Faults calls

    def interrupt_spot(self, given: str) -> bool:
        """Take the capacity of a Spot task back."""
        task = self._living(given)
        if task is None:
            return False
        if task.capacity_provider != "FARGATE_SPOT":
            raise InvalidFault(f"task {task.id} does not run on FARGATE_SPOT")
        self._lifecycle.stop(
            task, "SpotInterruption", wording.SPOT_INTERRUPTED.say(), signal_at_once=True
        )
        return True

    def retire(self, given: str) -> bool:
        """Stop a task because its host is maintained."""
        task = self._living(given)
        if task is None:
            return False
        self._lifecycle.stop(task, "TerminationNotice", wording.MAINTENANCE.say())
        return True

    def kill_container(
        self, given: str, container: str | None, exit_code: int, out_of_memory: bool
    ) -> bool:
        """End a container of a task as its kernel would."""
        task = self._living(given)
        if task is None:
            return False
        essential = next(one.name for one in task.containers if one.essential)
        name = container or essential
        if task.container(name) is None:
            raise InvalidFault(f"task {task.id} has no container {name!r}")
        reason = wording.OUT_OF_MEMORY.say() if out_of_memory else None
        if not self._lifecycle.kill_container(task, name, exit_code, reason):
            raise InvalidFault(f"container {name!r} of task {task.id} does not run")
        return True

    def spot_tasks(self) -> list[tuple[str, str, str]]:
        """List the Spot tasks that shall run: their ids, groups and zones."""
        return [
            (task.id, task.group, task.availability_zone)
            for cluster in self._ground.state.clusters.values()
            for task in cluster.tasks.values()
            if task.capacity_provider == "FARGATE_SPOT" and task.desired_status == "RUNNING"
        ]

    def lose_zones(self, zones: Sequence[str]) -> None:
        """Stop the tasks of some zones, and kill their containers without a warning."""
        for cluster in self._ground.state.clusters.values():
            for task in list(cluster.tasks.values()):
                if task.availability_zone not in zones or task.last_status == "STOPPED":
                    continue
                self._lifecycle.stop(
                    task, "TerminationNotice", ZONE_LOST.say(), signal_at_once=True
                )
                for container in task.containers:
                    self._lifecycle.kill_container(task, container.name, KILLED, None)

    def _living(self, given: str) -> TaskState | None:
        try:
            _, task_id = self._ground.references.task_id(given)
        except AwsError:
            return None
        clusters = self._ground.state.clusters.values()
        task = next((one.tasks[task_id] for one in clusters if task_id in one.tasks), None)
        if task is not None and task.desired_status == "STOPPED":
            raise InvalidFault(f"task {task.id} is stopping or has stopped")
        return task


def _fits(task: TaskState, params: Mapping[str, Any]) -> bool:
    family, service = params.get("family"), params.get("serviceName")
    started_by, launch_type = params.get("startedBy"), params.get("launchType")
    return (
        task.desired_status == params.get("desiredStatus", "RUNNING")
        and family in {None, task.definition.family}
        and started_by in {None, task.started_by}
        and launch_type in {None, task.launch_type}
        and (service is None or task.group == f"service:{_short(service)}")
    )


def _has_service(cluster: ClusterState, service: str) -> bool:
    return _short(service) in cluster.services


def _short(service: str) -> str:
    return service.rpartition("/")[2]
