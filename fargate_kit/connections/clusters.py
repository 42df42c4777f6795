"""What a connection does with clusters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from fargate_kit.clusters import cluster as clusters
from fargate_kit.clusters.cluster import CAPACITY_PROVIDERS, Cluster
from fargate_kit.core.session import Session

__all__ = ["ClusterVerbs"]


class ClusterVerbs:
    """Make and find clusters."""

    _session: Session

    async def create_cluster(
        self,
        name: str = "default",
        *,
        capacity_providers: Sequence[str] = CAPACITY_PROVIDERS,
        tags: Mapping[str, str] | None = None,
    ) -> Cluster:
        """Return the active cluster of that name as it is, or make one.

        Args:
            name: At most 255 letters, digits, hyphens and underscores.
            capacity_providers: What a new cluster's tasks may ask for.

        Calls:
            ecs:DescribeClusters, ecs:CreateCluster (where there is none)
        """
        return await clusters.create(
            self._session, name, capacity_providers=capacity_providers, tags=tags
        )

    async def cluster(self, name: str) -> Cluster:
        """Look up a cluster by its name or ARN.

        Raises:
            NotFound: There is none, or it was deleted.

        Calls:
            ecs:DescribeClusters
        """
        return await clusters.describe(self._session, name)

    async def default_cluster(self) -> Cluster:
        """Return the cluster named `default`, which AWS takes where none is named.

        Raises:
            NotFound: Nobody has made it yet; `create_cluster()` without a name does.

        Calls:
            ecs:DescribeClusters
        """
        return await clusters.describe(self._session, "default")

    async def clusters(self) -> AsyncIterator[Cluster]:
        """Yield the region's clusters.

        Calls:
            ecs:ListClusters, ecs:DescribeClusters for every 100
        """
        async for each in clusters.clusters(self._session):
            yield each
