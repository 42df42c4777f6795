"""Service deployments and revisions: list, describe, stop."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fargate_kit.sim.ecs import wording as common
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.pages import page
from fargate_kit.sim.ecs.services import pictures, wording
from fargate_kit.sim.ecs.services.finding import find_service, owner_of
from fargate_kit.sim.ecs.services.rollouts import Rollouts
from fargate_kit.sim.ecs.services.state import ReleaseState, ServiceState

MOST_DESCRIBED = 20
USUAL_PAGE = 20
_STOPPABLE = frozenset({"PENDING", "IN_PROGRESS"})


class History:
    """The operations on service deployments and service revisions."""

    def __init__(
        self, ground: Ground, rollouts: Rollouts, kick: Callable[[ServiceState], None]
    ) -> None:
        self._ground = ground
        self._rollouts = rollouts
        self._kick = kick

    def list_service_deployments(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """List the service deployments of a service, the newest first."""
        service = find_service(self._ground, params.get("cluster"), params["service"])
        wanted = params.get("status") or ()
        moments = params.get("createdAt") or {}
        after = _moment("after", moments.get("after"))
        before = _moment("before", moments.get("before"))
        rows = [
            (number, one)
            for number, one in reversed(list(enumerate(self._remembered(service))))
            if (not wanted or one.status in wanted)
            and (after is None or one.created_at >= after)
            and (before is None or one.created_at <= before)
        ]
        found, token = page(
            rows,
            {
                "maxResults": params.get("maxResults", USUAL_PAGE),
                "nextToken": params.get("nextToken"),
            },
            scope="ListServiceDeployments",
            key=lambda row: row[0],
            descending=True,
        )
        answer: dict[str, Any] = {
            "serviceDeployments": [pictures.release_brief(one, service) for _, one in found]
        }
        if token:
            answer["nextToken"] = token
        return answer

    def describe_service_deployments(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Describe service deployments by their ARNs; unknown ones are MISSING."""
        given = _checked(params, "serviceDeploymentArns")
        found: list[dict[str, Any]] = []
        failures: list[dict[str, Any]] = []
        for arn in dict.fromkeys(given):
            service, release = self._release(arn)
            if service is None or release is None:
                failures.append({"arn": arn, "reason": common.MISSING.say()})
            else:
                found.append(pictures.release(release, service, self._rollouts))
        return {"serviceDeployments": found, "failures": failures}

    def describe_service_revisions(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Describe service revisions by their ARNs; unknown ones are MISSING."""
        given = _checked(params, "serviceRevisionArns")
        found: list[dict[str, Any]] = []
        failures: list[dict[str, Any]] = []
        for arn in dict.fromkeys(given):
            service = owner_of(self._ground, arn, "service-revision")
            revision = service.revisions.get(arn) if service is not None else None
            if service is None or revision is None:
                failures.append({"arn": arn, "reason": common.MISSING.say()})
            else:
                found.append(pictures.revision(revision, service))
        return {"serviceRevisions": found, "failures": failures}

    def stop_service_deployment(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for a rollback (Developer Guide, page stop-service-deployment)."""
        arn = params["serviceDeploymentArn"]
        stop_type = params.get("stopType", "ROLLBACK")
        if stop_type != "ROLLBACK":
            raise wording.STOP_TYPE.error(given=stop_type)
        service, release = self._release(arn)
        if service is None or release is None:
            raise wording.RELEASE_NOT_FOUND.error()
        if not release.ongoing:
            raise wording.RELEASE_ENDED.error()
        if release.status in _STOPPABLE:
            release.status = "ROLLBACK_REQUESTED"
            release.updated_at = self._ground.engine.now
            self._kick(service)
        return {"serviceDeploymentArn": arn}

    def _release(self, arn: str) -> tuple[ServiceState | None, ReleaseState | None]:
        service = owner_of(self._ground, arn, "service-deployment")
        if service is None:
            return None, None
        remembered = self._remembered(service)
        return service, next((one for one in remembered if one.arn == arn), None)

    def _remembered(self, service: ServiceState) -> list[ReleaseState]:
        engine = self._ground.engine
        oldest = engine.now - engine.clock.ticks(self._ground.timing.deployment_retention)
        return [one for one in service.releases if one.ongoing or one.created_at >= oldest]


def _checked(params: Mapping[str, Any], member: str) -> Sequence[str]:
    given: Sequence[str] = params[member]
    if not given:
        raise wording.ARNS_EMPTY.error(member=member)
    if len(given) > MOST_DESCRIBED:
        raise wording.TOO_MANY_ARNS.error(count=len(given))
    return given


def _moment(member: str, given: float | str | None) -> int | None:
    """Read a timestamp of a request as microseconds since the epoch."""
    if given is None:
        return None
    if isinstance(given, str):
        try:
            read = datetime.datetime.fromisoformat(given)
        except ValueError:
            raise wording.MOMENT_INVALID.error(member=member, given=given) from None
        if read.tzinfo is None:
            read = read.replace(tzinfo=datetime.UTC)
        given = read.timestamp()
    return round(given * 1_000_000)
