"""The public face: sorted, complete, and cheap to import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import fargate_kit
from fargate_kit import errors


def imported_for_types() -> dict[str, str]:
    """Return the names that type checkers see in the package, with their modules."""
    tree = ast.parse(Path(fargate_kit.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {
        alias.name: str(node.module)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_all_is_sorted() -> None:
    """The list of public names reads like an index."""
    assert list(fargate_kit.__all__) == sorted(fargate_kit.__all__)


@pytest.mark.parametrize("name", fargate_kit.__all__)
def test_public_name_is_there(name: str) -> None:
    """Whatever is promised can be used, and tab completion shows it."""
    assert getattr(fargate_kit, name) is not None
    assert name in dir(fargate_kit)


def test_type_checkers_see_what_is_there() -> None:
    """The three lists of public names are one."""
    homes = {name: f"fargate_kit.{home}" for name, home in fargate_kit._HOME_OF.items()}
    assert imported_for_types() == homes
    assert {*homes, "__version__"} == set(fargate_kit.__all__)


def test_every_error_is_public() -> None:
    """Whoever catches an error needs its name."""
    assert set(errors.__all__) <= set(fargate_kit.__all__)


def test_unknown_name_is_an_attribute_error() -> None:
    """A slip of the pen is told as Python tells it."""
    with pytest.raises(AttributeError, match="no attribute 'Klaster'"):
        _ = fargate_kit.Klaster


@pytest.mark.parametrize("heavy", ["aiobotocore", "botocore", "moto", "aiohttp", "rich"])
def test_importing_the_package_imports_nothing_heavy(heavy: str) -> None:
    """The command line's help must not wait for an AWS client."""
    script = f"import sys, fargate_kit; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
