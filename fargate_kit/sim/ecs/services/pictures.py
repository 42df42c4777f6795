"""Services, deployments and revisions as AWS answers them: built fresh for every answer."""

from __future__ import annotations

from typing import Any

from fargate_kit.sim.ecs.pictures import copy, moment, tag_list
from fargate_kit.sim.ecs.services.rollouts import Rollouts, tally
from fargate_kit.sim.ecs.services.state import (
    DeploymentState,
    ReleaseState,
    RevisionState,
    ServiceState,
    Specification,
    Tally,
)


def service(state: ServiceState, *, tags: bool = False) -> dict[str, Any]:
    """Picture a service.

    Args:
        state: The service.
        tags: Whether its tags are told.
    """
    specification = state.specification
    picture: dict[str, Any] = {
        "serviceArn": state.arn,
        "serviceName": state.name,
        "clusterArn": state.cluster.arn,
        "loadBalancers": _load_balancers(specification),
        "serviceRegistries": [],
        "status": state.status,
        "desiredCount": state.desired,
        "runningCount": sum(one.roster.running for one in state.deployments),
        "pendingCount": sum(one.roster.pending for one in state.deployments),
        **_capacity(specification),
        "platformVersion": specification.platform_asked,
        "platformFamily": specification.platform_family,
        "taskDefinition": specification.definition.arn,
        "deploymentConfiguration": state.configuration.picture(),
        "deployments": [deployment(one) for one in state.deployments],
        "roleArn": state.role_arn,
        "events": [
            {"id": one.id, "createdAt": moment(one.created_at), "message": one.message}
            for one in state.events
        ],
        "createdAt": moment(state.created_at),
        "placementConstraints": [],
        "placementStrategy": [],
        "networkConfiguration": network(specification),
        "healthCheckGracePeriodSeconds": state.grace,
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "createdBy": state.created_by,
        "enableECSManagedTags": state.managed_tags,
        "propagateTags": state.propagate_tags,
        "enableExecuteCommand": state.execute_command,
        "availabilityZoneRebalancing": state.rebalancing,
        "resourceManagementType": "CUSTOMER",
    }
    if tags:
        picture["tags"] = tag_list(state.tags)
    if state.releases:
        picture["currentServiceDeployment"] = state.release.arn
        revisions = dict.fromkeys(one.revision for one in state.deployments)
        picture["currentServiceRevisions"] = [_summary(one, tally(state, one)) for one in revisions]
    return picture


def deployment(state: DeploymentState) -> dict[str, Any]:
    """Picture a deployment of a service."""
    specification = state.revision.specification
    picture: dict[str, Any] = {
        "id": state.id,
        "status": state.status,
        "taskDefinition": specification.definition.arn,
        "desiredCount": state.desired,
        "pendingCount": state.roster.pending,
        "runningCount": state.roster.running,
        "failedTasks": state.failed,
        "createdAt": moment(state.created_at),
        "updatedAt": moment(state.updated_at),
        **_capacity(specification),
        "platformVersion": specification.platform_version,
        "platformFamily": specification.platform_family,
        "networkConfiguration": network(specification),
        "rolloutState": state.rollout_state,
        "rolloutStateReason": state.rollout_reason,
    }
    if specification.service_connect is not None:
        picture["serviceConnectConfiguration"] = copy(dict(specification.service_connect))
    return picture


def revision(state: RevisionState, owner: ServiceState) -> dict[str, Any]:
    """Picture a service revision."""
    specification = state.specification
    picture: dict[str, Any] = {
        "serviceRevisionArn": state.arn,
        "serviceArn": owner.arn,
        "clusterArn": owner.cluster.arn,
        "taskDefinition": specification.definition.arn,
        **_capacity(specification),
        "platformVersion": specification.platform_version,
        "platformFamily": specification.platform_family,
        "networkConfiguration": network(specification),
        "containerImages": [
            _image(container, state.digests) for container in specification.definition.containers
        ],
        "guardDutyEnabled": False,
        "serviceConnectConfiguration": copy(
            dict(specification.service_connect or {"enabled": False})
        ),
        "createdAt": moment(state.created_at),
    }
    if specification.balanced:
        picture["loadBalancers"] = _load_balancers(specification)
    if specification.monitoring is not None:
        picture["monitoring"] = copy(dict(specification.monitoring))
    return picture


def release_brief(state: ReleaseState, owner: ServiceState) -> dict[str, Any]:
    """Picture a service deployment as ListServiceDeployments does."""
    picture: dict[str, Any] = {
        "serviceDeploymentArn": state.arn,
        "serviceArn": owner.arn,
        "clusterArn": owner.cluster.arn,
        "createdAt": moment(state.created_at),
        "targetServiceRevisionArn": state.target.arn,
        "status": state.status,
    }
    for member, when in (("startedAt", state.started_at), ("finishedAt", state.finished_at)):
        if when is not None:
            picture[member] = moment(when)
    if state.reason is not None:
        picture["statusReason"] = state.reason
    return picture


def release(state: ReleaseState, owner: ServiceState, rollouts: Rollouts) -> dict[str, Any]:
    """Picture a service deployment."""
    picture = release_brief(state, owner)
    del picture["targetServiceRevisionArn"]
    tallies = rollouts.tallies(owner, state)
    picture |= {
        "updatedAt": moment(state.updated_at),
        "sourceServiceRevisions": [_summary(one, tallies[one.arn]) for one in state.sources],
        "targetServiceRevision": _summary(state.target, tallies[state.target.arn]),
        "deploymentConfiguration": state.configuration.picture(),
        "deploymentCircuitBreaker": {
            "status": state.breaker,
            "failureCount": state.failures,
            "threshold": state.threshold,
        },
        "alarms": {"status": "DISABLED"},
    }
    if state.stopped_at is not None:
        picture["stoppedAt"] = moment(state.stopped_at)
    if state.rollback_at is not None:
        picture["rollback"] = {
            "reason": state.rollback_reason,
            "startedAt": moment(state.rollback_at),
        }
        if state.rollback_to is not None:
            picture["rollback"]["serviceRevisionArn"] = state.rollback_to.arn
    return picture


def network(specification: Specification) -> dict[str, Any]:
    """Picture the network of a specification, with the defaults put in."""
    given = specification.network
    return {
        "awsvpcConfiguration": {
            "subnets": list(given["subnets"]),
            "securityGroups": list(given.get("securityGroups") or ()),
            "assignPublicIp": given.get("assignPublicIp", "DISABLED"),
        }
    }


def _load_balancers(specification: Specification) -> list[dict[str, Any]]:
    return [
        {
            "targetGroupArn": one.target_group_arn,
            "containerName": one.container,
            "containerPort": one.port,
        }
        for one in specification.balanced
    ]


def _capacity(specification: Specification) -> dict[str, Any]:
    if specification.strategy:
        return {"capacityProviderStrategy": [dict(one) for one in specification.strategy]}
    return {"launchType": specification.launch_type}


def _summary(state: RevisionState, counted: Tally) -> dict[str, Any]:
    return {
        "arn": state.arn,
        "requestedTaskCount": counted.requested,
        "runningTaskCount": counted.running,
        "pendingTaskCount": counted.pending,
    }


def _image(container: dict[str, Any], digests: dict[str, str]) -> dict[str, Any]:
    picture = {"containerName": container["name"], "image": container["image"]}
    if container["name"] in digests:
        picture["imageDigest"] = digests[container["name"]]
    return picture
