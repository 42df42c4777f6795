"""Checks of notebook 08: a whole shop, opened, grown, broken, mended and closed."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fargate_kit.learn.checking import Finding, Scene, checks
from fargate_kit.learn.shop.account import Shop
from fargate_kit.learn.shop.days import SETTING
from fargate_kit.learn.shop.probes import probes_of


@checks("8.1")
async def parts(scene: Scene) -> AsyncIterator[Finding]:
    """The file has become two families that write to one group."""
    async for finding in _probed(scene, "8.1"):
        yield finding


@checks("8.2")
async def rights(scene: Scene) -> AsyncIterator[Finding]:
    """Every role can do what it must, and no more."""
    async for finding in _probed(scene, "8.2"):
        yield finding


@checks("8.3")
async def opened(scene: Scene) -> AsyncIterator[Finding]:
    """The shop is open, has one way in, and costs what it may."""
    async for finding in _probed(scene, "8.3"):
        yield finding


@checks("8.4")
async def grown(scene: Scene) -> AsyncIterator[Finding]:
    """The number of tasks was foreseen, and auto scaling has brought it."""
    yield scene.answered("8.4", 4, what="your prediction of how many tasks there will be")
    async for finding in _probed(scene, "8.4"):
        yield finding


@checks("8.5")
async def taken_back(scene: Scene) -> AsyncIterator[Finding]:
    """A bad release was rolled out and taken back, and its cause is named."""
    async for finding in _probed(scene, "8.5"):
        yield finding
    yield scene.answered("8.5", SETTING, what="the answer is the setting that was missing")


@checks("8.6")
async def mended(scene: Scene) -> AsyncIterator[Finding]:
    """A good release runs everywhere."""
    async for finding in _probed(scene, "8.6"):
        yield finding


@checks("8.7")
async def closed(scene: Scene) -> AsyncIterator[Finding]:
    """Nothing is left of the shop."""
    async for finding in _probed(scene, "8.7"):
        yield finding


async def _probed(scene: Scene, exercise: str) -> AsyncIterator[Finding]:
    """Look at every probe of an exercise; what holds is noted for the board."""
    shop = Shop(scene)
    for probe in probes_of(exercise):
        async for finding in shop.look(probe):
            yield finding
