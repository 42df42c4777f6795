"""Amazon ECS on Fargate for async Python: `import fargate_kit as fk`.

Names are looked up when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fargate_kit._version import __version__

if TYPE_CHECKING:
    from fargate_kit.cluster import Cluster
    from fargate_kit.connection import Connection, connect
    from fargate_kit.container_spec import (
        ContainerSpec,
        HealthCheck,
        LogConfiguration,
        MountPoint,
        PortMapping,
    )
    from fargate_kit.core.api import Credentials
    from fargate_kit.core.clock import Clock
    from fargate_kit.core.transport import Transport, TransportRequest, TransportResponse
    from fargate_kit.deployment import Deployment
    from fargate_kit.errors import (
        ApiError,
        ConfigurationError,
        ConnectionClosed,
        Denied,
        DeploymentFailed,
        DeploymentOvertaken,
        DeploymentRolledBack,
        EndpointUnreachable,
        ExitedNonZero,
        FargateError,
        InvalidSpec,
        NotFound,
        PlacementFailed,
        ServiceDeleted,
        StartFailed,
        TaskFailed,
        Throttled,
        WaitTimeout,
    )
    from fargate_kit.model.deployment_evidence import Cause, Evidence, StoppedTask, TargetHealth
    from fargate_kit.model.diff import Change, Diff
    from fargate_kit.model.problems import Problem
    from fargate_kit.model.service_events import EventKind, ServiceEvent
    from fargate_kit.model.values import (
        Container,
        ContainerOverride,
        LogLine,
        Network,
        NetworkInterface,
        Overrides,
        TaskStatus,
    )
    from fargate_kit.service import Service
    from fargate_kit.service_revisions import ServiceRevision
    from fargate_kit.service_spec import CapacityShare, CircuitBreaker, Target
    from fargate_kit.task import Task
    from fargate_kit.task_definition import TaskDefinition
    from fargate_kit.task_spec import TaskSpec

__all__ = [
    "ApiError",
    "CapacityShare",
    "Cause",
    "Change",
    "CircuitBreaker",
    "Clock",
    "Cluster",
    "ConfigurationError",
    "Connection",
    "ConnectionClosed",
    "Container",
    "ContainerOverride",
    "ContainerSpec",
    "Credentials",
    "Denied",
    "Deployment",
    "DeploymentFailed",
    "DeploymentOvertaken",
    "DeploymentRolledBack",
    "Diff",
    "EndpointUnreachable",
    "EventKind",
    "Evidence",
    "ExitedNonZero",
    "FargateError",
    "HealthCheck",
    "InvalidSpec",
    "LogConfiguration",
    "LogLine",
    "MountPoint",
    "Network",
    "NetworkInterface",
    "NotFound",
    "Overrides",
    "PlacementFailed",
    "PortMapping",
    "Problem",
    "Service",
    "ServiceDeleted",
    "ServiceEvent",
    "ServiceRevision",
    "StartFailed",
    "StoppedTask",
    "Target",
    "TargetHealth",
    "Task",
    "TaskDefinition",
    "TaskFailed",
    "TaskSpec",
    "TaskStatus",
    "Throttled",
    "Transport",
    "TransportRequest",
    "TransportResponse",
    "WaitTimeout",
    "__version__",
    "connect",
]

_HOME = {
    "cluster": ["Cluster"],
    "connection": ["Connection", "connect"],
    "container_spec": [
        "ContainerSpec",
        "HealthCheck",
        "LogConfiguration",
        "MountPoint",
        "PortMapping",
    ],
    "core.api": ["Credentials"],
    "core.clock": ["Clock"],
    "core.transport": ["Transport", "TransportRequest", "TransportResponse"],
    "deployment": ["Deployment"],
    "errors": [
        "ApiError",
        "ConfigurationError",
        "ConnectionClosed",
        "Denied",
        "DeploymentFailed",
        "DeploymentOvertaken",
        "DeploymentRolledBack",
        "EndpointUnreachable",
        "ExitedNonZero",
        "FargateError",
        "InvalidSpec",
        "NotFound",
        "PlacementFailed",
        "ServiceDeleted",
        "StartFailed",
        "TaskFailed",
        "Throttled",
        "WaitTimeout",
    ],
    "model.deployment_evidence": ["Cause", "Evidence", "StoppedTask", "TargetHealth"],
    "model.diff": ["Change", "Diff"],
    "model.problems": ["Problem"],
    "model.service_events": ["EventKind", "ServiceEvent"],
    "model.values": [
        "Container",
        "ContainerOverride",
        "LogLine",
        "Network",
        "NetworkInterface",
        "Overrides",
        "TaskStatus",
    ],
    "service": ["Service"],
    "service_revisions": ["ServiceRevision"],
    "service_spec": ["CapacityShare", "CircuitBreaker", "Target"],
    "task": ["Task"],
    "task_definition": ["TaskDefinition"],
    "task_spec": ["TaskSpec"],
}
_HOME_OF = {name: module for module, names in _HOME.items() for name in names}
# Packages of their own that are reached as `fk.sim`, without an import of theirs.
_PACKAGES = frozenset({"sim"})


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        return import_module(f"fargate_kit.{name}")
    if name not in _HOME_OF:
        raise AttributeError(f"module 'fargate_kit' has no attribute {name!r}")
    value = getattr(import_module(f"fargate_kit.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *_PACKAGES})
