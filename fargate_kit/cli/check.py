"""`fargate-kit check`: what AWS would say of a task definition, without asking it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fargate_kit.cli.failing import error_facts, json_text
from fargate_kit.cli.settings import AsJson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fargate_kit.model.problems import Problem
    from fargate_kit.tasks.task_spec import TaskSpec


def check(
    file: Annotated[
        Path,
        typer.Argument(
            help="A task definition, as `aws ecs register-task-definition` takes it; - reads it "
            "from standard input."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Find every problem of a task definition for Fargate; nothing is sent.

    Exits with 1 if AWS would refuse it. What is legal and yet unwise, or unknown to this package,
    is marked with ! and is no reason to fail.

    With --json standard output is one object: file, ok, problems and cautions, with error if there
    are problems; or error alone, if the file cannot be read.

    \b
    Examples:
      fargate-kit check task.json
      fargate-kit check - < task.json
    """
    from fargate_kit.errors import InvalidSpec

    cautions: tuple[Problem, ...] = ()
    try:
        spec = read_spec(str(file))
    except InvalidSpec as error:
        problems, subject = error.problems, error.subject
    else:
        problems, subject = spec.problems(), f"{spec.family} ({file})"
        cautions = spec.cautions()
    if as_json:
        facts = _facts(file, problems, cautions)
        if problems:
            facts["error"] = error_facts(InvalidSpec(subject, problems))
        typer.echo(json.dumps(facts, indent=2, default=json_text))
    else:
        _print(subject, problems, cautions)
    if problems:
        raise typer.Exit(1)


def read_spec(file: str) -> TaskSpec:
    """Read a task definition from a file, or from standard input where it is called `-`."""
    from fargate_kit.tasks.task_spec import TaskSpec

    if file == "-":
        return TaskSpec.from_json(sys.stdin.buffer.read(), source="standard input")
    return TaskSpec.from_file(file)


def _facts(file: Path, problems: Sequence[Problem], cautions: Sequence[Problem]) -> dict[str, Any]:
    return {
        "file": str(file),
        "ok": not problems,
        "problems": [_fact(problem) for problem in problems],
        "cautions": [_fact(caution) for caution in cautions],
    }


def _fact(problem: Problem) -> dict[str, Any]:
    return {
        "path": problem.path,
        "rule": problem.rule,
        "given": problem.given,
        "allowed": problem.allowed,
        "message": problem.message,
    }


def _print(subject: str, problems: Sequence[Problem], cautions: Sequence[Problem]) -> None:
    from rich.markup import escape

    from fargate_kit.cli.screen import console

    if problems:
        count = len(problems)
        console.print(
            f"[bold red]✗[/] {escape(subject)}: {count} problem{'s' * (count != 1)}",
            soft_wrap=True,
        )
    else:
        console.print(f"[bold green]✓[/] {escape(subject)}: Fargate would take it", soft_wrap=True)
    for problem in problems:
        console.print(f"  [red]•[/] {escape(problem.message)}", soft_wrap=True)
    for caution in cautions:
        console.print(f"  [yellow]![/] {escape(caution.message)}", soft_wrap=True)
