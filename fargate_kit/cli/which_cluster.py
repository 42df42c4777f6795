"""Which cluster `up` and `down` mean: one that is named, or the one of every other command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

__all__ = ["ClusterArgument", "Meant", "cluster_of", "mark_of", "meant"]

ClusterArgument = Annotated[
    str | None,
    typer.Argument(metavar="CLUSTER", help="The cluster's name; else that of --cluster."),
]
# What `up` makes is marked with this and the cluster's name; `down` finds it by that.
_PREFIX = "up:"
# The mark is the value of a tag, for which 200 characters are allowed everywhere.
_LONGEST = 200 - len(_PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """The cluster that is meant.

    Attributes:
        is_named: Whether the command line names it; otherwise it is that of a variable or a file,
            or `default`.
    """

    name: str
    is_named: bool


def mark_of(cluster: str) -> str:
    """Return the mark of what `up` makes for a cluster."""
    return f"{_PREFIX}{cluster}"


def cluster_of(mark: str) -> str | None:
    """Return the cluster whose mark this is; None if `up` made nothing under it."""
    return mark.removeprefix(_PREFIX) if mark.startswith(_PREFIX) else None


def meant(context: typer.Context, name: str | None, option: str) -> Meant:
    """Return the cluster that a command line means.

    Args:
        name: The argument.
        option: What `--cluster` is, said or not.

    Raises:
        BadParameter: The two differ, or it cannot be the name of a cluster.
    """
    from fargate_kit.model.task_level_rules import NAME, legal_name

    source = context.get_parameter_source("cluster")
    is_option = source is not None and source.name == "COMMANDLINE"
    if name is not None and is_option and name != option:
        raise typer.BadParameter(
            f"{name!r} and --cluster {option!r} are two clusters: name one", param_hint="CLUSTER"
        )
    wanted = name if name is not None else option
    if not NAME.fullmatch(wanted) or len(wanted) > _LONGEST:
        allowed = f"1 to {_LONGEST} letters, digits, hyphens and underscores"
        near = legal_name(wanted.rpartition("/")[2])[:_LONGEST]
        raise typer.BadParameter(
            f"{wanted!r} is no name of a cluster; allowed: {allowed}, such as {near}",
            param_hint="CLUSTER" if name is not None else "--cluster",
        )
    return Meant(name=wanted, is_named=name is not None or is_option)
