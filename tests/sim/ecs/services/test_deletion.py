"""DeleteService, DeleteCluster, and services that are DRAINING or INACTIVE."""

from __future__ import annotations

from typing import Any

import pytest


def test_scaled_service_is_not_deleted(world: Any) -> None:
    """A service with a desired count above 0 is deleted by force only."""
    world.steady()
    refusal = world.refused("DeleteService", cluster="demo", service="web")
    assert refusal.code == "InvalidParameterException"
    assert refusal.message == "The service cannot be stopped while it is scaled above 0."
    assert world.service()["status"] == "ACTIVE"


def test_service_drains_and_is_inactive(world: Any) -> None:
    """A deleted service is DRAINING until its last task stops, then INACTIVE; it is described."""
    world.steady()
    answer = world.delete(force=True)
    assert (answer["status"], answer["desiredCount"]) == ("DRAINING", 0)
    assert answer["runningCount"] == 2
    assert world.service()["status"] == "DRAINING"
    assert world.call("ListServices", cluster="demo")["serviceArns"] == []
    world.until(lambda one: one["status"] == "INACTIVE")
    assert {task["lastStatus"] for task in world.tasks(status="STOPPED")} == {"STOPPING"}
    world.engine.settle()
    service = world.service()
    assert (service["status"], service["runningCount"], service["deployments"]) == (
        "INACTIVE",
        0,
        [],
    )
    assert {task["stopCode"] for task in world.tasks(status="STOPPED")} == {
        "ServiceSchedulerInitiated"
    }


def test_service_without_tasks_is_inactive_at_once(world: Any) -> None:
    """Scaled to 0 first, a service is deleted without force."""
    world.steady()
    world.update(desiredCount=0)
    world.engine.settle()
    assert world.delete()["status"] == "DRAINING"
    assert world.service()["status"] == "INACTIVE"


def test_deletion_in_the_middle_of_a_deployment(world: Any) -> None:
    """Old and new tasks are stopped, those on their way too, and nothing is started any more."""
    world.steady(desiredCount=3)
    world.update(forceNewDeployment=True)
    world.engine.advance_by(10)
    assert world.counts() == [("PRIMARY", 3, 0, 3), ("ACTIVE", 3, 3, 0)]
    seen = len(world.messages())
    world.delete(force=True)
    world.engine.settle()
    assert world.service()["status"] == "INACTIVE"
    assert world.tasks() == []
    assert world.outline()[seen:] == ["stopped 3 pending tasks.", "has stopped 3 running tasks: T."]
    assert world.ecs.moto.interfaces == {}


def test_deletion_of_a_service_that_cannot_start(world: Any) -> None:
    """A service that waits to start its tasks again is deleted like any other."""
    world.missing()
    world.create(taskDefinition="web")
    world.engine.advance_by(3600)
    world.delete(force=True)
    assert world.service()["status"] == "INACTIVE"
    assert world.engine.settled


def test_deletion_drains_targets(world: Any) -> None:
    """Targets of a deleted service leave their target group."""
    world.steady(**world.behind())
    world.delete(force=True)
    world.engine.settle()
    assert world.balancing.targets == {}
    assert world.service()["status"] == "INACTIVE"


def test_name_is_free_again_when_inactive(world: Any) -> None:
    """The name of a DRAINING service is taken, that of an INACTIVE one is free."""
    first = world.steady()
    world.delete(force=True)
    params = {
        "cluster": "demo",
        "serviceName": "web",
        "taskDefinition": "web",
        "desiredCount": 1,
        "launchType": "FARGATE",
        "networkConfiguration": world.ecs.network(),
    }
    refusal = world.refused("CreateService", **params)
    assert refusal.message == "Unable to Start a service that is still Draining."
    world.engine.settle()
    service = world.call("CreateService", **params)["service"]
    assert service["createdAt"] > first["createdAt"]
    assert service["events"] == []
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 1, 1, 0)]


@pytest.mark.parametrize("when", ["DRAINING", "INACTIVE"])
def test_deleted_service_is_not_updated(world: Any, when: str) -> None:
    """A service that is not ACTIVE cannot be changed."""
    world.steady()
    world.delete(force=True)
    world.until(lambda one: one["status"] == when)
    refusal = world.refused("UpdateService", cluster="demo", service="web", desiredCount=1)
    assert refusal.code == "ServiceNotActiveException"


def test_unknown_service_refused(world: Any) -> None:
    """A service that never was is not found, whatever is asked of it."""
    for operation in ("UpdateService", "DeleteService", "ListServiceDeployments"):
        refusal = world.refused(operation, cluster="demo", service="nothing")
        assert refusal.code == "ServiceNotFoundException", operation
    refusal = world.refused("ListTasks", cluster="demo", serviceName="nothing")
    assert refusal.code == "ServiceNotFoundException"


def test_deleting_twice(world: Any) -> None:
    """A DRAINING service may be deleted again; an INACTIVE one is not found."""
    world.steady()
    world.delete(force=True)
    assert world.delete()["status"] == "DRAINING"
    world.engine.settle()
    assert world.refused("DeleteService", cluster="demo", service="web").code == (
        "ServiceNotFoundException"
    )


def test_history_goes_with_the_service(world: Any) -> None:
    """Service deployments and revisions of a deleted service are MISSING."""
    service = world.steady()
    world.delete(force=True)
    world.engine.settle()
    arn = service["currentServiceDeployment"]
    answer = world.call("DescribeServiceDeployments", serviceDeploymentArns=[arn])
    assert answer["failures"] == [{"arn": arn, "reason": "MISSING"}]


def test_cluster_with_services_is_not_deleted(world: Any) -> None:
    """A cluster is kept as long as it has an active service, or tasks of one."""
    world.steady()
    assert world.refused("DeleteCluster", cluster="demo").code == (
        "ClusterContainsServicesException"
    )
    world.delete(force=True)
    assert world.refused("DeleteCluster", cluster="demo").code == "ClusterContainsTasksException"
    world.engine.settle()
    assert world.call("DeleteCluster", cluster="demo")["cluster"]["status"] == "INACTIVE"


def test_cluster_counts_its_services(world: Any) -> None:
    """A cluster tells how many services are ACTIVE and how many are DRAINING."""
    world.create("one", desiredCount=1)
    world.create("two", desiredCount=1)
    world.engine.settle()
    world.delete("two", force=True)
    answer = world.call("DescribeClusters", clusters=["demo"], include=["STATISTICS"])
    (cluster,) = answer["clusters"]
    statistics = {one["name"]: one["value"] for one in cluster["statistics"]}
    assert cluster["activeServicesCount"] == 1
    assert cluster["runningTasksCount"] == 1
    assert statistics["activeFargateServiceCount"] == "1"
    assert statistics["drainingFargateServiceCount"] == "1"
