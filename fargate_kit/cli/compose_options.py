"""The options that name a Compose project, the same for every verb of `fargate-kit compose`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from fargate_kit.cli.failing import FAILED

if TYPE_CHECKING:
    from fargate_kit.compose import Conversion

File = Annotated[
    list[str] | None,
    typer.Option(
        "--file",
        "-f",
        metavar="FILE",
        help="A Compose file, or - for standard input; may be repeated, later ones win. By default "
        "compose.yaml or docker-compose.yml, with the override file beside it.",
    ),
]
EcsParams = Annotated[
    str | None,
    typer.Option(
        "--ecs-params", metavar="FILE", help="The ECS CLI's file; by default ecs-params.yml."
    ),
]
ProjectName = Annotated[
    str | None,
    typer.Option(
        "--project-name", "-p", help="By default the file's `name:`, or the directory's name."
    ),
]
ComposeProfile = Annotated[
    list[str] | None,
    typer.Option("--profile", help="Services of this Compose profile take part; repeatable."),
]
EnvFile = Annotated[
    list[str] | None,
    typer.Option("--env-file", metavar="FILE", help="Variables; by default .env; repeatable."),
]
Subnets = Annotated[
    str | None,
    typer.Option("--subnets", metavar="ID,ID", help="Use these instead of the file's subnets."),
]
SecurityGroups = Annotated[
    str | None,
    typer.Option(
        "--security-groups", metavar="ID,ID", help="Use these instead of the file's groups."
    ),
]
WhichNetwork = Annotated[
    str | None,
    typer.Option(
        "--network", metavar="default", help="`default` uses the default VPC, whatever a file says."
    ),
]
WhichTopology = Annotated[
    str,
    typer.Option(
        "--topology",
        metavar="one-task|service-each",
        help="One task definition for all services, as the ECS CLI made it, or a service for each.",
    ),
]
ExecutionRole = Annotated[
    str | None, typer.Option("--execution-role", help="Instead of the role that a file names.")
]
TaskRole = Annotated[
    str | None, typer.Option("--task-role-arn", help="Instead of the role that a file names.")
]


def conversion_of(
    file: list[str] | None,
    ecs_params: str | None,
    project_name: str | None,
    profile: list[str] | None,
    env_file: list[str] | None,
    subnets: str | None,
    security_groups: str | None,
    network: str | None,
    topology: str,
    execution_role: str | None,
    task_role: str | None,
    region: str | None,
    *,
    standard_input: bytes | None = None,
) -> Conversion:
    """Translate the project that the options name; a bad option is a usage error.

    Args:
        standard_input: What the file `-` holds; None reads it where it is named.
    """
    from fargate_kit.compose import Choices, ProjectFiles, Topology
    from fargate_kit.compose import convert as converted

    if network not in {None, "default"}:
        raise typer.BadParameter(
            "only `default` can be said; name subnets with --subnets", param_hint="--network"
        )
    if network and (subnets or security_groups):
        raise typer.BadParameter(
            "it cannot be said together with --subnets or --security-groups", param_hint="--network"
        )
    known = [str(each) for each in Topology]
    if topology not in known:
        raise typer.BadParameter(f"give {' or '.join(known)}", param_hint="--topology")
    files = ProjectFiles(
        files=tuple(file or ()),
        name=project_name,
        profiles=tuple(profile or ()),
        env_files=tuple(env_file or ()),
        environment=dict(os.environ),
        standard_input=standard_input,
    )
    choices = Choices(
        topology=Topology(topology),
        region=region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"),
        execution_role=execution_role,
        task_role=task_role,
        subnets=_ids(subnets),
        security_groups=_ids(security_groups),
        default_network=network == "default",
    )
    try:
        return converted(files, ecs_params=ecs_params, choices=choices)
    except ModuleNotFoundError as missing:
        typer.echo(f"fargate-kit: {missing}", err=True)
        raise typer.Exit(FAILED) from None


def _ids(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())
