"""What becomes of an error on the command line: a line for people, an object for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

# Exit codes: 0 it worked; 1 it did not; 2 the command line is off; 130 interrupted (running.py).
# `run` ends with the exit code of the container.
FAILED = 1

EXIT_CODES = (
    "Exit codes: 0 it worked; 1 it did not, and standard error says why; 2 the command line is "
    "off; 130 interrupted."
)


def wants_json(arguments: Sequence[str]) -> bool:
    """Tell whether a command line asks for JSON; what is after `--` is the container's."""
    for argument in arguments:
        if argument == "--":
            return False
        if argument == "--json":
            return True
    return False


def causes_of(error: Exception) -> Iterator[Exception]:
    """Yield what went wrong, however deep in groups of concurrent tasks."""
    if isinstance(error, ExceptionGroup):
        for inner in error.exceptions:
            yield from causes_of(inner)
    else:
        yield error


def error_facts(error: Exception) -> dict[str, Any]:
    """Return an error as facts: its kind, its message, and the problems of a specification."""
    from fargate_kit.errors import InvalidSpec

    facts: dict[str, Any] = {"kind": type(error).__name__, "message": str(error)}
    if isinstance(error, InvalidSpec):
        facts["problems"] = [
            {"path": each.path, "rule": each.rule, "message": each.message}
            for each in error.problems
        ]
    return facts


def error_json(kind: str, message: str, **more: Any) -> str:
    """Return what `--json` prints where there are no other facts."""
    return json.dumps({"error": {"kind": kind, "message": message, **more}}, indent=2, default=str)
