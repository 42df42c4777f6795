"""Shows a deployment or a change of the count while it goes on: counts, and what ECS says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from rich.live import Live
from rich.text import Text

from fargate_kit.cli.desk import Desk
from fargate_kit.cli.events import event_words
from fargate_kit.cli.running import beside
from fargate_kit.cli.screen import errors, is_live, print_hanging
from fargate_kit.errors import FargateError
from fargate_kit.model.service_events import ServiceEvent, events_from_api

if TYPE_CHECKING:
    from fargate_kit.services.deployment import Deployment
    from fargate_kit.services.service import Service

__all__ = ["watched"]

T = TypeVar("T")

# Seconds between two looks.
LOOK_EVERY = 2.0
WIDTH_OF_BAR = 20


async def watched(
    desk: Desk,
    service: Service,
    wait: Callable[[], Awaitable[T]],
    *,
    since: datetime | None,
) -> T:
    """Wait for something of a service, and show meanwhile how it goes.

    On a terminal the counts are drawn in place; elsewhere each change of them is a line.

    Args:
        wait: What is waited for; its result or error is handed on.
        since: What ECS said before this moment is not shown.
    """
    with Live(console=errors, auto_refresh=False, transient=True) if is_live() else _Lines() as on:
        screen = _Screen(desk, service, since, on)
        try:
            result = await beside(wait, screen.go_on)
        except FargateError:
            await screen.look()
            raise
        else:
            await screen.look()
            return result
        finally:
            screen.end()


class _Lines:
    """Stands for a live picture where there is none."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


class _Screen:
    """What is known of a service while it changes."""

    def __init__(
        self, desk: Desk, service: Service, since: datetime | None, live: Live | None
    ) -> None:
        self._desk = desk
        self._service = service
        self._since = since
        self._live = live
        self._began = desk.aws.clock.now()
        self._told: set[str] = set()
        self._counts = ""

    async def go_on(self) -> None:
        """Look and show, for ever."""
        while True:
            await self.look()
            await self._desk.aws.clock.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Look once, and show what is new; the wait meets the errors too, and tells them."""
        with suppress(FargateError):
            self._service = await self._service.refresh()
            self._show()

    def _show(self) -> None:
        for event in events_from_api(self._service.raw.get("events", ())):
            self._tell(event)
        if self._live is not None:
            self._desk.waits_for(None)
            self._live.update(self._picture(), refresh=True)
            return
        counts = "; ".join(_counts(each) for each in self._service.deployments)
        if counts != self._counts:
            self._counts = counts
            self._desk.say(f"{self._elapsed():>7} {counts}")
            self._desk.waits_for(f"service {self._service.name}, {counts}")

    def end(self) -> None:
        """Take the picture away."""
        self._desk.waits_for(None)
        if self._live is not None:
            self._live.update(Text(), refresh=True)

    def _tell(self, event: ServiceEvent) -> None:
        if event.id in self._told or (self._since is not None and event.at < self._since):
            return
        self._told.add(event.id)
        print_hanging(errors, *event_words(event, self._desk.now))

    def _picture(self) -> Text:
        lines = [_row(each) for each in self._service.deployments]
        title = (
            f"{self._service.name} after {self._elapsed()}, {self._service.desired_count} wanted"
        )
        return Text("\n").join([Text(title, style="bold"), *lines])

    def _elapsed(self) -> str:
        seconds = int(self._desk.aws.clock.now() - self._began)
        return f"{seconds} s" if seconds < 120 else f"{seconds // 60} m {seconds % 60:02} s"


def _row(deployment: Deployment) -> Text:
    wanted = max(deployment.desired_count, deployment.running_count, 1)
    running = min(WIDTH_OF_BAR, deployment.running_count * WIDTH_OF_BAR // wanted)
    coming = deployment.running_count + deployment.pending_count
    pending = max(0, min(WIDTH_OF_BAR, coming * WIDTH_OF_BAR // wanted) - running)
    newest = deployment.status == "PRIMARY"
    return Text.assemble(
        f"  {'new' if newest else 'old'} ",
        ("━" * running, "green" if newest else "bright_black"),
        ("╌" * pending, "cyan"),
        " " * (WIDTH_OF_BAR - running - pending),
        f" {_counts(deployment)}",
    )


def _counts(deployment: Deployment) -> str:
    text = f"{deployment.definition_arn.rpartition('/')[2]}: {deployment.running_count}"
    if deployment.status == "PRIMARY":
        text += f" of {deployment.desired_count}"
    text += " running"
    if deployment.pending_count:
        text += f", {deployment.pending_count} pending"
    if deployment.failed_tasks:
        text += f", {deployment.failed_tasks} failed"
    return text
