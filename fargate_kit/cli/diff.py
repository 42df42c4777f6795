"""`fargate-kit diff`: what a task definition would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fargate_kit.cli.deploy import What
from fargate_kit.cli.desk import Desk, at_desk
from fargate_kit.cli.settings import AsJson, ClusterName, EndpointUrl, Profile, Region

if TYPE_CHECKING:
    from fargate_kit.tasks.task_definition import TaskDefinition
    from fargate_kit.tasks.task_spec import TaskSpec

DIFFERS = 3


def diff(
    what: What,
    service: Annotated[
        str | None,
        typer.Argument(
            metavar="SERVICE",
            help="Compare with what this service runs, instead of the newest revision.",
        ),
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 3 if there is a difference.")
    ] = False,
    cluster: ClusterName = "default",
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Show what differs between a task definition and what is registered, or what a service runs.

    What AWS adds by itself, order where it means nothing, and tags are no differences. Values that
    look like secrets are masked.

    \b
    Examples:
      fargate-kit diff task.json
      fargate-kit diff task.json web --cluster prod
      fargate-kit diff web:11 web --exit-code
    """

    async def work(desk: Desk) -> int:
        differs = await show(desk, what, cluster, service)
        return DIFFERS if differs and exit_code else 0

    at_desk(work, region=region, profile=profile, endpoint_url=endpoint_url, as_json=as_json)


async def show(desk: Desk, what: str, cluster_name: str, service_name: str | None) -> bool:
    """Print the difference, and return whether there is one."""
    from fargate_kit.cli.facts import change_facts
    from fargate_kit.cli.finding import find_cluster, find_definition, find_service

    wanted = await find_definition(desk, what)
    old: TaskDefinition | None
    if service_name is None:
        old = await _newest(desk, wanted.family)
    else:
        cluster = await find_cluster(desk, cluster_name)
        service = await find_service(desk, cluster, service_name)
        desk.asks(f"looking at {service.definition_arn}")
        old = await desk.aws.task_definition(service.definition_arn)
    changes = tuple(old.diff(wanted)) if old is not None else ()
    new_name = _name(wanted, what)
    differs = old is None or bool(changes)
    if desk.as_json:
        desk.facts({
            "old": old.arn if old else None,
            "new": getattr(wanted, "arn", what),
            "differs": differs,
            "changes": change_facts(changes),
        })
        return differs
    from fargate_kit.cli.difference import print_changes
    from fargate_kit.cli.screen import console

    if old is None:
        typer.echo(f"{wanted.family} is not registered: all of {new_name} is new")
        return True
    if not changes:
        typer.echo(f"no difference between {old.name} and {new_name}")
        return False
    typer.echo(f"{old.name} → {new_name}")
    print_changes(console, changes)
    return True


async def _newest(desk: Desk, family: str) -> TaskDefinition | None:
    from fargate_kit.errors import NotFound

    desk.asks(f"looking for {family}")
    try:
        return await desk.aws.task_definition(family)
    except NotFound:
        return None


def _name(wanted: TaskSpec | TaskDefinition, what: str) -> str:
    name: str | None = getattr(wanted, "name", None)
    return name or ("standard input" if what == "-" else what)
