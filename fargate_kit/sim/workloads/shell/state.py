"""What a shell remembers: variables, functions, parameters, options, traps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fargate_kit.sim.workloads.shell.errors import ExpansionError
from fargate_kit.sim.workloads.shell.tree import Command

LONGEST_VALUE = 1 << 20
"""How many characters a value may have."""


class Variables(dict[str, str]):
    """Variables by name; those that are read-only refuse a new value."""

    def __init__(self, values: Mapping[str, str], read_only: Mapping[str, None]) -> None:
        super().__init__(values)
        self.read_only = dict(read_only)

    def __setitem__(self, name: str, value: str) -> None:
        if name in self.read_only:
            raise ExpansionError(f"{name}: is read only")
        checked_length(value)
        super().__setitem__(name, value)

    def forget(self, name: str) -> None:
        """Remove a variable.

        Raises:
            ExpansionError: It is read-only.
        """
        if name in self.read_only:
            raise ExpansionError(f"{name}: is read only")
        self.pop(name, None)


def checked_length(text: str) -> str:
    """Give a text back if it is not too long for a value.

    Raises:
        ExpansionError: It is longer than `LONGEST_VALUE`.
    """
    if len(text) > LONGEST_VALUE:
        raise ExpansionError(f"out of memory: a value may have {LONGEST_VALUE} characters here")
    return text


@dataclass(slots=True)
class State:
    """What a shell remembers.

    Args:
        name: What `$0` gives.
        pid: What `$$` gives.
        variables: By name.
        exported: The names of those that are passed on to programs.
        positional: `$1` and so on.
        functions: By name.
        options: Of `e`, `u` and `x`, those that are set.
        traps: Actions by the name of a signal, or `EXIT`; an empty action ignores the signal.
        status: What `$?` gives.
    """

    name: str
    pid: int
    variables: Variables
    exported: dict[str, None]
    positional: list[str]
    functions: dict[str, Command] = field(default_factory=dict)
    options: dict[str, None] = field(default_factory=dict)
    traps: dict[str, str] = field(default_factory=dict)
    status: int = 0

    def environment(self) -> dict[str, str]:
        """Give the variables that are passed on to programs."""
        variables = self.variables
        return {name: variables[name] for name in self.exported if name in variables}

    def for_subshell(self) -> State:
        """Make the state of a subshell, in which traps are no longer caught."""
        return State(
            name=self.name,
            pid=self.pid,
            variables=Variables(self.variables, self.variables.read_only),
            exported=dict(self.exported),
            positional=list(self.positional),
            functions=dict(self.functions),
            options=dict(self.options),
            traps={signal: "" for signal, action in self.traps.items() if not action},
            status=self.status,
        )
