"""The shop of chapter 8: what of it is in an account, its fourteen probes, and the board."""

from __future__ import annotations
