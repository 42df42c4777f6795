"""A project as it runs: its services on ECS, and the verbs that work on all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

import anyio
from anyio.streams.memory import MemoryObjectSendStream

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.compose.belonging import USUAL_CLUSTER, belongs
from fargate_kit.compose.looking import find_cluster, find_services
from fargate_kit.compose.taking_down import OnStep, TakenDown, remains, take_down
from fargate_kit.connections.connection import Connection
from fargate_kit.core.session import Session
from fargate_kit.errors import InvalidSpec, NotFound
from fargate_kit.model.problems import Problem, one_line
from fargate_kit.model.values import LogLine, tags_to_api
from fargate_kit.services.service import Service
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import describe as describe_definition

__all__ = ["COUNT_TAG", "RunningProject", "find_project", "running"]

COUNT_TAG = "fargate-kit-count"
"""How many tasks a service had before it was stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningProject:
    """A project as AWS described it at one moment.

    Attributes:
        name: The project's name.
        cluster_name: The cluster in which its services are looked for.
        cluster: That cluster; None if there is none.
        services: The services that were made for the project, by name.
    """

    name: str
    cluster_name: str
    cluster: Cluster | None
    services: tuple[Service, ...]
    _session: Session = field(repr=False, compare=False)

    def __bool__(self) -> bool:
        return bool(self.services)

    async def refresh(self) -> RunningProject:
        """Return the project as it is now; this picture stays what it is.

        Calls:
            ecs:DescribeClusters, ecs:ListServices, ecs:DescribeServices
        """
        return await find_project(self._session, self.name, self.cluster_name)

    async def tasks(self) -> AsyncIterator[Task]:
        """Yield the tasks of all its services.

        Calls:
            ecs:ListTasks, ecs:DescribeTasks for every 100, for each service
        """
        for service in self.services:
            async for task in service.tasks():
                yield task

    async def logs(self, *, since: datetime | None = None) -> AsyncIterator[LogLine]:
        """Yield what the containers of all its services wrote so far, by time.

        Args:
            since: Leave out lines before this moment.

        Raises:
            ConfigurationError: No container of a service uses the awslogs driver.

        Calls:
            those of `Service.logs()` for each service
        """
        found = [line for service in self.services async for line in service.logs(since=since)]
        for line in sorted(found, key=lambda line: line.at):
            yield line

    @asynccontextmanager
    async def follow_logs(
        self, *, since: datetime | None = None
    ) -> AsyncIterator[AsyncIterator[LogLine]]:
        """Follow the logs of all its services: `async with project.follow_logs() as lines`.

        The lines of one service come by time; those of several as they arrive. They end when the
        services are deleted, and leaving the block ends them at once.

        Args:
            since: Leave out lines before this moment.

        Raises:
            ConfigurationError: No container of a service uses the awslogs driver.

        Calls:
            those of `Service.logs()` for each service
        """
        send, receive = anyio.create_memory_object_stream[LogLine](0)

        async def pass_on(service: Service, to: MemoryObjectSendStream[LogLine]) -> None:
            async with to:
                async for line in service.logs(follow=True, since=since):
                    await to.send(line)

        async with anyio.create_task_group() as group, receive:
            async with send:
                for service in self.services:
                    group.start_soon(pass_on, service, send.clone())
            yield receive
            group.cancel_scope.cancel()

    async def service(self, name: str) -> Service:
        """Return a service by its own name, or by that of a Compose service in it.

        Raises:
            InvalidSpec: The project has none of that name.

        Calls:
            ecs:DescribeTaskDefinition for each service, where the name is a container's
        """
        for service in self.services:
            if service.name in {name, f"{self.name}-{name}"}:
                return service
        containers: list[str] = []
        for service in self.services:
            definition = await describe_definition(self._session, service.definition_arn)
            names = [each["name"] for each in definition.raw["containerDefinitions"]]
            if name in names:
                return service
            containers += names
        known = ", ".join([*(each.name for each in self.services), *containers]) or "none"
        message = one_line(f"project {self.name} has no service {name!r}; it has {known}")
        problem = Problem(
            path="service", rule="compose-service", given=name, allowed=known, message=message
        )
        raise InvalidSpec(f"project {self.name!r}", [problem])

    async def scale(self, name: str, count: int) -> Service:
        """Change how many tasks a service shall have.

        In a project of one task all containers have one count: that of the task.

        Args:
            name: As of `service()`.
            count: How many, 0 or more.

        Returns:
            The service as AWS answered; `wait_stable()` waits for the tasks.

        Calls:
            ecs:UpdateService; those of `service()`
        """
        return await (await self.service(name)).scale(count)

    async def stop(self) -> RunningProject:
        """Scale every service to no task, and remember the counts; auto scaling rests.

        Calls:
            ecs:TagResource, ecs:UpdateService for each service that has a count; where one is
            scaled automatically those of `Scaling.suspend()`
        """
        for service in self.services:
            if service.desired_count == 0:
                continue
            with suppress(NotFound):
                await (await service.scaling()).suspend()
            await self._session.api.call(
                "ecs",
                "TagResource",
                resourceArn=service.arn,
                tags=tags_to_api({COUNT_TAG: str(service.desired_count)}),
            )
            await service.scale(0)
        return await self.refresh()

    async def start(self) -> RunningProject:
        """Give every service that was stopped the count that it had.

        Calls:
            ecs:UpdateService, ecs:UntagResource for each; where one is scaled automatically those
            of `Scaling.resume()`
        """
        for service in self.services:
            count = service.tags.get(COUNT_TAG, "")
            if service.desired_count == 0 and count.isdigit():
                await service.scale(int(count))
                with suppress(NotFound):
                    await (await service.scaling()).resume()
                await self._session.api.call(
                    "ecs", "UntagResource", resourceArn=service.arn, tagKeys=[COUNT_TAG]
                )
        return await self.refresh()

    async def remains(self, *, logs: bool = False) -> tuple[str, ...]:
        """Return what `down()` would delete or keep, in words; nothing is changed.

        Args:
            logs: As of `down()`.

        Calls:
            those of `down()` that look, once
        """
        return await remains(self._session, self.name, self.cluster_name, logs=logs)

    async def down(self, *, logs: bool = False, on_step: OnStep | None = None) -> TakenDown:
        """Take everything down that was made for the project, and prove that nothing is left.

        What others made stays: roles, log groups and clusters that were there before. Log groups
        with lines in them stay as well, unless it is said otherwise. So does what is still used
        in the region: by services of the project in other clusters, and by tasks of its definitions
        wherever they run. It may be asked again at any time.

        Args:
            logs: Whether the project's log groups go with every line in them.
            on_step: Told of every step.

        Raises:
            TeardownIncomplete: Something is left, or could not be looked for; it names them.

        Calls:
            to look, twice: ecs:DescribeClusters, ecs:ListServices, ecs:DescribeServices,
            ecs:ListTasks, ecs:ListTaskDefinitionFamilies, ecs:ListTaskDefinitions,
            ecs:DescribeTaskDefinition for each revision, iam:GetRole, logs:DescribeLogGroups,
            logs:ListTagsForResource, logs:DescribeLogStreams, servicediscovery:ListNamespaces; to
            look elsewhere in the region, twice too: ecs:ListClusters, ecs:DescribeClusters for
            every 100, and for each cluster with services or tasks in it ecs:ListServices for every
            100 and ecs:ListTasks for each family of the project, with ecs:DescribeServices and
            ecs:DescribeTasks of what is found; and what deletes them
        """
        return await take_down(
            self._session, self.name, self.cluster_name, logs=logs, on_step=on_step
        )


async def running(aws: Connection, name: str, *, cluster: str = USUAL_CLUSTER) -> RunningProject:
    """Look at a project as it runs, by its name alone; no file is read.

    Args:
        cluster: Where its services are.

    Returns:
        The project; false if there is no service of it.

    Calls:
        ecs:DescribeClusters, ecs:ListServices, ecs:DescribeServices
    """
    return await find_project(aws._session, name, cluster)


async def find_project(session: Session, name: str, cluster_name: str) -> RunningProject:
    """Look for the services of a project; none is no error.

    Calls:
        ecs:DescribeClusters, ecs:ListServices, ecs:DescribeServices
    """
    cluster = await find_cluster(session, cluster_name)
    services = await find_services(session, cluster, name) if cluster else []
    return RunningProject(
        name=name,
        cluster_name=cluster_name,
        cluster=cluster,
        services=tuple(each for each in services if belongs(each.tags, name)),
        _session=session,
    )
