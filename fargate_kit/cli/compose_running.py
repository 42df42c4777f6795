"""`fargate-kit compose ps`, `logs`, `scale`, `stop` and `start`: a project that runs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fargate_kit.cli.compose_options import File, ProjectName
from fargate_kit.cli.compose_work import (
    Account,
    AwsProfile,
    Named,
    WhichCluster,
    named_project,
    things,
)
from fargate_kit.cli.desk import Desk
from fargate_kit.cli.failing import FAILED, JsonForm, json_text
from fargate_kit.cli.settings import AsJson, EndpointUrl, Region

if TYPE_CHECKING:
    from fargate_kit.compose import RunningProject
    from fargate_kit.model.values import LogLine


def ps(
    file: File = None,
    project_name: ProjectName = None,
    cluster: WhichCluster = None,
    as_json: AsJson = False,
    region: Region = None,
    aws_profile: AwsProfile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """List a project's services and tasks, with the tasks' addresses and ports.

    \b
    Examples:
      fargate-kit compose ps
      fargate-kit compose ps --project-name wordpress --json
    """
    account = Account(region=region, profile=aws_profile, endpoint_url=endpoint_url).resolved()
    named = named_project(file, project_name, cluster, account.region)

    async def work(desk: Desk) -> int:
        from fargate_kit.cli import ps as listing
        from fargate_kit.cli.facts import service_facts, task_facts

        project = await named.look(desk)
        if not project:
            desk.say(_missing(desk, named))
        tasks = [task async for task in project.tasks()]
        interfaces = await listing.interfaces_of(desk, tasks)
        ports = await listing.ports_of(desk, tasks)
        if desk.as_json:
            desk.facts({
                "project": project.name,
                "cluster": project.cluster_name,
                "services": [service_facts(each) for each in project.services],
                "tasks": [
                    task_facts(each, interfaces.get(each.arn), ports.get(each.definition_arn, ()))
                    for each in tasks
                ],
            })
            return 0
        title = f"project {project.name} in cluster {project.cluster_name}, {desk.aws.region}"
        listing.print_services_and_tasks(desk, title, project.services, tasks, interfaces, ports)
        return 0

    account.work(work, as_json=as_json)


def logs(
    file: File = None,
    project_name: ProjectName = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with new lines until Ctrl-C.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(help="Lines after this moment: 10m, 2h, or 2026-08-01T09:00."),
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
        bool, typer.Option("--timestamps", "-t", help="The day of each line too, in UTC.")
    ] = False,
    cluster: WhichCluster = None,
    as_json: AsJson = False,
    region: Region = None,
    aws_profile: AwsProfile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Print what the containers of a project have written; with --json a line is an object.

    So is an error; that somebody ends what is followed, by Ctrl-C, is none.

    \b
    Examples:
      fargate-kit compose logs --follow
      fargate-kit compose logs --since 10m --json
      fargate-kit compose logs --container mysql --pattern 'ERROR|WARN'
    """
    from fargate_kit.cli.logs import compiled

    wanted = Wanted(
        pattern=compiled(pattern), containers=tuple(containers or ()), timestamps=timestamps
    )
    account = Account(region=region, profile=aws_profile, endpoint_url=endpoint_url).resolved()
    named = named_project(file, project_name, cluster, account.region)

    async def work(desk: Desk) -> int:
        from fargate_kit.cli.times import moment_of

        project = await _there(desk, named)
        moment = moment_of(since, option="--since", now=desk.now)
        return await _print_logs(desk, project, follow, moment, wanted)

    account.work(work, as_json=as_json, form=JsonForm(lines=True, endless=follow))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines of a project's logs are printed, and how.

    Attributes:
        containers: None of them means all.
        timestamps: Whether the day stands before each line.
    """

    pattern: re.Pattern[str] | None = None
    containers: tuple[str, ...] = ()
    timestamps: bool = False

    def __bool__(self) -> bool:
        return self.pattern is not None or bool(self.containers)

    def has(self, line: LogLine) -> bool:
        """Tell whether a line is wanted."""
        named = not self.containers or line.container in self.containers
        return named and (self.pattern is None or self.pattern.search(line.text) is not None)

    def shown(self, line: LogLine) -> str:
        """Return a line as people read it."""
        text = f"{line.container} | {line.text}"
        return f"{line.at:%Y-%m-%dT%H:%M:%S}Z {text}" if self.timestamps else str(line)


async def _print_logs(
    desk: Desk, project: RunningProject, follow: bool, since: datetime | None, wanted: Wanted
) -> int:
    from fargate_kit.cli.facts import line_facts

    told = 0

    def show(line: LogLine) -> None:
        nonlocal told
        desk.waits_for(None)
        if wanted.has(line):
            told += 1
            facts = json.dumps(line_facts(line), default=json_text) if desk.as_json else None
            typer.echo(facts or wanted.shown(line))

    desk.asks(f"reading the logs of {project.name}")
    if follow:
        async with project.follow_logs(since=since) as lines:
            async for line in lines:
                show(line)
        return 0
    async for line in project.logs(since=since):
        show(line)
    if wanted and not told:
        desk.say("no such lines")
    return 0


def scale(
    wanted: Annotated[
        list[str],
        typer.Argument(
            metavar="SERVICE=COUNT...",
            help="How many tasks each service shall have; a count alone is for a project of one.",
        ),
    ],
    file: File = None,
    project_name: ProjectName = None,
    cluster: WhichCluster = None,
    as_json: AsJson = False,
    region: Region = None,
    aws_profile: AwsProfile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Change how many tasks a project's services have, and wait until they run.

    Containers of one task have one count. The next `up` brings the files' count back.

    \b
    Examples:
      fargate-kit compose scale wordpress=3
      fargate-kit compose scale 2
    """
    counts = dict(_count(text) for text in wanted)
    account = Account(region=region, profile=aws_profile, endpoint_url=endpoint_url).resolved()
    named = named_project(file, project_name, cluster, account.region)

    async def work(desk: Desk) -> int:
        project = await _there(desk, named)
        if "" in counts and len(project.services) > 1:
            names = ", ".join(each.name for each in project.services)
            raise typer.BadParameter(f"say which service, such as {names}: SERVICE=COUNT")
        services = await _by_service(desk, project, counts)
        scaled = [await project.scale(name, count) for name, count in services.items()]
        desk.left = "the counts are set, and AWS goes on towards them"
        for service in scaled:
            desk.waits_for(
                f"service {service.name} to have {things(service.desired_count, 'task')}"
            )
            stable = await service.wait_stable()
            desk.say(f"✓ {service.name} has {things(stable.running_count, 'task')}")
        desk.left = None
        return _end(desk, await project.refresh())

    account.work(work, as_json=as_json, changes=True)


async def _by_service(
    desk: Desk, project: RunningProject, counts: Mapping[str, int]
) -> dict[str, int]:
    """Return the counts by ECS services; what scales more than was named is told.

    Raises:
        BadParameter: Two containers of one task are to have different counts.
    """
    found: dict[str, int] = {}
    named: dict[str, str] = {}
    for name, count in counts.items():
        service = await project.service(name or project.services[0].name)
        if found.get(service.name, count) != count:
            raise typer.BadParameter(
                f"{named[service.name]} and {name} are containers of one task, and have one count; "
                "`compose up --topology service-each` makes a service of each"
            )
        found[service.name], named[service.name] = count, name
        if name in {"", service.name} or service.name == f"{project.name}-{name}":
            continue
        definition = await desk.aws.task_definition(service.definition_arn)
        containers = [each["name"] for each in definition.raw["containerDefinitions"]]
        if len(containers) > 1 and name in containers:
            desk.say(
                f"! {', '.join(containers)} are containers of one task: service {service.name} "
                f"gets {things(count, 'task')} with all of them; `compose up --topology "
                "service-each` makes a service of each"
            )
    return found


def _count(text: str) -> tuple[str, int]:
    name, _, number = text.rpartition("=")
    if re.fullmatch(r"-\d+", number):  # with a name; one alone is refused before
        raise typer.BadParameter(f"a count is 0 or more, not {number}")
    if not number.isdigit():
        raise typer.BadParameter(f"SERVICE=COUNT is needed, not {text!r}")
    return name, int(number)


def stop(
    file: File = None,
    project_name: ProjectName = None,
    cluster: WhichCluster = None,
    as_json: AsJson = False,
    region: Region = None,
    aws_profile: AwsProfile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Scale every service to no task, and remember the counts: `start` brings them back.

    \b
    Examples:
      fargate-kit compose stop
    """
    account = Account(region=region, profile=aws_profile, endpoint_url=endpoint_url).resolved()
    named = named_project(file, project_name, cluster, account.region)

    async def work(desk: Desk) -> int:
        project = await _there(desk, named)
        desk.left = "some services may be stopped; run it again"
        return await _settle(desk, await project.stop())

    account.work(work, as_json=as_json, changes=True)


def start(
    file: File = None,
    project_name: ProjectName = None,
    cluster: WhichCluster = None,
    as_json: AsJson = False,
    region: Region = None,
    aws_profile: AwsProfile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Give every service that was stopped the count that it had, and wait until its tasks run.

    \b
    Examples:
      fargate-kit compose start
    """
    account = Account(region=region, profile=aws_profile, endpoint_url=endpoint_url).resolved()
    named = named_project(file, project_name, cluster, account.region)

    async def work(desk: Desk) -> int:
        project = await _there(desk, named)
        desk.left = "some services may be started; run it again"
        return await _settle(desk, await project.start())

    account.work(work, as_json=as_json, changes=True)


async def _settle(desk: Desk, project: RunningProject) -> int:
    """Wait until every service has as many tasks as it shall have."""
    for service in project.services:
        desk.waits_for(f"service {service.name} to have {things(service.desired_count, 'task')}")
        stable = await service.wait_stable()
        desk.say(f"✓ {service.name} has {things(stable.running_count, 'task')}")
    desk.left = None
    return _end(desk, await project.refresh())


def _end(desk: Desk, project: RunningProject) -> int:
    desk.waits_for(None)
    facts: dict[str, Any] = {each.name: each.desired_count for each in project.services}
    if desk.as_json:
        desk.facts({"project": project.name, "cluster": project.cluster_name, "counts": facts})
    else:
        typer.echo(", ".join(f"{name}={count}" for name, count in facts.items()))
    return 0


async def _there(desk: Desk, named: Named) -> RunningProject:
    project = await named.look(desk)
    desk.waits_for(None)
    if not project:
        desk.say(f"fargate-kit: {_missing(desk, named)}")
        raise typer.Exit(FAILED)
    return project


def _missing(desk: Desk, named: Named) -> str:
    return (
        f"there is no service of project {named.name} in cluster {named.cluster}, "
        f"{desk.aws.region}; `fargate-kit compose up` makes it"
    )
