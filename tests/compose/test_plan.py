"""The promise: a plan hands out what it planned for a Compose service."""

from __future__ import annotations

from pathlib import Path

import pytest

from fargate_kit import InvalidSpec
from fargate_kit.compose import Choices, Plan, ProjectFiles, Topology, convert

SHOP = """
services:
  web:
    image: nginx
    ports: ["80:80"]
  worker:
    image: busybox
"""


def plan_of(folder: Path, topology: Topology) -> Plan:
    file = folder / "compose.yaml"
    file.write_text(SHOP, encoding="utf-8")
    files = ProjectFiles(files=[file], name="shop")
    return convert(files, choices=Choices(topology=topology, region="us-east-1")).check()


def test_planned_service_is_found_by_either_name(tmp_path: Path) -> None:
    """The file's name and the one that ECS will know lead to the same."""
    plan = plan_of(tmp_path, Topology.SERVICE_EACH)
    assert plan.service("web") is plan.service("shop-web")
    assert plan.service("worker").task.family == "shop-worker"


def test_planned_service_of_one_task_is_that_task(tmp_path: Path) -> None:
    """Every Compose service of one task leads to the one service."""
    plan = plan_of(tmp_path, Topology.ONE_TASK)
    assert plan.service("web") is plan.service("worker")


def test_unknown_planned_service_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    """A slip of the pen is told with the names that there are."""
    plan = plan_of(tmp_path, Topology.SERVICE_EACH)
    with pytest.raises(InvalidSpec, match="project shop has no service 'wep'; it has web, worker"):
        plan.service("wep")
