"""What moto keeps of EventBridge Scheduler."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.schedules import ScheduleFact

__all__ = ["delete", "mend_scheduler", "schedules"]


def schedules(scheduler: Any) -> tuple[ScheduleFact, ...]:
    """List the schedules of a region's backend."""
    return tuple(
        ScheduleFact(
            group=group.name,
            name=each.name,
            expression=each.schedule_expression,
            timezone=each.schedule_expression_timezone,
            target=each.target["Arn"],
            role=each.target["RoleArn"],
            input=each.target.get("Input", "{}"),
            enabled=each.state == "ENABLED",
            deleted_after=each.action_after_completion == "DELETE",
        )
        for group in scheduler.schedule_groups.values()
        for each in group.schedules.values()
    )


def delete(scheduler: Any, group: str, name: str) -> None:
    """Forget a schedule; one that is not there is forgotten already."""
    if group in scheduler.schedule_groups:
        scheduler.schedule_groups[group].schedules.pop(name, None)


def mend_scheduler(scheduler: Any) -> None:
    """Refuse a group that is there twice, one that is not there, and the token of another list.

    The first two are of the service model; moto forgets the schedules of the first one, and breaks
    on the second. For the third it has a code that the service has not.
    """
    create, delete = scheduler.create_schedule_group, scheduler.delete_schedule_group
    make_schedule = scheduler.create_schedule

    def create_schedule_group(name: str, tags: Any) -> Any:
        if name in scheduler.schedule_groups:
            text = f"Schedule group {name} already exists."
            raise AwsError("ConflictException", text, status=409)
        return create(name, tags)

    def delete_schedule_group(name: str | None) -> None:
        arn = scheduler.get_schedule_group(name).arn
        delete(name)
        scheduler.tagger.delete_all_tags_for_resource(arn)

    def create_schedule(*, group_name: str | None, **members: Any) -> Any:
        scheduler.get_schedule_group(group_name)
        return make_schedule(group_name=group_name, **members)

    scheduler.list_schedules = _paged(scheduler.list_schedules)
    scheduler.list_schedule_groups = _paged(scheduler.list_schedule_groups)
    scheduler.create_schedule_group = create_schedule_group
    scheduler.delete_schedule_group = delete_schedule_group
    scheduler.create_schedule = create_schedule


def _paged(listed: Callable[..., Any]) -> Callable[..., Any]:
    """Have a list refuse a page token that is not of it."""
    invalid: Any = importlib.import_module("moto.core.exceptions").InvalidToken

    def paged(*given: Any, **named: Any) -> Any:
        try:
            return listed(*given, **named)
        except invalid:
            raise AwsError("ValidationException", "The NextToken is not valid.") from None

    return paged
