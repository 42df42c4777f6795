"""The checks of the exercises, one module a chapter: each reads the cloud and lists what it saw."""

from __future__ import annotations

from importlib import import_module

__all__ = ["CHAPTERS", "load_checks"]

CHAPTERS = (
    "chapter_00",
    "chapter_01",
    "chapter_02",
    "chapter_03",
    "chapter_04",
    "chapter_05",
    "chapter_06",
    "chapter_07",
    "chapter_08",
)


def load_checks() -> None:
    """Register every check."""
    for name in CHAPTERS:
        import_module(f"fargate_kit.learn.checks.{name}")
