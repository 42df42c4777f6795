"""Decides from values alone how a deployment stands: this one, by its id, and no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from fargate_kit.model.values import moment

__all__ = ["Outcome", "Release", "Rollout", "Sighting", "judge", "rollout_members"]


class Outcome(StrEnum):
    """How a deployment stands.

    `UNCLEAR` means that the service's picture alone does not tell: its service deployment does.
    """

    IN_PROGRESS = "IN_PROGRESS"
    UNCLEAR = "UNCLEAR"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    ROLLED_BACK = "ROLLED_BACK"
    OVERTAKEN = "OVERTAKEN"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """One deployment of a service, as DescribeServices shows it.

    Attributes:
        id: `ecs-svc/…`; a task that it starts has it as `started_by`.
        status: `PRIMARY` is the newest; `ACTIVE` an older one that still has tasks.
        definition_arn: The revision that its tasks run.
        failed_tasks: How many tasks in a row did not start, or failed a health check.
        rollout_state: `IN_PROGRESS`, `COMPLETED` or `FAILED`.
        rollout_reason: AWS's words on that.
    """

    id: str
    status: str
    definition_arn: str
    desired_count: int
    running_count: int
    pending_count: int
    failed_tasks: int
    rollout_state: str
    rollout_reason: str
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Rollout:
        """Parse a member of `deployments` of DescribeServices."""
        return Rollout(**rollout_members(raw))


def rollout_members(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a member of `deployments` of DescribeServices as members of a `Rollout`."""
    return {
        "id": raw.get("id", ""),
        "status": raw.get("status", ""),
        "definition_arn": raw.get("taskDefinition", ""),
        "desired_count": raw.get("desiredCount", 0),
        "running_count": raw.get("runningCount", 0),
        "pending_count": raw.get("pendingCount", 0),
        "failed_tasks": raw.get("failedTasks", 0),
        "rollout_state": raw.get("rolloutState", ""),
        "rollout_reason": raw.get("rolloutStateReason", ""),
        "created_at": moment(raw.get("createdAt")),
        "updated_at": moment(raw.get("updatedAt")),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """AWS's service deployment: the record of one deployment that stays when it is over.

    Attributes:
        status: `PENDING`, `IN_PROGRESS`, `SUCCESSFUL`, `STOPPED`, `ROLLBACK_SUCCESSFUL`, ….
        reason: AWS's words on the status.
        rolled_back_to: The ARN of the service revision that a rollback goes to.
    """

    arn: str
    status: str
    reason: str
    rolled_back_to: str | None

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a member of `serviceDeployments` of DescribeServiceDeployments."""
        rollback = raw.get("rollback") or {}
        return cls(
            arn=raw.get("serviceDeploymentArn", ""),
            status=raw.get("status", ""),
            reason=raw.get("statusReason") or rollback.get("reason") or "",
            rolled_back_to=rollback.get("serviceRevisionArn"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What is seen of a service at one moment by somebody who follows one deployment.

    Attributes:
        deployment_id: Which deployment is judged.
        created_at: When it began.
        service_status: `ACTIVE`, `DRAINING`, `INACTIVE`; None where AWS does not know the service.
        rollouts: The service's deployments.
        rolls_back: Whether ECS is to roll a failed deployment back by itself.
        release: The deployment's record, if it was asked for and is there.
        release_sought: Whether it was asked for.
    """

    deployment_id: str
    created_at: datetime | None
    service_status: str | None
    rollouts: Sequence[Rollout]
    rolls_back: bool
    release: Release | None = None
    release_sought: bool = False

    @property
    def own(self) -> Rollout | None:
        """The deployment that is judged, while the service shows it."""
        return next((each for each in self.rollouts if each.id == self.deployment_id), None)

    @property
    def primary(self) -> Rollout | None:
        """The deployment that the service is to end with."""
        return next((each for each in self.rollouts if each.status == "PRIMARY"), None)


def judge(seen: Sighting) -> Outcome:
    """Return how a deployment stands.

    A rollback that completed is a failure of what was asked, although the service is stable then.
    A deployment that once completed stays so, whatever came after it.

    Source: `Deployment.rolloutState` in botocore's ECS model; "View service history using Amazon
    ECS service deployments" in the ECS Developer Guide.
    """
    if seen.service_status != "ACTIVE":
        return Outcome.DELETED
    own = seen.own
    if own is not None and own.rollout_state == "COMPLETED":
        return Outcome.COMPLETED
    if own is not None and own.status == "PRIMARY" and own.rollout_state != "FAILED":
        return Outcome.IN_PROGRESS
    if seen.release is not None:
        return _by_release(seen, seen.release)
    if not seen.release_sought:
        return Outcome.UNCLEAR
    return _by_the_others(seen)


def _by_release(seen: Sighting, release: Release) -> Outcome:
    own = seen.own
    failed = own is not None and own.rollout_state == "FAILED"
    match release.status:
        case "SUCCESSFUL":
            return Outcome.COMPLETED
        case "ROLLBACK_SUCCESSFUL":
            return Outcome.ROLLED_BACK
        case "ROLLBACK_FAILED":
            return Outcome.FAILED
        case "ROLLBACK_REQUESTED" | "ROLLBACK_IN_PROGRESS":
            return Outcome.IN_PROGRESS
        case "STOPPED" | "STOP_REQUESTED":
            return Outcome.FAILED if failed else Outcome.OVERTAKEN
    # The record lags behind the picture, or has a status that is not known here.
    return Outcome.FAILED if failed and not seen.rolls_back else Outcome.IN_PROGRESS


def _by_the_others(seen: Sighting) -> Outcome:
    """Judge without a record, from the deployment that has taken this one's place."""
    own, primary = seen.own, seen.primary
    if primary is None:
        return Outcome.IN_PROGRESS
    if own is primary:
        return Outcome.IN_PROGRESS if seen.rolls_back else Outcome.FAILED
    newer = (
        seen.created_at is not None
        and primary.created_at is not None
        and primary.created_at > seen.created_at
    )
    if newer:
        failed = own is not None and own.rollout_state == "FAILED"
        return Outcome.FAILED if failed else Outcome.OVERTAKEN
    if primary.rollout_state == "COMPLETED":
        return Outcome.ROLLED_BACK
    return Outcome.FAILED if primary.rollout_state == "FAILED" else Outcome.IN_PROGRESS
