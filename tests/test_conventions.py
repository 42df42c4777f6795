"""The tests' own rules: a sentence on each, and no sleeping on the real clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FILES = sorted(TESTS.rglob("test_*.py"))


def promises_of(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
            "test_"
        ):
            yield node


def real_sleeps(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "sleep"
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in {"time", "asyncio", "anyio", "trio"}
            and not (isinstance(node.args[0], ast.Constant) and node.args[0].value == 0)
        ):
            yield f"line {node.lineno}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TESTS)))
def test_every_test_states_its_promise(file: Path) -> None:
    """The docstring of a test is a sentence."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    silent = [
        node.name for node in promises_of(tree) if not (ast.get_docstring(node) or "").strip()
    ]
    assert not silent


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TESTS)))
def test_no_test_sleeps_on_the_real_clock(file: Path) -> None:
    """Order is made by events and by clocks that are stepped."""
    assert not list(real_sleeps(ast.parse(file.read_text(encoding="utf-8"))))
