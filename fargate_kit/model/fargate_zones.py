"""Where Fargate is, within a region.

Source: Amazon ECS Developer Guide, page `AWS_Fargate-Regions`, for Linux containers.
"""

from __future__ import annotations

__all__ = ["ONLY_IN", "offers_fargate"]

# Zones go by their ids, since their names differ from account to account. Regions that are not
# here have Fargate in every zone.
ONLY_IN = {
    "ap-northeast-1": frozenset({"apne1-az1", "apne1-az2", "apne1-az4"}),
    "us-west-1": frozenset({"usw1-az1", "usw1-az3"}),
}


def offers_fargate(region: str, zone_id: str | None) -> bool:
    """Whether tasks can run in a zone.

    Args:
        zone_id: Such as `use1-az1`; of one that is not known, yes.
    """
    return zone_id is None or region not in ONLY_IN or zone_id in ONLY_IN[region]
