"""Words that several parts of the package must agree about."""

from __future__ import annotations

from typing import Final

__all__ = ["USUAL_NAME"]

USUAL_NAME: Final = "the usual name, for no file names one"
"""The `Reference.place` of what no file names."""
