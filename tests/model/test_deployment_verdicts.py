"""How a deployment stands, and why, decided from values alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fargate_kit.model.deployment_evidence import (
    StoppedTask,
    TargetHealth,
    cause_of,
    culprit,
    lasting_cause,
)
from fargate_kit.model.deployment_verdicts import Outcome, Release, Rollout, Sighting, judge
from fargate_kit.model.reasons import reason_for
from fargate_kit.model.service_events import ServiceEvent
from fargate_kit.model.values import Container

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
OWN, OLD, NEW = "ecs-svc/2", "ecs-svc/1", "ecs-svc/3"
NO_CAPACITY = (
    "(service web) was unable to place a task. Reason: Capacity is unavailable at this time"
)
NO_QUOTA = (
    "(service web) was unable to place a task. Reason: You've reached the limit on the number of "
    "vCPUs you can run concurrently"
)


def rollout(name: str, status: str, state: str) -> Rollout:
    """Return a deployment as the service shows it; its id says when it began."""
    return Rollout(
        id=name,
        status=status,
        definition_arn="web:1",
        desired_count=2,
        running_count=0,
        pending_count=0,
        failed_tasks=0,
        rollout_state=state,
        rollout_reason="",
        created_at=NOON + timedelta(minutes=int(name[-1])),
        updated_at=None,
    )


def sighting(*rollouts: Rollout, rolls_back: bool = True, **members: Any) -> Sighting:
    """Return what is seen of a service by who follows the deployment `OWN`."""
    return Sighting(**{
        "deployment_id": OWN,
        "created_at": NOON + timedelta(minutes=2),
        "service_status": "ACTIVE",
        "rollouts": rollouts,
        "rolls_back": rolls_back,
        **members,
    })


def release(status: str) -> Release:
    return Release(arn="arn", status=status, reason="", rolled_back_to=None)


own = rollout(OWN, "PRIMARY", "IN_PROGRESS")
failed = rollout(OWN, "PRIMARY", "FAILED")
lost = rollout(OWN, "ACTIVE", "FAILED")
passed = rollout(OWN, "ACTIVE", "IN_PROGRESS")
old = rollout(OLD, "ACTIVE", "COMPLETED")
back = rollout(OLD, "PRIMARY", "COMPLETED")
going_back = rollout(OLD, "PRIMARY", "IN_PROGRESS")
new = rollout(NEW, "PRIMARY", "IN_PROGRESS")

BY_THE_SERVICE = [
    ("it goes on", [own, old], Outcome.IN_PROGRESS),
    ("it completed", [rollout(OWN, "PRIMARY", "COMPLETED")], Outcome.COMPLETED),
    (
        "it completed before the next came",
        [new, rollout(OWN, "ACTIVE", "COMPLETED")],
        Outcome.COMPLETED,
    ),
    ("it failed", [failed, old], Outcome.UNCLEAR),
    ("it lost its place as failed", [lost, going_back], Outcome.UNCLEAR),
    ("it lost its place", [new, passed], Outcome.UNCLEAR),
    ("it is gone, and the old one stands", [back], Outcome.UNCLEAR),
]


@pytest.mark.parametrize(
    ("rollouts", "outcome"),
    [row[1:] for row in BY_THE_SERVICE],
    ids=[row[0] for row in BY_THE_SERVICE],
)
def test_service_tells_where_it_can(rollouts: list[Rollout], outcome: Outcome) -> None:
    """Where the service alone does not tell, that is said instead of a guess."""
    assert judge(sighting(*rollouts)) == outcome


@pytest.mark.parametrize(
    ("status", "own_is", "outcome"),
    [
        ("SUCCESSFUL", None, Outcome.COMPLETED),
        ("ROLLBACK_SUCCESSFUL", None, Outcome.ROLLED_BACK),
        ("ROLLBACK_SUCCESSFUL", lost, Outcome.ROLLED_BACK),
        ("ROLLBACK_FAILED", failed, Outcome.FAILED),
        ("ROLLBACK_REQUESTED", None, Outcome.IN_PROGRESS),
        ("ROLLBACK_IN_PROGRESS", lost, Outcome.IN_PROGRESS),
        ("STOP_REQUESTED", passed, Outcome.OVERTAKEN),
        ("STOPPED", None, Outcome.OVERTAKEN),
        ("STOPPED", failed, Outcome.FAILED),
        ("IN_PROGRESS", failed, Outcome.IN_PROGRESS),
        ("A_STATUS_OF_2031", None, Outcome.IN_PROGRESS),
    ],
)
def test_record_tells_the_rest(status: str, own_is: Rollout | None, outcome: Outcome) -> None:
    """A rollback that completed is a failure; one under way is awaited; an unknown status too."""
    rollouts = [back] if own_is is None else [own_is, old]
    seen = sighting(*rollouts, release=release(status), release_sought=True)
    assert judge(seen) == outcome


@pytest.mark.parametrize(
    ("rollouts", "rolls_back", "outcome"),
    [
        ([back], True, Outcome.ROLLED_BACK),
        ([lost, going_back], True, Outcome.IN_PROGRESS),
        ([rollout(OLD, "PRIMARY", "FAILED")], True, Outcome.FAILED),
        ([new, passed], True, Outcome.OVERTAKEN),
        ([new], False, Outcome.OVERTAKEN),
        ([new, lost], False, Outcome.FAILED),
        ([failed, old], False, Outcome.FAILED),
        ([failed, old], True, Outcome.IN_PROGRESS),
        ([], True, Outcome.IN_PROGRESS),
    ],
)
def test_without_a_record_the_others_tell(
    rollouts: list[Rollout], rolls_back: bool, outcome: Outcome
) -> None:
    """An older deployment in its place is a rollback, a newer one has overtaken it."""
    assert judge(sighting(*rollouts, rolls_back=rolls_back, release_sought=True)) == outcome


@pytest.mark.parametrize("status", [None, "DRAINING", "INACTIVE"])
def test_deleted_service_has_no_deployment(status: str | None) -> None:
    """Whatever its deployments show, a service that is being deleted brings nothing."""
    assert judge(sighting(own, service_status=status)) == Outcome.DELETED


def test_failure_without_rollback_needs_no_patience() -> None:
    """A failed deployment that nobody rolls back has failed, even if its record lags behind."""
    seen = sighting(failed, old, rolls_back=False, release=release("IN_PROGRESS"))
    assert judge(seen) == Outcome.FAILED


def stopped(
    reason: str, number: int = 1, *, exit_code: int | None = None, **members: Any
) -> StoppedTask:
    """Return a task that stopped for a reason of AWS's."""
    known = reason_for(reason)
    return StoppedTask(**{
        "arn": f"arn:aws:ecs:us-east-1:123456789012:task/prod/{number}",
        "reason": reason,
        "family": known.family,
        "remedy": known.remedy,
        "transient": known.transient,
        "stop_code": None,
        "container": "main",
        "exit_code": exit_code,
        "ran": None,
        "stopped_at": NOON,
        **members,
    })


def event(message: str) -> ServiceEvent:
    return ServiceEvent.from_api({"id": "1", "createdAt": NOON, "message": message})


IMAGE = stopped("CannotPullContainerError: no such host")
CRASH = stopped("Essential container in task exited", exit_code=3)
HEALTH = "Task failed ELB health checks in (target-group arn)"
INTERFACE = stopped("Timeout waiting for network interface provisioning to complete.")
SCALED = stopped("Scaling activity initiated by (deployment ecs-svc/2)")


@pytest.mark.parametrize(
    ("tasks", "family"),
    [
        ([IMAGE] * 2, None),
        ([IMAGE] * 3, "image"),
        ([CRASH] * 3, "exit"),
        ([IMAGE, CRASH, IMAGE, CRASH], None),
        ([IMAGE, CRASH, IMAGE, CRASH, IMAGE], "image"),
        ([CRASH, CRASH, replace(CRASH, exit_code=4)], None),
        ([INTERFACE] * 9, None),
        ([INTERFACE] * 9 + [IMAGE] * 3, "image"),
        ([SCALED] * 9, None),
        ([replace(IMAGE, stop_code="UserInitiated")] * 3, None),
        ([stopped(HEALTH, exit_code=code) for code in (137, 143, None)], "health check"),
    ],
)
def test_three_of_one_lasting_reason_are_an_answer(
    tasks: list[StoppedTask], family: str | None
) -> None:
    """Transient reasons, different ones, and tasks that somebody stopped on purpose are none."""
    cause = lasting_cause(tasks, [], 0)
    assert (cause.family if cause else None) == family


@pytest.mark.parametrize(
    ("message", "failures", "family"),
    [(NO_QUOTA, 2, None), (NO_QUOTA, 3, "quota"), (NO_CAPACITY, 30, None)],
)
def test_three_unplaced_tasks_are_an_answer_if_it_lasts(
    message: str, failures: int, family: str | None
) -> None:
    """A quota stays where it is; capacity comes and goes."""
    cause = lasting_cause([], [event(message)], failures)
    assert (cause.family if cause else None) == family


def test_tasks_say_more_than_events() -> None:
    """The cause is what most tasks stopped for; events count where no task did."""
    events = [event(NO_CAPACITY)]
    assert cause_of([CRASH, IMAGE, IMAGE], events).family == "image"
    assert cause_of([SCALED], events).family == "capacity"
    assert cause_of([], []).said == "AWS gave no reason"
    assert cause_of([], [], said="ECS deployment circuit breaker").said.endswith("breaker")


def test_cause_names_container_and_exit_code() -> None:
    """A crash says which container ended, and how."""
    cause = cause_of([CRASH], [])
    assert "container main, exit code 3" in cause.said
    assert cause.task == CRASH


def test_a_good_end_is_no_good_service() -> None:
    """A container that ends with 0 is started again for ever: the remedy says so."""
    cause = cause_of([replace(CRASH, exit_code=0)], [])
    assert "run it as a task instead of a service" in cause.remedy


def test_target_tells_what_it_answers() -> None:
    """The load balancer's own words are joined to a health check that failed."""
    target = TargetHealth(
        target_group_arn="arn",
        address="10.0.0.1",
        port=80,
        state="unhealthy",
        reason="Target.ResponseCodeMismatch",
        description="Health checks failed with these codes: [500]",
    )
    assert "these codes: [500]" in cause_of([stopped(HEALTH)], [], [target]).said
    assert cause_of([], [], [target]).family == "health check"
    assert "[500]" not in cause_of([IMAGE], [], [target]).said
    unused = replace(target, state="unused", description="Target group has no listener")
    assert "listener" in cause_of([], [], [unused]).remedy


def container(name: str, exit_code: int | None, reason: str | None = None) -> Container:
    raw = {"name": name, "exitCode": exit_code, "reason": reason}
    return Container.from_api({key: value for key, value in raw.items() if value is not None})


@pytest.mark.parametrize(
    ("containers", "name"),
    [
        ([container("a", 143), container("b", 1)], "b"),
        ([container("a", 137), container("b", 0)], "b"),
        ([container("a", 0), container("b", 1)], "b"),
        ([container("init", 1), container("a", 143)], "a"),
        ([container("a", 137, "OutOfMemoryError"), container("b", 1)], "a"),
        ([container("a", None), container("b", None, "CannotPullContainerError")], "b"),
        ([container("a", None)], None),
    ],
)
def test_culprit_is_who_ended_by_itself(containers: list[Container], name: str | None) -> None:
    """When an essential container ends, the others are killed: those are not to blame."""
    found = culprit(containers, ["a", "b"])
    assert (found.name if found else None) == name
