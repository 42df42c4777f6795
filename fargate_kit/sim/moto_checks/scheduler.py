"""What EventBridge Scheduler refuses beyond its model, and moto would take."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim import moto_iam
from fargate_kit.sim.ecs.references import partition
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.iam.permissions import trusts
from fargate_kit.sim.moto_checks import scheduler_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.page_tokens import is_of_paginator
from fargate_kit.sim.scaling.schedules import InvalidSchedule, read_schedule
from fargate_kit.sim.wording import Refusal

__all__ = ["check_scheduler"]

_DEFAULT_GROUP = "default"
_SERVICE = "scheduler.amazonaws.com"
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:.+", re.ASCII | re.DOTALL)
# The User Guide writes the units in the plural, and does not say that one is refused.
_RATE = re.compile(r"rate\([1-9]\d{0,8} (minute|hour|day)s?\)", re.ASCII)


def check_scheduler(asked: Asked, scheduler: Any) -> None:
    """Refuse what EventBridge Scheduler refuses.

    Source: EventBridge Scheduler User Guide, pages `schedule-types`,
    `managing-schedule-flexible-time-windows`, `managing-schedule-group` and `setting-up`.

    Raises:
        AwsError: It is refused.
    """
    rule = _RULES.get(asked.operation)
    if rule is not None:
        rule(asked, scheduler)


def _schedule(asked: Asked, scheduler: Any) -> None:
    params = asked.params
    _check_expression(params["ScheduleExpression"], params.get("ScheduleExpressionTimezone"))
    window = params["FlexibleTimeWindow"]
    if window["Mode"] == "FLEXIBLE" and window.get("MaximumWindowInMinutes") is None:
        raise wording.WINDOW_REQUIRED.error()
    if not _ARN.fullmatch(params["Target"]["Arn"]):
        raise wording.TARGET_ARN.error()
    _check_role(params, asked.region, scheduler)
    group = scheduler.schedule_groups.get(params.get("GroupName") or _DEFAULT_GROUP)
    if asked.operation == "CreateSchedule" and group and params["Name"] in group.schedules:
        raise _with_status(wording.SCHEDULE_EXISTS, 409, name=params["Name"])


def _check_expression(text: str, timezone: str | None) -> None:
    if timezone is not None:
        try:
            read_schedule("rate(1 minute)", timezone)
        except InvalidSchedule:
            raise wording.TIMEZONE.error(given=timezone) from None
    if _RATE.fullmatch(text):
        return
    try:
        read_schedule(text, timezone)
    except (InvalidSchedule, OverflowError) as wrong:
        if "runs backwards" in str(wrong):
            return  # such as FRI-MON, of which the User Guide says nothing
        raise wording.EXPRESSION.error(given=text) from None


def _check_role(params: Mapping[str, Any], region: str, scheduler: Any) -> None:
    """Refuse a role that the scheduler cannot take, for the group in which the schedule is."""
    account, group = scheduler.account_id, params.get("GroupName") or _DEFAULT_GROUP
    backends = importlib.import_module("moto.iam.models").iam_backends
    role = moto_iam.principal(backends[account][partition(region)], params["Target"]["RoleArn"])
    source = f"arn:{partition(region)}:scheduler:{region}:{account}:schedule-group/{group}"
    keys = {"aws:SourceAccount": account, "aws:SourceArn": source}
    if role is None or not trusts(role, _SERVICE, keys):
        raise wording.ROLE.error()


def _delete_group(asked: Asked, _: Any) -> None:
    if asked.params["Name"] == _DEFAULT_GROUP:
        raise wording.DEFAULT_GROUP.error()


def _list(asked: Asked, scheduler: Any) -> None:
    token, group = asked.params.get("NextToken"), asked.params.get("GroupName")
    if token is not None and not is_of_paginator(token):
        raise wording.TOKEN.error()
    if group is not None and group not in scheduler.schedule_groups:
        raise _with_status(wording.GROUP_MISSING, 404, name=group)


def _tagged(asked: Asked, scheduler: Any) -> None:
    name = asked.params["ResourceArn"].rpartition("/")[2]
    group = scheduler.schedule_groups.get(name)
    if group is None or group.arn != asked.params["ResourceArn"]:
        raise _with_status(wording.GROUP_MISSING, 404, name=name)


def _with_status(refusal: Refusal, status: int, **values: Any) -> AwsError:
    error = refusal.error(**values)
    error.status = status
    return error


_RULES: Mapping[str, Callable[[Asked, Any], None]] = {
    "CreateSchedule": _schedule,
    "DeleteScheduleGroup": _delete_group,
    "ListScheduleGroups": _list,
    "ListSchedules": _list,
    "ListTagsForResource": _tagged,
    "TagResource": _tagged,
    "UntagResource": _tagged,
    "UpdateSchedule": _schedule,
}
