"""The auto scaling of a service: its bounds, policies, schedules and alarms, and what it did."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import anyio

from fargate_kit.core.session import Session
from fargate_kit.errors import NotFound
from fargate_kit.model.values import moment
from fargate_kit.scaling.activities import ScalingActivity, follow_activities, read_activities
from fargate_kit.scaling.names import ALARM_PREFIX, SERVICE, scaled
from fargate_kit.scaling.pictures import ScalingAlarm, ScalingPolicy, Suspension
from fargate_kit.scaling.quiet import wait_quiet
from fargate_kit.scaling.schedules import Schedule

__all__ = ["Scaling", "describe", "remove"]

# DescribeAlarms and DeleteAlarms take at most 100 names (CloudWatch model).
ALARMS_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """The auto scaling of a service as AWS described it at one moment.

    Attributes:
        resource_id: `service/<cluster>/<service>`.
        minimum: The fewest tasks that it goes down to.
        maximum: The most tasks that it goes up to.
        suspension: What of it rests; false where nothing does.
        raw: AWS's own answer.
    """

    resource_id: str
    arn: str | None
    minimum: int
    maximum: int
    suspension: Suspension
    policies: tuple[ScalingPolicy, ...]
    schedules: tuple[Schedule, ...]
    alarms: tuple[ScalingAlarm, ...]
    created_at: datetime | None
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    _session: Session = field(repr=False, compare=False)

    @classmethod
    def from_api(
        cls,
        raw: Mapping[str, Any],
        session: Session,
        *,
        policies: Sequence[ScalingPolicy] = (),
        schedules: Sequence[Schedule] = (),
        alarms: Sequence[ScalingAlarm] = (),
    ) -> Self:
        """Parse a member of `ScalableTargets` of DescribeScalableTargets."""
        return cls(
            resource_id=raw["ResourceId"],
            arn=raw.get("ScalableTargetARN"),
            minimum=raw["MinCapacity"],
            maximum=raw["MaxCapacity"],
            suspension=Suspension.from_api(raw.get("SuspendedState") or {}),
            policies=tuple(policies),
            schedules=tuple(schedules),
            alarms=tuple(alarms),
            created_at=moment(raw.get("CreationTime")),
            raw=raw,
            _session=session,
        )

    def __str__(self) -> str:
        what = ", ".join(policy.name for policy in self.policies) or "no policies"
        rests = ", suspended" if self.suspension else ""
        return f"scaling of {self.resource_id}: {self.minimum} to {self.maximum} ({what}){rests}"

    def policy(self, name: str) -> ScalingPolicy | None:
        """Return the policy of that name; None if there is none."""
        return next((policy for policy in self.policies if policy.name == name), None)

    async def refresh(self) -> Scaling:
        """Return the scaling as it is now; this picture stays what it is.

        Raises:
            NotFound: The service is not scaled automatically any more.

        Calls:
            application-autoscaling:DescribeScalableTargets,
            application-autoscaling:DescribeScalingPolicies,
            application-autoscaling:DescribeScheduledActions, cloudwatch:DescribeAlarms
        """
        return await describe(self._session, self.resource_id)

    async def suspend(
        self, *, scale_in: bool = True, scale_out: bool = True, scheduled: bool = True
    ) -> Scaling:
        """Let scaling rest; policies, alarms and schedules stay, and `resume()` wakes them.

        Args:
            scale_in: Whether policies shall take no tasks away.
            scale_out: Whether policies shall add no tasks.
            scheduled: Whether schedules shall change nothing. One whose time comes meanwhile is not
                made up for.

        Calls:
            application-autoscaling:RegisterScalableTarget; those of `refresh()`
        """
        asked = Suspension(scale_in=scale_in, scale_out=scale_out, scheduled=scheduled)
        await self._set(asked)
        return await self.refresh()

    async def resume(self) -> Scaling:
        """Let all of the scaling work again.

        Calls:
            application-autoscaling:RegisterScalableTarget; those of `refresh()`
        """
        await self._set(Suspension())
        return await self.refresh()

    @asynccontextmanager
    async def suspended(
        self, *, scale_in: bool = True, scale_out: bool = True, scheduled: bool = True
    ) -> AsyncIterator[None]:
        """Let scaling rest in the block: `async with scaling.suspended(): ...`.

        What rested before rests afterwards, and nothing else, also where the block is left by an
        error or a cancellation. Bounds and policies that were changed meanwhile stay changed.

        Args:
            scale_in: Whether policies shall take no tasks away.
            scale_out: Whether policies shall add no tasks.
            scheduled: Whether schedules shall change nothing.

        Raises:
            NotFound: The service is not scaled automatically any more.

        Calls:
            application-autoscaling:DescribeScalableTargets and
            application-autoscaling:RegisterScalableTarget, each before and after
        """
        before = Suspension.from_api((await self._target()).get("SuspendedState") or {})
        try:
            await self._set(
                Suspension(
                    scale_in=scale_in or before.scale_in,
                    scale_out=scale_out or before.scale_out,
                    scheduled=scheduled or before.scheduled,
                )
            )
            yield
        finally:
            with anyio.CancelScope(shield=True), suppress(NotFound):
                # Without a look, a target that was removed meanwhile would be refused, or made.
                await self._target()
                await self._set(before)

    async def activities(
        self, *, follow: bool = False, not_scaled: bool = False, since: datetime | None = None
    ) -> AsyncIterator[ScalingActivity]:
        """Yield what scaling has done, the oldest first, each activity once; AWS keeps six weeks.

        Args:
            follow: Go on with new ones until the service is not scaled automatically any more. An
                activity is shown when it is first seen, which may be while it is in progress.
            not_scaled: Also when an alarm went off and nothing was changed, with the reasons.
            since: Leave out those that began before this moment.

        Calls:
            application-autoscaling:DescribeScalingActivities;
            application-autoscaling:DescribeScalableTargets about once a minute when following
        """
        if follow:
            async for activity in follow_activities(
                self._session, self.resource_id, not_scaled=not_scaled, since=since
            ):
                yield activity
            return
        for activity in await read_activities(
            self._session, self.resource_id, not_scaled=not_scaled, since=since
        ):
            yield activity

    async def wait_quiet(self, seconds: float, *, timeout: float | None = None) -> Scaling:
        """Wait until scaling has changed nothing for so long, for instance after a load test.

        The time begins with the call, and anew with every change and with its end.

        Args:
            seconds: On the connection's clock; alarms look at minutes, so give several.
            timeout: Seconds on the connection's clock; None waits for ever.

        Raises:
            WaitTimeout: It was not quiet for so long in time; `.last` is the newest activity.
            NotFound: The service is not scaled automatically any more.

        Calls:
            application-autoscaling:DescribeScalingActivities, shared with everyone who follows
            them; those of `refresh()`
        """
        await wait_quiet(self._session, self.resource_id, seconds, timeout=timeout)
        return await self.refresh()

    async def remove_policy(self, name: str) -> Scaling:
        """Remove one policy with its alarms; one that is gone is fine.

        Calls:
            application-autoscaling:DeleteScalingPolicy; cloudwatch:DeleteAlarms for steps; those of
            `refresh()`
        """
        policy = self.policy(name)
        with suppress(NotFound):
            await self._session.api.call(
                "application-autoscaling",
                "DeleteScalingPolicy",
                PolicyName=name,
                **scaled(self.resource_id),
            )
        await delete_alarms(self._session, our_alarms([policy] if policy else []))
        return await self.refresh()

    async def remove_schedule(self, name: str) -> Scaling:
        """Remove one schedule; one that is gone is fine.

        Calls:
            application-autoscaling:DeleteScheduledAction; those of `refresh()`
        """
        with suppress(NotFound):
            await self._session.api.call(
                "application-autoscaling",
                "DeleteScheduledAction",
                ScheduledActionName=name,
                **scaled(self.resource_id),
            )
        return await self.refresh()

    async def remove(self) -> None:
        """Scale the service no more: policies, schedules and alarms go; its count stays.

        Nothing happens where that was done already.

        Calls:
            application-autoscaling:DescribeScalingPolicies,
            application-autoscaling:DeregisterScalableTarget, cloudwatch:DeleteAlarms for steps
        """
        await remove(self._session, self.resource_id)

    async def _target(self) -> Mapping[str, Any]:
        return await target_of(self._session, self.resource_id)

    async def _set(self, suspension: Suspension) -> None:
        await self._session.api.call(
            "application-autoscaling",
            "RegisterScalableTarget",
            SuspendedState=suspension.to_api(),
            **scaled(self.resource_id),
        )


async def target_of(session: Session, resource_id: str) -> Mapping[str, Any]:
    """Look at the scalable target alone.

    Raises:
        NotFound: The service is not scaled automatically.

    Calls:
        application-autoscaling:DescribeScalableTargets
    """
    reply = await session.api.call(
        "application-autoscaling",
        "DescribeScalableTargets",
        ResourceIds=[resource_id],
        **SERVICE,
    )
    if not reply["ScalableTargets"]:
        raise NotFound(
            "application-autoscaling:DescribeScalableTargets",
            "ObjectNotFoundException",
            f"{resource_id} is not scaled automatically; autoscale() begins it",
        )
    found: Mapping[str, Any] = reply["ScalableTargets"][0]
    return found


async def describe(session: Session, resource_id: str) -> Scaling:
    """Look at all of the scaling of a service.

    Raises:
        NotFound: The service is not scaled automatically.

    Calls:
        application-autoscaling:DescribeScalableTargets,
        application-autoscaling:DescribeScalingPolicies,
        application-autoscaling:DescribeScheduledActions; cloudwatch:DescribeAlarms for every 100
    """
    target = await target_of(session, resource_id)
    policies = await _policies(session, resource_id)
    schedules = [
        Schedule.from_api(raw)
        async for page in session.api.pages(
            "application-autoscaling", "DescribeScheduledActions", **scaled(resource_id)
        )
        for raw in page["ScheduledActions"]
    ]
    names = [name for policy in policies for name in policy.alarm_names]
    alarms: list[ScalingAlarm] = []
    for first in range(0, len(names), ALARMS_AT_ONCE):
        reply = await session.api.call(
            "cloudwatch", "DescribeAlarms", AlarmNames=names[first : first + ALARMS_AT_ONCE]
        )
        alarms += [ScalingAlarm.from_api(raw) for raw in reply["MetricAlarms"]]
    return Scaling.from_api(target, session, policies=policies, schedules=schedules, alarms=alarms)


async def remove(session: Session, resource_id: str) -> None:
    """Scale a service no more, and delete the alarms that we made for it.

    Calls:
        application-autoscaling:DescribeScalingPolicies,
        application-autoscaling:DeregisterScalableTarget, cloudwatch:DeleteAlarms for steps
    """
    policies = await _policies(session, resource_id)
    with suppress(NotFound):
        await session.api.call(
            "application-autoscaling", "DeregisterScalableTarget", **scaled(resource_id)
        )
    await delete_alarms(session, our_alarms(policies))


def our_alarms(policies: Sequence[ScalingPolicy]) -> list[str]:
    """Return the names of the policies' alarms that we made; AWS takes its own away itself."""
    return [
        name for policy in policies for name in policy.alarm_names if name.startswith(ALARM_PREFIX)
    ]


async def delete_alarms(session: Session, names: Sequence[str]) -> None:
    """Delete alarms; those that are gone are fine.

    Calls:
        cloudwatch:DeleteAlarms for every 100
    """
    for first in range(0, len(names), ALARMS_AT_ONCE):
        chunk = list(names[first : first + ALARMS_AT_ONCE])
        try:
            await session.api.call("cloudwatch", "DeleteAlarms", AlarmNames=chunk)
        except NotFound:
            # CloudWatch deletes none of them then, unless it is asked for each alone.
            for name in chunk if len(chunk) > 1 else ():
                await delete_alarms(session, [name])


async def _policies(session: Session, resource_id: str) -> list[ScalingPolicy]:
    return [
        ScalingPolicy.from_api(raw)
        async for page in session.api.pages(
            "application-autoscaling", "DescribeScalingPolicies", **scaled(resource_id)
        )
        for raw in page["ScalingPolicies"]
    ]
