"""One canonical form of a task definition: what AWS adds, respells or reorders is gone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from fargate_kit.model.kinds import Amount, Items, Kind, Record, Table, Text, Whole
from fargate_kit.model.shapes import TASK_DEFINITION
from fargate_kit.model.sizes import parse_cpu, parse_memory

READ_ONLY: Final = frozenset({
    "compatibilities",
    "deleteRequestedAt",
    "deregisteredAt",
    "registeredAt",
    "registeredBy",
    "requiresAttributes",
    "revision",
    "status",
    "taskDefinitionArn",
})
"""Members of a described definition that cannot be registered (model: TaskDefinition)."""


class Default(NamedTuple):
    """A value that means the same as its absence, and where AWS says so."""

    value: Any
    reason: str


_PARAMETERS = "guide: task_definition_parameters"
_ANSWERS = "AWS's answers have it when nothing was sent (seen in public outputs)"

DEFAULTS: Final[Mapping[str, Default]] = {
    "containerDefinitions.cpu": Default(0, _ANSWERS),
    "containerDefinitions.essential": Default(True, f"{_PARAMETERS}; {_ANSWERS}"),
    "containerDefinitions.disableNetworking": Default(False, _PARAMETERS),
    "containerDefinitions.interactive": Default(False, _PARAMETERS),
    "containerDefinitions.privileged": Default(False, "a switch that is off is no switch"),
    "containerDefinitions.pseudoTerminal": Default(False, _PARAMETERS),
    "containerDefinitions.readonlyRootFilesystem": Default(False, _PARAMETERS),
    "containerDefinitions.versionConsistency": Default("enabled", _PARAMETERS),
    "containerDefinitions.environment.value": Default("", "without a value it is empty"),
    "containerDefinitions.healthCheck.interval": Default(30, f"model: HealthCheck; {_ANSWERS}"),
    "containerDefinitions.healthCheck.timeout": Default(5, f"model: HealthCheck; {_ANSWERS}"),
    "containerDefinitions.healthCheck.retries": Default(3, f"model: HealthCheck; {_ANSWERS}"),
    "containerDefinitions.healthCheck.startPeriod": Default(0, "model: HealthCheck, off"),
    "containerDefinitions.linuxParameters.initProcessEnabled": Default(
        False, "a switch that is off is no switch"
    ),
    "containerDefinitions.mountPoints.readOnly": Default(False, "model: MountPoint"),
    "containerDefinitions.portMappings.protocol": Default("tcp", "model: PortMapping"),
    "containerDefinitions.portMappings.hostPort": Default(0, "model: PortMapping, 0 is omitted"),
    "containerDefinitions.restartPolicy.restartAttemptPeriod": Default(
        300, "model: ContainerRestartPolicy"
    ),
    "containerDefinitions.volumesFrom.readOnly": Default(False, "model: VolumeFrom"),
    "enableFaultInjection": Default(False, "model: RegisterTaskDefinitionRequest"),
    "ephemeralStorage.sizeInGiB": Default(20, "guide: fargate-task-storage, what every task has"),
    "executionRoleArn": Default("", "an empty text names no role"),
    "proxyConfiguration.properties.value": Default("", "without a value it is empty"),
    "proxyConfiguration.type": Default("APPMESH", "model: ProxyConfiguration, the only one"),
    "runtimePlatform.cpuArchitecture": Default("X86_64", _PARAMETERS),
    "runtimePlatform.operatingSystemFamily": Default("LINUX", _PARAMETERS),
    "tags.value": Default("", "model: Tag, the value is optional"),
    "taskRoleArn": Default("", "an empty text names no role"),
    "volumes.configuredAtLaunch": Default(False, _PARAMETERS),
    "volumes.dockerVolumeConfiguration.autoprovision": Default(False, _PARAMETERS),
    "volumes.efsVolumeConfiguration.authorizationConfig.iam": Default(
        "DISABLED", "model: EFSAuthorizationConfig"
    ),
    "volumes.efsVolumeConfiguration.rootDirectory": Default("/", "model: EFSVolumeConfiguration"),
    "volumes.efsVolumeConfiguration.transitEncryption": Default(
        "DISABLED", "model: EFSVolumeConfiguration"
    ),
    "volumes.s3filesVolumeConfiguration.rootDirectory": Default(
        "/", "model: S3FilesVolumeConfiguration"
    ),
}
"""Values that AWS adds or takes for granted, by place. Empty lists and structures go too."""


def _port_key(mapping: Mapping[str, Any]) -> str | None:
    port = mapping.get("containerPort", mapping.get("containerPortRange"))
    return None if port is None else f"{port}/{mapping.get('protocol', 'tcp')}"


def _member_key(member: str) -> Callable[[Mapping[str, Any]], str | None]:
    def key(record: Mapping[str, Any]) -> str | None:
        value = record.get(member)
        return value if isinstance(value, str) else None

    return key


KEYED: Final[Mapping[str, Callable[[Mapping[str, Any]], str | None]]] = {
    "containerDefinitions": _member_key("name"),
    "containerDefinitions.dependsOn": _member_key("containerName"),
    "containerDefinitions.environment": _member_key("name"),
    "containerDefinitions.logConfiguration.secretOptions": _member_key("name"),
    "containerDefinitions.mountPoints": _member_key("containerPath"),
    "containerDefinitions.portMappings": _port_key,
    "containerDefinitions.secrets": _member_key("name"),
    "containerDefinitions.systemControls": _member_key("namespace"),
    "containerDefinitions.ulimits": _member_key("name"),
    "containerDefinitions.volumesFrom": _member_key("sourceContainer"),
    "proxyConfiguration.properties": _member_key("name"),
    "tags": _member_key("key"),
    "volumes": _member_key("name"),
}
"""Lists of structures whose order means nothing, each with what tells its items apart.

Lists that are not here keep their order: `command`, `entryPoint`, `healthCheck.command`,
`dnsServers`, `links` for their meaning, `environmentFiles` because AWS reads them from the top down
(model: ContainerDefinition), the rest because no source says that AWS disregards it.
"""

UNORDERED: Final = frozenset({
    "containerDefinitions.linuxParameters.capabilities.add",
    "containerDefinitions.linuxParameters.capabilities.drop",
    "containerDefinitions.restartPolicy.ignoredExitCodes",
    "requiresCompatibilities",
})
"""Lists of plain values that are sets."""


def normalise(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Bring a task definition into its canonical form.

    What AWS adds (read-only members, defaults, empty lists), respells (units, numbers) or reorders
    is gone, so that what was sent and what is described are alike. Members that are not known
    here stay as they are. Roles stay as given: `same` knows that a name and an ARN may agree.

    Args:
        definition: In AWS's own form, as sent or as DescribeTaskDefinition gives it. Tags are
            beside the definition in AWS's answers: put them in as `tags`, or none are assumed.

    Returns:
        A new definition; normalising it again changes nothing.
    """
    known = {name: value for name, value in definition.items() if name not in READ_ONLY}
    form: dict[str, Any] = _record(TASK_DEFINITION, known, "")
    _settle_the_network_mode(form)
    return form


def key_of(place: str, items: list[Any]) -> list[str] | None:
    """Name each item of a list whose order means nothing; None when the list has an order.

    A second item of the same name is called `name#2`, so that all names differ.
    """
    find = KEYED.get(place)
    if find is None:
        return None
    names: list[str] = []
    seen: dict[str, int] = {}
    for item in items:
        name = find(item) if isinstance(item, Mapping) else None
        if name is None:
            return None
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return names


def _normal(kind: Kind, value: Any, place: str) -> Any:
    """Return the canonical value, or None where it means the same as nothing."""
    if value is None:
        return None
    if isinstance(kind, Record):
        return _record(kind, value, place) if isinstance(value, Mapping) else value
    if isinstance(kind, Items):
        return _items(kind, value, place) if isinstance(value, (list, tuple)) else value
    if isinstance(kind, Table):
        return _table(value) if isinstance(value, Mapping) else value
    return _scalar(kind, value, place)


def _record(kind: Record, value: Mapping[str, Any], place: str) -> dict[str, Any]:
    prefix = f"{place}." if place else ""
    record = {}
    for name, member in value.items():
        member_kind = kind.members.get(name)
        if member_kind is None:
            record[name] = member
            continue
        member_place = prefix + name
        normal = _normal(member_kind, member, member_place)
        if normal is None or normal in ([], {}) or _is_default(member_place, normal):
            continue
        record[name] = normal
    return record


def _is_default(place: str, value: Any) -> bool:
    default = DEFAULTS.get(place)
    return default is not None and default.value == value and type(default.value) is type(value)


def _items(kind: Items, value: list[Any] | tuple[Any, ...], place: str) -> list[Any]:
    items = [_normal(kind.of, item, place) for item in value]
    if place == "tags":
        items = [item for item in items if not _is_reserved_tag(item)]
    if place in UNORDERED:
        return sorted(_without_doubles(items), key=_text)
    names = key_of(place, items)
    if names is None:
        return items
    # Doubles are stored once; others of one name keep their order, since it may have a meaning.
    return _without_doubles(sorted(items, key=KEYED[place]))  # type: ignore[arg-type]


def _is_reserved_tag(tag: Any) -> bool:
    """Tell whether AWS itself, CloudFormation for one, put the tag there (model: Tag)."""
    key = tag.get("key") if isinstance(tag, Mapping) else None
    return isinstance(key, str) and key[:4].lower() == "aws:"


def _without_doubles(items: list[Any]) -> list[Any]:
    seen: set[str] = set()
    kept = []
    for item in items:
        text = _text(item)
        if text not in seen:
            seen.add(text)
            kept.append(item)
    return kept


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)


def _table(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _as_text(text) for key, text in value.items() if text is not None}


def _scalar(kind: Kind, value: Any, place: str) -> Any:
    if isinstance(kind, Amount):
        parse = parse_cpu if place == "cpu" else parse_memory
        try:
            return str(parse(value))
        except ValueError:
            return value
    if isinstance(kind, Whole) and isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 20 else value
    if isinstance(kind, Text):
        if place == "containerDefinitions.portMappings.protocol":
            return "udp" if value == "udp" else "tcp"
        return _as_text(value)
    return value


def _as_text(value: Any) -> Any:
    """Write a number as a text where AWS wants a text."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    return value


def _settle_the_network_mode(form: dict[str, Any]) -> None:
    """Write the network mode that goes without saying, and drop host ports that it decides.

    Fargate has awsvpc alone; elsewhere the default is bridge. With awsvpc and host, the host port
    is the container port (model: RegisterTaskDefinitionRequest, PortMapping).
    """
    required = form.get("requiresCompatibilities")
    fargate = isinstance(required, list) and "FARGATE" in required
    mode = form.setdefault("networkMode", "awsvpc" if fargate else "bridge")
    if mode not in ("awsvpc", "host"):
        return
    for container in _structures(form.get("containerDefinitions")):
        for mapping in _structures(container.get("portMappings")):
            if mapping.get("hostPort") == mapping.get("containerPort"):
                mapping.pop("hostPort", None)


def _structures(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
