"""What a fresh AWS account has and moto's does not: a way to the internet, and ECS's roles."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any

EXECUTION_ROLE = "ecsTaskExecutionRole"
EXECUTION_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
SERVICE_LINKED_ROLE = "AWSServiceRoleForECS"

_POLICY_IN_BODY = re.compile(rb"(?:%3A|:)aws(?:%3A|:)policy(?:%2F|/)([\w+=,.@%/-]+)", re.IGNORECASE)


class ManagedPolicies:
    """AWS's managed policies, made one by one as they are asked for.

    moto can load all 1,582 of them, which takes a second for every account.

    Args:
        make: moto's way to make one from (name, account, region, data).
        data: moto's table of all of them, as JSON.
    """

    def __init__(self, make: Callable[..., Any], data: str) -> None:
        self._make = make
        self._data = data

    @functools.cached_property
    def _table(self) -> dict[str, Any]:
        table: dict[str, Any] = json.loads(self._data)
        return table

    def ensure(self, iam: Any, name: str) -> None:
        """Make a policy if AWS has one of that name and the account has not got it yet."""
        data = self._table.get(name)
        if data is None:
            return
        policy = self._make(name, iam.account_id, iam.region_name, data)
        if policy.arn not in iam.managed_policies:
            iam.managed_policies[policy.arn] = policy
            iam.aws_managed_policies.append(policy)

    def ensure_named(self, iam: Any, body: bytes) -> None:
        """Make every managed policy whose ARN a request names."""
        for path in _POLICY_IN_BODY.findall(body):
            self.ensure(iam, re.split(r"%2F|/", path.decode("ascii"), flags=re.IGNORECASE)[-1])


def seed_roles(iam: Any, policies: ManagedPolicies) -> None:
    """Make the task execution role, as the ECS console does, and ECS's service-linked role.

    Source: Amazon ECS Developer Guide, pages `task_execution_IAM_role` and
    `using-service-linked-roles`.

    Args:
        iam: moto's IAM of the account.
    """
    _create_role(iam, EXECUTION_ROLE, "ecs-tasks.amazonaws.com", path="/")
    # moto's own CreateServiceLinkedRole would call it AWSServiceRoleForecs.
    _create_role(
        iam,
        SERVICE_LINKED_ROLE,
        "ecs.amazonaws.com",
        path="/aws-service-role/ecs.amazonaws.com/",
        linked_service="ecs.amazonaws.com",
    )
    for role, policy in (
        (EXECUTION_ROLE, EXECUTION_POLICY),
        (
            SERVICE_LINKED_ROLE,
            "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy",
        ),
    ):
        policies.ensure(iam, policy.rpartition("/")[2])
        iam.attach_role_policy(policy, role)


def seed_default_vpc(ec2: Any) -> None:
    """Give the default VPC its internet gateway and the route to it.

    Source: Amazon VPC User Guide, page `default-vpc-components`.

    Args:
        ec2: moto's EC2 of one region of the account.
    """
    vpc = ec2.get_default_vpc()
    if vpc is None or any(each.vpc is vpc for each in ec2.internet_gateways.values()):
        return
    gateway = ec2.create_internet_gateway()
    ec2.attach_internet_gateway(gateway.id, vpc.id)
    (table,) = ec2.describe_route_tables(filters={"vpc-id": [vpc.id], "association.main": ["true"]})
    ec2.create_route(table.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id)


def _create_role(
    iam: Any, name: str, principal: str, *, path: str, linked_service: str | None = None
) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": principal},
        "Action": "sts:AssumeRole",
    }
    iam.create_role(
        role_name=name,
        assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        path=path,
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
        linked_service=linked_service,
    )
