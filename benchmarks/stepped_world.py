"""A simulated Fargate in another process, whose time this one moves, and what is deployed in it."""

from __future__ import annotations

import heapq
import http.client
import json
import math
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import anyio.lowlevel
import botocore.session

import fargate_kit as fk
from benchmarks.raw_client import REGION

# Enough turns for whoever is awake to fall asleep; requests block, so nobody waits for an answer.
TURNS = 30


class SteppedWorld:
    """The time of a served simulator, and what happens in it at set moments.

    Args:
        url: Of a simulator on a step clock.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        place = urlsplit(url)
        self._wire = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._passed = 0.0

    @property
    def passed(self) -> float:
        """Nominal seconds since the world was begun anew."""
        return self._passed

    @property
    def account_id(self) -> str:
        """The simulated account's."""
        number: str = self._get("/_sim")["account_id"]
        return number

    def begin_anew(self) -> None:
        """Take away everything that was made."""
        self._post("/_sim/reset", {})
        self._later.clear()
        self._passed = 0.0

    def plan(self, fault: Mapping[str, Any]) -> None:
        """Let something go wrong."""
        self._post("/_sim/faults", fault)

    def at(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something so many nominal seconds from now, while somebody sleeps."""
        self._later.append((self._passed + seconds, act))

    def advance(self, seconds: float) -> None:
        """Let time pass, with all that is to happen meanwhile."""
        end = self._passed + seconds
        while due := [each for each in self._later if each[0] <= end]:
            first = min(due, key=lambda each: each[0])
            self._later.remove(first)
            self._move(first[0] - self._passed)
            first[1]()
        self._move(end - self._passed)

    def epoch(self) -> float:
        """Return the world's time in seconds since the epoch."""
        now: float = self._get("/_sim/clock")["now"]
        return now

    def calls(self) -> Counter[str]:
        """Return how often the simulator was called, by its own count, as `ecs:RunTask`."""
        counted = self._get("/_sim")["calls"]
        return Counter({
            f"{service}:{operation}": count
            for service, operations in counted.items()
            for operation, count in operations.items()
        })

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Send a request and block until it is answered: status, headers and body."""
        self._wire.request(method, path, body=body, headers=dict(headers))
        answer = self._wire.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

    def _move(self, seconds: float) -> None:
        if seconds > 0:
            self._post("/_sim/clock", {"advance": seconds})
            self._passed += seconds

    def _get(self, path: str) -> dict[str, Any]:
        return self._answered(self.request("GET", path, {}, b""))

    def _post(self, path: str, wish: Mapping[str, Any]) -> dict[str, Any]:
        body = json.dumps(wish).encode()
        return self._answered(self.request("POST", path, {}, body))

    def _answered(self, answer: tuple[int, dict[str, str], bytes]) -> dict[str, Any]:
        status, _, body = answer
        if status != 200:
            raise RuntimeError(f"the simulator refused: {body.decode()}")
        told: dict[str, Any] = json.loads(body)
        return told


class WorldTransport:
    """Carries the SDK's requests one by one, so that nothing is under way while somebody sleeps."""

    def __init__(self, world: SteppedWorld) -> None:
        self._world = world

    async def send(self, request: fk.TransportRequest) -> fk.TransportResponse:
        """Carry a request."""
        await anyio.lowlevel.checkpoint()
        url = urlsplit(request.url)
        path = f"{url.path or '/'}{'?' if url.query else ''}{url.query}"
        status, headers, body = self._world.request(
            request.method, path, request.headers, request.body
        )
        lower = {name.lower(): value for name, value in headers.items()}
        return fk.TransportResponse(status=status, headers=lower, body=body)


class WorldClock:
    """The SDK's clock: it moves the world to the next deadline once everybody here sleeps."""

    def __init__(self, world: SteppedWorld) -> None:
        self._world = world
        self._epoch = world.epoch() - world.passed
        self._deadlines: list[float] = []

    def now(self) -> float:
        """Return the nominal seconds that have passed."""
        return self._world.passed

    def present(self) -> datetime:
        """Return the moment that it is in the world."""
        return datetime.fromtimestamp(self._epoch + self._world.passed, UTC)

    async def sleep(self, seconds: float) -> None:
        """Sleep until the world has come so far."""
        # Whole microseconds, as the world has them.
        deadline = math.ceil((self._world.passed + seconds) * 1e6) / 1e6
        heapq.heappush(self._deadlines, deadline)
        try:
            await anyio.lowlevel.checkpoint()
            while self._world.passed < deadline:
                for _ in range(TURNS):
                    await anyio.lowlevel.checkpoint()
                if self._world.passed < deadline:
                    self._world.advance(self._deadlines[0] - self._world.passed)
        finally:
            self._deadlines.remove(deadline)
            heapq.heapify(self._deadlines)


@cache
def _session() -> Any:
    """Return one session, which reads each model once."""
    return botocore.session.get_session()


def blocking_client(service: str, url: str) -> Any:
    """Return botocore's own client of an endpoint."""
    return _session().create_client(
        service,
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id="benchmark",
        aws_secret_access_key="benchmark",  # noqa: S106
    )
