"""What the tasks of a definition must reach before their containers run.

Source: Amazon ECS Developer Guide, pages `task_execution_IAM_role`, `specifying-sensitive-data`,
`use-environment-file`, `using_awslogs` and `ecs-exec`; Amazon ECR User Guide, `vpc-endpoints`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fargate_kit.model.policy_builders import is_secret, secret_references

__all__ = ["Need", "needs_of"]

_ECR = re.compile(r"\d{12}\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.")
_HUB = "registry-1.docker.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A host that tasks must reach over TLS.

    Attributes:
        purpose: What for, in a few words.
        service: As VPC endpoints name it, such as `ecr.api`; None where there can be none.
        region: The service's region.
    """

    host: str
    purpose: str
    port: int = 443
    service: str | None = None
    region: str | None = None


def needs_of(
    definition: Mapping[str, Any], region: str, *, execute_command: bool = False
) -> tuple[Need, ...]:
    """List what a task must reach, in the order in which Fargate asks for it.

    Args:
        definition: In AWS's own form.
        region: Where the task runs.
        execute_command: Whether ECS Exec shall be used on it.
    """
    containers = definition.get("containerDefinitions") or ()
    found: dict[Need, None] = {}
    for kind in (_images, _secrets, _files, _logs):
        for container in containers:
            found |= dict.fromkeys(kind(container, region))
    if execute_command:
        found[_service("ssmmessages", region, "ECS Exec")] = None
    return tuple(found)


def _images(container: Mapping[str, Any], region: str) -> Iterator[Need]:
    image = container.get("image") or ""
    first, slash, _ = image.partition("/")
    ecr = _ECR.match(first)
    if ecr is not None:
        where = ecr["region"]
        yield _service("ecr.api", where, "Amazon ECR, log-in")
        yield Need(host=first, purpose="Amazon ECR, image", service="ecr.dkr", region=where)
        layers = f"prod-{where}-starport-layer-bucket.s3.{where}.{_domain(where)}"
        yield Need(host=layers, purpose="Amazon ECR, layers", service="s3", region=where)
        return
    # Without a dot, a colon or a capital letter the first part is a name on Docker Hub.
    named = slash and (set(first) & set(".:") or first == "localhost" or first != first.lower())
    if not named or first in {"docker.io", "index.docker.io"}:
        yield Need(host=_HUB, purpose="Docker Hub")
        return
    host, _, port = first.partition(":")
    number = int(port) if port.isdecimal() else 443
    yield Need(host=host, purpose="image registry", port=number)


def _secrets(container: Mapping[str, Any], region: str) -> Iterator[Need]:
    for given in secret_references(container):
        where = given.split(":")[3] if given.startswith("arn:") else region
        if is_secret(given):
            yield _service("secretsmanager", where, "Secrets Manager")
        else:
            yield _service("ssm", where, "Parameter Store")


def _files(container: Mapping[str, Any], region: str) -> Iterator[Need]:
    if container.get("environmentFiles"):
        yield _service("s3", region, "environment files in S3")


def _logs(container: Mapping[str, Any], region: str) -> Iterator[Need]:
    log: Mapping[str, Any] = container.get("logConfiguration") or {}
    options: Mapping[str, str] = log.get("options") or {}
    if log.get("logDriver") == "awslogs":
        yield _service("logs", options.get("awslogs-region") or region, "CloudWatch Logs")


def _service(name: str, region: str, purpose: str) -> Need:
    host = f"{'.'.join(reversed(name.split('.')))}.{region}.{_domain(region)}"
    return Need(host=host, purpose=purpose, service=name, region=region)


def _domain(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
