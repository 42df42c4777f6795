"""What `fargate-kit down` does: what is in the cluster, the cluster, its network, a last look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

from fargate_kit.cli.cluster_inside import Inside, look_inside
from fargate_kit.cli.cluster_network import PARTS
from fargate_kit.cli.desk import Desk
from fargate_kit.cli.failing import FAILED, error_facts, said
from fargate_kit.cli.teardown import things
from fargate_kit.cli.which_cluster import Meant, mark_of

if TYPE_CHECKING:
    from fargate_kit.clusters.cluster import Cluster
    from fargate_kit.errors import FargateError
    from fargate_kit.services.service import Service
    from fargate_kit.tasks.task import Task

__all__ = ["TakingDown"]


class TakingDown:
    """One `down`.

    Args:
        which: The cluster.
        force: Whether services and tasks in it go too.
        yes: Whether nobody is asked.
    """

    def __init__(self, desk: Desk, which: Meant, *, force: bool, yes: bool) -> None:
        self._desk = desk
        self._which = which
        self._force = force
        self._yes = yes
        self._inside = Inside()
        self._deleted: list[str] = []

    async def go(self) -> int:
        """List, ask, delete, look again, and return the exit code."""
        from fargate_kit.errors import FargateError

        desk, name = self._desk, self._which.name
        desk.left = "nothing was deleted"
        desk.facts_left = partial(dict, cluster=name, deleted=[])
        desk.asks(f"looking at cluster {name}")
        inside = self._inside = await look_inside(desk.aws, name)
        for each in inside.not_seen:
            desk.say(f"? {each}")
        if not inside:
            return self._tell(
                f"there is no cluster {name} in {desk.aws.region}, nor a network of it"
            )
        if objections := [*inside.objections(self._which, force=self._force)]:
            return self._refuse(objections)
        names, counts = inside.names(), inside.task_counts()
        for each in names:
            desk.say(f"- {each}{counts.get(each, '')}")
        desk.agree(f"Delete {things(len(names))} in {desk.aws.region}?", yes=self._yes)
        again = f"`fargate-kit down {name}{' --force' if self._force else ''}` goes on"
        desk.left = partial(self._interrupted, again)
        desk.facts_left = self._half_way
        try:
            await self._empty()
            await self._remove()
        except FargateError as error:
            return self._incomplete(error, again)
        desk.left = None
        left = (
            "nothing of it is left" if not inside.not_seen else "the rest could not be looked for"
        )
        return self._tell(f"cluster {name} is down: {things(len(self._deleted))} deleted, {left}")

    async def _empty(self) -> None:
        """Delete the services, stop the tasks, and wait for all of them at the same time."""
        import anyio

        errors: list[FargateError] = []
        inside = self._inside
        works = [
            *((f"service {each.name}", partial(_delete, each)) for each in inside.services),
            *((f"task {each.id[:8]}", partial(_stop, each)) for each in inside.tasks),
            *(("", partial(_wait_stopped, each)) for each in inside.stopping),
        ]
        if works:
            self._desk.waits_for(f"{things(len(works))} in the cluster to end")
        async with anyio.create_task_group() as group:
            for name, work in works:
                group.start_soon(self._do, name, work, errors)
        if errors:
            raise errors[0]

    async def _do(
        self, name: str, work: Callable[[], Awaitable[None]], errors: list[FargateError]
    ) -> None:
        """Do a piece of work; its failure does not keep others from being done."""
        from fargate_kit.errors import FargateError

        try:
            await work()
        except FargateError as error:
            self._desk.say(f"✗ {name or 'a task that was stopping'}: {said(error)}")
            errors.append(error)
        else:
            self._gone(name)

    async def _remove(self) -> None:
        """Delete the cluster, then its network; and look again for all that `up` made."""
        from fargate_kit.networks.network import wait_unused

        desk, inside = self._desk, self._inside
        if inside.cluster is not None:
            desk.waits_for(f"cluster {inside.cluster.name} to be deleted")
            await _delete_cluster(inside.cluster)
            self._gone(f"cluster {inside.cluster.name}")
        for vpc_id in inside.vpcs:
            desk.waits_for(f"the last network interfaces in {vpc_id} to go")
            await wait_unused(desk.aws._session, "vpc-id", vpc_id)
        desk.waits_for("the network to be deleted" if inside.parts else "a last look")
        kinds = ("cluster", *PARTS) if inside.parts else ("cluster",)
        done = await desk.aws.teardown(mark_of(self._which.name), kinds=kinds)
        for each in done.deleted:
            self._gone(str(each))
        desk.waits_for(None)

    def _gone(self, name: str) -> None:
        if name:
            self._deleted.append(name)
            self._desk.say(f"✓ {name}")

    def _tell(self, text: str) -> int:
        if self._desk.as_json:
            self._desk.facts({"cluster": self._which.name, "deleted": self._deleted})
        else:
            typer.echo(text)
        return 0

    def _refuse(self, objections: Sequence[tuple[str, str]]) -> int:
        from fargate_kit.errors import InvalidSpec
        from fargate_kit.model.problems import Problem

        problems = [
            Problem(path=path, rule="down-in-use", given=None, allowed="nothing", message=text)
            for path, text in objections
        ]
        error = InvalidSpec(f"taking down cluster {self._which.name!r}", problems)
        if self._desk.as_json:
            self._desk.facts(self._facts(self._inside.names(), error))
        self._desk.say(f"fargate-kit: cluster {self._which.name} is not taken down:")
        for _, text in objections:
            self._desk.say(f"  ✗ {text}")
        self._desk.say("nothing was changed")
        return FAILED

    def _incomplete(self, error: FargateError, again: str) -> int:
        from fargate_kit.errors import TeardownIncomplete

        if isinstance(error, TeardownIncomplete):
            self._deleted += error.deleted
        left = self._left()
        if self._desk.as_json:
            self._desk.facts(self._facts(left, error))
        self._desk.say(f"fargate-kit: cluster {self._which.name} is not down: {said(error)}")
        self._desk.say(f"  gone: {', '.join(self._deleted) or 'nothing'}")
        self._desk.say(f"  left: {', '.join(left) or 'what came meanwhile'}")
        self._desk.say(f"  {again}")
        return FAILED

    def _left(self) -> list[str]:
        return [each for each in self._inside.names() if each not in self._deleted]

    def _interrupted(self, again: str) -> str:
        gone = ", ".join(self._deleted) or "nothing yet"
        return f"cluster {self._which.name} is not down; gone so far: {gone}; {again}"

    def _half_way(self) -> dict[str, Any]:
        return {"cluster": self._which.name, "deleted": self._deleted, "left": self._left()}

    def _facts(self, left: Sequence[str], error: FargateError) -> dict[str, Any]:
        return {
            "cluster": self._which.name,
            "deleted": self._deleted,
            "left": list(left),
            "error": error_facts(error),
        }


async def _delete(service: Service) -> None:
    from fargate_kit.errors import NotFound

    with suppress(NotFound):
        await service.delete(force=True)


async def _stop(task: Task) -> None:
    from fargate_kit.errors import NotFound

    with suppress(NotFound):
        await (await task.stop("fargate-kit down")).wait_stopped()


async def _wait_stopped(task: Task) -> None:
    from fargate_kit.errors import NotFound

    with suppress(NotFound):
        await task.wait_stopped()


async def _delete_cluster(cluster: Cluster) -> None:
    from fargate_kit.errors import NotFound

    with suppress(NotFound):
        await cluster.delete()
