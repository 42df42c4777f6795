"""What is there of the shop, read once a look, and what a probe of it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.errors import EndpointUnreachable, NotFound
from fargate_kit.learn.checking import Finding, Scene
from fargate_kit.services.service import Service
from fargate_kit.services.web_service import WebService
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["WEB", "WORKER", "Group", "Probe", "Shop"]

T = TypeVar("T")
Look = Callable[["Shop"], AsyncIterator[Finding]]
NAME, WEB, WORKER = "shop", "web", "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing that the shop shall be; it holds if every finding of a look is as it shall be.

    Attributes:
        what: In words.
        exercise: The id of the one that it belongs to.
    """

    name: str
    what: str
    exercise: str
    look: Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Probes that belong together, and the chapters in which their matter is."""

    title: str
    chapters: tuple[int, ...]
    probes: tuple[Probe, ...]


@dataclass(slots=True)
class Shop:
    """What a look at the account finds of the shop; everything is asked for once.

    Args:
        scene: Where to look.
    """

    scene: Scene
    _known: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The shop's name in this account."""
        return self.scene.name(NAME)

    @property
    def log_group(self) -> str:
        """Where its containers write."""
        return f"/ecs/{self.name}"

    async def cluster(self) -> Cluster | None:
        """Return the shop's cluster."""
        return await self.once("cluster", lambda: self.scene.aws.cluster(self.name))

    async def definition(self, part: str) -> TaskDefinition | None:
        """Return the newest active revision of `web` or `worker`."""
        family = f"{self.name}-{part}"
        return await self.once(family, lambda: self.scene.aws.task_definition(family))

    async def service(self, part: str) -> Service | None:
        """Return the service `web` or `worker`."""
        cluster = await self.cluster()
        if cluster is None:
            return None
        return await self.once(f"service {part}", lambda: cluster.service(part))

    async def web_service(self) -> WebService | None:
        """Return the service `web` with its balancer."""
        cluster = await self.cluster()
        if cluster is None:
            return None
        return await self.once("web service", lambda: cluster.web_service(WEB))

    async def look(self, probe: Probe) -> AsyncIterator[Finding]:
        """Look at a probe, and note it if it holds; what goes wrong is a finding as well."""
        found: list[Finding] = []
        try:
            found += [each async for each in probe.look(self)]
        except EndpointUnreachable:
            raise
        except Exception as error:
            # A learner's account may be in any state; a probe that stumbles says over what.
            saw = f"{type(error).__name__}: {error}"
            found.append(Finding(ok=False, what="the rest could be looked at", saw=saw))
        if found and all(each.ok for each in found):
            self.scene.notes.held.setdefault(probe.name, datetime.now(UTC))
        for each in found:
            yield each

    async def once(self, key: str, find: Callable[[], Awaitable[T]]) -> T | None:
        """Return what is found, None if there is none; asked for once."""
        if key not in self._known:
            try:
                self._known[key] = await find()
            except NotFound:
                self._known[key] = None
        found: T | None = self._known[key]
        return found
