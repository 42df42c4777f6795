"""The CPU and memory sizes that a Fargate task may have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from fargate_kit.model.problems import shown

# Source of the table: ECS Developer Guide, task_definition_parameters and fargate-tasks-services.
_MEMORY_FOR: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
}
# On the two pages named above, absent from the page task-cpu-memory-error and from the service
# model: AWS may refuse it, so it is never proposed and earns a caution.
_UNSURE_MEMORY_FOR: dict[int, tuple[int, ...]] = {32768: (61440, 122880, 249856)}

WINDOWS_CPU = (1024, 2048, 4096)
"""CPU units that Windows containers on Fargate may have (guide: task_definition_parameters)."""

_CPU = re.compile(r"\s*(\d{1,7}|\d{0,4}\.\d{1,8})\s*(vcpu)?\s*", re.IGNORECASE | re.ASCII)
_MEMORY = re.compile(r"\s*(\d{1,7}|\d{0,4}\.\d{1,8})\s*(gb)?\s*", re.IGNORECASE | re.ASCII)
_CPU_ACCEPTED = 'CPU units such as 256 or "256", or vCPU such as ".25 vCPU"'
_MEMORY_ACCEPTED = 'MiB such as 512 or "512", or GB such as "0.5 GB"'


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """The size of a task: `cpu` in CPU units (1024 are one vCPU), `memory` in MiB."""

    cpu: int
    memory: int

    def __str__(self) -> str:
        return f"{self.cpu} CPU units with {self.memory} MiB"


_SIZES = tuple(Size(cpu, memory) for cpu, all_ in _MEMORY_FOR.items() for memory in all_)
_UNSURE = tuple(Size(cpu, memory) for cpu, all_ in _UNSURE_MEMORY_FOR.items() for memory in all_)
_LEGAL, _LEGAL_OR_UNSURE = frozenset(_SIZES), frozenset(_SIZES + _UNSURE)


def legal_cpu(*, unsure: bool = False) -> tuple[int, ...]:
    """List the CPU units that a task may have, smallest first.

    Args:
        unsure: Include 32 vCPU, which AWS's own pages do not agree on.
    """
    return tuple(_MEMORY_FOR) + (tuple(_UNSURE_MEMORY_FOR) if unsure else ())


def memory_for(cpu: int, *, unsure: bool = False) -> tuple[int, ...]:
    """List the MiB that go with these CPU units; nothing when the CPU units are not legal.

    Args:
        cpu: CPU units.
        unsure: Include 32 vCPU, which AWS's own pages do not agree on.
    """
    if unsure and cpu in _UNSURE_MEMORY_FOR:
        return _UNSURE_MEMORY_FOR[cpu]
    return _MEMORY_FOR.get(cpu, ())


def sizes(*, unsure: bool = False) -> Iterator[Size]:
    """Go through every legal size, smallest first.

    Args:
        unsure: Include 32 vCPU, which AWS's own pages do not agree on.
    """
    yield from _SIZES
    if unsure:
        yield from _UNSURE


def is_legal(cpu: int, memory: int, *, unsure: bool = False) -> bool:
    """Tell whether a task may have these CPU units and these MiB.

    Args:
        cpu: CPU units.
        memory: MiB.
        unsure: Count 32 vCPU as legal, which AWS's own pages do not agree on.
    """
    return Size(cpu, memory) in (_LEGAL_OR_UNSURE if unsure else _LEGAL)


def smallest_size(cpu: int, memory: int) -> Size | None:
    """Find the smallest legal size that holds at least this much of both.

    Args:
        cpu: CPU units.
        memory: MiB.

    Returns:
        The size, or None when no legal size is large enough.
    """
    return next((size for size in _SIZES if size.cpu >= cpu and size.memory >= memory), None)


def nearest_size(cpu: int, memory: int) -> Size:
    """Find the smallest legal size that holds both, or the one that lacks least of them.

    Args:
        cpu: CPU units.
        memory: MiB.
    """

    def lacking(size: Size) -> tuple[float, Size]:
        missing_cpu = max(0, cpu - size.cpu) / max(1, cpu)
        missing_memory = max(0, memory - size.memory) / max(1, memory)
        return missing_cpu + missing_memory, size

    return smallest_size(cpu, memory) or min(_SIZES, key=lacking)


def parse_cpu(value: int | str) -> int:
    """Read task-level CPU in any spelling that AWS takes.

    Args:
        value: CPU units as a number or a text, or a text in vCPU: `256`, `"256"`, `".25 vCPU"`.

    Returns:
        CPU units. Whether they are legal on Fargate is another question.

    Raises:
        ValueError: It is none of these spellings, or not a whole number of CPU units.

    Source: ECS Developer Guide, task_definition_parameters; service model.
    """
    return _parse(value, _CPU, "CPU", "CPU units", _CPU_ACCEPTED)


def parse_memory(value: int | str) -> int:
    """Read task-level memory in any spelling that AWS takes.

    Args:
        value: MiB as a number or a text, or a text in GB: `512`, `"512"`, `"0.5 GB"`.

    Returns:
        MiB. Whether they are legal on Fargate is another question.

    Raises:
        ValueError: It is none of these spellings, or not a whole number of MiB.

    Source: ECS Developer Guide, task_definition_parameters; service model.
    """
    return _parse(value, _MEMORY, "memory", "MiB", _MEMORY_ACCEPTED)


def _parse(value: int | str, spelling: re.Pattern[str], what: str, unit: str, accepted: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
        return value
    match = spelling.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{shown(value)} is no {what}: give {accepted}")
    number = Decimal(match[1]) * (1024 if match[2] else 1)
    if number != int(number):
        raise ValueError(f"{shown(value)} is not a whole number of {unit}: give {accepted}")
    return int(number)
