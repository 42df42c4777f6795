"""Clusters: create, describe, list, update, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.sim.ecs import pictures, wording
from fargate_kit.sim.ecs.account_settings import AccountSettings
from fargate_kit.sim.ecs.capacity_providers import check_providers, check_strategy
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.pages import page
from fargate_kit.sim.ecs.references import NAME
from fargate_kit.sim.ecs.state import ClusterState
from fargate_kit.sim.ecs.tags import read_tags

_INSIGHTS = ("enhanced", "enabled", "disabled")
_EVERYTHING = frozenset({"ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "TAGS"})


def find_cluster(ground: Ground, given: str | None, *, active: bool = True) -> ClusterState:
    """Find a cluster by its name or ARN.

    Args:
        ground: The region.
        given: As a request names it; None means `default`.
        active: Whether it must not be deleted.

    Raises:
        AwsError: There is none, or it is INACTIVE and must not be.
    """
    cluster = ground.state.clusters.get(ground.references.cluster_name(given))
    if cluster is None:
        raise wording.CLUSTER_NOT_FOUND.error()
    if active and cluster.status != "ACTIVE":
        raise wording.CLUSTER_INACTIVE.error()
    return cluster


class Clusters:
    """The operations on clusters."""

    def __init__(self, ground: Ground, settings: AccountSettings) -> None:
        self._ground = ground
        self._settings = settings

    def create_cluster(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Create a cluster, or answer with the one of that name."""
        name = params.get("clusterName", "default")
        if not NAME.fullmatch(name):
            raise wording.CLUSTER_NAME_INVALID.error()
        asked = self._new(name, params)
        held = self._ground.state.clusters.get(name)
        if held is not None and held.status == "ACTIVE":
            _compare(held, asked, params)
            return {"cluster": pictures.cluster(held, include=_EVERYTHING)}
        self._ground.state.clusters[name] = asked
        return {"cluster": pictures.cluster(asked, include=_EVERYTHING)}

    def describe_clusters(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Describe clusters, deleted ones too."""
        given = params.get("clusters") or ["default"]
        if len(given) > 100:
            raise wording.TOO_MANY_CLUSTERS.error(count=len(given))
        include = frozenset(params.get("include") or ())
        references = self._ground.references
        names = dict.fromkeys(references.cluster_name(one) for one in given)
        clusters = self._ground.state.clusters
        return {
            "clusters": [
                pictures.cluster(clusters[name], include=include)
                for name in names
                if name in clusters
            ],
            "failures": [
                {"arn": references.cluster(name), "reason": wording.MISSING.say()}
                for name in names
                if name not in clusters
            ],
        }

    def list_clusters(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """List the clusters that are not deleted."""
        active = sorted(
            (one for one in self._ground.state.clusters.values() if one.status != "INACTIVE"),
            key=lambda one: one.name,
        )
        found, token = page(active, params, scope="ListClusters", key=lambda one: one.name)
        answer: dict[str, Any] = {"clusterArns": [one.arn for one in found]}
        if token:
            answer["nextToken"] = token
        return answer

    def update_cluster(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Change the settings, the configuration or the default namespace."""
        cluster = find_cluster(self._ground, params["cluster"])
        settings = _read_settings(params.get("settings") or ())
        cluster.settings.update(settings)
        if "configuration" in params:
            cluster.configuration = pictures.copy(params["configuration"])
        if "serviceConnectDefaults" in params:
            # an empty namespace takes the default away (service model)
            cluster.service_connect_namespace = (
                params["serviceConnectDefaults"]["namespace"] or None
            )
        return {"cluster": pictures.cluster(cluster, include=_EVERYTHING)}

    def update_cluster_settings(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Change the settings."""
        cluster = find_cluster(self._ground, params["cluster"])
        cluster.settings.update(_read_settings(params["settings"]))
        return {"cluster": pictures.cluster(cluster, include=_EVERYTHING)}

    def put_cluster_capacity_providers(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the capacity providers and the default strategy."""
        cluster = find_cluster(self._ground, params["cluster"])
        providers = check_providers(params["capacityProviders"])
        strategy = check_strategy(params["defaultCapacityProviderStrategy"], providers)
        in_use = {
            task.capacity_provider
            for task in cluster.tasks.values()
            if task.last_status != "STOPPED"
        } | {
            item["capacityProvider"]
            for service in cluster.services.values()
            if service.status == "ACTIVE"
            for item in service.specification.strategy
        }
        if any(one in in_use for one in cluster.capacity_providers if one not in providers):
            raise wording.PROVIDER_IN_USE.error()
        cluster.capacity_providers = providers
        cluster.default_strategy = strategy
        cluster.providers_put = True
        return {"cluster": pictures.cluster(cluster, include=_EVERYTHING)}

    def delete_cluster(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make a cluster without active services and tasks INACTIVE."""
        cluster = find_cluster(self._ground, params["cluster"])
        if cluster.services_of("ACTIVE"):
            raise wording.CLUSTER_CONTAINS_SERVICES.error()
        if any(task.last_status != "STOPPED" for task in cluster.tasks.values()):
            raise wording.CLUSTER_CONTAINS_TASKS.error()
        cluster.status = "INACTIVE"
        cluster.tags = {}
        return {"cluster": pictures.cluster(cluster, include=_EVERYTHING)}

    def _new(self, name: str, params: Mapping[str, Any]) -> ClusterState:
        providers = check_providers(params.get("capacityProviders") or ())
        insights = self._settings.effective("containerInsights")
        settings = {"containerInsights": insights, **_read_settings(params.get("settings") or ())}
        defaults = params.get("serviceConnectDefaults") or {}
        return ClusterState(
            name=name,
            arn=self._ground.references.cluster(name),
            tags=read_tags(params.get("tags")),
            settings=settings,
            configuration=pictures.copy(params.get("configuration")),
            service_connect_namespace=defaults.get("namespace") or None,
            capacity_providers=providers,
            default_strategy=check_strategy(
                params.get("defaultCapacityProviderStrategy") or (), providers
            ),
        )


def _read_settings(given: Sequence[Mapping[str, str]]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for setting in given:
        name, value = setting.get("name", ""), setting.get("value", "")
        if name != "containerInsights":
            raise wording.CLUSTER_SETTING_UNKNOWN.error(name=name)
        if value not in _INSIGHTS:
            raise wording.CLUSTER_SETTING_INVALID.error(name=name, value=value)
        settings[name] = value
    return settings


def _compare(held: ClusterState, asked: ClusterState, params: Mapping[str, Any]) -> None:
    differs = (
        ("tags" in params and held.tags != asked.tags)
        or ("settings" in params and held.settings != asked.settings)
        or ("configuration" in params and held.configuration != asked.configuration)
        or (
            "capacityProviders" in params
            and sorted(held.capacity_providers) != sorted(asked.capacity_providers)
        )
        or (
            "defaultCapacityProviderStrategy" in params
            and held.default_strategy != asked.default_strategy
        )
        or (
            "serviceConnectDefaults" in params
            and held.service_connect_namespace != asked.service_connect_namespace
        )
    )
    if differs:
        raise wording.CLUSTER_DIFFERS.error()
