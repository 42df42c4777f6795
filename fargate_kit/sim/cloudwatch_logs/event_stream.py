"""Messages of an event stream as they go over the wire.

Source: the format that botocore's module `eventstream` reads: lengths, a checksum of them,
headers, the payload, a checksum of all, numbers in network order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from struct import pack
from typing import Any
from zlib import crc32

CONTENT_TYPE = "application/vnd.amazon.eventstream"

_TEXT = 7
_PRELUDE = 8
_CHECKSUM = 4


def initial_response() -> bytes:
    """Write the message with which every event stream of a JSON service begins."""
    return _message(
        {
            ":event-type": "initial-response",
            ":content-type": "application/x-amz-json-1.1",
            ":message-type": "event",
        },
        {},
    )


def event(kind: str, members: Mapping[str, Any]) -> bytes:
    """Write an event of a kind that the service model names."""
    return _message(
        {":event-type": kind, ":content-type": "application/json", ":message-type": "event"},
        members,
    )


def exception(kind: str, message: str) -> bytes:
    """Write the error with which a stream ends; the service model names its kind."""
    headers = {
        ":exception-type": kind,
        ":content-type": "application/json",
        ":message-type": "exception",
    }
    return _message(headers, {"message": message})


def _message(headers: Mapping[str, str], payload: Mapping[str, Any]) -> bytes:
    head = b"".join(_header(name, value) for name, value in headers.items())
    body = json.dumps(payload, separators=(",", ":")).encode()
    length = _PRELUDE + _CHECKSUM + len(head) + len(body) + _CHECKSUM
    prelude = pack("!II", length, len(head))
    message = prelude + pack("!I", crc32(prelude)) + head + body
    return message + pack("!I", crc32(message))


def _header(name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return pack("!B", len(key)) + key + pack("!BH", _TEXT, len(text)) + text
