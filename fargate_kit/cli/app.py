"""The commands, and what becomes of an error: one clear line and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import typer

from fargate_kit._version import __version__
from fargate_kit.cli.check import check
from fargate_kit.cli.demo import demo
from fargate_kit.cli.run import run as run_command
from fargate_kit.cli.sim import sim

# Exit codes: 0 it worked; 1 it did not; 2 the command line is off; 130 interrupted (running.py).
# `run` ends with the exit code of the container.
FAILED = 1

app = typer.Typer(
    name="fargate-kit",
    help="Amazon ECS on Fargate, on AWS or simulated on this machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(demo)
app.command()(sim)
app.command()(check)
app.command(name="run")(run_command)


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
    """Amazon ECS on Fargate, on AWS or simulated on this machine."""


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    try:
        app(list(arguments), prog_name="fargate-kit")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else FAILED
    except Exception as error:
        from fargate_kit.errors import FargateError

        causes = list(_causes(error))
        if not all(isinstance(cause, FargateError | OSError) for cause in causes):
            raise
        for text in dict.fromkeys(str(cause) for cause in causes):
            print(f"fargate-kit: {text}", file=sys.stderr)
        return FAILED
    return 0


def _causes(error: Exception) -> Iterator[Exception]:
    """Yield what went wrong, however deep in groups of concurrent tasks."""
    if isinstance(error, ExceptionGroup):
        for inner in error.exceptions:
            yield from _causes(inner)
    else:
        yield error
