"""The commands, and what becomes of an error: one clear line and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from fargate_kit._version import __version__
from fargate_kit.cli.changing import delete, rollback, scale, stop
from fargate_kit.cli.check import check
from fargate_kit.cli.compose import app as compose_app
from fargate_kit.cli.cost import cost
from fargate_kit.cli.demo import demo
from fargate_kit.cli.deploy import deploy
from fargate_kit.cli.diff import diff
from fargate_kit.cli.doctor import doctor
from fargate_kit.cli.down import down
from fargate_kit.cli.ecs_cli import take_over
from fargate_kit.cli.events import events
from fargate_kit.cli.failing import (
    CUT_OFF,
    EXIT_CODES,
    FAILED,
    JsonForm,
    causes_of,
    error_facts,
    error_json,
    json_form,
    leave_quietly,
    said,
    set_json_form,
    wants_json,
)
from fargate_kit.cli.janitor import janitor
from fargate_kit.cli.learn import app as learn_app
from fargate_kit.cli.logs import logs
from fargate_kit.cli.ps import ps
from fargate_kit.cli.run import run as run_command
from fargate_kit.cli.running import INTERRUPTED, TERMINATED, Interrupted
from fargate_kit.cli.sim import sim
from fargate_kit.cli.teardown import teardown
from fargate_kit.cli.up import up
from fargate_kit.cli.usage import Scaling, WithHints

_RUN_CODES = (
    "Exit codes: the container's own; 1 the task did not start, or something else failed, and "
    "standard error says what; 2 the command line is off; 130 interrupted; 143 terminated."
)
_DIFF_CODES = (
    "Exit codes: 0 it worked; 1 it did not, and standard error says why; 2 the command line is "
    "off; 3 there is a difference (with --exit-code); 130 interrupted; 143 terminated."
)
_SIM_CODES = (
    "Exit codes: 0 it was ended after its URL stood there; 1 it could not begin; 2 the command "
    "line is off; 130 it was interrupted before that."
)

_NOT_ON_AWS = {"demo", "learn", "sim"}

app = typer.Typer(
    name="fargate-kit",
    cls=WithHints,
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Plain text: the panels of rich cut words on a narrow terminal.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(epilog=EXIT_CODES, short_help="Watch WordPress run, simulated.")(demo)
app.command(epilog=_SIM_CODES, short_help="Serve a simulated Fargate.")(sim)
app.command(epilog=EXIT_CODES, short_help="Check a task definition.")(check)
app.command(epilog=EXIT_CODES, short_help="Make a cluster, and its network.")(up)
app.command(name="run", epilog=_RUN_CODES, short_help="Run a task to its end.")(run_command)
app.command(epilog=EXIT_CODES, short_help="List services and tasks.")(ps)
app.command(epilog=EXIT_CODES, short_help="Print what containers wrote.")(logs)
app.command(epilog=EXIT_CODES, short_help="Print what ECS says of a service.")(events)
app.command(epilog=_DIFF_CODES, short_help="Show what a definition changes.")(diff)
app.command(epilog=EXIT_CODES, short_help="Bring a definition to a service.")(deploy)
app.command(epilog=EXIT_CODES, short_help="Bring back what ran before.")(rollback)
app.command(cls=Scaling, epilog=EXIT_CODES, short_help="Change how many tasks run.")(scale)
app.command(epilog=EXIT_CODES, short_help="Stop tasks.")(stop)
app.command(epilog=EXIT_CODES, short_help="Delete a service.")(delete)
app.command(epilog=EXIT_CODES, short_help="Take a cluster down to nothing.")(down)
app.command(epilog=EXIT_CODES, short_help="Estimate what it costs.")(cost)
app.command(epilog=EXIT_CODES, short_help="Find what is amiss with a setup.")(doctor)
app.command(epilog=EXIT_CODES, short_help="Delete all with a mark.")(teardown)
app.command(epilog=EXIT_CODES, short_help="Take down labs that were left.")(janitor)
app.add_typer(learn_app, name="learn", short_help="The course, in JupyterLab.")
app.add_typer(compose_app, name="compose", short_help="Docker Compose files on Fargate.")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"fargate-kit {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    cluster_config: Annotated[
        str | None,
        typer.Option(help="A configuration that `ecs-cli configure` made; else its default one."),
    ] = None,
    ecs_profile: Annotated[
        str | None,
        typer.Option(
            envvar="ECS_PROFILE", help="Credentials that `ecs-cli configure profile` kept."
        ),
    ] = None,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    """Amazon ECS on Fargate, on AWS or simulated on this machine.

    \b
    Examples:
      fargate-kit demo
      fargate-kit check task.json
      fargate-kit run task.json -e MONTH=08
      fargate-kit deploy task.json web --cluster prod
    """
    commands = _commands(context.command)
    take_over(context, commands, configuration=cluster_config, profile=ecs_profile)


def _commands(group: Any) -> dict[str, Any]:
    below = getattr(group, "commands", {})
    return {name: _commands(each) for name, each in below.items() if name not in _NOT_ON_AWS}


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    as_json = wants_json(arguments)
    set_json_form(JsonForm())
    try:
        app(list(arguments), prog_name="fargate-kit")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else FAILED
        is_usual_end = json_form().endless and code == INTERRUPTED
        if as_json and code in {INTERRUPTED, TERMINATED} and not is_usual_end:
            facts = end.facts if isinstance(end, Interrupted) else {}
            word = "interrupted" if code == INTERRUPTED else "terminated"
            print(error_json("Interrupted", f"{word} before it was done", beside=facts))
        return code
    except Exception as error:
        from fargate_kit.errors import FargateError

        causes = list(causes_of(error))
        if any(isinstance(cause, BrokenPipeError) for cause in causes):
            leave_quietly()
            return CUT_OFF
        if not all(isinstance(cause, FargateError | OSError) for cause in causes):
            raise
        if as_json:
            print(error_json(**error_facts(causes[0])))
        for text in dict.fromkeys(said(cause) for cause in causes):
            print(f"fargate-kit: {text}", file=sys.stderr)
        return FAILED
    return 0
