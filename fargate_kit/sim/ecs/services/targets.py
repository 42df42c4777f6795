"""The target groups of services: tasks are registered when they run, and drain when they end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fargate_kit.sim.ecs.services import wording
from fargate_kit.sim.ecs.services.roster import Member, Target
from fargate_kit.sim.ecs.services.state import Balanced, DeploymentState
from fargate_kit.sim.ecs.state import TaskDefinitionState
from fargate_kit.sim.facts import SubnetFact
from fargate_kit.sim.load_balancing.protocol import LoadBalancing, TargetHealth

MOST_TARGET_GROUPS = 5


def read_load_balancers(
    given: Sequence[Mapping[str, Any]],
    definition: TaskDefinitionState,
    subnets: Sequence[SubnetFact],
    balancing: LoadBalancing | None,
) -> tuple[Balanced, ...]:
    """Check the loadBalancers of a request (service model, LoadBalancer).

    Args:
        given: As the request has them.
        definition: The task definition, for its containers and ports.
        subnets: Where the tasks will be, for their VPC.
        balancing: What Elastic Load Balancing knows; None where there is none.

    Raises:
        AwsError: A member is missing, a container or port is not the definition's, or a
            target group does not exist, cannot take the tasks or is used by no listener.
    """
    if len(given) > MOST_TARGET_GROUPS:
        raise wording.TOO_MANY_TARGET_GROUPS.error(count=len(given))
    found: list[Balanced] = []
    for one in given:
        if one.get("loadBalancerName"):
            raise wording.NOT_SIMULATED.error(what="A Classic Load Balancer")
        if one.get("advancedConfiguration"):
            raise wording.ONLY_WITH_OTHER_STRATEGY.error(member="advancedConfiguration")
        balanced = _read(one, definition)
        if any(other.target_group_arn == balanced.target_group_arn for other in found):
            raise wording.TARGET_GROUP_TWICE.error(arn=balanced.target_group_arn)
        if balancing is None:
            raise wording.TARGET_GROUP_NOT_FOUND.error(arn=balanced.target_group_arn)
        _check_group(balanced.target_group_arn, subnets[0].vpc_id, balancing)
        found.append(balanced)
    return tuple(found)


def _read(one: Mapping[str, Any], definition: TaskDefinitionState) -> Balanced:
    arn, name, port = (one.get(key) for key in ("targetGroupArn", "containerName", "containerPort"))
    if not arn or not name or port is None:
        raise wording.TARGET_GROUP_REQUIRED.error()
    container = next((each for each in definition.containers if each["name"] == name), None)
    if container is None:
        raise wording.CONTAINER_MISSING.error(name=name)
    if all(mapping.get("containerPort") != port for mapping in container["portMappings"]):
        raise wording.CONTAINER_PORT_MISSING.error(name=name, port=port)
    return Balanced(target_group_arn=arn, container=name, port=port)


def _check_group(arn: str, vpc_id: str, balancing: LoadBalancing) -> None:
    if not balancing.exists(arn):
        raise wording.TARGET_GROUP_NOT_FOUND.error(arn=arn)
    if (kind := balancing.target_type(arn)) != "ip":
        raise wording.TARGET_GROUP_TYPE.error(arn=arn, kind=kind)
    if balancing.target_vpc(arn) != vpc_id:
        raise wording.TARGET_GROUP_VPC.error(arn=arn)
    if not balancing.has_listener(arn):
        raise wording.TARGET_GROUP_WITHOUT_LISTENER.error(arn=arn)


class Targets:
    """The targets of one region's services.

    Args:
        balancing: Gives the region's load balancing; asked when there is a target group.
        changed: Told of the member of which a target's health has changed.
        left: Called when a member has left its last target group.
    """

    def __init__(
        self,
        balancing: Callable[[], LoadBalancing | None],
        *,
        changed: Callable[[Member], None],
        left: Callable[[Member], None],
    ) -> None:
        self._find = balancing
        self._changed = changed
        self._left = left
        self._watched: LoadBalancing | None = None
        self._members: dict[Target, Member] = {}

    def register(self, member: Member, deployment: DeploymentState) -> tuple[str, ...]:
        """Register a member that runs.

        Returns:
            The target groups.
        """
        placement = member.task.attachment.placement
        for one in deployment.revision.specification.balanced:
            balancing = self._balancing()
            if balancing is None or placement is None:
                return ()
            target = Target(one.target_group_arn, placement.private_address, one.port)
            member.targets.append(target)
            self._members[target] = member
            balancing.register(target.group_arn, target.address, target.port, None)
        return tuple(target.group_arn for target in member.targets)

    def drain(self, member: Member) -> tuple[str, ...]:
        """Have a member leave its target groups; when it has left the last one `left` is called.

        Returns:
            The target groups; if there are none `left` is never called.
        """
        balancing = self._balancing() if member.targets else None
        if balancing is None:
            return ()
        member.draining = len(member.targets)
        for target in member.targets:
            self._members.pop(target, None)
            balancing.deregister(
                target.group_arn,
                target.address,
                target.port,
                done=lambda: self._drained(member),
            )
        return tuple(target.group_arn for target in member.targets)

    def health(self, member: Member) -> list[tuple[Target, TargetHealth]]:
        """Tell the health of a member in each of its target groups."""
        balancing = self._balancing() if member.targets else None
        if balancing is None:
            return []
        return [
            (one, balancing.health(one.group_arn, one.address, one.port)) for one in member.targets
        ]

    def _drained(self, member: Member) -> None:
        member.draining -= 1
        if member.draining == 0:
            self._left(member)

    def _balancing(self) -> LoadBalancing | None:
        balancing = self._find()
        if balancing is not None and self._watched is not balancing:
            balancing.watch(self._told)
            self._watched = balancing
        return balancing

    def _told(self, group_arn: str, address: str, port: int) -> None:
        member = self._members.get(Target(group_arn, address, port))
        if member is not None:
            self._changed(member)
