"""Many tasks at once: one for each input, results as they come, and nothing left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, Self, TypeVar

import anyio

from fargate_kit.core.pacing import pacing_of
from fargate_kit.core.session import Session
from fargate_kit.errors import FargateError
from fargate_kit.fan_out.cost import Meter
from fargate_kit.fan_out.events import OnEvent, Progress
from fargate_kit.fan_out.feed import EventFeed
from fargate_kit.fan_out.job import Identity
from fargate_kit.fan_out.ledger import Ledger
from fargate_kit.fan_out.plan import inputs_of
from fargate_kit.fan_out.queue import CallQueue
from fargate_kit.fan_out.result import TaskResult
from fargate_kit.fan_out.run import FanOutRun
from fargate_kit.fan_out.settings import CAPACITIES, ON_DEMAND, Settings, check_settings
from fargate_kit.fan_out.spill import Spill, place_of
from fargate_kit.fan_out.work import Shared, Work
from fargate_kit.model.pricing import Prices
from fargate_kit.model.values import Network, Overrides
from fargate_kit.networks.network import default_network
from fargate_kit.tasks.task_definition import TaskDefinition, describe
from fargate_kit.tasks.task_spec import TaskSpec

__all__ = ["FanOut", "FanOutOptions"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOutOptions:
    """The settings of a fan-out, as `Cluster.fan_out()` and `Cluster.map()` take them."""

    limit: int
    retries: int
    capacity: str
    job: str | None
    network: Network | None
    ordered: bool
    timeout: float | None
    max_cost: float | None
    prices: Prices | None
    retry_exit_codes: Collection[int]
    platform_version: str | None
    group: str | None
    tags: Mapping[str, str] = field(default_factory=dict)
    on_event: OnEvent | None = None
    spill_to: str | None = None


class FanOut(Generic[T]):
    """Runs a task for each input: `async with` it, and iterate over it for the results.

    It is entered once. Leaving the block, in whatever way, stops the tasks of this fan-out that
    have not ended, and touches no other.

    Raises:
        InvalidSpec: Settings that cannot work; nothing was sent.
    """

    def __init__(
        self,
        session: Session,
        cluster_arn: str,
        capacity_providers: Sequence[str],
        definition: TaskDefinition | str,
        items: Iterable[T],
        to_overrides: Callable[[T], Overrides | None],
        options: FanOutOptions,
    ) -> None:
        if isinstance(definition, TaskSpec):
            raise TypeError("register the TaskSpec first: fan_out(await aws.register(spec), …)")
        check_settings(
            limit=options.limit,
            retries=options.retries,
            capacity=options.capacity,
            job=options.job,
            timeout=options.timeout,
            max_cost=options.max_cost,
            spill_to=options.spill_to,
            capacity_providers=capacity_providers,
        )
        self._session = session
        self._cluster_arn = cluster_arn
        self._definition = definition
        self._items = list(items)
        self._overrides = [to_overrides(item) for item in self._items]
        self._options = options
        self._capacities = tuple(
            each
            for each in CAPACITIES[options.capacity]
            if each == ON_DEMAND or each in capacity_providers
        )
        self._identity = Identity.of(options.job)
        self._ledger = Ledger(len(self._items), options.on_event)
        self._raises = False
        self._early: dict[int, TaskResult[T]] = {}
        self._next_index = 0
        self._running: AbstractAsyncContextManager[None] | None = None

    def __repr__(self) -> str:
        job = f" of job {self._options.job!r}" if self._options.job else ""
        return f"<fan-out{job}, {self.progress}>"

    @property
    def progress(self) -> Progress:
        """How far everything has come."""
        return self._ledger.progress

    @property
    def started_by(self) -> str:
        """The mark that all its tasks carry: `cluster.tasks(started_by=…)` finds them."""
        return self._identity.started_by

    def raise_first(self) -> Self:
        """Let the iteration raise at the first input that failed, and return the fan-out itself.

        What is raised is what the result's `raise_for_exit()` raises.
        """
        self._raises = True
        return self

    async def results(self) -> list[TaskResult[T]]:
        """Wait for every result that has not been handed over yet, in the order of the inputs."""
        return sorted([result async for result in self], key=lambda result: result.index)

    def events(self) -> EventFeed:
        """Return an async iterator over everything that happens from now on, as `FanOutEvent`.

        It ends with the last input, or when the block is left, and raises what ended everything
        otherwise. Several may be open; results are handed over beside them. Asked for at the
        beginning of the block, or before it, it misses nothing.
        """
        return self._ledger.feed()

    async def __aenter__(self) -> Self:
        if self._running is not None:
            raise RuntimeError("a fan-out is entered once; make another for another run")
        self._running = self._run()
        await self._running.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        assert self._running is not None  # noqa: S101
        return await self._running.__aexit__(kind, error, trace)

    def __aiter__(self) -> Self:
        if self._running is None:
            raise RuntimeError("enter the fan-out first: async with cluster.fan_out(…) as done")
        return self

    async def __anext__(self) -> TaskResult[T]:
        result = await (self._next_in_order() if self._options.ordered else self._ledger.next())
        if self._raises:
            result.raise_for_exit()
        return result

    async def _next_in_order(self) -> TaskResult[T]:
        while self._next_index not in self._early:
            result = await self._ledger.next()
            self._early[result.index] = result
        self._next_index += 1
        return self._early.pop(self._next_index - 1)

    @asynccontextmanager
    async def _run(self) -> AsyncIterator[None]:
        """Hold the group that works, and clean up in the one right order after it has closed."""
        run = await self._prepared()
        try:
            seen = await run.look_back()
            await run.try_bucket(seen)
            try:
                async with anyio.create_task_group() as group:
                    group.start_soon(run.work, seen)
                    try:
                        yield
                    finally:
                        group.cancel_scope.cancel()
            except BaseExceptionGroup as several:
                if len(several.exceptions) > 1:
                    raise
                raise several.exceptions[0] from None
        except BaseException as error:
            for note in await run.stop():
                error.add_note(note)
            raise
        finally:
            self._ledger.close()
        if left := await run.stop():
            raise FargateError("\n".join(left))
        self._ledger.raise_untold()

    async def _prepared(self) -> FanOutRun:
        session, options, definition = self._session, self._options, self._definition
        if isinstance(definition, str):
            definition = await describe(session, definition)
        session.definitions.setdefault(definition.arn, definition.raw)
        place = place_of(options.spill_to, self.started_by) if options.spill_to else None
        inputs = inputs_of(definition, self._items, self._overrides, place)
        network = options.network
        if network is None:
            network = await session.once(default_network)
        meter = Meter(definition, network, session.api.region, options.prices)
        if options.max_cost is not None:
            meter.check(definition.cpu, definition.memory)
        self._ledger.meter = meter
        shared = Shared(
            session=session,
            cluster_arn=self._cluster_arn,
            definition=definition,
            identity=self._identity,
            settings=self._settings(network),
            ledger=self._ledger,
            queue=CallQueue(session.clock, options.limit),
            pacing=await pacing_of(session),
            meter=meter,
            work=Work(self._ledger),
            spill=Spill(session, place) if place else None,
        )
        return FanOutRun(shared, inputs)

    def _settings(self, network: Network) -> Settings:
        options = self._options
        return Settings(
            limit=options.limit,
            retries=options.retries,
            capacities=self._capacities,
            network=network,
            platform_version=options.platform_version,
            group=options.group,
            tags=options.tags,
            timeout=options.timeout,
            max_cost=options.max_cost,
            retry_exit_codes=frozenset(options.retry_exit_codes),
        )
