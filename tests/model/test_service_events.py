"""Messages of ECS as typed events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fargate_kit.model.service_events import (
    EventKind,
    ServiceEvent,
    events_from_api,
    started_by_events,
)

TASK = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"
GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0123456789abcdef"
LIST = (
    (f"has started 1 tasks: (task {TASK}).", EventKind.STARTED, False, None),
    (
        f"has started 1 tasks: (task {TASK}). Amazon ECS replaced 1 tasks due to an unhealthy "
        "status.",
        EventKind.STARTED,
        False,
        None,
    ),
    (f"registered 1 targets in (target-group {GROUP})", EventKind.REGISTERED, False, None),
    (f"deregistered 1 targets in (target-group {GROUP})", EventKind.DEREGISTERED, False, None),
    (f"has stopped 1 running tasks: (task {TASK}).", EventKind.STOPPED, False, None),
    ("stopped 2 pending tasks.", EventKind.STOPPED, False, None),
    ("(deployment ecs-svc/12) deployment completed.", EventKind.COMPLETED, False, None),
    ("has reached a steady state.", EventKind.STEADY, False, None),
    (f"(task {TASK}) failed container health checks.", EventKind.UNHEALTHY, True, "health check"),
    (
        f"(port 80) is unhealthy in (target-group {GROUP}) due to (reason Request timed out)",
        EventKind.UNHEALTHY,
        True,
        "health check",
    ),
    (
        "(deployment ecs-svc/12) deployment failed: tasks failed to start.",
        EventKind.FAILED,
        True,
        None,
    ),
    ("rolling back to deployment ecs-svc/12.", EventKind.ROLLING_BACK, True, None),
    (
        "is unable to consistently start tasks successfully. For more information, see the "
        "Troubleshooting section.",
        EventKind.IMPAIRED,
        True,
        "start",
    ),
    (
        "was unable to place a task. Reason: Capacity is unavailable at this time. Please try "
        "again later or in a different availability zone.",
        EventKind.UNPLACED,
        True,
        "capacity",
    ),
    (
        "was unable to place a task. Reason: You've reached the limit on the number of vCPUs you "
        "can run concurrently.",
        EventKind.UNPLACED,
        True,
        "quota",
    ),
    (
        "was unable to place a task. Reason: The requested CPU/MEMORY configuration is above your "
        "limit.",
        EventKind.UNPLACED,
        True,
        "quota",
    ),
    (
        "was unable to place a task. Reason: Internal error.",
        EventKind.UNPLACED,
        True,
        "internal",
    ),
    ("could not launch 3 tasks for deployment ecs-svc/12.", EventKind.UNPLACED, True, None),
    (
        "operations are being throttled. Will try again later.",
        EventKind.THROTTLED,
        True,
        "throttle",
    ),
    (
        "was unable to stop or start tasks during a deployment because of the service deployment "
        "configuration. Update the minimumHealthyPercent or maximumPercent value and try again.",
        EventKind.BLOCKED,
        True,
        "configuration",
    ),
    (
        "was unable to reach steady state because task set (taskSet ecs-svc/12) was unable to "
        "scale in. Reason: The number of protected tasks are more than the desired count of tasks.",
        EventKind.PROTECTED,
        True,
        "protection",
    ),
    ("says what nobody has heard before.", EventKind.OTHER, False, None),
    (f"the target group {GROUP} does not exist.", EventKind.OTHER, True, "load balancer"),
)


def said(message: str, *, at: float = 0.0, number: int = 1) -> dict[str, Any]:
    """Return a member of `events` of DescribeServices."""
    moment = datetime.fromtimestamp(at, UTC)
    return {"id": str(number), "createdAt": moment, "message": message}


@pytest.mark.parametrize(("text", "kind", "trouble", "family"), LIST)
def test_message_has_its_kind(
    text: str, kind: EventKind, trouble: bool, family: str | None
) -> None:
    """Every message that AWS documents, or was seen to say, is of one kind, with its reason."""
    event = ServiceEvent.from_api(said(f"(service web) {text}"))
    assert (event.kind, event.is_trouble) == (kind, trouble)
    assert (event.reason.family if event.reason else None) == family


@pytest.mark.parametrize("text", [row[0] for row in LIST])
def test_a_reason_has_a_remedy(text: str) -> None:
    """Whoever is told a reason is told what to do about it."""
    reason = ServiceEvent.from_api(said(text)).reason
    assert reason is None or len(reason.remedy) > 20


def test_every_kind_is_told_of() -> None:
    """The table above leaves no kind out, so a pattern that can never fit is noticed."""
    assert {kind for _, kind, _, _ in LIST} >= set(EventKind) - {
        EventKind.DRAINING,
        EventKind.REBALANCING,
    }


def test_event_names_its_tasks_and_deployment() -> None:
    """Ids are read out of the text."""
    event = ServiceEvent.from_api(said(f"has started 2 tasks: (task {TASK}) (task {OTHER})."))
    assert event.task_ids == (TASK, OTHER)
    event = ServiceEvent.from_api(said("(deployment ecs-svc/1234567890) deployment completed."))
    assert event.deployment_id == "ecs-svc/1234567890"


def test_events_are_put_in_order() -> None:
    """AWS gives the newest first; those of one moment keep AWS's order."""
    raw = [said("c", at=2, number=3), said("b", at=1, number=2), said("a", at=1, number=1)]
    assert [event.message for event in events_from_api(raw)] == ["a", "b", "c"]


def test_started_tasks_are_counted() -> None:
    """What several messages say is added up."""
    raw = [said("(service web) has started 10 tasks: …"), said("has started 2 tasks: …"), said("x")]
    assert started_by_events(events_from_api(raw)) == 12
