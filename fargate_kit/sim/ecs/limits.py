"""The quotas of one region's ECS: what its requests and its launches may come to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.sim import quota_wording
from fargate_kit.sim.ecs.references import References
from fargate_kit.sim.ecs.state import RegionState, TaskDefinitionState
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.quota_keeping import QuotaKeeper
from fargate_kit.sim.quotas import Quotas

SPOT = "FARGATE_SPOT"
_UNITS_PER_VCPU = 1024


class Limits:
    """Holds one region's ECS against the quotas of its account, if it has any.

    Args:
        keeper: The account's quotas.
        region: e.g. `eu-west-1`.
        state: What there is already.
        references: Reads the names of clusters.
    """

    def __init__(
        self, keeper: QuotaKeeper, region: str, state: RegionState, references: References
    ) -> None:
        self._keeper = keeper
        self._region = region
        self._state = state
        self._references = references

    def check(self, operation: str, params: Mapping[str, Any]) -> None:
        """Refuse a request after which there would be too much of something.

        Raises:
            AwsError: A quota is reached.
        """
        quotas = self._keeper.quotas
        if quotas is None:
            return
        if operation == "CreateCluster":
            self._check_clusters(quotas, params)
        elif operation in {"CreateService", "UpdateService"}:
            self._check_service(quotas, operation, params)
        elif operation == "RegisterTaskDefinition":
            self._check_definition(quotas, params)

    def admit_launch(self, providers: Sequence[str | None]) -> None:
        """Take the tokens of the tasks that RunTask is about to start.

        Raises:
            AwsError: They are more than may be launched at this moment; none is taken.
        """
        spot = sum(provider == SPOT for provider in providers)
        wanted = ((False, len(providers) - spot), (True, spot))
        for is_spot, count in wanted:
            most = self._keeper.launches(self._region, spot=is_spot)
            if most is not None and count > most:
                raise quota_wording.LAUNCHES_THROTTLED.error()
        for is_spot, count in wanted:
            self._keeper.launched(self._region, count, spot=is_spot)

    def grant_launches(self, service: str, provider: str | None, count: int) -> int:
        """Take the tokens of as many tasks of a service as may be launched at this moment.

        Args:
            service: Its ARN.
            provider: The capacity provider of the tasks.
            count: How many it wants to start.

        Returns:
            How many it may start.
        """
        spot = provider == SPOT
        for most in (
            self._keeper.launches(self._region, spot=spot),
            self._keeper.service_launches(self._region, service),
        ):
            count = count if most is None else min(count, most)
        self._keeper.launched(self._region, count, spot=spot)
        self._keeper.service_launched(self._region, service, count)
        return count

    def budget(self) -> VcpuBudget | None:
        """Count the vCPU that are in use, before tasks are started; None for no quota."""
        quotas = self._keeper.quotas
        return None if quotas is None else VcpuBudget(quotas, self._state)

    def _check_clusters(self, quotas: Quotas, params: Mapping[str, Any]) -> None:
        known = self._state.clusters.get(params.get("clusterName") or "default")
        if known is not None and known.status == "ACTIVE":
            return
        active = sum(one.status == "ACTIVE" for one in self._state.clusters.values())
        if active >= quotas.clusters:
            raise quota_wording.TOO_MANY_CLUSTERS.error(most=quotas.clusters)

    def _check_service(self, quotas: Quotas, operation: str, params: Mapping[str, Any]) -> None:
        discovered = bool(params.get("serviceRegistries")) or bool(
            (params.get("serviceConnectConfiguration") or {}).get("enabled")
        )
        most = quotas.tasks_per_discovered_service if discovered else quotas.tasks_per_service
        if params.get("desiredCount", 0) > most:
            raise quota_wording.DESIRED_COUNT.error()
        if operation != "CreateService":
            return
        try:
            name = self._references.cluster_name(params.get("cluster"))
        except AwsError:
            return  # the operation itself says what is wrong with it
        cluster = self._state.clusters.get(name)
        if cluster is None or params["serviceName"] in cluster.services:
            return
        if cluster.services_of("ACTIVE") + cluster.services_of("DRAINING") >= (
            quotas.services_per_cluster
        ):
            raise quota_wording.TOO_MANY_SERVICES.error(most=quotas.services_per_cluster)

    def _check_definition(self, quotas: Quotas, params: Mapping[str, Any]) -> None:
        count = len(params["containerDefinitions"])
        if count > quotas.containers_per_task_definition:
            raise quota_wording.TOO_MANY_CONTAINERS.error(
                most=quotas.containers_per_task_definition, count=count
            )
        size = len(json.dumps(params, separators=(",", ":")).encode())
        if size > quotas.task_definition_size:
            raise quota_wording.DEFINITION_TOO_LARGE.error(most=quotas.task_definition_size)
        family = self._state.families.get(params["family"])
        if family is not None and family.last_revision >= quotas.revisions_per_family:
            raise quota_wording.TOO_MANY_REVISIONS.error(
                most=quotas.revisions_per_family, family=family.name
            )


class VcpuBudget:
    """The vCPU that are still free, while one request or one round of a service starts tasks.

    A task counts from its start until it is STOPPED (from when to when is not published).
    """

    def __init__(self, quotas: Quotas, state: RegionState) -> None:
        self._free = {
            False: quotas.on_demand_vcpu * _UNITS_PER_VCPU,
            True: quotas.spot_vcpu * _UNITS_PER_VCPU,
        }
        for cluster in state.clusters.values():
            for task in cluster.tasks.values():
                if task.last_status != "STOPPED":
                    self._free[task.capacity_provider == SPOT] -= int(task.cpu)

    def refusal(self, provider: str | None, units: str) -> str | None:
        """Take the vCPU of one more task, or tell why it cannot have them.

        Args:
            provider: Its capacity provider.
            units: Its CPU units, as its definition has them.
        """
        spot, wanted = provider == SPOT, int(units)
        if self._free[spot] < wanted:
            return quota_wording.NO_VCPU.say()
        self._free[spot] -= wanted
        return None


def cpu_units(definition: TaskDefinitionState, overrides: Mapping[str, Any]) -> str:
    """Tell the CPU units of a task."""
    units: str = overrides.get("cpu") or definition.body["cpu"]
    return units
