"""How a Compose project's report and plan look: tables on a screen, plain lines in a pipe."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fargate_kit.compose import (
    Conversion,
    FileReport,
    Finding,
    Plan,
    PlannedService,
    Verdict,
)
from fargate_kit.compose.wording import USUAL_NAME
from fargate_kit.tasks.container_spec import ContainerSpec, PortMapping

if TYPE_CHECKING:
    from fargate_kit.compose import Difference, Reference

__all__ = ["print_difference", "print_plan", "print_problems", "print_report"]

# Not those of `screen`, which brings what speaks to AWS along; plain by the same variable.
_COLOURS: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
console = Console(highlight=False, color_system=_COLOURS)
errors = Console(stderr=True, highlight=False, color_system=_COLOURS)

# A mark besides the colour, for those who see no colours.
_MARKS = {
    Verdict.MAPPED: ("●", "green"),
    Verdict.ALTERED: ("◐", "yellow"),
    Verdict.IGNORED: ("○", "bright_black"),
    Verdict.REFUSED: ("✗", "bold red"),
}


def print_report(conversion: Conversion, *, brief: bool, to: Console = console) -> None:
    """Print what became of every key, one file after another."""
    for file in conversion.report.files:
        findings = [
            finding
            for finding in file.findings
            if not brief or finding.verdict is not Verdict.MAPPED or finding.reasons
        ]
        if to.is_terminal:
            to.print(Text(file.file, style="bold"))
            to.print(Padding(_table(findings, as_tree=not brief, width=to.width), (0, 0, 1, 1)))
        else:
            _print_lines(file, findings, to)
    _print_cautions(conversion.report.cautions, to)
    to.print(_summary(conversion, to), soft_wrap=not to.is_terminal)


def print_plan(plan: Plan, conversion: Conversion, *, to: Console = console) -> None:
    """Print the services, their containers, and what must be there before."""
    wrap = not to.is_terminal
    for service in plan.services:
        to.print(_headline(service), soft_wrap=wrap)
        _print_rows(_containers(service), to, heading=True)
        for label, text in _about(service):
            to.print(Padding(_labelled(label, text), (0, 0, 0, 2)), soft_wrap=wrap)
        to.print()
    to.print(_labelled("network", _network(plan)), soft_wrap=wrap)
    for group in plan.log_groups:
        days = f", kept {group.retention_days} days" if group.retention_days else ""
        to.print(_labelled("log group", f"{group.name} in {group.region}{days}"), soft_wrap=wrap)
    if plan.discovery:
        to.print(_labelled("discovery", f"Cloud Map service {plan.discovery.name}"), soft_wrap=wrap)
    if plan.references:
        to.print()
        to.print(Text("Must be there in your account", style="bold"))
        rows = [(each.kind, each.value, _origin(each)) for each in plan.references]
        _print_rows(rows, to, heading=False)
    to.print()
    _print_cautions(conversion.report.cautions, to)
    to.print(_summary(conversion, to), soft_wrap=wrap)


def print_problems(conversion: Conversion) -> None:
    """Print everything that stands in the way, on standard error."""
    count = len(conversion.problems)
    said = f"{conversion.project}: {count} problem{'s' * (count != 1)}, nothing is made"
    errors.print(Text.assemble(("✗ ", "bold red"), said), soft_wrap=True)
    for problem in conversion.problems:
        errors.print(Text.assemble(("  • ", "red"), problem.message), soft_wrap=True)


def _origin(reference: Reference) -> str:
    """Say where a thing is named, and whether `up` makes it unasked."""
    made = reference.kind == "log group" and reference.place == USUAL_NAME
    return f"{reference.place}; `up` makes it" if made else reference.place


_ACTIONS = {"make": ("+", "green"), "change": ("~", "yellow"), "leave": ("=", "bright_black")}


def print_difference(difference: Difference, *, to: Console = console) -> None:
    """Print what is to be made, changed, left and removed, a thing a line."""
    wrap = not to.is_terminal
    to.print(
        Text(f"{difference.project} in cluster {difference.cluster}, {difference.region}"),
        soft_wrap=wrap,
    )
    for item in difference:
        mark, colour = _ACTIONS.get(item.action, ("-", "red"))
        to.print(Text.assemble((f"{mark} ", colour), str(item)), soft_wrap=wrap)
        for detail in item.details:
            to.print(Text(f"    {detail}"), soft_wrap=wrap)
    counts = ", ".join(f"{number} to {action}" for action, number in difference.count().items())
    to.print(Text(counts), soft_wrap=wrap)


def _table(findings: Sequence[Finding], *, as_tree: bool, width: int) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black", pad_edge=False)
    table.add_column("line", justify="right", no_wrap=True, style="bright_black")
    table.add_column("key", overflow="fold", max_width=width // 2)
    table.add_column("verdict", no_wrap=True)
    table.add_column("becomes, or why not", overflow="fold")
    for finding in findings:
        mark, colour = _MARKS[finding.verdict]
        table.add_row(
            str(finding.place.line),
            _indented(finding) if as_tree else _whole_way(finding),
            Text(f"{mark} {finding.verdict}", style=colour),
            _said(finding),
        )
    return table


def _indented(finding: Finding) -> Text:
    """Return the key as far to the right as it is deep in the file."""
    return Text("  " * finding.depth + finding.key)


def _whole_way(finding: Finding) -> Text:
    above, dot, last = finding.path.rpartition(".")
    return Text.assemble((above + dot, "bright_black"), last)


def _said(finding: Finding) -> Text:
    text = Text(finding.becomes)
    for reason in finding.reasons:
        text.append(": " if text and finding.becomes == text.plain else "; " if text else "")
        text.append(reason, style="italic" if finding.becomes else "")
    return text


def _print_lines(file: FileReport, findings: Iterable[Finding], to: Console) -> None:
    for finding in findings:
        line = f"{finding.place}\t{finding.verdict}\t{finding.path}\t{_said(finding).plain}"
        print(line, file=to.file)  # rich would make spaces of the tabulators


def _print_cautions(cautions: Sequence[str], to: Console) -> None:
    for caution in cautions:
        to.print(Text.assemble(("! ", "yellow"), caution), soft_wrap=not to.is_terminal)
    if cautions and to.is_terminal:
        to.print()


def _summary(conversion: Conversion, to: Console) -> Text:
    counts = conversion.report.count()
    if not to.is_terminal:
        numbers = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
        return Text(f"{conversion.project}: {numbers}")
    text = Text(f"{conversion.project}: ")
    for verdict, number in counts.items():
        mark, colour = _MARKS[verdict]
        text.append(f"{mark} {number} {verdict}", style=colour if number else "bright_black")
        text.append("  ")
    text.rstrip()
    return text


def _headline(service: PlannedService) -> Text:
    task = service.task
    size = f"{int(task.cpu) / 1024:g} vCPU, {int(task.memory) / 1024:g} GB"
    count = f"{service.desired_count} task{'s' * (service.desired_count != 1)}"
    if service.scaling:
        count += f", scaled {service.scaling.minimum} to {service.scaling.maximum}"
    return Text.assemble(
        ("+ ", "green"),
        (service.name, "bold"),
        f"  {count} of {size}",
        (f"  {task.cpu_architecture}" if task.cpu_architecture else "", "bright_black"),
    )


def _containers(service: PlannedService) -> list[tuple[str, ...]]:
    """Return the containers as rows below their headings, without columns that say nothing."""
    rows = [
        (
            container.name if container.essential else f"{container.name} (may end)",
            container.image,
            _ports(container),
            _limits(container),
            ", ".join(f"{name} {when}" for name, when in container.depends_on.items()),
        )
        for container in service.task.containers
    ]
    headings = ("container", "image", "ports", "limits", "waits for")
    shown = [number for number in range(len(headings)) if any(row[number] for row in rows)]
    return [tuple(row[number] for number in shown) for row in (headings, *rows)]


def _print_rows(rows: Sequence[Sequence[str]], to: Console, *, heading: bool) -> None:
    """Print rows as a table on a screen, between tabulators in a pipe."""
    if not to.is_terminal:
        for row in rows:
            print("  " + "\t".join(row), file=to.file)
        return
    table = Table(
        box=None,
        padding=(0, 2, 0, 0),
        header_style="bright_black",
        pad_edge=False,
        show_header=heading,
    )
    for number, text in enumerate(rows[0]):
        table.add_column(
            text, overflow="fold", style="" if heading or number == 1 else "bright_black"
        )
    for row in rows[1:] if heading else rows:
        table.add_row(*(Text(cell) for cell in row))
    to.print(Padding(table, (0, 0, 0, 2)))


def _ports(container: ContainerSpec) -> str:
    shown = []
    for port in container.ports:
        if isinstance(port, PortMapping):
            protocol = "" if port.protocol == "tcp" else f"/{port.protocol}"
            shown.append(f"{port.container_port}{protocol}")
        else:
            shown.append(str(port))
    return ", ".join(shown)


def _limits(container: ContainerSpec) -> str:
    parts = []
    if container.cpu:
        whole = container.cpu % 256 == 0
        parts.append(f"{container.cpu / 1024:g} vCPU" if whole else f"{container.cpu} CPU units")
    if container.memory:
        parts.append(f"{container.memory} MiB")
    elif container.memory_reservation:
        parts.append(f"{container.memory_reservation} MiB reserved")
    return ", ".join(parts)


def _about(service: PlannedService) -> Iterator[tuple[str, str]]:
    task = service.task
    if service.after:
        yield "after", ", ".join(f"{name} ({when})" for name, when in service.after.items())
    for volume in task.volumes:
        efs = volume.get("efsVolumeConfiguration")
        kept = f"EFS {efs['fileSystemId']}" if efs else "ephemeral, gone when the task ends"
        yield "volume", f"{volume['name']}: {kept}"
    secrets = [name for container in task.containers for name in container.secrets]
    if secrets:
        yield "secrets", ", ".join(secrets)
    if "serviceConnectConfiguration" in service.extra:
        yield "names", "Service Connect"
    if service.role:
        yield "task role", f"{service.role.name}, to be made"


def _network(plan: Plan) -> str:
    subnets = ", ".join(plan.network.subnets) or "the default VPC's subnets"
    groups = ", ".join(plan.network.security_groups) or "its default group"
    public = "public addresses" if plan.network.public_ip else "no public addresses"
    return f"{subnets}; {groups}; {public}"


def _labelled(label: str, text: str) -> Text:
    return Text.assemble((f"{label:<10}", "bright_black"), text)
