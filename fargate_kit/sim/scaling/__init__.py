"""Application Auto Scaling for ECS services, and CloudWatch alarms that act."""

from __future__ import annotations
