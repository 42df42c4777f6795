"""What is said of a command line that is off, where the plain words would not help."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

__all__ = ["LogsOfAProject", "Scaling", "WithHints"]

# Options of `fargate-kit` itself, which stand before the command.
_BEFORE = ("--cluster-config", "--ecs-profile")
_BELOW_ZERO = re.compile(r"-\d+")
_NO_COMMAND = re.compile(r"No such command '([^']+)'")


class WithHints(TyperGroup):
    """A group of commands that tells the way out of some slips."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that is named."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            # The parser's own classes have another home in each version of typer.
            if (option := getattr(error, "option_name", None)) is not None:
                _explain_option(error, option)
            elif found := _NO_COMMAND.match(getattr(error, "message", None) or ""):
                _explain_command(error, found[1])
            raise


class LogsOfAProject(TyperCommand):
    """`compose logs`, of which many expect that `-f` follows and that a name is a service's."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line, and refuse `-f` without a file, and names, in words of its own."""
        if not ctx.resilient_parsing and _follows(args):
            raise typer.BadParameter(
                "it is --file in every command of `compose`, and needs a file; --follow goes on "
                "with new lines",
                ctx=ctx,
                param_hint="-f",
            )
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            options = " ".join(f"--container {name}" for name in rest)
            raise typer.BadParameter(
                f"containers are named with an option: {ctx.command_path} {options}",
                ctx=ctx,
                param_hint=" ".join(rest),
            )
        return rest


class Scaling(TyperCommand):
    """`scale`, which would take a count below zero for an option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line, and refuse such a count in words of its own."""
        below = next((each for each in args if _BELOW_ZERO.fullmatch(each)), None)
        if below is not None and not ctx.resilient_parsing:
            raise typer.BadParameter(
                f"a count is 0 or more, not {below}; 0 stops every task",
                ctx=ctx,
                param_hint="COUNT",
            )
        return super().parse_args(ctx, args)


def _follows(arguments: Sequence[str]) -> bool:
    """Tell whether an `-f` has no file behind it."""
    for number, argument in enumerate(arguments):
        if argument == "-f":
            file = arguments[number + 1] if number + 1 < len(arguments) else ""
            is_file = file == "-" or file.endswith((".yaml", ".yml")) or os.path.exists(file)
            return not is_file
    return False


def _explain_command(error: Any, word: str) -> None:
    from fargate_kit.cli.former import successor_of_command

    group = " ".join(error.ctx.command_path.split()[1:]) if error.ctx else ""
    if (hint := successor_of_command(group, word)) is not None:
        error.message = f"No such command '{word}'. {hint}"


def _explain_option(error: Any, option: str) -> None:
    from fargate_kit.cli.former import successor_of_option

    path = error.ctx.command_path.split() if error.ctx else []
    if option in _BEFORE and len(path) > 1:
        rest = " ".join(path[1:])
        error.message = f"{option} stands before the command: {path[0]} {option} NAME {rest}"
        error.possibilities = None
    elif (hint := successor_of_option(" ".join(path[1:]), option)) is not None:
        error.message = f"No such option: {option}. {hint}"
        error.possibilities = None
