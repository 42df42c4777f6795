"""Makes a service: what is not asked for gets the defaults that are argued for."""

from __future__ import annotations

import uuid

from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError
from fargate_kit.model.values import tags_from_api, tags_to_api
from fargate_kit.networks.network import default_network
from fargate_kit.ownership import owned
from fargate_kit.service_spec import USUAL_GRACE, ServiceSettings
from fargate_kit.services.rules import check_service
from fargate_kit.services.service import (
    Service,
    is_unknown_definition,
    no_such_definition,
    registered_name,
)
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["create"]


async def create(
    session: Session,
    cluster_arn: str,
    name: str,
    definition: TaskDefinition | str,
    *,
    desired_count: int,
    settings: ServiceSettings,
) -> Service:
    """Make a service, tagged as ours; its tasks get its tags.

    CreateService gets a client token, so a call that is repeated makes nothing twice.

    Raises:
        InvalidSpec: It cannot work; nothing was sent.
        ApiError: AWS refused, for instance because a service of that name exists.

    Calls:
        ecs:CreateService, ecs:TagResource; those of `default_network()` if no network is given
    """
    check_service(name, definition, desired_count, settings)
    request = settings.to_api(definition=definition)
    own = tags_from_api(request.get("tags"))
    request["tags"] = tags_to_api(owned(own, mark=session.mark))
    request.setdefault("propagateTags", "SERVICE")
    if settings.network is None and "networkConfiguration" not in request:
        request["networkConfiguration"] = (await session.once(default_network)).to_api()
    if settings.targets and settings.health_check_grace_period is None:
        request.setdefault("healthCheckGracePeriodSeconds", USUAL_GRACE)
    if "capacityProviderStrategy" not in request:
        request.setdefault("launchType", "FARGATE")
    try:
        reply = await session.api.call(
            "ecs",
            "CreateService",
            cluster=cluster_arn,
            serviceName=name,
            taskDefinition=registered_name(session, definition),
            desiredCount=desired_count,
            clientToken=str(uuid.uuid4()),
            **request,
        )
    except ApiError as error:
        if "not idempotent" in error.reason:
            raise error.with_remedy(
                f"A service {name!r} exists with other settings: (await "
                f"cluster.service({name!r})).deploy(…) changes it."
            ) from error
        if is_unknown_definition(error):
            raise error.with_remedy(no_such_definition(session, definition)) from error
        raise
    return Service.from_api(reply["service"], session)
