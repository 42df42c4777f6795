"""The simulated Fargate as its users hold it: start it, connect to it, let its time pass."""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TypeVar, cast
from urllib.parse import urlsplit

import anyio
import anyio.lowlevel
import anyio.to_thread
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from fargate_kit.connections.connection import Connection, connect
from fargate_kit.core.api import Credentials
from fargate_kit.core.clock import Clock
from fargate_kit.core.opening import Opening
from fargate_kit.core.transport import Transport, TransportRequest, TransportResponse
from fargate_kit.errors import ConfigurationError
from fargate_kit.model.arguments import wrong_argument
from fargate_kit.services.service import Service
from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock, WallClock
from fargate_kit.sim.fault_json import check_fault
from fargate_kit.sim.faults import Fault, Faults
from fargate_kit.sim.front_door import FrontDoor
from fargate_kit.sim.quotas import Quotas
from fargate_kit.sim.request import Request
from fargate_kit.sim.scaling.loads import Demand, Load
from fargate_kit.sim.streaming import ByteStream, StreamingResponse
from fargate_kit.sim.timing import Timing
from fargate_kit.sim.workloads import Workloads

__all__ = ["Simulating", "World", "reach", "simulate"]

T = TypeVar("T")

REGION = "us-east-1"
# Any key pair will do; these say what they are.
CREDENTIALS = Credentials(access_key_id="SIMULATED", secret_access_key="simulated")  # noqa: S106
# Fast enough to be waited for, slow enough to be watched.
SPEED = 20.0
# How many turns everyone else gets before a stepped clock takes them all to be asleep.
TURNS = 30
# Seconds after which botocore takes a silent connection for lost, unless it is told otherwise.
READ_TIMEOUT = 60.0
# Nominal seconds after which a stream that stays open is looked at again on a step clock.
STREAM_AGAIN = 0.25
# What the extra `sim` brings, and nothing else does.
NEEDED = ("moto", "flask", "flask_cors")


class World:
    """A simulated Fargate that runs; made by `simulate()`.

    With a wall clock it is served over HTTP on the loopback address, to any client. With a step
    clock its time moves only while everybody who is connected to it sleeps, or when it is told to;
    then nothing runs beside the caller, and the same calls give the same answers in every run.

    Attributes:
        account: The simulated account. While it is served, touch it only in `run()`.
    """

    def __init__(self, account: Account, door: FrontDoor | None) -> None:
        self.account = account
        self._door = door
        self._closed = False
        clock = account.engine.clock
        self._clock: Clock = (
            _SteppedClock(account, clock)
            if isinstance(clock, StepClock)
            else _ScaledClock(cast(WallClock, clock))
        )

    def __repr__(self) -> str:
        where = self._door.url if self._door else "on a step clock"
        return f"<simulated Fargate, account {self.account.id}, {where}>"

    @property
    def url(self) -> str:
        """The endpoint URL for other clients.

        Raises:
            RuntimeError: The world has a step clock, and is not served.
        """
        if self._door is None:
            raise RuntimeError("a world on a step clock has no URL; connect() reaches it")
        return self._door.url

    @property
    def clock(self) -> Clock:
        """Nominal seconds, as Fargate would take them; what connections of `connect()` wait by."""
        return self._clock

    def connect(self, *, region: str = REGION, poll_every: float = 1.0) -> Opening[Connection]:
        """Open a connection to this world, timed by its clock: await it, or enter it.

        Args:
            region: Each region of the account is a place of its own.
            poll_every: Nominal seconds between two looks at something young.

        Raises:
            RuntimeError: The world has ended.
        """
        if self._closed:
            raise RuntimeError(
                "this simulated Fargate has ended: connect inside its `async with` block, or "
                "before its aclose()"
            )
        return connect(
            region=region,
            endpoint_url=self._door.url if self._door else f"http://{_InProcess.HOST}",
            credentials=CREDENTIALS,
            clock=self._clock,
            poll_every=poll_every,
            transport=None if self._door else self.transport(),
            seed=self.account.seed,
        )

    def transport(self) -> Transport:
        """Give what carries requests to a world on a step clock, in the caller's own process.

        Raises:
            RuntimeError: The world is served over HTTP.
        """
        if self._door is not None:
            raise RuntimeError("a world that is served is reached at its URL")
        return _InProcess(self.account, self._clock)

    def run(self, change: Callable[[Account], T]) -> T:
        """Run a function with the account, where nobody else touches it at the same time."""
        if self._door is None:
            return change(self.account)
        return self._door.run(lambda: change(self.account))

    def set_load(
        self, service: Service, *, cpu: Demand | None = None, memory: Demand | None = None
    ) -> None:
        """Give the tasks of a service something to do, which those that run share evenly.

        Args:
            service: Of this world.
            cpu: Percent of what one task may use: 180 are 90 percent of each of two tasks, and a
                task has no more than 100. Or a function from the nominal seconds since this call
                to that number. None leaves it as it is.
            memory: Likewise.

        Raises:
            LookupError: The world has no such service, or it is being deleted.
            ValueError: A load is negative, or infinite.
            TypeError: It is neither a number nor a function.
        """
        for name, demand in (("cpu", cpu), ("memory", memory)):
            is_number = isinstance(demand, int | float) and not isinstance(demand, bool)
            if not (demand is None or is_number or callable(demand)):
                raise wrong_argument(name, demand, "percent of what one task may use")
        region, cluster = _place_of(service)
        self.run(
            lambda account: account.scaling(region).set_load(
                cluster, service.name, cpu=cpu, memory=memory
            )
        )

    def load(self, service: Service) -> Load | None:
        """Tell what a service was given to do; None if nothing was said of it."""
        region, cluster = _place_of(service)
        return self.run(lambda account: account.scaling(region).load(cluster, service.name))

    async def aclose(self) -> None:
        """End the world and everything in it; ending it twice is fine."""
        with anyio.CancelScope(shield=True):
            if self._door is not None:
                await anyio.to_thread.run_sync(self._door.stop)
            self.close()

    def close(self) -> None:
        """End the world where nothing can be awaited; ending it twice is fine."""
        if not self._closed:
            self._closed = True
            if self._door is not None:
                self._door.stop()
            self.account.close()


def _place_of(service: Service) -> tuple[str, str]:
    """Return the region of a service and the name of its cluster."""
    return service.cluster_arn.split(":")[3], service.cluster_arn.rpartition("/")[2]


class Simulating(Opening[World]):
    """A world on its way: await it, or enter it; with a step clock, without `async` too."""

    def __init__(self, start: Callable[[], World], *, threads: bool) -> None:
        super().__init__(self._begin, call="simulate(…)")
        self._start = start
        self._threads = threads

    def __enter__(self) -> World:
        if self._threads:
            raise RuntimeError("a world with a clock that runs is entered with `async with`")
        self._opened = world = self._start()
        return world

    def __exit__(self, *exception: object) -> None:
        if self._opened is not None:
            self._opened.close()

    async def _begin(self) -> World:
        if not self._threads:
            return self._start()
        # A cancellation waits for the thread: a world that has been started must be known.
        return await anyio.to_thread.run_sync(self._start)


def simulate(
    *,
    speed: float | None = None,
    step: bool = False,
    seed: int = 0,
    port: int = 0,
    timing: Timing | None = None,
    workloads: Workloads | None = None,
    strict: bool = False,
    quotas: bool | Quotas = False,
    faults: Iterable[Fault] = (),
    enforce_iam: bool = False,
) -> Simulating:
    """Start a simulated Fargate: `world = await simulate()`, or `async with simulate() as world`.

    Args:
        speed: Nominal seconds that pass in one real second; 1 is Fargate's own pace, None is 20.
        step: Let time stand still until everybody sleeps, for tests; there is no speed then.
        seed: Ids, addresses and jitter are drawn from it.
        port: The port on 127.0.0.1; 0 takes a free one.
        timing: How long things take, in nominal seconds.
        workloads: What containers do, by image name.
        strict: Check every answer against AWS's service model.
        quotas: Whether AWS's own quotas are kept, or which ones.
        faults: What goes wrong, planned from the beginning.
        enforce_iam: Hold requests that are signed with a key of IAM against its policies.

    Raises:
        ConfigurationError: The packages of the extra `sim` are not installed.
        PortInUse: Somebody else listens on the port.
        InvalidFault: A fault makes no sense.
        ValueError: The speed is not a positive number, a step clock was given one, or the port is
            no port.
        TypeError: The speed is no number.
    """
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise ConfigurationError(
            f"the simulated Fargate needs {', '.join(missing)}: pip install 'fargate-kit[sim]'"
        )
    if not (isinstance(port, int) and 0 <= port <= 65535):
        raise ValueError(f"port must be a number from 0 to 65535, not {port!r}")
    if step and speed is not None:
        raise ValueError(
            f"simulate(step=True, speed={speed!r}): a step clock has no speed; leave one out"
        )
    if isinstance(speed, bool) or not isinstance(speed, int | float | None):
        raise wrong_argument("simulate(speed=…)", speed, "a positive number", "such as 20")
    planned = tuple(faults)
    for fault in planned:
        check_fault(fault)
    clock = StepClock() if step else WallClock(SPEED if speed is None else speed)

    def start() -> World:
        plan = Faults()
        for fault in planned:
            plan.plan(fault)
        account = Account(
            clock=clock,
            seed=seed,
            timing=timing,
            workloads=workloads,
            faults=plan,
            strict=strict,
            quotas=Quotas() if quotas is True else quotas or None,
            enforce_iam=enforce_iam,
        )
        if step:
            return World(account, None)
        door = FrontDoor(account, port=port)
        try:
            door.start()
        except BaseException:
            account.close()
            raise
        return World(account, door)

    return Simulating(start, threads=not step)


def reach(url: str, *, speed: float, region: str = REGION) -> Opening[Connection]:
    """Open a connection to a simulated Fargate that somebody else serves.

    Args:
        url: As `fargate-kit sim` prints it.
        speed: Nominal seconds that pass there in one real second, by which waits are timed.
        region: Each region of the account is a place of its own.

    Raises:
        ValueError: The speed is not a positive number.
    """
    return connect(
        region=region,
        endpoint_url=url,
        credentials=CREDENTIALS,
        clock=_ScaledClock(WallClock(speed)),
    )


class _ScaledClock:
    """The wall clock in nominal seconds; it goes on smoothly when the speed changes."""

    def __init__(self, clock: WallClock) -> None:
        self._clock = clock
        self._looked = time.monotonic()
        self._speed = clock.speed
        self._now = 0.0

    @property
    def speed(self) -> float:
        """Nominal seconds in a real one; the account's time stamps are in real ones."""
        return self._clock.speed

    def now(self) -> float:
        looked = time.monotonic()
        self._now += (looked - self._looked) * self._speed
        self._looked, self._speed = looked, self._clock.speed
        return self._now

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds / self._clock.speed)


class _SteppedClock:
    """A clock that moves its world to the next deadline once everybody who uses it sleeps.

    It can tell only by giving everyone some turns, so who does other I/O between two sleeps may be
    overtaken. Calls to the world are none: they are answered at once, in the same process. Whoever
    falls asleep or wakes up shows that somebody is awake, and the turns are counted anew.
    """

    def __init__(self, account: Account, clock: StepClock) -> None:
        self._account = account
        self._clock = clock
        self._epoch = clock.now()
        # Whole microseconds, as the world has them: a deadline is reached exactly.
        self._deadlines: list[int] = []
        self._stirred = 0

    def now(self) -> float:
        return (self._clock.now() - self._epoch) / 1_000_000

    def present(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now() / 1_000_000, UTC)

    async def sleep(self, seconds: float) -> None:
        deadline = self._clock.now() + math.ceil(seconds * 1_000_000)
        heapq.heappush(self._deadlines, deadline)
        self._stirred += 1
        try:
            await anyio.lowlevel.checkpoint()
            while self._clock.now() < deadline:
                await self._everybody_sleeps(deadline)
                if self._clock.now() < deadline:
                    self._clock.move_to(self._deadlines[0])
                    self._account.advance()
        finally:
            self._stirred += 1
            self._deadlines.remove(deadline)
            heapq.heapify(self._deadlines)

    async def _everybody_sleeps(self, deadline: int) -> None:
        """Give the others turns until none of them stirs, or the deadline has come."""
        quiet, stirred = 0, self._stirred
        while quiet < TURNS and self._clock.now() < deadline:
            await anyio.lowlevel.checkpoint()
            quiet = quiet + 1 if self._stirred == stirred else 0
            stirred = self._stirred


class _SteppedStream:
    """An answer that stays open, whose reader lets the time of its world pass."""

    def __init__(self, stream: ByteStream, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock

    async def read(self) -> bytes | None:
        await anyio.lowlevel.checkpoint()
        while (data := self._stream.read()) == b"":
            await self._clock.sleep(STREAM_AGAIN)
        return data

    async def aclose(self) -> None:
        self._stream.close()


class _InProcess:
    """Carries requests to an account in the same process, on the caller's own thread."""

    HOST = "fargate.simulated"

    def __init__(self, account: Account, clock: Clock) -> None:
        self._account = account
        self._clock = clock

    async def send(self, request: TransportRequest) -> TransportResponse:
        await anyio.lowlevel.checkpoint()
        url = urlsplit(request.url)
        answer = self._account.start_answer(
            Request(
                method=request.method,
                path=url.path or "/",
                query=url.query,
                headers={name.lower(): value for name, value in request.headers.items()},
                body=request.body,
            )
        )
        if isinstance(answer, Future):
            answer = answer.result()
        if answer.late > READ_TIMEOUT:
            await self._clock.sleep(READ_TIMEOUT)
            raise ReadTimeoutError(endpoint_url=request.url)
        if answer.late:
            await self._clock.sleep(answer.late)
        if isinstance(answer, StreamingResponse):
            return TransportResponse(
                status=answer.status,
                headers=dict(answer.headers),
                body=b"",
                stream=_SteppedStream(answer.stream, self._clock),
            )
        if answer.dropped:
            raise ConnectionClosedError(endpoint_url=request.url)
        return TransportResponse(
            status=answer.status, headers=dict(answer.headers), body=answer.body
        )
