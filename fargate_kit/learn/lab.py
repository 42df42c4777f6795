"""The lab of a notebook: it opens an account, shows, checks, and leaves nothing behind."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import anyio

from fargate_kit.errors import ConfigurationError, FargateError
from fargate_kit.learn import progress
from fargate_kit.learn.checking import CHECKS, Finding, Report, Scene, look, shortened
from fargate_kit.learn.checks import load_checks
from fargate_kit.learn.closed import Closed
from fargate_kit.learn.errors import CheckFailed, LabClosed, LeftBehind, OnlySimulated
from fargate_kit.learn.exercises import Exercise, exercise
from fargate_kit.learn.files import LabFiles
from fargate_kit.learn.grounds import Ground, OwnGround, SharedGround
from fargate_kit.learn.kernel import warn_of_old_kernel
from fargate_kit.learn.live.ground import open_live
from fargate_kit.learn.notes import Notes
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.reading import badge_of
from fargate_kit.learn.shop.board import board_of
from fargate_kit.learn.showing import load_ipython_extension
from fargate_kit.learn.stage import Stage
from fargate_kit.learn.switch import (
    BACKEND,
    backend,
    endpoint_of,
    is_strict,
    seated,
    speed_of,
)
from fargate_kit.learn.views.frame import figure
from fargate_kit.learn.views.scoreboard import scoreboard, scoreboard_text
from fargate_kit.sim.world import World

__all__ = ["Closed", "Lab"]


class Lab:
    """One notebook's account: `lab = await Lab.open(chapter=2)` opens it, or finds it open.

    Attributes:
        aws: The SDK's connection; what it makes, `close()` takes down again.
        chapter: The notebook's number.
        speed: Nominal seconds that pass in one real second.
        show: The pictures and panels.
    """

    def __init__(self, chapter: int, ground: Ground, folder: Path, *, note: str = "") -> None:
        self.chapter = chapter
        self.speed = ground.speed
        self.mark = ground.mark
        self.aws = ground.aws
        self.show = Stage(self.aws, ground.dials)
        self._ground = ground
        self._owner = ground.owner
        self._note = note
        self._folder = folder
        self._files = LabFiles(folder / f"lab-{chapter:02}")
        self._answers: dict[str, Any] = {}
        self._notes = Notes()
        self._closed = False

    @classmethod
    async def open(cls, chapter: int, *, live: str | None = None, seed: int = 0) -> Lab:
        """Open the lab of a chapter; the same one again if the cell is run twice.

        It is simulated, in an account of its own, or in the one that FARGATE_KIT_ENDPOINT names
        and others share. With FARGATE_KIT_BACKEND=aws it is on live AWS, if everything holds that
        [Run the course on AWS](../how-to/run-the-course-on-aws.md) tells.

        Args:
            live: The notebook's title, typed by whoever means live AWS; it has no effect on a
                simulated lab.
            seed: Ids and addresses of an account of one's own are drawn from it.

        Raises:
            ConfigurationError: The environment asks for something that cannot be; as LiveRefused
                if it is live AWS.
        """
        wanted = backend()
        known = _OPEN.get(chapter)
        if known is not None and await known._ground.answers():
            if known.is_live != (wanted == "aws"):
                raise ConfigurationError(
                    f"the lab of chapter {chapter} is open as {known.badge}, and {BACKEND} has "
                    "changed since: run `await lab.close()` first"
                )
            return known
        load_checks()
        warn_of_old_kernel()
        folder = Path.cwd()
        ground, note = await _ground(wanted, chapter, live=live, seed=seed, folder=folder)
        lab = cls(chapter, ground, folder, note=note)
        _OPEN[chapter] = lab
        _show_resources()
        return lab

    def __repr__(self) -> str:
        pace = "" if self.is_live else f", {self.speed:g} times as fast"
        state = "closed" if self._closed else f"open, {self.badge}{pace}"
        said = f" {self._ground.words}" if self.is_live and not self._closed else ""
        return (
            f"<lab of chapter {self.chapter}: {state}.{said}>"
            if said
            else (f"<lab of chapter {self.chapter}: {state}>")
        )

    def _repr_html_(self) -> str:
        words = (
            "It is closed. Run the first code cell to open it again."
            if self._closed
            else f"{self._ground.words}{self._note}"
        )
        body = f'<p role="status" style="margin:0">{escape(words)}</p>'
        return figure(body, caption=f"Lab of chapter {self.chapter}", badge=self.badge)

    @property
    def badge(self) -> str:
        """Where this happens: `simulated`, or `live AWS`."""
        return badge_of(self._owner._session)

    @property
    def is_live(self) -> bool:
        """Whether this is AWS itself, where things cost money."""
        return self._ground.is_live

    @property
    def world(self) -> World:
        """The simulated account itself, whose load, faults and workloads a lesson may set.

        Raises:
            OnlySimulated: This is live AWS, or an account that others share.
        """
        if self._ground.dials is None:
            raise OnlySimulated(f"lab.world: {self._ground.no_dials}")
        return self._ground.dials

    def name(self, name: str) -> str:
        """Return the name that something has in this lab's account.

        In an account of one's own that is the name itself. Where several seats share an account,
        FARGATE_KIT_SEAT stands before it, so that nobody makes or deletes another's things.

        Args:
            name: Of a cluster, family, log group, security group, role or load balancer.
        """
        return seated(name)

    def write(self, name: str, text: str) -> Path:
        """Write a file of a lesson into the lab's own folder, such as `lab-07`; it stays there.

        What somebody else has written under the name is put aside, not lost.

        Args:
            name: A plain file name.

        Returns:
            Its path, from the working directory.

        Raises:
            ConfigurationError: The name is none, or the file cannot be written.
        """
        return self._files.write(name, text)

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
        scene = self._scene()
        if self._closed:
            report = _stuck(wanted, "the lab is open", "it is closed")
        elif not await self._ground.answers():
            report = _stuck(wanted, "the account can be looked at", "nothing answers")
        else:
            await self._ground.heed()
            report = await look(wanted, scene, badge=self.badge)
        if report:
            progress.note(self._folder, name)
        elif is_strict():
            raise CheckFailed(repr(report))
        return report

    async def scoreboard(self) -> Picture:
        """Show how the shop of chapter 8 stands: its probes, their points, what hints have cost.

        What a probe has once been seen to hold counts from then on, since the shop is closed at the
        end. Whatever the account is like, this never raises for what it finds.
        """
        reachable = not self._closed and await self._ground.answers()
        board = await board_of(self._scene() if reachable else None, self._notes, badge=self.badge)
        return Picture(scoreboard_text(board), scoreboard(board))

    def _scene(self) -> Scene:
        return Scene(aws=self.aws, answers=self._answers, speed=self.speed, notes=self._notes)

    async def left(self) -> tuple[str, ...]:
        """List what is in the account and was not there when the lab was opened.

        Raises:
            LabClosed: The lab is closed.
        """
        if self._closed:
            raise LabClosed("the lab is closed; the first code cell opens it again")
        await self._ground.heed()
        return await self._ground.left()

    async def close(self) -> Closed:
        """End what runs beside the cells, take everything down, and prove that nothing is left.

        Closing twice is fine. A simulated account of one's own ends with it. On live AWS a lab of
        which something is left stays open, so that this can be tried again.

        Raises:
            BackgroundWorkFailed: Something that ran beside the cells had failed.
            LeftBehind: Something is left that the lab did not make, or could not delete.
        """
        if self._closed:
            return Closed(badge=self.badge)
        try:
            closed = await self._take_down()
        except LeftBehind:
            if not self.is_live:
                await self._end()
            raise
        except BaseException:
            await self._end()
            raise
        await self._end()
        return closed

    async def _take_down(self) -> Closed:
        failed: FargateError | None = None
        try:
            await self.show.aclose()
        except FargateError as error:
            failed = error
        if not await self._ground.answers():
            raise failed or LabClosed("the simulated account has ended; there is nothing to close")
        gone = await self._ground.take_down()
        if failed is not None:
            raise failed
        return Closed(deleted=gone, badge=self.badge, proof=self._ground.proof)

    async def _end(self) -> None:
        self._closed = True
        _OPEN.pop(self.chapter, None)
        with anyio.CancelScope(shield=True):
            await self._ground.aclose()


async def _ground(
    wanted: str, chapter: int, *, live: str | None, seed: int, folder: Path
) -> tuple[Ground, str]:
    """Open what the lab stands on, and return it with what has to be said of it."""
    if wanted == "aws":
        return await open_live(chapter, live=live, folder=folder), ""
    note = "" if live is None else f" The cell says live={live!r}, but {BACKEND} is not aws."
    url = endpoint_of()
    if url is not None:
        return await SharedGround.open(chapter, url), note
    return await OwnGround.open(chapter, speed=speed_of(), seed=seed), note


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
