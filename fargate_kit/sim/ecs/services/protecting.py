"""GetTaskProtection and UpdateTaskProtection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fargate_kit.sim.ecs import wording as common
from fargate_kit.sim.ecs.clusters import find_cluster
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.pictures import moment
from fargate_kit.sim.ecs.services import wording
from fargate_kit.sim.ecs.services.state import ServiceState
from fargate_kit.sim.ecs.services.watching import Post, Watch
from fargate_kit.sim.ecs.state import ClusterState, TaskState

MOST_READ = 100
MOST_CHANGED = 10
USUAL_MINUTES = 120
LONGEST_MINUTES = 2880


class Protecting:
    """The operations on the protection of tasks from being scaled in."""

    def __init__(self, ground: Ground, watch: Watch, kick: Callable[[ServiceState], None]) -> None:
        self._ground = ground
        self._watch = watch
        self._kick = kick

    def get_task_protection(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Tell the protection of tasks; without tasks, of all protected ones of the cluster."""
        cluster = find_cluster(self._ground, params["cluster"])
        given = params.get("tasks")
        if not given:
            posts = (self._watch.post(task_id) for task_id in cluster.tasks)
            found = [one for one in posts if one and one.member.protected_until is not None]
            return {"protectedTasks": [_picture(one) for one in found], "failures": []}
        posts_found, failures = self._find(cluster, given, MOST_READ)
        return {"protectedTasks": [_picture(one) for one in posts_found], "failures": failures}

    def update_task_protection(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Protect tasks for some time, or protect them no more."""
        cluster = find_cluster(self._ground, params["cluster"])
        minutes = params.get("expiresInMinutes")
        if minutes is None:
            minutes = USUAL_MINUTES
        elif not 1 <= minutes <= LONGEST_MINUTES:
            raise wording.EXPIRY_RANGE.error(given=minutes)
        if not params["tasks"]:
            raise wording.PROTECTED_EMPTY.error()
        posts, failures = self._find(cluster, params["tasks"], MOST_CHANGED)
        protect = params["protectionEnabled"]
        changed: list[Post] = []
        for post in posts:
            if protect and self._blocked(post):
                failures.append(_failure(post.member.task, wording.DEPLOYMENT_BLOCKED.say()))
                continue
            self._set(post, minutes * 60.0 if protect else None)
            changed.append(post)
        return {"protectedTasks": [_picture(one) for one in changed], "failures": failures}

    def _find(
        self, cluster: ClusterState, given: Sequence[str], most: int
    ) -> tuple[list[Post], list[dict[str, Any]]]:
        if len(given) > most:
            raise wording.TOO_MANY_PROTECTED.error(most=most, count=len(given))
        references = self._ground.references
        posts: list[Post] = []
        failures: list[dict[str, Any]] = []
        for owner, task_id in dict.fromkeys(references.task_id(one) for one in given):
            task = cluster.tasks.get(task_id) if owner in {None, cluster.name} else None
            if task is None:
                arn = references.task(owner or cluster.name, task_id)
                failures.append({"arn": arn, "reason": common.MISSING.say()})
                continue
            post = self._watch.post(task_id)
            if post is None or not post.member.living:
                failures.append(_failure(task, wording.TASK_NOT_VALID.say()))
            else:
                posts.append(post)
        return posts, failures

    def _blocked(self, post: Post) -> bool:
        """Tell whether more tasks are protected than wanted (page task-scale-in-protection)."""
        service = post.service
        protected = sum(one.roster.protected for one in service.deployments)
        return protected > service.desired and post.member.protected_until is None

    def _set(self, post: Post, seconds: float | None) -> None:
        engine, member = self._ground.engine, post.member
        if member.expiry is not None:
            engine.cancel(member.expiry)
            member.expiry = None
        until = None if seconds is None else engine.now + engine.clock.ticks(seconds)
        post.deployment.roster.protect(member, until)
        if seconds is None:
            self._kick(post.service)
        else:
            member.expiry = engine.after(
                seconds,
                lambda: self._expire(post),
                background=True,
                name=f"end the protection of task {member.task.id}",
            )

    def _expire(self, post: Post) -> None:
        if post.member.living:
            self._set(post, None)


def _picture(post: Post) -> dict[str, Any]:
    until = post.member.protected_until
    picture: dict[str, Any] = {
        "taskArn": post.member.task.arn,
        "protectionEnabled": until is not None,
    }
    if until is not None:
        picture["expirationDate"] = moment(until)
    return picture


def _failure(task: TaskState, reason: str) -> dict[str, Any]:
    return {"arn": task.arn, "reason": reason}
