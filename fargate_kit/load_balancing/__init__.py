"""Load balancers, listeners and target groups."""

from __future__ import annotations
