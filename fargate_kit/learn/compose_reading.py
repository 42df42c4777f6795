"""What the pictures of a Compose project are made of, read from what the translation says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fargate_kit.compose.conversion import Conversion
from fargate_kit.compose.difference import Difference
from fargate_kit.compose.plan import Plan, PlannedService
from fargate_kit.compose.report import FileReport
from fargate_kit.compose.verdicts import Finding, Verdict
from fargate_kit.learn.views.compose_map import ComposeMap, FileLine, MappedField, MappedFile
from fargate_kit.learn.views.compose_plan import PlanList, PlannedThing
from fargate_kit.learn.views.explorer import Node
from fargate_kit.model.secrecy import MASK, looks_secret, masked

__all__ = ["compose_map_of", "plan_list_of", "plan_nodes"]

OFFLINE = "nothing was sent"
LONGEST = 90
_STRICT = list(Verdict)


def compose_map_of(conversion: Conversion) -> ComposeMap:
    """Read what became of every line; the files are read again, to show them.

    A file that is not as it was, or not there any more, is shown by its keys alone.
    """
    reports = conversion.report.files
    return ComposeMap(
        project=conversion.project,
        files=tuple(map(_file, reports)),
        fields=tuple(_fields(reports, conversion.plan)),
        filled=tuple(_filled(conversion.plan)) if conversion.plan else (),
        cautions=conversion.report.cautions,
        problems=tuple(each.message for each in conversion.problems),
        badge=OFFLINE,
    )


def _file(report: FileReport) -> MappedFile:
    by_line = {finding.place.line: finding for finding in reversed(report.findings)}
    texts = _texts(report)
    if texts is None:
        texts = {line: f"{'  ' * each.depth}{each.key}:" for line, each in sorted(by_line.items())}
    return MappedFile(
        name=Path(report.file).name,
        lines=tuple(
            FileLine(
                number=number,
                text=str(masked(text)),
                verdict=str(max((each.verdict for each in own), key=_STRICT.index)) if own else "",
            )
            for number, text in texts.items()
            for own in [list(_findings_of(report.findings, number, text))]
        ),
    )


def _texts(report: FileReport) -> dict[int, str] | None:
    """Return the lines of a file, if it still has every key where it was found."""
    try:
        lines = Path(report.file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    for finding in report.findings:
        place = finding.place
        if place.line > len(lines) or finding.key not in lines[place.line - 1]:
            return None
    return dict(enumerate(lines, 1))


def _findings_of(findings: Sequence[Finding], number: int, text: str) -> Iterator[Finding]:
    """Yield what was found of a line: of its own keys, or of the key that it goes on with."""
    own = [each for each in findings if each.place.line == number]
    if own:
        yield from own
        return
    if not text.strip() or text.lstrip().startswith("#"):
        return
    indent = len(text) - len(text.lstrip())
    above = [
        each
        for each in findings
        if each.place.line < number
        and each.place.column - 1 <= indent - (not text.lstrip().startswith("-"))
    ]
    if above:
        yield above[-1]


def _fields(reports: Sequence[FileReport], plan: Plan | None) -> Iterator[MappedField]:
    """Yield a field for every place of AWS, with all lines that lead there."""
    found: dict[tuple[str, str, tuple[str, ...]], tuple[str, list[tuple[int, int]]]] = {}
    for number, report in enumerate(reports):
        lines = _texts(report) or {}
        for finding in report.findings:
            name, value = _place_in_plan(finding, plan)
            key = _same_fate(found, name, finding)
            places = found.setdefault(key, (value, []))[1]
            places.append((number, finding.place.line))
            places += [
                (number, other)
                for other, text in lines.items()
                if other != finding.place.line
                and finding in _findings_of(report.findings, other, text)
            ]
    for (name, verdict, reasons), (value, places) in found.items():
        yield MappedField(
            name=name,
            verdict=verdict,
            places=tuple(dict.fromkeys(places)),
            value=value,
            reasons=reasons,
        )


def _same_fate(
    found: Iterable[tuple[str, str, tuple[str, ...]]], name: str, finding: Finding
) -> tuple[str, str, tuple[str, ...]]:
    """Return the field of a key: the one above it, where that was ignored for the same reason."""
    key = (name, str(finding.verdict), finding.reasons)
    if finding.becomes:
        return key
    for other in found:
        if other[1:] == key[1:] and name.startswith(f"{other[0]}."):
            return other
    return key


def _place_in_plan(finding: Finding, plan: Plan | None) -> tuple[str, str]:
    """Return the field that a key became, and what it holds."""
    if not finding.becomes:
        return finding.path, ""
    for service in plan.services if plan else ():
        request = service.task.to_api()
        for name, container in _containers(service, request):
            if f"{finding.path}.".startswith(f"services.{name}."):
                key = finding.path.removeprefix(f"services.{name}").removeprefix(".")
                if (found := _in_container(container, key, finding.becomes)) is not None:
                    return found
        for prefix, members in (("", request), ("service.", _settings(service))):
            if (value := _member(members, finding.becomes)) is not None:
                return f"{prefix}{finding.becomes}", _shown(value)
    return finding.becomes, ""


def _containers(
    service: PlannedService, request: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield containers by the names that the Compose file has for them."""
    called = {each.replace(".", "-"): each for each in service.compose_services}
    for container in request["containerDefinitions"]:
        yield called.get(container["name"], container["name"]), container


def _in_container(container: Mapping[str, Any], key: str, becomes: str) -> tuple[str, str] | None:
    where = f"containerDefinitions[{container['name']}]"
    if not key:
        return where, ""
    if becomes == "environment" and key.startswith("environment."):
        variable = key.removeprefix("environment.")
        values = {each["name"]: each["value"] for each in container.get("environment", ())}
        value = MASK if looks_secret(variable) else masked(values.get(variable, ""))
        return f"{where}.environment[{variable}]", _short(str(value))
    value = _member(container, becomes)
    return None if value is None else (f"{where}.{becomes}", _shown(value))


def _settings(service: PlannedService) -> Mapping[str, Any]:
    return {
        "desiredCount": service.desired_count,
        "deploymentConfiguration": service.roll_out.to_api(),
        **service.extra,
    }


def _member(members: Mapping[str, Any], way: str) -> Any:
    """Return what is at a way such as `healthCheck.command`; None if there is nothing."""
    value: Any = members
    for name in way.split("."):
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            value = value[0]
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _shown(value: Any) -> str:
    """Return a value in a line: names where it has such, otherwise as JSON, secrets masked."""
    if isinstance(value, list) and value and all(_name(each) for each in value):
        return _short(", ".join(_name(each) for each in value))
    if isinstance(value, str):
        return _short(str(masked(value)))
    return _short(json.dumps(masked(value), ensure_ascii=False))


def _name(item: Any) -> str:
    return str(item.get("name", "")) if isinstance(item, Mapping) else ""


def _short(words: str) -> str:
    words = re.sub(r"\s+", " ", words)
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _filled(plan: Plan) -> Iterator[str]:
    """Yield what a task on Fargate needs besides, and has in the plan."""
    for service in plan.services:
        request = service.task.to_api()
        size = f"{request.get('cpu')} CPU units, {request.get('memory')} MiB"
        yield f"family {request['family']}, service {service.name}: a task of {size}"
        if role := request.get("executionRoleArn"):
            yield f"execution role {role}"
    chosen = ", ".join(plan.network.subnets) or "those of the default VPC"
    public = "with" if plan.network.public_ip else "without"
    yield f"network mode awsvpc; subnets: {chosen}; {public} public addresses"
    for group in plan.log_groups:
        yield f"log group {group.name} in {group.region}"


def plan_nodes(plan: Plan) -> tuple[Node, ...]:
    """Read a plan as a tree: services with their containers, and what must be there."""
    services = tuple(
        Node(
            kind="service",
            name=service.name,
            note=f"{service.desired_count} task{'s' * (service.desired_count != 1)} of "
            f"{service.task.cpu} CPU units and {service.task.memory} MiB",
            children=tuple(
                Node(kind="container", name=raw["name"], note=raw.get("image", ""))
                for raw in service.task.to_api()["containerDefinitions"]
            ),
        )
        for service in plan.services
    )
    groups = tuple(Node(kind="log group", name=each.name) for each in plan.log_groups)
    needed = tuple(
        Node(kind=each.kind, name=each.value, note="must be there")
        for each in plan.references
        if each.kind != "log group"
    )
    return (Node(kind="project", name=plan.project, children=(*services, *groups, *needed)),)


def plan_list_of(difference: Difference, *, badge: str | None = None) -> PlanList:
    """Read what `up` would do."""
    return PlanList(
        project=difference.project,
        place=f"cluster {difference.cluster}, {difference.region}",
        things=tuple(
            PlannedThing(
                kind=item.kind, name=item.name, action=str(item.action), details=item.details
            )
            for item in difference
        ),
        problems=tuple(each.message for each in difference.problems),
        badge=badge,
    )
