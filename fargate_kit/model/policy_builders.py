"""Least-privilege policies, made from the task definition that needs them.

Source: Amazon ECS Developer Guide, pages `task_execution_IAM_role`, `task-iam-roles` and
`specifying-sensitive-data`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# The language of today; the older one has no variables.
CURRENT_VERSION = "2012-10-17"

_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.[^/]+/"
    r"(?P<repository>[^:@]+)"
)
_WITH_SUFFIX = re.compile(r".*-[A-Za-z0-9]{6}")
_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


def execution_policy(
    definition: Mapping[str, Any], account: str, region: str, *, kms_keys: Sequence[str] = ()
) -> dict[str, Any]:
    """Make the policy of an execution role that can start one task definition, and no more.

    Keys of one's own that encrypt secrets are not in the definition: they are named beside it.

    Args:
        definition: In AWS's own form.
        account: Twelve digits; where its log groups and parameters are.
        region: Where it runs.
        kms_keys: ARNs of the KMS keys that encrypt its secrets or environment files.

    Returns:
        A policy document; without statements if the definition needs no role at all.
    """
    containers: Sequence[Mapping[str, Any]] = definition.get("containerDefinitions") or ()
    needs = _Needs(account, region)
    statements = [
        *needs.images(containers),
        *needs.logs(containers),
        *needs.secrets(containers),
        *needs.environment_files(containers),
    ]
    if kms_keys:
        statements.append(_allow("DecryptSecrets", ["kms:Decrypt"], kms_keys))
    return {"Version": CURRENT_VERSION, "Statement": statements}


def trust_policy(service: str, account: str, *, region: str = "*") -> dict[str, Any]:
    """Make the trust policy that lets a service take a role on behalf of one account only.

    Args:
        service: e.g. `ecs-tasks.amazonaws.com`.
        account: Twelve digits.
        region: Where ECS may take it; anywhere by default.
    """
    source = f"arn:{partition(region)}:ecs:{region}:{account}:*"
    return {
        "Version": CURRENT_VERSION,
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnLike": {"aws:SourceArn": source},
                },
            }
        ],
    }


def callers_trust_policy(principals: Sequence[str]) -> dict[str, Any]:
    """Make the trust policy of a role that users, roles or whole accounts take.

    Args:
        principals: Their ARNs; of an account, `arn:aws:iam::<account>:root`.
    """
    named = list(dict.fromkeys(principals))
    return {
        "Version": CURRENT_VERSION,
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": named[0] if len(named) == 1 else named},
                "Action": "sts:AssumeRole",
            }
        ],
    }


def partition(region: str) -> str:
    """Tell the partition of a region, which begins its ARNs."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


class _Needs:
    """What containers ask of their execution role, in one region of one account."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region
        self._partition = partition(region)

    def images(self, containers: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        found = [_IMAGE.match(one.get("image", "")) for one in containers]
        repositories = [
            self._arn("ecr", f"repository/{one['repository']}", one["region"], one["account"])
            for one in found
            if one is not None
        ]
        if repositories:
            yield _allow("PullLogin", ["ecr:GetAuthorizationToken"], ["*"])
            yield _allow("PullImages", _PULL, repositories)

    def logs(self, containers: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        writing: list[str] = []
        making: list[str] = []
        for one in containers:
            log: Mapping[str, Any] = one.get("logConfiguration") or {}
            options: Mapping[str, str] = log.get("options") or {}
            if log.get("logDriver") != "awslogs" or not options.get("awslogs-group"):
                continue
            region = options.get("awslogs-region") or self._region
            group = self._arn("logs", f"log-group:{options['awslogs-group']}:*", region)
            writing.append(group)
            if options.get("awslogs-create-group", "").lower() == "true":
                making.append(group)
        if writing:
            yield _allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], writing)
        if making:
            yield _allow("MakeLogGroups", ["logs:CreateLogGroup"], making)

    def secrets(self, containers: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        given = [value for one in containers for value in secret_references(one)]
        secrets = [_secret(value) for value in given if is_secret(value)]
        parameters = [self._parameter(value) for value in given if not is_secret(value)]
        if secrets:
            yield _allow("ReadSecrets", ["secretsmanager:GetSecretValue"], secrets)
        if parameters:
            yield _allow("ReadParameters", ["ssm:GetParameters"], parameters)

    def environment_files(
        self, containers: Sequence[Mapping[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        files = [
            file["value"]
            for one in containers
            for file in one.get("environmentFiles") or ()
            if file.get("value")
        ]
        if files:
            yield _allow("ReadEnvironmentFiles", ["s3:GetObject"], files)
            buckets = [file.partition("/")[0] for file in files]
            yield _allow("FindEnvironmentFiles", ["s3:GetBucketLocation"], buckets)

    def _parameter(self, given: str) -> str:
        if given.startswith("arn:"):
            return given
        return self._arn("ssm", f"parameter/{given.removeprefix('/')}")

    def _arn(
        self, service: str, rest: str, region: str | None = None, account: str | None = None
    ) -> str:
        place = f"{region or self._region}:{account or self._account}"
        return f"arn:{self._partition}:{service}:{place}:{rest}"


def secret_references(container: Mapping[str, Any]) -> list[str]:
    """List what a container definition refers to in Secrets Manager and Parameter Store."""
    log: Mapping[str, Any] = container.get("logConfiguration") or {}
    entries = [*(container.get("secrets") or ()), *(log.get("secretOptions") or ())]
    given = [entry["valueFrom"] for entry in entries if entry.get("valueFrom")]
    login = (container.get("repositoryCredentials") or {}).get("credentialsParameter")
    return [*given, login] if login else given


def is_secret(value_from: str) -> bool:
    """Tell whether a reference is to Secrets Manager; otherwise it is to Parameter Store."""
    return ":secretsmanager:" in value_from


def _secret(given: str) -> str:
    """Give a secret's ARN without key and version; IAM sees the one with its random suffix."""
    arn = ":".join(given.split(":")[:7])
    return arn if _WITH_SUFFIX.fullmatch(arn) else f"{arn}-??????"


def _allow(sid: str, actions: Sequence[str], resources: Sequence[str]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": list(dict.fromkeys(resources)),
    }
