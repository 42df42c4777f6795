"""Finds the services of a cluster: by name, or all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fargate_kit.core.session import Session
from fargate_kit.services.deployment_watch import SERVICES_DESCRIBED_AT_ONCE, describe_services
from fargate_kit.services.service import Service
from fargate_kit.services.waiting import missing_service

__all__ = ["describe", "services"]


async def describe(session: Session, cluster_arn: str, name: str) -> Service:
    """Look up a service by its name or ARN.

    Raises:
        NotFound: There is none, or it was deleted.

    Calls:
        ecs:DescribeServices
    """
    raw = (await describe_services(session, cluster_arn, [name]))[name]
    if raw is None or raw.get("status") == "INACTIVE":
        raise missing_service(name)
    return Service.from_api(raw, session)


async def services(session: Session, cluster_arn: str) -> AsyncIterator[Service]:
    """Yield a cluster's services.

    Calls:
        ecs:ListServices for every 100, ecs:DescribeServices for every 10
    """
    pages = session.api.pages(
        "ecs", "ListServices", cluster=cluster_arn, PaginationConfig={"PageSize": 100}
    )
    async for page in pages:
        arns = page["serviceArns"]
        for first in range(0, len(arns), SERVICES_DESCRIBED_AT_ONCE):
            chunk = arns[first : first + SERVICES_DESCRIBED_AT_ONCE]
            for raw in (await describe_services(session, cluster_arn, chunk)).values():
                if raw is not None:
                    yield Service.from_api(raw, session)
