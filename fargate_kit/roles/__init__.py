"""Execution roles and task roles."""

from __future__ import annotations
