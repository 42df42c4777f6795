"""How a deployment ended, for the person who waited: one line, and the evidence if it failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from fargate_kit.cli.events import event_words, in_short
from fargate_kit.cli.facts import evidence_facts
from fargate_kit.cli.failing import error_facts
from fargate_kit.cli.screen import print_hanging
from fargate_kit.errors import DeploymentFailed, FargateError, WaitTimeout
from fargate_kit.model.deployment_evidence import Evidence

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["LABEL", "evidence_of", "print_failure", "verdict_facts"]

# So much of each kind of evidence is shown; `--json` tells all of it.
SHOWN = 3
# Cells of the words before the evidence.
LABEL = 9


def evidence_of(error: FargateError) -> Evidence | None:
    """Return the evidence that an error carries; None if it carries none."""
    if isinstance(error, DeploymentFailed):
        return error.evidence
    if isinstance(error, WaitTimeout) and isinstance(error.last, Evidence):
        return error.last
    return None


def verdict_facts(error: FargateError) -> dict[str, Any]:
    """Return a failure for `--json`."""
    evidence = evidence_of(error)
    facts = error_facts(error)
    if evidence is not None:
        facts["message"] = _first(str(error))
        facts["evidence"] = evidence_facts(evidence)
    return {"error": facts}


def print_failure(console: Console, error: FargateError, evidence: Evidence, now: datetime) -> None:
    """Print why a deployment did not succeed, the most telling first."""
    verdict = _first(str(error)).partition(f": {_first(evidence.cause.said)}")[0]
    console.print(Text.assemble(("✗ ", "bold red"), (verdict, "bold")), soft_wrap=True)
    label = ""
    for name, text in _told(evidence, now):
        shown = f"  {name if name != label else '':{LABEL}}"
        label = name
        style = "bold yellow" if name == "to do" else ""
        print_hanging(console, Text(shown, "bright_black"), Text(text, style))


def _told(evidence: Evidence, now: datetime) -> Iterator[tuple[str, str]]:
    for line in evidence.cause.said.splitlines():
        yield "why", in_short(line)
    yield "to do", evidence.remedy
    counts = f"{evidence.running_count} of {evidence.desired_count} run"
    if evidence.pending_count:
        counts += f", {evidence.pending_count} pending"
    if evidence.failed_tasks:
        counts += f", {evidence.failed_tasks} failed"
    yield "tasks", counts
    yield from (("tasks", text) for text in _stopped(evidence))
    for event in evidence.events[-SHOWN:]:
        head, said = event_words(event, now)
        yield "ECS", head.plain.partition(" ")[0] + f" {said}"
    for target in [each for each in evidence.targets if each.state != "healthy"][:SHOWN]:
        yield "targets", str(target)
    for words in evidence.log:
        yield "log", str(words)
    for each in evidence.not_seen:
        yield "not seen", each


def _first(text: str) -> str:
    return text.partition("\n")[0]


def _stopped(evidence: Evidence) -> Iterator[str]:
    """Tell of the tasks that stopped, those of one reason together; the cause is not repeated."""
    alike: dict[tuple[str, int | None], list[str]] = {}
    for task in evidence.stopped_tasks:
        alike.setdefault((_first(task.reason), task.exit_code), []).append(task.id[:8])
    for (reason, exit_code), ids in list(alike.items())[:SHOWN]:
        code = f" with exit code {exit_code}" if exit_code is not None else ""
        same = evidence.cause.said.startswith(reason)
        more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
        yield f"{', '.join(ids[:SHOWN])}{more} stopped{code}" + ("" if same else f": {reason}")
