"""botocore's ECS waiters on services: each succeeds and fails as it does on AWS."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.exceptions import WaiterError

SOON = {"Delay": 0.02, "MaxAttempts": 10}


def test_every_waiter_of_ecs_is_tried() -> None:
    """The waiters of tasks and services are those that this package drives; no other is known."""
    model = botocore.session.get_session().get_waiter_model("ecs")
    others = {name for name in model.waiter_names if not name.startswith("Daemon")}
    assert others == {"ServicesInactive", "ServicesStable", "TasksRunning", "TasksStopped"}


def test_services_stable_waits_for_the_new_tasks(stable_shop: Any) -> None:
    """The waiter `services_stable` ends when only tasks of the new definition run."""
    new = stable_shop.register(stable_shop.name, "nginx:1.28")
    stable_shop.ecs.update_service(cluster=stable_shop.name, service="web", taskDefinition=new)
    stable_shop.wait("services_stable")
    (deployment,) = stable_shop.describe()["deployments"]
    assert (deployment["taskDefinition"], deployment["runningCount"]) == (new, 2)


def test_services_stable_fails_while_nothing_starts(stable_shop: Any) -> None:
    """The waiter `services_stable` gives up on a service whose new tasks cannot start."""
    broken = stable_shop.register(stable_shop.name, "registry.invalid/nothing")
    stable_shop.ecs.update_service(cluster=stable_shop.name, service="web", taskDefinition=broken)
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        stable_shop.ecs.get_waiter("services_stable").wait(
            cluster=stable_shop.name, services=["web"], WaiterConfig=SOON
        )
    assert stable_shop.describe()["runningCount"] == 2


def test_services_stable_fails_for_a_deleted_service(stable_shop: Any) -> None:
    """The waiter `services_stable` fails at once on DRAINING, and on INACTIVE."""
    stable_shop.ecs.delete_service(cluster=stable_shop.name, service="web", force=True)
    with pytest.raises(WaiterError, match=r"DRAINING|INACTIVE"):
        stable_shop.wait("services_stable")
    stable_shop.wait("services_inactive")
    with pytest.raises(WaiterError, match="INACTIVE"):
        stable_shop.wait("services_stable")


def test_services_inactive_waits_for_the_last_task(stable_shop: Any) -> None:
    """The waiter `services_inactive` keeps waiting for a live service, and ends with its tasks."""
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        stable_shop.ecs.get_waiter("services_inactive").wait(
            cluster=stable_shop.name, services=["web"], WaiterConfig=SOON
        )
    stable_shop.ecs.delete_service(cluster=stable_shop.name, service="web", force=True)
    stable_shop.wait("services_inactive")
    assert stable_shop.describe()["runningCount"] == 0
    assert stable_shop.ecs.list_tasks(cluster=stable_shop.name)["taskArns"] == []


@pytest.mark.parametrize("waiter", ["services_stable", "services_inactive"])
def test_missing_service_fails_the_waiters(shop: Any, waiter: str) -> None:
    """Both waiters of services fail at once on one that nobody knows."""
    with pytest.raises(WaiterError, match="MISSING"):
        shop.wait(waiter, services=["nothing"])


@pytest.mark.parametrize("waiter", ["tasks_stopped", "tasks_running"])
def test_unknown_cluster_fails_the_waiters(ecs: Any, waiter: str) -> None:
    """A waiter ends with AWS's error if there is no such cluster."""
    with pytest.raises(WaiterError, match="ClusterNotFoundException"):
        ecs.get_waiter(waiter).wait(cluster="nowhere", tasks=["0" * 32], WaiterConfig=SOON)


@pytest.mark.parametrize(
    ("waiter", "asked"),
    [
        ("daemon_active", {"daemonArn": "arn:aws:ecs:us-east-1:123456789012:daemon/a/b"}),
        ("daemon_task_definition_active", {"daemonTaskDefinition": "watch:1"}),
    ],
)
def test_waiters_of_daemons_are_refused(ecs: Any, waiter: str, asked: dict[str, str]) -> None:
    """What is not simulated ends a waiter at once with a clear error, instead of its time."""
    with pytest.raises(WaiterError, match="UnsupportedOperation"):
        ecs.get_waiter(waiter).wait(**asked, WaiterConfig=SOON)
