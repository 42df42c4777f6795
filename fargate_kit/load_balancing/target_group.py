"""A target group: where a load balancer sends requests, and how it finds targets healthy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

from fargate_kit.core.deadline import Expired, check_timeout, look_within
from fargate_kit.core.outage import outlast
from fargate_kit.core.poller import Poller
from fargate_kit.core.retrying import again_while
from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, InvalidSpec, NotFound, WaitTimeout
from fargate_kit.load_balancing.target_rules import (
    LONGEST_DELAY,
    TargetHealthCheck,
    check_changes,
)
from fargate_kit.model.deployment_evidence import TargetHealth
from fargate_kit.model.problems import Problem
from fargate_kit.ownership import owned
from fargate_kit.service_spec import Target

__all__ = ["TargetGroup", "create", "delete", "find", "find_as_asked", "set_delay"]

# Seconds. ECS's own registration and five checks are over long before.
HEALTHY_WITHIN = 600.0
# A target group that nothing forwards to any more may be in use for a moment; AWS promises no time.
FREE_WITHIN = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetGroup:
    """A target group as AWS described it at one moment.

    Attributes:
        port_number: The port of targets that name none.
        target_type: `ip` for tasks on Fargate.
        load_balancer_arn: The balancer that it is for; None where none forwards to it yet and this
            picture does not come from `create_target_group()`.
        raw: AWS's own answer.
    """

    arn: str
    name: str
    protocol: str
    port_number: int | None
    vpc_id: str | None
    target_type: str
    load_balancer_arn: str | None
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    _session: Session = field(repr=False, compare=False)

    @classmethod
    def from_api(
        cls, raw: Mapping[str, Any], session: Session, *, load_balancer_arn: str | None = None
    ) -> Self:
        """Parse a member of `TargetGroups` of DescribeTargetGroups.

        Args:
            load_balancer_arn: The balancer that it was made for, where AWS names none.
        """
        return cls(
            arn=raw["TargetGroupArn"],
            name=raw["TargetGroupName"],
            protocol=raw.get("Protocol", ""),
            port_number=raw.get("Port"),
            vpc_id=raw.get("VpcId"),
            target_type=raw.get("TargetType", ""),
            load_balancer_arn=next(iter(raw.get("LoadBalancerArns") or ()), load_balancer_arn),
            raw=raw,
            _session=session,
        )

    @property
    def resource_label(self) -> str:
        """What names the group and its balancer to auto scaling.

        Raises:
            InvalidSpec: No balancer is known to forward to the group.
        """
        if self.load_balancer_arn is None:
            problem = Problem(
                path="ResourceLabel",
                rule="target-group-in-use",
                given=None,
                allowed="a target group behind a load balancer",
                message=(
                    f"target group {self.name} is behind no load balancer: create a listener that "
                    "forwards to it, then refresh() this picture"
                ),
            )
            raise InvalidSpec(f"target group {self.name}", [problem])
        balancer = self.load_balancer_arn.partition(":loadbalancer/")[2]
        return f"{balancer}/{self.arn.rpartition(':')[2]}"

    def port(self, port: int, container: str | None = None) -> Target:
        """Return a container's port as a target in this group, for `create_service(targets=…)`.

        Args:
            port: The container port, as the task definition maps it.
            container: None is the one container that maps the port.
        """
        return Target(target_group_arn=self.arn, container=container, port=port)

    async def refresh(self) -> TargetGroup:
        """Return the group as it is now; this picture stays what it is.

        Raises:
            NotFound: AWS does not know it any more.

        Calls:
            elasticloadbalancing:DescribeTargetGroups
        """
        reply = await self._session.api.call(
            "elbv2", "DescribeTargetGroups", TargetGroupArns=[self.arn]
        )
        return TargetGroup.from_api(
            reply["TargetGroups"][0], self._session, load_balancer_arn=self.load_balancer_arn
        )

    async def update(
        self,
        *,
        health_check: TargetHealthCheck | None = None,
        deregistration_delay: int | None = None,
    ) -> TargetGroup:
        """Change how targets are checked, or for how long they drain.

        Only what is given is sent. AWS does not change port, protocol, VPC and type of a group.

        Args:
            health_check: The whole check as it shall be.
            deregistration_delay: Seconds, 0 to 3600.

        Returns:
            The group as AWS answered.

        Raises:
            InvalidSpec: Every problem at once; nothing was sent.
            NotFound: AWS does not know the group any more.

        Calls:
            elasticloadbalancing:ModifyTargetGroup for the check,
            elasticloadbalancing:ModifyTargetGroupAttributes for the delay
        """
        if problems := check_changes(health_check, deregistration_delay):
            raise InvalidSpec(f"target group {self.name}", problems)
        changed = self
        if health_check is not None:
            reply = await self._session.api.call(
                "elbv2", "ModifyTargetGroup", TargetGroupArn=self.arn, **health_check.to_api()
            )
            changed = TargetGroup.from_api(
                reply["TargetGroups"][0], self._session, load_balancer_arn=self.load_balancer_arn
            )
        if deregistration_delay is not None:
            await set_delay(self._session, self.arn, deregistration_delay)
        return changed

    async def health(self) -> tuple[TargetHealth, ...]:
        """Return how the load balancer sees each target, those that drain included.

        Raises:
            NotFound: AWS does not know the group any more.

        Calls:
            elasticloadbalancing:DescribeTargetHealth
        """
        return (await _health(self._session, [self.arn]))[self.arn]

    async def wait_healthy(
        self, count: int = 1, *, timeout: float | None = HEALTHY_WITHIN
    ) -> tuple[TargetHealth, ...]:
        """Wait until so many targets are healthy.

        Args:
            count: How many at least.
            timeout: Seconds on the connection's clock; None waits for ever.

        Returns:
            All the targets, as `health()`.

        Raises:
            NotFound: AWS does not know the group any more.
            WaitTimeout: Too few were healthy in time; the message says why, and `.last` is what
                `health()` showed last.

        Calls:
            elasticloadbalancing:DescribeTargetHealth, shared with everyone who waits
        """

        def enough(targets: Sequence[TargetHealth]) -> bool:
            return sum(target.state == "healthy" for target in targets) >= count

        return await self._wait(enough, f"have {count} healthy targets", timeout)

    async def deregister(
        self, *targets: TargetHealth, timeout: float | None = LONGEST_DELAY + 60.0
    ) -> None:
        """Take targets out, and wait until they have drained.

        ECS does that for the tasks that it stops, and registers a running task of a service anew;
        so this is for targets that were registered by hand.

        Args:
            targets: Pictures from `health()`.
            timeout: Seconds on the connection's clock; None waits for ever.

        Raises:
            WaitTimeout: They still drained when the time was up.

        Calls:
            elasticloadbalancing:DeregisterTargets; elasticloadbalancing:DescribeTargetHealth,
            shared with everyone who waits
        """
        check_timeout(timeout)
        if not targets:
            return
        members = [
            {"Id": each.address, **({"Port": each.port} if each.port else {})} for each in targets
        ]
        await self._session.api.call(
            "elbv2", "DeregisterTargets", TargetGroupArn=self.arn, Targets=members
        )
        going = {(each.address, each.port) for each in targets}

        def gone(left: Sequence[TargetHealth]) -> bool:
            return not any((each.address, each.port) in going for each in left)

        await self._wait(gone, "lose the targets that were deregistered", timeout)

    async def delete(self) -> None:
        """Delete the group; one that is gone is fine.

        Nothing may forward to it any more: delete its rules and listeners first, or the balancer.

        Raises:
            WaitTimeout: AWS said for two minutes that it is in use.

        Calls:
            elasticloadbalancing:DeleteTargetGroup
        """
        await delete(self._session, self.arn)

    async def _wait(
        self, done: Callable[[Sequence[TargetHealth]], bool], what: str, timeout: float | None
    ) -> tuple[TargetHealth, ...]:
        check_timeout(timeout)
        poller, clock = _poller(self._session), self._session.clock
        began = clock.now()
        last: tuple[TargetHealth, ...] = ()

        async def look() -> tuple[TargetHealth, ...]:
            what = f"how the targets of {self.name} stand is not known"
            found: tuple[TargetHealth, ...] = await outlast(
                clock, partial(poller.next, self.arn), what=what
            )
            return found

        try:
            while True:
                left = None if timeout is None else timeout - (clock.now() - began)
                last = await look_within(clock, left, look)
                if done(last):
                    return last
        except Expired:
            raise WaitTimeout(
                f"target group {self.name} did not {what} within {timeout:g} s: {_told(last)}",
                last=last,
            ) from None


async def create(
    session: Session,
    name: str,
    *,
    port: int,
    vpc_id: str,
    load_balancer_arn: str,
    health_check: TargetHealthCheck,
    tags: Mapping[str, str] | None,
) -> TargetGroup:
    """Make a target group for tasks; AWS gives the one that is there if its settings are equal.

    Calls:
        elasticloadbalancing:CreateTargetGroup, elasticloadbalancing:AddTags
    """
    marked = owned(tags, mark=session.mark)
    reply = await session.api.call(
        "elbv2",
        "CreateTargetGroup",
        Name=name,
        Protocol="HTTP",
        Port=port,
        VpcId=vpc_id,
        TargetType="ip",
        **health_check.to_api(),
        Tags=[{"Key": key, "Value": value} for key, value in marked.items()],
    )
    return TargetGroup.from_api(
        reply["TargetGroups"][0], session, load_balancer_arn=load_balancer_arn
    )


async def find_as_asked(
    session: Session, name: str, *, port: int, vpc_id: str | None, health_check: TargetHealthCheck
) -> TargetGroup | None:
    """Return the target group of that name; None if there is none.

    Raises:
        ApiError: `DuplicateTargetGroupName`: there is one, and it is another.

    Calls:
        elasticloadbalancing:DescribeTargetGroups
    """
    try:
        (there,) = await find(session, Names=[name])
    except NotFound:
        return None
    asked = {
        "Protocol": "HTTP",
        "Port": port,
        "VpcId": vpc_id,
        "TargetType": "ip",
        **health_check.to_api(),
    }
    if all(there.raw.get(key) == value for key, value in asked.items()):
        return there
    raise ApiError(
        "elbv2:CreateTargetGroup",
        "DuplicateTargetGroupName",
        f"there is a target group {name!r} with other settings: delete it, or choose another name",
    )


async def set_delay(session: Session, arn: str, seconds: int) -> None:
    """Set for how many seconds a target drains.

    Calls:
        elasticloadbalancing:ModifyTargetGroupAttributes
    """
    await session.api.call(
        "elbv2",
        "ModifyTargetGroupAttributes",
        TargetGroupArn=arn,
        Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": str(seconds)}],
    )


async def find(session: Session, **filters: Any) -> list[TargetGroup]:
    """Return the target groups of a load balancer, or those of given names or ARNs.

    Raises:
        NotFound: One of them is not there.

    Calls:
        elasticloadbalancing:DescribeTargetGroups
    """
    return [
        TargetGroup.from_api(raw, session)
        async for page in session.api.pages("elbv2", "DescribeTargetGroups", **filters)
        for raw in page["TargetGroups"]
    ]


async def delete(session: Session, arn: str) -> None:
    """Delete a target group, waiting while AWS says that it is in use; one that is gone is fine.

    Calls:
        elasticloadbalancing:DeleteTargetGroup
    """

    async def attempt() -> None:
        try:
            await session.api.call("elbv2", "DeleteTargetGroup", TargetGroupArn=arn)
        except NotFound:
            return

    name = arn.rpartition(":")[2]
    await again_while(
        session, {"ResourceInUse"}, attempt, what=f"deletion of {name}", timeout=FREE_WITHIN
    )


async def _health(session: Session, arns: Sequence[str]) -> dict[str, tuple[TargetHealth, ...]]:
    found = {}
    for arn in arns:
        reply = await session.api.call("elbv2", "DescribeTargetHealth", TargetGroupArn=arn)
        found[arn] = tuple(
            TargetHealth.from_api(each, arn) for each in reply.get("TargetHealthDescriptions", ())
        )
    return found


def _poller(session: Session) -> Poller[str, Any]:
    # One group a call: an error, such as of a group that was deleted, reaches those it concerns.
    async def look(arns: Sequence[str]) -> Mapping[str, tuple[TargetHealth, ...]]:
        return await _health(session, arns)

    return session.poller("target health", look, batch=1)


def _told(targets: Sequence[TargetHealth]) -> str:
    if not targets:
        return "no targets are registered"
    ill = [target for target in targets if target.state != "healthy"]
    if not ill:
        return f"all {len(targets)} registered targets are healthy"
    return "; ".join(f"{target} ({target.remedy})" for target in ill[:3])
