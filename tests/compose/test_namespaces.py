"""The namespace in which Service Connect keeps names: made with tags, found, and deleted."""

from __future__ import annotations

from fargate_kit import Connection
from fargate_kit.compose.namespaces import (
    create_namespace,
    delete_namespace,
    find_namespace,
    namespace_tags,
)


async def test_a_namespace_is_made_with_tags_found_and_deleted(aws: Connection) -> None:
    """What was made for a project can be known again by its tags, and is gone afterwards."""
    session = aws._session
    assert await find_namespace(session, "shop") is None
    await create_namespace(session, "shop", {"fargate-kit-project": "shop"})
    found = await find_namespace(session, "shop")
    assert found is not None
    assert await namespace_tags(session, found) == {"fargate-kit-project": "shop"}
    await delete_namespace(session, found)
    assert await find_namespace(session, "shop") is None
