"""How a task comes into being: the one way for RunTask and for whoever schedules tasks later."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fargate_kit.sim.ecs import wording
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.lifecycle import Lifecycle
from fargate_kit.sim.ecs.limits import cpu_units
from fargate_kit.sim.ecs.pictures import copy
from fargate_kit.sim.ecs.state import (
    AttachmentState,
    ClusterState,
    ContainerState,
    TaskDefinitionState,
    TaskState,
)
from fargate_kit.sim.facts import SubnetFact

DEFAULT_STORAGE = 20  # GiB


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchOrder:
    """What shall be started, checked.

    Args:
        platform_version: A number, not LATEST.
        subnets: One VPC's; tasks are spread over their zones.
        group: `family:<family>`, `service:<service>` or the caller's own.
        started_by: The caller's word, or the id of a service's deployment.
        overrides: As AWS takes them.
    """

    cluster: ClusterState
    definition: TaskDefinitionState
    platform_version: str
    subnets: tuple[SubnetFact, ...]
    group_ids: tuple[str, ...]
    assign_public_ip: bool
    group: str
    started_by: str | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    enable_execute_command: bool = False


class Launcher:
    """Starts tasks on Fargate."""

    def __init__(self, ground: Ground, lifecycle: Lifecycle) -> None:
        self._ground = ground
        self._lifecycle = lifecycle

    def launch(
        self,
        order: LaunchOrder,
        providers: Sequence[str | None],
        *,
        spread: Mapping[str, int] | None = None,
    ) -> tuple[list[TaskState], list[dict[str, Any]]]:
        """Start tasks where there is room for them.

        Args:
            order: What to start.
            providers: For each task its capacity provider; None for the launch type alone.
            spread: How many tasks count in each zone already; None to count those of the
                order's group.

        Returns:
            The tasks, PROVISIONING, and a failure for each one that found no room.
        """
        counted = Counter(order.cluster.zones_of(order.group) if spread is None else spread)
        tasks: list[TaskState] = []
        failures: list[dict[str, Any]] = []
        budget = self._ground.limits.budget()
        for provider in providers:
            if budget is not None:
                units = cpu_units(order.definition, order.overrides)
                if (reason := budget.refusal(provider, units)) is not None:
                    failures.append({"reason": reason})
                    continue
            subnet = self._subnet(order, provider, counted)
            if subnet is None:
                failures.append({"reason": wording.CAPACITY_UNAVAILABLE.say()})
                continue
            counted[subnet.availability_zone] += 1
            task = self._create(order, provider, subnet)
            order.cluster.add(task)
            self._lifecycle.begin(task)
            tasks.append(task)
        return tasks, failures

    def _subnet(
        self, order: LaunchOrder, provider: str | None, spread: Mapping[str, int]
    ) -> SubnetFact | None:
        zones = tuple(dict.fromkeys(subnet.availability_zone for subnet in order.subnets))
        room = self._ground.faults.zones_with_room(provider or "FARGATE", zones)
        if not room:
            return None
        if len(order.subnets) == 1:
            return order.subnets[0]
        chance = self._ground.engine.random(
            "placement", self._ground.region, self._ground.state.tasks_made
        )
        fewest = min(spread[zone] for zone in room)
        zone = chance.choice([one for one in room if spread[one] == fewest])
        return chance.choice([
            subnet for subnet in order.subnets if subnet.availability_zone == zone
        ])

    def _create(self, order: LaunchOrder, provider: str | None, subnet: SubnetFact) -> TaskState:
        ground, body, overrides = self._ground, order.definition.body, order.overrides
        sequence = ground.state.next_task()
        chance = ground.engine.random("task", ground.region, sequence)
        task_id = f"{chance.getrandbits(128):032x}"
        platform: Mapping[str, str] = body.get("runtimePlatform") or {}
        system = platform.get("operatingSystemFamily", "LINUX")
        storage = overrides.get("ephemeralStorage") or body.get("ephemeralStorage") or {}
        return TaskState(
            id=task_id,
            arn=ground.references.task(order.cluster.name, task_id),
            sequence=sequence,
            cluster=order.cluster,
            definition=order.definition,
            created_at=ground.engine.now,
            launch_type="FARGATE",
            capacity_provider=provider,
            platform_version=order.platform_version,
            platform_family="Linux" if system == "LINUX" else system,
            architecture=platform.get("cpuArchitecture", "X86_64").lower(),
            cpu=overrides.get("cpu") or body["cpu"],
            memory=overrides.get("memory") or body["memory"],
            ephemeral_storage=storage.get("sizeInGiB", DEFAULT_STORAGE),
            task_role=overrides.get("taskRoleArn") or body.get("taskRoleArn"),
            execution_role=overrides.get("executionRoleArn") or body.get("executionRoleArn"),
            group=order.group,
            started_by=order.started_by,
            overrides=copy(dict(overrides)),
            enable_execute_command=order.enable_execute_command,
            availability_zone=subnet.availability_zone,
            attachment=AttachmentState(
                id=_uuid(chance),
                subnet_id=subnet.id,
                group_ids=order.group_ids,
                assign_public_ip=order.assign_public_ip,
            ),
            containers=[
                self._container(order, task_id, definition, chance)
                for definition in effective_containers(order.definition.containers, overrides)
            ],
            tags=dict(order.tags),
        )

    def _container(
        self,
        order: LaunchOrder,
        task_id: str,
        definition: dict[str, Any],
        chance: random.Random,
    ) -> ContainerState:
        tail = f"{order.cluster.name}/{task_id}/{_uuid(chance)}"
        return ContainerState(
            name=definition["name"],
            arn=self._ground.references.arn("container", tail),
            image=definition["image"],
            definition=definition,
            essential=definition["essential"],
            checked="healthCheck" in definition,
        )


def _uuid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def effective_containers(
    containers: Sequence[Mapping[str, Any]], overrides: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Put the overrides of a call into the container definitions.

    Variables are added or replaced by their names; everything else replaces what the
    definition says (service model, ContainerOverride).
    """
    by_name = {one["name"]: one for one in overrides.get("containerOverrides") or ()}
    return [_effective(one, by_name.get(one["name"], {})) for one in containers]


def _effective(container: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    effective = {**container, **override}
    if "environment" in override:
        variables = {one["name"]: one.get("value", "") for one in container["environment"]}
        variables |= {one["name"]: one.get("value", "") for one in override["environment"]}
        effective["environment"] = [
            {"name": name, "value": value} for name, value in variables.items()
        ]
    return effective
