"""What is in a cluster and in its network: what goes with it, and what keeps it from going."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fargate_kit.cli.cluster_network import PARTS
from fargate_kit.cli.which_cluster import Meant, mark_of

if TYPE_CHECKING:
    from fargate_kit.clusters.cluster import Cluster
    from fargate_kit.connections.connection import Connection
    from fargate_kit.services.service import Service
    from fargate_kit.tasks.task import Task
    from fargate_kit.teardown.leftovers import Leftover

__all__ = ["Inside", "look_inside"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """A cluster with what is in it, and what `up` made for it.

    Attributes:
        cluster: None if there is none.
        services: Those in the cluster.
        tasks: Those of no service that run, or shall.
        others: All other tasks that AWS still knows: of services, stopping, or stopped.
        parts: What there is of its network.
        foreign: What somebody else has in the VPC, each in words with what to do about it.
        not_seen: What could not be looked for, and why.
    """

    cluster: Cluster | None = None
    services: tuple[Service, ...] = ()
    tasks: tuple[Task, ...] = ()
    others: tuple[Task, ...] = ()
    parts: tuple[Leftover, ...] = ()
    foreign: tuple[str, ...] = ()
    not_seen: tuple[str, ...] = field(default=(), compare=False)

    def __bool__(self) -> bool:
        return self.cluster is not None or bool(self.parts)

    @property
    def stopping(self) -> tuple[Task, ...]:
        """Tasks that were told to stop, and have not yet."""
        return tuple(
            each
            for each in self.others
            if each.status != "STOPPED" and each.desired_status == "STOPPED"
        )

    @property
    def vpcs(self) -> tuple[str, ...]:
        """The VPCs of the network."""
        return tuple(each.id for each in self.parts if each.kind == "VPC")

    def residents(self) -> list[str]:
        """Return what is in the cluster and does not go by itself, in words."""
        return [
            *(f"service {each.name}" for each in self.services if each.status != "DRAINING"),
            *(f"task {each.id[:8]}" for each in self.tasks),
        ]

    def names(self) -> list[str]:
        """Return all that goes, in the order in which it does."""
        return [
            *(f"service {each.name}" for each in self.services),
            *(f"task {each.id[:8]}" for each in self.tasks),
            *([f"cluster {self.cluster.name}"] if self.cluster else ()),
            *map(str, self.parts),
        ]

    def task_counts(self) -> dict[str, str]:
        """Return what is told beside the name of a service: how many tasks go with it."""
        counts = {
            f"service {each.name}": each.running_count + each.pending_count
            for each in self.services
        }
        return {name: f", {count} task{'s' * (count != 1)}" for name, count in counts.items()}

    def objections(self, which: Meant, *, force: bool) -> Iterator[tuple[str, str]]:
        """Yield why it is not taken down, each with the word that names the matter."""
        from fargate_kit.ownership import owned_by

        mark, residents = mark_of(which.name), self.residents()
        inside = f"{', '.join(residents)} {'are' if len(residents) > 1 else 'is'} in it"
        is_own = self.cluster is None or owned_by(self.cluster.tags, mark)
        rest = f"; `fargate-kit teardown {mark}` takes its network alone" if self.parts else ""
        if not is_own and residents:
            yield (
                "cluster",
                f"`fargate-kit up` did not make cluster {which.name}, and {inside}: delete that "
                f"first, or the whole where it was made{rest}",
            )
        elif not is_own and not which.is_named:
            yield (
                "cluster",
                f"`fargate-kit up` did not make cluster {which.name}: name it to have it deleted, "
                f"`fargate-kit down {which.name}`{rest}",
            )
        elif residents and not force:
            yield "cluster", f"{inside}; --force deletes what is in cluster {which.name} as well"
        for each in self.foreign:
            yield "network", each


async def look_inside(aws: Connection, name: str) -> Inside:
    """Look at a cluster, at what is in it, and at the network that `up` made for it.

    Calls:
        ecs:DescribeClusters; ecs:ListServices, ecs:DescribeServices, ecs:ListTasks and
        ecs:DescribeTasks where there is a cluster; ec2:DescribeSecurityGroups,
        ec2:DescribeSubnets, ec2:DescribeRouteTables, ec2:DescribeInternetGateways,
        ec2:DescribeVpcs; where there is a VPC elasticloadbalancing:DescribeLoadBalancers,
        ec2:DescribeNetworkInterfaces, ec2:DescribeSecurityGroups and ec2:DescribeSubnets
    """
    from fargate_kit.errors import NotFound, TeardownIncomplete

    parts: tuple[Leftover, ...] = ()
    not_seen: list[str] = []
    try:
        parts = await aws.leftovers(mark_of(name), kinds=PARTS)
    except TeardownIncomplete as error:
        # Whoever made a cluster alone need not be allowed to look at networks.
        not_seen += error.problems
    services: list[Service] = []
    tasks: list[Task] = []
    cluster: Cluster | None = None
    try:
        cluster = await aws.cluster(name)
        services = [each async for each in cluster.services() if each.status != "INACTIVE"]
        for desired_status in ("RUNNING", "STOPPED"):
            tasks += [each async for each in cluster.tasks(desired_status=desired_status)]
    except NotFound:
        cluster, services, tasks = None, [], []
    alone = [
        each for each in tasks if each.desired_status == "RUNNING" and not _is_of_service(each)
    ]
    foreign: list[str] = []
    for vpc_id in (each.id for each in parts if each.kind == "VPC"):
        known = {each.id for each in parts}
        foreign += [each async for each in _foreign(aws, vpc_id, tasks, known, not_seen)]
    return Inside(
        cluster=cluster,
        services=tuple(services),
        tasks=tuple(alone),
        others=tuple(each for each in tasks if each not in alone),
        parts=parts,
        foreign=tuple(foreign),
        not_seen=tuple(not_seen),
    )


def _is_of_service(task: Task) -> bool:
    return (task.group or "").startswith("service:")


async def _foreign(
    aws: Connection, vpc_id: str, tasks: Sequence[Task], known: set[str], not_seen: list[str]
) -> AsyncIterator[str]:
    """Yield what in a VPC would keep it, and does not go with the cluster's tasks."""
    from fargate_kit.errors import ApiError

    try:
        async for balancer in aws.load_balancers():
            if balancer.vpc_id == vpc_id:
                yield f"load balancer {balancer.name} is in {vpc_id}: delete it first"
    except ApiError as error:
        not_seen.append(f"could not look for load balancers: {error}")
    api, here = aws._session.api, [{"Name": "vpc-id", "Values": [vpc_id]}]
    own = {each.network_interface.id for each in tasks if each.network_interface is not None}
    async for page in api.pages("ec2", "DescribeNetworkInterfaces", Filters=here):
        for raw in page["NetworkInterfaces"]:
            id, text = raw["NetworkInterfaceId"], raw.get("Description") or "no description"
            # Those of load balancers were told by the balancers' names.
            if id not in own and not text.startswith("ELB "):
                yield f"{id} ({text}) is in {vpc_id}: end what uses it first"
    async for page in api.pages("ec2", "DescribeSecurityGroups", Filters=here):
        for raw in page["SecurityGroups"]:
            if raw["GroupId"] not in known and raw["GroupName"] != "default":
                yield (
                    f"security group {raw['GroupId']} ({raw['GroupName']}) is in {vpc_id}, and "
                    "`fargate-kit up` did not make it: delete it first"
                )
    async for page in api.pages("ec2", "DescribeSubnets", Filters=here):
        for raw in page["Subnets"]:
            if raw["SubnetId"] not in known:
                yield (
                    f"subnet {raw['SubnetId']} is in {vpc_id}, and `fargate-kit up` did not make "
                    "it: delete it first"
                )
