"""Finding and taking down what was made."""

from __future__ import annotations
