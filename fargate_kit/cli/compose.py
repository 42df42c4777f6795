"""`fargate-kit compose`: its verbs, and the two that show a project without asking AWS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fargate_kit.cli.compose_export import export
from fargate_kit.cli.compose_options import (
    ComposeProfile,
    EcsParams,
    EnvFile,
    ExecutionRole,
    File,
    ProjectName,
    SecurityGroups,
    Subnets,
    TaskRole,
    WhichNetwork,
    WhichTopology,
    conversion_of,
)
from fargate_kit.cli.compose_running import logs, ps, scale, start, stop
from fargate_kit.cli.compose_up import down, up
from fargate_kit.cli.failing import EXIT_CODES, error_facts, json_text
from fargate_kit.cli.settings import AsJson, Region
from fargate_kit.cli.usage import LogsOfAProject, Scaling

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
    conversion = conversion_of(
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
        typer.echo(json.dumps(facts, indent=2, default=json_text))
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
    conversion = conversion_of(
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
        typer.echo(json.dumps(facts, indent=2, default=json_text))
    elif conversion.plan is not None:
        from fargate_kit.cli.compose_screen import print_plan

        print_plan(conversion.plan, conversion)
    _end(conversion, quiet=as_json)


def _problem_facts(conversion: Conversion) -> dict[str, object]:
    from fargate_kit.errors import InvalidSpec

    facts: dict[str, object] = {
        "project": conversion.project,
        "ok": not conversion.problems,
        "problems": [
            {"path": each.path, "rule": each.rule, "message": each.message}
            for each in conversion.problems
        ],
    }
    try:
        conversion.check()
    except InvalidSpec as error:
        facts["error"] = error_facts(error)
    return facts


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


app.command(epilog=EXIT_CODES, short_help="Make it so, and wait until it runs.")(up)
app.command(epilog=EXIT_CODES, short_help="List services and tasks.")(ps)
app.command(cls=LogsOfAProject, epilog=EXIT_CODES, short_help="Print what containers wrote.")(logs)
app.command(cls=Scaling, epilog=EXIT_CODES, short_help="Change how many tasks run.")(scale)
app.command(epilog=EXIT_CODES, short_help="Scale to no task, for a while.")(stop)
app.command(epilog=EXIT_CODES, short_help="Bring back what was stopped.")(start)
app.command(epilog=EXIT_CODES, short_help="Take it down to nothing.")(down)
app.command(epilog=EXIT_CODES, short_help="Write what runs as a Compose file.")(export)
