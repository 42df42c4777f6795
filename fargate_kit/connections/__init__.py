"""The front door, and what is done through it."""

from __future__ import annotations
