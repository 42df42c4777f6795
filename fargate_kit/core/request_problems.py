"""What botocore finds wrong with a request, as problems: each with its path, no value shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fargate_kit.model.members import nearest
from fargate_kit.model.problems import Hidden, Problem, Rule, one_line

UNKNOWN_TO_BOTOCORE = Rule(
    id="unknown-to-botocore",
    says="The installed botocore sends no member that its service model does not have.",
    source="botocore: validate",
)
REQUEST_SHAPE = Rule(
    id="request-shape",
    says="A request has the members and types of its service model.",
    source="botocore: validate",
)

# The report has a line for each problem, but a value in it may go over several.
_BEGINS = re.compile(
    r"^(?=Missing required parameter in |Unknown parameter in |Invalid type for "
    r"|Invalid (?:value|length) for parameter |Invalid (?:parameter|number) |Must set one of )",
    re.M,
)
_UNKNOWN = re.compile(r'Unknown parameter in (\S+): "(.*)", must be one of: (.*)', re.S)
_MISSING = re.compile(r'Missing required parameter in (\S+): "(.*)"', re.S)
_TYPE = re.compile(
    r"Invalid type for (?:document )?parameter (\S+), value: .*, type: <class '([^']*)'>, "
    r"valid types: (.*)",
    re.S,
)
_LEAST = re.compile(r"Invalid \w+ for parameter (\S+), value: .*, valid min (\w+): (\S+)", re.S)


def request_problems(report: str, operation: str) -> Iterator[Problem]:
    """Read botocore's report on the parameters of a call.

    Args:
        report: The report of a ParamValidationError.
        operation: Stands for the path where the report names none.
    """
    for text in _BEGINS.split(report):
        if text.strip():
            yield _problem(text.strip(), operation)


def _problem(text: str, operation: str) -> Problem:
    if found := _UNKNOWN.fullmatch(text):
        meant = nearest(found[2], tuple(found[3].split(", ")))
        hint = f"did you mean {meant}? Otherwise " if meant else ""
        return UNKNOWN_TO_BOTOCORE.problem(
            _path(found[1], found[2]),
            given=Hidden("a member that the installed botocore does not know"),
            allowed="members of its service model",
            remedy=f"{hint}leave it out, or install a newer aiobotocore",
        )
    if found := _MISSING.fullmatch(text):
        return REQUEST_SHAPE.problem(
            _path(found[1], found[2]), given=None, allowed="a value", remedy="AWS requires it"
        )
    if found := _TYPE.fullmatch(text):
        kinds = found[3].replace("<class '", "").replace("'>", "")
        given = "None" if found[2] == "NoneType" else f"a Python {found[2]}"
        return REQUEST_SHAPE.problem(
            found[1], given=Hidden(given), allowed=kinds, remedy="give one of these types"
        )
    if found := _LEAST.fullmatch(text):
        return REQUEST_SHAPE.problem(
            found[1],
            given=Hidden("too little"),
            allowed=f"a {found[2]} of at least {found[3]}",
            remedy="give more, or leave it out",
        )
    # Whatever follows the first value could be a value.
    short = one_line(text.partition(", value: ")[0].partition("\n")[0])
    return REQUEST_SHAPE.problem(
        operation, given=Hidden("what botocore refuses"), allowed="AWS's own form", remedy=short
    )


def _path(place: str, member: str) -> str:
    return one_line(member if place == "input" else f"{place}.{member}")
