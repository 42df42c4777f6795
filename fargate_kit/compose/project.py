"""Reads a project: its files with what they include and extend, its variables, its profiles."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike, fspath
from pathlib import Path

from fargate_kit.compose.catalogue import compose_keys
from fargate_kit.compose.extending import extended
from fargate_kit.compose.including import with_includes
from fargate_kit.compose.merging import merged
from fargate_kit.compose.reading import STANDARD_INPUT
from fargate_kit.compose.sources import Sources, read_variables, shown_path
from fargate_kit.compose.tree import Found, Place, Table
from fargate_kit.compose.verdicts import Ledger, refusal
from fargate_kit.model.problems import quoted

__all__ = ["Project", "ProjectFiles", "read_project"]

USUAL_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,254}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFiles:
    """What a project is read from.

    Attributes:
        files: Compose files, each over the ones before; the usual names if none is given. `-` is
            standard input, in the current directory.
        directory: Where the usual files and `.env` are looked for; None is the first file's.
        name: The project's name; otherwise COMPOSE_PROJECT_NAME, `name:` or the directory's.
        profiles: Which services with `profiles:` take part; `*` is all.
        env_files: Files of variables; `.env` of the directory if none is given and it is there.
        environment: Variables that win over those of files.
        standard_input: What the file `-` holds; None reads it where it is named.
    """

    files: Sequence[str | PathLike[str]] = ()
    directory: str | PathLike[str] | None = None
    name: str | None = None
    profiles: Sequence[str] = ()
    env_files: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    standard_input: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project as its files say, merged; nothing of it is translated yet.

    Attributes:
        services: Those whose profiles are active, by name.
        inactive: The others, by name.
    """

    name: str
    directory: Path
    root: Found
    services: Mapping[str, Found]
    inactive: Mapping[str, Found]
    variables: Mapping[str, str] = field(repr=False)
    sources: Sources = field(repr=False)


def read_project(wanted: ProjectFiles, ledger: Ledger) -> Project | None:
    """Read a project; None, with problems noted, if no file of it can be read."""
    files = _files(wanted, ledger)
    if not files:
        return None
    directory = Path(wanted.directory or os.path.dirname(files[0]) or ".")
    env_files = [Path(path) for path in wanted.env_files]
    if not env_files and (directory / ".env").is_file():
        env_files = [Path(shown_path(directory / ".env"))]
    variables = read_variables(env_files, wanted.environment, ledger)
    contents = {}
    if STANDARD_INPUT in files:
        given = wanted.standard_input
        contents[STANDARD_INPUT] = sys.stdin.buffer.read() if given is None else given
    sources = Sources(ledger, contents)
    root = _merged_files(files, variables, directory, sources, ledger)
    if root is None:
        return None
    root = with_includes(root, variables, sources, ledger)
    top = Found(path="", pattern="", places=(root.place,), node=root)
    services = _services(top, variables, sources, ledger)
    active = _active(services, wanted, variables)
    return Project(
        name=_name(top, wanted, variables, directory, ledger),
        directory=directory,
        root=top,
        services={name: service for name, service in services.items() if name in active},
        inactive={name: service for name, service in services.items() if name not in active},
        variables=variables,
        sources=sources,
    )


def _files(wanted: ProjectFiles, ledger: Ledger) -> list[str]:
    if wanted.files:
        return list(dict.fromkeys(_file(fspath(each)) for each in wanted.files))
    if named := wanted.environment.get("COMPOSE_FILE"):
        separator = wanted.environment.get("COMPOSE_PATH_SEPARATOR", os.pathsep)
        return [_file(path) for path in named.split(separator) if path]
    directory = Path(wanted.directory or ".")
    for name in USUAL_FILES:
        if (directory / name).is_file():
            stem, suffix = os.path.splitext(name)
            overrides = (directory / f"{stem}.override{end}" for end in (suffix, ".yaml", ".yml"))
            override = next((path for path in overrides if path.is_file()), None)
            found = [directory / name, *([override] if override else [])]
            return [shown_path(path) for path in found]
    where = shown_path(directory)
    ledger.problem(
        refusal(
            "the file",
            where,
            f"none of {', '.join(USUAL_FILES)} is there",
            "name the file with --file",
            "file",
        )
    )
    return []


def _file(path: str) -> str:
    """Return what a file is called: one that is there may bear the name of standard input."""
    if path == STANDARD_INPUT:
        return os.path.join(".", path)
    return STANDARD_INPUT if path == "-" else path


def _merged_files(
    files: Sequence[str],
    variables: Mapping[str, str],
    directory: Path,
    sources: Sources,
    ledger: Ledger,
) -> Table | None:
    result: Table | None = None
    for file in files:
        root = sources.open(file, variables, compose_keys(), directory=directory)
        if root is None:
            continue
        joined = root if result is None else merged(result, root, "", "", ledger)
        result = joined if isinstance(joined, Table) else result
    return result


def _services(
    top: Found, variables: Mapping[str, str], sources: Sources, ledger: Ledger
) -> dict[str, Found]:
    section = top.get("services")
    if section is None or not isinstance(section.node, Table) or not section.node.entries:
        _no_services(top, ledger)
        return {}
    ledger.mapped(section, "containerDefinitions")
    found: dict[str, Found] = {}
    for service in section.entries():
        if not isinstance(service.node, Table):
            if service.is_null and not ledger.has(service):
                ledger.refused(
                    service, "the service says nothing", "give it an image", rule="image"
                )
            continue
        name = service.key
        table = extended(name, service, section, variables, sources, ledger)
        found[name] = service if table is None else replace(service, node=table)
    return found


def _no_services(top: Found, ledger: Ledger) -> None:
    if any(ledger.has(entry) for entry in top.entries()):
        return  # it cannot be read, or services are at the top: said where keys are checked
    reason, remedy = "there is no service in it", "give one below `services:`"
    ledger.problem(refusal("services", top.place, reason, remedy, "services"))


def _active(
    services: Mapping[str, Found], wanted: ProjectFiles, variables: Mapping[str, str]
) -> set[str]:
    asked = set(wanted.profiles)
    if not asked:
        asked = {part.strip() for part in variables.get("COMPOSE_PROFILES", "").split(",")} - {""}
    active = set()
    for name, service in services.items():
        listed = service.get("profiles")
        profiles = {item.text for item in listed.items()} if listed else set()
        if not profiles or "*" in asked or profiles & asked:
            active.add(name)
    return active


def _name(
    top: Found,
    wanted: ProjectFiles,
    variables: Mapping[str, str],
    directory: Path,
    ledger: Ledger,
) -> str:
    said = top.get("name")
    given = wanted.name or variables.get("COMPOSE_PROJECT_NAME")
    if said is not None:
        if given and given != said.text:
            ledger.altered(said, f"the project is called {quoted(given)} instead")
        else:
            ledger.mapped(said, "family")
    if name := given or (said.text if said else None):
        if not _NAME.fullmatch(name):
            place: Place | str = said.place if said and not given else "--project-name"
            ledger.problem(
                refusal(
                    "name",
                    place,
                    f"AWS and Compose refuse the project name {quoted(name)}",
                    "give 1 to 255 lower-case letters, digits, hyphens and underscores, the first "
                    "a letter or digit",
                    "project-name",
                )
            )
        return name
    plain = re.sub(r"[^a-z0-9_-]", "", directory.resolve().name.lower()).lstrip("_-")
    return plain[:255] or "default"
