"""Log streams, merged and followed."""

from __future__ import annotations
