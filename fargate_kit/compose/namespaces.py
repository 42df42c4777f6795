"""Cloud Map namespaces, in which Service Connect keeps the names of a project's services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, WaitTimeout

__all__ = ["create_namespace", "delete_namespace", "find_namespace", "namespace_tags"]

# Cloud Map makes and deletes namespaces within moments; it promises no time.
WITHIN = 120.0
_LEFT = {"SUBMITTED", "PENDING"}


async def find_namespace(session: Session, name: str) -> Mapping[str, Any] | None:
    """Return a namespace of the region as Cloud Map lists it.

    Calls:
        servicediscovery:ListNamespaces
    """
    pages = session.api.pages("servicediscovery", "ListNamespaces")
    found: list[Mapping[str, Any]] = [each async for page in pages for each in page["Namespaces"]]
    return next((each for each in found if each["Name"] == name), None)


async def namespace_tags(session: Session, namespace: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of a namespace.

    Calls:
        servicediscovery:ListTagsForResource
    """
    reply = await session.api.call(
        "servicediscovery", "ListTagsForResource", ResourceARN=namespace["Arn"]
    )
    return {tag["Key"]: tag["Value"] for tag in reply.get("Tags") or ()}


async def create_namespace(session: Session, name: str, tags: Mapping[str, str]) -> None:
    """Make a namespace that is asked by API calls only, and wait until it is there.

    Calls:
        servicediscovery:CreateHttpNamespace, servicediscovery:GetOperation
    """
    reply = await session.api.call(
        "servicediscovery",
        "CreateHttpNamespace",
        Name=name,
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
    await _wait(session, reply["OperationId"], f"namespace {name} to be made")


async def delete_namespace(session: Session, namespace: Mapping[str, Any]) -> None:
    """Delete a namespace, and wait until it is gone.

    Calls:
        servicediscovery:DeleteNamespace, servicediscovery:GetOperation
    """
    reply = await session.api.call("servicediscovery", "DeleteNamespace", Id=namespace["Id"])
    await _wait(session, reply["OperationId"], f"namespace {namespace['Name']} to be deleted")


async def _wait(session: Session, operation_id: str, what: str) -> None:
    deadline = session.clock.now() + WITHIN
    while True:
        reply = await session.api.call("servicediscovery", "GetOperation", OperationId=operation_id)
        operation = reply["Operation"]
        if operation["Status"] == "SUCCESS":
            return
        if operation["Status"] not in _LEFT:
            raise ApiError(
                "servicediscovery:GetOperation",
                operation.get("ErrorCode", operation["Status"]),
                operation.get("ErrorMessage", what),
            )
        if session.clock.now() >= deadline:
            raise WaitTimeout(f"waited {WITHIN:g} s for {what}", last=operation["Status"])
        await session.clock.sleep(session.poll_every)
