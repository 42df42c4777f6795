"""`fargate-kit logs`: what a service or a task has written."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fargate_kit.cli.desk import Desk, at_desk
from fargate_kit.cli.failing import JsonForm, json_text
from fargate_kit.cli.settings import AsJson, ClusterName, EndpointUrl, Profile, Region

if TYPE_CHECKING:
    from fargate_kit.clusters.cluster import Cluster
    from fargate_kit.model.values import LogLine
    from fargate_kit.services.service import Service
    from fargate_kit.tasks.task import Task

# Containers' names are told apart by colour.
COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "bright_red")


def logs(
    name: Annotated[
        str,
        typer.Argument(
            metavar="SERVICE|TASK",
            help="A service, or a task by its ARN, its id, or the beginning of it as in `ps`.",
        ),
    ],
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with new lines until interrupted.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", "-s", metavar="TIME", help="Such as 10m, 2h, or 2026-08-01T12:00 (UTC)."
        ),
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            "--pattern", metavar="REGEX", help="Only lines in which this regular expression is."
        ),
    ] = None,
    containers: Annotated[
        list[str] | None,
        typer.Option("--container", metavar="NAME", help="Only this container; repeatable."),
    ] = None,
    timestamps: Annotated[
        bool, typer.Option("--timestamps", "-t", help="The time of each line, in UTC.")
    ] = False,
    cluster: ClusterName = "default",
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Print what the containers of a service or of one task wrote to CloudWatch Logs.

    A line begins with its task and container where several write. A task's log ends with it; that
    of a service goes on with the tasks that come later. Lines are searched here, not by CloudWatch.

    With --json each line is an object of its own: at, container, stream, text. So is an error, on
    one line; that somebody ends what is followed, by Ctrl-C, is none.

    \b
    Examples:
      fargate-kit logs web --follow
      fargate-kit logs web --since 10m --pattern 'ERROR|WARN'
      fargate-kit logs 1f3c5a7e --timestamps
    """
    wanted = compiled(pattern)

    async def work(desk: Desk) -> int:
        from fargate_kit.cli.times import moment_of

        start = moment_of(since, option="--since", now=desk.now)
        printer = Printer(as_json=as_json, timestamps=timestamps)
        return await show(
            desk,
            cluster,
            name,
            printer,
            follow=follow,
            since=start,
            pattern=wanted,
            containers=containers or (),
        )

    at_desk(
        work,
        region=region,
        profile=profile,
        endpoint_url=endpoint_url,
        as_json=as_json,
        form=JsonForm(lines=True, endless=follow),
    )


async def show(
    desk: Desk,
    cluster_name: str,
    name: str,
    printer: Printer,
    *,
    follow: bool = False,
    since: datetime | None = None,
    pattern: re.Pattern[str] | None = None,
    containers: Sequence[str] = (),
) -> int:
    """Print the log of what is named."""
    from fargate_kit.cli.finding import find_cluster

    source = await _find(desk, await find_cluster(desk, cluster_name), name)
    if follow:
        desk.waits_for(f"{name} to write something")
    else:
        desk.asks("reading the log")
    told = 0
    async for line in source.logs(follow=follow, since=since):
        # From here on a silence is the containers' own.
        desk.waits_for(None)
        wanted = not containers or line.container in containers
        if wanted and (pattern is None or pattern.search(line.text)):
            printer.print(line)
            told += 1
    if not told:
        desk.say("no lines" if not (pattern or containers or since) else "no such lines")
    return 0


class Printer:
    """Prints the lines of a log, each as it is, or with where it came from.

    Args:
        timestamps: Whether the time stands before each line.
    """

    def __init__(self, *, as_json: bool, timestamps: bool) -> None:
        self._as_json = as_json
        self._timestamps = timestamps
        self._colours: dict[str, str] = {}

    def print(self, line: LogLine) -> None:
        """Print one line."""
        if self._as_json:
            from fargate_kit.cli.facts import line_facts

            typer.echo(json.dumps(line_facts(line), default=json_text))
            return
        from rich.text import Text

        from fargate_kit.cli.screen import console

        task = line.stream.rpartition("/")[2][:8]
        colour = self._colours.setdefault(line.stream, COLOURS[len(self._colours) % len(COLOURS)])
        parts: list[tuple[str, str] | str] = [(f"{task} {line.container} ", colour), line.text]
        if self._timestamps:
            parts.insert(0, (f"{line.at:%Y-%m-%dT%H:%M:%S}Z ", "bright_black"))
        console.print(Text.assemble(*parts), soft_wrap=True)


async def _find(desk: Desk, cluster: Cluster, name: str) -> Service | Task:
    """Look for a service first: its name may look like the beginning of an id."""
    from fargate_kit.cli.finding import WHOLE_ID, find_service, find_task, looks_like_a_task
    from fargate_kit.errors import NotFound

    if ":task/" in name or WHOLE_ID.fullmatch(name):
        return await find_task(desk, cluster, name)
    try:
        return await find_service(desk, cluster, name)
    except NotFound:
        if not looks_like_a_task(name):
            raise
        return await find_task(desk, cluster, name)


def compiled(pattern: str | None) -> re.Pattern[str] | None:
    """Return the regular expression of `--pattern`.

    Raises:
        BadParameter: It is none.
    """
    try:
        return re.compile(pattern) if pattern is not None else None
    except re.error as error:
        raise typer.BadParameter(
            f"{pattern!r} is no regular expression: {error}", param_hint="--pattern"
        ) from None
