"""Rules over the two roles of a task, and when the execution role is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fargate_kit.model.problems import Problem, Rule
from fargate_kit.model.reading import ContainerReading, Reading

_PAGE = "guide: task_execution_IAM_role"

ROLE = Rule(
    id="role",
    says="A role is given by its name or by the ARN of an IAM role.",
    source="model: RegisterTaskDefinitionRequest; public reports of AWS's answer",
    mark="OBS",
)
EXECUTION_ROLE_FOR_IMAGE = Rule(
    id="execution-role-for-image",
    says="An image of a private ECR repository needs an execution role.",
    source=_PAGE,
    fargate=True,
)
EXECUTION_ROLE_FOR_LOGS = Rule(
    id="execution-role-for-logs",
    says="The awslogs driver needs an execution role on Fargate.",
    source=_PAGE,
    fargate=True,
)
EXECUTION_ROLE_FOR_SECRETS = Rule(
    id="execution-role-for-secrets",
    says="Secrets of a container or of its log driver need an execution role.",
    source=_PAGE,
)
EXECUTION_ROLE_FOR_CREDENTIALS = Rule(
    id="execution-role-for-credentials",
    says="Credentials for a private registry need an execution role.",
    source=_PAGE,
)
EXECUTION_ROLE_FOR_ENVIRONMENT_FILES = Rule(
    id="execution-role-for-environment-files",
    says="Environment files need an execution role.",
    source=_PAGE,
)

RULES = (
    ROLE,
    EXECUTION_ROLE_FOR_IMAGE,
    EXECUTION_ROLE_FOR_LOGS,
    EXECUTION_ROLE_FOR_SECRETS,
    EXECUTION_ROLE_FOR_CREDENTIALS,
    EXECUTION_ROLE_FOR_ENVIRONMENT_FILES,
)

_ROLE_NAME = r"[A-Za-z0-9_+=,.@-]{1,64}"
_ROLE = re.compile(
    rf"arn:aws[a-z-]*:iam::\d{{12}}:role/(?:[!-.0-~]{{1,510}}/)*{_ROLE_NAME}"
    rf"|(?:{_ROLE_NAME}/)*{_ROLE_NAME}"
)
_PRIVATE_ECR = re.compile(r"\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.")


def is_private_ecr(image: str) -> bool:
    """Tell whether an image lies in a private repository of Amazon ECR."""
    return _PRIVATE_ECR.match(image) is not None


def _roles(reading: Reading) -> Iterator[Problem]:
    for member in ("executionRoleArn", "taskRoleArn"):
        role = reading.task.get(member)
        if role and (len(role) > 2048 or not _ROLE.fullmatch(role)):
            yield ROLE.problem(
                member,
                given=role,
                allowed="the name of a role, or arn:aws:iam::<12 digits>:role/<name>",
                remedy="give the ARN as IAM shows it",
            )


def _reasons(container: ContainerReading) -> Iterator[tuple[Rule, str, str]]:
    record, path = container.record, container.path
    if is_private_ecr(record.get("image", "")):
        yield EXECUTION_ROLE_FOR_IMAGE, f"{path}.image", "an image in private ECR"
    log = record.get("logConfiguration", {})
    if log.get("logDriver") == "awslogs":
        yield EXECUTION_ROLE_FOR_LOGS, f"{path}.logConfiguration", "the awslogs driver"
    if record.get("secrets"):
        yield EXECUTION_ROLE_FOR_SECRETS, f"{path}.secrets", "secrets"
    if log.get("secretOptions"):
        place = f"{path}.logConfiguration.secretOptions"
        yield EXECUTION_ROLE_FOR_SECRETS, place, "secret log options"
    if record.get("repositoryCredentials"):
        place = f"{path}.repositoryCredentials"
        yield EXECUTION_ROLE_FOR_CREDENTIALS, place, "registry credentials"
    if record.get("environmentFiles"):
        place = f"{path}.environmentFiles"
        yield EXECUTION_ROLE_FOR_ENVIRONMENT_FILES, place, "environment files"


def _execution_role(reading: Reading) -> Iterator[Problem]:
    if reading.task.get("executionRoleArn"):
        return
    told = set()
    for container in reading.containers:
        for rule, place, what in _reasons(container):
            if rule.id not in told:
                told.add(rule.id)
                yield rule.problem(
                    "executionRoleArn",
                    given=None,
                    allowed=f"a role, because {place} has {what}",
                    remedy="give an execution role such as ecsTaskExecutionRole",
                )


CHECKS = (_roles, _execution_role)
