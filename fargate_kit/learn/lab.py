"""The lab of a notebook: it opens an account, shows, checks, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio

from fargate_kit.connections.connection import Connection
from fargate_kit.errors import FargateError, TeardownIncomplete
from fargate_kit.learn import progress
from fargate_kit.learn.checking import CHECKS, Finding, Report, Scene, look, shortened
from fargate_kit.learn.checks import load_checks
from fargate_kit.learn.errors import CheckFailed, LabClosed, LeftBehind
from fargate_kit.learn.exercises import Exercise, exercise
from fargate_kit.learn.inventory import inventory
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.reading import badge_of
from fargate_kit.learn.showing import load_ipython_extension
from fargate_kit.learn.stage import Stage
from fargate_kit.learn.switch import backend, is_strict, seated, speed_of
from fargate_kit.learn.views.frame import figure
from fargate_kit.sim.world import World, simulate

__all__ = ["Closed", "Lab"]

# Real seconds; the account is on this machine.
REACHED_WITHIN = 5.0


@dataclass(frozen=True, slots=True, repr=False)
class Closed:
    """The proof that nothing is left.

    Attributes:
        deleted: What was taken down, each in words.
        left: What is in the account and was not there at the beginning.
    """

    deleted: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    badge: str | None = field(default=None)

    def __repr__(self) -> str:
        return f"{len(self.deleted)} deleted, {len(self.left)} left"

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(each)}</li>" for each in self.deleted)
        gone = f"<ul style='margin:4px 0 0'>{items}</ul>" if items else ""
        body = (
            f'<p role="status" style="margin:0"><b>{len(self.left)} left.</b> '
            f"{len(self.deleted)} deleted just now.</p>{gone}"
        )
        return figure(body, caption="The lab is closed", badge=self.badge)


class Lab:
    """One notebook's account: `lab = await Lab.open(chapter=2)` opens it, or finds it open.

    Attributes:
        aws: The SDK's connection; what it makes, `close()` takes down again.
        chapter: The notebook's number.
        speed: Nominal seconds that pass in one real second.
        show: The pictures and panels.
    """

    def __init__(
        self, chapter: int, speed: float, world: World, owner: Connection, folder: Path
    ) -> None:
        self.chapter = chapter
        self.speed = speed
        self.mark = f"lab-{chapter:02}"
        self.aws = owner.marked(self.mark)
        self.show = Stage(self.aws)
        self._world = world
        self._owner = owner
        self._folder = folder
        self._answers: dict[str, Any] = {}
        self._before: frozenset[str] = frozenset()
        self._closed = False

    @classmethod
    async def open(cls, chapter: int, *, seed: int = 0) -> Lab:
        """Open the lab of a chapter; the same one again if the cell is run twice.

        Args:
            seed: Ids and addresses are drawn from it.

        Raises:
            ConfigurationError: The environment asks for live AWS, which is not there yet.
        """
        backend()
        known = _OPEN.get(chapter)
        if known is not None and await known._answers_calls():
            return known
        speed = speed_of()
        load_checks()
        world = await simulate(speed=speed, seed=seed)
        lab = cls(chapter, speed, world, await world.connect(), Path.cwd())
        lab._before = frozenset(await inventory(lab._owner))
        _OPEN[chapter] = lab
        _show_resources()
        return lab

    def __repr__(self) -> str:
        state = "closed" if self._closed else f"open, {self.badge}, {self.speed:g} times as fast"
        return f"<lab of chapter {self.chapter}: {state}>"

    def _repr_html_(self) -> str:
        words = (
            "It is closed. Run the first code cell to open it again."
            if self._closed
            else f"One second here is {self.speed:g} seconds of Fargate. Nothing leaves this "
            "machine, and nothing costs anything."
        )
        body = f'<p role="status" style="margin:0">{words}</p>'
        return figure(body, caption=f"Lab of chapter {self.chapter}", badge=self.badge)

    @property
    def badge(self) -> str:
        """Where this happens: `simulated`, or `live AWS`."""
        return badge_of(self._owner._session)

    @property
    def world(self) -> World:
        """The simulated account itself, whose load, faults and workloads a lesson may set."""
        return self._world

    def name(self, name: str) -> str:
        """Return the name that something has in this lab's account.

        In an account of one's own that is the name itself. Where several seats share an account,
        FARGATE_KIT_SEAT stands before it, so that nobody makes or deletes another's things.

        Args:
            name: Of a cluster, family, log group, security group, role or load balancer.
        """
        return seated(name)

    def answer(self, name: str, value: Any) -> Picture:
        """Hand in an answer to a question; `check()` holds it against what is right.

        Args:
            name: The exercise's id, such as `1.4`.
            value: The answer; `...` is none yet.

        Raises:
            LookupError: There is no such exercise.
        """
        title = exercise(name).title
        if value is ...:
            self._answers.pop(name, None)
            words = f"{name} {title}: no answer yet"
        else:
            self._answers[name] = value
            given = shortened(repr(value))
            words = f"{name} {title}: {given} is noted; the check tells whether it is right"
        return Picture(
            words,
            figure(f'<p role="status" style="margin:0">{escape(words)}</p>', caption="Your answer"),
        )

    async def check(self, name: str) -> Report:
        """Look whether an exercise is solved; for a learner this never raises for what it finds.

        Args:
            name: The exercise's id, such as `2.1`.

        Raises:
            LookupError: There is no such exercise.
            CheckFailed: It is not solved, and FARGATE_KIT_STRICT is set.
        """
        wanted = exercise(name)
        if wanted.id not in CHECKS:
            raise LookupError(f"exercise {name} has no check yet")
        scene = Scene(aws=self.aws, answers=self._answers, speed=self.speed)
        if self._closed:
            report = _stuck(wanted, "the lab is open", "it is closed")
        elif not await self._answers_calls():
            report = _stuck(wanted, "the account can be looked at", "nothing answers")
        else:
            report = await look(wanted, scene, badge=self.badge)
        if report:
            progress.note(self._folder, name)
        elif is_strict():
            raise CheckFailed(repr(report))
        return report

    async def left(self) -> tuple[str, ...]:
        """List what is in the account and was not there when the lab was opened.

        Raises:
            LabClosed: The lab is closed.
        """
        if self._closed:
            raise LabClosed("the lab is closed; the first code cell opens it again")
        now = await inventory(self._owner)
        return tuple(each for each in now if each not in self._before)

    async def close(self) -> Closed:
        """End what runs beside the cells, take everything down, and prove that nothing is left.

        Closing twice is fine. The simulated account ends with it.

        Raises:
            BackgroundWorkFailed: Something that ran beside the cells had failed.
            LeftBehind: Something is left that the lab did not make, or could not delete.
        """
        if self._closed:
            return Closed(badge=self.badge)
        try:
            return await self._take_down()
        finally:
            self._closed = True
            _OPEN.pop(self.chapter, None)
            await self._owner.aclose()
            await self._world.aclose()

    async def _take_down(self) -> Closed:
        failed: FargateError | None = None
        try:
            await self.show.aclose()
        except FargateError as error:
            failed = error
        if not await self._answers_calls():
            raise failed or LabClosed("the simulated account has ended; there is nothing to close")
        try:
            gone = tuple(str(each) for each in (await self.aws.teardown(self.mark)).deleted)
        except TeardownIncomplete as error:
            raise LeftBehind(tuple(error.left)) from error
        left = await self.left()
        if failed is not None:
            raise failed
        if left:
            raise LeftBehind(left)
        return Closed(deleted=gone, left=left, badge=self.badge)

    async def _answers_calls(self) -> bool:
        """Tell whether the simulated account is still there; a call would try for seconds."""
        place = urlsplit(self._world.url)
        try:
            with anyio.fail_after(REACHED_WITHIN):
                stream = await anyio.connect_tcp(place.hostname or "", place.port or 80)
                await stream.aclose()
        except OSError:
            return False
        return True


# A cell that is run twice finds the lab that it opened; a kernel has few of them.
_OPEN: dict[int, Lab] = {}


def _stuck(wanted: Exercise, what: str, saw: str) -> Report:
    words = f"{saw}: run the notebook's first code cell again"
    return Report(wanted, (Finding(ok=False, what=what, saw=words),))


def _show_resources() -> None:
    """Have resources shown as pictures, where this is a notebook."""
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is not None:
        load_ipython_extension(shell)
