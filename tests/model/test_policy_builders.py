"""Policies made from a task definition: they allow what it needs, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit.model.policy import (
    PolicyKind,
    Principal,
    evaluate,
    execution_policy,
    read,
    trust_policy,
)

ACCOUNT, REGION = "123456789012", "eu-west-1"
ECR = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-AbCdEf"


def definition(**container: Any) -> dict[str, Any]:
    return {"family": "web", "containerDefinitions": [{"name": "main", **container}]}


def allows(given: dict[str, Any], action: str, resource: str) -> bool:
    document = execution_policy(given, ACCOUNT, REGION)
    if not document["Statement"]:
        return False
    return evaluate([read(document)], action, resource).allowed


LOGS = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "/ecs/web", "awslogs-region": REGION},
}
LOG_GROUP = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:"


@pytest.mark.parametrize(
    ("container", "action", "resource", "expected"),
    [
        ({"image": f"{ECR}/web:1"}, "ecr:GetAuthorizationToken", "*", True),
        (
            {"image": f"{ECR}/team/web:1"},
            "ecr:BatchGetImage",
            f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/team/web",
            True,
        ),
        (
            {"image": f"{ECR}/web@sha256:abc"},
            "ecr:GetDownloadUrlForLayer",
            f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/web",
            True,
        ),
        (
            {"image": f"{ECR}/web:1"},
            "ecr:BatchGetImage",
            f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/web2",
            False,
        ),
        ({"image": "nginx"}, "ecr:GetAuthorizationToken", "*", False),
        (
            {"image": "nginx", "logConfiguration": LOGS},
            "logs:PutLogEvents",
            f"{LOG_GROUP}/ecs/web:log-stream:run/main/1",
            True,
        ),
        (
            {"image": "nginx", "logConfiguration": LOGS},
            "logs:CreateLogStream",
            f"{LOG_GROUP}/ecs/other:log-stream:run/main/1",
            False,
        ),
        (
            {"image": "nginx", "logConfiguration": LOGS},
            "logs:CreateLogGroup",
            f"{LOG_GROUP}/ecs/web:log-stream:",
            False,
        ),
        (
            {
                "logConfiguration": {
                    **LOGS,
                    "options": {**LOGS["options"], "awslogs-create-group": "true"},  # type: ignore[dict-item]
                }
            },
            "logs:CreateLogGroup",
            f"{LOG_GROUP}/ecs/web:log-stream:",
            True,
        ),
        (
            {"secrets": [{"name": "P", "valueFrom": f"{SECRET}:password::"}]},
            "secretsmanager:GetSecretValue",
            SECRET,
            True,
        ),
        (
            {"secrets": [{"name": "P", "valueFrom": SECRET.removesuffix("-AbCdEf")}]},
            "secretsmanager:GetSecretValue",
            SECRET,
            True,
        ),
        (
            {"secrets": [{"name": "P", "valueFrom": SECRET}]},
            "secretsmanager:GetSecretValue",
            f"{SECRET}x",
            False,
        ),
        (
            {"repositoryCredentials": {"credentialsParameter": SECRET}},
            "secretsmanager:GetSecretValue",
            SECRET,
            True,
        ),
        (
            {"secrets": [{"name": "P", "valueFrom": "/prod/db"}]},
            "ssm:GetParameters",
            f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/prod/db",
            True,
        ),
        (
            {"environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/x.env"}]},
            "s3:GetObject",
            "arn:aws:s3:::b/x.env",
            True,
        ),
        (
            {"environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/x.env"}]},
            "s3:GetBucketLocation",
            "arn:aws:s3:::b",
            True,
        ),
    ],
)
def test_execution_policy_is_least(
    container: dict[str, Any], action: str, resource: str, expected: bool
) -> None:
    """An execution policy allows what its definition needs, on those resources only."""
    assert allows(definition(**container), action, resource) is expected


def test_definition_without_needs_has_no_statements() -> None:
    """A public image without logs and secrets needs no permission at all."""
    assert execution_policy(definition(image="nginx"), ACCOUNT, REGION)["Statement"] == []


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_partitions_are_kept(region: str, partition: str) -> None:
    """In other partitions the ARNs begin as they do there."""
    document = execution_policy(
        definition(logConfiguration={"logDriver": "awslogs", "options": {"awslogs-group": "g"}}),
        ACCOUNT,
        region,
    )
    assert document["Statement"][0]["Resource"] == [
        f"arn:{partition}:logs:{region}:{ACCOUNT}:log-group:g:*"
    ]


@pytest.mark.parametrize(
    ("service", "account", "source", "trusted"),
    [
        ("ecs-tasks.amazonaws.com", ACCOUNT, f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task/c/t", True),
        ("ecs.amazonaws.com", ACCOUNT, f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task/c/t", False),
        ("ecs-tasks.amazonaws.com", "1", "arn:aws:ecs:eu-west-1:1:task/c/t", False),
    ],
)
def test_trust_policy_is_for_one_service_and_account(
    service: str, account: str, source: str, trusted: bool
) -> None:
    """A trust policy lets its service in on behalf of its account, and nobody else."""
    document = trust_policy("ecs-tasks.amazonaws.com", ACCOUNT)
    policy = read(document, kind=PolicyKind.TRUST)
    keys = {"aws:SourceAccount": account, "aws:SourceArn": source}
    principal = Principal(kind="Service", name=service)
    decision = evaluate([policy], "sts:AssumeRole", "arn:x", keys, principal=principal)
    assert decision.allowed is trusted
