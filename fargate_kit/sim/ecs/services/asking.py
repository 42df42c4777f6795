"""DescribeServices, ListServices, ListServicesByNamespace and DeleteService."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.ecs import wording as common
from fargate_kit.sim.ecs.clusters import find_cluster
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.pages import page
from fargate_kit.sim.ecs.services import pictures, wording
from fargate_kit.sim.ecs.services.finding import find_service, read_service_name
from fargate_kit.sim.ecs.services.state import ServiceState

MOST_DESCRIBED = 10
USUAL_PAGE = 10
_WITHOUT_SERVICES = {"schedulingStrategy": "DAEMON", "resourceManagementType": "ECS"}


class Asking:
    """The operations that tell of services, and the one that deletes them."""

    def __init__(self, ground: Ground, kick: Callable[[ServiceState], None]) -> None:
        self._ground = ground
        self._kick = kick

    def describe_services(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Describe services of one cluster, deleted ones too; the others are MISSING."""
        given = params["services"]
        if not given:
            raise wording.SERVICES_EMPTY.error()
        if len(given) > MOST_DESCRIBED:
            raise wording.TOO_MANY_SERVICES.error(count=len(given))
        cluster = find_cluster(self._ground, params.get("cluster"), active=False)
        tags = "TAGS" in (params.get("include") or ())
        names = dict.fromkeys(read_service_name(self._ground, cluster, one) for one in given)
        references = self._ground.references
        return {
            "services": [
                pictures.service(cluster.services[name], tags=tags)
                for name in names
                if name in cluster.services
            ],
            "failures": [
                {
                    "arn": references.arn("service", f"{cluster.name}/{name}"),
                    "reason": common.MISSING.say(),
                }
                for name in names
                if name not in cluster.services
            ],
        }

    def list_services(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """List the ACTIVE services of a cluster, in order of their creation."""
        cluster = find_cluster(self._ground, params.get("cluster"))
        none_of_these = [params.get(one) == value for one, value in _WITHOUT_SERVICES.items()]
        launch_type = params.get("launchType")
        rows = [
            service
            for service in cluster.services.values()
            if service.status == "ACTIVE"
            and not any(none_of_these)
            and launch_type in {None, service.specification.launch_type}
        ]
        rows.sort(key=lambda one: one.name)
        found, token = page(
            rows,
            {
                "maxResults": params.get("maxResults", USUAL_PAGE),
                "nextToken": params.get("nextToken"),
            },
            scope="ListServices",
            key=lambda one: one.name,
        )
        answer: dict[str, Any] = {"serviceArns": [one.arn for one in found]}
        if token:
            answer["nextToken"] = token
        return answer

    def list_services_by_namespace(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """List the services of a Cloud Map namespace: none, as no service can have one."""
        given = params["namespace"]
        known = {
            cluster.service_connect_namespace for cluster in self._ground.state.clusters.values()
        }
        if given not in known:
            raise wording.NAMESPACE_NOT_FOUND.error()
        page([], params, scope="ListServicesByNamespace", key=str)
        return {"serviceArns": []}

    def delete_service(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Begin to delete a service: it is DRAINING until its last task stops."""
        force = params.get("force", False)
        service = find_service(self._ground, params.get("cluster"), params["service"])
        if service.status == "ACTIVE":
            if service.desired > 0 and not force:
                raise wording.SERVICE_SCALED.error()
            service.status = "DRAINING"
            service.desired = 0
            for deployment in service.deployments:
                deployment.desired = 0
            self._kick(service)
        return {"service": pictures.service(service, tags=True)}
