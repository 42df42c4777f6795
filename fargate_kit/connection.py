"""The front door: one connection to ECS in one region."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

from fargate_kit import cluster as clusters
from fargate_kit import (
    load_balancer,
    load_balancer_creation,
    logs,
    preflight,
    role_creation,
    roles,
    security_groups,
    task_definition,
)
from fargate_kit import network as networks
from fargate_kit import teardown as teardowns
from fargate_kit import temporary as temporaries
from fargate_kit.cluster import CAPACITY_PROVIDERS, Cluster
from fargate_kit.core.api import Api, Credentials
from fargate_kit.core.clock import Clock, RealClock
from fargate_kit.core.opening import Opening
from fargate_kit.core.session import Session
from fargate_kit.core.transport import Transport
from fargate_kit.created_network import CreatedNetwork, create_network
from fargate_kit.leftovers import Leftover
from fargate_kit.load_balancer import LoadBalancer
from fargate_kit.model.arguments import wrong_argument
from fargate_kit.model.ingress import Source
from fargate_kit.model.problems import Problem
from fargate_kit.model.values import Network
from fargate_kit.network import Interface
from fargate_kit.network_check import check_network
from fargate_kit.preflight import Preflight
from fargate_kit.roles import Role
from fargate_kit.security_groups import SecurityGroup
from fargate_kit.service_spec import Target
from fargate_kit.task import Task
from fargate_kit.task_definition import TaskDefinition
from fargate_kit.task_spec import TaskSpec
from fargate_kit.teardown import TornDown

__all__ = ["Connection", "connect"]


class Connection:
    """ECS in one region of one account; made by `connect()`.

    It holds no task and no cancel scope, so it may be opened in one notebook cell or fixture, used
    in others, and closed in yet another.
    """

    def __init__(self, session: Session, *, closes: bool = True) -> None:
        self._session = session
        self._closes = closes

    def __repr__(self) -> str:
        where = f", endpoint_url={self.endpoint_url!r}" if self.endpoint_url else ""
        return f"Connection(region={self.region!r}{where})"

    @property
    def region(self) -> str:
        """The AWS region."""
        return self._session.api.region

    @property
    def endpoint_url(self) -> str | None:
        """Where calls go instead of AWS; None is AWS itself."""
        return self._session.api.endpoint_url

    @property
    def clock(self) -> Clock:
        """The clock that every wait of this connection is timed by."""
        return self._session.clock

    @property
    def calls(self) -> Counter[str]:
        """How often each operation was called so far, by names such as `ecs:RunTask`."""
        return Counter(self._session.api.calls)

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

    async def register(self, spec: TaskSpec) -> TaskDefinition:
        """Register a revision if the family's newest active one differs from what is wanted.

        Safe with other writers: where somebody registers the same at the same moment, one revision
        stays.

        Returns:
            The new revision, or the newest one if nothing changed.

        Raises:
            InvalidSpec: Every problem of the specification, before any call.

        Calls:
            ecs:DescribeTaskDefinition, ecs:RegisterTaskDefinition, ecs:TagResource (where tags
            change), ecs:DeregisterTaskDefinition (where another writer was first)
        """
        return await task_definition.register(self._session, spec)

    async def task_definition(self, name: str) -> TaskDefinition:
        """Look up a revision by `family:revision` or ARN, or a family's newest active one.

        Raises:
            NotFound: There is none.

        Calls:
            ecs:DescribeTaskDefinition
        """
        return await task_definition.describe(self._session, name)

    async def revisions(
        self, family: str, *, status: str = "ACTIVE"
    ) -> AsyncIterator[TaskDefinition]:
        """Yield a family's revisions, the newest first.

        Args:
            status: `ACTIVE`, `INACTIVE` or `DELETE_IN_PROGRESS`.

        Calls:
            ecs:ListTaskDefinitions, ecs:DescribeTaskDefinition for each
        """
        async for each in task_definition.revisions(self._session, family, status=status):
            yield each

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

        return Opening(make)

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

    async def create_execution_role(
        self,
        definition: TaskSpec | TaskDefinition | Mapping[str, Any],
        name: str | None = None,
        *,
        kms_keys: Sequence[str] = (),
        statements: Sequence[Mapping[str, Any]] = (),
        policies: Sequence[str] = (),
        boundary: str | None = None,
        path: str = "/",
        tags: Mapping[str, str] | None = None,
        change_foreign: bool = False,
        settle: float = role_creation.SETTLE,
    ) -> Role:
        """Make the role with which ECS starts the tasks of one definition, and does no more.

        From the definition come its private ECR repositories, its log groups, its secrets and
        parameters, and its environment files; a public image without logs needs nothing. Only ECS
        may take the role, for tasks of this account in this region (ECS Developer Guide,
        `task-iam-roles`, on the confused deputy).

        It can be called again: a role of that name that is as wanted is taken as it is, and one
        that fargate_kit made is brought in line. Policies that others added stay. If making it
        fails or is cancelled half-way, nothing is left; a change that fails half-way is finished
        by asking again.

        After a change it waits, because ECS may not be able to take a new role for some seconds,
        and no API tells when it can. A service would not be refused either: it fails to start a
        task, and tries again half a minute later.

        Args:
            definition: What shall run: a specification, a revision, or AWS's own JSON.
            name: None is `<family>-execution-<region>`: IAM has no regions, and what the role may
                do belongs to one.
            kms_keys: ARNs of KMS keys of your own that encrypt its secrets: they are not in the
                definition.
            statements: Further statements of IAM.
            policies: ARNs of managed policies that are attached as well.
            boundary: ARN of a permissions boundary.
            change_foreign: Whether a role that fargate_kit did not make may be changed.
            settle: Seconds to wait after a change.

        Raises:
            InvalidSpec: Every problem at once, before any call; or a role of that name differs and
                is not ours, or serves another region.

        Calls:
            sts:GetCallerIdentity once; iam:GetRole; where there is none iam:CreateRole,
            iam:PutRolePolicy, iam:AttachRolePolicy for each managed policy and iam:TagRole;
            where there is one iam:ListRolePolicies, iam:GetRolePolicy,
            iam:ListAttachedRolePolicies (with managed policies), and what changes it:
            iam:UpdateAssumeRolePolicy, iam:PutRolePolicy, iam:DeleteRolePolicy,
            iam:AttachRolePolicy, iam:PutRolePermissionsBoundary, iam:TagRole
        """
        return await role_creation.create_execution_role(
            self._session,
            _members(definition),
            name=name,
            kms_keys=kms_keys,
            statements=statements,
            policies=policies,
            boundary=boundary,
            path=path,
            tags=tags,
            change_foreign=change_foreign,
            settle=settle,
        )

    async def create_task_role(
        self,
        name: str,
        *,
        statements: Sequence[Mapping[str, Any]] = (),
        policies: Sequence[str] = (),
        execute_command: bool = False,
        boundary: str | None = None,
        path: str = "/",
        tags: Mapping[str, str] | None = None,
        change_foreign: bool = False,
        settle: float = role_creation.SETTLE,
    ) -> Role:
        """Make the role that the code in the containers has, with the statements given.

        Trust, repetition, failure and waiting are those of `create_execution_role()`.

        Args:
            statements: IAM's statements, such as
                `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}`.
            policies: ARNs of managed policies that are attached as well.
            execute_command: Whether ECS Exec may be used on the tasks.
            boundary: ARN of a permissions boundary.
            change_foreign: Whether a role that fargate_kit did not make may be changed.
            settle: Seconds to wait after a change.

        Raises:
            InvalidSpec: Every problem at once, before any call; or a role of that name differs and
                is not ours.

        Calls:
            those of `create_execution_role()`
        """
        return await role_creation.create_task_role(
            self._session,
            name,
            statements=statements,
            policies=policies,
            execute_command=execute_command,
            boundary=boundary,
            path=path,
            tags=tags,
            change_foreign=change_foreign,
            settle=settle,
        )

    async def role(self, name: str) -> Role:
        """Look up a role by its name or ARN.

        Raises:
            NotFound: There is none.

        Calls:
            iam:GetRole
        """
        return await roles.describe(self._session, name)

    async def create_load_balancer(
        self,
        name: str,
        *,
        open_to: Source | Sequence[Source],
        network: Network | None = None,
        ports: Sequence[int] = (80,),
        internal: bool = False,
        tags: Mapping[str, str] | None = None,
    ) -> LoadBalancer:
        """Return the Application Load Balancer of that name if it is as asked for, or make it.

        It gets a security group of its own, which lets in nobody but whom you name, and the
        network's groups as well: the default group lets its members in, so tasks of the same
        network are reached. If the rest fails or the caller is cancelled, nothing is left.

        Args:
            name: 1 to 32 letters, digits and hyphens.
            open_to: Who may connect: address ranges, ids of security groups, or
                `fargate_kit.ANYWHERE`. An empty list is nobody.
            network: Its subnets, in two zones or more; None is `default_network()`.
            ports: The ports that are opened to them.
            internal: Whether it has private addresses only.

        Returns:
            The balancer, mostly still `provisioning`; `wait_active()` waits.

        Raises:
            InvalidSpec: Every problem at once.
            ApiError: AWS refused; one of that name with another scheme or other subnets is
                `DuplicateLoadBalancerName`.

        Calls:
            ec2:DescribeSubnets, elasticloadbalancing:DescribeLoadBalancers,
            ec2:CreateSecurityGroup, ec2:CreateTags, ec2:AuthorizeSecurityGroupIngress,
            elasticloadbalancing:CreateLoadBalancer, elasticloadbalancing:AddTags; those of
            `default_network()` if no network is given; ec2:DeleteSecurityGroup and
            elasticloadbalancing:DeleteLoadBalancer if the rest fails
        """
        return await load_balancer_creation.create(
            self._session,
            name,
            network=network,
            open_to=open_to,
            ports=ports,
            internal=internal,
            tags=tags,
        )

    async def load_balancer(self, name: str) -> LoadBalancer:
        """Look up a load balancer by its name or ARN.

        Raises:
            NotFound: There is none.

        Calls:
            elasticloadbalancing:DescribeLoadBalancers
        """
        return await load_balancer.describe(self._session, name)

    async def load_balancers(self) -> AsyncIterator[LoadBalancer]:
        """Yield the region's load balancers.

        Calls:
            elasticloadbalancing:DescribeLoadBalancers
        """
        async for each in load_balancer.load_balancers(self._session):
            yield each

    async def create_log_group(
        self,
        name: str,
        *,
        retention_days: int | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> bool:
        """Make sure that a log group is there, for the awslogs driver to write to.

        Args:
            retention_days: One of the numbers that CloudWatch Logs takes; None keeps for ever.

        Returns:
            Whether it was made just now.

        Calls:
            logs:CreateLogGroup, logs:PutRetentionPolicy (with a retention)
        """
        return await logs.create_log_group(
            self._session, name, retention_days=retention_days, tags=tags
        )

    async def delete_log_group(self, name: str) -> None:
        """Delete a log group and every line in it; one that is not there is fine.

        Calls:
            logs:DeleteLogGroup
        """
        await logs.delete_log_group(self._session, name)

    async def check(
        self,
        definition: TaskSpec | TaskDefinition,
        /,
        *,
        network: Network | None = None,
        targets: Sequence[Target] = (),
        execute_command: bool = False,
    ) -> Preflight:
        """Look for what would keep tasks of a definition from running, and change nothing.

        Everything is looked at, and every problem told at once with its remedy: what AWS would
        refuse in the definition; whether the roles are there, trust ECS and may do what is needed;
        whether images in ECR are there and built for the CPU architecture; whether secrets,
        parameters and log groups are there; whether the subnets reach all of that and have
        addresses left; whether target groups have a listener, the right type, VPC and zones, and
        get through to the tasks. Values of secrets are never read. What the caller may not look at
        is told as such.

        Args:
            definition: A specification, or a revision.
            network: None is `default_network()`, asked for once.
            targets: Where load balancers shall reach the tasks.
            execute_command: Whether ECS Exec must work as well.

        Returns:
            What was found; it is true if nothing is in the way and all could be seen.

        Calls:
            for each role iam:GetRole; for the execution role, where it needs anything,
            iam:ListRolePolicies, iam:ListAttachedRolePolicies, iam:GetRolePolicy for each inline
            policy, iam:GetPolicy and iam:GetPolicyVersion for each attached one;
            ecr:BatchGetImage for each container whose image is in ECR;
            secretsmanager:DescribeSecret for each secret; ssm:DescribeParameters if there are any;
            logs:DescribeLogGroups for each log group; those of `check_network()`; for each target
            elasticloadbalancing:DescribeTargetGroups, elasticloadbalancing:DescribeLoadBalancers,
            ec2:DescribeSubnets, ec2:DescribeSecurityGroups
        """
        if isinstance(definition, TaskDefinition):
            subject, spec = definition.name, definition.to_spec()
        else:
            subject, spec = definition.family, definition
        return await preflight.check(
            self._session,
            f"task definition {subject}",
            spec.to_api(),
            network=network,
            targets=targets,
            execute_command=execute_command,
        )

    def marked(self, mark: str) -> Connection:
        """Return this connection under another mark: `teardown(mark)` finds what it makes.

        Everything that fargate_kit makes carries the tag `fargate-kit`, whose value is the mark:
        `made` where nothing else was said. Both connections are one; only this one is closed.

        Args:
            mark: 1 to 200 letters, digits, spaces and `+ - = . _ : / @`.

        Raises:
            InvalidSpec: The mark is no value of a tag; nothing was sent.
        """
        return Connection(temporaries.marked(self._session, mark), closes=False)

    @asynccontextmanager
    async def temporary(self, name: str) -> AsyncIterator[Connection]:
        """Leave nothing of what is made in the block: `async with aws.temporary("x") as lesson`.

        At its end everything with the mark is taken down, whether the block ended well, by an error
        or by a cancellation, which waits for it. What is made through `aws` itself stays. If the
        process dies, `teardown(name)` does the rest later. Two blocks of one name at the same time
        share their end.

        Args:
            name: The mark, as of `marked()`.

        Raises:
            InvalidSpec: The name is no value of a tag; nothing was sent.
            ValueError: The name is `made`, which marks what was made outside.
            TeardownIncomplete: Something is left, or could not be looked for. If the block raised
                an error, that one is raised with a note instead.

        Calls:
            those of `teardown()`
        """
        async with temporaries.temporary(self._session, name) as session:
            yield Connection(session, closes=False)

    async def teardown(self, mark: str, *, kinds: Collection[str] | None = None) -> TornDown:
        """Delete everything in the region that carries a mark, and prove that nothing is left.

        What is used by something goes after what uses it; services and tasks are waited for. What
        cannot be deleted does not keep the rest from going. It looks for everything again at the
        end, and may be run again at any time. Roles have no region: they go wherever they were
        made from.

        Args:
            mark: The value of the tag `fargate-kit`; what was made without a mark has `made`.
            kinds: Of `teardown.KINDS`, those that are looked for, for instance where the caller may
                not list roles; None is all.

        Raises:
            InvalidSpec: The mark is no value of a tag, or a kind is not known; nothing was sent.
            TeardownIncomplete: Something is left, or could not be looked for; it names them.

        Calls:
            to look, twice: ecs:ListClusters, ecs:DescribeClusters, and for each cluster
            ecs:ListServices, ecs:DescribeServices, ecs:ListTasks, ecs:DescribeTasks;
            ecs:ListTaskDefinitions, ecs:DescribeTaskDefinition once for each revision;
            application-autoscaling:DescribeScalableTargets and ListTagsForResource;
            elasticloadbalancing:DescribeLoadBalancers, DescribeTargetGroups, DescribeListeners,
            DescribeRules, DescribeTags; logs:DescribeLogGroups, iam:ListRoles and
            cloudwatch:DescribeAlarms, and once for each of those logs:ListTagsForResource,
            iam:ListRoleTags, cloudwatch:ListTagsForResource; ec2:Describe of VPC endpoints, NAT
            gateways, addresses, security groups, subnets, route tables, internet gateways, VPCs;
            and what deletes what was found
        """
        return await teardowns.teardown(self._session, mark, kinds=kinds)

    async def leftovers(
        self, mark: str, *, kinds: Collection[str] | None = None
    ) -> tuple[Leftover, ...]:
        """Find everything in the region that carries a mark, and change nothing.

        Args:
            mark: The value of the tag `fargate-kit`; what was made without a mark has `made`.
            kinds: Of `teardown.KINDS`, those that are looked for; None is all.

        Raises:
            InvalidSpec: The mark is no value of a tag, or a kind is not known; nothing was sent.
            TeardownIncomplete: Something could not be looked for.

        Calls:
            to look, those of `teardown()`, once
        """
        return await teardowns.leftovers(self._session, mark, kinds=kinds)

    async def aclose(self) -> None:
        """Close the connection; closing it twice is fine."""
        if self._closes:
            await self._session.api.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


def _members(definition: TaskSpec | TaskDefinition | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a definition in AWS's own form."""
    if isinstance(definition, TaskSpec):
        return definition.to_api()
    return definition.raw if isinstance(definition, TaskDefinition) else definition


def connect(
    *,
    region: str | None = None,
    profile: str | None = None,
    endpoint_url: str | None = None,
    credentials: Credentials | None = None,
    clock: Clock | None = None,
    poll_every: float = 1.0,
    transport: Transport | None = None,
    seed: int | None = None,
) -> Opening[Connection]:
    """Open a connection: `aws = await connect()`, or `async with connect() as aws`.

    Nothing is sent before the first call. Region, credentials and endpoint come from the standard
    AWS environment and configuration files where they are not given.

    Args:
        region: None takes AWS_REGION, AWS_DEFAULT_REGION or the profile's.
        profile: A profile of the AWS configuration files; None takes AWS_PROFILE.
        endpoint_url: Where to send every call instead of AWS; None takes AWS_ENDPOINT_URL.
        credentials: A key pair instead of the standard chain.
        clock: Times every wait; None is real time.
        poll_every: Seconds on that clock between two looks at something young.
        transport: Carries the requests instead of the network.
        seed: Makes the spread of the looks repeatable; None draws anew.

    Raises:
        ConfigurationError: No region, a region or profile nobody knows, or a malformed endpoint.
        TypeError: An argument of another type.
    """
    texts = {"region": region, "profile": profile, "endpoint_url": endpoint_url}
    for name, given in texts.items():
        if given is not None and not isinstance(given, str):
            raise wrong_argument(f"connect({name}=…)", given, "a text or None")
    if credentials is not None and not isinstance(credentials, Credentials):
        remedy = "Credentials(access_key_id=…, secret_access_key=…)"
        raise wrong_argument(
            "connect(credentials=…)", credentials, "Credentials or None", remedy, hidden=True
        )
    session = Session(
        api=Api(
            region=region,
            profile=profile,
            endpoint_url=endpoint_url,
            credentials=credentials,
            transport=transport,
        ),
        clock=clock or RealClock(),
        poll_every=poll_every,
        jitter=random.Random(seed),
    )

    async def open() -> Connection:
        await session.api.open()
        return Connection(session)

    return Opening(open)
