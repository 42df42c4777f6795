"""A visitor: sends requests to a load balancer, and counts who answered them and how."""

from __future__ import annotations

import re
import secrets
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from html import unescape

import aiohttp
import anyio

from fargate_kit.errors import ConfigurationError
from fargate_kit.learn.reading import badge_of
from fargate_kit.learn.views.frame import SIMULATED
from fargate_kit.learn.views.request_router import (
    MOST_DOTS,
    AnswerRow,
    RouterPicture,
    request_router,
    request_router_text,
)
from fargate_kit.load_balancing.load_balancer import LoadBalancer

__all__ = ["AGENT", "BATCH", "MOST", "Tally", "Visitor", "entrance"]

AGENT = "fargate-kit-visitor"
"""How its requests call themselves; access logs have it, with the batch behind a slash."""
BATCH = "batch"

MOST = 1000
"""How many requests one batch has at most."""
AT_ONCE = 8
# Real seconds for one answer; a balancer itself gives up on a target after sixty.
PATIENCE = 10.0
# Steady traffic: a request every second of Fargate, within what is kind to either side.
NOMINAL, QUICKEST, SLOWEST = 1.0, 0.01, 0.1
LONGEST_NAME = 44
MOST_ROWS = 12
# Of an answer, what its first line is looked for in.
READ = 2000

_TAGS = re.compile(r"<[^>]*>")
_TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)
BALANCER, NOBODY, OTHERS = "the load balancer itself", "nobody", "others"


def entrance(balancer: LoadBalancer, port: int = 80) -> str:
    """Return the URL at which a listener of a load balancer is reached from this machine.

    A simulated one is reached at the simulated account's own address, a live one by its DNS name.

    Raises:
        ConfigurationError: The simulated account has a step clock, and is not served.
    """
    session = balancer._session
    if badge_of(session) != SIMULATED:
        return balancer.url if port == 80 else f"{balancer.url}:{port}"
    url = session.api.endpoint_url or ""
    if url.endswith(".simulated"):
        raise ConfigurationError(
            "a simulated account on a step clock takes no requests from outside: simulate(speed=…)"
        )
    return f"{url}/_alb/{balancer.dns_name}:{port}"


class Tally:
    """What became of some requests.

    Attributes:
        batch: The name that they have in access logs.
    """

    def __init__(self, name: str, badge: str | None = None, *, batch: str = "") -> None:
        self.batch = batch
        self._name = name
        self._badge = badge
        self._rows: dict[str, Counter[str]] = {}
        self._bad: Counter[str] = Counter()
        self._recent: deque[tuple[str, bool]] = deque(maxlen=MOST_DOTS)

    def __repr__(self) -> str:
        return request_router_text(self.picture())

    def _repr_html_(self) -> str:
        return request_router(self.picture())

    @property
    def sent(self) -> int:
        """How many requests have an end, good or bad."""
        return sum(each.total() for each in self._rows.values())

    @property
    def failed(self) -> int:
        """How many had no answer, or one with a code of 400 and more."""
        return self._bad.total()

    @property
    def answered(self) -> dict[str, int]:
        """How many requests each has answered, by what it calls itself."""
        return {who: codes.total() for who, codes in self._rows.items()}

    def count(self, who: str, status: int | None) -> None:
        """Count the end of a request; a status of None is no answer."""
        if who not in self._rows and len(self._rows) >= MOST_ROWS:
            who = OTHERS
        ok = status is not None and status < 400
        code = "no answer" if status is None else str(status)
        self._rows.setdefault(who, Counter())[code] += 1
        self._bad[who] += not ok
        self._recent.append((who, ok))

    def picture(self) -> RouterPicture:
        """Return it as the picture shows it: who serves first, who fails last."""
        order = sorted(self._rows, key=lambda who: (self._bad[who] > 0, who))
        return RouterPicture(
            name=self._name,
            rows=tuple(
                AnswerRow(
                    who=who, codes=tuple(sorted(self._rows[who].items())), failed=self._bad[who]
                )
                for who in order
            ),
            recent=tuple((order.index(who), ok) for who, ok in self._recent),
            badge=self._badge,
        )


class Visitor:
    """Sends GET requests to a load balancer, and asks nobody else.

    Args:
        path: What is asked for; it begins with a slash.
        seen: Called after each request.
    """

    def __init__(
        self, balancer: LoadBalancer, *, path: str = "/", seen: Callable[[], None] | None = None
    ) -> None:
        self._url = f"{entrance(balancer)}{path}"
        self._name = f"GET {path} at {balancer.name}"
        self._badge = badge_of(balancer._session)
        speed: float = getattr(balancer._session.clock, "speed", 1.0)
        self._every = min(SLOWEST, max(QUICKEST, NOMINAL / speed))
        self._seen = seen or (lambda: None)
        self.tally = self.fresh("all")

    def fresh(self, kind: str) -> Tally:
        """Return an empty tally with a batch of its own."""
        return Tally(self._name, self._badge, batch=f"{kind}-{secrets.token_hex(4)}")

    async def send(self, count: int) -> Tally:
        """Send so many requests, a few at a time, and return what became of them.

        Raises:
            ValueError: The count is not one of 1 to 1000.
        """
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST:
            raise ValueError(f"a batch has 1 to {MOST} requests, not {count!r}")
        batch, left = self.fresh(BATCH), iter(range(count))

        async def work(session: aiohttp.ClientSession) -> None:
            for _ in left:
                await self._ask(session, batch)

        async with self._session() as session, anyio.create_task_group() as group:
            for _ in range(min(AT_ONCE, count)):
                group.start_soon(work, session)
        return batch

    async def keep_sending(self, batch: Tally, until: Callable[[], bool] = lambda: False) -> None:
        """Send one request after the other, at a steady pace, until it is told or cancelled."""
        async with self._session() as session:
            while not until():
                began = time.monotonic()
                await self._ask(session, batch)
                await anyio.sleep(max(0.0, began + self._every - time.monotonic()))

    @asynccontextmanager
    async def steady(self) -> AsyncIterator[Tally]:
        """Send requests at a steady pace for as long as the block lasts.

        The first has its answer before the block begins, and one more is sent after its end, so
        that the state before and the state after have been met, however slow this machine is.
        """
        batch, over = self.fresh("steady"), False
        try:
            async with self._session() as session, anyio.create_task_group() as group:
                await self._ask(session, batch)
                group.start_soon(self.keep_sending, batch, lambda: over)
                try:
                    yield batch
                except BaseException:
                    group.cancel_scope.cancel()
                    raise
                over = True
                await self._ask(session, batch)
        except BaseExceptionGroup as several:
            # A notebook shows a group of errors badly, and its reader expects the one.
            if len(several.exceptions) > 1:
                raise
            raise several.exceptions[0] from None

    def _session(self) -> aiohttp.ClientSession:
        # Neither a proxy nor cookies: every request is a new visitor's, and goes straight there.
        return aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=PATIENCE), cookie_jar=aiohttp.DummyCookieJar()
        )

    async def _ask(self, session: aiohttp.ClientSession, batch: Tally) -> None:
        try:
            async with session.get(
                self._url,
                headers={"User-Agent": f"{AGENT}/{batch.batch}"},
                allow_redirects=False,
            ) as answer:
                text = (await answer.content.read(READ)).decode("utf-8", "replace")
                who = _who(answer.headers.get("Server", ""), text)
                status: int | None = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            who, status = NOBODY, None
        for tally in (batch, self.tally):
            tally.count(who, status)
        self._seen()


def _who(server: str, text: str) -> str:
    """Tell who answered: the balancer by its header, anybody else by the title or first line.

    An Application Load Balancer calls itself `awselb/2.0` in what it answers by itself.
    """
    if server.startswith("awselb"):
        return BALANCER
    title = _TITLE.search(text)
    plain = unescape(_TAGS.sub(" ", title[1] if title else text)).strip()
    first = " ".join(plain.partition("\n")[0].split())
    if not first:
        return "somebody without a word"
    return first if len(first) <= LONGEST_NAME else f"{first[: LONGEST_NAME - 1]}…"
