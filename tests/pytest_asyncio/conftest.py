"""These tests run under pytest-asyncio instead of anyio's plugin: `make test` starts them apart."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave these tests out where pytest-asyncio is switched off."""
    return None if config.pluginmanager.hasplugin("asyncio") else True
