"""The fourteen probes of the shop, in five groups."""

from __future__ import annotations

from typing import Final

from fargate_kit.learn.shop.account import Group, Probe
from fargate_kit.learn.shop.days import bounds, recovered, rolled_back, scaled_out
from fargate_kit.learn.shop.ending import gone
from fargate_kit.learn.shop.parts import logged, registered
from fargate_kit.learn.shop.rights import execution_roles, no_task_role, task_role
from fargate_kit.learn.shop.traffic import bill, doors, healthy, worker

__all__ = ["GROUPS", "probes_of"]

GROUPS: Final = (
    Group(
        title="The parts",
        chapters=(1, 3, 7),
        probes=(
            Probe(name="parts", what="two families", exercise="8.1", look=registered),
            Probe(name="logs", what="one log group for both", exercise="8.1", look=logged),
        ),
    ),
    Group(
        title="Rights",
        chapters=(5,),
        probes=(
            Probe(
                name="execution", what="tight execution roles", exercise="8.2", look=execution_roles
            ),
            Probe(
                name="worker", what="a tight role for the worker", exercise="8.2", look=task_role
            ),
            Probe(name="web", what="no role for the web", exercise="8.2", look=no_task_role),
        ),
    ),
    Group(
        title="Open doors",
        chapters=(2, 6),
        probes=(
            Probe(name="healthy", what="healthy in two zones", exercise="8.3", look=healthy),
            Probe(name="doors", what="one way in", exercise="8.3", look=doors),
            Probe(name="packing", what="a worker that works", exercise="8.3", look=worker),
        ),
    ),
    Group(
        title="Working days",
        chapters=(4, 6),
        probes=(
            Probe(name="bounds", what="bounds and a target", exercise="8.4", look=bounds),
            Probe(name="scaled", what="scaled out by itself", exercise="8.4", look=scaled_out),
            Probe(name="fault", what="a bad release taken back", exercise="8.5", look=rolled_back),
            Probe(name="release", what="a good release", exercise="8.6", look=recovered),
        ),
    ),
    Group(
        title="Bill and end",
        chapters=(0, 2),
        probes=(
            Probe(name="bill", what="within the budget", exercise="8.3", look=bill),
            Probe(name="gone", what="nothing left", exercise="8.7", look=gone),
        ),
    ),
)
"""The probes in the order of the board."""


def probes_of(exercise: str) -> tuple[Probe, ...]:
    """Return the probes that belong to an exercise."""
    return tuple(each for group in GROUPS for each in group.probes if each.exercise == exercise)
