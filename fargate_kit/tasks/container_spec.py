"""What a container of a task should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from fargate_kit.errors import InvalidSpec
from fargate_kit.model.arguments import expect, expect_items, expect_words
from fargate_kit.model.kinds import MISSING_MEMBER, WRONG_TYPE
from fargate_kit.model.members import given_twice, without_nulls
from fargate_kit.model.problems import Problem
from fargate_kit.model.shapes import CONTAINER

__all__ = [
    "ContainerSpec",
    "HealthCheck",
    "LogConfiguration",
    "MountPoint",
    "PortMapping",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortMapping:
    """A port that a container listens on; on Fargate the host port is the same.

    Attributes:
        name: Needed for Service Connect.
        protocol: `tcp` or `udp`.
        app_protocol: `http`, `http2` or `grpc`.
    """

    container_port: int
    protocol: str = "tcp"
    name: str | None = None
    app_protocol: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a member of `portMappings`."""
        rest = dict(raw)
        port = rest.pop("containerPort")
        if rest.get("hostPort") == port:
            del rest["hostPort"]
        return cls(
            container_port=port,
            protocol=rest.pop("protocol", "tcp"),
            name=rest.pop("name", None),
            app_protocol=rest.pop("appProtocol", None),
            extra=rest,
        )

    def to_api(self) -> dict[str, Any]:
        """Return the member of `portMappings`."""
        return self._named() | dict(self.extra)

    def problems(self, path: str) -> Iterator[Problem]:
        """Find what is said twice; AWS's own rules are those of `TaskSpec.problems()`.

        Args:
            path: Where the port mapping is.
        """
        yield from given_twice(self._named(), self.extra, path)

    def _named(self) -> dict[str, Any]:
        raw = {
            "containerPort": self.container_port,
            "protocol": self.protocol,
            "name": self.name,
            "appProtocol": self.app_protocol,
        }
        return {key: value for key, value in raw.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """How ECS asks a container whether it is well; AWS's own defaults.

    Attributes:
        command: Begins with `CMD` or `CMD-SHELL`.
        interval: Seconds between two checks, 5 to 300.
        timeout: Seconds until a check counts as failed, 2 to 60.
        retries: Failures in a row that make the container UNHEALTHY, 1 to 10.
        start_period: Seconds in which failures do not count, 0 to 300.
    """

    command: Sequence[str]
    interval: int = 30
    timeout: int = 5
    retries: int = 3
    start_period: int | None = None

    def __post_init__(self) -> None:
        expect_words(self, "command", "['CMD-SHELL', …]")

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a container's `healthCheck`."""
        return cls(
            command=tuple(raw["command"]),
            interval=raw.get("interval", 30),
            timeout=raw.get("timeout", 5),
            retries=raw.get("retries", 3),
            start_period=raw.get("startPeriod"),
        )

    def to_api(self) -> dict[str, Any]:
        """Return the container's `healthCheck`."""
        raw: dict[str, Any] = {
            "command": list(self.command),
            "interval": self.interval,
            "timeout": self.timeout,
            "retries": self.retries,
        }
        if self.start_period is not None:
            raw["startPeriod"] = self.start_period
        return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class LogConfiguration:
    """Where a container's output goes.

    Attributes:
        driver: `awslogs`, `awsfirelens` or `splunk` on Fargate.
        options: The driver's own options.
        secret_options: Names of options and the ARNs that their values are read from.
    """

    driver: str
    options: Mapping[str, str] = field(default_factory=dict)
    secret_options: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for member in ("options", "secret_options"):
            expect(self, member, Mapping, "a mapping", "such as {name: value}")

    @classmethod
    def awslogs(
        cls, group: str, *, region: str, stream_prefix: str = "ecs", create_group: bool = False
    ) -> Self:
        """Return the configuration for CloudWatch Logs.

        Args:
            group: The log group; it must exist, unless it is to be created.
            stream_prefix: Begins the names of the streams, `<prefix>/<container>/<task id>`.
            create_group: Whether the task makes the group. Its execution role then needs
                logs:CreateLogGroup, which AWS's managed policy does not give.
        """
        options = {
            "awslogs-group": group,
            "awslogs-region": region,
            "awslogs-stream-prefix": stream_prefix,
        }
        if create_group:
            options["awslogs-create-group"] = "true"
        return cls(driver="awslogs", options=options)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a container's `logConfiguration`."""
        return cls(
            driver=raw.get("logDriver", ""),
            options=dict(raw.get("options") or {}),
            secret_options={
                secret["name"]: secret["valueFrom"] for secret in raw.get("secretOptions") or ()
            },
        )

    def to_api(self) -> dict[str, Any]:
        """Return the container's `logConfiguration`."""
        raw: dict[str, Any] = {"logDriver": self.driver, "options": dict(self.options)}
        if self.secret_options:
            raw["secretOptions"] = _listed(self.secret_options, "valueFrom")
        return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class MountPoint:
    """Where a container sees one of the task's volumes."""

    volume: str
    path: str
    read_only: bool = False

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a member of `mountPoints`."""
        return cls(
            volume=raw["sourceVolume"],
            path=raw["containerPath"],
            read_only=raw.get("readOnly", False),
        )

    def to_api(self) -> dict[str, Any]:
        """Return the member of `mountPoints`."""
        return {
            "sourceVolume": self.volume,
            "containerPath": self.path,
            "readOnly": self.read_only,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """One container of a task, as wanted.

    Attributes:
        ports: Port numbers, or `PortMapping` where more is to be said.
        environment: Variables that anybody may read who may describe the task definition.
        secrets: Variables and the ARNs of the secrets or parameters that their values come from.
        essential: Whether the task ends when this container does.
        cpu: CPU units, a share of the task's.
        memory: MiB, the limit at which the container is killed.
        memory_reservation: MiB that are kept for it.
        depends_on: Containers that come first, with `START`, `COMPLETE`, `SUCCESS` or `HEALTHY`.
        stop_timeout: Seconds between SIGTERM and SIGKILL, at most 120; None is AWS's 30.
        extra: Further members of AWS's container definition, sent as they are; nothing that a
            field says.
    """

    name: str
    image: str
    command: Sequence[str] = ()
    entry_point: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict)
    ports: Sequence[int | PortMapping] = ()
    essential: bool = True
    cpu: int | None = None
    memory: int | None = None
    memory_reservation: int | None = None
    health_check: HealthCheck | None = None
    log_configuration: LogConfiguration | None = None
    depends_on: Mapping[str, str] = field(default_factory=dict)
    mount_points: Sequence[MountPoint] = ()
    stop_timeout: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        expect_words(self, "command")
        expect_words(self, "entry_point")
        for member in ("environment", "secrets", "depends_on", "extra"):
            expect(self, member, Mapping, "a mapping", "such as {name: value}")
        for member, kind in (
            ("health_check", HealthCheck),
            ("log_configuration", LogConfiguration),
        ):
            remedy = f"{kind.__name__}.from_api() reads AWS's JSON"
            expect(self, member, kind | None, f"a {kind.__name__} or None", remedy)
        ports, allowed = (int, PortMapping), "a list of port numbers and PortMappings"
        expect_items(self, "ports", ports, allowed, "such as [80]")
        expect_items(self, "mount_points", MountPoint, "a list of MountPoints")

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a member of `containerDefinitions`; what cannot be told here goes to `extra`.

        Raises:
            InvalidSpec: A value has the wrong type, or the name or the image is missing.
        """
        found: list[Problem] = []
        CONTAINER.read(raw, "", found)
        found = [problem for problem in found if problem.rule == WRONG_TYPE.id]
        if not found:
            (clean,) = without_nulls({"containerDefinitions": [raw]})["containerDefinitions"]
            found = [_missing(name) for name in ("name", "image") if name not in clean]
        if found:
            raise InvalidSpec("the container definition", found)
        rest = {key: value for key, value in clean.items() if value != []}
        return cls(
            name=rest.pop("name"),
            image=rest.pop("image"),
            command=_words(rest, "command"),
            entry_point=_words(rest, "entryPoint"),
            environment=_taken_as_mapping(rest, "environment", "name", "value"),
            secrets=_taken_as_mapping(rest, "secrets", "name", "valueFrom"),
            ports=_ports(rest),
            essential=rest.pop("essential", True),
            cpu=rest.pop("cpu", None) or None,
            memory=rest.pop("memory", None),
            memory_reservation=rest.pop("memoryReservation", None),
            health_check=_parsed(rest, "healthCheck", HealthCheck),
            log_configuration=_parsed(rest, "logConfiguration", LogConfiguration),
            depends_on=_taken_as_mapping(rest, "dependsOn", "containerName", "condition"),
            mount_points=tuple(_parsed_list(rest, "mountPoints", MountPoint)),
            stop_timeout=rest.pop("stopTimeout", None),
            extra=rest,
        )

    def to_api(self) -> dict[str, Any]:
        """Return the member of `containerDefinitions`."""
        return {**self._named(), **self.extra}

    def problems(self, path: str) -> Iterator[Problem]:
        """Find what is said twice; AWS's own rules are those of `TaskSpec.problems()`.

        Args:
            path: Where the container is, such as `containerDefinitions[0]`.
        """
        yield from given_twice(self._named(), self.extra, path)
        for number, port in enumerate(self.ports):
            if isinstance(port, PortMapping):
                yield from port.problems(f"{path}.portMappings[{number}]")

    def _named(self) -> dict[str, Any]:
        raw: dict[str, Any] = {
            "name": self.name,
            "image": self.image,
            "command": list(self.command),
            "entryPoint": list(self.entry_point),
            "environment": _listed(self.environment, "value"),
            "secrets": _listed(self.secrets, "valueFrom"),
            "portMappings": [
                port.to_api() if isinstance(port, PortMapping) else {"containerPort": port}
                for port in self.ports
            ],
            "cpu": self.cpu,
            "memory": self.memory,
            "memoryReservation": self.memory_reservation,
            "healthCheck": self.health_check and self.health_check.to_api(),
            "logConfiguration": self.log_configuration and self.log_configuration.to_api(),
            "dependsOn": [
                {"containerName": name, "condition": condition}
                for name, condition in self.depends_on.items()
            ],
            "mountPoints": [mount.to_api() for mount in self.mount_points],
            "stopTimeout": self.stop_timeout,
        }
        raw = {key: value for key, value in raw.items() if value not in (None, [])}
        return {**raw, "essential": self.essential}


def _missing(member: str) -> Problem:
    return MISSING_MEMBER.problem(
        member, given=None, allowed="a text", remedy=f"give the container its {member}"
    )


def _listed(pairs: Mapping[str, str], value: str) -> list[dict[str, str]]:
    return [{"name": name, value: given} for name, given in pairs.items()]


def _taken_as_mapping(rest: dict[str, Any], member: str, key: str, value: str) -> dict[str, str]:
    """Take AWS's list of pairs out of `rest` as a mapping, if a mapping can say the same."""
    pairs = rest.get(member, [])
    if not isinstance(pairs, list):
        return {}
    plain = all(isinstance(pair, Mapping) and pair.keys() == {key, value} for pair in pairs)
    taken = {pair[key]: pair[value] for pair in pairs} if plain else {}
    if len(taken) < len(pairs):
        return {}
    rest.pop(member, None)
    return taken


def _words(rest: dict[str, Any], member: str) -> tuple[str, ...]:
    return tuple(rest.pop(member)) if isinstance(rest.get(member), list) else ()


def _ports(rest: dict[str, Any]) -> tuple[int | PortMapping, ...]:
    mappings = rest.get("portMappings", [])
    if not isinstance(mappings, list) or not all(
        isinstance(port, Mapping) and "containerPort" in port for port in mappings
    ):
        return ()
    rest.pop("portMappings", None)
    parsed = [PortMapping.from_api(port) for port in mappings]
    return tuple(
        port.container_port if port == PortMapping(container_port=port.container_port) else port
        for port in parsed
    )


def _parsed(rest: dict[str, Any], member: str, kind: Any) -> Any:
    """Take a member out of `rest` as a value, if the value can say the same."""
    value = _faithful(rest.get(member), kind)
    if value is not None:
        del rest[member]
    return value


def _parsed_list(rest: dict[str, Any], member: str, kind: Any) -> list[Any]:
    """Take a list out of `rest` as values, if they can say the same."""
    members = rest.get(member, [])
    values = [_faithful(raw, kind) for raw in members] if isinstance(members, list) else [None]
    if None in values:
        return []
    rest.pop(member, None)
    return values


def _faithful(raw: Any, kind: Any) -> Any:
    """Return the value for AWS's form; None if that would change or lose something."""
    try:
        value = kind.from_api(raw)
        return value if raw.items() <= value.to_api().items() else None
    except (AttributeError, KeyError, TypeError):
        return None
