"""Everything that AWS would refuse in a task definition for Fargate, all at once.

Definitions are in AWS's own form, as botocore takes and gives it. The rules themselves are in the
modules named `*_rules`, each with the page of AWS that states it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fargate_kit.model import (
    cautions as caution_rules,
)
from fargate_kit.model import (
    container_rules,
    dependency_rules,
    environment_rules,
    fargate_rules,
    kinds,
    log_rules,
    members,
    port_rules,
    role_rules,
    size_rules,
    storage_rules,
    task_level_rules,
)
from fargate_kit.model.problems import Problem, Rule
from fargate_kit.model.reading import read

_FAMILIES = (
    task_level_rules,
    size_rules,
    fargate_rules,
    role_rules,
    container_rules,
    environment_rules,
    port_rules,
    log_rules,
    storage_rules,
    dependency_rules,
)
_CHECKS = tuple(check for family in _FAMILIES for check in family.CHECKS)


def _by_id(*groups: tuple[Rule, ...]) -> Mapping[str, Rule]:
    return MappingProxyType({rule.id: rule for group in groups for rule in group})


RULES = _by_id(kinds.RULES, *(family.RULES for family in _FAMILIES))
"""Every rule that `problems` may report, by its id."""

CAUTIONS = _by_id(caution_rules.RULES, members.RULES)
"""Every rule that `cautions` may report, by its id."""


def problems(definition: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Find everything that AWS would refuse of a task definition for Fargate.

    Members that are not known here are passed over, null counts as absent. The values of
    environment variables and secrets are never shown.

    Args:
        definition: A task definition as RegisterTaskDefinition takes it, of whatever quality.

    Returns:
        The problems, the same ones in the same order for the same definition.
    """
    reading, found = read(definition)
    unreadable = {problem.path for problem in found}
    for check in _CHECKS:
        found.extend(problem for problem in check(reading) if problem.path not in unreadable)
    return tuple(found)


def cautions(definition: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Find what AWS takes, or may take, and what is better known before.

    Args:
        definition: A task definition as RegisterTaskDefinition takes it, of whatever quality.

    Returns:
        The cautions, the same ones in the same order for the same definition.
    """
    reading, _ = read(definition)
    found = [caution for check in caution_rules.CHECKS for caution in check(reading)]
    return (*found, *members.unknown_members(definition))
