"""The revisions of a service: what its deployments have brought, and how to go back to one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from fargate_kit.core.session import Session
from fargate_kit.errors import NotFound
from fargate_kit.model.values import moment
from fargate_kit.services.deployment_watch import RELEASES_DESCRIBED_AT_ONCE, releases

__all__ = [
    "ServiceRevision",
    "changes_back",
    "has_completed",
    "nothing_to_go_back_to",
    "revisions_of",
]

# What of a revision UpdateService takes, each with what takes the thing away.
_RESTORED: Mapping[str, Any] = {
    "taskDefinition": None,
    "networkConfiguration": None,
    "platformVersion": "LATEST",
    "capacityProviderStrategy": [],
    "loadBalancers": [],
    "serviceRegistries": [],
    "serviceConnectConfiguration": {"enabled": False},
    "volumeConfigurations": [],
    "vpcLatticeConfigurations": [],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRevision:
    """What a deployment brought, or tried to: an immutable record.

    Attributes:
        definition_arn: The revision of the task definition.
        status: How its newest deployment went, such as `SUCCESSFUL` or `ROLLBACK_SUCCESSFUL`.
        status_reason: AWS's words on that.
        images: The images of its containers by name, by digest where AWS knows it.
        raw: AWS's own answer.
    """

    arn: str
    definition_arn: str
    status: str
    status_reason: str
    images: Mapping[str, str]
    created_at: datetime | None
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any], release: Mapping[str, Any]) -> Self:
        """Parse a member of `serviceRevisions` of DescribeServiceRevisions.

        Args:
            release: The member of `serviceDeployments` of ListServiceDeployments that it is the
                target of.
        """
        return cls(
            arn=raw["serviceRevisionArn"],
            definition_arn=raw.get("taskDefinition", ""),
            status=release.get("status", ""),
            status_reason=release.get("statusReason", ""),
            images={
                each.get("containerName", ""): _image(each)
                for each in raw.get("containerImages", ())
            },
            created_at=moment(raw.get("createdAt")),
            raw=raw,
        )


async def revisions_of(
    session: Session, cluster_arn: str, service: str
) -> AsyncIterator[ServiceRevision]:
    """Yield the revisions of a service's deployments, the newest first, each once.

    Calls:
        ecs:ListServiceDeployments, ecs:DescribeServiceRevisions for every 20
    """
    found: dict[str, Mapping[str, Any]] = {}
    async for release in releases(session, cluster_arn, service):
        found.setdefault(release["targetServiceRevisionArn"], release)
    arns = list(found)
    for first in range(0, len(arns), RELEASES_DESCRIBED_AT_ONCE):
        described = await _described(session, arns[first : first + RELEASES_DESCRIBED_AT_ONCE])
        for arn, raw in described.items():
            yield ServiceRevision.from_api(raw, found[arn])


async def changes_back(
    session: Session, cluster_arn: str, service: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the members of UpdateService that bring the last good revision back.

    That is the newest one that completed, is older than the present one, and differs from it.

    Args:
        service: The service as AWS describes it.

    Raises:
        NotFound: There is none that AWS remembers.

    Calls:
        ecs:ListServiceDeployments, ecs:DescribeServiceRevisions
    """
    listed = [raw async for raw in releases(session, cluster_arn, service["serviceArn"])]
    targets = [raw["targetServiceRevisionArn"] for raw in listed if raw["status"] == "SUCCESSFUL"]
    current = [each["arn"] for each in service.get("currentServiceRevisions", ())]
    present = current[0] if len(current) == 1 else listed[0]["targetServiceRevisionArn"]
    completed = list(dict.fromkeys(targets))
    older = completed[completed.index(present) + 1 :] if present in completed else completed
    held = (await _described(session, [present])).get(present, {})
    for first in range(0, len(older), RELEASES_DESCRIBED_AT_ONCE):
        found = await _described(session, older[first : first + RELEASES_DESCRIBED_AT_ONCE])
        for raw in found.values():
            if changes := _changes(raw, held):
                return {**changes, "forceNewDeployment": True}
    raise nothing_to_go_back_to(service["serviceName"])


async def has_completed(session: Session, cluster_arn: str, service: str) -> bool:
    """Whether any deployment of the service ever completed, as far as AWS remembers.

    Calls:
        ecs:ListServiceDeployments
    """
    return bool([
        raw async for raw in releases(session, cluster_arn, service, status=["SUCCESSFUL"])
    ])


def nothing_to_go_back_to(name: str) -> NotFound:
    """Return the error for a service without an earlier deployment that completed."""
    return NotFound(
        "ecs:ListServiceDeployments",
        "MISSING",
        f"service {name} has no earlier deployment that completed and differs from the present "
        "one: there is nothing to go back to",
    )


def _changes(earlier: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    return {
        member: earlier.get(member, absent)
        for member, absent in _RESTORED.items()
        if earlier.get(member, absent) != present.get(member, absent)
    }


async def _described(session: Session, arns: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    reply = await session.api.call(
        "ecs", "DescribeServiceRevisions", serviceRevisionArns=list(arns)
    )
    raw = {each["serviceRevisionArn"]: each for each in reply["serviceRevisions"]}
    return {arn: raw[arn] for arn in arns if arn in raw}


def _image(raw: Mapping[str, Any]) -> str:
    image: str = raw.get("image", "")
    digest = raw.get("imageDigest")
    return f"{image.partition('@')[0]}@{digest}" if digest else image
