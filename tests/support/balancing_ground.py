"""An account's part of moto with two networks and two kinds of load balancers in one of them."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from query_calls import call

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.moto_adapter import MotoAdapter

FIXED = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}


def forward(*arns: str) -> dict[str, Any]:
    """Write an action that forwards."""
    if len(arns) == 1:
        return {"Type": "forward", "TargetGroupArn": arns[0]}
    tuples = [{"TargetGroupArn": arn, "Weight": 1} for arn in arns]
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": tuples}}


def path(*patterns: str) -> dict[str, Any]:
    """Write a condition on the path."""
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": list(patterns)}}


class Ground:
    """The default VPC and another one, and in the default VPC what a listener needs."""

    def __init__(self, account_id: str) -> None:
        self.moto = MotoAdapter(account_id=account_id, seed=7, inline=True)
        self._seen: list[Any] | None = None
        self.ec2 = partial(call, self.moto, "ec2")
        found = self.ec2("DescribeSubnets")["Subnets"]
        zones = [one["AvailabilityZone"] for one in found]
        self.vpc: str = found[0]["VpcId"]
        self.subnets: list[str] = [one["SubnetId"] for one in found]
        self.twin = self.subnet(self.vpc, "172.31.200.0/24", zones[0])
        self.other_vpc: str = self.ec2("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.elsewhere = self.subnet(self.other_vpc, "10.0.0.0/24", zones[1])
        self.foreign: str = self.ec2(
            "CreateSecurityGroup", GroupName="foreign", Description="other", VpcId=self.other_vpc
        )["GroupId"]
        self.group = self.target_group("web")
        self.second = self.target_group("second")
        self.flows = self.target_group("flows", Protocol="TCP")
        self.balancer = self.load_balancer("web")
        self.network = self.load_balancer("flows", Type="network", Subnets=self.subnets[:1])
        self.listener = self.listen(80)
        self.rule = self.rule_of(10, "/a")
        self.certificate = ""
        self.default_rule = next(one for one in self.rules() if one["IsDefault"])["RuleArn"]

    def elbv2(self, operation: str, /, **params: Any) -> dict[str, Any]:
        """Ask Elastic Load Balancing."""
        answer = call(self.moto, "elbv2", operation, **params)
        if not operation.startswith("Describe"):
            self._seen = None
        return answer

    def refused(self, operation: str, /, **params: Any) -> str:
        """Ask for what is refused, see that nothing has changed, and give code and message."""
        before = self._seen or self.picture()
        with pytest.raises(AwsError) as caught:
            self.elbv2(operation, **params)
        assert self.picture() == before
        return f"{caught.value.code}: {caught.value.message}"

    def filled(self, value: Any) -> Any:
        """Put ARNs in where their names stand in braces."""
        if isinstance(value, dict):
            return {name: self.filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        named = isinstance(value, str) and value.startswith("{")
        return value.format(**vars(self)) if named else value

    def subnet(self, vpc: str, block: str, zone: str) -> str:
        made = self.ec2("CreateSubnet", VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)
        subnet_id: str = made["Subnet"]["SubnetId"]
        return subnet_id

    def target_group(self, name: str, **params: Any) -> str:
        asked = {"Protocol": "HTTP", "Port": 80, "VpcId": self.vpc, "TargetType": "ip"} | params
        told = self.elbv2("CreateTargetGroup", Name=name, **asked)["TargetGroups"]
        arn: str = told[0]["TargetGroupArn"]
        return arn

    def load_balancer(self, name: str, **params: Any) -> str:
        asked = {"Subnets": self.subnets[:2]} | params
        told = self.elbv2("CreateLoadBalancer", Name=name, **asked)["LoadBalancers"]
        arn: str = told[0]["LoadBalancerArn"]
        return arn

    def listen(self, port: int, **params: Any) -> str:
        asked = {
            "LoadBalancerArn": self.balancer,
            "Protocol": "HTTP",
            "DefaultActions": [forward(self.group)],
        } | params
        told = self.elbv2("CreateListener", Port=port, **asked)["Listeners"]
        arn: str = told[0]["ListenerArn"]
        return arn

    def rule_of(self, priority: int, *patterns: str) -> str:
        told = self.elbv2(
            "CreateRule",
            ListenerArn=self.listener,
            Priority=priority,
            Conditions=[path(*patterns)],
            Actions=[FIXED],
        )["Rules"]
        arn: str = told[0]["RuleArn"]
        return arn

    def rules(self) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self.elbv2("DescribeRules", ListenerArn=self.listener)["Rules"]
        return told

    def picture(self) -> list[Any]:
        """Tell all that is configured, to see that nothing of it changes."""
        balancers = self.elbv2("DescribeLoadBalancers")["LoadBalancers"]
        listeners = [
            self.elbv2("DescribeListeners", LoadBalancerArn=one["LoadBalancerArn"])["Listeners"]
            for one in balancers
        ]
        facts = self.moto.load_balancing("us-east-1")
        arns = [*(one["LoadBalancerArn"] for one in balancers), *facts.target_groups]
        tags = self.elbv2("DescribeTags", ResourceArns=arns)["TagDescriptions"]
        self._seen = [balancers, listeners, facts, tags]
        return self._seen
