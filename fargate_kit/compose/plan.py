"""What a project would become on Fargate: plain values, nothing of it is made yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fargate_kit.compose.drafts import Topology
from fargate_kit.errors import InvalidSpec
from fargate_kit.model.problems import Problem
from fargate_kit.model.values import Network
from fargate_kit.tasks.task_spec import TaskSpec

if TYPE_CHECKING:
    from fargate_kit.compose.difference import Difference
    from fargate_kit.compose.running_project import RunningProject
    from fargate_kit.compose.steps import OnStep
    from fargate_kit.compose.stock import Known
    from fargate_kit.compose.taking_down import TakenDown
    from fargate_kit.connections.connection import Connection
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

    def service(self, name: str) -> PlannedService:
        """Return the service that a Compose service is in, or the one that will have the name.

        Args:
            name: Of a Compose service, such as `web`; or of the ECS service, such as `shop-web`.

        Raises:
            InvalidSpec: The plan has none of that name.
        """
        for each in self.services:
            if name in {each.name, *each.compose_services}:
                return each
        known = [name for each in self.services for name in each.compose_services]
        allowed = ", ".join(known) or "none"
        message = f"project {self.project} has no service {name!r}; it has {allowed}"
        problem = Problem(
            path="service", rule="compose-service", given=name, allowed=allowed, message=message
        )
        raise InvalidSpec(f"project {self.project!r}", [problem])

    async def compare(
        self, aws: Connection, *, cluster: str | None = None, create_missing: bool = False
    ) -> Difference:
        """Find what `up()` would change, and what stands in the way; nothing is changed.

        Args:
            cluster: Its name; None is the one that the files name, otherwise `default`.
            create_missing: Whether roles and log groups that the files name and that are not there
                are to be made, instead of being problems.

        Calls:
            ecs:DescribeClusters, ecs:ListServices, ecs:DescribeServices,
            ecs:DescribeTaskDefinition, application-autoscaling:DescribeScalableTargets; as far as
            the files name such ec2:DescribeSubnets, ec2:DescribeSecurityGroups, iam:GetRole,
            iam:GetPolicy, logs:DescribeLogGroups, elasticfilesystem:DescribeFileSystems,
            secretsmanager:DescribeSecret, ssm:DescribeParameters, servicediscovery:ListNamespaces;
            those of `default_network()` where they name no subnets
        """
        from fargate_kit.compose.comparing import compare

        return await compare(aws._session, self, cluster=cluster, create_missing=create_missing)

    async def up(
        self,
        aws: Connection,
        *,
        cluster: str | None = None,
        create_missing: bool = False,
        timeout: float | None = 1800.0,
        on_step: OnStep | None = None,
    ) -> RunningProject:
        """Make what differs from the plan, and wait until every service has its tasks.

        The same again changes nothing. Services of the project that the plan does not have any
        more are deleted. A service that is scaled automatically keeps its count.

        Args:
            cluster: Its name; None is the one that the files name, otherwise `default`.
            create_missing: As of `compare()`.
            timeout: Seconds on the connection's clock for each deployment; None waits for ever.
            on_step: Told of every step, and of what ECS says meanwhile.

        Raises:
            InvalidSpec: Something stands in the way: every problem at once, nothing was made.
            ProjectIncomplete: A step failed; `up()` goes on from there, `down()` takes it away.

        Calls:
            those of `compare()`, and of what is made: ecs:RegisterTaskDefinition,
            logs:CreateLogGroup, logs:PutRetentionPolicy, servicediscovery:CreateHttpNamespace,
            those of `create_execution_role()`, ecs:CreateCluster, ecs:CreateService,
            ecs:UpdateService, those of `Service.autoscale()`, of `Deployment.wait()` and of
            `Service.delete()`
        """
        difference = await self.compare(aws, cluster=cluster, create_missing=create_missing)
        return await difference.apply(aws, timeout=timeout, on_step=on_step)

    async def down(
        self,
        aws: Connection,
        *,
        cluster: str | None = None,
        logs: bool = False,
        on_step: OnStep | None = None,
    ) -> TakenDown:
        """Take the project down, as `RunningProject.down()`; also what only the files still name.

        Args:
            cluster: As of `up()`.
            logs: Whether the project's log groups go with every line in them.
            on_step: Told of every step.

        Raises:
            TeardownIncomplete: Something is left, or could not be looked for; it names them.

        Calls:
            those of `RunningProject.down()`
        """
        from fargate_kit.compose.belonging import USUAL_CLUSTER
        from fargate_kit.compose.taking_down import take_down

        return await take_down(
            aws._session,
            self.project,
            cluster or self.cluster or USUAL_CLUSTER,
            logs=logs,
            known=self._known(),
            on_step=on_step,
        )

    async def remains(
        self, aws: Connection, *, cluster: str | None = None, logs: bool = False
    ) -> tuple[str, ...]:
        """Return what `down()` would delete or keep, in words; nothing is changed.

        Args:
            cluster: As of `down()`.
            logs: As of `down()`.

        Calls:
            those of `RunningProject.down()` that look, once
        """
        from fargate_kit.compose.belonging import USUAL_CLUSTER
        from fargate_kit.compose.taking_down import remains

        place = cluster or self.cluster or USUAL_CLUSTER
        return await remains(aws._session, self.project, place, logs=logs, known=self._known())

    def _known(self) -> Known:
        from fargate_kit.compose.stock import Known

        tasks = [service.task.to_api() for service in self.services]
        named = [task.get(key) for key in ("executionRoleArn", "taskRoleArn") for task in tasks]
        return Known(
            roles=tuple(dict.fromkeys(name for name in named if name)),
            log_groups=tuple((group.name, group.region) for group in self.log_groups),
            namespace=any(each.kind == "namespace" for each in self.references),
        )

    def facts(self, *, show_values: bool = False) -> dict[str, Any]:
        """Return the plan as JSON takes it.

        Args:
            show_values: Show the values of environment variables too.
        """
        from fargate_kit.compose.plan_facts import discovery_facts, network_facts, service_facts

        return {
            "project": self.project,
            "topology": str(self.topology),
            "cluster": self.cluster,
            "network": network_facts(self.network),
            "services": [service_facts(service, show_values) for service in self.services],
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
            "discovery": discovery_facts(self.discovery),
        }
