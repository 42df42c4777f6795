"""Many tasks at once."""

from __future__ import annotations
