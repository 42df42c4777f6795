"""The default security groups of moto's EC2, whose members reach each other as with AWS."""

from __future__ import annotations

import importlib
from typing import Any


def mend_default_groups(ec2: Any) -> None:
    """Let every default group in from itself, those that are there and those to come.

    Source: Amazon VPC User Guide, page `default-security-group`.
    """
    create = ec2.create_security_group

    def create_security_group(*given: Any, **named: Any) -> Any:
        group = create(*given, **named)
        if group.is_default:
            _open_to_itself(ec2, group)
        return group

    ec2.create_security_group = create_security_group
    for inside in ec2.groups.values():
        for group in inside.values():
            if group.is_default:
                _open_to_itself(ec2, group)


def _open_to_itself(ec2: Any, group: Any) -> None:
    """Add the rule; its id follows from the group's, so that no other id is drawn differently."""
    models = importlib.import_module("moto.ec2.models.security_groups")
    drawn = importlib.import_module("moto.moto_api._internal").mock_random
    before = drawn.getstate()
    source = {"GroupId": group.id, "UserId": ec2.account_id, "OwnerId": ec2.account_id}
    rule = models.SecurityGroupRule(
        ec2, "-1", group.id, None, None, None, source_group=source, is_egress=False
    )
    drawn.setstate(before)
    rule.id = f"sgr-{group.id.removeprefix('sg-')}"
    group.add_ingress_rule(rule)
