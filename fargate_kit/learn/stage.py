"""`lab.show`: pictures of the account, and panels that follow it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.connections.connection import Connection
from fargate_kit.errors import ConfigurationError
from fargate_kit.learn.bridge import Bridge
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.reading import badge_of, changed_places, network_of, objects_of
from fargate_kit.learn.showing import show
from fargate_kit.learn.views.explorer import explorer, explorer_text
from fargate_kit.learn.views.network_map import network_map, network_map_text
from fargate_kit.learn.views.revision_diff import revision_diff, revision_diff_text
from fargate_kit.model.values import Network
from fargate_kit.services.service import Service
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import TaskDefinition

if TYPE_CHECKING:
    from fargate_kit.learn.panels import LogPanel, RunPanel, ServicePanel, SizePanel, TaskPanel

__all__ = ["Stage"]


class Stage:
    """Pictures are awaited where they look things up; panels follow by themselves until closing.

    Args:
        aws: Where to look.
    """

    def __init__(self, aws: Connection) -> None:
        self._aws = aws
        self._bridge: Bridge | None = None

    def __call__(self, thing: Any, *, contains: str = "") -> Picture:
        """Show a resource as it is given, as `fk.learn.show()`."""
        return show(thing, contains=contains)

    async def objects(self) -> Picture:
        """Show clusters with their services and tasks, and families with their revisions."""
        roots = await objects_of(self._aws)
        badge = badge_of(self._aws._session)
        return Picture(explorer_text(roots), explorer(roots, badge=badge))

    async def network(self, *tasks: Task) -> Picture:
        """Show where tasks have their interfaces.

        Args:
            tasks: None at all are those that every cluster has now.
        """
        chosen = list(tasks)
        if not tasks:
            async for cluster in self._aws.clusters():
                chosen += [task async for task in cluster.tasks()]
        picture = await network_of(self._aws, chosen)
        return Picture(network_map_text(picture), network_map(picture))

    def diff(self, old: TaskDefinition, new: TaskDefinition) -> Picture:
        """Show what changed from one revision to another."""
        places = changed_places(old.diff(new))
        return Picture(
            revision_diff_text(old.name, new.name, places),
            revision_diff(old.name, new.name, places),
        )

    def sizes(self, cpu: int = 256, memory: int = 512) -> SizePanel:
        """Show the sizes of Fargate, with menus to choose one and its price."""
        panel: SizePanel = _panels().SizePanel(cpu, memory, region=self._aws.region)
        return panel

    def task(self, task: Task) -> TaskPanel:
        """Follow a task through its life."""
        panel: TaskPanel = _panels().TaskPanel(self._work(), task)
        return panel

    def service(self, service: Service) -> ServicePanel:
        """Follow a service and its deployments."""
        panel: ServicePanel = _panels().ServicePanel(self._work(), service)
        return panel

    def log(self, task: Task) -> LogPanel:
        """Follow the log of a task, with a filter and a pause."""
        panel: LogPanel = _panels().LogPanel(self._work(), task)
        return panel

    def runner(
        self, cluster: Cluster, definition: TaskDefinition, *, network: Network | None = None
    ) -> RunPanel:
        """Give buttons that run and stop tasks, and show what becomes of them."""
        panel: RunPanel = _panels().RunPanel(
            self._work(), self._aws, cluster, definition, network=network
        )
        return panel

    async def aclose(self) -> None:
        """End what follows by itself.

        Raises:
            BackgroundWorkFailed: Some of it had failed.
        """
        if self._bridge is not None:
            bridge, self._bridge = self._bridge, None
            await bridge.aclose()

    def _work(self) -> Bridge:
        if self._bridge is None:
            self._bridge = Bridge()
        return self._bridge


def _panels() -> Any:
    try:
        return import_module("fargate_kit.learn.panels")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("fargate_kit"):
            raise
        raise ConfigurationError(
            f"panels need {error.name}: pip install 'fargate-kit[learn]'; the pictures of "
            "fk.learn.show() do without"
        ) from None
