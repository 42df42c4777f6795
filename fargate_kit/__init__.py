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
    from fargate_kit.created_network import CreatedNetwork
    from fargate_kit.deployment import Deployment
    from fargate_kit.errors import (
        ApiError,
        ConfigurationError,
        ConnectionClosed,
        CostLimitReached,
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
        TeardownIncomplete,
        Throttled,
        WaitTimeout,
    )
    from fargate_kit.fan_out import FanOut
    from fargate_kit.fan_out_events import FanOutEvent, FanOutEventKind, Progress
    from fargate_kit.fan_out_result import Attempt, TaskResult
    from fargate_kit.leftovers import Leftover
    from fargate_kit.listener import Listener, ListenerRule
    from fargate_kit.load_balancer import LoadBalancer
    from fargate_kit.model.deployment_evidence import Cause, Evidence, StoppedTask, TargetHealth
    from fargate_kit.model.diff import Change, Diff
    from fargate_kit.model.ingress import ANYWHERE, IngressRule
    from fargate_kit.model.policy_document import InvalidPolicy, Policy
    from fargate_kit.model.policy_evaluation import Decision, Verdict
    from fargate_kit.model.prices import Prices, UnknownPrice
    from fargate_kit.model.pricing import CostLine, Estimate
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
    from fargate_kit.network import Interface
    from fargate_kit.preflight import Preflight
    from fargate_kit.role_policies import RolePolicies, Simulated
    from fargate_kit.roles import Role
    from fargate_kit.scaling import Scaling
    from fargate_kit.scaling_activities import ScalingActivity
    from fargate_kit.scaling_pictures import ScalingAlarm, ScalingPolicy, Suspension
    from fargate_kit.scaling_schedules import Schedule
    from fargate_kit.security_groups import SecurityGroup
    from fargate_kit.service import Service
    from fargate_kit.service_protection import TaskProtection
    from fargate_kit.service_revisions import ServiceRevision
    from fargate_kit.service_spec import CapacityShare, CircuitBreaker, Target
    from fargate_kit.step_scaling import StepScaling
    from fargate_kit.target_group import TargetGroup
    from fargate_kit.target_rules import TargetHealthCheck
    from fargate_kit.target_tracking import TargetTracking
    from fargate_kit.task import Task
    from fargate_kit.task_definition import TaskDefinition
    from fargate_kit.task_spec import TaskSpec
    from fargate_kit.teardown import TornDown
    from fargate_kit.web_service import WebService

__all__ = [
    "ANYWHERE",
    "ApiError",
    "Attempt",
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
    "CostLimitReached",
    "CostLine",
    "CreatedNetwork",
    "Credentials",
    "Decision",
    "Denied",
    "Deployment",
    "DeploymentFailed",
    "DeploymentOvertaken",
    "DeploymentRolledBack",
    "Diff",
    "EndpointUnreachable",
    "Estimate",
    "EventKind",
    "Evidence",
    "ExitedNonZero",
    "FanOut",
    "FanOutEvent",
    "FanOutEventKind",
    "FargateError",
    "HealthCheck",
    "IngressRule",
    "Interface",
    "InvalidPolicy",
    "InvalidSpec",
    "Leftover",
    "Listener",
    "ListenerRule",
    "LoadBalancer",
    "LogConfiguration",
    "LogLine",
    "MountPoint",
    "Network",
    "NetworkInterface",
    "NotFound",
    "Overrides",
    "PlacementFailed",
    "Policy",
    "PortMapping",
    "Preflight",
    "Prices",
    "Problem",
    "Progress",
    "Role",
    "RolePolicies",
    "Scaling",
    "ScalingActivity",
    "ScalingAlarm",
    "ScalingPolicy",
    "Schedule",
    "SecurityGroup",
    "Service",
    "ServiceDeleted",
    "ServiceEvent",
    "ServiceRevision",
    "Simulated",
    "StartFailed",
    "StepScaling",
    "StoppedTask",
    "Suspension",
    "Target",
    "TargetGroup",
    "TargetHealth",
    "TargetHealthCheck",
    "TargetTracking",
    "Task",
    "TaskDefinition",
    "TaskFailed",
    "TaskProtection",
    "TaskResult",
    "TaskSpec",
    "TaskStatus",
    "TeardownIncomplete",
    "Throttled",
    "TornDown",
    "Transport",
    "TransportRequest",
    "TransportResponse",
    "UnknownPrice",
    "Verdict",
    "WaitTimeout",
    "WebService",
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
    "created_network": ["CreatedNetwork"],
    "deployment": ["Deployment"],
    "errors": [
        "ApiError",
        "ConfigurationError",
        "ConnectionClosed",
        "CostLimitReached",
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
        "TeardownIncomplete",
        "Throttled",
        "WaitTimeout",
    ],
    "fan_out": ["FanOut"],
    "fan_out_events": ["FanOutEvent", "FanOutEventKind", "Progress"],
    "fan_out_result": ["Attempt", "TaskResult"],
    "leftovers": ["Leftover"],
    "listener": ["Listener", "ListenerRule"],
    "load_balancer": ["LoadBalancer"],
    "model.deployment_evidence": ["Cause", "Evidence", "StoppedTask", "TargetHealth"],
    "model.diff": ["Change", "Diff"],
    "model.ingress": ["ANYWHERE", "IngressRule"],
    "model.policy_document": ["InvalidPolicy", "Policy"],
    "model.policy_evaluation": ["Decision", "Verdict"],
    "model.prices": ["Prices", "UnknownPrice"],
    "model.pricing": ["CostLine", "Estimate"],
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
    "network": ["Interface"],
    "preflight": ["Preflight"],
    "role_policies": ["RolePolicies", "Simulated"],
    "roles": ["Role"],
    "scaling": ["Scaling"],
    "scaling_activities": ["ScalingActivity"],
    "scaling_pictures": ["ScalingAlarm", "ScalingPolicy", "Suspension"],
    "scaling_schedules": ["Schedule"],
    "security_groups": ["SecurityGroup"],
    "service": ["Service"],
    "service_protection": ["TaskProtection"],
    "service_revisions": ["ServiceRevision"],
    "service_spec": ["CapacityShare", "CircuitBreaker", "Target"],
    "step_scaling": ["StepScaling"],
    "target_group": ["TargetGroup"],
    "target_rules": ["TargetHealthCheck"],
    "target_tracking": ["TargetTracking"],
    "task": ["Task"],
    "task_definition": ["TaskDefinition"],
    "task_spec": ["TaskSpec"],
    "teardown": ["TornDown"],
    "web_service": ["WebService"],
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
