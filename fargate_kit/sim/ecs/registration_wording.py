"""What RegisterTaskDefinition and the overrides of RunTask are refused with, rule by rule."""

from __future__ import annotations

from fargate_kit.sim.ecs.wording import CLIENT, PARAMETER
from fargate_kit.sim.wording import MEM, OBS, Refusal, V

# By the id of the rule in fargate_kit.model.task_rules. `path` is where, `member` its last part,
# `container` the name of the container, `given` what was given; a rule that is not here is
# answered with UNWORDED.
UNWORDED = Refusal(CLIENT, "{message}", MEM)
_EXECUTION_ROLE = "Fargate requires task definition to have execution role ARN to support "
REGISTRATION: dict[str, Refusal] = {
    "wrong-type": Refusal("SerializationException", "{message}", MEM),
    "missing-member": Refusal(PARAMETER, "Missing required member: {path}", MEM),
    "unknown-value": Refusal(PARAMETER, "Invalid value for {path}: {given}", MEM),
    "family": Refusal(CLIENT, "Family contains invalid characters.", OBS),
    "containers-required": Refusal(CLIENT, "Container list cannot be empty.", OBS),
    "container-count": Refusal(
        CLIENT, "Actual length: '{given}'. Max allowed length is '10' containers.", MEM
    ),
    "container-name": Refusal(CLIENT, "Container.name contains invalid characters.", MEM),
    "image-required": Refusal(CLIENT, "Container.image should not be null or empty.", OBS),
    "image-form": Refusal(CLIENT, "Container.image contains invalid characters.", OBS),
    "image-length": Refusal(CLIENT, "Container.image repository is too long.", MEM),
    "task-size-required": Refusal(
        CLIENT, "Fargate requires that '{member}' be defined at the task level.", OBS
    ),
    "task-cpu": Refusal(CLIENT, "Invalid 'cpu' setting for task.", V),
    "task-memory": Refusal(CLIENT, "Invalid 'memory' setting for task.", V),
    "fargate-size": Refusal(
        CLIENT, "No Fargate configuration exists for given values: {cpu} CPU, {memory} memory.", OBS
    ),
    "windows-size": Refusal(
        CLIENT, "No Fargate configuration exists for given values: {cpu} CPU, {memory} memory.", OBS
    ),
    "network-mode": Refusal(CLIENT, "Fargate only supports network mode ‘awsvpc’.", OBS),
    "not-on-fargate": Refusal(
        CLIENT, "Fargate compatible task definitions do not support {member}", OBS
    ),
    "pid-mode": Refusal(CLIENT, "Fargate compatible task definitions do not support pidMode", MEM),
    "host-port": Refusal(
        CLIENT,
        "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
        OBS,
    ),
    "container-memory-over-task": Refusal(
        CLIENT,
        "The 'memory' setting for container '{container}' is greater than for the task.",
        OBS,
    ),
    "memory-above-reservation": Refusal(
        CLIENT,
        "Invalid setting for container '{container}'. 'memory' must be greater than or equal to "
        "'memoryReservation'.",
        MEM,
    ),
    "execution-role-for-image": Refusal(CLIENT, _EXECUTION_ROLE + "ECR images.", OBS),
    "execution-role-for-logs": Refusal(CLIENT, _EXECUTION_ROLE + "log driver awslogs.", OBS),
    "execution-role-for-secrets": Refusal(
        CLIENT,
        "When you are specifying container secrets, you must also specify a value for "
        "'executionRoleArn'.",
        OBS,
    ),
    "mount-source": Refusal(CLIENT, "Unknown volume '{given}'.", OBS),
    "role": Refusal(CLIENT, "Role is not valid", OBS),
    "awslogs-options": Refusal(
        CLIENT,
        "Log driver awslogs requires options: awslogs-region, awslogs-group, awslogs-stream-prefix",
        MEM,
    ),
}
