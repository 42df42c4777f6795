"""Who STS says that a caller is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock

ClientTo = Callable[..., Any]


@pytest.fixture
def account() -> Iterator[Account]:
    """An account on a step clock."""
    made = Account(clock=StepClock(), seed=1)
    yield made
    made.close()


def test_unknown_key_is_the_administrators(account: Account, client_to: ClientTo) -> None:
    """A key that IAM does not know gets a user's ARN and id, the same in every region."""
    callers = [
        client_to(account.answer, "sts", region).get_caller_identity()
        for region in ("us-east-1", "eu-west-1")
    ]
    for caller in callers:
        assert caller["Arn"] == f"arn:aws:iam::{account.id}:user/admin"
        assert re.fullmatch(r"AIDA[A-Z2-7]{17}", caller["UserId"])
        assert caller["Account"] == account.id
    assert callers[0]["UserId"] == callers[1]["UserId"]


def test_caller_of_another_partition(account: Account, client_to: ClientTo) -> None:
    """The ARN is one of the partition of the region."""
    caller = client_to(account.answer, "sts", "cn-north-1").get_caller_identity()
    assert caller["Arn"] == f"arn:aws-cn:iam::{account.id}:user/admin"


def test_known_keys_stay_their_owners(account: Account, client_to: ClientTo) -> None:
    """A user called moto, and the session of a role, are told as what they are."""
    iam = client_to(account.answer, "iam")
    made = iam.create_user(UserName="moto")["User"]
    key = iam.create_access_key(UserName="moto")["AccessKey"]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account.id}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    taken = client_to(account.answer, "sts").assume_role(
        RoleArn=role["Arn"], RoleSessionName="moto"
    )
    for keys, arn in (
        (key, made["Arn"]),
        (taken["Credentials"], f"arn:aws:sts::{account.id}:assumed-role/r/moto"),
    ):
        sts = client_to(account.answer, "sts")
        signer = sts._request_signer._credentials
        signer.access_key, before = keys["AccessKeyId"], signer.access_key
        try:
            assert sts.get_caller_identity()["Arn"] == arn
        finally:
            signer.access_key = before
