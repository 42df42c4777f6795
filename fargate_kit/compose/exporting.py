"""The way back: a task definition, or a running service, as Compose file and `ecs-params.yml`."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from fargate_kit.compose.conversion import convert
from fargate_kit.compose.exported_container import (
    compose_container,
    doubled,
    params_container,
)
from fargate_kit.compose.project import ProjectFiles
from fargate_kit.errors import ConfigurationError
from fargate_kit.model.diff import Diff, compare
from fargate_kit.model.problems import Problem

if TYPE_CHECKING:
    from fargate_kit.services.service import Service
    from fargate_kit.tasks.task_definition import TaskDefinition
    from fargate_kit.tasks.task_spec import TaskSpec

__all__ = ["Export", "export"]

COMPOSE_FILE, PARAMS_FILE = "compose.yaml", "ecs-params.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A task definition as files that translate to it again.

    Attributes:
        compose: The text of `compose.yaml`; it has the values of environment variables.
        ecs_params: The text of `ecs-params.yml`.
        unsaid: What the files cannot say: how what they translate to differs.
        problems: Why they do not translate at all, such as a name that Compose does not take.
    """

    compose: str
    ecs_params: str
    unsaid: Diff
    problems: tuple[Problem, ...] = ()

    def __bool__(self) -> bool:
        return not self.unsaid and not self.problems

    def write(self, directory: str | Path) -> tuple[Path, Path]:
        """Write both files into a directory, which is made; files of these names are not replaced.

        Raises:
            FileExistsError: One of them is there.
        """
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        paths = folder / COMPOSE_FILE, folder / PARAMS_FILE
        for path in paths:
            if path.exists():
                raise FileExistsError(f"{path} is there already, and is not replaced")
        for path, text in zip(paths, (self.compose, self.ecs_params), strict=True):
            path.write_text(text, encoding="utf-8")
        return paths


def export(
    definition: TaskDefinition | TaskSpec | Mapping[str, Any], service: Service | None = None
) -> Export:
    """Write a task definition as a Compose file with `ecs-params.yml`; nothing is sent.

    The files are translated again at once, and what comes out otherwise is told.

    Args:
        definition: A revision, a specification, or AWS's own JSON.
        service: Gives the count, the network and the roll-out.

    Raises:
        ConfigurationError: The package of the extra `compose` is not installed.
    """
    raw = _members(definition)
    containers = raw.get("containerDefinitions") or ()
    file: dict[str, Any] = {
        "name": raw.get("family", ""),
        "services": {each["name"]: compose_container(each, raw, service) for each in containers},
    }
    plain = [
        each["name"] for each in raw.get("volumes") or () if "efsVolumeConfiguration" not in each
    ]
    if plain:
        file["volumes"] = {name: {} for name in plain}
    params = _params(raw, containers, service)
    texts = _text(file), _text(params)
    unsaid, problems = _translated_again(raw, texts)
    return Export(compose=texts[0], ecs_params=texts[1], unsaid=unsaid, problems=problems)


def _members(definition: TaskDefinition | TaskSpec | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(definition, Mapping):
        return definition
    raw: Mapping[str, Any] | None = getattr(definition, "raw", None)
    if raw is not None:
        return raw
    members: Mapping[str, Any] = definition.to_api()  # type: ignore[union-attr]
    return members


def _params(
    raw: Mapping[str, Any], containers: Sequence[Mapping[str, Any]], service: Service | None
) -> dict[str, Any]:
    task: dict[str, Any] = {
        "task_execution_role": raw.get("executionRoleArn"),
        "task_role_arn": raw.get("taskRoleArn"),
        "ecs_network_mode": "awsvpc",
        "pid_mode": raw.get("pidMode"),
        "task_size": _without_nothing({
            "cpu_limit": raw.get("cpu"),
            "mem_limit": raw.get("memory"),
        }),
        "efs_volumes": [
            _file_system(each)
            for each in raw.get("volumes") or ()
            if "efsVolumeConfiguration" in each
        ],
        "services": {each["name"]: params_container(each) for each in containers},
    }
    params: dict[str, Any] = {"version": 1, "task_definition": _without_nothing(task)}
    if service is not None and service.network is not None:
        network = service.network
        params["run_params"] = {
            "network_configuration": {
                "awsvpc_configuration": _without_nothing({
                    "subnets": list(network.subnets),
                    "security_groups": list(network.security_groups),
                    "assign_public_ip": "ENABLED" if network.public_ip else "DISABLED",
                })
            }
        }
    written: dict[str, Any] = doubled(params)
    return written


def _file_system(volume: Mapping[str, Any]) -> dict[str, Any]:
    held = volume["efsVolumeConfiguration"]
    authorization = held.get("authorizationConfig") or {}
    return _without_nothing({
        "name": volume["name"],
        "filesystem_id": held.get("fileSystemId"),
        "root_directory": held.get("rootDirectory"),
        "transit_encryption": held.get("transitEncryption"),
        "transit_encryption_port": held.get("transitEncryptionPort"),
        "access_point": authorization.get("accessPointId"),
        "iam": authorization.get("iam"),
    })


def _translated_again(
    raw: Mapping[str, Any], texts: tuple[str, str]
) -> tuple[Diff, tuple[Problem, ...]]:
    with TemporaryDirectory() as folder:
        for name, text in zip((COMPOSE_FILE, PARAMS_FILE), texts, strict=True):
            Path(folder, name).write_text(text, encoding="utf-8")
        conversion = convert(ProjectFiles(directory=folder))
    if conversion.plan is None:
        problems = tuple(_without_folder(each, folder) for each in conversion.problems)
        return Diff(), problems
    again = conversion.plan.services[0].task.to_api()
    return compare({key: raw[key] for key in raw if key != "tags"}, again), ()


def _without_folder(problem: Problem, folder: str) -> Problem:
    return replace(problem, message=problem.message.replace(f"{folder}/", ""))


def _without_nothing(members: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in members.items() if value not in (None, [], {})}


def _text(document: Mapping[str, Any]) -> str:
    try:
        from ruamel.yaml import YAML
    except ModuleNotFoundError:
        raise ConfigurationError(
            "Compose files need ruamel.yaml: pip install 'fargate-kit[compose]'"
        ) from None
    writer = YAML(typ="rt")
    writer.width = 1_000_000  # no text is folded
    writer.default_flow_style = False
    stream = io.StringIO()
    writer.dump(document, stream)
    return stream.getvalue()
