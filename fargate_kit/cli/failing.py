"""What becomes of an error on the command line: a line for people, an object for programs."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any

from fargate_kit.errors import ConfigurationError, EndpointUnreachable

# Exit codes: 0 it worked; 1 it did not; 2 the command line is off; 130 interrupted and 143
# terminated (running.py).
# `run` ends with the exit code of the container.
FAILED = 1
# Whoever read our output has left, as `head` does: 128 + SIGPIPE, as the shell has it.
CUT_OFF = 141

EXIT_CODES = (
    "Exit codes: 0 it worked; 1 it did not, and standard error says why; 2 the command line is "
    "off; 130 interrupted; 143 terminated."
)


_OPTIONS = {
    "pass region=": "give --region",
    "region=": "--region",
    "endpoint_url=": "--endpoint-url",
}
_ARGUMENT = re.compile("|".join(map(re.escape, _OPTIONS)) + r"(?![\w'\"])")


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonForm:
    """What `--json` of a command prints.

    Attributes:
        lines: An object a line, the error as well; otherwise one object.
        endless: It goes on until somebody interrupts it, and that is no error.
    """

    lines: bool = False
    endless: bool = False


_FORM: ContextVar[JsonForm] = ContextVar("json_form")


def set_json_form(form: JsonForm) -> None:
    """Remember what the command that runs prints."""
    _FORM.set(form)


def json_form() -> JsonForm:
    """Return what the command that runs prints; one object unless it said otherwise."""
    return _FORM.get(JsonForm())


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


def said(error: Exception) -> str:
    """Return an error's message in the words of the command line.

    The number of a system error is left out, and the SDK's arguments are told as options.
    """
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror
        return f"{error.filename}: {reason.lower()}" if error.filename else reason
    if isinstance(error, ConfigurationError | EndpointUnreachable):
        return _ARGUMENT.sub(lambda found: _OPTIONS[found[0]], str(error))
    return str(error)


def json_text(value: object) -> str:
    """Return what JSON has no form for: moments as ISO 8601 has them, the rest as text."""
    return value.isoformat() if isinstance(value, date) else str(value)


def error_facts(error: Exception) -> dict[str, Any]:
    """Return an error as facts: its kind, its message, and the problems of a specification."""
    from fargate_kit.errors import InvalidSpec

    facts: dict[str, Any] = {"kind": type(error).__name__, "message": said(error)}
    if isinstance(error, InvalidSpec):
        facts["problems"] = [
            {"path": each.path, "rule": each.rule, "message": each.message}
            for each in error.problems
        ]
    return facts


def error_json(
    kind: str, message: str, *, beside: Mapping[str, Any] | None = None, **more: Any
) -> str:
    """Return what `--json` prints of an error: on one line where all else is an object a line.

    Args:
        beside: Facts that stand beside the error.
        more: Further members of the error.
    """
    facts = {**(beside or {}), "error": {"kind": kind, "message": message, **more}}
    return json.dumps(facts, indent=None if json_form().lines else 2, default=json_text)


def leave_quietly() -> None:
    """Let nothing more be written where nobody reads: Python would complain at its own end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
