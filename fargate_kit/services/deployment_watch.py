"""Follows one deployment of a service: one shared look a round, more only where it goes wrong."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from fargate_kit.core.poller import Poller
from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, EndpointUnreachable, FargateError, NotFound
from fargate_kit.model.deployment_evidence import Cause, lasting_cause
from fargate_kit.model.deployment_verdicts import Outcome, Release, Rollout, Sighting, judge
from fargate_kit.model.service_events import ServiceEvent, events_from_api, started_by_events
from fargate_kit.services.deployment_tasks import DeploymentTasks
from fargate_kit.services.deployment_trouble import Trouble

__all__ = [
    "DeploymentWatch",
    "describe_services",
    "find_release",
    "releases",
    "services_poller",
]

T = TypeVar("T")

# DescribeServices and DescribeServiceDeployments take at most so many (botocore's ECS model).
SERVICES_DESCRIBED_AT_ONCE = 10
RELEASES_DESCRIBED_AT_ONCE = 20
# A new deployment may be missing from answers for a moment; AWS promises no time.
VISIBLE_WITHIN = 60.0
# A deployment and its record are made together; the record of another may be as near as this.
SAME_BEGINNING = timedelta(seconds=60)
# Where ECS itself is to roll a hopeless deployment back, its own answer is awaited for so long.
ROLLBACK_PATIENCE = 30.0
# A list of stopped tasks may lag behind the counts, so it is asked for again.
LOOK_AGAIN = 15.0


class DeploymentWatch:
    """Looks at a deployment again and again, and judges it by its id.

    Attributes:
        raw: The service as it was last seen; None before the first look, and where AWS does not
            know it any more.
        sighting: What was last seen; None before the first look.
        tasks: The deployment's tasks that stopped, as far as they were looked at.
        wanted: How many tasks it was to have; AWS sets that to 0 when a deployment failed.
        lasting: Why it cannot succeed, once that is plain.
        progressed_at: When it last came nearer to its end, on the connection's clock; time in which
            AWS told nothing is left out.
        trouble: Whether AWS tells anything.
    """

    def __init__(
        self, session: Session, *, cluster_arn: str, service_arn: str, rollout: Rollout
    ) -> None:
        self._session = session
        self._clock = session.clock
        self._cluster_arn = cluster_arn
        self._service_arn = service_arn
        self._rollout = rollout
        self._services = services_poller(session, cluster_arn)
        self._began = self._clock.now()
        self._release_arn: str | None = None
        self._sought_at = -math.inf
        self._suspicion: tuple[int, int, int] = (0, 0, 0)
        self._looked_at = self._began
        self._lasting_since = self._began
        # The most that ran of its own, the fewest of the others, and AWS's state.
        self._progress: tuple[int, float, str] = (0, math.inf, "")
        self._seen_own = False
        self._fallen = 0
        self.wanted = rollout.desired_count
        self.raw: Mapping[str, Any] | None = None
        self.sighting: Sighting | None = None
        self.tasks = DeploymentTasks(
            session,
            cluster_arn=cluster_arn,
            service=service_arn.rpartition("/")[2],
            deployment_id=rollout.id,
            definition_arn=rollout.definition_arn,
        )
        self.lasting: Cause | None = None
        self.progressed_at = self._began
        self.trouble = Trouble(self._clock)

    @property
    def rollout(self) -> Rollout:
        """The deployment as it was last shown."""
        return self._rollout

    @property
    def events(self) -> tuple[ServiceEvent, ...]:
        """What ECS has said since the deployment began and before the next one did, oldest first.

        AWS keeps the newest hundred messages of a service.
        """
        if self.raw is None:
            return ()
        began = self._rollout.created_at
        others = [Rollout.of(each).created_at for each in self.raw.get("deployments", ())]
        later = [at for at in others if at is not None and began is not None and at > began]
        return tuple(
            event
            for event in events_from_api(self.raw.get("events", ()))
            if (began is None or event.at >= began) and (not later or event.at < min(later))
        )

    async def next(self) -> Outcome:
        """Look once more, and judge; where AWS cannot tell for now, nothing is decided.

        Raises:
            FargateError: AWS does not tell, and that does not pass, or has lasted for five minutes.

        Calls:
            ecs:DescribeServices, shared with everyone who waits; ecs:ListServiceDeployments once
            and ecs:DescribeServiceDeployments, shared, where the deployment was replaced or failed;
            ecs:ListTasks and ecs:DescribeTasks where tasks of it have stopped
        """
        try:
            outcome = await self._look()
        except FargateError as error:
            self.trouble.bear(error, what=f"deployment {self._rollout.id}")
            return Outcome.IN_PROGRESS
        self.progressed_at = min(self._clock.now(), self.progressed_at + self.trouble.passed())
        return outcome

    async def _look(self) -> Outcome:
        raw = await self._services.next(self._service_arn)
        if raw is None and self.raw is None and self._is_young():
            return Outcome.IN_PROGRESS
        self.raw = raw if raw is not None else self.raw
        seen = self._seen(raw)
        outcome = judge(seen)
        if outcome is Outcome.UNCLEAR:
            seen = replace(seen, release=await self._release(), release_sought=True)
            outcome = judge(seen)
            if seen.own is None and not self._seen_own and seen.release is None:
                # The answer is older than the deployment.
                outcome = Outcome.IN_PROGRESS if self._is_young() else outcome
        self.sighting = seen
        self._note(seen)
        if outcome is Outcome.IN_PROGRESS and await self._is_hopeless(seen):
            return Outcome.FAILED
        return outcome

    def _seen(self, raw: Mapping[str, Any] | None) -> Sighting:
        raw = raw or {}
        return Sighting(
            deployment_id=self._rollout.id,
            created_at=self._rollout.created_at,
            service_status=raw.get("status"),
            rollouts=tuple(Rollout.of(each) for each in raw.get("deployments", ())),
            rolls_back=_rolls_back(raw.get("deploymentConfiguration") or {}),
        )

    def _note(self, seen: Sighting) -> None:
        """Keep what a later look is held against."""
        if (own := seen.own) is not None:
            self._seen_own = True
            before = self._rollout.running_count + self._rollout.pending_count
            self._fallen += own.running_count + own.pending_count < before
            self.wanted = max(self.wanted, own.desired_count)
            self._rollout = own
        others = sum(each.running_count for each in seen.rollouts if each.id != self._rollout.id)
        state = seen.release.status if seen.release else self._rollout.rollout_state
        most, fewest, _ = self._progress
        progress = (max(most, self._rollout.running_count), min(fewest, others), state)
        if progress != self._progress:
            self._progress = progress
            self.progressed_at = self._clock.now()

    async def _is_hopeless(self, seen: Sighting) -> bool:
        """Whether three of its tasks stopped for one lasting reason, and none holds out."""
        now = self._clock.now()
        if seen.own is None or seen.own.status != "PRIMARY":
            return False
        if seen.own.rollout_state == "FAILED":
            return False
        started = started_by_events(self.events) - max(seen.own.desired_count, 0)
        suspicion = (seen.own.failed_tasks, max(0, started), self._fallen)
        if any(suspicion) and (suspicion != self._suspicion or now - self._looked_at >= LOOK_AGAIN):
            self._suspicion, self._looked_at = suspicion, now
            # ECS's own verdict needs no tasks; who cannot see them has to wait for it.
            with suppress(ApiError, EndpointUnreachable):
                await self._look_at_tasks(seen.own, now)
        patience = ROLLBACK_PATIENCE if seen.rolls_back else 0.0
        return self.lasting is not None and now - self._lasting_since >= patience

    async def _look_at_tasks(self, own: Rollout, now: float) -> None:
        with suppress(NotFound):
            await self.tasks.look()
        lasting = lasting_cause(self.tasks.stopped, self.events, own.failed_tasks)
        if lasting is not None and await self.tasks.one_holds_out():
            lasting = None
        if self.lasting is None:
            self._lasting_since = now
        self.lasting = lasting

    async def _release(self) -> Release | None:
        now = self._clock.now()
        if self._release_arn is None and now - self._sought_at >= LOOK_AGAIN:
            self._release_arn = await find_release(
                self._session, self._cluster_arn, self._service_arn, self._rollout.created_at
            )
            # Not before: where AWS could not tell, nothing is known of a record.
            self._sought_at = now
        if self._release_arn is None:
            return None
        poller = _releases_poller(self._session, self._cluster_arn)
        found: Release | None = await poller.next(self._release_arn)
        return found

    def _is_young(self) -> bool:
        return self._clock.now() - self._began < VISIBLE_WITHIN


async def describe_services(
    session: Session, cluster_arn: str, names: Sequence[str]
) -> dict[str, Mapping[str, Any] | None]:
    """Look at no more than ten services of one cluster; None for those that AWS does not know.

    Returns:
        AWS's own answers by the names or ARNs that were asked for.

    Calls:
        ecs:DescribeServices
    """
    reply = await session.api.call(
        "ecs", "DescribeServices", cluster=cluster_arn, services=list(names), include=["TAGS"]
    )
    found: dict[str, Mapping[str, Any] | None] = dict.fromkeys(names)
    for raw in reply["services"]:
        for name in (raw["serviceArn"], raw["serviceName"]):
            if name in found:
                found[name] = raw
    return found


def services_poller(session: Session, cluster_arn: str) -> Poller[str, Any]:
    """Return the poller that everybody who waits for a service of the cluster shares."""

    async def look(arns: Sequence[str]) -> dict[str, Mapping[str, Any] | None]:
        return await describe_services(session, cluster_arn, arns)

    return session.poller(("services", cluster_arn), look, batch=SERVICES_DESCRIBED_AT_ONCE)


async def releases(
    session: Session, cluster_arn: str, service: str, **filters: Any
) -> AsyncIterator[Mapping[str, Any]]:
    """Yield AWS's records of a service's deployments, the newest first, as AWS lists them.

    Args:
        service: The service's name or ARN.
        filters: `status` or `createdAt`, as AWS takes them.

    Calls:
        ecs:ListServiceDeployments
    """
    token: dict[str, str] = {}
    while True:
        reply = await session.api.call(
            "ecs",
            "ListServiceDeployments",
            cluster=cluster_arn,
            service=service,
            **filters,
            **token,
        )
        for raw in reply.get("serviceDeployments", ()):
            yield raw
        if not reply.get("nextToken"):
            return
        token = {"nextToken": reply["nextToken"]}


async def find_release(
    session: Session, cluster_arn: str, service: str, created_at: datetime | None
) -> str | None:
    """Return the ARN of the record of the deployment that began at that moment.

    AWS gives the two different names, and says nowhere which belong together but by their moments.

    Calls:
        ecs:ListServiceDeployments
    """
    if created_at is None:
        return None
    nearby = {"after": created_at - SAME_BEGINNING, "before": created_at + SAME_BEGINNING}
    found: list[tuple[timedelta, str]] = []
    try:
        async for raw in releases(session, cluster_arn, service, createdAt=nearby):
            apart = abs(raw["createdAt"] - created_at)
            found.append((apart, raw["serviceDeploymentArn"]))
    except ApiError as error:
        if isinstance(error, NotFound):
            return None
        raise
    return min(found)[1] if found else None


def _releases_poller(session: Session, cluster_arn: str) -> Poller[str, Any]:
    async def look(arns: Sequence[str]) -> dict[str, Release | None]:
        reply = await session.api.call(
            "ecs", "DescribeServiceDeployments", serviceDeploymentArns=list(arns)
        )
        found: dict[str, Release | None] = dict.fromkeys(arns)
        for raw in reply["serviceDeployments"]:
            found[raw["serviceDeploymentArn"]] = Release.from_api(raw)
        return found

    return session.poller(
        ("service deployments", cluster_arn), look, batch=RELEASES_DESCRIBED_AT_ONCE
    )


def _rolls_back(configuration: Mapping[str, Any]) -> bool:
    watchers = (
        configuration.get("deploymentCircuitBreaker") or {},
        configuration.get("alarms") or {},
    )
    return any(each.get("enable") and each.get("rollback") for each in watchers)
