"""The commands, and what becomes of an error: one clear line and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from fargate_kit._version import __version__
from fargate_kit.cli.check import check
from fargate_kit.cli.compose import app as compose_app
from fargate_kit.cli.demo import demo
from fargate_kit.cli.failing import (
    EXIT_CODES,
    FAILED,
    causes_of,
    error_facts,
    error_json,
    wants_json,
)
from fargate_kit.cli.run import run as run_command
from fargate_kit.cli.running import INTERRUPTED
from fargate_kit.cli.sim import sim

_RUN_CODES = (
    "Exit codes: the container's own; 1 the task did not start, or something else failed, and "
    "standard error says what; 2 the command line is off; 130 interrupted."
)
_SIM_CODES = "Exit codes: 0 it was interrupted; 1 it could not begin; 2 the command line is off."

app = typer.Typer(
    name="fargate-kit",
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
app.command(name="run", epilog=_RUN_CODES, short_help="Run a task to its end.")(run_command)
app.add_typer(compose_app, name="compose", short_help="Docker Compose files on Fargate.")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"fargate-kit {__version__}")
        raise typer.Exit


@app.callback()
def options(
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
    """


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    as_json = wants_json(arguments)
    try:
        app(list(arguments), prog_name="fargate-kit")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else FAILED
        if as_json and code == INTERRUPTED:
            print(error_json("Interrupted", "interrupted before it was done"))
        return code
    except Exception as error:
        from fargate_kit.errors import FargateError

        causes = list(causes_of(error))
        if not all(isinstance(cause, FargateError | OSError) for cause in causes):
            raise
        if as_json:
            print(error_json(**error_facts(causes[0])))
        for text in dict.fromkeys(str(cause) for cause in causes):
            print(f"fargate-kit: {text}", file=sys.stderr)
        return FAILED
    return 0
