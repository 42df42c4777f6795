"""Rules over the order in which containers start, and over the App Mesh proxy."""

from __future__ import annotations

from collections.abc import Iterator

from fargate_kit.model.problems import Hidden, Problem, Rule, quoted
from fargate_kit.model.reading import ContainerReading, Reading

DEPENDENCY_UNKNOWN = Rule(
    id="dependency-unknown",
    says="A container depends on containers of its task.",
    source="model: ContainerDependency",
)
DEPENDENCY_ITSELF = Rule(
    id="dependency-itself",
    says="A container does not depend on itself.",
    source="follows from model: ContainerDependency",
    mark="MEM",
)
DEPENDENCY_CYCLE = Rule(
    id="dependency-cycle",
    says="Containers do not wait for one another in a circle.",
    source="follows from model: ContainerDependency",
    mark="MEM",
)
DEPENDENCY_ON_ESSENTIAL = Rule(
    id="dependency-on-essential",
    says="Nobody waits for the end of an essential container.",
    source="model: ContainerDependency",
)
DEPENDENCY_HEALTH = Rule(
    id="dependency-health",
    says="Whoever is waited for until it is healthy has a health check.",
    source="model: ContainerDependency",
)
PROXY_CONTAINER = Rule(
    id="proxy-container",
    says="The App Mesh proxy is a container of the task.",
    source="public reports of AWS's answer",
    mark="OBS",
)

RULES = (
    DEPENDENCY_UNKNOWN,
    DEPENDENCY_ITSELF,
    DEPENDENCY_CYCLE,
    DEPENDENCY_ON_ESSENTIAL,
    DEPENDENCY_HEALTH,
    PROXY_CONTAINER,
)


def _dependencies(reading: Reading) -> Iterator[Problem]:
    by_name = {container.name: container for container in reading.containers if container.name}
    waits: dict[str, list[str]] = {name: [] for name in by_name}
    for container in reading.containers:
        for path, dependency in container.entries("dependsOn"):
            name = dependency.get("containerName")
            if name is None:
                continue
            if name == container.name:
                yield DEPENDENCY_ITSELF.problem(
                    f"{path}.containerName",
                    given=name,
                    allowed="another container of the task",
                    remedy="leave it out",
                )
            elif name not in by_name:
                yield DEPENDENCY_UNKNOWN.problem(
                    f"{path}.containerName",
                    given=name,
                    allowed="a container of the task: " + ", ".join(map(quoted, by_name)),
                    remedy="name one of these",
                )
            else:
                waits.setdefault(container.name, []).append(name)
                yield from _condition(path, dependency.get("condition"), by_name[name])
    yield from _cycles(waits, by_name)


def _condition(path: str, condition: str | None, other: ContainerReading) -> Iterator[Problem]:
    if condition in ("COMPLETE", "SUCCESS") and other.essential:
        yield DEPENDENCY_ON_ESSENTIAL.problem(
            f"{path}.condition",
            given=condition,
            allowed=f"START or HEALTHY, {quoted(other.name)} is essential",
            remedy=f'write "essential": false at {other.path}, or wait for START',
        )
    if condition == "HEALTHY" and "healthCheck" not in other.record:
        yield DEPENDENCY_HEALTH.problem(
            f"{path}.condition",
            given=condition,
            allowed=f"START, {quoted(other.name)} has no health check",
            remedy=f"give {other.path} a healthCheck, or wait for START",
        )


def _cycles(waits: dict[str, list[str]], by_name: dict[str, ContainerReading]) -> Iterator[Problem]:
    """Report each circle once, at the container of it that is defined first."""
    done: set[str] = set()
    for start in waits:
        way, places = [start], {start: 0}
        steps = [iter(waits[start])] if start not in done else []
        while steps:
            following = next(steps[-1], None)
            if following is None:
                steps.pop()
                last = way.pop()
                del places[last]
                done.add(last)
            elif following in places:
                circle = [*way[places[following] :], following]
                yield DEPENDENCY_CYCLE.problem(
                    f"{by_name[circle[0]].path}.dependsOn",
                    given=Hidden(" → ".join(map(quoted, circle))),
                    allowed="an order in which every container can start",
                    remedy="leave one of these dependencies out",
                )
            elif following not in done:
                places[following] = len(way)
                way.append(following)
                steps.append(iter(waits.get(following, ())))


def _proxy(reading: Reading) -> Iterator[Problem]:
    name = reading.task.get("proxyConfiguration", {}).get("containerName")
    if name is not None and name not in {container.name for container in reading.containers}:
        yield PROXY_CONTAINER.problem(
            "proxyConfiguration.containerName",
            given=name,
            allowed="the name of a container of the task",
            remedy="name the proxy's container, or leave proxyConfiguration out",
        )


CHECKS = (_dependencies, _proxy)
