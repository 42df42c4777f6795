"""`fargate-kit compose`: what a Compose project would become, without asking AWS."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fargate_kit.cli.failing import EXIT_CODES, FAILED
from fargate_kit.cli.settings import AsJson, Region

if TYPE_CHECKING:
    from fargate_kit.compose import Conversion

app = typer.Typer(
    name="compose",
    help="Docker Compose files on Fargate, as the ECS CLI took them.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

File = Annotated[
    list[str] | None,
    typer.Option(
        "--file",
        "-f",
        metavar="FILE",
        help="A Compose file; may be repeated, later ones win. By default compose.yaml or "
        "docker-compose.yml, with the override file beside it.",
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


@app.command(epilog=EXIT_CODES, short_help="Show what becomes of every key.")
def convert(
    file: File = None,
    ecs_params: EcsParams = None,
    project_name: ProjectName = None,
    profile: ComposeProfile = None,
    env_file: EnvFile = None,
    subnets: Subnets = None,
    security_groups: SecurityGroups = None,
    network: WhichNetwork = None,
    topology: WhichTopology = "one-task",
    execution_role: ExecutionRole = None,
    task_role: TaskRole = None,
    region: Region = None,
    brief: Annotated[
        bool, typer.Option("--brief", help="Leave out the keys that are simply mapped.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIRECTORY",
            help="Write the task definitions here, as `aws ecs register-task-definition` takes "
            "them. They hold the values of environment variables.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what becomes of every key of a project; nothing is sent.

    Each key is mapped, altered, ignored or refused, with its file, line and reason. Exits with 1 if
    a key is refused.

    \b
    Examples:
      fargate-kit compose convert -f docker-compose.yml --region eu-west-1
      fargate-kit compose convert --brief
    """
    conversion = _conversion(
        file,
        ecs_params,
        project_name,
        profile,
        env_file,
        subnets,
        security_groups,
        network,
        topology,
        execution_role,
        task_role,
        region,
    )
    if as_json:
        facts = {**conversion.report.facts(), **_problem_facts(conversion)}
        typer.echo(json.dumps(facts, indent=2, default=str))
    else:
        from fargate_kit.cli.compose_screen import print_report

        print_report(conversion, brief=brief)
    _end(conversion, quiet=as_json)
    if output is not None and conversion.plan is not None:
        _write(conversion, output)


@app.command(epilog=EXIT_CODES, short_help="Show the services it would become.")
def plan(
    file: File = None,
    ecs_params: EcsParams = None,
    project_name: ProjectName = None,
    profile: ComposeProfile = None,
    env_file: EnvFile = None,
    subnets: Subnets = None,
    security_groups: SecurityGroups = None,
    network: WhichNetwork = None,
    topology: WhichTopology = "one-task",
    execution_role: ExecutionRole = None,
    task_role: TaskRole = None,
    region: Region = None,
    as_json: AsJson = False,
) -> None:
    """Show the services and task definitions that a project would become; nothing is sent.

    What of your AWS account the files name is listed, so that you can see what must be there. The
    values of environment variables are not shown.

    \b
    Examples:
      fargate-kit compose plan --network default
      fargate-kit compose plan --topology service-each --json
    """
    conversion = _conversion(
        file,
        ecs_params,
        project_name,
        profile,
        env_file,
        subnets,
        security_groups,
        network,
        topology,
        execution_role,
        task_role,
        region,
    )
    if as_json:
        facts = {
            "plan": conversion.plan and conversion.plan.facts(),
            "counts": conversion.report.facts()["counts"],
            "cautions": list(conversion.report.cautions),
            **_problem_facts(conversion),
        }
        typer.echo(json.dumps(facts, indent=2, default=str))
    elif conversion.plan is not None:
        from fargate_kit.cli.compose_screen import print_plan

        print_plan(conversion.plan, conversion)
    _end(conversion, quiet=as_json)


def _conversion(
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
) -> Conversion:
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


def _problem_facts(conversion: Conversion) -> dict[str, object]:
    return {
        "project": conversion.project,
        "ok": not conversion.problems,
        "problems": [
            {"path": each.path, "rule": each.rule, "message": each.message}
            for each in conversion.problems
        ],
    }


def _end(conversion: Conversion, *, quiet: bool) -> None:
    """Say what stands in the way, on standard error, and end with 1 if anything does."""
    if not conversion.problems:
        return
    if not quiet:
        from fargate_kit.cli.compose_screen import print_problems

        print_problems(conversion)
    raise typer.Exit(1)


def _write(conversion: Conversion, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for service in conversion.check().services:
        path = directory / f"{service.name}.json"
        text = json.dumps(service.task.to_api(), indent=2)
        path.write_text(f"{text}\n", encoding="utf-8")
        typer.echo(f"written: {path}", err=True)
