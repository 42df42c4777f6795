"""What a project would become on Fargate: plain values, nothing of it is made yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fargate_kit.compose.drafts import Topology
from fargate_kit.model.values import Network
from fargate_kit.task_spec import TaskSpec

if TYPE_CHECKING:
    from fargate_kit.service_spec import ServiceSettings

__all__ = [
    "Discovery",
    "LogGroup",
    "Plan",
    "PlannedRole",
    "PlannedService",
    "Reference",
    "RollOut",
    "Scaling",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Something of an AWS account that the files name, and that must be there.

    Attributes:
        kind: `subnet`, `security group`, `role`, `policy`, `log group`, `file system`, `secret`,
            `parameter`, `registry credentials` or `namespace`.
        place: Where it is named; what it comes from where no file names it.
        wanted_by: The services that need it.
    """

    kind: str
    value: str
    place: str
    wanted_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroup:
    """A log group that containers write to.

    Attributes:
        retention_days: None keeps lines for ever.
    """

    name: str
    region: str
    retention_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """Bounds of a service's count, and the percentages of use to hold."""

    minimum: int
    maximum: int
    cpu: int | None = None
    memory: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRole:
    """A task role that is to be made, with managed policies and one of its own."""

    name: str
    policies: Sequence[str] = ()
    inline_policy: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """A Cloud Map service that is to know the tasks (`run_params.service_discovery`)."""

    container: str
    port: int | None
    namespace: Mapping[str, str]
    public: bool
    name: str
    description: str = ""
    record_type: str = "A"
    ttl: int = 60
    failure_threshold: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RollOut:
    """How a service changes from one deployment to the next.

    Attributes:
        minimum_healthy_percent: None leaves it as AWS has it; so does None as the maximum.
        breaker: Whether ECS gives a deployment up whose tasks fail.
        rollback: Whether it then goes back to the last deployment that completed.
    """

    minimum_healthy_percent: int | None = None
    maximum_percent: int | None = None
    breaker: bool = True
    rollback: bool = True

    def to_api(self) -> dict[str, Any]:
        """Return `deploymentConfiguration`."""
        raw: dict[str, Any] = {
            "deploymentCircuitBreaker": {"enable": self.breaker, "rollback": self.rollback},
            "minimumHealthyPercent": self.minimum_healthy_percent,
            "maximumPercent": self.maximum_percent,
        }
        return {key: value for key, value in raw.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedService:
    """One ECS service with its task definition.

    Attributes:
        compose_services: The Compose services in it.
        extra: Further members of CreateService, in AWS's own spelling.
        after: Names of services of the plan that come first, with `START` or `HEALTHY`.
    """

    name: str
    compose_services: tuple[str, ...]
    task: TaskSpec
    desired_count: int
    network: Network
    roll_out: RollOut
    extra: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    scaling: Scaling | None = None
    role: PlannedRole | None = None

    @property
    def settings(self) -> ServiceSettings:
        """Return what `create_service` takes besides task definition and count."""
        from fargate_kit.service_spec import CircuitBreaker, ServiceSettings

        return ServiceSettings(
            network=self.network,
            circuit_breaker=CircuitBreaker(
                enable=self.roll_out.breaker, rollback=self.roll_out.rollback
            ),
            minimum_healthy_percent=self.roll_out.minimum_healthy_percent,
            maximum_percent=self.roll_out.maximum_percent,
            extra=self.extra,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a project would become.

    Attributes:
        cluster: The cluster that the files name, if they name one.
        network: No subnets means the default VPC's, no groups that VPC's default group.
        services: In an order in which each comes after what it needs.
        references: What must be there before anything is made.
    """

    project: str
    topology: Topology
    cluster: str | None
    network: Network
    services: tuple[PlannedService, ...]
    log_groups: tuple[LogGroup, ...]
    references: tuple[Reference, ...]
    discovery: Discovery | None = None

    def facts(self, *, show_values: bool = False) -> dict[str, Any]:
        """Return the plan as JSON takes it.

        Args:
            show_values: Show the values of environment variables too.
        """
        return {
            "project": self.project,
            "topology": str(self.topology),
            "cluster": self.cluster,
            "network": _network_facts(self.network),
            "services": [_service_facts(service, show_values) for service in self.services],
            "log_groups": [
                {"name": each.name, "region": each.region, "retention_days": each.retention_days}
                for each in self.log_groups
            ],
            "references": [
                {
                    "kind": each.kind,
                    "value": each.value,
                    "place": each.place,
                    "wanted_by": list(each.wanted_by),
                }
                for each in self.references
            ],
            "discovery": _discovery_facts(self.discovery),
        }


def _network_facts(network: Network) -> dict[str, Any]:
    return {
        "subnets": list(network.subnets) or "default VPC",
        "securityGroups": list(network.security_groups) or "default VPC",
        "assignPublicIp": "ENABLED" if network.public_ip else "DISABLED",
    }


def _service_facts(service: PlannedService, show_values: bool) -> dict[str, Any]:
    request = service.task.to_api()
    if not show_values:
        for container in request["containerDefinitions"]:
            for variable in container.get("environment", ()):
                variable["value"] = "…"
    scaling, role = service.scaling, service.role
    return {
        "name": service.name,
        "compose_services": list(service.compose_services),
        "desired_count": service.desired_count,
        "after": dict(service.after),
        "settings": {"deploymentConfiguration": service.roll_out.to_api(), **service.extra},
        "scaling": scaling
        and {
            "minimum": scaling.minimum,
            "maximum": scaling.maximum,
            "cpu": scaling.cpu,
            "memory": scaling.memory,
        },
        "role": role
        and {
            "name": role.name,
            "policies": list(role.policies),
            "inline_policy": role.inline_policy,
        },
        "task_definition": request,
    }


def _discovery_facts(discovery: Discovery | None) -> dict[str, Any] | None:
    if discovery is None:
        return None
    return {
        "container": discovery.container,
        "port": discovery.port,
        "namespace": dict(discovery.namespace),
        "public": discovery.public,
        "name": discovery.name,
        "description": discovery.description,
        "record_type": discovery.record_type,
        "ttl": discovery.ttl,
        "failure_threshold": discovery.failure_threshold,
    }
