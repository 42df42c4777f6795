"""One region's ECS: what its operations share, and which operation answers what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from fargate_kit.sim.awslogs import LogSink
from fargate_kit.sim.ecs.account_settings import AccountSettings
from fargate_kit.sim.ecs.capacity_providers import CapacityProviders
from fargate_kit.sim.ecs.clusters import Clusters
from fargate_kit.sim.ecs.ground import Ground, Outside
from fargate_kit.sim.ecs.inputs import check_values
from fargate_kit.sim.ecs.launch import Launcher
from fargate_kit.sim.ecs.lifecycle import Lifecycle
from fargate_kit.sim.ecs.limits import Limits
from fargate_kit.sim.ecs.references import References
from fargate_kit.sim.ecs.run_task import RunTask
from fargate_kit.sim.ecs.services.services import Services
from fargate_kit.sim.ecs.state import RegionState
from fargate_kit.sim.ecs.tags import Tags
from fargate_kit.sim.ecs.task_definitions import TaskDefinitions
from fargate_kit.sim.ecs.tasks import Tasks
from fargate_kit.sim.engine import Engine
from fargate_kit.sim.errors import UnsupportedOperation
from fargate_kit.sim.faults import Faults
from fargate_kit.sim.load_balancing.protocol import LoadBalancing
from fargate_kit.sim.network import Addresses
from fargate_kit.sim.quota_keeping import QuotaKeeper
from fargate_kit.sim.timing import Timing
from fargate_kit.sim.workloads import Workloads

Operation = Callable[[Mapping[str, Any]], dict[str, Any]]

_NO_INSTANCES = "It needs container instances, and a simulated cluster has none: use RunTask."


class OwningAccount(Protocol):
    """The account to which a region belongs."""

    engine: Engine
    timing: Timing
    workloads: Workloads
    faults: Faults
    quotas: QuotaKeeper

    @property
    def id(self) -> str:
        """Twelve digits."""
        ...

    @property
    def moto(self) -> Outside:
        """The services beside ECS."""
        ...

    @property
    def logs(self) -> LogSink:
        """Where the lines of containers go."""
        ...

    @property
    def regions(self) -> tuple[EcsRegion, ...]:
        """The regions used so far."""
        ...


class EcsRegion:
    """The simulated ECS of one region.

    Operations are synchronous and see the world as it is at the engine's `now`: whoever
    calls advances the engine first.

    Args:
        account: Whose engine, faults, workloads and other services are used.
        region: e.g. `eu-west-1`.
    """

    def __init__(self, account: OwningAccount, region: str) -> None:
        self.region = region
        self.state = RegionState()
        self.addresses = Addresses(
            region,
            public_in_use=lambda address: any(
                other.addresses.has_public(address) for other in account.regions
            ),
        )
        references = References(region, account.id)
        self.ground = Ground(
            region=region,
            account_id=account.id,
            engine=account.engine,
            outside=account.moto,
            logs=account.logs,
            workloads=account.workloads,
            faults=account.faults,
            timing=account.timing,
            references=references,
            state=self.state,
            limits=Limits(account.quotas, region, self.state, references),
        )
        self.lifecycle = Lifecycle(self.ground, self.addresses)
        self.launcher = Launcher(self.ground, self.lifecycle)
        self.load_balancing: LoadBalancing | None = None
        self.services = Services(
            self.ground, self.lifecycle, self.launcher, lambda: self.load_balancing
        )
        self._tasks = Tasks(self.ground, self.lifecycle)
        self._operations = self._table()
        account.faults.attach(account)
        account.faults.begin(account.engine)

    @property
    def operations(self) -> tuple[str, ...]:
        """The simulated operations, as the service model names them."""
        return tuple(sorted(self._operations))

    def answer(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Run an operation.

        Args:
            operation: As the service model names it.
            params: The request, its types checked; nothing of it is kept.

        Returns:
            The answer as the service model has it, moments as seconds since the epoch; it
            shares nothing with the state.

        Raises:
            AwsError: AWS would refuse the request; nothing has changed.
            UnsupportedOperation: Nothing here simulates the operation.
        """
        run = self._operations.get(operation)
        if run is None:
            note = _NO_INSTANCES if operation == "StartTask" else ""
            raise UnsupportedOperation("ecs", operation, note)
        if operation != "RegisterTaskDefinition":  # it has rules of its own for its values
            check_values(operation, params)
        self.ground.limits.check(operation, params)
        return run(params)

    def interrupt_spot(self, task: str) -> bool:
        """Take the capacity of a Spot task back; tell whether the task is of this region."""
        return self._tasks.interrupt_spot(task)

    def kill_container(
        self, task: str, container: str | None, exit_code: int, out_of_memory: bool
    ) -> bool:
        """End a container of a task; tell whether the task is of this region."""
        return self._tasks.kill_container(task, container, exit_code, out_of_memory)

    def retire(self, task: str) -> bool:
        """Stop a task for maintenance; tell whether the task is of this region."""
        return self._tasks.retire(task)

    def spot_tasks(self) -> list[tuple[str, str, str]]:
        """List the Spot tasks that shall run: their ids, groups and zones."""
        return self._tasks.spot_tasks()

    def lose_zones(self, zones: Sequence[str]) -> None:
        """Stop the tasks of some zones, as if their hosts were gone."""
        self._tasks.lose_zones(zones)

    def _table(self) -> dict[str, Operation]:
        settings = AccountSettings(self.ground)
        clusters = Clusters(self.ground, settings)
        definitions = TaskDefinitions(self.ground)
        tags = Tags(self.ground)
        return {
            **self.services.operations,
            "CreateCluster": clusters.create_cluster,
            "DeleteAccountSetting": settings.delete_account_setting,
            "DeleteCluster": clusters.delete_cluster,
            "DeleteTaskDefinitions": definitions.delete_task_definitions,
            "DeregisterTaskDefinition": definitions.deregister_task_definition,
            "DescribeCapacityProviders": CapacityProviders(self.ground).describe_capacity_providers,
            "DescribeClusters": clusters.describe_clusters,
            "DescribeTaskDefinition": definitions.describe_task_definition,
            "DescribeTasks": self._tasks.describe_tasks,
            "ListAccountSettings": settings.list_account_settings,
            "ListClusters": clusters.list_clusters,
            "ListTagsForResource": tags.list_tags_for_resource,
            "ListTaskDefinitionFamilies": definitions.list_task_definition_families,
            "ListTaskDefinitions": definitions.list_task_definitions,
            "ListTasks": self._tasks.list_tasks,
            "PutAccountSetting": settings.put_account_setting,
            "PutAccountSettingDefault": settings.put_account_setting_default,
            "PutClusterCapacityProviders": clusters.put_cluster_capacity_providers,
            "RegisterTaskDefinition": definitions.register_task_definition,
            "RunTask": RunTask(self.ground, self.launcher).run_task,
            "StopTask": self._tasks.stop_task,
            "TagResource": tags.tag_resource,
            "UntagResource": tags.untag_resource,
            "UpdateCluster": clusters.update_cluster,
            "UpdateClusterSettings": clusters.update_cluster_settings,
        }
