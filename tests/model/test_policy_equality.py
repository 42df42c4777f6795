"""Two policy documents that mean the same are the same, and others are not."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit.model.policy_equality import same_document

READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
LIST = {"Effect": "Allow", "Action": ["s3:List*"], "Resource": ["a", "b"]}


def document(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


def condition(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {**READ, "Condition": {operator: {key: value}}}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (document(READ, LIST), document(LIST, READ), True),
        (document(READ), {"Version": "2012-10-17", "Statement": READ}, True),
        (document(READ), document({**READ, "Action": ["s3:GetObject"]}), True),
        (document(LIST), document({**LIST, "Resource": ["b", "a"]}), True),
        (document(READ), document(READ, READ), False),
        (document(READ), document({**READ, "Effect": "Deny"}), False),
        (document(READ), document({**READ, "Resource": "b"}), False),
        (document(READ), document(READ, version="2008-10-17"), False),
        (document(READ, version="2008-10-17"), {"Statement": READ}, True),
        (
            document(condition("StringEquals", "aws:username", "a")),
            document(condition("StringEquals", "AWS:UserName", ["a"])),
            True,
        ),
        (
            document(condition("Bool", "aws:SecureTransport", True)),
            document(condition("Bool", "aws:SecureTransport", "true")),
            True,
        ),
        (
            document(condition("StringEquals", "aws:username", "a")),
            document(condition("StringLike", "aws:username", "a")),
            False,
        ),
        (
            document({**READ, "Principal": {"Service": "a"}}),
            document({**READ, "Principal": {"Service": ["a"]}}),
            True,
        ),
        (
            document({**READ, "Principal": "*"}),
            document({**READ, "Principal": {"AWS": "*"}}),
            False,
        ),
        (document(READ), None, False),
        ("text", "text", False),
    ],
)
def test_same_document(one: Any, other: Any, same: bool) -> None:
    """Order and single values in lists mean nothing; everything else does, either way round."""
    assert same_document(one, other) is same
    assert same_document(other, one) is same
