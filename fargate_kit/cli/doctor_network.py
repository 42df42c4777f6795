"""What `fargate-kit doctor` says of the network that a cluster's tasks would start in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fargate_kit.cli.desk import Desk
from fargate_kit.cli.doctor_finding import Finding
from fargate_kit.errors import ConfigurationError, FargateError

if TYPE_CHECKING:
    from fargate_kit.cli.cluster_network import Found
    from fargate_kit.clusters.cluster import Cluster
    from fargate_kit.model.values import Network

__all__ = ["look_at_network"]

NAME = "network"
# A definition that needs nothing but the network.
_PLAIN = {
    "family": "doctor",
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [{"name": "main", "image": "public.ecr.aws/docker/library/busybox"}],
}


async def look_at_network(desk: Desk, cluster: Cluster | None) -> Finding:
    """Look at the network that `up` made for the cluster, else at that of the default VPC.

    Calls:
        ec2:DescribeVpcs, and where `up` made one those of `find_networks()`; else those of
        `default_network()`; those of `check_network()` and `free_addresses()`
    """
    desk.asks("looking at the network")
    try:
        found = await _found(desk, cluster)
        if found is None or not found.whole:
            where, network = "the default VPC", await desk.aws.default_network()
        else:
            own = found.whole[0]
            where = f"{own.vpc_id}, which `fargate-kit up` made for it"
            network = own.network()
        finding = await _judge(desk, where, network)
    except ConfigurationError as error:
        remedy = (
            "make a network with the cluster (`fargate-kit up CLUSTER --network`), name subnets "
            "(--subnet), or make a default VPC: `aws ec2 create-default-vpc`"
        )
        return Finding(name=NAME, state="caution", text=str(error), remedies=(remedy,))
    except FargateError as error:
        return Finding(name=NAME, state="unknown", text=str(error))
    if found is None or cluster is None or len(found.whole) == 1:
        return finding
    return _torn(finding, found, cluster.name)


async def _found(desk: Desk, cluster: Cluster | None) -> Found | None:
    """Return what `up` made for a cluster; None if it made no network."""
    from fargate_kit.cli.cluster_network import find_networks
    from fargate_kit.cli.which_cluster import mark_of

    if cluster is None or not await desk.aws.leftovers(mark_of(cluster.name), kinds=["VPC"]):
        return None
    return await find_networks(desk.aws, mark_of(cluster.name))


async def _judge(desk: Desk, where: str, network: Network) -> Finding:
    problems = await desk.aws.check_network(network, _PLAIN)
    if problems:
        return Finding(
            name=NAME,
            state="problem",
            text=f"tasks in {where} would not start",
            remedies=tuple(problem.message for problem in problems),
        )
    free = await desk.aws.free_addresses(network)
    room = f"{len(network.subnets)} subnets, {sum(free.values())} addresses left"
    return Finding(name=NAME, state="ok", text=f"{where}: {room}, images are reached")


def _torn(finding: Finding, found: Found, name: str) -> Finding:
    """Add that there is more or less than one whole network of a cluster."""
    from dataclasses import replace

    if found.whole:
        there = ", ".join(each.vpc_id for each in found.whole)
        more = f"`fargate-kit up` made several, {there}; `fargate-kit down {name}` takes them away"
    else:
        more = f"an `up` was cut short; `fargate-kit up {name} --network` makes it whole"
    state = "caution" if finding.state == "ok" else finding.state
    return replace(finding, state=state, remedies=(*finding.remedies, more))
