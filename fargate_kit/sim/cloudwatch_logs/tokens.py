"""The tokens of pages: what they carry is sealed, and holds for a day.

Source: service model, NextToken: a token expires after 24 hours.
"""

from __future__ import annotations

import base64
import json
from typing import TypeAlias
from zlib import crc32

from fargate_kit.sim.cloudwatch_logs import wording

Part: TypeAlias = int | str


def seal(kind: str, now: int, *parts: Part) -> str:
    """Write a token.

    Args:
        kind: What it is for; a token of another kind is refused.
        now: The present, in microseconds.
        parts: What it carries.
    """
    body = json.dumps([kind, now, *parts], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(crc32(body).to_bytes(4, "big") + body).decode().rstrip("=")


def unseal(kind: str, now: int, token: str, *, life: int) -> list[Part]:
    """Read a token.

    Args:
        kind: What it must be for.
        now: The present, in microseconds.
        life: For how long a token holds, in microseconds.

    Raises:
        AwsError: It is none, was written for something else, or has expired.
    """
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        check, body = data[:4], data[4:]
        if crc32(body).to_bytes(4, "big") != check:
            raise ValueError(token)
        found, issued, *parts = json.loads(body)
    except (ValueError, TypeError):
        raise wording.TOKEN_INVALID.error() from None
    if found != kind:
        raise wording.TOKEN_INVALID.error()
    if now - issued > life:
        raise wording.TOKEN_EXPIRED.error()
    return list(parts)
