"""A task definition as the rules see it: every value of the right type, the rest left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fargate_kit.model.problems import Problem
from fargate_kit.model.shapes import TASK_DEFINITION
from fargate_kit.model.sizes import parse_cpu, parse_memory


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerReading:
    """One container definition with its place."""

    path: str
    name: str
    record: dict[str, Any]

    @property
    def essential(self) -> bool:
        """Whether the task ends with this container; the default is true (guide)."""
        return bool(self.record.get("essential", True))

    @property
    def memory(self) -> int | None:
        """MiB that this container takes from the task: the soft limit where there is one."""
        amount: int | None = self.record.get("memoryReservation", self.record.get("memory"))
        return amount

    def entries(self, member: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Go through a list of structures, each with its path."""
        return entries(self.record, member, self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A whole task definition; `cpu` in CPU units and `memory` in MiB where they can be read."""

    task: dict[str, Any]
    containers: tuple[ContainerReading, ...]
    cpu: int | None
    memory: int | None
    windows: bool

    def entries(self, member: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Go through a list of structures at task level, each with its path."""
        return entries(self.task, member, "")


def entries(
    record: Mapping[str, Any], member: str, path: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Go through a list of structures, each with its path; those of a wrong type are passed over.

    Args:
        record: The structure that holds the list.
        member: The list's name.
        path: Where the structure is; empty for the whole definition.
    """
    place = f"{path}.{member}" if path else member
    for index, item in enumerate(record.get(member, ())):
        if item is not None:
            yield f"{place}[{index}]", item


def read(definition: Mapping[str, Any]) -> tuple[Reading, list[Problem]]:
    """Read a definition for the rules.

    Args:
        definition: A task definition in AWS's own form, of whatever quality.

    Returns:
        What could be read, and a problem for each value that could not.
    """
    problems: list[Problem] = []
    task = TASK_DEFINITION.read(definition, "", problems) or {}
    containers = tuple(
        ContainerReading(path=path, name=record.get("name", ""), record=record)
        for path, record in entries(task, "containerDefinitions", "")
    )
    system = task.get("runtimePlatform", {}).get("operatingSystemFamily", "")
    reading = Reading(
        task=task,
        containers=containers,
        cpu=_amount(task.get("cpu"), parse_cpu),
        memory=_amount(task.get("memory"), parse_memory),
        windows=system.upper().startswith("WINDOWS"),
    )
    return reading, problems


def _amount(value: int | str | None, parse: Callable[[int | str], int]) -> int | None:
    if value is None:
        return None
    try:
        return parse(value)
    except ValueError:
        return None
