"""The services of one region: the parts put together, and which operation answers what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.launch import Launcher
from fargate_kit.sim.ecs.lifecycle import Lifecycle
from fargate_kit.sim.ecs.services.asking import Asking
from fargate_kit.sim.ecs.services.creating import Creating
from fargate_kit.sim.ecs.services.events import EventLog, Identities
from fargate_kit.sim.ecs.services.history import History
from fargate_kit.sim.ecs.services.protecting import Protecting
from fargate_kit.sim.ecs.services.reading import SpecificationReader
from fargate_kit.sim.ecs.services.rollouts import Rollouts
from fargate_kit.sim.ecs.services.watching import Watch
from fargate_kit.sim.load_balancing.protocol import LoadBalancing

Operation = Callable[[Mapping[str, Any]], dict[str, Any]]


class Services:
    """ECS services of one region.

    Args:
        ground: The region.
        lifecycle: Of its tasks; its hooks are taken.
        launcher: Starts tasks.
        balancing: Gives the region's load balancing; None if it has none.
    """

    def __init__(
        self,
        ground: Ground,
        lifecycle: Lifecycle,
        launcher: Launcher,
        balancing: Callable[[], LoadBalancing | None],
    ) -> None:
        events = EventLog(ground)
        rollouts = Rollouts(ground, events, Identities(ground), lambda service: watch.kick(service))
        watch = Watch(ground, lifecycle, launcher, events, rollouts, balancing)
        reader = SpecificationReader(ground, balancing)
        creating = Creating(ground, reader, rollouts, watch.kick)
        asking = Asking(ground, watch.kick)
        history = History(ground, rollouts, watch.kick)
        protecting = Protecting(ground, watch, watch.kick)
        self.operations: dict[str, Operation] = {
            "CreateService": creating.create_service,
            "DeleteService": asking.delete_service,
            "DescribeServiceDeployments": history.describe_service_deployments,
            "DescribeServiceRevisions": history.describe_service_revisions,
            "DescribeServices": asking.describe_services,
            "GetTaskProtection": protecting.get_task_protection,
            "ListServiceDeployments": history.list_service_deployments,
            "ListServices": asking.list_services,
            "ListServicesByNamespace": asking.list_services_by_namespace,
            "StopServiceDeployment": history.stop_service_deployment,
            "UpdateService": creating.update_service,
            "UpdateTaskProtection": protecting.update_task_protection,
        }
