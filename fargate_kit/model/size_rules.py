"""Rules over the size of a task and what its containers take of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fargate_kit.model.problems import Problem, Rule
from fargate_kit.model.reading import Reading
from fargate_kit.model.sizes import (
    WINDOWS_CPU,
    Size,
    is_legal,
    legal_cpu,
    memory_for,
    nearest_size,
    parse_cpu,
    parse_memory,
)

_PARAMETERS = "guide: task_definition_parameters"

TASK_SIZE_REQUIRED = Rule(
    id="task-size-required",
    says="A Fargate task has CPU and memory at task level.",
    source=_PARAMETERS,
    fargate=True,
)
TASK_CPU = Rule(
    id="task-cpu",
    says="Task-level CPU is one of the values of the Fargate table.",
    source=_PARAMETERS,
    fargate=True,
)
TASK_MEMORY = Rule(
    id="task-memory",
    says="Task-level memory is a number of MiB or of GB.",
    source=_PARAMETERS,
)
FARGATE_SIZE = Rule(
    id="fargate-size",
    says="CPU and memory are a pair of the Fargate table.",
    source="guide: task_definition_parameters, task-cpu-memory-error",
    fargate=True,
)
WINDOWS_SIZE = Rule(
    id="windows-size",
    says="Windows containers on Fargate have 1, 2 or 4 vCPU.",
    source=_PARAMETERS,
    fargate=True,
)
CONTAINER_MEMORY_MINIMUM = Rule(
    id="container-memory-minimum",
    says="A container has at least 6 MiB.",
    source=f"{_PARAMETERS}; model: ContainerDefinition",
)
MEMORY_ABOVE_RESERVATION = Rule(
    id="memory-above-reservation",
    says="A container's hard limit is not below its soft limit.",
    source=f"{_PARAMETERS}, which says greater; clients in use register equal ones",
    mark="OBS",
)
CONTAINER_MEMORY_OVER_TASK = Rule(
    id="container-memory-over-task",
    says="No container has more memory than its task.",
    source="public reports of AWS's answer",
    mark="OBS",
)
TOTAL_MEMORY_OVER_TASK = Rule(
    id="total-memory-over-task",
    says="The memory reserved for all containers stays within the task's.",
    source=f"{_PARAMETERS}; model: ContainerDefinition",
)
CONTAINER_CPU = Rule(
    id="container-cpu",
    says="A container's CPU is not negative and not more than its task's.",
    source=f"{_PARAMETERS}; model: ContainerDefinition",
)
TOTAL_CPU_OVER_TASK = Rule(
    id="total-cpu-over-task",
    says="The CPU reserved for all containers stays within the task's.",
    source=f"{_PARAMETERS}; model: ContainerDefinition",
)

RULES = (
    TASK_SIZE_REQUIRED,
    TASK_CPU,
    TASK_MEMORY,
    FARGATE_SIZE,
    WINDOWS_SIZE,
    CONTAINER_MEMORY_MINIMUM,
    MEMORY_ABOVE_RESERVATION,
    CONTAINER_MEMORY_OVER_TASK,
    TOTAL_MEMORY_OVER_TASK,
    CONTAINER_CPU,
    TOTAL_CPU_OVER_TASK,
)

_SMALLEST_CONTAINER = 6  # MiB


def _size_is_given(reading: Reading) -> Iterator[Problem]:
    proposal = nearest_size(reading.cpu or 0, reading.memory or 0)
    values = {"cpu": proposal.cpu, "memory": proposal.memory}
    for member, value in values.items():
        if reading.task.get(member) in (None, ""):
            yield TASK_SIZE_REQUIRED.problem(
                member,
                given=None,
                allowed="a value of the Fargate table",
                remedy=f'give {member}, "{value}" is the smallest that fits the rest',
            )


def _size_is_readable(reading: Reading) -> Iterator[Problem]:
    cpu, memory = reading.task.get("cpu"), reading.task.get("memory")
    if cpu not in (None, "") and reading.cpu not in legal_cpu(unsure=True):
        nearest = nearest_size(reading.cpu or 0, reading.memory or 0).cpu
        yield TASK_CPU.problem(
            "cpu",
            given=cpu,
            allowed=", ".join(str(units) for units in legal_cpu()) + " CPU units",
            remedy=f'use "{nearest}"' if reading.cpu is not None else _complaint(parse_cpu, cpu),
        )
    if memory not in (None, "") and reading.memory is None:
        yield TASK_MEMORY.problem(
            "memory",
            given=memory,
            allowed="MiB such as 512 or GB such as 0.5 GB",
            remedy=_complaint(parse_memory, memory),
        )


def _complaint(parse: Callable[[int | str], int], value: int | str | None) -> str:
    try:
        parse(value if value is not None else "")
    except ValueError as error:
        return str(error)
    return "choose another value"


def _size_is_in_the_table(reading: Reading) -> Iterator[Problem]:
    cpu, memory = reading.cpu, reading.memory
    if cpu is None or memory is None or cpu not in legal_cpu(unsure=True):
        return
    if not is_legal(cpu, memory, unsure=True):
        allowed = ", ".join(str(amount) for amount in memory_for(cpu, unsure=True))
        yield FARGATE_SIZE.problem(
            "memory",
            given=reading.task["memory"],
            allowed=f"{allowed} MiB with {cpu} CPU units",
            remedy=f"use {_nearest(cpu, memory)}",
        )
    elif reading.windows and cpu not in WINDOWS_CPU:
        fitting = min(max(cpu, WINDOWS_CPU[0]), WINDOWS_CPU[-1])
        yield WINDOWS_SIZE.problem(
            "cpu",
            given=reading.task["cpu"],
            allowed="1024, 2048 or 4096 CPU units for Windows",
            remedy=f"use {nearest_size(fitting, min(memory, memory_for(fitting)[-1]))}",
        )


def _nearest(cpu: int, memory: int) -> str:
    nearest, with_this_cpu = nearest_size(cpu, memory), memory_for(cpu)
    if nearest.cpu != cpu and with_this_cpu:
        return f"{Size(cpu, with_this_cpu[-1])}, or {nearest}"
    return str(nearest)


def _container_memory(reading: Reading) -> Iterator[Problem]:
    for container in reading.containers:
        for member in ("memory", "memoryReservation"):
            amount = container.record.get(member)
            if amount is None:
                continue
            path = f"{container.path}.{member}"
            if amount < _SMALLEST_CONTAINER:
                yield CONTAINER_MEMORY_MINIMUM.problem(
                    path,
                    given=amount,
                    allowed=f"{_SMALLEST_CONTAINER} MiB or more",
                    remedy=f"use {_SMALLEST_CONTAINER} or more, or leave it out",
                )
            elif reading.memory is not None and amount > reading.memory:
                yield CONTAINER_MEMORY_OVER_TASK.problem(
                    path,
                    given=amount,
                    allowed=f"at most the task's {reading.memory} MiB",
                    remedy=f"lower it to {reading.memory} or raise the task's memory",
                )
        hard, soft = container.record.get("memory"), container.record.get("memoryReservation")
        if hard is not None and soft is not None and hard < soft:
            yield MEMORY_ABOVE_RESERVATION.problem(
                f"{container.path}.memory",
                given=hard,
                allowed=f"at least memoryReservation, which is {soft} MiB",
                remedy="raise memory, or lower or leave out memoryReservation",
            )


def _container_cpu(reading: Reading) -> Iterator[Problem]:
    for container in reading.containers:
        cpu = container.record.get("cpu", 0)
        if cpu < 0 or (reading.cpu is not None and cpu > reading.cpu):
            most = "" if reading.cpu is None else f" to {reading.cpu}"
            yield CONTAINER_CPU.problem(
                f"{container.path}.cpu",
                given=cpu,
                allowed=f"0{most} CPU units",
                remedy="leave it out, and the containers share the task's CPU",
            )


def _totals(reading: Reading) -> Iterator[Problem]:
    if len(reading.containers) < 2:
        return
    memory = sum(container.memory or 0 for container in reading.containers)
    if reading.memory is not None and memory > reading.memory:
        yield TOTAL_MEMORY_OVER_TASK.problem(
            "containerDefinitions",
            given=memory,
            allowed=f"at most the task's {reading.memory} MiB for all containers together",
            remedy="lower memory or memoryReservation of some container, or raise the task's",
        )
    cpu = sum(container.record.get("cpu", 0) for container in reading.containers)
    if reading.cpu is not None and cpu > reading.cpu:
        yield TOTAL_CPU_OVER_TASK.problem(
            "containerDefinitions",
            given=cpu,
            allowed=f"at most the task's {reading.cpu} CPU units for all containers together",
            remedy="lower cpu of some container, or raise the task's",
        )


CHECKS = (
    _size_is_given,
    _size_is_readable,
    _size_is_in_the_table,
    _container_memory,
    _container_cpu,
    _totals,
)
