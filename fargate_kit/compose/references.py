"""What of an AWS account a plan stands on: roles, secrets, file systems, log groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fargate_kit.compose.assembling import Roles
from fargate_kit.compose.drafts import Workshop
from fargate_kit.compose.plan import LogGroup, PlannedService, Reference
from fargate_kit.compose.wording import USUAL_NAME

__all__ = ["log_groups_of", "references_of"]


def log_groups_of(shop: Workshop) -> Iterator[LogGroup]:
    """Go through the log groups that containers write to."""
    groups: dict[tuple[str, str], int | None] = {}
    for draft in shop.drafts.values():
        configuration = draft.api.get("logConfiguration", {})
        options = configuration.get("options", {})
        group, region = options.get("awslogs-group"), options.get("awslogs-region", "")
        if configuration.get("logDriver") == "awslogs" and group:
            groups[group, region] = draft.retention_days or groups.get((group, region))
        elif draft.retention_days and (found := draft.get("x-aws-logs_retention")):
            shop.ledger.ignored(found, "the service does not write to CloudWatch Logs")
    for (name, region), days in groups.items():
        yield LogGroup(name=name, region=region, retention_days=days)


def references_of(
    services: Sequence[PlannedService],
    log_groups: Sequence[LogGroup],
    roles: Roles,
    shop: Workshop,
) -> Iterator[Reference]:
    """Go through everything that must be there, each with where it is named first."""
    found: dict[tuple[str, str], tuple[str, list[str]]] = {}

    def need(kind: str, value: str, place: str, service: str) -> None:
        found.setdefault((kind, value), (place, []))[1].append(service)

    for service in services:
        if service.task.execution_role:
            need("role", roles.execution, roles.execution_place, service.name)
        if roles.task and service.role is None:
            need("role", roles.task, roles.task_place, service.name)
        for policy in service.role.policies if service.role else ():
            need("policy", policy, "x-aws-policies", service.name)
        if "serviceConnectConfiguration" in service.extra:
            need("namespace", shop.project.name, "Service Connect", service.name)
    for draft in shop.drafts.values():
        for value in draft.secrets.values():
            kind = "secret" if ":secretsmanager:" in value else "parameter"
            value = ":".join(value.split(":")[:7])  # without the key inside the secret
            place = draft.get("secrets") or draft.found
            need(kind, value, str(place.place), draft.name)
        for raw in draft.volumes.values():
            if "efsVolumeConfiguration" in raw:
                value = raw["efsVolumeConfiguration"].get("fileSystemId", "")
                need(
                    "file system",
                    value,
                    str((draft.get("volumes") or draft.found).place),
                    draft.name,
                )
        if credentials := draft.api.get("repositoryCredentials"):
            value = credentials["credentialsParameter"]
            need("registry credentials", value, str(draft.found.place), draft.name)
        group = draft.api.get("logConfiguration", {}).get("options", {}).get("awslogs-group")
        if group and any(each.name == group for each in log_groups):
            said = draft.get("logging", "options", "awslogs-group") or draft.get(
                "log_opt", "awslogs-group"
            )
            named = str(said.place) if said else USUAL_NAME
            need("log group", group, named, draft.name)
    for (kind, value), (origin, wanted_by) in found.items():
        yield Reference(
            kind=kind, value=value, place=origin, wanted_by=tuple(dict.fromkeys(wanted_by))
        )
