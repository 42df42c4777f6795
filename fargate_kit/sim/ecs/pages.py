"""Pages of a list: a token remembers the last key that was given out, not a position."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from fargate_kit.sim.ecs import wording

Item = TypeVar("Item")
Key = int | str | tuple[int | str, ...]


def page(
    items: Sequence[Item],
    params: Mapping[str, Any],
    *,
    scope: str,
    key: Callable[[Item], Key],
    most: int = 100,
    descending: bool = False,
) -> tuple[list[Item], str | None]:
    """Cut one page out of an ordered list.

    As the token holds a key, an item that comes or goes between two pages makes no
    other item appear twice or not at all.

    Args:
        items: In the order of their keys, each key once.
        params: The request, for its `maxResults` and `nextToken`.
        scope: The operation: a token of another one is refused.
        key: The key of an item.
        most: The largest page, and the size where the request says nothing.
        descending: Whether the keys become smaller.

    Returns:
        The page, and the token of the next one if there is one.

    Raises:
        AwsError: The size is out of range, or the token is none of this operation's.
    """
    size = params.get("maxResults")
    if size is None:
        size = most
    elif not 1 <= size <= most:
        raise wording.PAGE_SIZE.error(most=most, given=size)
    rest = items
    if token := params.get("nextToken"):
        last = _read(token, scope)
        try:
            rest = [
                item for item in items if (key(item) < last if descending else key(item) > last)
            ]
        except TypeError:
            raise wording.TOKEN_INVALID.error() from None
    found = list(rest[:size])
    return found, _write(scope, key(found[-1])) if len(rest) > size else None


def _write(scope: str, last: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps([scope, last]).encode()).decode()


def _read(token: str, scope: str) -> Any:
    try:
        found, last = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, UnicodeError, ValueError, TypeError):
        raise wording.TOKEN_INVALID.error() from None
    if found != scope:
        raise wording.TOKEN_INVALID.error()
    return tuple(last) if isinstance(last, list) else last
