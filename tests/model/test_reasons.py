"""Why a task stopped: AWS's texts by family."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from fargate_kit.model.reasons import (
    REASONS,
    STOPPED_BY_USER,
    UNKNOWN,
    Reason,
    as_table,
    reason_for,
)
from fargate_kit.model.service_events import EventKind, ServiceEvent
from fargate_kit.model.values import Container
from fargate_kit.model.verdicts import failing_container, why_it_stopped
from fargate_kit.sim import fault_wording
from fargate_kit.sim.ecs import wording
from fargate_kit.sim.ecs.services import wording as service_wording
from fargate_kit.sim.iam import wording as permission_wording
from fargate_kit.sim.wording import Phrase

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "reasons.md"
BEGIN, END = "<!-- reasons -->\n", "<!-- end: reasons -->"

# What the simulator says of a task, a container or a placement, and what family that is. `None` is
# news that blames nothing, and text that is no reason: every phrase must be in one or the other.
FAMILIES: dict[str, str | None] = {
    "DEFINITION_DELETE_ACTIVE": None,
    "DEFINITION_DELETE_NO_REVISION": None,
    "DEFINITION_DELETE_MISSING": None,
    "MISSING": None,
    "CAPACITY_UNAVAILABLE": "capacity",
    "ESSENTIAL_EXITED": "exit",
    "STOPPED_BY_USER": "stopped",
    "SPOT_INTERRUPTED": "spot",
    "MAINTENANCE": "maintenance",
    "INTERFACE_ERROR": "network",
    "INTERFACE_TIMEOUT": "network",
    "PULL_INVALID_REFERENCE": "image",
    "PULL_NO_SUCH_HOST": "image",
    "PULL_NOT_FOUND": "image",
    "PULL_NO_REPOSITORY": "image",
    "ROLE_MISSING": "permission",
    "LOG_GROUP_MISSING": "logs",
    "OUT_OF_MEMORY": "memory",
    "DEPENDENCY_EXITED": "dependency",
    "DEPENDENCY_TIMEOUT": "dependency",
    "ZONE_LOST": "capacity",
    "NO_POLICY": "permission",
    "DENIED": "permission",
    "NO_BOUNDARY": "permission",
    "DENIED_BY_BOUNDARY": "permission",
    "EC2_PREFIX": "permission",
    "KEY_INACTIVE": None,
    "SIGNATURE_INCOMPLETE": None,
    "ROLE_UNTRUSTING": "permission",
    "REGISTRY_AUTH_DENIED": "permission",
    "REGISTRY_AUTH_UNREACHABLE": "network",
    "SECRET_DENIED": "permission",
    "SECRET_MISSING": "secret",
    "SECRET_KEY_MISSING": "secret",
    "SECRET_NOT_JSON": "secret",
    "SECRET_UNREACHABLE": "network",
    "PARAMETER_DENIED": "permission",
    "PARAMETER_MISSING": "secret",
    "PARAMETER_UNREACHABLE": "network",
    "FILE_DENIED": "permission",
    "FILE_MISSING": "environment file",
    "FILE_UNREACHABLE": "network",
    "LOG_STREAM_DENIED": "permission",
    "LOG_GROUP_DENIED": "permission",
    "LOGS_UNREACHABLE": "network",
    "REGISTRY_UNREACHABLE": "network",
    "MANIFEST_DENIED": "permission",
    "LAYER_UNREACHABLE": "network",
    "LAYER_DENIED": "permission",
    "TASK_NOT_VALID": None,
    "DEPLOYMENT_BLOCKED": "protection",
    "SCALING": "scaling",
    "FAILED_CONTAINER_CHECKS": "health check",
    "FAILED_TARGET_CHECKS": "health check",
    "IN_PROGRESS": None,
    "COMPLETED": None,
    "BREAKER_FAILED": None,
    "BREAKER_ROLLS_BACK": None,
    "STOPPED_BY_REQUEST": None,
    "ROLLS_BACK_BY_REQUEST": None,
    "THRESHOLD_EXCEEDED": None,
    "STALLED": None,
    "NO_CANDIDATE": None,
    "OVERTAKEN": None,
    "ROLLBACK_ASKED": None,
    "STARTED": None,
    "REPLACED": None,
    "REGISTERED": None,
    "DEREGISTERED": None,
    "DRAINING": None,
    "STOPPED": None,
    "STOPPED_PENDING": None,
    "DEPLOYMENT_COMPLETED": None,
    "STEADY": None,
    "CONTAINER_UNHEALTHY": "health check",
    "TARGET_UNHEALTHY": "health check",
    "DEPLOYMENT_FAILED": None,
    "ROLLING_BACK": None,
    "INCONSISTENT": "start",
    "UNPLACED": "capacity",
    "PARTLY_UNPLACED": "capacity",
    "BLOCKED": "configuration",
    "UNBALANCED": None,
    "BALANCED": None,
    "REBALANCING": None,
    "HELD_BY_PROTECTION": "protection",
    "MAY_NOT_TAKE": "permission",
}
VALUES = {
    "dial": "dial tcp 52.1.2.3:443: i/o timeout",
    "denied": "User: arn:aws:sts::111122223333:assumed-role/job/1 is not authorized to perform: "
    "secretsmanager:GetSecretValue on resource: arn",
    "error": "InsufficientFreeAddressesInSubnet",
    "reason": "Capacity is unavailable at this time. Please try again later",
}
OF_TARGETS = {"reason": "Health checks failed with these codes: [404]"}


def phrases() -> Iterator[tuple[str, Phrase]]:
    """Yield what the simulator says, by name."""
    for module in (wording, fault_wording, permission_wording, service_wording):
        for name, value in vars(module).items():
            if isinstance(value, Phrase) and not name.startswith("_"):
                yield name, value


def spoken(name: str, phrase: Phrase) -> str:
    """Put likely values into a phrase."""
    values = {**VALUES, **OF_TARGETS} if name == "TARGET_UNHEALTHY" else VALUES
    return phrase.text.format_map(defaultdict(lambda: "x", values))


def container(name: str, exit_code: int | None, reason: str | None = None) -> Container:
    raw = {"name": name, "image": "i", "exitCode": exit_code, "reason": reason}
    return Container.from_api({key: value for key, value in raw.items() if value is not None})


@pytest.mark.parametrize(
    ("text", "family", "transient"),
    [
        ("CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to "
         "resolve ref docker.io/library/gone:1: not found", "image", False),
        ("CannotPullContainerError: ref pull has been retried 1 time(s): toomanyrequests: You have "
         "reached your pull rate limit", "image", True),
        ("CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to do "
         "request: dial tcp 1.2.3.4:443: i/o timeout", "network", False),
        ("CannotPullContainerError: no space left on device", "image", False),
        ("CannotPullContainerError: pull access denied, repository does not exist or may require "
         "authorization: denied", "permission", False),
        ("ResourceInitializationError: failed to initialize logging driver: failed to create "
         "Cloudwatch log stream: the specified log group does not exist", "logs", False),
        ("ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
         "retrieval failed: unable to retrieve secret from asm", "secret", False),
        ("ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes",
         "storage", False),
        ("Timeout waiting for network interface provisioning to complete.", "network", True),
        ("Your Spot Task was interrupted.", "spot", True),
        ("Capacity is unavailable at this time. Please try again later or in a different "
         "availability zone", "capacity", True),
        ("You've reached the limit on the number of vCPUs you can run concurrently", "quota",
         False),
        ("OutOfMemoryError: Container killed due to memory usage", "memory", False),
        ("Task failed container health checks", "health check", False),
        ("CannotStartContainerError: exec format error", "command", False),
        ("Essential container in task exited", "exit", False),
        ("InternalError", "internal", True),
        ("ResourceInitializationError: unable to pull secrets or registry auth: The task cannot "
         "pull registry authentication from Amazon ECR: There is a connection issue between the "
         "task and Amazon ECR. Check your task network configuration.", "network", False),
        ("ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
         "retrieval failed: unable to retrieve secret from asm: service call has been retried 5 "
         "time(s): RequestCanceled: context deadline exceeded", "network", False),
        ("ResourceInitializationError: failed to validate logger args: create stream has been "
         "retried 1 times: RequestError: send request failed: dial tcp 3.4.5.6:443: i/o timeout",
         "network", False),
        ("ResourceInitializationError: failed to download env files: file download command: non "
         "empty error stream: NoSuchKey", "environment file", False),
        ("TaskFailedToStart: RESOURCE:FARGATE", "capacity", True),
        ("TaskFailedToStart: ATTRIBUTE", "placement", False),
        ("TaskFailedToStart: EMPTY CAPACITY PROVIDER", "capacity", True),
        ("The requested CPU/MEMORY configuration is above your limit.", "quota", False),
        ("Internal error.", "internal", True),
        ("ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting "
         "3m0s", "internal", True),
        ("CannotInspectContainerError: x", "internal", True),
        ("CannotCreateVolumeError: x", "storage", False),
        ("SpotInterruptionError", "spot", True),
        ("ResourceNotFoundException", "not found", False),
        ("ECS is performing maintenance on the underlying infrastructure hosting the task.",
         "maintenance", True),
        ("something that nobody has seen before", "unknown", False),
    ],
)  # fmt: skip
def test_text_belongs_to_a_family(text: str, family: str, transient: bool) -> None:
    """AWS's texts are told apart by family, and by whether trying again may help."""
    reason = reason_for(text)
    assert (reason.family, reason.transient) == (family, transient)


def test_every_family_has_a_remedy() -> None:
    """No reason is told without what to do about it."""
    for reason in (*REASONS, UNKNOWN):
        assert reason.remedy.endswith(".")
        re.compile(reason.pattern)


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.example[:40])
def test_every_reason_can_be_reached(reason: Reason) -> None:
    """No reason is hidden by one that stands before it: its own example leads to it."""
    assert reason_for(reason.example) is reason


def test_everything_the_simulator_says_is_classified() -> None:
    """Every phrase of the simulator's tables is a known family, or listed as no reason at all."""
    said = {name: reason_for(spoken(name, phrase)).family for name, phrase in phrases()}
    listed = {name: family or "unknown" for name, family in FAMILIES.items()}
    assert said == {name: listed.get(name, "not listed in FAMILIES") for name in said}


@pytest.mark.parametrize(
    ("message", "kind", "family"),
    [
        ("(service web) was unable to place a task. Reason: Capacity is unavailable at this time.",
         EventKind.UNPLACED, "capacity"),
        ("(service web) was unable to place a task because no container instance met all of its "
         "requirements.", EventKind.UNPLACED, "placement"),
        ("(service web) could not launch 3 tasks for deployment ecs-svc/1.",
         EventKind.UNPLACED, None),
        ("(service web) operations are being throttled. Will try again later.",
         EventKind.THROTTLED, "throttle"),
        ("(service web) failed to register targets in (target-group arn) with (error x)",
         EventKind.OTHER, "load balancer"),
        ("(service web) the target group arn does not exist", EventKind.OTHER, "load balancer"),
        ("(service web) (task 1) (port 80) is unhealthy in (target-group arn) due to (reason "
         "Request timed out)", EventKind.UNHEALTHY, "health check"),
        ("(service web) is unable to consistently start tasks successfully.",
         EventKind.IMPAIRED, "start"),
        ("(service web) has reached a steady state.", EventKind.STEADY, None),
    ],
)  # fmt: skip
def test_event_belongs_to_a_family(message: str, kind: EventKind, family: str | None) -> None:
    """What ECS says of a service is told apart in the same families."""
    event = ServiceEvent.from_api({"id": "1", "message": message})
    assert event.kind is kind
    assert (event.reason.family if event.reason else None) == family


@pytest.mark.parametrize("said", ["no memory left for it", "CannotPull is what I tested", None])
def test_user_who_stops_a_task_is_the_reason(said: str | None) -> None:
    """A user's own words are told, and never taken for AWS's."""
    text, reason = why_it_stopped(said, "UserInitiated", [container("main", None)])
    assert reason is STOPPED_BY_USER
    assert text == (said or "UserInitiated")


def test_page_lists_the_reasons() -> None:
    """The table on the page of reasons is the table that the code uses.

    `RENEW_DOCS=1 make test` renews it.
    """
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    renewed = before + BEGIN + "\n" + as_table() + "\n" + END + after
    if os.environ.get("RENEW_DOCS"):
        PAGE.write_text(renewed, encoding="utf-8")
    else:
        assert renewed == text, "RENEW_DOCS=1 make test renews the table"


def test_own_words_of_a_container_say_more() -> None:
    """A container's reason decides the family, and both texts are told."""
    said, reason = why_it_stopped(
        "Essential container in task exited",
        "EssentialContainerExited",
        [container("main", 137, "OutOfMemoryError: Container killed due to memory usage")],
    )
    assert reason.family == "memory"
    assert "Essential container in task exited" in said
    assert "OutOfMemoryError" in said


def test_nothing_said_is_told_as_such() -> None:
    """Where AWS gives no words there are ours."""
    assert why_it_stopped(None, None, []) == ("no reason given", UNKNOWN)


@pytest.mark.parametrize(
    ("codes", "fails"),
    [
        ({"main": 0}, None),
        ({"main": 0, "side": 1}, None),
        ({"main": 1, "side": 0}, "main"),
        ({"main": None}, "main"),
    ],
)
def test_essential_containers_decide(codes: dict[str, int | None], fails: str | None) -> None:
    """Only a container that matters can make the task a failure; one that never ran is one."""
    failed = failing_container(
        [container(name, code) for name, code in codes.items()], essential=["main"]
    )
    assert (failed and failed.name) == fails
