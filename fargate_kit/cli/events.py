"""`fargate-kit events`: what ECS says of a service."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fargate_kit.cli.desk import Desk, at_desk
from fargate_kit.cli.failing import JsonForm, json_text
from fargate_kit.cli.settings import (
    AsJson,
    ClusterName,
    EndpointUrl,
    Profile,
    Region,
    ServiceName,
)

if TYPE_CHECKING:
    from rich.text import Text

    from fargate_kit.model.service_events import ServiceEvent
    from fargate_kit.services.service import Service

# Seconds between two looks at what ECS says.
LOOK_EVERY = 5.0
_SAME_SERVICE = re.compile(r"^\(service [^\s)]+\) ")
_TASK = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24}\b")


def events(
    service: ServiceName,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with new ones until interrupted.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", "-s", metavar="TIME", help="Such as 10m, 2h, or 2026-08-01T12:00 (UTC)."
        ),
    ] = None,
    trouble: Annotated[
        bool, typer.Option("--trouble", help="Only what tells that something goes wrong.")
    ] = False,
    cluster: ClusterName = "default",
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Print what ECS said of a service, the oldest first; AWS keeps the newest hundred.

    What goes wrong is marked with !, and what to do about it stands below. Times are UTC.

    With --json standard output is one object: service and events; with --follow each event is an
    object of its own, on one line. So is an error; that Ctrl-C ends it is none.

    \b
    Examples:
      fargate-kit events web --since 1h
      fargate-kit events web --trouble
    """

    async def work(desk: Desk) -> int:
        from fargate_kit.cli.finding import find_cluster, find_service
        from fargate_kit.cli.times import moment_of

        start = moment_of(since, option="--since", now=desk.now)
        found = await find_service(desk, await find_cluster(desk, cluster), service)
        if follow:
            await follow_events(desk, found, since=start, trouble=trouble)
            return 0
        return await show(desk, found, since=start, trouble=trouble)

    at_desk(
        work,
        region=region,
        profile=profile,
        endpoint_url=endpoint_url,
        as_json=as_json,
        form=JsonForm(lines=follow, endless=follow),
    )


async def show(desk: Desk, service: Service, *, since: datetime | None, trouble: bool) -> int:
    """Print what ECS has said."""
    from fargate_kit.cli.facts import event_facts

    desk.asks(f"looking at service {service.name}")
    found = [each async for each in service.events() if _is_wanted(each, since, trouble)]
    if desk.as_json:
        facts = [event_facts(each) for each in found]
        desk.facts({"service": service.arn, "events": facts})
        return 0
    print_events(desk, found)
    if not found:
        desk.say("ECS said nothing" if not (since or trouble) else "ECS said nothing of that kind")
    return 0


async def follow_events(
    desk: Desk, service: Service, *, since: datetime | None, trouble: bool
) -> None:
    """Print what ECS says until the service was deleted."""
    from fargate_kit.cli.facts import event_facts
    from fargate_kit.errors import NotFound
    from fargate_kit.model.service_events import events_from_api

    told: set[str] = set()
    while True:
        desk.asks(f"looking at service {service.name}")
        try:
            service = await service.refresh()
            said = events_from_api(service.raw.get("events", ()))
        except NotFound:
            desk.say(f"service {service.name} is gone")
            return
        desk.waits_for(None)
        new = [each for each in said if each.id not in told]
        told.update(each.id for each in new)
        wanted = [each for each in new if _is_wanted(each, since, trouble)]
        if desk.as_json:
            for each in wanted:
                typer.echo(json.dumps(event_facts(each), default=json_text))
        else:
            print_events(desk, wanted)
        if service.status == "INACTIVE":
            desk.say(f"service {service.name} was deleted")
            return
        await desk.aws.clock.sleep(LOOK_EVERY)


def print_events(desk: Desk, found: list[ServiceEvent]) -> None:
    """Print events, and below the last of each kind of trouble what to do about it."""
    from rich.text import Text

    from fargate_kit.cli.screen import console, print_hanging

    last = {each.reason.remedy: each.id for each in found if each.reason}
    for each in found:
        print_hanging(console, *event_words(each, desk.now))
        if each.reason and last[each.reason.remedy] == each.id:
            print_hanging(
                console, Text("           → ", "yellow"), Text(each.reason.remedy, "yellow")
            )


def event_words(event: ServiceEvent, now: datetime) -> tuple[Text, str]:
    """Return when an event was said, with its mark, and what; what readers know is left out."""
    from rich.text import Text

    from fargate_kit.cli.times import clock_time

    mark = ("! ", "bold yellow") if event.is_trouble else ("  ", "")
    at = (f"{clock_time(event.at, now)} ", "bright_black")
    return Text.assemble(at, mark), in_short(event.message)


def in_short(message: str) -> str:
    """Return ECS's words without what the reader knows, and ids as `ps` shows them."""
    return _TASK.sub(r"\1", _SAME_SERVICE.sub("", message.strip()))


def _is_wanted(event: ServiceEvent, since: datetime | None, trouble: bool) -> bool:
    return (since is None or event.at >= since) and (event.is_trouble or not trouble)
