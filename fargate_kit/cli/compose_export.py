"""`fargate-kit compose export`: what runs, as a Compose file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fargate_kit.cli.compose_work import Account, AwsProfile
from fargate_kit.cli.desk import Desk
from fargate_kit.cli.settings import AsJson, ClusterName, EndpointUrl, Region

if TYPE_CHECKING:
    from fargate_kit.compose import Export


def export(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A service of the cluster, or a definition as family:revision."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIRECTORY",
            help="Write compose.yaml and ecs-params.yml here; nothing is replaced.",
        ),
    ] = None,
    cluster: ClusterName = "default",
    as_json: AsJson = False,
    region: Region = None,
    aws_profile: AwsProfile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Write a running service, or a task definition, as a Compose file with `ecs-params.yml`.

    The files are translated again at once; what they cannot say is told, and ends with 1. They hold
    the values of environment variables.

    \b
    Examples:
      fargate-kit compose export web -o exported
      fargate-kit compose export report:3 > compose.yaml
    """
    account = Account(region=region, profile=aws_profile, endpoint_url=endpoint_url)

    async def work(desk: Desk) -> int:
        return _show(desk, await _exported(desk, name, cluster), output)

    account.work(work, as_json=as_json)


async def _exported(desk: Desk, name: str, cluster: str) -> Export:
    from fargate_kit.cli.finding import find_cluster, find_service
    from fargate_kit.compose import export as exported
    from fargate_kit.errors import NotFound

    desk.asks(f"looking for {name}")
    if ":" in name and ":service/" not in name:
        try:
            return exported(await desk.aws.task_definition(name))
        except NotFound as error:
            reason = f"there is no task definition {name!r} in {desk.aws.region}"
            raise NotFound(error.operation, error.code, reason) from None
    service = await find_service(desk, await find_cluster(desk, cluster), name)
    return exported(await desk.aws.task_definition(service.definition_arn), service)


def _show(desk: Desk, result: Export, output: Path | None) -> int:
    desk.waits_for(None)
    unsaid = [str(change) for change in result.unsaid]
    unsaid += [problem.message for problem in result.problems]
    if output is not None:
        for path in result.write(output):
            desk.say(f"written: {path}")
    if desk.as_json:
        desk.facts({
            "compose": result.compose,
            "ecs_params": result.ecs_params,
            "ok": bool(result),
            "unsaid": unsaid,
        })
    elif output is None:
        typer.echo(result.compose, nl=False)
        desk.say("ecs-params.yml belongs to it; -o DIRECTORY writes both")
    for each in unsaid:
        desk.say(f"✗ Compose cannot say: {each}")
    return 0 if result else 1
