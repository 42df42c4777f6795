"""`fargate-kit learn`: the course in JupyterLab, on this machine alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from fargate_kit.cli.settings import AsJson

app = typer.Typer(
    name="learn",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

USUAL_FOLDER = Path("fargate-kit-course")
Folder = Annotated[
    Path, typer.Option("--folder", help="Your own copy of the course; made if it is not there.")
]


@app.callback(invoke_without_command=True)
def learn(
    context: typer.Context,
    folder: Folder = USUAL_FOLDER,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port on 127.0.0.1; by default a free one.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Whether to open a browser.")] = True,
) -> None:
    """Open the course in JupyterLab, on a simulated Fargate: no AWS account, no cost, no network.

    The notebooks are copied to a folder of your own first, and what you write there stays.

    \b
    Examples:
      fargate-kit learn
      fargate-kit learn list
      fargate-kit learn progress
      fargate-kit learn reset 02
      fargate-kit learn rescue 02 --from 2.5
    """
    if context.invoked_subcommand is not None:
        return
    from fargate_kit.learn.course import copy_course, lab_command

    command, environment = lab_command(folder, port=port, browser=browser)
    if copied := copy_course(folder):
        typer.echo(f"{len(copied)} notebooks copied to {folder}", err=True)
    typer.echo("Ctrl-C ends JupyterLab; what is simulated ends with it.", err=True)
    raise typer.Exit(_run(command, environment))


@app.command(name="list")
def list_(as_json: AsJson = False) -> None:
    """List the notebooks: their numbers, titles, minutes and exercises."""
    from fargate_kit.learn.course import notebooks

    found = notebooks()
    if as_json:
        facts = [
            {
                "number": f"{each.chapter:02}",
                "title": each.title,
                "minutes": each.minutes,
                "exercises": list(each.exercises),
            }
            for each in found
        ]
        typer.echo(json.dumps(facts, indent=2))
        return
    for each in found:
        count = len(each.exercises)
        typer.echo(f"{each.chapter:02}  {each.title:24}  {each.minutes:3} min  {count} exercises")


@app.command()
def progress(folder: Folder = USUAL_FOLDER, as_json: AsJson = False) -> None:
    """Show which exercises you have solved."""
    from fargate_kit.learn.course import check_folder, notebooks
    from fargate_kit.learn.exercises import exercises
    from fargate_kit.learn.progress import FILE, solved

    if not folder.is_dir() and (Path.cwd() / FILE).exists():
        folder = Path.cwd()
    check_folder(folder)
    done, found = solved(folder), notebooks()
    if as_json:
        typer.echo(json.dumps({"solved": done}, indent=2))
        return
    for each in found:
        count = sum(name in done for name in each.exercises)
        typer.echo(f"{each.chapter:02}  {each.title}: {count} of {len(each.exercises)}")
        for name in each.exercises:
            typer.echo(f"    {'[x]' if name in done else '[ ]'} {name} {exercises()[name].title}")


@app.command()
def reset(
    number: Annotated[str, typer.Argument(help="Of the notebook, such as 02.")],
    folder: Folder = USUAL_FOLDER,
) -> None:
    """Put a notebook back as it was, and forget which of its exercises you have solved.

    Your own notebook is kept beside it under another name.
    """
    from fargate_kit.learn.course import reset as put_back

    fresh, kept = put_back(folder, number)
    typer.echo(f"{fresh} is as it was, and none of its exercises counts as solved")
    if kept is not None:
        typer.echo(f"your own is now {kept}")


@app.command()
def rescue(
    number: Annotated[str, typer.Argument(help="Of the notebook, such as 02.")],
    exercise: Annotated[
        str, typer.Option("--from", help="The first exercise that is left to do, such as 2.5.")
    ],
    folder: Folder = USUAL_FOLDER,
    as_json: AsJson = False,
) -> None:
    """Solve a notebook up to an exercise, to go on from there; your own is kept beside it."""
    from fargate_kit.learn.rescue import rescue as put_right

    rescued = put_right(folder, number, exercise)
    if as_json:
        facts = {
            "notebook": str(rescued.file),
            "kept": None if rescued.kept is None else str(rescued.kept),
            "from": rescued.exercise,
            "solved": list(rescued.solved),
        }
        typer.echo(json.dumps(facts, indent=2))
        return
    solved = ", ".join(rescued.solved) or "nothing yet"
    typer.echo(f"{rescued.file} is solved up to {rescued.exercise}: {solved}")
    if rescued.kept is not None:
        typer.echo(f"your own is now {rescued.kept}")
    typer.echo(
        f"open it anew, choose the cell below the words of exercise {rescued.exercise}, then "
        "Kernel > Restart Kernel and Run up to Selected Cell"
    )


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Become JupyterLab, so that every signal reaches it; it asks before it ends."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execve(command[0], list(command), dict(environment))  # noqa: S606
    return subprocess.call(command, env=environment)  # noqa: S603
