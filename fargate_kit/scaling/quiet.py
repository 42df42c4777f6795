"""Waiting until the scaling of a service has come to rest."""

from __future__ import annotations

from typing import Any

from fargate_kit.core.deadline import Expired, check_timeout, look_within
from fargate_kit.core.session import Session
from fargate_kit.errors import WaitTimeout
from fargate_kit.model.arguments import wrong_argument
from fargate_kit.scaling.activities import newest_activity

__all__ = ["wait_quiet"]

# While a change is on its way, nothing is quiet.
AT_WORK = frozenset({"Pending", "InProgress"})
_NOT_LOOKED_YET: Any = object()


async def wait_quiet(
    session: Session, resource_id: str, seconds: float, *, timeout: float | None
) -> None:
    """Wait until nothing was changed for so many seconds, counted from the first look.

    Raises:
        WaitTimeout: It was not quiet for so long in time; `.last` is the newest activity.

    Calls:
        application-autoscaling:DescribeScalingActivities, shared with everyone who follows them
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise wrong_argument("seconds", seconds, "a number of seconds")
    if not seconds >= 0:
        raise ValueError(f"seconds must be 0 or more, not {seconds!r}")
    check_timeout(timeout)
    clock = session.clock
    began = clock.now()
    last: Any = _NOT_LOOKED_YET
    try:
        while True:
            left = None if timeout is None else began + timeout - clock.now()
            newest = await look_within(clock, left, lambda: newest_activity(session, resource_id))
            if newest != last or (newest is not None and newest.status in AT_WORK):
                quiet_since = clock.now()
            last = newest
            if clock.now() - quiet_since >= seconds:
                return
    except Expired:
        seen = None if last is _NOT_LOOKED_YET else last
        raise WaitTimeout(
            f"scaling of {resource_id} was not quiet for {seconds:g} s within {timeout:g} s; "
            f"its newest activity: {seen or 'none'}",
            last=seen,
        ) from None
