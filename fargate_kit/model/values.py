"""What AWS said, as frozen values: parsed once, unknown statuses kept, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from fargate_kit.model.arguments import wrong_argument

__all__ = [
    "Container",
    "ContainerOverride",
    "LogLine",
    "Network",
    "NetworkInterface",
    "Overrides",
    "TaskStatus",
    "moment",
    "tags_from_api",
    "tags_to_api",
]


class TaskStatus(StrEnum):
    """Where a task is in its life; a status that AWS adds later is kept as it is."""

    PROVISIONING = "PROVISIONING"
    PENDING = "PENDING"
    ACTIVATING = "ACTIVATING"
    RUNNING = "RUNNING"
    DEACTIVATING = "DEACTIVATING"
    STOPPING = "STOPPING"
    DEPROVISIONING = "DEPROVISIONING"
    STOPPED = "STOPPED"
    DELETED = "DELETED"

    @classmethod
    def _missing_(cls, value: object) -> TaskStatus:
        new = str.__new__(cls, str(value))
        new._name_ = new._value_ = str(value)
        return new


def moment(value: datetime | float | None) -> datetime | None:
    """Return an aware datetime in UTC for what AWS gave; None stays None."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.fromtimestamp(value, UTC)


def tags_from_api(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Return AWS's list of key and value pairs as a mapping."""
    return {tag["key"]: tag.get("value", "") for tag in tags or ()}


def tags_to_api(tags: Mapping[str, str] | None) -> list[dict[str, str]]:
    """Return a mapping as AWS's list of key and value pairs."""
    return [{"key": key, "value": value} for key, value in (tags or {}).items()]


def _check_words(command: Sequence[str] | None) -> None:
    if isinstance(command, str):
        raise TypeError("command is a list of words, not one text: ['sh', '-c', …]")


def _check_mapping(name: str, given: object, remedy: str) -> None:
    if not isinstance(given, Mapping):
        raise wrong_argument(name, given, "a mapping", remedy, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container of a task.

    Attributes:
        last_status: Its own status, such as `PENDING`, `RUNNING` or `STOPPED`.
        exit_code: None while it runs, and for ever if it never ran.
        health_status: `HEALTHY`, `UNHEALTHY` or `UNKNOWN`.
        reason: AWS's words on why it stopped or could not start.
    """

    name: str
    image: str
    last_status: str
    exit_code: int | None
    health_status: str
    reason: str | None
    image_digest: str | None
    runtime_id: str | None
    arn: str | None

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a member of `containers` of DescribeTasks."""
        return cls(
            name=raw.get("name", ""),
            image=raw.get("image", ""),
            last_status=raw.get("lastStatus", ""),
            exit_code=raw.get("exitCode"),
            health_status=raw.get("healthStatus", "UNKNOWN"),
            reason=raw.get("reason"),
            image_digest=raw.get("imageDigest"),
            runtime_id=raw.get("runtimeId"),
            arn=raw.get("containerArn"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInterface:
    """The network interface of a task; its parts appear as the interface comes up.

    Attributes:
        status: The attachment's status, such as `PRECREATED`, `ATTACHED` or `DELETED`.
        id: The interface's id, `eni-…`.
    """

    attachment_id: str
    status: str
    id: str | None
    subnet_id: str | None
    private_ip: str | None
    private_dns_name: str | None
    mac_address: str | None
    ipv6: str | None

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a member of `attachments` of DescribeTasks."""
        details = {item.get("name"): item.get("value") for item in raw.get("details", ())}
        return cls(
            attachment_id=raw.get("id", ""),
            status=raw.get("status", ""),
            id=details.get("networkInterfaceId"),
            subnet_id=details.get("subnetId"),
            private_ip=details.get("privateIPv4Address"),
            private_dns_name=details.get("privateDnsName"),
            mac_address=details.get("macAddress"),
            ipv6=details.get("ipv6Address") or details.get("privateIPv6Address"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Where tasks get their network interfaces.

    Attributes:
        subnets: Ids of 1 to 16 subnets of one VPC; several zones spread the tasks.
        security_groups: Ids of at most 5 groups; none means the VPC's default group.
        public_ip: Whether each task gets a public IPv4 address. A task in a public subnet needs
            one to pull its image, unless the VPC has endpoints for that (ECS Developer Guide,
            "Fargate task networking").
    """

    subnets: Sequence[str]
    security_groups: Sequence[str] = ()
    public_ip: bool = False

    def __post_init__(self) -> None:
        for ids in (self.subnets, self.security_groups):
            if isinstance(ids, str):
                raise TypeError(f"subnets and security groups are lists of ids, not {ids!r}")

    def to_api(self) -> dict[str, Any]:
        """Return the `networkConfiguration` of RunTask and CreateService."""
        configuration: dict[str, Any] = {
            "subnets": list(self.subnets),
            "assignPublicIp": "ENABLED" if self.public_ip else "DISABLED",
        }
        if self.security_groups:
            configuration["securityGroups"] = list(self.security_groups)
        return {"awsvpcConfiguration": configuration}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerOverride:
    """What one run changes about one container; None leaves a thing as it is defined.

    Attributes:
        environment: Variables that are added to the defined ones, or replace them by name.
        cpu: CPU units.
        memory: MiB, the container's hard limit.
        memory_reservation: MiB, the container's soft limit.
    """

    command: Sequence[str] | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    cpu: int | None = None
    memory: int | None = None
    memory_reservation: int | None = None

    def __post_init__(self) -> None:
        _check_words(self.command)
        _check_mapping("environment", self.environment, "such as {name: value}")

    def to_api(self, name: str) -> dict[str, Any]:
        """Return the member of `containerOverrides` for the container of that name."""
        raw: dict[str, Any] = {"name": name}
        if self.command is not None:
            raw["command"] = list(self.command)
        if self.environment:
            raw["environment"] = [
                {"name": key, "value": value} for key, value in self.environment.items()
            ]
        for key, value in (
            ("cpu", self.cpu),
            ("memory", self.memory),
            ("memoryReservation", self.memory_reservation),
        ):
            if value is not None:
                raw[key] = value
        return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What one run changes about its task definition; None leaves a thing as it is defined.

    `command` and `environment` go to one container: the one named by `container`, or the task's
    first essential one. `containers` changes others by name.

    Attributes:
        cpu: CPU units of the whole task.
        memory: MiB of the whole task.
        ephemeral_storage: GiB, 21 to 200.
        execution_role: ARN of the role that pulls images and writes logs.
        task_role: ARN of the role that the code in the containers has.
    """

    command: Sequence[str] | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    container: str | None = None
    containers: Mapping[str, ContainerOverride] = field(default_factory=dict)
    cpu: int | None = None
    memory: int | None = None
    ephemeral_storage: int | None = None
    execution_role: str | None = None
    task_role: str | None = None

    def __post_init__(self) -> None:
        _check_words(self.command)
        _check_mapping("environment", self.environment, "such as {name: value}")
        _check_mapping("containers", self.containers, "such as {name: ContainerOverride(…)}")

    def to_api(self, main: str) -> dict[str, Any]:
        """Return the `overrides` of RunTask.

        Args:
            main: The container that `command` and `environment` go to if none is named.
        """
        changed = dict(self.containers)
        if self.command is not None or self.environment:
            name = self.container or main
            also = changed.get(name, ContainerOverride())
            changed[name] = replace(
                also,
                command=self.command if self.command is not None else also.command,
                environment={**also.environment, **self.environment},
            )
        raw: dict[str, Any] = {}
        if changed:
            raw["containerOverrides"] = [
                override.to_api(name) for name, override in changed.items()
            ]
        if self.cpu is not None:
            raw["cpu"] = str(self.cpu)
        if self.memory is not None:
            raw["memory"] = str(self.memory)
        if self.ephemeral_storage is not None:
            raw["ephemeralStorage"] = {"sizeInGiB": self.ephemeral_storage}
        if self.execution_role is not None:
            raw["executionRoleArn"] = self.execution_role
        if self.task_role is not None:
            raw["taskRoleArn"] = self.task_role
        return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of a container's log.

    Attributes:
        at: When the container wrote it, by CloudWatch's time stamp.
        container: The container's name, from the log stream.
        text: The line, without its line end.
        stream: The log stream that it came from.
    """

    at: datetime
    container: str
    text: str
    stream: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.container} | {self.text}"

    def json(self) -> Any:
        """Return the value that the line is in JSON; None if it is not JSON."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None
