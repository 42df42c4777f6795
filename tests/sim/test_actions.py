"""A form that names no action of its service is refused in the words of that service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asking import SIGNED

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.request import Request

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """An account that is only asked for what it has not got."""
    account = Account(clock=StepClock(), seed=1, account_id="210987654329")
    yield account
    account.close()


def posted(scope: str, body: bytes) -> Request:
    """A form, signed for a service."""
    headers = {"authorization": SIGNED.format(scope=scope), "content-type": FORM}
    return Request(method="POST", path="/", query="", headers=headers, body=body)


@pytest.mark.parametrize("scope", ["ec2", "elasticloadbalancing", "iam", "sts"])
@pytest.mark.parametrize("body", [b"", b"\xff\xfe%%%", b"Action=", b"Version=2016-11-15"])
def test_a_form_without_action_is_refused(account: Account, scope: str, body: bytes) -> None:
    """Whatever has no action gets `MissingAction` in the XML of the service that was meant."""
    answer = account.answer(posted(scope, body))
    assert answer.status == 400
    assert b"<Code>MissingAction</Code>" in answer.body
    assert answer.body.startswith(b"<Response>" if scope == "ec2" else b"<ErrorResponse>")


@pytest.mark.parametrize(
    ("scope", "body", "code", "text"),
    [
        ("ec2", b"Action=Nope&Version=2016-11-15", "InvalidAction", "The action Nope is not valid"),
        ("ec2", b"Action=ListRoles&Version=2010-05-08", "InvalidAction", "The action ListRoles"),
        ("ec2", b"Action=DescribeVpcs&Version=x", "NoSuchVersion", "requested version (x)"),
        ("iam", b"Action=Nope&Version=2010-05-08", "InvalidAction", "Nope for version 2010-05-08"),
        ("iam", b"Action=Nope&Version=2016-11-15", "InvalidAction", "Nope for version 2016-11-15"),
        ("iam", b"Action=ListRoles", "InvalidAction", "version NO_VERSION_SPECIFIED"),
        (
            "elasticloadbalancing",
            b"Action=DescribeLoadBalancers&Version=2016-11-15",
            "InvalidAction",
            "DescribeLoadBalancers for version 2016-11-15",
        ),
        (
            "elasticloadbalancing",
            b"Action=DescribeTargetHealth&Version=2012-06-01",
            "InvalidAction",
            "DescribeTargetHealth for version 2012-06-01",
        ),
    ],
)
def test_an_unknown_action_is_refused(
    account: Account, scope: str, body: bytes, code: str, text: str
) -> None:
    """The service that the signature names answers, whatever version the form names."""
    answer = account.answer(posted(scope, body))
    assert answer.status == 400
    assert f"<Code>{code}</Code>" in answer.body.decode()
    assert text in answer.body.decode()
    assert answer.body.startswith(b"<Response>" if scope == "ec2" else b"<ErrorResponse>")


@pytest.mark.parametrize("version", [b"&Version=2016-11-15", b"&Version=2014-10-01", b""])
def test_earlier_versions_of_ec2_are_taken(account: Account, version: bytes) -> None:
    """EC2 has versions that botocore does not know, and old clients name them."""
    answer = account.answer(posted("ec2", b"Action=DescribeRegions" + version))
    assert answer.status == 200, answer.body
