"""Why a task stopped: AWS's texts by family."""

from __future__ import annotations

import re

import pytest

from fargate_kit.model.reasons import REASONS, UNKNOWN, reason_for
from fargate_kit.model.values import Container
from fargate_kit.model.verdicts import failing_container, why_it_stopped


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
