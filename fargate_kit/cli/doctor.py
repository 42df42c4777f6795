"""`fargate-kit doctor`: whether everything is there that tasks need, and what to do where not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from fargate_kit.cli.desk import Desk, at_desk
from fargate_kit.cli.failing import FAILED
from fargate_kit.cli.settings import AsJson, ClusterName, EndpointUrl, Profile, Region

if TYPE_CHECKING:
    from fargate_kit.cli.doctor_finding import Finding
    from fargate_kit.tasks.task_spec import TaskSpec

# Cells of the name of what was looked at.
LABEL = 12
_MARKS = {
    "ok": ("✓", "green"),
    "problem": ("✗", "bold red"),
    "caution": ("!", "bold yellow"),
    "unknown": ("?", "yellow"),
}


def doctor(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE",
            help="A task definition file, whose roles, images, log groups and secrets are looked "
            "for too.",
        ),
    ] = None,
    cluster: ClusterName = "default",
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Look at region, endpoint, credentials, permissions, cluster, network, role, what was made.

    The network is the one that `up` made for the cluster, or else the default VPC's. Nothing is
    changed. ✓ is fine, ✗ keeps tasks from running, ! may, and ? could not be seen; each stands with
    its remedy. Exits with 1 if there is a ✗, such as a cluster that is not there.

    \b
    Examples:
      fargate-kit doctor
      fargate-kit doctor task.json --cluster prod
      fargate-kit doctor --json | jq '.checks[].state'
    """

    async def work(desk: Desk) -> int:
        return await examine(desk, cluster, _read(file))

    at_desk(work, region=region, profile=profile, endpoint_url=endpoint_url, as_json=as_json)


async def examine(desk: Desk, cluster_name: str, spec: TaskSpec | None) -> int:
    """Look at everything and print it; a terminal gets each finding as soon as it is known."""
    from fargate_kit.cli.doctor_checks import findings

    found: list[Finding] = []
    async for finding in findings(desk, cluster_name, spec):
        desk.waits_for(None)
        found.append(finding)
        if not desk.as_json:
            _print(finding)
    problems = sum(each.state == "problem" for each in found)
    if desk.as_json:
        desk.facts({
            "ok": not problems,
            "checks": [
                {
                    "name": each.name,
                    "state": each.state,
                    "text": each.text,
                    "remedies": list(each.remedies),
                }
                for each in found
            ],
        })
    else:
        _print_sum(found, problems)
    return FAILED if problems else 0


def _print(finding: Finding) -> None:
    from rich.text import Text

    from fargate_kit.cli.screen import console, print_hanging

    mark, colour = _MARKS[finding.state]
    head = Text.assemble((f"{mark} ", colour), (f"{finding.name:<{LABEL}}", "bold"))
    print_hanging(console, head, finding.text)
    indent = " " * head.cell_len if console.is_terminal else "  "
    colour = "bright_black" if finding.state == "ok" else "yellow"
    for remedy in finding.remedies:
        print_hanging(console, Text(f"{indent}→ ", colour), Text(remedy, colour))


def _print_sum(found: Sequence[Finding], problems: int) -> None:
    from fargate_kit.cli.screen import console

    cautions = sum(each.state in {"caution", "unknown"} for each in found)
    text = f"{problems} problem{'s' * (problems != 1)}" if problems else "nothing is in the way"
    if cautions:
        text += f", {cautions} thing{'s' * (cautions != 1)} to look at"
    console.print(f"\n{text}" if console.is_terminal else text, style="bold", markup=False)


def _read(file: str | None) -> TaskSpec | None:
    if file is None:
        return None
    from fargate_kit.cli.check import read_spec

    return read_spec(file)
