"""What a tear-down finds, and what it knows while it looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, NotFound
from fargate_kit.ownership import TAG, owned_by

__all__ = ["Leftover", "Search", "Step", "again_while_used", "by_tag", "plain_tags"]

# Seconds between two tries to delete what is still in use, and how often it is tried: network
# interfaces of a load balancer may stay for some minutes after it (Elastic Load Balancing User
# Guide, "Delete an Application Load Balancer").
PAUSE = 10.0
TRIES = 60
_IN_USE = frozenset({
    "DependencyViolation",
    "InvalidIPAddress.InUse",
    "ResourceInUse",
    "ResourceInUseException",
})


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """A resource that carries the mark.

    Attributes:
        kind: In words, such as `service` or `security group`.
        id: By which AWS finds it: an ARN, an id or a name.
        name: What people call it.
        facts: What its removal needs to know.
    """

    kind: str
    id: str
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(slots=True, kw_only=True)
class Search:
    """One tear-down: whose mark is looked for, and what need not be looked at twice.

    Args:
        mark: None is any mark.
        others: Task definitions and roles whose tags were read and are not ours.
        services: Ids of the scalable targets of services that are ours.
        seen: The tags of everything that was found so far.
    """

    session: Session
    mark: str | None
    others: set[str] = field(default_factory=set)
    services: set[str] = field(default_factory=set)
    seen: list[Mapping[str, str]] = field(default_factory=list)

    def has(self, tags: Mapping[str, str] | Iterable[Mapping[str, str]] | None) -> bool:
        """Whether tags carry the mark that is looked for, in whichever of AWS's three spellings."""
        plain = plain_tags(tags)
        found = TAG in plain if self.mark is None else owned_by(plain, self.mark)
        if found:
            self.seen.append(plain)
        return found

    async def call(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Call an operation of AWS."""
        return await self.session.api.call(service, operation, **parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One kind of resource: how it is found, and how it is taken down.

    Args:
        kind: As `Leftover.kind`.
        find: Finds those with the mark.
        remove: Takes one down, and returns when it is gone.
        at_once: How many of them are taken down at the same time.
    """

    kind: str
    find: Callable[[Search], Awaitable[list[Leftover]]]
    remove: Callable[[Search, Leftover], Awaitable[None]]
    at_once: int = 10


def plain_tags(
    tags: Mapping[str, str] | Iterable[Mapping[str, str]] | None,
) -> Mapping[str, str]:
    """Return tags by their keys, in whichever of AWS's three spellings they came."""
    if tags is None or isinstance(tags, Mapping):
        return dict(tags or {})
    return {
        tag.get("Key", tag.get("key", "")): tag.get("Value", tag.get("value", "")) for tag in tags
    }


def by_tag(mark: str | None) -> list[dict[str, Any]]:
    """Return the filter of EC2 that finds the mark; None is any mark."""
    if mark is None:
        return [{"Name": "tag-key", "Values": [TAG]}]
    return [{"Name": f"tag:{TAG}", "Values": [mark]}]


async def again_while_used(search: Search, remove: Callable[[], Awaitable[object]]) -> None:
    """Remove something, again while AWS says that it is in use; what is gone already is fine.

    Raises:
        ApiError: It was in use for ten minutes, or AWS refused it for another reason.
    """
    for _ in range(TRIES):
        try:
            await remove()
        except NotFound:
            return
        except ApiError as error:
            if error.code not in _IN_USE:
                raise
            await search.session.clock.sleep(PAUSE)
        else:
            return
    await remove()
