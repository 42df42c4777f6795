"""`lab.show`: pictures of the account, and panels that follow it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.connections.connection import Connection
from fargate_kit.errors import ConfigurationError
from fargate_kit.learn.bridge import Bridge
from fargate_kit.learn.command import run_command
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.policy_showing import roles_picture, text_picture
from fargate_kit.learn.reading import badge_of, changed_places, network_of, objects_of
from fargate_kit.learn.showing import show
from fargate_kit.learn.spending import meter_of, spending
from fargate_kit.learn.views.cost_meter import cost_meter, cost_meter_text
from fargate_kit.learn.views.explorer import explorer, explorer_text
from fargate_kit.learn.views.network_map import network_map, network_map_text
from fargate_kit.learn.views.revision_diff import revision_diff, revision_diff_text
from fargate_kit.load_balancing.load_balancer import LoadBalancer
from fargate_kit.load_balancing.target_group import TargetGroup
from fargate_kit.model.policy_document import Policy
from fargate_kit.model.values import Network
from fargate_kit.roles.role import Role
from fargate_kit.services.deployment import Deployment
from fargate_kit.services.service import Service
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import TaskDefinition
from fargate_kit.tasks.task_spec import TaskSpec

if TYPE_CHECKING:
    from fargate_kit.compose.difference import Difference
    from fargate_kit.learn.panels import LogPanel, RunPanel, ServicePanel, SizePanel, TaskPanel
    from fargate_kit.learn.panels.policy import PolicyPanel
    from fargate_kit.learn.panels.rollout import DeploymentPanel, TargetsPanel
    from fargate_kit.learn.panels.scaling import ScalingPanel
    from fargate_kit.learn.panels.steps import StepsPanel
    from fargate_kit.learn.panels.traffic import TrafficPanel
    from fargate_kit.sim.world import World

__all__ = ["Stage"]


class Stage:
    """Pictures are awaited where they look things up; panels follow by themselves until closing.

    Args:
        aws: Where to look.
        world: The simulated account, for dials that only such a one has; None is live AWS.
    """

    def __init__(self, aws: Connection, world: World | None = None) -> None:
        self._aws = aws
        self._world = world
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

    async def cost(self, *, limit: float | Decimal | None = None) -> Picture:
        """Show what costs something: an hour, until now, and if it is forgotten for 30 days.

        In an account with other people's things those of this lab count, and no others.

        Args:
            limit: Dollars that it may cost until now; None is no limit.

        Calls:
            those of `fargate_kit.learn.spending.spending()`
        """
        mark = None if self._world is not None else self._aws._session.mark
        spent = await spending(self._aws, mark=mark)
        meter = meter_of(spent, limit=limit, badge=badge_of(self._aws._session))
        return Picture(cost_meter_text(meter), cost_meter(meter))

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

    def roles(self, definition: TaskSpec | TaskDefinition) -> Picture:
        """Show the two roles of a definition's tasks: who needs which permission, and when."""
        return roles_picture(definition, region=self._aws.region)

    def policy(self, text: str) -> Picture:
        """Show a text that shall become a policy, with what IAM would refuse in it."""
        return text_picture(text)

    async def policies(
        self, *whose: Role | Policy, actions: Sequence[str] = (), resources: Sequence[str] = ()
    ) -> PolicyPanel:
        """Give menus that ask what roles, or policies that nobody has yet, may do on what.

        Args:
            actions: Actions to choose from, besides the usual ones.
            resources: ARNs to choose from, besides those that the policies name.

        Raises:
            ValueError: Nobody was given.

        Calls:
            those of `Role.policies()`; after each choice those of `Role.simulate()`
        """
        if not whose:
            raise ValueError("policies(): give one role or policy at least")
        kind = _panels().Principal
        asked = [
            kind(name=f"role {each.name}", role=each, policies=await each.policies())
            if isinstance(each, Role)
            else kind(name=each.name, policies=each)
            for each in whose
        ]
        panel: PolicyPanel = _panels().PolicyPanel(
            self._work(), asked, actions=actions, resources=resources
        )
        return panel

    def task(self, task: Task) -> TaskPanel:
        """Follow a task through its life."""
        panel: TaskPanel = _panels().TaskPanel(self._work(), task)
        return panel

    def service(self, service: Service) -> ServicePanel:
        """Follow a service and its deployments."""
        panel: ServicePanel = _panels().ServicePanel(self._work(), service)
        return panel

    def scaling(self, service: Service) -> ScalingPanel:
        """Follow a service and its auto scaling; a simulated one has a dial for its load."""
        panel: ScalingPanel = _panels().ScalingPanel(self._work(), service, self._world)
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

    def steps(self, difference: Difference | None = None) -> StepsPanel:
        """Show what a Compose project needs, and what becomes of it: an `on_step=` of its verbs.

        Args:
            difference: What is to be done; None lists steps as they come.
        """
        panel: StepsPanel = _panels().StepsPanel(
            self._work(), difference, badge=badge_of(self._aws._session)
        )
        return panel

    async def command(self, line: str) -> Picture:
        """Show what the command line says: a line of `fargate-kit`, on this lab's account.

        Args:
            line: As one would type it, such as `fargate-kit compose ps`.

        Raises:
            ConfigurationError: It is no line of `fargate-kit`.
        """
        return await run_command(self._aws, line)

    def targets(self, of: LoadBalancer | TargetGroup) -> TargetsPanel:
        """Follow how healthy the targets are, behind a load balancer or in one group."""
        panel: TargetsPanel = _panels().TargetsPanel(self._work(), self._aws, of)
        return panel

    def traffic(self, balancer: LoadBalancer, *, path: str = "/") -> TrafficPanel:
        """Give buttons that send requests to a load balancer, and show who answers them.

        A cell sends them as well: `await traffic.send(300)`, or `async with traffic.steady()`.

        Args:
            path: What is asked for.
        """
        panel: TrafficPanel = _panels().TrafficPanel(self._work(), balancer, path=path)
        return panel

    def deployment(self, deployment: Deployment) -> DeploymentPanel:
        """Follow a deployment: tasks of the old and the new revision, and what ECS says."""
        panel: DeploymentPanel = _panels().DeploymentPanel(self._work(), deployment)
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
