"""Finding services, and their deployments and revisions, by what requests call them."""

from __future__ import annotations

from fargate_kit.sim.ecs.clusters import find_cluster
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.references import NAME
from fargate_kit.sim.ecs.services import wording
from fargate_kit.sim.ecs.services.state import ServiceState
from fargate_kit.sim.ecs.state import ClusterState


def read_service_name(ground: Ground, cluster: ClusterState, given: str) -> str:
    """Read a service's name or ARN.

    Args:
        ground: The region.
        cluster: The cluster that the request names.
        given: A name, or an ARN with or without the cluster's name.

    Raises:
        AwsError: It is neither, or an ARN of another cluster's service.
    """
    name = given
    if given.startswith("arn:"):
        kind, rest = ground.references.kind(given)
        owner, _, name = rest.rpartition("/")
        if kind != "service" or (owner and owner != cluster.name):
            raise wording.SERVICE_OF_OTHER_CLUSTER.error(given=given)
    if not NAME.fullmatch(name):
        raise wording.SERVICE_NAME_INVALID.error()
    return name


def find_service(ground: Ground, cluster_given: str | None, given: str) -> ServiceState:
    """Find a service that is ACTIVE or DRAINING.

    Raises:
        AwsError: There is no such cluster or service.
    """
    cluster = find_cluster(ground, cluster_given)
    service = cluster.services.get(read_service_name(ground, cluster, given))
    if service is None or service.status == "INACTIVE":
        raise wording.SERVICE_NOT_FOUND.error()
    return service


def owner_of(ground: Ground, arn: str, kind: str) -> ServiceState | None:
    """Find the service that an ARN of a service deployment or revision names.

    Args:
        ground: The region.
        arn: The ARN.
        kind: `service-deployment` or `service-revision`.

    Raises:
        AwsError: It is no ARN of that kind, region and account.
    """
    found, rest = ground.references.kind(arn)
    parts = rest.split("/")
    if found != kind or len(parts) != 3:
        raise wording.ARN_OF_OTHER_KIND.error(given=arn, kind=kind)
    cluster = ground.state.clusters.get(parts[0])
    return None if cluster is None else cluster.services.get(parts[1])
