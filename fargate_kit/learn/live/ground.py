"""A lab on live AWS: opened only when everything holds, and closed with a proof."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from fargate_kit.connections.connection import Connection, connect
from fargate_kit.core.clock import present
from fargate_kit.core.opening import Opening
from fargate_kit.errors import (
    ApiError,
    ConfigurationError,
    EndpointUnreachable,
    FargateError,
    TeardownIncomplete,
)
from fargate_kit.learn.course import notebook
from fargate_kit.learn.errors import LeftBehind, LiveRefused
from fargate_kit.learn.inventory import inventory
from fargate_kit.learn.live import leaving
from fargate_kit.learn.live.ending import end_lab, things_of
from fargate_kit.learn.live.ledger import Ledger
from fargate_kit.learn.live.meter import Meter
from fargate_kit.learn.live.proof import still_listed, still_there
from fargate_kit.learn.live.rails import LAB, Rails
from fargate_kit.learn.live.settings import (
    Identity,
    LiveSettings,
    lab_mark,
    read_settings,
    refusals,
)
from fargate_kit.learn.live.time_bomb import group_name
from fargate_kit.learn.switch import BACKEND, ENDPOINT, seat_of
from fargate_kit.sim.world import World

__all__ = ["Connecting", "LiveGround", "open_live"]


class Connecting(Protocol):
    """Opens a connection, as `connect()` does."""

    def __call__(self, *, region: str | None = None) -> Opening[Connection]:
        """Return it on its way."""
        ...


class LiveGround:
    """A place in a live account, behind rails.

    Args:
        owner: The connection that `rails` guard.
        found: What an earlier run of the same lab has left.
    """

    is_live = True
    speed = 1.0
    proof = ""
    dials: World | None = None
    no_dials = (
        "this is live AWS, and only a simulated account has dials: skip this cell, or run the "
        f"notebook in a simulated lab (unset {BACKEND})"
    )

    def __init__(
        self,
        owner: Connection,
        *,
        mark: str,
        identity: Identity,
        settings: LiveSettings,
        expires_at: datetime,
        ledger: Ledger,
        found: tuple[str, ...],
    ) -> None:
        self.mark = mark
        self.owner = owner
        self.aws = owner.marked(mark)
        self.expires_at = expires_at
        self.words = ""
        self.meter = Meter(owner, mark, settings.limit, ledger, self._end)
        self.rails = Rails(
            owner._session,
            mark=mark,
            owner=identity.owner,
            account=identity.account,
            expires_at=expires_at,
            ledger=ledger,
            before_making=self.meter.look,
        )
        self._identity = identity
        self._settings = settings
        self._ledger = ledger
        self._found = found
        self._before: frozenset[str] = frozenset()
        owner._session.api.guard = self.rails

    async def begin(self) -> None:
        """Look at the meter for the first time, and say where one is."""
        self._before = await self._seated()
        seen = await self.meter.look(now=True)
        ends = f"{self.expires_at:%H:%M} UTC"
        lines = [
            f"This is AWS itself: account {self._identity.account}, {self.owner.region}, as "
            f"{self._identity.owner}. One second is one second, and things cost money.",
            f"Now {seen.per_hour:.4f} USD an hour, {self.meter.spent:.4f} USD so far, by list "
            f"prices of {seen.as_of or 'no known date'}; the lab ends itself at "
            f"{self._settings.limit} USD. Not counted: {', '.join(seen.uncounted)}.",
            f"At {ends} its time is over. If nobody has closed it by then, schedules in AWS stop "
            "its tasks, scale its services to 0 and delete its load balancer. The last cell, or "
            f"fargate-kit janitor --lab {self.mark} on any computer, takes down everything.",
        ]
        if self._found:
            lines.append(
                f"An earlier run of this lab has left {len(self._found)} things; they go when this "
                f"one is closed: {', '.join(self._found)}."
            )
        self.words = " ".join(lines)

    async def answers(self) -> bool:
        """Take AWS to be there; a call says if it is not."""
        return True

    async def heed(self) -> None:
        """Look at the meter.

        Raises:
            SpendingLimitReached: The lab has cost its limit, and was taken down.
        """
        await self.meter.look()

    async def left(self) -> tuple[str, ...]:
        """List what carries the lab's mark, and what has its seat's name and came since."""
        marked = await things_of(self.owner, self.mark)
        named = {each.rpartition(" ")[2] for each in marked}
        others = sorted(await self._seated() - self._before)
        bomb = group_name(self.mark)
        return (
            *marked,
            *(each for each in others if each.rpartition(" ")[2] not in {*named, bomb}),
        )

    async def take_down(self) -> tuple[str, ...]:
        """Delete what the lab has made, and prove it.

        Tags find what is left, the ledger names what was made, and each of that is described. AWS's
        tagging API is asked as well, but it lags behind: what it says is told, and decides nothing.

        Raises:
            LeftBehind: Something is left.
        """
        try:
            gone = await end_lab(self.owner, self.mark)
        except TeardownIncomplete as error:
            raise LeftBehind((*error.left, *(error.problems if not error.left else ()))) from error
        left = dict.fromkeys((
            *await still_there(self.owner._session, self._ledger),
            *await things_of(self.owner, self.mark),
        ))
        if left:
            raise LeftBehind(tuple(left))
        listed = await still_listed(self.owner._session, LAB, self.mark)
        said = "could not be asked" if listed is None else f"lists {len(listed)}"
        self.proof = (
            f"Nothing carries the mark {self.mark}. The ledger has {len(self._ledger.entries())} "
            "calls that made something, and nothing of it is there when it is described. AWS's "
            f"tagging API, which lags behind, {said}."
        )
        self._ledger.closed()
        leaving.forget(self.mark)
        return gone

    async def aclose(self) -> None:
        """Close the connection."""
        await self.owner.aclose()

    async def _end(self) -> str:
        try:
            gone = await self.take_down()
        except FargateError as error:
            return f"it was to be taken down, but {error}"
        return f"it was taken down, {len(gone)} deleted, 0 left"

    async def _seated(self) -> frozenset[str]:
        """Return what has the seat's name; without a seat an account may hold anybody's things."""
        if not seat_of():
            return frozenset()
        return frozenset(await inventory(self.owner, seat=seat_of()))


async def open_live(
    chapter: int,
    *,
    live: str | None,
    folder: Path,
    connecting: Connecting = connect,
    environment: Mapping[str, str] = os.environ,
) -> LiveGround:
    """Open a lab on live AWS, if everything holds that has to hold.

    Args:
        live: The lab's name, as somebody typed it into the notebook.
        folder: Where the ledger is kept.
        connecting: Opens the connection; the tests' leads to a simulated account, by the same way.

    Raises:
        LiveRefused: Something does not hold; it names everything, and nothing was made.

    Calls:
        sts:GetCallerIdentity, those of `spending()`; to look, those of `Connection.teardown()`
    """
    settings, found = read_settings(environment)
    problems = [*found, *_unnamed(chapter, live)]
    if environment.get(ENDPOINT):
        problems.append(f"{ENDPOINT} names a simulator, and {BACKEND} is aws: unset one")
    # Continuous integration asks nobody anything.
    if any(each.startswith("CI ") for each in found):
        raise LiveRefused(tuple(problems))
    async with AsyncExitStack() as opened:
        try:
            owner = await opened.enter_async_context(connecting())
            reply = await owner._session.api.call("sts", "GetCallerIdentity")
        except (ConfigurationError, ApiError, EndpointUnreachable) as error:
            raise LiveRefused((*problems, f"AWS cannot be asked who you are: {error}")) from error
        identity = Identity(account=reply["Account"], arn=reply["Arn"])
        problems += refusals(settings, identity, region=owner.region)
        ledger = _attempt(
            lambda: Ledger(folder, lab_mark(chapter, identity, environment)), problems
        )
        if problems or ledger is None:
            raise LiveRefused(tuple(dict.fromkeys(problems)))
        mark = ledger.lab
        expires_at = present(owner.clock) + timedelta(hours=settings.hours)
        ground = LiveGround(
            owner,
            mark=mark,
            identity=identity,
            settings=settings,
            expires_at=expires_at.replace(microsecond=0),
            ledger=ledger,
            found=await things_of(owner, mark),
        )
        await ground.begin()
        leaving.watch(mark, owner.region)
        opened.pop_all()
        return ground


def _unnamed(chapter: int, live: str | None) -> list[str]:
    title = notebook(str(chapter)).title
    if live is not None and live.strip().casefold() == title.casefold():
        return []
    typed = "nobody has typed the lab's name" if live is None else f"{live!r} is not its name"
    return [
        f"{typed}: write Lab.open(chapter={chapter}, live={title.lower()!r}) into the notebook's "
        "first code cell if you mean it"
    ]


def _attempt(make: Callable[[], Ledger], problems: list[str]) -> Ledger | None:
    try:
        return make()
    except ConfigurationError as error:
        problems.append(str(error))
        return None
