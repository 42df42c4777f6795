"""A container of a task definition as a service of a Compose file, and of `ecs-params.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fargate_kit.services.service import Service

__all__ = ["compose_container", "doubled", "params_container"]

_CONDITIONS = {
    "START": "service_started",
    "HEALTHY": "service_healthy",
    "SUCCESS": "service_completed_successfully",
}
# Members of AWS's container definition that a key of Compose says as they are.
_SAME = {
    "image": "image",
    "command": "command",
    "entryPoint": "entrypoint",
    "user": "user",
    "workingDirectory": "working_dir",
    "dockerLabels": "labels",
    "pseudoTerminal": "tty",
    "interactive": "stdin_open",
    "readonlyRootFilesystem": "read_only",
}
_PLATFORMS = {"X86_64": "linux/amd64", "ARM64": "linux/arm64"}


def compose_container(
    container: Mapping[str, Any], task: Mapping[str, Any], service: Service | None
) -> dict[str, Any]:
    """Return the service of the Compose file."""
    linux = container.get("linuxParameters") or {}
    capabilities = linux.get("capabilities") or {}
    found: dict[str, Any] = {
        key: container[member] for member, key in _SAME.items() if member in container
    }
    found |= {
        "platform": _PLATFORMS.get((task.get("runtimePlatform") or {}).get("cpuArchitecture", "")),
        "environment": {
            each["name"]: each.get("value", "") for each in container.get("environment") or ()
        },
        "ports": [_port(each) for each in container.get("portMappings") or ()],
        "healthcheck": _health(container.get("healthCheck")),
        "depends_on": _needs(container),
        "volumes": [_mount(each) for each in container.get("mountPoints") or ()],
        "volumes_from": [
            each["sourceContainer"] + (":ro" if each.get("readOnly") else "")
            for each in container.get("volumesFrom") or ()
        ],
        "ulimits": {
            each["name"]: {"soft": each["softLimit"], "hard": each["hardLimit"]}
            for each in container.get("ulimits") or ()
        },
        "sysctls": {
            each["namespace"]: each["value"] for each in container.get("systemControls") or ()
        },
        "stop_grace_period": (
            f"{container['stopTimeout']}s" if container.get("stopTimeout") else None
        ),
        "cap_add": capabilities.get("add"),
        "cap_drop": capabilities.get("drop"),
        "logging": _logging(container.get("logConfiguration")),
        "deploy": _deploy(service) if service is not None else None,
    }
    said: dict[str, Any] = doubled({
        key: value
        for key, value in found.items()
        if value not in (None, {}) and (value != [] or key in {"command", "entrypoint"})
    })
    return said


def params_container(container: Mapping[str, Any]) -> dict[str, Any]:
    """Return the service of `ecs-params.yml`: what Compose itself has no word for."""
    linux = container.get("linuxParameters") or {}
    firelens = container.get("firelensConfiguration") or {}
    secrets = (container.get("logConfiguration") or {}).get("secretOptions") or ()
    credentials = (container.get("repositoryCredentials") or {}).get("credentialsParameter")
    found: dict[str, Any] = {
        "essential": container.get("essential", True),
        "init_process_enabled": linux.get("initProcessEnabled"),
        "cpu_shares": container.get("cpu") or None,
        "mem_limit": _memory(container.get("memory")),
        "mem_reservation": _memory(container.get("memoryReservation")),
        "secrets": [_secret(each) for each in container.get("secrets") or ()],
        "repository_credentials": {"credentials_parameter": credentials} if credentials else None,
        "logging": {"secret_options": [_secret(each) for each in secrets]} if secrets else None,
        "firelens_configuration": firelens or None,
        "depends_on": _needs_in_params(container),
    }
    return {key: value for key, value in found.items() if value not in (None, [], {})}


def _port(mapping: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "target": mapping.get("containerPort"),
        "protocol": mapping.get("protocol"),
        "name": mapping.get("name"),
        "app_protocol": mapping.get("appProtocol"),
    }
    return {key: value for key, value in found.items() if value is not None}


def _health(check: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the health check with what ECS takes where nothing is said (its service model)."""
    if not check:
        return None
    found = {
        "test": check.get("command"),
        "interval": f"{check.get('interval', 30)}s",
        "timeout": f"{check.get('timeout', 5)}s",
        "retries": check.get("retries", 3),
    }
    if check.get("startPeriod") is not None:
        found["start_period"] = f"{check['startPeriod']}s"
    return found


def _needs(container: Mapping[str, Any]) -> dict[str, Any]:
    needs = container.get("dependsOn") or ()
    if any(each["condition"] not in _CONDITIONS for each in needs):
        return {}
    return {each["containerName"]: {"condition": _CONDITIONS[each["condition"]]} for each in needs}


def _needs_in_params(container: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the dependencies where one of them has a condition that only the ECS CLI knew."""
    needs = container.get("dependsOn") or ()
    if all(each["condition"] in _CONDITIONS for each in needs):
        return []
    return [
        {"container_name": each["containerName"], "condition": each["condition"]} for each in needs
    ]


def _mount(mount: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "type": "volume",
        "source": mount.get("sourceVolume"),
        "target": mount.get("containerPath"),
        "read_only": mount.get("readOnly") or None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _logging(configuration: Mapping[str, Any] | None) -> dict[str, Any]:
    if not configuration:
        return {"driver": "none"}  # otherwise it would be logged where a region is known
    found = {"driver": configuration["logDriver"], "options": configuration.get("options")}
    return {key: value for key, value in found.items() if value}


def _memory(mebibytes: int | None) -> str | None:
    return f"{mebibytes}MiB" if mebibytes else None


def _secret(each: Mapping[str, Any]) -> dict[str, Any]:
    return {"value_from": each["valueFrom"], "name": each["name"]}


def _deploy(service: Service) -> dict[str, Any]:
    held = service.raw.get("deploymentConfiguration") or {}
    breaker = held.get("deploymentCircuitBreaker") or {}
    action = "continue"
    if breaker.get("enable"):
        action = "rollback" if breaker.get("rollback") else "pause"
    update = {
        "failure_action": action,
        "x-aws-min_percent": held.get("minimumHealthyPercent"),
        "x-aws-max_percent": held.get("maximumPercent"),
    }
    said = {key: value for key, value in update.items() if value is not None}
    return {"replicas": service.desired_count, "update_config": said}


def doubled(value: Any) -> Any:
    """Return a value whose texts survive interpolation: `$` is written twice."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Mapping):
        return {key: doubled(each) for key, each in value.items()}
    return [doubled(each) for each in value] if isinstance(value, list) else value
