"""Creations that are asked for again, by clients of botocore against a whole account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from botocore.exceptions import ClientError

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.faults import LoseReply
from fargate_kit.sim.request import Request, Response


class ClientTo(Protocol):
    """As in the conftest.py above."""

    def __call__(
        self, answer: Callable[[Request], Response], service: str, region: str = "us-east-1"
    ) -> Any:
        """Make one."""
        ...


@pytest.fixture
def account() -> Iterator[Account]:
    """An account on a step clock."""
    made = Account(clock=StepClock(), seed=7, strict=True)
    yield made
    made.close()


@pytest.fixture
def elbv2(account: Account, client_to: ClientTo) -> Any:
    """A client of Elastic Load Balancing."""
    return client_to(account.answer, "elbv2")


@pytest.fixture
def subnets(account: Account, client_to: ClientTo) -> list[dict[str, Any]]:
    """Three subnets of the default VPC."""
    found: list[dict[str, Any]] = client_to(account.answer, "ec2").describe_subnets()["Subnets"]
    return found[:3]


def refused(call: Callable[..., Any], **params: Any) -> str:
    """Make a call that is refused; give the code."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    code: str = caught.value.response["Error"]["Code"]
    return code


def test_same_balancer_is_answered_with_what_is_there(
    elbv2: Any, subnets: list[dict[str, Any]]
) -> None:
    """The order of subnets means nothing; another scheme or subnet is another balancer."""
    ids = [one["SubnetId"] for one in subnets]
    made = elbv2.create_load_balancer(Name="web", Subnets=ids[:2])["LoadBalancers"][0]
    again = elbv2.create_load_balancer(Name="web", Subnets=ids[1::-1])["LoadBalancers"][0]
    shown = elbv2.describe_load_balancers()["LoadBalancers"]
    assert [one["LoadBalancerArn"] for one in shown] == [made["LoadBalancerArn"]]
    for member in ("LoadBalancerArn", "DNSName", "VpcId", "Type", "CreatedTime"):
        assert again[member] == shown[0][member]
    assert again["Scheme"] == "internet-facing"
    assert {zone["SubnetId"] for zone in again["AvailabilityZones"]} == set(ids[:2])
    other = {"Name": "web", "Subnets": ids[:2], "Scheme": "internal"}
    assert refused(elbv2.create_load_balancer, **other) == "DuplicateLoadBalancerName"
    other = {"Name": "web", "Subnets": ids[1:]}
    assert refused(elbv2.create_load_balancer, **other) == "DuplicateLoadBalancerName"


def test_same_target_group_is_answered_with_what_is_there(
    elbv2: Any, subnets: list[dict[str, Any]]
) -> None:
    """What is not named has its usual value; another port is another group."""
    asked = {
        "Name": "web",
        "Protocol": "HTTP",
        "Port": 80,
        "VpcId": subnets[0]["VpcId"],
        "TargetType": "ip",
    }
    made = elbv2.create_target_group(**asked)["TargetGroups"][0]
    again = elbv2.create_target_group(**asked, HealthCheckPath="/")["TargetGroups"][0]
    assert again["TargetGroupArn"] == made["TargetGroupArn"]
    assert len(elbv2.describe_target_groups()["TargetGroups"]) == 1
    for change in ({"Port": 81}, {"HealthCheckPath": "/health"}):
        assert refused(elbv2.create_target_group, **{**asked, **change}) == (
            "DuplicateTargetGroupName"
        )


def test_same_listener_is_answered_with_what_is_there(
    elbv2: Any, subnets: list[dict[str, Any]]
) -> None:
    """A port has one listener; other actions on it are refused."""
    ids = [one["SubnetId"] for one in subnets]
    balancer = elbv2.create_load_balancer(Name="web", Subnets=ids)["LoadBalancers"][0]
    group = elbv2.create_target_group(
        Name="web", Protocol="HTTP", Port=80, VpcId=subnets[0]["VpcId"], TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    asked = {
        "LoadBalancerArn": balancer["LoadBalancerArn"],
        "Protocol": "HTTP",
        "Port": 80,
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": group}],
    }
    made = elbv2.create_listener(**asked)["Listeners"][0]
    again = elbv2.create_listener(**asked)["Listeners"][0]
    assert again["ListenerArn"] == made["ListenerArn"]
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    assert refused(elbv2.create_listener, **{**asked, "DefaultActions": [fixed]}) == (
        "DuplicateListener"
    )
    elsewhere = {**asked, "Port": 81, "DefaultActions": [fixed]}
    made = elbv2.create_listener(**elsewhere)["Listeners"][0]
    assert elbv2.create_listener(**elsewhere)["Listeners"][0]["ListenerArn"] == made["ListenerArn"]


def test_action_without_its_group_is_refused_and_harms_nothing(
    elbv2: Any, subnets: list[dict[str, Any]]
) -> None:
    """It makes no listener on a free port, differs from one that is there, and leaves no trace."""
    ids = [one["SubnetId"] for one in subnets]
    balancer = elbv2.create_load_balancer(Name="web", Subnets=ids)["LoadBalancers"][0]
    asked = {"LoadBalancerArn": balancer["LoadBalancerArn"], "Protocol": "HTTP", "Port": 80}
    bad = asked | {"DefaultActions": [{"Type": "forward"}]}
    assert refused(elbv2.create_listener, **bad) == "ValidationError"
    assert refused(elbv2.create_listener, **asked, DefaultActions=[]) == "ValidationError"
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    made = elbv2.create_listener(**asked, DefaultActions=[fixed])["Listeners"][0]
    assert refused(elbv2.create_listener, **bad) == "DuplicateListener"
    shown = elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    assert [one["ListenerArn"] for one in shown] == [made["ListenerArn"]]


def test_lost_answer_makes_nothing_twice(
    account: Account, elbv2: Any, subnets: list[dict[str, Any]]
) -> None:
    """A client that tries again gets what its first call made."""
    account.faults.plan(LoseReply(service="elbv2", operation="CreateLoadBalancer"))
    elbv2.create_load_balancer(Name="web", Subnets=[one["SubnetId"] for one in subnets])
    assert len(elbv2.describe_load_balancers()["LoadBalancers"]) == 1
