"""Compose files written after stacks that people run, each with what is expected of it.

`FARGATE_KIT_WRITE_EXPECTED=1` writes the expectations anew, to be read before they are kept.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fargate_kit.compose import Choices, Conversion, ProjectFiles, Topology, Verdict, convert

CORPUS = Path(__file__).parent / "corpus"
CASES = sorted(path.name for path in CORPUS.iterdir() if path.is_dir())
WRITE = os.environ.get("FARGATE_KIT_WRITE_EXPECTED") == "1"


def converted(directory: Path) -> Conversion:
    case = directory / "case.json"
    options: dict[str, Any] = json.loads(case.read_text()) if case.is_file() else {}
    return convert(
        ProjectFiles(
            files=tuple(options.get("files", ["compose.yaml"])),
            name=None,
            profiles=tuple(options.get("profiles", ())),
            environment={},
        ),
        choices=Choices(topology=Topology(options.get("topology", "one-task")), region="eu-west-1"),
    )


def described(conversion: Conversion) -> Iterator[str]:
    """Write what became of a project, for people to read."""
    plan = conversion.plan.facts(show_values=True) if conversion.plan else None
    yield f"project {conversion.project}: {'planned' if plan else 'refused'}"
    if plan:
        yield f"network {json.dumps(plan['network'])}"
        yield f"cluster {plan['cluster']}" if plan["cluster"] else "any cluster"
        for service in plan["services"]:
            yield from ["", f"service {service['name']}"]
            yield from described_service(service)
        yield ""
        for group in plan["log_groups"]:
            yield f"log group {json.dumps(group)}"
        for reference in plan["references"]:
            yield f"needs {reference['kind']} {reference['value']} ({reference['place']})"
        if plan["discovery"]:
            yield f"discovery {json.dumps(plan['discovery'])}"
    for problem in conversion.problems:
        yield f"problem {problem.rule}: {problem.message}"
    yield ""
    for finding in conversion.report:
        if finding.verdict is not Verdict.MAPPED or finding.reasons:
            yield f"{finding.place} {finding.path} {finding.verdict} {finding.becomes}".rstrip()
            yield from (f"    {reason}" for reason in finding.reasons)
    yield from (f"caution {caution}" for caution in conversion.report.cautions)
    counts = conversion.report.count()
    yield ", ".join(f"{number} {verdict}" for verdict, number in counts.items())


def described_service(service: dict[str, Any]) -> Iterator[str]:
    settings = {k: v for k, v in service["settings"].items() if k != "networkConfiguration"}
    yield f"  count {service['desired_count']}, from {', '.join(service['compose_services'])}"
    for key in ("after", "scaling", "role"):
        if service[key]:
            yield f"  {key} {json.dumps(service[key])}"
    yield f"  settings {json.dumps(settings)}"
    definition = service["task_definition"]
    for key, value in definition.items():
        if key not in {"containerDefinitions", "networkMode", "requiresCompatibilities", "family"}:
            yield f"  {key} {json.dumps(value)}"
    for container in definition["containerDefinitions"]:
        yield f"  container {container['name']}"
        yield from (
            f"    {key} {json.dumps(value)}" for key, value in container.items() if key != "name"
        )


@pytest.mark.parametrize("case", CASES)
def test_real_stacks_become_what_is_written_beside_them(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file of the corpus ends in the plan, or in the problems, that stand beside it."""
    monkeypatch.chdir(CORPUS / case)
    text = "\n".join(described(converted(Path()))) + "\n"
    expected = Path("expected.txt")
    if WRITE:
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_stacks_named_refused_are_refused(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal is what its name in the corpus says, and no plan comes with it."""
    monkeypatch.chdir(CORPUS / case)
    conversion = converted(Path())
    refused = case.endswith(("-refused", "-missing", "-bad-size"))
    assert bool(conversion.problems) is refused
    assert (conversion.plan is None) is refused


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    """There are at least 40 stacks, and both outcomes are among them."""
    refused = [case for case in CASES if case.endswith("-refused")]
    assert len(CASES) >= 40
    assert 10 <= len(refused) <= len(CASES) - 20
