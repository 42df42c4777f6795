"""Reads files of `NAME=value` lines, as Compose reads `.env` and `env_file`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fargate_kit.compose.interpolation import Unfit, filled
from fargate_kit.compose.verdicts import refusal
from fargate_kit.errors import InvalidSpec
from fargate_kit.model.problems import Problem

__all__ = ["parse_variables"]

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*(?:([=:])[ \t]*)?", re.ASCII)
_NAME_ALONE = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$"}


def parse_variables(
    file: str, text: str, environment: Mapping[str, str], *, raw: bool = False
) -> dict[str, str | None]:
    """Read the variables of a file.

    Values may stand between quotation marks and go over several lines there; between single ones,
    nothing is replaced. A name alone takes its value from the environment.

    Args:
        file: What to call it in messages.
        environment: What `${NAME}` in a value is looked up in, besides the lines before.
        raw: Take everything after `=` as it is, without quotation marks and variables.

    Returns:
        The variables; None for a name alone that the environment does not have.

    Raises:
        InvalidSpec: With every line that is none, by its number; never with a value.
    """
    found: dict[str, str | None] = {}
    problems: list[Problem] = []
    text = text.replace("\r\n", "\n")
    position = 0
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end].strip()
        number = text.count("\n", 0, position) + 1
        if not line or line.startswith("#"):
            position = end + 1
            continue
        match = _LINE.match(text, position)
        alone = match and not match[2] and _NAME_ALONE.match(text, match.end())
        if not match or not (match[2] or alone):
            problems.append(_problem(file, number, "NAME=value is required"))
            position = end + 1
        elif alone:
            found[match[1]] = environment.get(match[1])
            position = end + 1
        else:
            scope = {**{k: v for k, v in found.items() if v is not None}, **environment}
            try:
                found[match[1]], position = _value(text, match.end(), scope, raw)
            except Unfit as error:
                problems.append(_problem(file, number, f"{match[1]}: {error}"))
                position = end + 1
    if problems:
        raise InvalidSpec(file, problems)
    return found


def _value(text: str, start: int, scope: Mapping[str, str], raw: bool) -> tuple[str, int]:
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    if raw:
        return text[start:end].rstrip("\r"), end + 1
    quote = text[start : start + 1]
    if quote not in {"'", '"'}:
        plain = re.split(r"(?:^|\s)#", text[start:end], maxsplit=1)[0].strip()
        return filled(plain, scope).text, end + 1
    close = start + 1
    while close < len(text) and text[close] != quote:
        close += 2 if text[close] == "\\" and quote == '"' else 1
    if close >= len(text):
        raise Unfit("the quotation mark is not closed")
    inside = text[start + 1 : close]
    end = text.find("\n", close)
    end = len(text) if end < 0 else end
    if (rest := text[close + 1 : end].strip()) and not rest.startswith("#"):
        raise Unfit("something follows the closing quotation mark")
    if quote == "'":
        return inside, end + 1
    unescaped = re.sub(r"\\(.)", lambda hit: _ESCAPES.get(hit[1], hit[0]), inside, flags=re.DOTALL)
    return filled(unescaped, scope).text, end + 1


def _problem(file: str, line: int, reason: str) -> Problem:
    return refusal("variables", f"{file}:{line}", reason, "", "variables")
