"""ECS services as auto scaling sees and scales them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fargate_kit.sim.ecs.region import EcsRegion
from fargate_kit.sim.ecs.services.state import ServiceState


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFact:
    """A service at one moment.

    Args:
        deploying: Whether a deployment runs.
    """

    cluster: str
    name: str
    desired: int
    running: int
    deploying: bool


class Fleet:
    """The services of one region.

    Args:
        ecs: Gives the region's ECS; None if it has not been used yet.
    """

    def __init__(self, ecs: Callable[[], EcsRegion | None]) -> None:
        self._ecs = ecs

    def find(self, cluster: str, service: str) -> ServiceFact | None:
        """Find a service that is ACTIVE."""
        ecs = self._ecs()
        held = ecs.state.clusters.get(cluster) if ecs else None
        found = held.services.get(service) if held else None
        return None if found is None or found.status != "ACTIVE" else _fact(found)

    def all(self) -> Iterator[ServiceFact]:
        """Go through the services that are not INACTIVE."""
        ecs = self._ecs()
        for cluster in ecs.state.clusters.values() if ecs else ():
            for service in cluster.services.values():
                if service.status != "INACTIVE":
                    yield _fact(service)

    def set_desired(self, cluster: str, service: str, count: int) -> None:
        """Change the desired count, as UpdateService does.

        Raises:
            AwsError: UpdateService is refused.
        """
        ecs = self._ecs()
        if ecs is None:
            raise RuntimeError(f"nothing can be scaled before ECS is used: {cluster}/{service}")
        params = {"cluster": cluster, "service": service, "desiredCount": count}
        ecs.answer("UpdateService", params)


def _fact(service: ServiceState) -> ServiceFact:
    deploying = bool(service.deployments) and service.primary.rollout_state == "IN_PROGRESS"
    return ServiceFact(
        cluster=service.cluster.name,
        name=service.name,
        desired=service.desired,
        running=sum(one.roster.running for one in service.deployments),
        deploying=deploying or (bool(service.releases) and service.release.ongoing),
    )
