"""Clusters, and what runs in them."""

from __future__ import annotations
