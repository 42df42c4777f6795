"""Subnets, security groups, interfaces, and what can be reached."""

from __future__ import annotations
