"""How the things of a project are known again: a tag with its name on each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fargate_kit.ownership import TAG

__all__ = ["PROJECT_TAG", "USUAL_CLUSTER", "belongs", "could_be_named", "project_tags"]

PROJECT_TAG: Final = "fargate-kit-project"
USUAL_CLUSTER: Final = "default"
"""Where a project goes whose files name no cluster."""


def project_tags(project: str) -> dict[str, str]:
    """Return the tag of what is made for a project; who made it is said by another tag."""
    return {PROJECT_TAG: project}


def belongs(tags: Mapping[str, str], project: str) -> bool:
    """Tell whether something was made for the project, and by fargate_kit.

    Both tags are asked for: the project's may come to a foreign thing by propagation.
    """
    return tags.get(PROJECT_TAG) == project and TAG in tags


def could_be_named(name: str, project: str) -> bool:
    """Tell whether a service or family may be the project's by its name alone."""
    return name == project or name.startswith(f"{project}-")
