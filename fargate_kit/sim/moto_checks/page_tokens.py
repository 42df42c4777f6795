"""Page tokens: whether moto could have given one, so that it never reads what it cannot."""

from __future__ import annotations

from botocore.paginate import TokenDecoder

__all__ = ["is_of_paginator", "is_position"]

# No list is so long that a position in it has more digits.
_MOST_DIGITS = 9


def is_position(token: str) -> bool:
    """Tell whether a token is the position in a list at which its next page begins."""
    return token.isascii() and token.isdecimal() and len(token) <= _MOST_DIGITS


def is_of_paginator(token: str) -> bool:
    """Tell whether a token is one that moto's paginator could have written."""
    try:
        read = TokenDecoder().decode(token)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return False
    return isinstance(read, dict) and isinstance(read.get("uniqueAttributes"), str)
