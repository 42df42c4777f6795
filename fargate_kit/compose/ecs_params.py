"""Reads `ecs-params.yml`: what the ECS CLI wanted to know besides the Compose file.

Source: README and source of amazon-ecs-cli 1.21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fargate_kit.compose.catalogue import ecs_params_keys
from fargate_kit.compose.project import Project
from fargate_kit.compose.rules import BaseRule
from fargate_kit.compose.tree import Found
from fargate_kit.compose.verdicts import Ledger, Verdict

__all__ = ["PARAMS_RULES", "efs_volumes", "open_params", "refuse_what_fargate_lacks"]


def _kept(becomes: str, covers: bool = False) -> BaseRule:
    return BaseRule(verdict=Verdict.MAPPED, becomes=becomes, covers=covers)


def _refused(reason: str, remedy: str = "remove it") -> BaseRule:
    return BaseRule(verdict=Verdict.REFUSED, reason=reason, remedy=remedy, covers=True)


_TASK, _SERVICE = "task_definition", "task_definition.services.*"
_NETWORK = "run_params.network_configuration"

PARAMS_RULES: dict[str, BaseRule] = {
    "version": _kept("how the file is read"),
    _TASK: _kept("the task definition"),
    f"{_TASK}.ecs_network_mode": _kept("networkMode"),
    f"{_TASK}.task_role_arn": _kept("taskRoleArn"),
    f"{_TASK}.task_execution_role": _kept("executionRoleArn"),
    f"{_TASK}.pid_mode": _kept("pidMode"),
    f"{_TASK}.ipc_mode": _refused("ipcMode cannot be set on Fargate"),
    f"{_TASK}.task_size": _kept("cpu and memory"),
    f"{_TASK}.task_size.cpu_limit": _kept("cpu"),
    f"{_TASK}.task_size.mem_limit": _kept("memory"),
    f"{_TASK}.services": _kept("containerDefinitions"),
    _SERVICE: _kept("a container"),
    f"{_SERVICE}.essential": _kept("essential"),
    f"{_SERVICE}.init_process_enabled": _kept("linuxParameters.initProcessEnabled"),
    f"{_SERVICE}.repository_credentials": _kept("repositoryCredentials", covers=True),
    f"{_SERVICE}.cpu_shares": _kept("cpu"),
    f"{_SERVICE}.mem_limit": _kept("memory"),
    f"{_SERVICE}.mem_reservation": _kept("memoryReservation"),
    f"{_SERVICE}.gpu": _refused("GPUs cannot be had on Fargate"),
    f"{_SERVICE}.depends_on": _kept("dependsOn", covers=True),
    f"{_SERVICE}.healthcheck": _kept("healthCheck", covers=True),
    f"{_SERVICE}.logging": _kept("logConfiguration.secretOptions", covers=True),
    f"{_SERVICE}.firelens_configuration": _kept("firelensConfiguration", covers=True),
    f"{_SERVICE}.secrets": _kept("secrets", covers=True),
    f"{_TASK}.docker_volumes": _refused(
        "Docker volumes cannot be had on Fargate", "use efs_volumes"
    ),
    f"{_TASK}.efs_volumes": _kept("efsVolumeConfiguration", covers=True),
    f"{_TASK}.placement_constraints": _refused("Fargate decides where tasks run"),
    "run_params": _kept("the service"),
    _NETWORK: _kept("networkConfiguration"),
    f"{_NETWORK}.awsvpc_configuration": _kept("awsvpcConfiguration"),
    f"{_NETWORK}.awsvpc_configuration.subnets": _kept("subnets"),
    f"{_NETWORK}.awsvpc_configuration.security_groups": _kept("securityGroups"),
    f"{_NETWORK}.awsvpc_configuration.assign_public_ip": _kept("assignPublicIp"),
    "run_params.task_placement": _refused("Fargate decides where tasks run"),
    "run_params.service_discovery": _kept("a Cloud Map service", covers=True),
}
"""What becomes of each key of `ecs-params.yml` where its value makes no difference."""


def open_params(file: str, project: Project, ledger: Ledger) -> Found | None:
    """Read the file; None, with problems noted, if it cannot be read."""
    root = project.sources.open(
        file, project.variables, ecs_params_keys(), directory=project.directory
    )
    if root is None:
        return None
    found = Found(path="", pattern="", places=(root.place,), node=root)
    version = found.get("version")
    if version is None:
        ledger.caution(f"{file}: it has no `version: 1`; it is read as version 1")
    elif version.text != "1":
        ledger.refused(version, "only version 1 was ever defined", "give 1", rule="version")
    return found


def at(found: Found | None, way: str) -> Found | None:
    """Return what stands at a way of keys."""
    for key in way.split("."):
        found = found.get(key) if found else None
    return found


def refuse_what_fargate_lacks(params: Found, ledger: Ledger) -> None:
    """Refuse values that only make sense on EC2 instances."""
    mode = at(params, "task_definition.ecs_network_mode")
    if mode is not None and mode.text != "awsvpc":
        ledger.refused(
            mode, f"Fargate has no network mode {mode.text!r}", "give awsvpc", rule="network-mode"
        )
    pid = at(params, "task_definition.pid_mode")
    if pid is not None and pid.text != "task":
        ledger.refused(pid, "Fargate shares no processes of a machine", "give task", rule="pid")
    empty = [
        found
        for way in ("task_definition.placement_constraints", "task_definition.docker_volumes")
        if (found := at(params, way)) is not None and not list(found.items())
    ]
    for found in empty:
        ledger.mapped(found, "nothing")


_VOLUME_MEMBERS = {
    "filesystem_id": "fileSystemId",
    "root_directory": "rootDirectory",
    "transit_encryption": "transitEncryption",
    "transit_encryption_port": "transitEncryptionPort",
}


def efs_volumes(params: Found | None, ledger: Ledger) -> Mapping[str, dict[str, Any]]:
    """Return AWS's `efsVolumeConfiguration` by the volume's name."""
    section = at(params, "task_definition.efs_volumes")
    volumes: dict[str, dict[str, Any]] = {}
    for item in section.items() if section else ():
        name = item.get("name")
        if name is None:
            ledger.refused(item, "the volume has no name", "give `name:`", rule="volume")
            continue
        raw: dict[str, Any] = {}
        for key, member in _VOLUME_MEMBERS.items():
            if said := item.get(key):
                raw[member] = said.text
        port = raw.get("transitEncryptionPort")
        if port is not None:
            if port.isdigit():
                raw["transitEncryptionPort"] = int(port)
            else:
                ledger.refused(item, "transit_encryption_port is no number", rule="port")
        authorization = {
            member: said.text
            for key, member in (("access_point", "accessPointId"), ("iam", "iam"))
            if (said := item.get(key))
        }
        if authorization:
            raw["authorizationConfig"] = authorization
            # EFS asks for encryption with both, and the ECS CLI switched it on by itself.
            raw.setdefault("transitEncryption", "ENABLED")
        if "fileSystemId" not in raw:
            ledger.refused(
                item, f"{name.text} has no file system", "give `filesystem_id:`", rule="volume"
            )
        volumes[name.text] = raw
    return volumes
