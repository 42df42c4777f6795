"""What a task must reach before it runs, in one table."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit.model.network_needs import needs_of

ACCOUNT = "123456789012"
ASM = f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:db-AbCdEf:password::"
LAYERS = "prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("container", "hosts"),
    [
        ({"image": "nginx"}, ["registry-1.docker.io"]),
        ({"image": "team/web:1"}, ["registry-1.docker.io"]),
        ({"image": "docker.io/library/nginx"}, ["registry-1.docker.io"]),
        ({"image": "public.ecr.aws/nginx/nginx:1"}, ["public.ecr.aws"]),
        ({"image": "ghcr.io/team/web@sha256:abc"}, ["ghcr.io"]),
        (
            {"image": f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/web:1"},
            [
                "api.ecr.eu-west-1.amazonaws.com",
                f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com",
                LAYERS,
            ],
        ),
        (
            {
                "image": "nginx",
                "secrets": [{"name": "A", "valueFrom": ASM}, {"name": "B", "valueFrom": "/b"}],
                "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/x.env"}],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {"awslogs-group": "g", "awslogs-region": "us-west-2"},
                },
            },
            [
                "registry-1.docker.io",
                "secretsmanager.eu-central-1.amazonaws.com",
                "ssm.eu-west-1.amazonaws.com",
                "s3.eu-west-1.amazonaws.com",
                "logs.us-west-2.amazonaws.com",
            ],
        ),
        (
            {"image": "nginx", "logConfiguration": {"logDriver": "splunk"}},
            ["registry-1.docker.io"],
        ),
    ],
)
def test_needs_of_a_container(container: dict[str, Any], hosts: list[str]) -> None:
    """Registries, secrets, files and logs are found, each in the region where it is."""
    definition = {"containerDefinitions": [container, container]}
    assert [need.host for need in needs_of(definition, "eu-west-1")] == hosts


def test_port_of_a_registry_counts() -> None:
    """A registry that is named with a port is reached by that port."""
    (need,) = needs_of({"containerDefinitions": [{"image": "registry.local:5000/web"}]}, "x")
    assert (need.host, need.port) == ("registry.local", 5000)


def test_exec_needs_its_channels() -> None:
    """ECS Exec needs ssmmessages, where it is asked for."""
    needs = needs_of({"containerDefinitions": []}, "cn-north-1", execute_command=True)
    assert [need.host for need in needs] == ["ssmmessages.cn-north-1.amazonaws.com.cn"]
