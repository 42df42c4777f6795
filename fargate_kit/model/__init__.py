"""Pure values and rules: no I/O, no clock."""

from __future__ import annotations
