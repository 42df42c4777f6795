"""What a cluster does with tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from typing import TypeVar

from fargate_kit.core.session import Session
from fargate_kit.errors import NotFound
from fargate_kit.fan_out.events import OnEvent
from fargate_kit.fan_out.fan_out import FanOut, FanOutOptions
from fargate_kit.model.pricing import Prices
from fargate_kit.model.values import Network, Overrides
from fargate_kit.tasks.listing import list_tasks
from fargate_kit.tasks.run_task import run_tasks
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task import describe as describe_tasks
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["RunVerbs"]

T = TypeVar("T")


class RunVerbs:
    """Run tasks and find them."""

    __slots__ = ()

    arn: str
    name: str
    capacity_providers: tuple[str, ...]
    _session: Session

    async def run(
        self,
        definition: TaskDefinition | str,
        overrides: Overrides | None = None,
        *,
        network: Network | None = None,
        capacity_provider: str | None = None,
        platform_version: str | None = None,
        group: str | None = None,
        started_by: str | None = None,
        tags: Mapping[str, str] | None = None,
        enable_execute_command: bool = False,
    ) -> Task:
        """Start one task; `wait_running()` and `wait_stopped()` follow it.

        If the caller is cancelled, the answer is awaited and the task stopped: nothing is left.

        Args:
            definition: A registered revision, or what AWS takes: a family or `family:revision`.
            overrides: What this run changes about the definition.
            network: Where the task's interface goes; None is `default_network()`, asked for once.
            capacity_provider: `FARGATE` or `FARGATE_SPOT`; None is the launch type FARGATE.
            platform_version: Such as `1.4.0`; None is AWS's LATEST.
            group: None is AWS's `family:<family>`.
            started_by: A mark that `tasks(started_by=…)` finds, at most 128 characters.
            enable_execute_command: Whether ECS Exec may be used; needs a task role.

        Raises:
            InvalidSpec: Overrides or network cannot work; nothing was sent.
            PlacementFailed: Fargate did not take the task.

        Calls:
            ecs:RunTask; ec2:DescribeVpcs, ec2:DescribeSubnets and ec2:DescribeSecurityGroups once
            if no network is given; ecs:DescribeTaskDefinition if the definition is a name
        """
        tasks = await self.run_many(
            definition,
            1,
            overrides,
            network=network,
            capacity_provider=capacity_provider,
            platform_version=platform_version,
            group=group,
            started_by=started_by,
            tags=tags,
            enable_execute_command=enable_execute_command,
        )
        return tasks[0]

    async def run_many(
        self,
        definition: TaskDefinition | str,
        count: int,
        overrides: Overrides | None = None,
        *,
        network: Network | None = None,
        capacity_provider: str | None = None,
        platform_version: str | None = None,
        group: str | None = None,
        started_by: str | None = None,
        tags: Mapping[str, str] | None = None,
        enable_execute_command: bool = False,
    ) -> tuple[Task, ...]:
        """Start so many identical tasks, ten in a call; either all of them, or none stays.

        Args:
            count: How many, 1 or more.

        The other arguments, and what is raised and called, are those of `run()`.
        """
        return await run_tasks(
            self._session,
            self.arn,
            definition,
            overrides,
            count=count,
            network=network,
            capacity_provider=capacity_provider,
            platform_version=platform_version,
            group=group,
            started_by=started_by,
            tags=tags,
            enable_execute_command=enable_execute_command,
        )

    def fan_out(
        self,
        definition: TaskDefinition | str,
        overrides: Iterable[Overrides],
        *,
        limit: int = 50,
        retries: int = 2,
        capacity: str = "spot-then-on-demand",
        job: str | None = None,
        network: Network | None = None,
        ordered: bool = False,
        timeout: float | None = None,
        max_cost: float | None = None,
        prices: Prices | None = None,
        retry_exit_codes: Collection[int] = (),
        platform_version: str | None = None,
        group: str | None = None,
        tags: Mapping[str, str] | None = None,
        on_event: OnEvent | None = None,
        spill_to: str | None = None,
    ) -> FanOut[Overrides]:
        """Run a task for each of many overrides: `async with` it, and iterate for the results.

        A failed task is a value until `raise_for_exit()`. Leaving the block stops what was started
        and has not ended, and nothing else.

        Args:
            definition: A registered revision, or what AWS takes: a family or `family:revision`.
            overrides: One for each task; those that are equal go ten into a call.
            limit: How many tasks may be there at once.
            retries: How often an input is tried again after a failure that may pass.
            capacity: `spot-then-on-demand`, `spot` or `on-demand`. A cluster without the capacity
                provider FARGATE_SPOT takes the first for the last.
            job: A name under which another process takes the same work up again, up to an hour
                after the first has died: 1 to 100 letters, digits, hyphens, underscores, slashes.
            network: Where the tasks' interfaces go; None is `default_network()`, asked for once.
            ordered: Whether results come in the order of the inputs, or as they are there.
            timeout: Seconds on the connection's clock for everything; None waits for ever.
            max_cost: US dollars by on-demand list prices, at which everything is stopped. It is
                looked at every ten seconds.
            prices: Taken instead of the table of known prices.
            retry_exit_codes: Exit codes by which the program says that trying again may help.
            platform_version: Such as `1.4.0`; None is AWS's LATEST.
            group: None is AWS's `family:<family>`.
            on_event: Called with everything that happens, as a `FanOutEvent`.
            spill_to: A bucket, or `s3://bucket/prefix`. Where overrides are longer than the 8,192
                characters that AWS takes, their longest values of the environment are put there,
                under the mark of the fan-out, and the variable has the address instead:
                `s3://…`. They are deleted on leaving. The task role needs `s3:GetObject` there.
                None refuses such overrides.

        Raises:
            InvalidSpec: Settings that cannot work, at once; or overrides, on entering. Nothing was
                sent.
            ConfigurationError: On entering: there are no prices to hold `max_cost` against.
            WaitTimeout: While iterating: the time was up; `.last` is a `Progress`.
            CostLimitReached: While iterating.
            ApiError: While iterating: AWS refused a call in a way that meets every input, or gave
                no answer for five minutes. On entering: it did not take a value for `spill_to`.

        Calls:
            ecs:RunTask, ecs:DescribeTasks, ecs:StopTask for what must not stay, ecs:TagResource
            (a permission); ecs:ListTasks with a job, or where the answer to RunTask was lost;
            s3:PutObject for each long value, s3:DeleteObjects (permission s3:DeleteObject);
            those of `default_network()` if no network is given
        """
        return self.map(
            definition,
            overrides,
            _itself,
            limit=limit,
            retries=retries,
            capacity=capacity,
            job=job,
            network=network,
            ordered=ordered,
            timeout=timeout,
            max_cost=max_cost,
            prices=prices,
            retry_exit_codes=retry_exit_codes,
            platform_version=platform_version,
            group=group,
            tags=tags,
            on_event=on_event,
            spill_to=spill_to,
        )

    def map(
        self,
        definition: TaskDefinition | str,
        items: Iterable[T],
        to_overrides: Callable[[T], Overrides],
        *,
        limit: int = 50,
        retries: int = 2,
        capacity: str = "spot-then-on-demand",
        job: str | None = None,
        network: Network | None = None,
        ordered: bool = False,
        timeout: float | None = None,
        max_cost: float | None = None,
        prices: Prices | None = None,
        retry_exit_codes: Collection[int] = (),
        platform_version: str | None = None,
        group: str | None = None,
        tags: Mapping[str, str] | None = None,
        on_event: OnEvent | None = None,
        spill_to: str | None = None,
    ) -> FanOut[T]:
        """Run a task for each of many values; each result has its value as `item`.

        Args:
            items: The values, any number that fits into memory.
            to_overrides: Makes the overrides of the task for a value.

        The other arguments, and what is raised and called, are those of `fan_out()`.
        """
        return FanOut(
            self._session,
            self.arn,
            self.capacity_providers,
            definition,
            items,
            to_overrides,
            FanOutOptions(
                limit=limit,
                retries=retries,
                capacity=capacity,
                job=job,
                network=network,
                ordered=ordered,
                timeout=timeout,
                max_cost=max_cost,
                prices=prices,
                retry_exit_codes=retry_exit_codes,
                platform_version=platform_version,
                group=group,
                tags=tags or {},
                on_event=on_event,
                spill_to=spill_to,
            ),
        )

    async def task(self, name: str) -> Task:
        """Look up a task by its id or ARN.

        Raises:
            NotFound: AWS does not know it: stopped ones are kept for about an hour.

        Calls:
            ecs:DescribeTasks
        """
        found = await describe_tasks(self._session, self.arn, [name])
        task = next((task for task in found.values() if task is not None), None)
        if task is None:
            raise NotFound(
                "ecs:DescribeTasks", "MISSING", f"cluster {self.name} has no task {name!r}"
            )
        return task

    async def tasks(
        self,
        *,
        desired_status: str = "RUNNING",
        family: str | None = None,
        service: str | None = None,
        started_by: str | None = None,
    ) -> AsyncIterator[Task]:
        """Yield the cluster's tasks.

        Args:
            desired_status: `RUNNING` (which those that are starting have as well) or `STOPPED`
                (for about an hour).
            started_by: AWS takes it only without the other filters.

        Calls:
            ecs:ListTasks, ecs:DescribeTasks for every 100
        """
        async for task in list_tasks(
            self._session,
            self.arn,
            desired_status=desired_status,
            family=family,
            service=service,
            started_by=started_by,
        ):
            yield task


def _itself(overrides: Overrides) -> Overrides:
    return overrides
