"""Values that are better not shown, told by their names and by their looks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MASK = "•••"
"""What is shown in place of a value that must not be seen."""

_SECRET_NAME = re.compile(
    r"PASSW|PASSPHRASE|PASSCODE|(?:^|[^A-Z])(?:PASS|PWD|DSN|CERT|SALT|AUTH|BEARER)(?:[^A-Z]|$)"
    r"|SECRET|TOKEN|CREDENTIAL|PRIVATE|AUTHORIZATION|CONNECTION_?STRING"
    r"|(?:^|[^A-Z])KEYS?(?:[^A-Z]|$)|(?:API|ACCESS|SIGNING|ENCRYPTION|SSH)_?KEY"
)
_ASSIGNMENT = re.compile(
    r"""(?<![\w-])(-{0,2})([A-Za-z][\w-]*+)(=|["']?:\s+["']?|["']:["']?|\s+)([^\s&;,"'}]+)"""
)
_ADDRESS_LOGIN = re.compile(r"(?<=://)[^\s/@]+(?=@)")

# Members whose names sound secret while their values are only references.
_REFERENCES = frozenset({"credentialsParameter", "key", "valueFrom"})


def looks_secret(name: str) -> bool:
    """Tell whether a variable's name says that its value is a secret."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return _SECRET_NAME.search(words.upper()) is not None


def masked(value: Any) -> Any:
    """Copy a part of a definition with everything masked that looks like a secret."""
    if isinstance(value, str):
        return _masked_text(value)
    if isinstance(value, (list, tuple)):
        return [
            MASK if isinstance(item, str) and _is_secret_option(before) else masked(item)
            for before, item in zip((None, *value), value, strict=False)
        ]
    if not isinstance(value, Mapping):
        return value
    name = value.get("name", value.get("key"))
    named_secret = isinstance(name, str) and looks_secret(name)
    return {
        key: MASK if _is_secret(str(key), named_secret=named_secret) else masked(member)
        for key, member in value.items()
    }


def _is_secret(key: str, *, named_secret: bool) -> bool:
    if key == "value":
        return named_secret
    return looks_secret(key) and key not in _REFERENCES


def _is_secret_option(word: Any) -> bool:
    """Tell whether a word of a command is an option whose value, the next word, is a secret."""
    return (
        isinstance(word, str) and word[:1] == "-" and "=" not in word and looks_secret(word.strip())
    )


def _masked_text(text: str) -> str:
    text = _ADDRESS_LOGIN.sub(MASK, text)
    # Word by word: an assignment to a harmless name must not swallow the one behind it.
    parts, place = [], 0
    while match := _ASSIGNMENT.search(text, place):
        dashes, name, sign, _ = match.groups()
        if looks_secret(name) and (dashes or sign.strip()):
            parts.append(text[place : match.start(4)] + MASK)
            place = match.end()
        else:
            parts.append(text[place : match.end(2)])
            place = match.end(2)
    return "".join(parts) + text[place:]
