"""The pieces of Python on a page of the documentation, to be run as they stand there."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def snippets(page: str) -> list[str]:
    """Return the pieces of Python of a page, in their order.

    Args:
        page: Its path below `docs`.
    """
    return _BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))


async def run_snippet(source: str, names: dict[str, Any]) -> None:
    """Run a piece as a notebook runs a cell: it may await, and what it names stays in `names`."""
    code = compile(source, "<page>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(code, names)  # noqa: S307 - it is our own page
    if inspect.isawaitable(result):
        await result
