"""How Application Auto Scaling and CloudWatch name the scaling of an ECS service."""

from __future__ import annotations

from typing import Final

__all__ = ["ALARM_PREFIX", "SERVICE", "resource_id_of", "scaled"]

SERVICE: Final = {"ServiceNamespace": "ecs"}
ALARM_PREFIX: Final = "fargate-kit/"


def resource_id_of(cluster_arn: str, service: str) -> str:
    """Return what names a service to Application Auto Scaling."""
    return f"service/{cluster_arn.rpartition('/')[2]}/{service}"


def scaled(resource_id: str) -> dict[str, str]:
    """Return the members of a request that say whose scaling is meant."""
    return {
        **SERVICE,
        "ScalableDimension": "ecs:service:DesiredCount",
        "ResourceId": resource_id,
    }
