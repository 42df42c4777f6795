"""Amazon ECS on Fargate for async Python: `import fargate_kit as fk`.

Names are looked up when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fargate_kit._version import __version__

if TYPE_CHECKING:
    from fargate_kit.clusters.cluster import Cluster
    from fargate_kit.connections.connection import Connection, connect
    from fargate_kit.core.api import Credentials
    from fargate_kit.core.clock import Clock
    from fargate_kit.core.transport import Transport, TransportRequest, TransportResponse
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
        ProjectIncomplete,
        ServiceDeleted,
        StartFailed,
        TaskFailed,
        TeardownIncomplete,
        Throttled,
        WaitTimeout,
    )
    from fargate_kit.fan_out.events import FanOutEvent, FanOutEventKind, Progress
    from fargate_kit.fan_out.fan_out import FanOut
    from fargate_kit.fan_out.result import Attempt, TaskResult
    from fargate_kit.load_balancing.listener import Listener, ListenerRule
    from fargate_kit.load_balancing.load_balancer import LoadBalancer
    from fargate_kit.load_balancing.target_group import TargetGroup
    from fargate_kit.load_balancing.target_rules import TargetHealthCheck
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
    from fargate_kit.networks.created_network import CreatedNetwork
    from fargate_kit.networks.network import Interface
    from fargate_kit.networks.security_groups import SecurityGroup
    from fargate_kit.preflight.preflight import Preflight
    from fargate_kit.roles.policies import RolePolicies, Simulated
    from fargate_kit.roles.role import Role
    from fargate_kit.scaling.activities import ScalingActivity
    from fargate_kit.scaling.pictures import ScalingAlarm, ScalingPolicy, Suspension
    from fargate_kit.scaling.scaling import Scaling
    from fargate_kit.scaling.schedules import Schedule
    from fargate_kit.scaling.step_scaling import StepScaling
    from fargate_kit.scaling.target_tracking import TargetTracking
    from fargate_kit.service_spec import CapacityShare, CircuitBreaker, Target
    from fargate_kit.services.deployment import Deployment
    from fargate_kit.services.protection import TaskProtection
    from fargate_kit.services.revisions import ServiceRevision
    from fargate_kit.services.service import Service
    from fargate_kit.services.web_service import WebService
    from fargate_kit.tasks.container_spec import (
        ContainerSpec,
        HealthCheck,
        LogConfiguration,
        MountPoint,
        PortMapping,
    )
    from fargate_kit.tasks.task import Task
    from fargate_kit.tasks.task_definition import TaskDefinition
    from fargate_kit.tasks.task_spec import TaskSpec
    from fargate_kit.teardown.leftovers import Leftover
    from fargate_kit.teardown.teardown import TornDown

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
    "ProjectIncomplete",
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
    "clusters.cluster": ["Cluster"],
    "connections.connection": ["Connection", "connect"],
    "tasks.container_spec": [
        "ContainerSpec",
        "HealthCheck",
        "LogConfiguration",
        "MountPoint",
        "PortMapping",
    ],
    "core.api": ["Credentials"],
    "core.clock": ["Clock"],
    "core.transport": ["Transport", "TransportRequest", "TransportResponse"],
    "networks.created_network": ["CreatedNetwork"],
    "services.deployment": ["Deployment"],
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
        "ProjectIncomplete",
        "ServiceDeleted",
        "StartFailed",
        "TaskFailed",
        "TeardownIncomplete",
        "Throttled",
        "WaitTimeout",
    ],
    "fan_out.fan_out": ["FanOut"],
    "fan_out.events": ["FanOutEvent", "FanOutEventKind", "Progress"],
    "fan_out.result": ["Attempt", "TaskResult"],
    "teardown.leftovers": ["Leftover"],
    "load_balancing.listener": ["Listener", "ListenerRule"],
    "load_balancing.load_balancer": ["LoadBalancer"],
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
    "networks.network": ["Interface"],
    "preflight.preflight": ["Preflight"],
    "roles.policies": ["RolePolicies", "Simulated"],
    "roles.role": ["Role"],
    "scaling.scaling": ["Scaling"],
    "scaling.activities": ["ScalingActivity"],
    "scaling.pictures": ["ScalingAlarm", "ScalingPolicy", "Suspension"],
    "scaling.schedules": ["Schedule"],
    "networks.security_groups": ["SecurityGroup"],
    "services.service": ["Service"],
    "services.protection": ["TaskProtection"],
    "services.revisions": ["ServiceRevision"],
    "service_spec": ["CapacityShare", "CircuitBreaker", "Target"],
    "scaling.step_scaling": ["StepScaling"],
    "load_balancing.target_group": ["TargetGroup"],
    "load_balancing.target_rules": ["TargetHealthCheck"],
    "scaling.target_tracking": ["TargetTracking"],
    "tasks.task": ["Task"],
    "tasks.task_definition": ["TaskDefinition"],
    "tasks.task_spec": ["TaskSpec"],
    "teardown.teardown": ["TornDown"],
    "services.web_service": ["WebService"],
}
_HOME_OF = {name: module for module, names in _HOME.items() for name in names}
# Packages of their own that are reached as `fk.sim` and `fk.learn`, without an import of theirs.
_PACKAGES = frozenset({"compose", "learn", "sim"})


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
