"""What becomes of a task that ended, and of one that Fargate did not take: again, or never."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from fargate_kit.errors import ExitedNonZero, StartFailed
from fargate_kit.model.reasons import reason_for
from fargate_kit.model.verdicts import why_it_stopped
from fargate_kit.tasks.task import Task

__all__ = [
    "NO_REASON",
    "STOPPED_BY_US",
    "AttemptVerdict",
    "Refusal",
    "back_off",
    "forgotten",
    "judge",
    "not_placed",
    "refused",
    "sort_refusal",
]

STOPPED_BY_US = "fargate_kit: the fan-out that started this task was left"
"""The reason of tasks that were stopped on leaving: who takes the job up again runs them anew."""
NO_REASON = "AWS gave no reason"
# The code of a task that ended because a container of its own did (ECS model, TaskStopCode).
BY_ITSELF = "EssentialContainerExited"
# What became of the host is told by the code alone, whatever a container did about its SIGTERM.
HOST_CODES = {"SpotInterruption": "spot", "TerminationNotice": "maintenance"}
# "API failure reasons" (Developer Guide): these may be gone the next time.
PASSING = ("AGENT", "RESOURCE:", NO_REASON)
LONGEST_PAUSE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptVerdict:
    """How an attempt ended.

    Attributes:
        succeeded: Whether it ended by itself, and every essential container with 0.
        transient: Whether starting again may help without changing anything.
        family: The class of the reason, such as `image`, `spot` or `exit`.
        reason: AWS's words, with the container and its exit code where one failed.
        remedy: What to do about it; empty for a success.
    """

    succeeded: bool
    transient: bool
    family: str
    reason: str
    remedy: str


def judge(task: Task, retry_exit_codes: Collection[int] = ()) -> AttemptVerdict:
    """Return how a stopped task ended.

    A task that AWS took away did not succeed, even if its container then ended with 0: that is
    how programs answer SIGTERM.

    Args:
        retry_exit_codes: By which a program says that it is worth trying again.
    """
    by_itself = task.stop_code in {None, BY_ITSELF}
    said, kind = why_it_stopped(task.stopped_reason, task.stop_code, task.containers)
    if by_itself and task.succeeded:
        return AttemptVerdict(
            succeeded=True, transient=False, family=kind.family, reason=said, remedy=""
        )
    family, transient, remedy = kind.family, kind.transient, kind.remedy
    if task.stop_code in HOST_CODES:
        kind = reason_for(task.stop_code)
        family, transient, remedy = HOST_CODES[task.stop_code], True, kind.remedy
    elif task.stop_code == "UserInitiated":
        family, transient, remedy = "stopped", False, "Somebody stopped the task with StopTask."
    else:
        try:
            task.raise_for_exit()
        except ExitedNonZero as error:
            said = f"container {error.container} ended with exit code {error.exit_code}: {said}"
            transient = transient or error.exit_code in retry_exit_codes
        except StartFailed as error:
            said = error.reason
    return AttemptVerdict(
        succeeded=False, transient=transient, family=family, reason=said, remedy=remedy
    )


class Refusal(StrEnum):
    """What to do about an entry of `failures` in an answer to RunTask."""

    AGAIN = "again"
    """After a pause, or elsewhere."""
    AFTER_OURS = "after ours"
    """A quota of the account is used up: when tasks of ours have ended."""
    NEVER = "never"


def sort_refusal(reason: str) -> Refusal:
    """Return what to do about a reason for which Fargate did not take a task."""
    kind = reason_for(reason)
    if kind.family == "quota":
        return Refusal.AFTER_OURS
    if kind.transient or reason.startswith(PASSING):
        return Refusal.AGAIN
    return Refusal.NEVER


def not_placed(reason: str) -> AttemptVerdict:
    """Return the verdict on an input for which Fargate took no task."""
    return AttemptVerdict(
        succeeded=False,
        transient=sort_refusal(reason) != Refusal.NEVER,
        family="placement",
        reason=reason,
        remedy="Fargate took no task for this input. Try later, with more subnets, or on-demand.",
    )


def refused(reason: str) -> AttemptVerdict:
    """Return the verdict on an input that AWS refused in a call."""
    return AttemptVerdict(
        succeeded=False,
        transient=False,
        family="refused",
        reason=reason,
        remedy="AWS refused the call for this input; its reason says why.",
    )


def forgotten(reason: str) -> AttemptVerdict:
    """Return the verdict on a task whose end nobody can tell any more."""
    return AttemptVerdict(
        succeeded=False,
        transient=False,
        family="forgotten",
        reason=reason,
        remedy="AWS keeps stopped tasks for about an hour. The task's log may tell how it ended.",
    )


def back_off(failures: int) -> float:
    """Return the seconds to wait after so many failures in a row."""
    return min(2.0**failures, LONGEST_PAUSE)
