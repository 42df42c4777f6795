"""An Application Load Balancer: made, found, watched, and taken down in the right order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Self

from fargate_kit.core.deadline import Expired, check_timeout, look_within
from fargate_kit.core.outage import outlast
from fargate_kit.core.poller import Poller
from fargate_kit.core.session import Session
from fargate_kit.core.undo import making
from fargate_kit.errors import FargateError, InvalidSpec, NotFound, WaitTimeout
from fargate_kit.load_balancing import listener as listener_resources
from fargate_kit.load_balancing import target_group as target_groups
from fargate_kit.load_balancing.balancer_security import delete_group, find_own
from fargate_kit.load_balancing.listener import Listener
from fargate_kit.load_balancing.target_group import TargetGroup
from fargate_kit.load_balancing.target_rules import USUAL_DELAY, TargetHealthCheck, check_group
from fargate_kit.model.values import moment
from fargate_kit.ownership import TAG

__all__ = ["LoadBalancer", "describe", "load_balancers"]

# DescribeLoadBalancers and DescribeTags take at most so many (Elastic Load Balancing model).
DESCRIBED_AT_ONCE = 20
# Some minutes are usual until a new balancer is active; AWS promises no time.
ACTIVE_WITHIN = 900.0
HEALTH_CHECK = TargetHealthCheck()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancer:
    """A load balancer as AWS described it at one moment.

    Attributes:
        scheme: `internet-facing` or `internal`.
        status: `provisioning`, `active`, `active_impaired` or `failed`.
        reason: AWS's words on the status, where there are any.
        subnets: One for each zone that it serves.
        raw: AWS's own answer.
    """

    arn: str
    name: str
    dns_name: str
    scheme: str
    status: str
    reason: str | None
    vpc_id: str | None
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    created_at: datetime | None
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    _session: Session = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any], session: Session) -> Self:
        """Parse a member of `LoadBalancers` of DescribeLoadBalancers."""
        state = raw.get("State") or {}
        return cls(
            arn=raw["LoadBalancerArn"],
            name=raw["LoadBalancerName"],
            dns_name=raw.get("DNSName", ""),
            scheme=raw.get("Scheme", ""),
            status=state.get("Code", ""),
            reason=state.get("Reason"),
            vpc_id=raw.get("VpcId"),
            subnets=tuple(
                zone["SubnetId"] for zone in raw.get("AvailabilityZones", ()) if "SubnetId" in zone
            ),
            security_groups=tuple(raw.get("SecurityGroups") or ()),
            created_at=moment(raw.get("CreatedTime")),
            raw=raw,
            _session=session,
        )

    def __str__(self) -> str:
        return f"load balancer {self.name}: {self.status}, {self.url}"

    @property
    def url(self) -> str:
        """Where it is reached by HTTP on port 80; `listeners()` tells of other ports."""
        return f"http://{self.dns_name}"

    async def refresh(self) -> LoadBalancer:
        """Return the load balancer as it is now; this picture stays what it is.

        Raises:
            NotFound: AWS does not know it any more.

        Calls:
            elasticloadbalancing:DescribeLoadBalancers
        """
        reply = await self._session.api.call(
            "elbv2", "DescribeLoadBalancers", LoadBalancerArns=[self.arn]
        )
        return LoadBalancer.from_api(reply["LoadBalancers"][0], self._session)

    async def wait_active(self, *, timeout: float | None = ACTIVE_WITHIN) -> LoadBalancer:
        """Wait until it takes requests.

        Args:
            timeout: Seconds on the connection's clock; None waits for ever.

        Raises:
            FargateError: AWS could not make it; the message tells AWS's reason.
            NotFound: AWS does not know it any more.
            WaitTimeout: It was not active in time.

        Calls:
            elasticloadbalancing:DescribeLoadBalancers, shared with everyone who waits
        """
        check_timeout(timeout)
        poller, clock = _poller(self._session), self._session.clock
        began, last = clock.now(), self

        async def look() -> LoadBalancer:
            what = f"how load balancer {self.name} stands is not known"
            raw = await outlast(clock, partial(poller.next, self.arn), what=what)
            if raw is None:
                raise missing(self.name)
            return LoadBalancer.from_api(raw, self._session)

        try:
            while last.status not in {"active", "active_impaired"}:
                if last.status == "failed":
                    raise FargateError(
                        f"load balancer {self.name} could not be set up: {last.reason}; delete it "
                        "and create it again"
                    )
                left = None if timeout is None else timeout - (clock.now() - began)
                last = await look_within(clock, left, look)
        except Expired:
            raise WaitTimeout(
                f"load balancer {self.name} was not active within {timeout:g} s", last=last.status
            ) from None
        return last

    async def create_target_group(
        self,
        name: str,
        *,
        port: int = 80,
        health_check: TargetHealthCheck = HEALTH_CHECK,
        deregistration_delay: int = USUAL_DELAY,
        tags: Mapping[str, str] | None = None,
    ) -> TargetGroup:
        """Return the target group of that name if it is as asked for, or make it.

        It is for tasks in the balancer's VPC, and a listener must forward to it.

        Args:
            name: 1 to 32 letters, digits and hyphens.
            port: The port of targets that name none; a service names the container port.
            health_check: How targets are checked.
            deregistration_delay: Seconds in which a task that is to stop may finish its requests, 0
                to 3600. Every stop of a task takes so long. AWS's 300 make each deployment last for
                more than five minutes, and few requests take more than 30 seconds.

        Raises:
            InvalidSpec: Every problem at once; nothing was sent.
            ApiError: AWS refused, for instance because a group of that name has other settings.

        Calls:
            elasticloadbalancing:DescribeTargetGroups, elasticloadbalancing:CreateTargetGroup,
            elasticloadbalancing:AddTags, elasticloadbalancing:ModifyTargetGroupAttributes;
            elasticloadbalancing:DeleteTargetGroup if the rest fails
        """
        if problems := check_group(name, port, health_check, deregistration_delay):
            raise InvalidSpec(f"target group {name}", problems)

        session = self._session
        there = await target_groups.find_as_asked(
            session, name, port=port, vpc_id=self.vpc_id, health_check=health_check
        )
        if there is not None:
            await target_groups.set_delay(session, there.arn, deregistration_delay)
            return replace(there, load_balancer_arn=self.arn)

        async def create() -> TargetGroup:
            return await target_groups.create(
                session,
                name,
                port=port,
                vpc_id=self.vpc_id or "",
                load_balancer_arn=self.arn,
                health_check=health_check,
                tags=tags,
            )

        async with making() as made:
            group = await made.make(f"target group {name}", create, TargetGroup.delete)
            await target_groups.set_delay(session, group.arn, deregistration_delay)
        return group

    async def create_listener(
        self,
        group: TargetGroup | None = None,
        *,
        port: int | None = None,
        certificate_arn: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Listener:
        """Take requests on a port, and send them to a target group.

        AWS gives the listener that is there if its settings are equal.

        Args:
            group: Where requests go that no rule is for; None answers them with 404.
            port: None is 80, or 443 with a certificate. The balancer's security group opens the
                `ports` that it was created with.
            certificate_arn: A certificate of ACM in this region makes it a listener of HTTPS.

        Raises:
            InvalidSpec: The port is none; nothing was sent.
            ApiError: AWS refused, for instance because the port is taken (`.code` tells).

        Calls:
            elasticloadbalancing:CreateListener, elasticloadbalancing:AddTags
        """
        return await listener_resources.create(
            self._session,
            self.arn,
            group,
            port=port,
            certificate_arn=certificate_arn,
            tags=tags,
        )

    async def listeners(self) -> AsyncIterator[Listener]:
        """Yield the listeners.

        Calls:
            elasticloadbalancing:DescribeListeners
        """
        async for each in listener_resources.listeners(self._session, self.arn):
            yield each

    async def target_groups(self) -> AsyncIterator[TargetGroup]:
        """Yield the target groups that its listeners and rules forward to.

        Raises:
            NotFound: AWS does not know the balancer any more.

        Calls:
            elasticloadbalancing:DescribeTargetGroups; elasticloadbalancing:DescribeLoadBalancers
            if there are none
        """
        try:
            found = await target_groups.find(self._session, LoadBalancerArn=self.arn)
        except NotFound:
            # That nobody forwards to any group may be told as an error as well.
            await self.refresh()
            return
        for each in found:
            yield each

    async def delete(self) -> None:
        """Delete it with all that we made for it; what is gone already is fine.

        Its listeners go with it. Then go the target groups that it forwarded to, where fargate_kit
        made them, and its own security group, once AWS has taken its interfaces away. Groups of
        other people stay. A service should be deleted before: its tasks lose their requests.

        Raises:
            ApiError: AWS refused, for instance because deletion protection is on (`.code` tells).
            WaitTimeout: AWS kept something in use for minutes; call it again.

        Calls:
            elasticloadbalancing:DescribeTargetGroups, elasticloadbalancing:DescribeTags,
            ec2:DescribeSecurityGroups, elasticloadbalancing:DeleteLoadBalancer,
            elasticloadbalancing:DescribeLoadBalancers, elasticloadbalancing:DeleteTargetGroup,
            ec2:DeleteSecurityGroup
        """
        session = self._session
        groups = await _groups_of_ours(session, self.arn)
        own = await find_own(session, self.security_groups, security_group_name(self.name))
        await remove(session, self.arn)
        for arn in groups:
            await target_groups.delete(session, arn)
        for group_id in own:
            await delete_group(session, group_id)


def security_group_name(balancer: str) -> str:
    """Return the name of the security group that is made for a balancer."""
    return f"fargate-kit-balancer-{balancer}"


def missing(name: str) -> NotFound:
    """Return the error for a load balancer that is not there."""
    return NotFound(
        "elbv2:DescribeLoadBalancers", "LoadBalancerNotFound", f"there is no load balancer {name!r}"
    )


async def describe(session: Session, name: str) -> LoadBalancer:
    """Look up a load balancer by its name or ARN.

    Raises:
        NotFound: There is none.

    Calls:
        elasticloadbalancing:DescribeLoadBalancers
    """
    wanted = {"LoadBalancerArns" if name.startswith("arn:") else "Names": [name]}
    try:
        reply = await session.api.call("elbv2", "DescribeLoadBalancers", **wanted)
    except NotFound:
        raise missing(name) from None
    return LoadBalancer.from_api(reply["LoadBalancers"][0], session)


async def load_balancers(session: Session) -> AsyncIterator[LoadBalancer]:
    """Yield the region's load balancers.

    Calls:
        elasticloadbalancing:DescribeLoadBalancers
    """
    async for page in session.api.pages("elbv2", "DescribeLoadBalancers"):
        for raw in page["LoadBalancers"]:
            yield LoadBalancer.from_api(raw, session)


async def remove(session: Session, arn: str) -> None:
    """Delete a load balancer alone, and wait until AWS does not show it any more.

    Calls:
        elasticloadbalancing:DeleteLoadBalancer; elasticloadbalancing:DescribeLoadBalancers, shared
        with everyone who waits
    """
    try:
        await session.api.call("elbv2", "DeleteLoadBalancer", LoadBalancerArn=arn)
    except NotFound:
        return
    poller = _poller(session)
    while await poller.next(arn) is not None:
        pass


async def _groups_of_ours(session: Session, load_balancer_arn: str) -> list[str]:
    try:
        groups = await target_groups.find(session, LoadBalancerArn=load_balancer_arn)
    except NotFound:
        return []
    arns = [group.arn for group in groups]
    ours = []
    for first in range(0, len(arns), DESCRIBED_AT_ONCE):
        reply = await session.api.call(
            "elbv2", "DescribeTags", ResourceArns=arns[first : first + DESCRIBED_AT_ONCE]
        )
        ours += [
            each["ResourceArn"]
            for each in reply["TagDescriptions"]
            if any(tag["Key"] == TAG for tag in each.get("Tags", ()))
        ]
    return ours


def _poller(session: Session) -> Poller[str, Any]:
    async def look(arns: Sequence[str]) -> dict[str, Mapping[str, Any] | None]:
        try:
            reply = await session.api.call(
                "elbv2", "DescribeLoadBalancers", LoadBalancerArns=list(arns)
            )
        except NotFound:
            if len(arns) == 1:
                return {arns[0]: None}
            # One that is gone makes the whole call fail.
            return {arn: (await look([arn]))[arn] for arn in arns}
        found: dict[str, Mapping[str, Any] | None] = dict.fromkeys(arns)
        for raw in reply["LoadBalancers"]:
            found[raw["LoadBalancerArn"]] = raw
        return found

    return session.poller("load balancers", look, batch=DESCRIBED_AT_ONCE)
