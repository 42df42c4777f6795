"""An old kernel is told of, with the remedy; nothing else is."""

from __future__ import annotations

import pytest

from fargate_kit.learn.kernel import kernel_warning


@pytest.mark.parametrize("version", ["7.4.0", "7.4", "7.10.1", "8.0.0a1", "10.0", None, "", "dev"])
def test_kernel_that_serves_is_not_told_of(version: str | None) -> None:
    """New enough, not there, or of no version that can be read: no word."""
    assert kernel_warning(version) is None


@pytest.mark.parametrize(
    ("version", "trouble"),
    [
        ("6.31.0", "a click in a panel is seen only when no cell runs"),
        ("7.0.1", "run on another thread than the cells"),
        ("7.3.0", "run on another thread than the cells"),
        ("7.3.0rc1", "run on another thread than the cells"),
    ],
)
def test_old_kernel_is_told_with_its_trouble_and_the_remedy(version: str, trouble: str) -> None:
    """One line: what it is, what does not work in it, that the rest does, and what to type."""
    told = kernel_warning(version) or ""
    assert told.startswith(f"ipykernel {version} is older than 7.4: ")
    assert trouble in told
    assert "Everything else works" in told
    assert "pip install 'ipykernel>=7.4'" in told
    assert "\n" not in told
