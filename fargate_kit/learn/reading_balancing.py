"""What the pictures of traffic are made of: targets, and deployments over time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from fargate_kit.connections.connection import Connection
from fargate_kit.errors import NotFound
from fargate_kit.learn.reading import badge_of, service_picture_of
from fargate_kit.learn.views.deployment_timeline import DeploymentTimeline, Moment, TimelineEvent
from fargate_kit.learn.views.target_health import TargetBoard, TargetGroupRows, TargetRow
from fargate_kit.load_balancing.load_balancer import LoadBalancer
from fargate_kit.load_balancing.target_group import TargetGroup
from fargate_kit.model.deployment_evidence import TargetHealth
from fargate_kit.model.service_events import ServiceEvent, events_from_api
from fargate_kit.services.deployment import Deployment
from fargate_kit.services.service import Service

__all__ = [
    "TargetReader",
    "before",
    "board_of_targets",
    "check_of",
    "moment_of",
    "next_after",
    "speed_of_account",
    "target_rows",
    "timeline_of",
]

# An id or an ARN says nothing in a list that is read at a glance.
_ID = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24}\b")
_ARN = re.compile(r"\barn:[\w:-]+?:targetgroup/([\w-]+)/\w+")
# What ECS says of a deployment may carry a time stamp of a moment before its own.
SLACK = timedelta(seconds=1)


def speed_of_account(thing: Connection | Deployment | LoadBalancer) -> float:
    """Return how many seconds of Fargate pass in a real one."""
    speed: float = getattr(thing._session.clock, "speed", 1.0)
    return speed


def check_of(group: TargetGroup) -> str:
    """Say what the targets of a group are, and how they are checked."""
    raw = group.raw
    codes = (raw.get("Matcher") or {}).get("HttpCode", "any code")
    return (
        f"type {group.target_type}; asks GET {raw.get('HealthCheckPath', '/')} every "
        f"{raw.get('HealthCheckIntervalSeconds', '?')} s and wants {codes}; "
        f"{raw.get('UnhealthyThresholdCount', '?')} failures in a row make a target unhealthy"
    )


def target_rows(
    seen: Iterable[TargetHealth], tasks: Mapping[str, str] | None = None
) -> tuple[TargetRow, ...]:
    """Read what `TargetGroup.health()` gave.

    Args:
        tasks: Ids of tasks by their private addresses, as far as they are known.
    """
    known = tasks or {}
    return tuple(
        TargetRow(
            task=known.get(each.address, "")[:8],
            address=f"{each.address}:{each.port}",
            zone=each.zone or "",
            state=each.state,
            reason=each.reason or "",
            words=each.description or "",
            remedy=each.remedy or "",
        )
        for each in sorted(seen, key=lambda each: (each.zone or "", each.address))
    )


def board_of_targets(seen: Iterable[TargetHealth]) -> TargetBoard:
    """Read targets alone, by their groups; nothing is known of the groups but their names."""
    groups: dict[str, list[TargetHealth]] = {}
    for each in seen:
        groups.setdefault(each.target_group_arn, []).append(each)
    return TargetBoard(
        name="Targets",
        groups=tuple(
            TargetGroupRows(
                name=arn.rpartition(":targetgroup/")[2].partition("/")[0], rows=target_rows(found)
            )
            for arn, found in groups.items()
        ),
    )


class TargetReader:
    """Looks up the targets behind a load balancer or in one group, and whose addresses they are.

    Args:
        of: The balancer, whose groups are looked up each time, or one group.
    """

    def __init__(self, aws: Connection, of: LoadBalancer | TargetGroup) -> None:
        self._aws = aws
        self._of = of
        self._tasks: dict[str, str] = {}
        self._strange: frozenset[str] = frozenset()

    async def board(self) -> TargetBoard:
        """Look once.

        Raises:
            NotFound: AWS does not know the balancer or the group any more.

        Calls:
            elasticloadbalancing:DescribeTargetGroups,
            elasticloadbalancing:DescribeTargetHealth for each group,
            elasticloadbalancing:DescribeLoadBalancers of a balancer; where an address is new, those
            of listing the tasks of every cluster
        """
        of = await self._of.refresh()
        groups = [of] if isinstance(of, TargetGroup) else await _groups(of)
        seen = [(group, await group.health()) for group in groups]
        await self._name({each.address for _, found in seen for each in found})
        kind = "Load balancer" if isinstance(of, LoadBalancer) else "Target group"
        return TargetBoard(
            name=f"{kind} {of.name}",
            groups=tuple(
                TargetGroupRows(
                    name=group.name, check=check_of(group), rows=target_rows(found, self._tasks)
                )
                for group, found in seen
            ),
            badge=badge_of(of._session),
        )

    async def _name(self, addresses: set[str]) -> None:
        """Find out whose addresses these are, once for each that is new."""
        unknown = frozenset(addresses - self._tasks.keys())
        if unknown <= self._strange:
            return
        self._strange = unknown
        async for cluster in self._aws.clusters():
            async for task in cluster.tasks():
                interface = task.network_interface
                if interface is not None and interface.private_ip:
                    self._tasks[interface.private_ip] = task.id


async def _groups(balancer: LoadBalancer) -> list[TargetGroup]:
    """Return the groups that a balancer forwards to; none where AWS finds none."""
    try:
        return [each async for each in balancer.target_groups()]
    except NotFound:
        return []


def moment_of(service: Service, deployment_id: str, seconds: float) -> Moment:
    """Read how many tasks of a deployment run, and of all others."""
    own = [each for each in service.deployments if each.id == deployment_id]
    new = sum(each.running_count for each in own)
    old = sum(each.running_count for each in service.deployments) - new
    return Moment(seconds=seconds, new=new, old=old)


def before(service: Service, deployment: Deployment) -> str:
    """Return the names of the revisions that other deployments brought."""
    others = [
        each.definition_arn.rpartition("/")[2]
        for each in service.deployments
        if each.id != deployment.id
    ]
    return ", ".join(dict.fromkeys(others))


def next_after(service: Service, deployment: Deployment) -> datetime | None:
    """Return when the next deployment of the service began; None if there is none."""
    began = deployment.created_at
    later = [
        each.created_at
        for each in service.deployments
        if each.created_at is not None and began is not None and each.created_at > began
    ]
    return min(later, default=None)


def timeline_of(
    service: Service,
    deployment: Deployment,
    moments: Sequence[Moment],
    *,
    old: str,
    speed: float,
    ends: datetime | None = None,
) -> DeploymentTimeline:
    """Read a deployment and its service as a line of time.

    Args:
        deployment: As it was last seen.
        old: The revisions that ran before.
        speed: Seconds of Fargate in a real one; the account's time stamps are of real ones.
        ends: When the next deployment began; what ECS says then is not of this one.
    """
    limits = service_picture_of(service, ())
    began = deployment.created_at or datetime.now(UTC)
    said = [
        each
        for each in events_from_api(service.raw.get("events", ()))
        if each.at >= began - SLACK / speed and (ends is None or each.at < ends)
    ]
    return DeploymentTimeline(
        service=service.name,
        new=deployment.definition_arn.rpartition("/")[2],
        old=old,
        state=deployment.rollout_state or deployment.status,
        reason=deployment.rollout_reason,
        desired=service.desired_count,
        lowest=limits.lowest,
        highest=limits.highest,
        failed=deployment.failed_tasks,
        moments=tuple(moments),
        events=tuple(_event(each, began, speed) for each in said),
        badge=badge_of(service._session),
    )


def _event(event: ServiceEvent, began: datetime, speed: float) -> TimelineEvent:
    words = event.message.partition(") ")[2] if event.message.startswith("(service") else ""
    words = _ARN.sub(r"\1", _ID.sub(r"\1", words or event.message))
    seconds = max(0.0, (event.at - began).total_seconds() * speed)
    return TimelineEvent(seconds=seconds, words=words, trouble=event.is_trouble)
