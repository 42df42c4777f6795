"""Makes and finds a service with a load balancer of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from fargate_kit.core.session import Session
from fargate_kit.core.undo import Making, making
from fargate_kit.errors import InvalidSpec, NotFound
from fargate_kit.load_balancing import target_group as target_groups
from fargate_kit.load_balancing.balancer_security import create_group
from fargate_kit.load_balancing.listener import Listener
from fargate_kit.load_balancing.load_balancer import LoadBalancer
from fargate_kit.load_balancing.load_balancer import describe as describe_balancer
from fargate_kit.load_balancing.load_balancer_creation import create as create_balancer
from fargate_kit.load_balancing.load_balancer_creation import openings, places
from fargate_kit.load_balancing.target_group import TargetGroup
from fargate_kit.load_balancing.target_rules import TargetHealthCheck, check_group, check_port
from fargate_kit.model.ingress import Source, ingress_of
from fargate_kit.model.problems import Problem
from fargate_kit.model.values import Network
from fargate_kit.networks.network import default_network
from fargate_kit.service_spec import ServiceSettings, Target
from fargate_kit.services import creation as service_creation
from fargate_kit.services import finding as service_finding
from fargate_kit.services.rules import check_service
from fargate_kit.services.service import Service
from fargate_kit.services.web_service import WebService, tasks_group_name
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["LoadBalancing", "create", "find"]

# Load balancers and target groups have at most so many characters in their names.
LONGEST_NAME = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancing:
    """How a service is reached by its load balancer.

    Attributes:
        port: The container port that takes the requests.
        open_to: Who may connect to the balancer: address ranges, ids of security groups, or
            `ANYWHERE`.
        container: The container's name; None is the one that maps the port.
        listen_on: The balancer's port; None is 80, or 443 with a certificate.
        certificate_arn: A certificate of ACM makes it a balancer of HTTPS.
        deregistration_delay: Seconds in which a task that is to stop may finish its requests.
        internal: Whether the balancer has private addresses only.
    """

    port: int
    open_to: Source | Sequence[Source]
    container: str | None
    listen_on: int | None
    certificate_arn: str | None
    health_check: TargetHealthCheck
    deregistration_delay: int
    internal: bool

    @property
    def listener_port(self) -> int:
        """The balancer's port."""
        return self.listen_on if self.listen_on is not None else 443 if self.certificate_arn else 80


async def create(
    session: Session,
    cluster_arn: str,
    name: str,
    definition: TaskDefinition | str,
    *,
    desired_count: int,
    settings: ServiceSettings,
    balancing: LoadBalancing,
) -> WebService:
    """Make a service and its balancer; if the rest fails, nothing of them is left.

    Raises:
        InvalidSpec: Every problem at once; nothing was sent.
        ApiError: AWS refused, for instance because a service of that name exists.

    Calls:
        As `Cluster.create_web_service()`
    """
    _check(name, definition, desired_count, settings, balancing)
    network = settings.network
    if network is None:
        network = await session.once(default_network)
    async with making() as made:
        maker = _Maker(session, made, cluster_arn, name, settings, balancing)
        balancer = await maker.balancer(network)
        inside = await maker.tasks_group(network, balancer)
        group = await maker.target_group(balancer)
        listener = await maker.listener(balancer, group)
        target = group.port(balancing.port, balancing.container)
        wanted = replace(settings, network=inside, targets=[target])

        async def make() -> Service:
            return await service_creation.create(
                session, cluster_arn, name, definition, desired_count=desired_count, settings=wanted
            )

        async def take_away(service: Service) -> None:
            await service.delete(force=True)

        service = await made.make(f"service {name}", make, take_away)
    return WebService(service=service, balancer=balancer, target_group=group, listener=listener)


async def find(session: Session, cluster_arn: str, name: str) -> WebService:
    """Look up a service and the balancer that forwards to it.

    Raises:
        NotFound: There is no such service, or no load balancer forwards to it.

    Calls:
        ecs:DescribeServices, elasticloadbalancing:DescribeTargetGroups,
        elasticloadbalancing:DescribeLoadBalancers, elasticloadbalancing:DescribeListeners
    """
    service = await service_finding.describe(session, cluster_arn, name)
    arns = [target.target_group_arn for target in service.targets]
    groups = await target_groups.find(session, TargetGroupArns=arns) if arns else []
    for group in groups:
        if group.load_balancer_arn is None:
            continue
        balancer = await describe_balancer(session, group.load_balancer_arn)
        for listener in [each async for each in balancer.listeners()]:
            if group.arn in listener.target_group_arns:
                return WebService(
                    service=service, balancer=balancer, target_group=group, listener=listener
                )
    raise NotFound(
        "elbv2:DescribeListeners", "ListenerNotFound", f"no load balancer forwards to {name}"
    )


class _Maker:
    """Makes the parts one after the other, each known to who takes them away again."""

    def __init__(
        self,
        session: Session,
        made: Making,
        cluster_arn: str,
        name: str,
        settings: ServiceSettings,
        balancing: LoadBalancing,
    ) -> None:
        self._session = session
        self._made = made
        self._cluster_arn = cluster_arn
        self._name = name
        self._tags = settings.tags
        self._balancing = balancing
        self._short = short_name(cluster_arn, name)

    async def balancer(self, network: Network) -> LoadBalancer:
        """Make the balancer, open to those who are named."""
        asked = self._balancing

        async def make() -> LoadBalancer:
            return await create_balancer(
                self._session,
                self._short,
                network=network,
                open_to=asked.open_to,
                ports=[asked.listener_port],
                internal=asked.internal,
                tags=self._tags,
                of_its_own=True,
            )

        return await self._made.make(f"load balancer {self._short}", make, LoadBalancer.delete)

    async def tasks_group(self, network: Network, balancer: LoadBalancer) -> Network:
        """Let the balancer, and nobody else, in to the tasks; return their network."""
        vpc_id, _ = await places(self._session, network)
        group_id = await create_group(
            self._session,
            self._made,
            tasks_group_name(self._cluster_arn, self._name),
            description=f"Tasks of service {self._name}: lets their load balancer in",
            vpc_id=vpc_id,
            rules=ingress_of(self._balancing.port, balancer.security_groups[:1])[0],
            tags=self._tags,
        )
        return replace(network, security_groups=(*network.security_groups, group_id))

    async def target_group(self, balancer: LoadBalancer) -> TargetGroup:
        """Make the target group."""
        asked = self._balancing

        async def make() -> TargetGroup:
            return await balancer.create_target_group(
                self._short,
                port=asked.port,
                health_check=asked.health_check,
                deregistration_delay=asked.deregistration_delay,
                tags=self._tags,
            )

        return await self._made.make(f"target group {self._short}", make, TargetGroup.delete)

    async def listener(self, balancer: LoadBalancer, group: TargetGroup) -> Listener:
        """Make the listener that forwards to the group."""
        asked = self._balancing

        async def make() -> Listener:
            return await balancer.create_listener(
                group,
                port=asked.listener_port,
                certificate_arn=asked.certificate_arn,
                tags=self._tags,
            )

        return await self._made.make(f"listener on {asked.listener_port}", make, Listener.delete)


def short_name(cluster_arn: str, service: str) -> str:
    """Return a name for the balancer and target group of a service, as AWS takes it.

    It is `<cluster>-<service>`; where that is too long or has other characters, a digest tells
    those apart that look alike.
    """
    whole = f"{cluster_arn.rpartition('/')[2]}-{service}"
    plain = re.sub(r"[^A-Za-z0-9]+", "-", whole).strip("-")
    if plain == whole and len(plain) <= LONGEST_NAME and not plain.startswith("internal-"):
        return plain
    digest = sha256(f"{cluster_arn}/{service}".encode()).hexdigest()[:8]
    return f"web-{plain[: LONGEST_NAME - 13].strip('-')}-{digest}"


def _check(
    name: str,
    definition: TaskDefinition | str,
    desired_count: int,
    settings: ServiceSettings,
    balancing: LoadBalancing,
) -> None:
    """Refuse what cannot work, all of it at once, before anything is sent."""
    found: list[Problem] = []
    target = Target(target_group_arn="", container=balancing.container, port=balancing.port)
    try:
        check_service(name, definition, desired_count, replace(settings, targets=[target]))
    except InvalidSpec as refused:
        found += refused.problems
    found += openings([balancing.listener_port], balancing.open_to)[1]
    found += check_port(balancing.listener_port)
    found += check_group(
        "web", balancing.port, balancing.health_check, balancing.deregistration_delay
    )
    if found:
        raise InvalidSpec(f"service {name}", found)
