"""State turned into what AWS answers: built fresh for every answer, never a reference into it."""

from __future__ import annotations

from typing import Any

from fargate_kit.sim.ecs.state import (
    AttachmentState,
    ClusterState,
    ContainerState,
    TaskDefinitionState,
    TaskState,
)


def moment(microseconds: int) -> float:
    """Write a moment as AWS does: seconds since the epoch, to the millisecond."""
    return round(microseconds / 1_000_000, 3)


def copy(value: Any) -> Any:
    """Copy a value made of dicts, lists and scalars, all the way down."""
    if isinstance(value, dict):
        return {key: copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copy(item) for item in value]
    return value


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Write tags as AWS does."""
    return [{"key": key, "value": value} for key, value in tags.items()]


def cluster(state: ClusterState, *, include: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Picture a cluster.

    Args:
        state: The cluster.
        include: What else to tell: ATTACHMENTS, CONFIGURATIONS, SETTINGS, STATISTICS, TAGS.
    """
    running, pending = state.running, state.pending
    picture: dict[str, Any] = {
        "clusterArn": state.arn,
        "clusterName": state.name,
        "status": state.status,
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": running,
        "pendingTasksCount": pending,
        "activeServicesCount": state.services_of("ACTIVE"),
        "statistics": [],
        "tags": tag_list(state.tags) if "TAGS" in include else [],
        "settings": [],
        "capacityProviders": list(state.capacity_providers),
        "defaultCapacityProviderStrategy": copy(state.default_strategy),
    }
    if "SETTINGS" in include:
        picture["settings"] = [
            {"name": name, "value": value} for name, value in state.settings.items()
        ]
    if "STATISTICS" in include:
        picture["statistics"] = _statistics(state, running, pending)
    if "CONFIGURATIONS" in include and state.configuration is not None:
        picture["configuration"] = copy(state.configuration)
    if "ATTACHMENTS" in include:
        picture["attachments"] = []
        if state.providers_put:
            picture["attachmentsStatus"] = "UPDATE_COMPLETE"
    if state.service_connect_namespace is not None:
        picture["serviceConnectDefaults"] = {"namespace": state.service_connect_namespace}
    return picture


def _statistics(state: ClusterState, running: int, pending: int) -> list[dict[str, str]]:
    counts = {
        "runningEC2TasksCount": 0,
        "runningFargateTasksCount": running,
        "pendingEC2TasksCount": 0,
        "pendingFargateTasksCount": pending,
        "activeEC2ServiceCount": 0,
        "activeFargateServiceCount": state.services_of("ACTIVE"),
        "drainingEC2ServiceCount": 0,
        "drainingFargateServiceCount": state.services_of("DRAINING"),
    }
    return [{"name": name, "value": str(count)} for name, count in counts.items()]


def task_definition(state: TaskDefinitionState) -> dict[str, Any]:
    """Picture a task definition."""
    picture: dict[str, Any] = {
        "taskDefinitionArn": state.arn,
        **copy(state.body),
        "family": state.family,
        "revision": state.revision,
        "status": state.status,
        "registeredAt": moment(state.registered_at),
        "registeredBy": state.registered_by,
    }
    if state.deregistered_at is not None:
        picture["deregisteredAt"] = moment(state.deregistered_at)
    if state.delete_requested_at is not None:
        picture["deleteRequestedAt"] = moment(state.delete_requested_at)
    return picture


def task(state: TaskState, *, tags: bool = False) -> dict[str, Any]:
    """Picture a task.

    Args:
        state: The task.
        tags: Whether its tags are told.
    """
    picture: dict[str, Any] = {
        "attachments": [_attachment(state.attachment)],
        "attributes": [{"name": "ecs.cpu-architecture", "value": state.architecture}],
        "availabilityZone": state.availability_zone,
        "clusterArn": state.cluster.arn,
        "containers": [_container(one, state) for one in state.containers],
        "cpu": state.cpu,
        "createdAt": moment(state.created_at),
        "desiredStatus": state.desired_status,
        "enableExecuteCommand": state.enable_execute_command,
        "group": state.group,
        "healthStatus": state.health,
        "lastStatus": state.last_status,
        "launchType": state.launch_type,
        "memory": state.memory,
        "overrides": _overrides(state),
        "platformVersion": state.platform_version,
        "platformFamily": state.platform_family,
        "tags": tag_list(state.tags) if tags else [],
        "taskArn": state.arn,
        "taskDefinitionArn": state.definition.arn,
        "version": state.version,
        "ephemeralStorage": {"sizeInGiB": state.ephemeral_storage},
        "fargateEphemeralStorage": {"sizeInGiB": state.ephemeral_storage},
    }
    if state.capacity_provider is not None:
        picture["capacityProviderName"] = state.capacity_provider
    if state.started_by is not None:
        picture["startedBy"] = state.started_by
    if state.connectivity_at is not None:
        picture["connectivity"] = "CONNECTED"
    if state.stop_code is not None:
        picture["stopCode"] = state.stop_code
        picture["stoppedReason"] = state.stopped_reason
    for member, when in (
        ("connectivityAt", state.connectivity_at),
        ("pullStartedAt", state.pull_started_at),
        ("pullStoppedAt", state.pull_stopped_at),
        ("startedAt", state.started_at),
        ("stoppingAt", state.stopping_at),
        ("executionStoppedAt", state.execution_stopped_at),
        ("stoppedAt", state.stopped_at),
    ):
        if when is not None:
            picture[member] = moment(when)
    return picture


def forgotten_task(arn: str) -> dict[str, Any]:
    """Picture a task of which only the client token is still remembered."""
    return {"taskArn": arn, "lastStatus": "STOPPED", "desiredStatus": "STOPPED"}


def _attachment(state: AttachmentState) -> dict[str, Any]:
    details = [{"name": "subnetId", "value": state.subnet_id}]
    if (placement := state.placement) is not None:
        details += [
            {"name": "networkInterfaceId", "value": placement.interface_id},
            {"name": "macAddress", "value": placement.mac_address},
            {"name": "privateDnsName", "value": placement.private_dns_name},
            {"name": "privateIPv4Address", "value": placement.private_address},
        ]
    return {
        "id": state.id,
        "type": "ElasticNetworkInterface",
        "status": state.status,
        "details": details,
    }


def _container(state: ContainerState, owner: TaskState) -> dict[str, Any]:
    picture: dict[str, Any] = {
        "containerArn": state.arn,
        "taskArn": owner.arn,
        "name": state.name,
        "image": state.image,
        "lastStatus": state.last_status,
        "networkInterfaces": [],
        "healthStatus": state.health,
        "cpu": str(state.definition.get("cpu", 0)),
    }
    attachment = owner.attachment
    if attachment.placement is not None:
        picture["networkBindings"] = []
        picture["networkInterfaces"] = [
            {
                "attachmentId": attachment.id,
                "privateIpv4Address": attachment.placement.private_address,
            }
        ]
    for member in ("memory", "memoryReservation"):
        if (value := state.definition.get(member)) is not None:
            picture[member] = str(value)
    if owner.enable_execute_command:
        picture["managedAgents"] = [_execute_command_agent(state)]
    if state.image_digest is not None:
        picture["imageDigest"] = state.image_digest
    if state.runtime_id is not None:
        picture["runtimeId"] = state.runtime_id
    if state.exit_code is not None:
        picture["exitCode"] = state.exit_code
    if state.reason is not None:
        picture["reason"] = state.reason
    return picture


def _execute_command_agent(state: ContainerState) -> dict[str, Any]:
    agent: dict[str, Any] = {"name": "ExecuteCommandAgent", "lastStatus": state.last_status}
    if state.started_at is not None:
        agent["lastStartedAt"] = moment(state.started_at)
    return agent


def _overrides(state: TaskState) -> dict[str, Any]:
    given: dict[str, Any] = copy(state.overrides)
    named = {one["name"]: one for one in given.get("containerOverrides", [])}
    given["containerOverrides"] = [
        named.get(one.name, {"name": one.name}) for one in state.containers
    ]
    given.setdefault("inferenceAcceleratorOverrides", [])
    return given
