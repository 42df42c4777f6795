"""What EC2 refuses and moto would take."""

from __future__ import annotations

from typing import Any

from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.ec2_endpoints import check_endpoints
from fargate_kit.sim.moto_checks.ec2_groups import check_groups
from fargate_kit.sim.moto_checks.ec2_ids import check_ids, check_required
from fargate_kit.sim.moto_checks.ec2_listing import check_listing
from fargate_kit.sim.moto_checks.ec2_networks import check_networks
from fargate_kit.sim.moto_checks.ec2_routes import check_routes
from fargate_kit.sim.moto_checks.ec2_scalars import check_scalars
from fargate_kit.sim.moto_checks.ec2_tags import check_tags

__all__ = ["check_ec2"]


def check_ec2(asked: Asked, ec2: Any) -> None:
    """Refuse what EC2 refuses, as far as it is about networks.

    Args:
        ec2: moto's EC2 of the region.

    Raises:
        AwsError: EC2 refuses the request.
    """
    check_required(asked)
    check_scalars(asked)
    check_listing(asked, ec2)
    check_ids(asked, ec2)
    check_tags(asked, ec2)
    check_networks(asked, ec2)
    check_routes(asked, ec2)
    check_groups(asked, ec2)
    check_endpoints(asked, ec2)
