"""What a request says of the tasks of a service, checked with what the region knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fargate_kit.sim.ecs import wording as common
from fargate_kit.sim.ecs.capacity_providers import check_strategy
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.pictures import copy
from fargate_kit.sim.ecs.platforms import resolve_platform
from fargate_kit.sim.ecs.run_task import check_fargate
from fargate_kit.sim.ecs.services import wording
from fargate_kit.sim.ecs.services.state import ServiceState, Specification
from fargate_kit.sim.ecs.services.targets import read_load_balancers
from fargate_kit.sim.ecs.state import ClusterState, TaskDefinitionState
from fargate_kit.sim.ecs.task_definitions import find_task_definition
from fargate_kit.sim.ecs.task_networks import read_network
from fargate_kit.sim.load_balancing.protocol import LoadBalancing

_RESOLUTIONS = (20, 60)
# What a service can have on AWS, but not here: the member and what it is called.
_BESIDE = {
    "serviceRegistries": "Service discovery of a service",
    "vpcLatticeConfigurations": "VPC Lattice for a service",
    "gatewayConnectors": "A gateway connector",
}


class SpecificationReader:
    """Reads the specification of tasks from CreateService and UpdateService requests."""

    def __init__(self, ground: Ground, balancing: Callable[[], LoadBalancing | None]) -> None:
        self._ground = ground
        self._balancing = balancing

    def read(
        self,
        cluster: ClusterState,
        params: Mapping[str, Any],
        held: ServiceState | None = None,
    ) -> Specification:
        """Read a specification.

        Args:
            cluster: Of the service.
            params: The request; the members of what is to be started, as the model has them.
            held: The service that is updated: what the request does not name stays.

        Raises:
            AwsError: Something does not exist, does not fit together, or is not simulated.
        """
        self._check_simulated(params)
        old = held.specification if held is not None else None
        definition = self._definition(params.get("taskDefinition"), old)
        launch_type, strategy = self._capacity(cluster, params, held)
        check_fargate(definition)
        if params.get("placementConstraints") or params.get("placementStrategy"):
            raise common.PLACEMENT_ON_FARGATE.error()
        execute_command = params.get("enableExecuteCommand")
        if execute_command and not definition.body.get("taskRoleArn"):
            raise wording.EXECUTE_COMMAND_NEEDS_TASK_ROLE.error()
        _check_volumes(definition, params.get("volumeConfigurations") or ())
        asked = params.get("platformVersion") or (old.platform_asked if old else "LATEST")
        version = resolve_platform(
            asked,
            definition.body,
            {},
            spot=any(one["capacityProvider"] == "FARGATE_SPOT" for one in strategy),
            execute_command=bool(execute_command),
        )
        network = params.get("networkConfiguration") or _network_of(old)
        subnets, groups, public = read_network(self._ground, network)
        given = params.get("loadBalancers")
        if given is None and old is not None:
            given = [
                {
                    "targetGroupArn": one.target_group_arn,
                    "containerName": one.container,
                    "containerPort": one.port,
                }
                for one in old.balanced
            ]
        return Specification(
            definition=definition,
            launch_type=launch_type,
            strategy=strategy,
            platform_asked=asked,
            platform_version=version,
            platform_family=_family(definition),
            network=copy(dict(network["awsvpcConfiguration"])) if network else {},
            subnets=subnets,
            group_ids=groups,
            assign_public_ip=public,
            balanced=read_load_balancers(given or (), definition, subnets, self._balancing()),
            monitoring=_monitoring(params, old),
            service_connect=_service_connect(params, old),
        )

    def _definition(self, given: str | None, old: Specification | None) -> TaskDefinitionState:
        if given is None:
            if old is None:
                raise wording.DEFINITION_REQUIRED.error()
            return old.definition
        definition = find_task_definition(self._ground, given)
        if definition is None:
            raise common.DEFINITION_NOT_FOUND.error()
        if definition.status != "ACTIVE":
            raise common.DEFINITION_INACTIVE.error()
        return definition

    def _capacity(
        self, cluster: ClusterState, params: Mapping[str, Any], held: ServiceState | None
    ) -> tuple[str | None, tuple[Mapping[str, Any], ...]]:
        launch_type, given = params.get("launchType"), params.get("capacityProviderStrategy")
        if held is not None and given is None:
            return held.specification.launch_type, held.specification.strategy
        if launch_type and given:
            raise common.STRATEGY_AND_LAUNCH_TYPE.error()
        if launch_type == "FARGATE" or (held is not None and not given):
            return "FARGATE", ()
        if launch_type == "MANAGED_INSTANCES":
            raise common.MANAGED_INSTANCES_LAUNCH_TYPE.error()
        strategy: Sequence[Mapping[str, Any]] = ()
        if launch_type is None:
            strategy = (
                check_strategy(given, cluster.capacity_providers)
                if given
                else cluster.default_strategy
            )
        if not strategy:
            raise wording.NOT_SIMULATED.error(
                what=f"A service of the launch type {launch_type or 'EC2'}"
            )
        return None, tuple(copy(dict(one)) for one in strategy)

    def _check_simulated(self, params: Mapping[str, Any]) -> None:
        for member, what in _BESIDE.items():
            if params.get(member):
                raise wording.NOT_SIMULATED.error(what=what)
        if (params.get("serviceConnectConfiguration") or {}).get("enabled"):
            raise wording.NOT_SIMULATED.error(what="Service Connect")


def _check_volumes(
    definition: TaskDefinitionState, configurations: Sequence[Mapping[str, Any]]
) -> None:
    expected = {one["name"] for one in definition.body["volumes"] if one.get("configuredAtLaunch")}
    if expected != {one["name"] for one in configurations}:
        raise common.VOLUME_CONFIGURATION_MISSING.error()
    if configurations:
        raise common.VOLUMES_NOT_SIMULATED.error()


def _network_of(old: Specification | None) -> Mapping[str, Any] | None:
    return None if old is None else {"awsvpcConfiguration": old.network}


def _family(definition: TaskDefinitionState) -> str:
    system = (definition.body.get("runtimePlatform") or {}).get("operatingSystemFamily", "LINUX")
    return "Linux" if system == "LINUX" else str(system)


def _monitoring(params: Mapping[str, Any], old: Specification | None) -> Mapping[str, Any] | None:
    given = params.get("monitoring")
    if given is None:
        return old.monitoring if old else None
    for one in given.get("metricConfigurations") or ():
        if one["resolutionSeconds"] not in _RESOLUTIONS:
            raise wording.MONITORING_RESOLUTION.error(given=one["resolutionSeconds"])
    kept: Mapping[str, Any] = copy(dict(given))
    return kept


def _service_connect(
    params: Mapping[str, Any], old: Specification | None
) -> Mapping[str, Any] | None:
    given = params.get("serviceConnectConfiguration")
    if given is None:
        return old.service_connect if old else None
    kept: Mapping[str, Any] = copy(dict(given))
    return kept
