"""How one input of a fan-out ended: a value, until somebody asks for an error."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Generic, Self, TypeVar

from fargate_kit.errors import ApiError, PlacementFailed, TaskFailed
from fargate_kit.fan_out.cost import Meter
from fargate_kit.fan_out.retries import AttemptVerdict
from fargate_kit.model.values import LogLine
from fargate_kit.tasks.task import Task

__all__ = ["Attempt", "TaskResult"]

T = TypeVar("T")

# So long before its end a task's log is read for its last lines.
LAST_WORDS = timedelta(minutes=15)
# To so much of a dollar a task's cost is told: less is nobody's bill.
MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of an input.

    Attributes:
        number: 1 for the first.
        task: The stopped task; None if there was none.
        verdict: How it ended.
        error: AWS's refusal of the call, where that was the end of it.
    """

    number: int
    task: Task | None
    verdict: AttemptVerdict
    error: ApiError | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TaskResult(Generic[T]):
    """What became of one input; a failure is a value until `raise_for_exit()` is called.

    Attributes:
        index: The input's place among the inputs, from 0.
        item: The input: the value that was mapped, or its overrides.
        attempts: Every try that was made, in order; the last one counts.
    """

    index: int
    item: T
    attempts: tuple[Attempt, ...]
    _meter: Meter | None = field(default=None, repr=False, compare=False)

    @property
    def task(self) -> Task | None:
        """The task of the last attempt, stopped; None if Fargate never took one."""
        return self.attempts[-1].task

    @property
    def verdict(self) -> AttemptVerdict:
        """How the last attempt ended."""
        return self.attempts[-1].verdict

    @property
    def succeeded(self) -> bool:
        """Whether the task ended by itself, and every essential container with 0."""
        return self.verdict.succeeded

    @property
    def reason(self) -> str:
        """AWS's words on the end, with the container and its exit code where one failed."""
        return self.verdict.reason

    @property
    def family(self) -> str:
        """The class of the reason, such as `exit`, `image`, `spot` or `capacity`."""
        return self.verdict.family

    @property
    def transient(self) -> bool:
        """Whether trying again may help without changing anything."""
        return self.verdict.transient

    @property
    def remedy(self) -> str:
        """What to do about a failure, in plain words; empty for a success."""
        return self.verdict.remedy

    @property
    def arn(self) -> str | None:
        """The task's ARN."""
        return self.task.arn if self.task else None

    @property
    def id(self) -> str | None:
        """The task's id."""
        return self.task.id if self.task else None

    @property
    def exit_code(self) -> int | None:
        """The exit code of the first essential container; None if it never ran."""
        return self.task.exit_code if self.task else None

    @property
    def exit_codes(self) -> Mapping[str, int | None]:
        """The exit code of every container, by its name."""
        return {each.name: each.exit_code for each in self.task.containers} if self.task else {}

    @property
    def capacity_provider(self) -> str | None:
        """Where the last attempt ran: `FARGATE_SPOT`, or None for plain Fargate."""
        return self.task.capacity_provider if self.task else None

    @property
    def started_at(self) -> datetime | None:
        """When the last attempt's containers ran."""
        return self.task.started_at if self.task else None

    @property
    def stopped_at(self) -> datetime | None:
        """When the last attempt had ended."""
        return self.task.stopped_at if self.task else None

    @property
    def seconds_waited(self) -> float | None:
        """Seconds from the last attempt's RunTask until its containers ran."""
        return _between(self.task.created_at, self.task.started_at) if self.task else None

    @property
    def seconds_run(self) -> float | None:
        """Seconds for which the last attempt's containers ran."""
        if self.task is None:
            return None
        return _between(
            self.task.started_at, self.task.execution_stopped_at or self.task.stopped_at
        )

    @property
    def cost(self) -> Decimal | None:
        """US dollars of all attempts by list prices, to a millionth: an estimate.

        None where no price is known.
        """
        if self._meter is None:
            return None
        costs = [self._meter.of(each.task) for each in self.attempts if each.task is not None]
        known = [cost for cost in costs if cost is not None]
        if len(known) < len(costs):
            return None
        return sum(known, Decimal(0)).quantize(MILLIONTH)

    def raise_for_exit(self) -> Self:
        """Return the result itself if it succeeded.

        Raises:
            PlacementFailed: Fargate took no task.
            ApiError: AWS refused the call.
            StartFailed: The task stopped without ever having run.
            ExitedNonZero: An essential container ended with something other than 0.
            TaskFailed: The task was taken away or stopped, and ended with 0 then.
        """
        if self.succeeded:
            return self
        last = self.attempts[-1]
        if last.error is not None:
            raise last.error
        if last.task is None:
            raise PlacementFailed(
                f"input {self.index} was not placed: {self.reason}", reasons=[self.reason]
            )
        last.task.raise_for_exit()
        raise TaskFailed(
            f"task {last.task.id} was ended: {self.reason}\n{self.remedy}",
            task_arn=last.task.arn,
            reason=self.reason,
        )

    async def logs(
        self,
        *,
        since: datetime | timedelta | None = None,
        until: datetime | None = None,
        pattern: str | None = None,
    ) -> AsyncIterator[LogLine]:
        """Yield what the last attempt's containers wrote, by time; nothing if none ever ran.

        Args:
            since: Leave out lines before this moment, or those of longer ago.
            until: Leave out lines after this moment.
            pattern: A filter pattern of CloudWatch Logs: AWS leaves out what does not match.

        Raises:
            ConfigurationError: No container of the task uses the awslogs driver.
            InvalidSpec: The moments or the pattern make no sense.

        Calls:
            logs:FilterLogEvents; ecs:DescribeTaskDefinition if the revision is not known yet
        """
        if self.task is not None:
            async for line in self.task.logs(since=since, until=until, pattern=pattern):
                yield line

    async def last_lines(self, count: int = 20) -> tuple[LogLine, ...]:
        """Return the last lines that the last attempt's containers wrote, by time.

        Args:
            count: How many at most, of those of its last fifteen minutes.

        Raises:
            ConfigurationError: No container of the task uses the awslogs driver.

        Calls:
            logs:FilterLogEvents; ecs:DescribeTaskDefinition if the revision is not known yet
        """
        if self.task is None:
            return ()
        since = self.stopped_at - LAST_WORDS if self.stopped_at else None
        lines: deque[LogLine] = deque(maxlen=count)
        async for line in self.task.logs(since=since):
            lines.append(line)
        return tuple(lines)

    def __repr__(self) -> str:
        return f"<TaskResult: {self}>"

    def __str__(self) -> str:
        how = "succeeded" if self.succeeded else f"failed ({self.family}): {self.reason}"
        tries = f" after {len(self.attempts)} attempts" if len(self.attempts) > 1 else ""
        return f"input {self.index} {how}{tries}"


def _between(begin: datetime | None, end: datetime | None) -> float | None:
    return (end - begin).total_seconds() if begin and end else None
