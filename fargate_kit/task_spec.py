"""What a task definition should be: written by hand or read from AWS's own JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Any, Self

from fargate_kit.container_spec import ContainerSpec
from fargate_kit.errors import InvalidSpec
from fargate_kit.model.canonical import READ_ONLY
from fargate_kit.model.diff import Diff, compare
from fargate_kit.model.problems import Problem
from fargate_kit.model.sizes import parse_cpu, parse_memory
from fargate_kit.model.task_rules import cautions, problems
from fargate_kit.model.values import tags_from_api, tags_to_api

__all__ = ["TaskSpec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """A task definition as wanted, for Fargate.

    Attributes:
        family: The name that its revisions share.
        cpu: CPU units of the whole task (256 is a quarter of a vCPU), or AWS's text `"1 vCPU"`.
        memory: MiB of the whole task, or AWS's text `"2 GB"`.
        execution_role: ARN of the role that pulls images, reads secrets and writes logs.
        task_role: ARN of the role that the code in the containers has.
        operating_system: `LINUX` (what AWS takes if nothing is said) or a Windows family.
        cpu_architecture: `X86_64` (what AWS takes if nothing is said) or `ARM64`.
        ephemeral_storage: GiB, 21 to 200; None is AWS's 20.
        volumes: AWS's `volumes`, member by member.
        tags: Put on the revision; they do not make two revisions different.
        extra: Further members of AWS's request, sent as they are.
    """

    family: str
    cpu: int | str
    memory: int | str
    containers: Sequence[ContainerSpec]
    execution_role: str | None = None
    task_role: str | None = None
    operating_system: str | None = None
    cpu_architecture: str | None = None
    ephemeral_storage: int | None = None
    volumes: Sequence[Mapping[str, Any]] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Read AWS's own JSON: what `aws ecs register-task-definition --cli-input-json` takes.

        The answer of `aws ecs describe-task-definition` is taken as well. Members that are not
        known here are kept in `extra`, and sent.

        Raises:
            InvalidSpec: A required member is missing, or something has the wrong type.
        """
        if isinstance(raw.get("taskDefinition"), Mapping):
            raw = {**raw["taskDefinition"], "tags": raw.get("tags", [])}
        if missing := _missing_or_mistyped(raw):
            raise InvalidSpec("the task definition", missing)
        rest = {key: value for key, value in raw.items() if key not in READ_ONLY}
        platform = dict(rest.pop("runtimePlatform", None) or {})
        storage = dict(rest.pop("ephemeralStorage", None) or {})
        spec = cls(
            family=rest.pop("family"),
            cpu=_number(rest.pop("cpu", ""), parse_cpu),
            memory=_number(rest.pop("memory", ""), parse_memory),
            containers=tuple(
                ContainerSpec.from_api(container) for container in rest.pop("containerDefinitions")
            ),
            execution_role=rest.pop("executionRoleArn", None),
            task_role=rest.pop("taskRoleArn", None),
            operating_system=platform.pop("operatingSystemFamily", None),
            cpu_architecture=platform.pop("cpuArchitecture", None),
            ephemeral_storage=storage.pop("sizeInGiB", None),
            volumes=tuple(rest.pop("volumes", None) or ()),
            tags=tags_from_api(rest.pop("tags", None)),
        )
        for member, usual in (
            ("networkMode", "awsvpc"),
            ("requiresCompatibilities", ["FARGATE"]),
            ("placementConstraints", []),
        ):
            if rest.get(member, usual) == usual:
                rest.pop(member, None)
        for member, leftover in (("runtimePlatform", platform), ("ephemeralStorage", storage)):
            if leftover:
                rest[member] = leftover
        return replace(spec, extra=rest)

    @classmethod
    def from_file(cls, path: str | PathLike[str]) -> Self:
        """Read AWS's own JSON from a file.

        Raises:
            InvalidSpec: The file is not JSON (the message names line and column), or its JSON is
                not a task definition.
            OSError: The file cannot be read.
        """
        try:
            raw = json.loads(Path(path).read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError as error:
            found = [_problem(str(path), "not-text", f"not UTF-8 text: {error.reason}")]
            raise InvalidSpec(str(path), found) from None
        except RecursionError:
            found = [_problem(str(path), "not-json", "JSON that is nested too deep")]
            raise InvalidSpec(str(path), found) from None
        except json.JSONDecodeError as error:
            place = f"{path}:{error.lineno}:{error.colno}"
            found = [_problem(place, "not-json", f"not JSON: {error.msg}")]
            raise InvalidSpec(str(path), found) from None
        if not isinstance(raw, dict):
            kind = type(raw).__name__
            raise InvalidSpec(
                str(path), [_problem(str(path), "not-an-object", f"a JSON object, not a {kind}")]
            )
        return cls.from_api(raw)

    def to_api(self) -> dict[str, Any]:
        """Return the request of RegisterTaskDefinition."""
        raw: dict[str, Any] = {
            "family": self.family,
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": str(self.cpu),
            "memory": str(self.memory),
            "containerDefinitions": [container.to_api() for container in self.containers],
        }
        platform = {
            "operatingSystemFamily": self.operating_system,
            "cpuArchitecture": self.cpu_architecture,
        }
        optional = {
            "executionRoleArn": self.execution_role,
            "taskRoleArn": self.task_role,
            "runtimePlatform": {key: value for key, value in platform.items() if value},
            "volumes": [dict(volume) for volume in self.volumes],
            "tags": tags_to_api(self.tags),
        }
        raw.update({key: value for key, value in optional.items() if value})
        if self.ephemeral_storage is not None:
            raw["ephemeralStorage"] = {"sizeInGiB": self.ephemeral_storage}
        for key, value in self.extra.items():
            known = raw.get(key)
            raw[key] = {**known, **value} if isinstance(known, dict) else value
        return raw

    def problems(self) -> tuple[Problem, ...]:
        """Return everything that AWS would refuse, in the order of the definition."""
        return problems(self.to_api())

    def cautions(self) -> tuple[Problem, ...]:
        """Return what is legal, and yet unsure or unwise."""
        return cautions(self.to_api())

    def check(self) -> Self:
        """Make sure that AWS would take this for Fargate; nothing is sent.

        Returns:
            The specification itself.

        Raises:
            InvalidSpec: Every problem at once, each with its path and the nearest legal value.
        """
        if found := self.problems():
            raise InvalidSpec(f"task definition {self.family!r}", found)
        return self

    def diff(self, other: TaskSpec) -> Diff:
        """Return what changes from this to another; false if AWS would see no difference."""
        return compare(self.to_api(), other.to_api())


def _number(value: Any, parse: Any) -> int | str:
    """Return a size as a number; what is none stays as it was, for `check()` to speak of."""
    try:
        number: int = parse(value)
    except (TypeError, ValueError):
        return str(value)
    return number


def _missing_or_mistyped(raw: Mapping[str, Any]) -> list[Problem]:
    """Return why this cannot be read as a task definition at all."""
    found = []
    if not isinstance(raw.get("family"), str):
        found.append(_problem("family", "family-missing", "a text is required here"))
    containers = raw.get("containerDefinitions")
    if not isinstance(containers, list):
        found.append(
            _problem("containerDefinitions", "containers-missing", "a list is required here")
        )
        return found
    for number, container in enumerate(containers):
        path = f"containerDefinitions[{number}]"
        if not isinstance(container, Mapping):
            found.append(_problem(path, "container-type", "an object is required here"))
            continue
        found.extend(
            _problem(f"{path}.{member}", "container-member-missing", "a text is required here")
            for member in ("name", "image")
            if not isinstance(container.get(member), str)
        )
    return found


def _problem(path: str, rule: str, text: str) -> Problem:
    return Problem(path=path, rule=rule, given=None, allowed=text, message=f"{path}: {text}")
