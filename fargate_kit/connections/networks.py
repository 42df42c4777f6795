"""What a connection does with networks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fargate_kit.core.opening import Opening
from fargate_kit.core.session import Session
from fargate_kit.model.ingress import Source
from fargate_kit.model.problems import Problem
from fargate_kit.model.values import Network
from fargate_kit.networks import network as networks
from fargate_kit.networks import security_groups
from fargate_kit.networks.check import check_network
from fargate_kit.networks.created_network import CreatedNetwork, create_network
from fargate_kit.networks.network import Interface
from fargate_kit.networks.security_groups import SecurityGroup
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import TaskDefinition
from fargate_kit.tasks.task_spec import TaskSpec

__all__ = ["NetworkVerbs"]


class NetworkVerbs:
    """Find, make and check networks."""

    _session: Session

    async def default_network(self, *, public_ip: bool = True) -> Network:
        """Find the default VPC's subnets, one in each zone, and its default security group.

        The default group lets nothing in from outside the group, and everything out.

        Args:
            public_ip: Whether tasks get a public address. Without one, a task in a default subnet
                cannot pull its image unless the VPC has a NAT gateway or endpoints for it.

        Raises:
            ConfigurationError: The region has no default VPC, or it has no subnets.

        Calls:
            ec2:DescribeVpcs, ec2:DescribeSubnets, ec2:DescribeSecurityGroups
        """
        return await networks.default_network(self._session, public_ip=public_ip)

    def create_network(
        self,
        name: str,
        *,
        cidr: str = "10.0.0.0/16",
        zones: int = 2,
        ports: int | Sequence[int | tuple[int, int]] = (),
        open_to: Source | Sequence[Source] = (),
        tags: Mapping[str, str] | None = None,
    ) -> Opening[CreatedNetwork]:
        """Make a VPC of its own: `async with` deletes it at the end, `await` leaves it to you.

        It has a public subnet in each of several zones, an internet gateway, a route table, and a
        security group that lets everything out, and nobody in but who is named. Tasks in it get
        public addresses. None of this costs anything by itself; public addresses of tasks do.

        If making it fails or is cancelled half-way, what was made is deleted again.

        Args:
            name: What consoles show, and the name of the group; several networks may have it.
            cidr: The range of the VPC, with 16 to 28 fixed bits.
            zones: How many zones, 1 to 16; a load balancer needs 2.
            ports: One port or several; two numbers are a range.
            open_to: Who may reach them: an address, a range, a security group, or several;
                `fargate_kit.ANYWHERE` is the whole internet.

        Raises:
            InvalidSpec: Every problem at once, before any call.
            ConfigurationError: The region has fewer zones with Fargate than are asked for.

        Calls:
            ec2:DescribeAvailabilityZones, ec2:CreateVpc, ec2:ModifyVpcAttribute,
            ec2:CreateInternetGateway, ec2:AttachInternetGateway, ec2:CreateRouteTable,
            ec2:CreateRoute, ec2:CreateSubnet and ec2:AssociateRouteTable for each zone,
            ec2:CreateSecurityGroup, ec2:AuthorizeSecurityGroupIngress (with ports), ec2:CreateTags
        """

        async def make() -> CreatedNetwork:
            return await create_network(
                self._session,
                name,
                cidr=cidr,
                zones=zones,
                ports=ports,
                open_to=open_to,
                tags=tags,
            )

        return Opening(make, call="create_network(…)")

    async def security_group(
        self,
        name: str,
        *,
        network: Network | None = None,
        vpc_id: str | None = None,
        ports: int | Sequence[int | tuple[int, int]] = (),
        open_to: Source | Sequence[Source] = (),
        protocol: str = "tcp",
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        change_foreign: bool = False,
    ) -> SecurityGroup:
        """Return the group of that name that lets in who is named by these ports, and nobody else.

        There is one or it is made; one that fargate_kit made is brought in line, so that rules
        that are not asked for any more go. What is in the group may go anywhere, as AWS has it.

        Args:
            network: Whose VPC it is in; None is the default VPC.
            vpc_id: The VPC, instead of a network.
            ports: One port or several; two numbers are a range.
            open_to: Who may reach them: an address, a range, a security group, or several;
                `fargate_kit.ANYWHERE` is the whole internet.
            protocol: `tcp` or `udp`.
            description: What consoles show of a new group; AWS never changes it.
            change_foreign: Whether a group that fargate_kit did not make may be changed.

        Raises:
            InvalidSpec: Every problem at once, before any call; or a group of that name differs
                and is not ours.
            ConfigurationError: There is no such network.

        Calls:
            ec2:DescribeSubnets or ec2:DescribeVpcs (without a VPC), ec2:DescribeSecurityGroups;
            where there is none ec2:CreateSecurityGroup, ec2:AuthorizeSecurityGroupIngress (with
            ports), ec2:DescribeSecurityGroups and ec2:CreateTags; where one differs
            ec2:AuthorizeSecurityGroupIngress, ec2:RevokeSecurityGroupIngress and
            ec2:DescribeSecurityGroups
        """
        return await security_groups.ensure(
            self._session,
            name,
            network=network,
            vpc_id=vpc_id,
            ports=ports,
            open_to=open_to,
            protocol=protocol,
            description=description,
            tags=tags,
            change_foreign=change_foreign,
        )

    async def check_network(
        self,
        network: Network | None,
        definition: TaskSpec | TaskDefinition | Mapping[str, Any],
        *,
        execute_command: bool = False,
    ) -> tuple[Problem, ...]:
        """Tell what would keep tasks from starting in a network, before any is run.

        From route tables, gateways, VPC endpoints, security groups and the public address setting
        follows whether a task of each subnet reaches its image registries, its log groups, its
        secrets, parameters and environment files. Network ACLs, IPv6 and policies of endpoints are
        not looked at, nor is what lies behind other networks: that is taken to lead on.

        Args:
            network: None is `default_network()`, asked for once.
            definition: A specification, a revision, or AWS's own JSON.
            execute_command: Whether ECS Exec must work as well.

        Returns:
            One problem for each reason, with the remedy; nothing if tasks can start.

        Calls:
            ec2:DescribeSubnets, ec2:DescribeSecurityGroups, ec2:DescribeRouteTables,
            ec2:DescribeInternetGateways, ec2:DescribeVpcEndpoints, ec2:DescribeVpcAttribute;
            ec2:DescribeNatGateways where a route leads to one, ec2:DescribeSubnets again where
            endpoints are in other subnets; those of `default_network()` if no network is given
        """
        if network is None:
            network = await self._session.once(networks.default_network)
        return await check_network(
            self._session, network, _members(definition), execute_command=execute_command
        )

    async def free_addresses(self, network: Network) -> dict[str, int]:
        """Return how many addresses each subnet of a network has left: a task takes one.

        A subnet that is not there is left out.

        Calls:
            ec2:DescribeSubnets
        """
        return await networks.free_addresses(self._session, network.subnets)

    async def interfaces(self, tasks: Iterable[Task]) -> dict[str, Interface]:
        """Return the network interface of each task, by the task's ARN.

        A task that has no interface yet, or no more, is left out.

        Calls:
            ec2:DescribeNetworkInterfaces, once for every 200 tasks
        """
        wanted = {
            task.arn: task.network_interface.id
            for task in tasks
            if task.network_interface is not None and task.network_interface.id
        }
        found = await networks.interfaces(self._session, wanted.values())
        return {arn: found[name] for arn, name in wanted.items() if name in found}

    async def public_ips(self, tasks: Iterable[Task]) -> dict[str, str | None]:
        """Return the public address of each task's network interface, by the interface's id.

        An interface without a public address has None, and one that is gone is left out.

        Calls:
            ec2:DescribeNetworkInterfaces, once for every 200 tasks
        """
        interfaces = [task.network_interface for task in tasks]
        return await networks.public_ips(
            self._session, [each.id for each in interfaces if each is not None and each.id]
        )


def _members(definition: TaskSpec | TaskDefinition | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a definition in AWS's own form."""
    if isinstance(definition, TaskSpec):
        return definition.to_api()
    return definition.raw if isinstance(definition, TaskDefinition) else definition
