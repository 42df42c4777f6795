"""The whole way from Compose files to a plan, without a call to AWS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike, fspath

from fargate_kit.compose.aws_extensions import translate_extensions
from fargate_kit.compose.deploying import translate_deploy
from fargate_kit.compose.drafts import Choices, Draft, Workshop
from fargate_kit.compose.ecs_params import (
    PARAMS_RULES,
    efs_volumes,
    open_params,
    refuse_what_fargate_lacks,
)
from fargate_kit.compose.health import translate_dependencies, translate_health
from fargate_kit.compose.log_routes import translate_logging
from fargate_kit.compose.networking import translate_network
from fargate_kit.compose.params_overrides import depend_as_params_say, override
from fargate_kit.compose.plan import Plan
from fargate_kit.compose.planning import make_plan
from fargate_kit.compose.processes import translate_process, translate_restart
from fargate_kit.compose.project import Project, ProjectFiles, read_project
from fargate_kit.compose.report import FileReport, Report
from fargate_kit.compose.resources import translate_resources
from fargate_kit.compose.rules import apply_rules, apply_rules_to_key, everything_below
from fargate_kit.compose.sources import Sources, shown_path
from fargate_kit.compose.storage import translate_storage
from fargate_kit.compose.tree import Found
from fargate_kit.compose.variables import translate_variables
from fargate_kit.compose.verdicts import Ledger
from fargate_kit.errors import InvalidSpec
from fargate_kit.model.problems import Problem

__all__ = ["Conversion", "convert"]

USUAL_PARAMS = "ecs-params.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What became of a project's files.

    Attributes:
        plan: What would be made; None where something stands in the way.
        problems: Everything that stands in the way, each with file, line and column.
    """

    project: str
    plan: Plan | None
    report: Report
    problems: tuple[Problem, ...]

    def check(self) -> Plan:
        """Return the plan.

        Raises:
            InvalidSpec: Something stands in the way: every problem at once.
        """
        if self.plan is None or self.problems:
            raise InvalidSpec(f"Compose project {self.project!r}", self.problems)
        return self.plan


def convert(
    files: ProjectFiles | str | PathLike[str] | Sequence[str | PathLike[str]] | None = None,
    *,
    ecs_params: str | None = None,
    choices: Choices | None = None,
) -> Conversion:
    """Translate a Compose project for Fargate; nothing is sent.

    Args:
        files: The Compose files: one path, several, or what else a project is read from; those of
            the current directory if nothing is said.
        ecs_params: The ECS CLI's own file; `ecs-params.yml` of the project's directory if none is
            named and it is there.
        choices: What the files leave open, or what is to replace what they say.

    Returns:
        The plan with the fidelity report; problems instead of a plan if there can be none.
    """
    ledger = Ledger()
    wanted = _wanted(files)
    project = read_project(wanted, ledger)
    if project is None:
        return Conversion(
            project=wanted.name or ", ".join(map(str, wanted.files or ())) or "the project",
            plan=None,
            report=Report(files=(), cautions=ledger.cautions),
            problems=ledger.problems,
        )
    params = _params(ecs_params, project, ledger)
    plan = _translated(project, params, choices or Choices(), ledger)
    _judge_the_rest(project, params, ledger)
    return Conversion(
        project=project.name,
        plan=None if ledger.problems else plan,
        report=_report(project.sources, ledger),
        problems=ledger.problems,
    )


def _wanted(
    files: ProjectFiles | str | PathLike[str] | Sequence[str | PathLike[str]] | None,
) -> ProjectFiles:
    if files is None:
        return ProjectFiles()
    if isinstance(files, ProjectFiles):
        return files
    if isinstance(files, str | PathLike):
        files = [files]
    return ProjectFiles(files=tuple(fspath(each) for each in files))


def _params(file: str | None, project: Project, ledger: Ledger) -> Found | None:
    if file is None:
        usual = project.directory / USUAL_PARAMS
        if not usual.is_file():
            return None
        file = shown_path(usual)
    return open_params(file, project, ledger)


def _translated(
    project: Project, params: Found | None, choices: Choices, ledger: Ledger
) -> Plan | None:
    drafts = {
        name: Draft(name=name, container=name.replace(".", "-"), found=found)
        for name, found in project.services.items()
    }
    shop = Workshop(
        project=project,
        choices=choices,
        ledger=ledger,
        drafts=drafts,
        efs_volumes=efs_volumes(params, ledger),
    )
    _check_names(shop)
    for draft in drafts.values():
        translate_process(draft, shop)
        translate_variables(draft, shop)
        translate_network(draft, shop)
        translate_storage(draft, shop)
        translate_health(draft, shop)
        translate_resources(draft, shop)
        translate_logging(draft, shop)
        translate_deploy(draft, shop)
        translate_extensions(draft, shop)
    if params is not None:
        refuse_what_fargate_lacks(params, ledger)
        override(params, shop)
    for draft in drafts.values():
        if params is None or not _params_order(params, draft):
            translate_dependencies(draft, shop)
    if params is not None:
        depend_as_params_say(params, shop)
    for draft in drafts.values():
        translate_restart(draft, shop)
    if not drafts:
        if project.inactive:
            names = ", ".join(project.inactive)
            section = project.root.get("services") or project.root
            ledger.refused(
                section,
                f"no service takes part: {names} wait for a profile",
                "name one with --profile",
                rule="profiles",
            )
        return None
    return make_plan(params, shop)


def _params_order(params: Found, draft: Draft) -> bool:
    found: Found | None = params
    for key in ("task_definition", "services", draft.name, "depends_on"):
        found = found.get(key) if found else None
    return found is not None


def _check_names(shop: Workshop) -> None:
    taken: dict[str, str] = {}
    for draft in shop.drafts.values():
        if (
            not draft.name
            or not draft.name.replace(".", "-").replace("_", "-").replace("-", "a").isalnum()
            or not draft.name.isascii()
            or len(draft.name) > 255
        ):
            shop.ledger.refused(
                draft.found,
                "AWS takes 1 to 255 letters, digits, hyphens and underscores in a container's name",
                "rename the service",
                rule="service-name",
            )
        elif draft.container in taken:
            other = taken[draft.container]
            shop.ledger.refused(
                draft.found, f"it would be called as {other} is", "rename it", rule="service-name"
            )
        elif draft.container != draft.name:
            shop.ledger.altered(
                draft.found, f"the container is called {draft.container}", "a container"
            )
        taken[draft.container] = draft.name


def _judge_the_rest(project: Project, params: Found | None, ledger: Ledger) -> None:
    """Give every key a verdict that the translation had nothing special to say of."""
    for found in project.inactive.values():
        listed = found.get("profiles")
        names = ", ".join(item.text for item in listed.items()) if listed else ""
        reason = f"the service takes no part: its profile ({names}) is not active"
        ledger.ignored(found, reason)
        for below in everything_below(found):
            ledger.ignored(below, reason)
    for found in project.services.values():
        if not ledger.has(found):
            ledger.mapped(found, "a container")
        apply_rules(found, ledger)
    for entry in project.root.entries():
        if entry.key != "services":
            apply_rules_to_key(entry, ledger)
    if params is not None:
        apply_rules(params, ledger, PARAMS_RULES)


def _report(sources: Sources, ledger: Ledger) -> Report:
    return Report(
        files=tuple(
            FileReport(
                file=opened.document.file,
                findings=tuple(ledger.findings(opened.document.keys, opened.leftovers)),
            )
            for opened in sources.opened
        ),
        cautions=ledger.cautions,
    )
