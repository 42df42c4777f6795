"""The tag by which everything that fargate_kit made is known again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["MADE", "TAG", "is_own", "owned", "owned_by"]

TAG: Final = "fargate-kit"
MADE: Final = "made"
"""The mark of what is made outside `temporary()`."""


def owned(tags: Mapping[str, str] | None, *, mark: str = MADE) -> dict[str, str]:
    """Return the tags of something new, with the tag that says who made it.

    The mark wins over a tag of that key among the given ones: tags copied from another resource
    must not hide the new one from its tear-down.

    Args:
        tags: The caller's own tags; None is none.
        mark: The value of the tag; `temporary("lesson")` marks what it makes with its own.
    """
    return {**(tags or {}), TAG: mark}


def owned_by(tags: Mapping[str, str], mark: str) -> bool:
    """Whether tags read from AWS carry the mark."""
    return tags.get(TAG) == mark


def is_own(key: str) -> bool:
    """Whether the key of a tag is one of ours: the mark, or what stands beside it."""
    return key == TAG or key.startswith(f"{TAG}:")
