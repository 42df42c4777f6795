"""Where a lab works: an account of its own, simulated, or one that a room shares."""

from __future__ import annotations

import json
from typing import Protocol
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import anyio
import anyio.to_thread

from fargate_kit.connections.connection import Connection
from fargate_kit.errors import ConfigurationError, TeardownIncomplete
from fargate_kit.learn.errors import LeftBehind
from fargate_kit.learn.inventory import inventory
from fargate_kit.learn.switch import ENDPOINT, seat_of, seated
from fargate_kit.sim.world import World, reach, simulate

__all__ = ["Ground", "OwnGround", "SharedGround"]

# Real seconds; the account is on this machine.
REACHED_WITHIN = 5.0


class Ground(Protocol):
    """What a lab stands on.

    Attributes:
        mark: What the lab makes carries it.
        owner: The connection, without a mark.
        aws: The same with the mark.
        speed: Nominal seconds that pass in one real second.
        words: Where one is, and what it may cost.
        is_live: Whether this is AWS itself.
        dials: The simulated account itself; None where there is none, or not this lab's alone.
        no_dials: Why there are none.
        proof: After the tear-down, how it was made sure that nothing is left.
    """

    mark: str
    owner: Connection
    aws: Connection
    speed: float
    words: str
    is_live: bool
    dials: World | None
    no_dials: str
    proof: str

    async def answers(self) -> bool:
        """Tell whether the account can be asked; a call to what is gone would try for seconds."""
        ...

    async def heed(self) -> None:
        """Look whether the lab may go on, before each of its verbs.

        Raises:
            SpendingLimitReached: It may not; it was taken down.
        """
        ...

    async def left(self) -> tuple[str, ...]:
        """List what is there and was not when the lab was opened."""
        ...

    async def take_down(self) -> tuple[str, ...]:
        """Delete what the lab has made, and return it in words.

        Raises:
            LeftBehind: Something is left.
        """
        ...

    async def aclose(self) -> None:
        """Let go of the account; of one's own nothing remains."""
        ...


class _Simulated:
    """What both kinds of simulated accounts have in common."""

    is_live = False
    words = ""
    proof = ""
    dials: World | None = None
    no_dials = (
        "this account is shared, and its dials are not one seat's. Unset "
        f"{ENDPOINT} and open the lab again for an account of your own"
    )

    def __init__(self, mark: str, owner: Connection, speed: float, url: str, seat: str) -> None:
        self.mark = mark
        self.owner = owner
        self.aws = owner.marked(mark)
        self.speed = speed
        self._url = url
        self._seat = seat
        self._before: frozenset[str] = frozenset()

    async def begin(self) -> None:
        """Remember what is there already."""
        self._before = frozenset(await inventory(self.owner, seat=self._seat))

    async def answers(self) -> bool:
        """Tell whether something listens there."""
        place = urlsplit(self._url)
        try:
            with anyio.fail_after(REACHED_WITHIN):
                stream = await anyio.connect_tcp(place.hostname or "", place.port or 80)
                await stream.aclose()
        except OSError:
            return False
        return True

    async def heed(self) -> None:
        """Let it go on: nothing costs anything."""

    async def left(self) -> tuple[str, ...]:
        """List what is there of this seat and was not when the lab was opened."""
        now = await inventory(self.owner, seat=self._seat)
        return tuple(each for each in now if each not in self._before)

    async def take_down(self) -> tuple[str, ...]:
        """Delete what the lab has made.

        Raises:
            LeftBehind: Something is left that it did not make, or could not delete.
        """
        try:
            gone = tuple(str(each) for each in (await self.aws.teardown(self.mark)).deleted)
        except TeardownIncomplete as error:
            raise LeftBehind(tuple(error.left)) from error
        if left := await self.left():
            raise LeftBehind(left)
        return gone


class OwnGround(_Simulated):
    """A simulated account that begins and ends with the lab."""

    def __init__(self, mark: str, world: World, owner: Connection, speed: float) -> None:
        super().__init__(mark, owner, speed, world.url, seat="")
        self.dials = world
        self._world = world
        self.words = (
            f"One second here is {speed:g} seconds of Fargate. Nothing leaves this machine, and "
            "nothing costs anything."
        )

    @classmethod
    async def open(cls, chapter: int, *, speed: float, seed: int) -> OwnGround:
        """Start an account."""
        # Whoever takes a role is held against its policies, as on AWS; the lab itself may do all.
        world = await simulate(speed=speed, seed=seed, enforce_iam=True)
        ground = cls(f"lab-{chapter:02}", world, await world.connect(), speed)
        await ground.begin()
        return ground

    async def aclose(self) -> None:
        """End the account, and everything in it."""
        await self.owner.aclose()
        await self._world.aclose()


class SharedGround(_Simulated):
    """A simulated account that others use as well, each in a seat of their own."""

    @classmethod
    async def open(cls, chapter: int, url: str) -> SharedGround:
        """Connect to an account that `fargate-kit sim` serves.

        Raises:
            ConfigurationError: No simulator answers there.
        """
        speed = await anyio.to_thread.run_sync(_speed_at, url)
        owner = await reach(url, speed=speed)
        ground = cls(seated(f"lab-{chapter:02}"), owner, speed, url, seat_of())
        seat = f"Your seat is {seat_of()}." if seat_of() else "You have no seat in it."
        ground.words = (
            f"One second here is {speed:g} seconds of Fargate. The simulated account at {url} is "
            f"shared, and goes on when this lab is closed. {seat}"
        )
        await ground.begin()
        return ground

    async def aclose(self) -> None:
        """Let go of the account; it goes on for the others."""
        await self.owner.aclose()


def _speed_at(url: str) -> float:
    """Return the pace of a simulator."""
    try:
        with urlopen(f"{url}/_sim/clock", timeout=REACHED_WITHIN) as answer:  # noqa: S310
            speed = json.load(answer)["speed"]
    except (URLError, OSError, ValueError, LookupError, TypeError) as error:
        raise ConfigurationError(
            f"{ENDPOINT} is {url}, and no simulated Fargate answers there: start one with "
            "`fargate-kit sim`, and give the URL that it prints"
        ) from error
    return float(speed)
