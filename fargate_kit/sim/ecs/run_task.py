"""RunTask: its checks in AWS's order, its client tokens, and the tasks it starts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.sim.ecs import pictures, wording
from fargate_kit.sim.ecs.capacity_providers import check_strategy, share_out
from fargate_kit.sim.ecs.clusters import find_cluster
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.launch import Launcher, LaunchOrder
from fargate_kit.sim.ecs.overrides import check_overrides
from fargate_kit.sim.ecs.platforms import resolve_platform
from fargate_kit.sim.ecs.state import ClusterState, TaskDefinitionState, TokenState
from fargate_kit.sim.ecs.tags import read_tags
from fargate_kit.sim.ecs.task_definitions import find_task_definition
from fargate_kit.sim.ecs.task_networks import read_network
from fargate_kit.sim.errors import AwsError

MOST_TASKS = 10
_LONGEST_STARTED_BY = 128  # the model also names the letters, but AWS takes a space from ecs-deploy
_CLIENT_TOKEN = re.compile(r"[!-~]{1,64}")


class RunTask:
    """The operation RunTask."""

    def __init__(self, ground: Ground, launcher: Launcher) -> None:
        self._ground = ground
        self._launcher = launcher

    def run_task(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Start 1 to 10 tasks, or answer with those that the client token stands for."""
        cluster = find_cluster(self._ground, params.get("cluster"))
        token = params.get("clientToken")
        fingerprint = _fingerprint(params)
        if token is not None:
            if not _CLIENT_TOKEN.fullmatch(token):
                raise wording.CLIENT_TOKEN_INVALID.error()
            if (known := self._known(cluster, token)) is not None:
                return self._again(cluster, known, fingerprint)
        order, providers = self._order(cluster, params)
        self._ground.limits.admit_launch(providers)
        tasks, failures = self._launcher.launch(order, providers)
        if token is not None and tasks:
            for task in tasks:
                task.client_token = token
            cluster.tokens[token] = TokenState(
                fingerprint=fingerprint,
                created_at=self._ground.engine.now,
                task_ids=[task.id for task in tasks],
                failures=failures,
            )
        return {
            "tasks": [pictures.task(task, tags=True) for task in tasks],
            "failures": pictures.copy(failures),
        }

    def _order(
        self, cluster: ClusterState, params: Mapping[str, Any]
    ) -> tuple[LaunchOrder, list[str | None]]:
        definition = find_task_definition(self._ground, params["taskDefinition"])
        if definition is None:
            raise wording.DEFINITION_NOT_FOUND.error()
        if definition.status != "ACTIVE":
            raise wording.DEFINITION_INACTIVE.error()
        count = params.get("count", 1)
        if not 1 <= count <= MOST_TASKS:
            raise wording.COUNT_RANGE.error(count=count)
        providers = choose_providers(cluster, params, count)
        check_fargate(definition)
        if params.get("placementConstraints") or params.get("placementStrategy"):
            raise wording.PLACEMENT_ON_FARGATE.error()
        overrides = check_overrides(
            definition, params.get("overrides") or {}, self._ground.references
        )
        execute_command = params.get("enableExecuteCommand", False)
        _check_execute_command(definition, overrides, wanted=execute_command)
        _check_volumes(definition, params.get("volumeConfigurations") or ())
        platform = resolve_platform(
            params.get("platformVersion", "LATEST"),
            definition.body,
            overrides,
            spot="FARGATE_SPOT" in providers,
            execute_command=execute_command,
        )
        subnets, groups, public = read_network(self._ground, params.get("networkConfiguration"))
        order = LaunchOrder(
            cluster=cluster,
            definition=definition,
            platform_version=platform,
            subnets=subnets,
            group_ids=groups,
            assign_public_ip=public,
            group=_group(params, definition),
            started_by=_started_by(params),
            overrides=overrides,
            tags=_tags(params, cluster, definition),
            enable_execute_command=execute_command,
        )
        return order, providers

    def _known(self, cluster: ClusterState, token: str) -> TokenState | None:
        known = cluster.tokens.get(token)
        if known is None:
            return None
        clock, timing = self._ground.engine.clock, self._ground.timing
        age = self._ground.engine.now - known.created_at
        forgotten = all(task_id not in cluster.tasks for task_id in known.task_ids)
        if forgotten or age > clock.ticks(timing.client_token_retention):
            del cluster.tokens[token]
            return None
        return known

    def _again(self, cluster: ClusterState, known: TokenState, fingerprint: str) -> dict[str, Any]:
        references = self._ground.references
        arns = [references.task(cluster.name, task_id) for task_id in known.task_ids]
        if known.fingerprint != fingerprint:
            refusal = wording.CLIENT_TOKEN_CONFLICT
            raise AwsError(refusal.code, refusal.text, resourceIds=arns)
        tasks = []
        for task_id, arn in zip(known.task_ids, arns, strict=True):
            task = cluster.tasks.get(task_id)
            tasks.append(
                pictures.forgotten_task(arn) if task is None else pictures.task(task, tags=True)
            )
        return {"tasks": tasks, "failures": pictures.copy(known.failures)}


def choose_providers(
    cluster: ClusterState, params: Mapping[str, Any], count: int
) -> list[str | None]:
    """Name the capacity provider of each task; None for the launch type FARGATE.

    Args:
        cluster: Whose default strategy counts where the request says nothing.
        params: The request, for its `launchType` and `capacityProviderStrategy`.
        count: How many tasks.

    Raises:
        AwsError: Both are given, the strategy is wrong, or it comes to container
            instances, which no simulated cluster has.
    """
    launch_type, given = params.get("launchType"), params.get("capacityProviderStrategy")
    if launch_type and given:
        raise wording.STRATEGY_AND_LAUNCH_TYPE.error()
    if launch_type == "FARGATE":
        return [None] * count
    if launch_type == "MANAGED_INSTANCES":
        raise wording.MANAGED_INSTANCES_LAUNCH_TYPE.error()
    if launch_type is None:
        strategy = (
            check_strategy(given, cluster.capacity_providers) if given else cluster.default_strategy
        )
        if strategy:
            return list(share_out(strategy, count))
    raise wording.NO_CONTAINER_INSTANCES.error()


def check_fargate(definition: TaskDefinitionState) -> None:
    """Refuse a definition that Fargate cannot run, or that is not meant for it."""
    required: Sequence[str] = definition.body.get("requiresCompatibilities") or ("FARGATE",)
    if "FARGATE" not in required or "FARGATE" not in definition.body["compatibilities"]:
        raise wording.LAUNCH_TYPE_UNSUPPORTED.error()


def _check_execute_command(
    definition: TaskDefinitionState, overrides: Mapping[str, Any], *, wanted: bool
) -> None:
    if wanted and not (overrides.get("taskRoleArn") or definition.body.get("taskRoleArn")):
        raise wording.EXECUTE_COMMAND_NEEDS_TASK_ROLE.error()


def _check_volumes(
    definition: TaskDefinitionState, configurations: Sequence[Mapping[str, Any]]
) -> None:
    expected = {
        volume["name"] for volume in definition.body["volumes"] if volume.get("configuredAtLaunch")
    }
    if expected != {one["name"] for one in configurations}:
        raise wording.VOLUME_CONFIGURATION_MISSING.error()
    if configurations:
        raise wording.VOLUMES_NOT_SIMULATED.error()


def _group(params: Mapping[str, Any], definition: TaskDefinitionState) -> str:
    group: str = params.get("group") or f"family:{definition.family}"
    if group.startswith("service:"):
        raise wording.GROUP_NAME_INVALID.error()
    return group


def _started_by(params: Mapping[str, Any]) -> str | None:
    given: str | None = params.get("startedBy")
    if given is not None and len(given) > _LONGEST_STARTED_BY:
        raise wording.STARTED_BY_TOO_LONG.error()
    return given or None


def _tags(
    params: Mapping[str, Any], cluster: ClusterState, definition: TaskDefinitionState
) -> dict[str, str]:
    own = read_tags(params.get("tags"))
    propagate = params.get("propagateTags", "NONE")
    if propagate == "SERVICE":
        raise wording.PROPAGATE_FROM_SERVICE.error()
    tags = {**definition.tags, **own} if propagate == "TASK_DEFINITION" else own
    if len(tags) > 50:
        raise wording.TOO_MANY_TAGS.error()
    if params.get("enableECSManagedTags"):
        tags = {"aws:ecs:clusterName": cluster.name, **tags}
    return tags


def _fingerprint(params: Mapping[str, Any]) -> str:
    asked = {key: value for key, value in params.items() if key != "clientToken"}
    return json.dumps(asked, sort_keys=True)
