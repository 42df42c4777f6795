"""The demo's own way: from an empty account to ten tasks, and back to nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from importlib.resources import files

import anyio
from rich.console import Console
from rich.live import Live
from rich.rule import Rule

from fargate_kit.cli.screen import (
    changes_lines,
    history_table,
    log_line,
    tasks_table,
)
from fargate_kit.clusters.cluster import Cluster
from fargate_kit.connections.connection import Connection
from fargate_kit.core.deadline import Expired, within
from fargate_kit.errors import ConfigurationError, NotFound
from fargate_kit.model.values import TaskStatus
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import TaskDefinition
from fargate_kit.tasks.task_spec import TaskSpec

CLUSTER = "quick-start"
MANY = 10
# Seconds of Fargate's time for which the log is shown.
FOLLOWED_FOR = 20.0
# Where the examples are: in an installed package, and in a checkout.
EXAMPLES = (files("fargate_kit") / "examples", files("fargate_kit") / ".." / "examples")


class Tour:
    """Shows what a task goes through, with the guide's WordPress.

    Args:
        aws: Where it happens.
        console: Where it is shown.
    """

    def __init__(self, aws: Connection, console: Console) -> None:
        self._aws = aws
        self._console = console
        self._definitions: list[TaskDefinition] = []

    def welcome(self, speed: float | None) -> None:
        """Say where this happens."""
        self._console.print()
        if speed is None:
            self._console.print(f"[bold]fargate_kit[/] on {self._aws.endpoint_url}")
        else:
            pace = "Fargate's own pace" if speed == 1 else f"{speed:g} times Fargate's pace"
            self._console.print(
                f"[bold]fargate_kit[/] on a [bold cyan]simulated[/] Fargate at {pace}: no AWS "
                "account, no cost"
            )

    async def run(self) -> None:
        """Go the whole way; whatever happens, what was started is stopped."""
        spec = wordpress()
        group = log_group_of(spec)
        async with self._cluster() as cluster:
            made = await self._aws.create_log_group(group)
            try:
                await self._one_task(cluster, spec)
                await self._ten_tasks(cluster)
            finally:
                with anyio.CancelScope(shield=True):
                    await self._clean_up(cluster, group if made else None)

    async def _one_task(self, cluster: Cluster, spec: TaskSpec) -> None:
        self._step("Register what chapters 3 and 7 of the guide deploy")
        definition = await self._register(spec)
        self._console.print(
            f"  {definition.name}: image {spec.containers[0].image}, {definition.cpu} CPU units, "
            f"{definition.memory} MiB, port 80, logs to CloudWatch"
        )
        self._step("Run it on Fargate")
        task = await self._watch_it_start(await cluster.run(definition))
        interface = task.network_interface
        if interface is not None:
            self._console.print(
                f"  its own network interface: [bold]{interface.id}[/] in {interface.subnet_id}\n"
                f"  private address {interface.private_ip}, "
                f"public address [bold]{await task.public_ip()}[/]"
            )
        self._step("Follow its log")
        await self._follow(task)
        self._step("More memory is a second revision; the same again is none")
        await self._change(definition, spec)

    async def _watch_it_start(self, task: Task) -> Task:
        began = self._aws.clock.now()
        history: list[tuple[float, Task]] = []
        with Live(console=self._console, auto_refresh=False) as live:
            async for picture in task.changes():
                history.append((self._aws.clock.now() - began, picture))
                live.update(history_table(history), refresh=True)
                if picture.status == TaskStatus.RUNNING:
                    break
        self._end_of_live()
        return history[-1][1].raise_for_exit()

    async def _follow(self, task: Task) -> None:
        """Show the log for a while; WordPress says little until somebody visits it."""

        async def show() -> None:
            async for line in task.logs(follow=True):
                self._console.print("  ", log_line(line), sep="", no_wrap=True, overflow="ellipsis")

        with suppress(Expired):
            await within(self._aws.clock, FOLLOWED_FOR, show)

    async def _change(self, first: TaskDefinition, spec: TaskSpec) -> None:
        more = replace(spec, memory=1024)
        second = await self._register(more)
        self._console.print(f"  {first.name} → [bold]{second.name}[/]")
        self._console.print(changes_lines(first.diff(second)))
        again = await self._register(more)
        newest = [each.revision async for each in self._aws.revisions(spec.family)]
        self._console.print(
            f"  registered once more: still {again.name}; revisions {sorted(newest)}, no third"
        )

    async def _ten_tasks(self, cluster: Cluster) -> None:
        self._step(f"Run {MANY} at once")
        before = self._aws.calls
        tasks = await cluster.run_many(self._definitions[-1], MANY)
        latest = {task.arn: task for task in tasks}
        with Live(tasks_table(latest.values()), console=self._console, auto_refresh=False) as live:

            async def watch(task: Task) -> None:
                async for picture in task.changes():
                    latest[task.arn] = picture
                    live.update(tasks_table(latest.values()), refresh=True)
                    if picture.status == TaskStatus.RUNNING:
                        return
                latest[task.arn].raise_for_exit()

            async with anyio.create_task_group() as group:
                for task in tasks:
                    group.start_soon(watch, task)
        self._end_of_live()
        spent = self._aws.calls - before
        self._console.print(
            f"  calls for {_count(MANY, 'task')}: {spent['ecs:RunTask']} RunTask, "
            f"{spent['ecs:DescribeTasks']} DescribeTasks; those who wait share their looks"
        )

    async def _clean_up(self, cluster: Cluster, log_group: str | None) -> None:
        self._step("Stop everything, and prove that nothing is left")
        async with anyio.create_task_group() as group:
            # Not only those that were handed to us: an interrupted start leaves some that end.
            async for task in _all_tasks(cluster):
                group.start_soon(_stop, task)
        for definition in self._definitions:
            await definition.delete()
        if log_group is not None:
            await self._aws.delete_log_group(log_group)
        tasks = [task async for task in _all_tasks(cluster)]
        stopped = [task for task in tasks if task.status == TaskStatus.STOPPED]
        interfaces = await self._aws.public_ips(stopped)
        revisions = [each async for each in self._aws.revisions(wordpress().family)]
        self._console.print(
            f"  {_count(len(stopped), 'task')} stopped, {len(tasks) - len(stopped)} left; "
            f"{_count(len(interfaces), 'network interface')} left; "
            f"{_count(len(revisions), 'active revision')} left"
        )

    @asynccontextmanager
    async def _cluster(self) -> AsyncIterator[Cluster]:
        self._step("Make a cluster")
        with suppress(NotFound):
            there = await self._aws.cluster(CLUSTER)
            raise ConfigurationError(
                f"{there.arn} is there already; the demo makes a cluster of that name and deletes "
                "it, so it leaves yours alone"
            )
        cluster = await self._aws.create_cluster(CLUSTER)
        self._console.print(f"  {cluster.arn}")
        try:
            yield cluster
        finally:
            with anyio.CancelScope(shield=True):
                await cluster.delete()
                left = [each.name async for each in self._aws.clusters()]
                self._console.print(
                    f"  cluster {cluster.name} deleted; clusters left: {left or 'none'}"
                )
                self._console.print()

    async def _register(self, spec: TaskSpec) -> TaskDefinition:
        definition = await self._aws.register(spec)
        if definition.arn not in {each.arn for each in self._definitions}:
            self._definitions.append(definition)
        return definition

    def _end_of_live(self) -> None:
        """Begin a new line where a live view left off: it does so by itself on a terminal only."""
        if not self._console.is_terminal:
            self._console.print()

    def _step(self, title: str) -> None:
        self._console.print()
        self._console.print(Rule(f"[bold]{title}[/]", align="left", style="bright_black"))


def wordpress() -> TaskSpec:
    """Return the guide's WordPress, from `examples/guide/wordpress.json`."""
    for examples in EXAMPLES:
        if (file := examples / "guide" / "wordpress.json").is_file():
            return TaskSpec.from_file(str(file))
    raise FileNotFoundError("examples/guide/wordpress.json is not where fargate_kit is installed")


def log_group_of(spec: TaskSpec) -> str:
    """Return the log group that the first container writes to."""
    configuration = spec.containers[0].log_configuration
    return configuration.options["awslogs-group"] if configuration else ""


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"


async def _all_tasks(cluster: Cluster) -> AsyncIterator[Task]:
    for desired_status in ("RUNNING", "STOPPED"):
        async for task in cluster.tasks(desired_status=desired_status):
            yield task


async def _stop(task: Task) -> None:
    await (await task.stop("the demo is over")).wait_stopped()
