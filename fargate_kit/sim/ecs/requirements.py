"""requiresAttributes of a task definition: what its features ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_Container = Mapping[str, Any]

# From memory and from public sample outputs of DescribeTaskDefinition; AWS documents the names
# on the page ecs-agent-versions of the Developer Guide, not which member asks for which.
_ALWAYS = ("com.amazonaws.ecs.capability.docker-remote-api.1.18", "ecs.capability.task-eni")


def _driver(container: _Container) -> str | None:
    driver: str | None = (container.get("logConfiguration") or {}).get("logDriver")
    return driver


def _private_ecr(image: str) -> bool:
    return ".dkr.ecr." in image.partition("/")[0]


_BY_CONTAINER: tuple[tuple[Callable[[_Container], object], tuple[str, ...]], ...] = (
    (
        lambda one: _driver(one) == "awslogs",
        (
            "com.amazonaws.ecs.capability.logging-driver.awslogs",
            "com.amazonaws.ecs.capability.docker-remote-api.1.19",
            "ecs.capability.execution-role-awslogs",
        ),
    ),
    (lambda one: _driver(one) == "splunk", ("com.amazonaws.ecs.capability.logging-driver.splunk",)),
    (
        lambda one: _driver(one) == "awsfirelens",
        ("com.amazonaws.ecs.capability.logging-driver.awsfirelens",),
    ),
    (
        lambda one: _private_ecr(one.get("image", "")),
        (
            "com.amazonaws.ecs.capability.ecr-auth",
            "ecs.capability.execution-role-ecr-pull",
        ),
    ),
    (
        lambda one: one.get("healthCheck"),
        (
            "ecs.capability.container-health-check",
            "com.amazonaws.ecs.capability.docker-remote-api.1.29",
        ),
    ),
    (lambda one: one.get("dependsOn"), ("ecs.capability.container-ordering",)),
    (lambda one: one.get("restartPolicy"), ("ecs.capability.container-restart-policy",)),
    (lambda one: one.get("environmentFiles"), ("ecs.capability.env-files.s3",)),
    (
        lambda one: any(
            ":secretsmanager:" in secret["valueFrom"] for secret in one.get("secrets") or ()
        ),
        ("ecs.capability.secrets.asm.environment-variables",),
    ),
    (
        lambda one: any(
            ":secretsmanager:" not in secret["valueFrom"] for secret in one.get("secrets") or ()
        ),
        ("ecs.capability.secrets.ssm.environment-variables",),
    ),
    (
        lambda one: one.get("repositoryCredentials"),
        ("ecs.capability.private-registry-authentication.secretsmanager",),
    ),
    (
        lambda one: one.get("firelensConfiguration"),
        ("ecs.capability.firelens.options.config.file",),
    ),
)


def required_attributes(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """List what a task definition asks for, in the order of the names.

    Args:
        body: The definition with AWS's defaults put in.
    """
    names = set(_ALWAYS if body.get("networkMode") == "awsvpc" else _ALWAYS[:1])
    if body.get("taskRoleArn"):
        names.add("com.amazonaws.ecs.capability.task-iam-role")
    if any(volume.get("efsVolumeConfiguration") for volume in body.get("volumes") or ()):
        names.add("ecs.capability.efs")
    for container in body["containerDefinitions"]:
        for asks, attributes in _BY_CONTAINER:
            if asks(container):
                names.update(attributes)
    return [{"name": name} for name in sorted(names)]
