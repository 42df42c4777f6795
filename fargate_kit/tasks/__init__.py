"""Task definitions and tasks."""

from __future__ import annotations
