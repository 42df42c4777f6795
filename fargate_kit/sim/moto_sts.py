"""Who moto's STS says that the account's administrator is."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

__all__ = ["ADMINISTRATOR", "mend_sts"]

ADMINISTRATOR = "admin"
"""The name of the user whose keys are all those that IAM does not know."""
_UNKNOWN_TO_MOTO = ":user/moto"
# An id of a user: a prefix of four letters, and seventeen of the alphabet of base 32 (IAM User
# Guide, page reference_identifiers).
_PREFIX, _LENGTH = "AIDA", 17


def mend_sts(sts: Any) -> None:
    """Give keys that IAM does not know an ARN and an id such as AWS gives a user.

    moto gives them an ARN of STS, which has no users, and the id of an access key.
    """
    tell = sts.get_caller_identity

    def get_caller_identity(access_key_id: str, region: str) -> tuple[str, str, str]:
        user_id, arn, account = tell(access_key_id, region)
        if not arn.endswith(_UNKNOWN_TO_MOTO) or ":sts:" not in arn:
            return user_id, arn, account
        arn = arn.replace(":sts:", ":iam:").replace(_UNKNOWN_TO_MOTO, f":user/{ADMINISTRATOR}")
        digest = hashlib.sha256(f"{account}/{ADMINISTRATOR}".encode()).digest()
        return _PREFIX + base64.b32encode(digest).decode()[:_LENGTH], arn, account

    sts.get_caller_identity = get_caller_identity
