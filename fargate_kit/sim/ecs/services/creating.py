"""CreateService and UpdateService."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fargate_kit.sim.ecs.clusters import find_cluster
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.references import NAME, partition
from fargate_kit.sim.ecs.services import pictures, wording
from fargate_kit.sim.ecs.services.configuration import Configuration, read_configuration
from fargate_kit.sim.ecs.services.finding import read_service_name
from fargate_kit.sim.ecs.services.reading import SpecificationReader
from fargate_kit.sim.ecs.services.rollouts import Rollouts
from fargate_kit.sim.ecs.services.state import ServiceState, Specification
from fargate_kit.sim.ecs.state import ClusterState
from fargate_kit.sim.ecs.tags import read_tags

# Twice AWS's quota of tasks per service (General Reference), which can be raised.
MOST_TASKS = 10_000
_CLIENT_TOKEN = re.compile(r"[!-~]{1,36}")
_LONGEST_GRACE = 2_147_483_647
# What UpdateService can change of the tasks themselves.
_OF_TASKS = (
    "capacityProviderStrategy",
    "enableExecuteCommand",
    "gatewayConnectors",
    "loadBalancers",
    "monitoring",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "platformVersion",
    "serviceConnectConfiguration",
    "serviceRegistries",
    "taskDefinition",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """What a CreateService call with a client token made."""

    fingerprint: str
    service: ServiceState
    created_at: int


class Creating:
    """The operations that make and change services."""

    def __init__(
        self,
        ground: Ground,
        reader: SpecificationReader,
        rollouts: Rollouts,
        kick: Callable[[ServiceState], None],
    ) -> None:
        self._ground = ground
        self._reader = reader
        self._rollouts = rollouts
        self._kick = kick
        self._tokens: dict[tuple[str, str], _Token] = {}

    def create_service(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Create a service, or answer with the one that the same request made."""
        cluster = find_cluster(self._ground, params.get("cluster"))
        name = params["serviceName"]
        if not NAME.fullmatch(name):
            raise wording.SERVICE_NAME_INVALID.error()
        token = params.get("clientToken")
        fingerprint = json.dumps({**params, "clientToken": None}, sort_keys=True)
        if token is not None and (known := self._known(cluster, token)) is not None:
            if known.fingerprint != fingerprint:
                raise wording.NOT_IDEMPOTENT.error()
            return {"service": pictures.service(known.service, tags=True)}
        asked = self._new(cluster, name, params)
        held = cluster.services.get(name)
        if held is not None and held.status == "DRAINING":
            raise wording.STILL_DRAINING.error()
        if held is not None and held.status == "ACTIVE":
            if not _same(held, asked):
                raise wording.NOT_IDEMPOTENT.error()
            return {"service": pictures.service(held, tags=True)}
        cluster.services[name] = asked
        self._rollouts.begin(asked, asked.specification)
        self._kick(asked)
        if token is not None:
            self._tokens[cluster.name, token] = _Token(
                fingerprint=fingerprint, service=asked, created_at=self._ground.engine.now
            )
        return {"service": pictures.service(asked, tags=True)}

    def update_service(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Change a service; a new deployment is in the answer, its tasks are not."""
        cluster = find_cluster(self._ground, params.get("cluster"))
        name = read_service_name(self._ground, cluster, params["service"])
        service = cluster.services.get(name)
        if service is None:
            raise wording.SERVICE_NOT_FOUND.error()
        if service.status != "ACTIVE":
            raise wording.SERVICE_NOT_ACTIVE.error()
        controller = (params.get("deploymentController") or {}).get("type", "ECS")
        if controller != "ECS":
            raise wording.CONTROLLER_FIXED.error(given=controller)
        specification = service.specification
        # every one of them is looked at, so that none is taken without effect
        given = [member for member in _OF_TASKS if params.get(member) is not None]
        if given:
            specification = self._reader.read(cluster, params, service)
        changed = _Options.read(params, service)
        _check_grace(params, specification)
        changed.put(service)
        forced = bool(params.get("forceNewDeployment"))
        if forced or not specification.same_tasks(service.specification):
            self._rollouts.begin(service, specification)
        service.specification = specification
        service.primary.desired = service.desired
        self._kick(service)
        return {"service": pictures.service(service, tags=True)}

    def _new(self, cluster: ClusterState, name: str, params: Mapping[str, Any]) -> ServiceState:
        _check_kind(params)
        specification = self._reader.read(cluster, params)
        if params.get("role"):
            raise wording.ROLE_NOT_ALLOWED.error()
        if params.get("desiredCount") is None:
            raise wording.DESIRED_COUNT_REQUIRED.error()
        options = _Options.read(params, None)
        _check_grace(params, specification)
        references = self._ground.references
        service_role = "aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
        root = f"arn:{partition(references.region)}:iam::{references.account_id}"
        return ServiceState(
            name=name,
            arn=references.arn("service", f"{cluster.name}/{name}"),
            cluster=cluster,
            created_at=self._ground.engine.now,
            created_by=references.root,
            role_arn=f"{root}:role/{service_role}",
            desired=options.desired,
            configuration=options.configuration,
            grace=options.grace,
            tags=read_tags(params.get("tags")),
            propagate_tags=options.propagate_tags,
            managed_tags=options.managed_tags,
            execute_command=options.execute_command,
            rebalancing=options.rebalancing,
            specification=specification,
        )

    def _known(self, cluster: ClusterState, token: str) -> _Token | None:
        if not _CLIENT_TOKEN.fullmatch(token):
            raise wording.CLIENT_TOKEN_INVALID.error()
        known = self._tokens.get((cluster.name, token))
        if known is None:
            return None
        clock, timing = self._ground.engine.clock, self._ground.timing
        age = self._ground.engine.now - known.created_at
        gone = known.service.status == "INACTIVE" or known.service.cluster is not cluster
        if gone or age > clock.ticks(timing.client_token_retention):
            del self._tokens[cluster.name, token]
            return None
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """What a request says of a service apart from its tasks: none of it starts a deployment."""

    desired: int
    configuration: Configuration
    grace: int
    propagate_tags: str
    managed_tags: bool
    execute_command: bool
    rebalancing: str

    @classmethod
    def read(cls, params: Mapping[str, Any], held: ServiceState | None) -> _Options:
        """Check the options of a request; what it does not name stays, or is the default."""
        desired = params.get("desiredCount")
        if desired is None and held is not None:
            desired = held.desired
        grace = params.get("healthCheckGracePeriodSeconds")
        if grace is None:
            grace = held.grace if held else 0
        configuration = read_configuration(
            params.get("deploymentConfiguration"), held.configuration if held else Configuration()
        )
        options = cls(
            desired=desired or 0,
            configuration=configuration,
            grace=grace,
            propagate_tags=_kept(params, "propagateTags", held.propagate_tags if held else "NONE"),
            managed_tags=_kept(params, "enableECSManagedTags", bool(held and held.managed_tags)),
            execute_command=_kept(
                params, "enableExecuteCommand", bool(held and held.execute_command)
            ),
            rebalancing=_rebalancing(params, held, configuration),
        )
        if not 0 <= options.desired <= MOST_TASKS:
            raise wording.DESIRED_COUNT_RANGE.error(most=MOST_TASKS, given=options.desired)
        if not 0 <= options.grace <= _LONGEST_GRACE:
            raise wording.GRACE_RANGE.error(given=options.grace)
        return options

    def put(self, service: ServiceState) -> None:
        """Let them hold for a service."""
        service.desired = self.desired
        service.configuration = self.configuration
        service.grace = self.grace
        service.propagate_tags = self.propagate_tags
        service.managed_tags = self.managed_tags
        service.execute_command = self.execute_command
        service.rebalancing = self.rebalancing


def _check_grace(params: Mapping[str, Any], specification: Specification) -> None:
    """Refuse a grace period of a service that no load balancer looks at."""
    if params.get("healthCheckGracePeriodSeconds") and not specification.balanced:
        raise wording.GRACE_WITHOUT_BALANCER.error()


def _kept(params: Mapping[str, Any], member: str, held: Any) -> Any:
    given = params.get(member)
    return held if given is None else given


def _rebalancing(
    params: Mapping[str, Any], held: ServiceState | None, configuration: Configuration
) -> str:
    given: str | None = params.get("availabilityZoneRebalancing")
    possible = configuration.maximum_percent > 100
    if given == "ENABLED" and not possible:
        raise wording.REBALANCING_NEEDS_ROOM.error()
    if given is not None:
        return given
    if held is not None:
        return held.rebalancing if possible else "DISABLED"
    return "ENABLED" if possible else "DISABLED"


def _check_kind(params: Mapping[str, Any]) -> None:
    """Refuse the kinds of services that are not simulated, or not possible on Fargate."""
    controller = (params.get("deploymentController") or {}).get("type", "ECS")
    if controller != "ECS":
        raise wording.NOT_SIMULATED.error(what=f"The deployment controller {controller}")
    if params.get("schedulingStrategy", "REPLICA") == "DAEMON":
        if params.get("launchType") in {None, "FARGATE"}:
            raise wording.DAEMON_ON_FARGATE.error()
        raise wording.NOT_SIMULATED.error(what="The scheduling strategy DAEMON")


def _same(held: ServiceState, asked: ServiceState) -> bool:
    """Tell whether a request asks for the service that is there already."""
    mine, its = held.specification, asked.specification
    return (
        mine.same_tasks(its)
        and mine.platform_asked == its.platform_asked
        and (mine.launch_type, mine.strategy) == (its.launch_type, its.strategy)
        and held.desired == asked.desired
        and held.configuration == asked.configuration
        and held.grace == asked.grace
        and held.tags == asked.tags
        and held.propagate_tags == asked.propagate_tags
        and held.managed_tags == asked.managed_tags
        and held.execute_command == asked.execute_command
        and held.rebalancing == asked.rebalancing
    )
