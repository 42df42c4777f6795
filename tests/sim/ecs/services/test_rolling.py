"""Rolling updates: how many tasks start and stop at once, and in which order it is told."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit.sim.ecs.services.configuration import Configuration


@pytest.mark.parametrize(
    ("desired", "minimum_percent", "maximum_percent", "minimum", "maximum"),
    [
        (4, 100, 200, 4, 8),
        (4, 50, 100, 2, 4),
        (2, 75, 125, 2, 2),
        (3, 75, 125, 3, 3),
        (3, 50, 150, 2, 4),
        (1, 0, 100, 0, 1),
        (1, 50, 150, 1, 1),
        (10, 33, 133, 4, 13),
        (7, 51, 114, 4, 7),
        (0, 100, 200, 0, 0),
    ],
)
def test_percentages_rounded(
    desired: int, minimum_percent: int, maximum_percent: int, minimum: int, maximum: int
) -> None:
    """The lower limit is rounded up and the upper one down."""
    configuration = Configuration(
        minimum_healthy_percent=minimum_percent, maximum_percent=maximum_percent
    )
    assert configuration.minimum(desired) == minimum
    assert configuration.maximum(desired) == maximum


def healthy(world: Any, service: dict[str, Any]) -> int:
    """Count the tasks that have been RUNNING for 40 seconds."""
    now = world.engine.now / 1e6
    return sum(
        task["lastStatus"] == "RUNNING" and now - task["startedAt"] >= 39.999
        for task in world.tasks()
    )


@pytest.mark.parametrize(
    ("desired", "minimum_percent", "maximum_percent", "first"),
    [
        # what the first reconcile makes of it: (new pending, old running)
        (4, 100, 200, (4, 4)),
        (4, 50, 100, (2, 2)),
        (4, 50, 200, (4, 2)),
        (4, 0, 100, (4, 0)),
        (4, 75, 125, (2, 3)),
        (5, 50, 150, (4, 3)),
        (1, 0, 100, (1, 0)),
        (1, 100, 200, (1, 1)),
        (10, 80, 120, (4, 8)),
        (3, 34, 100, (1, 2)),
    ],
)
def test_rolling_update_keeps_its_limits(
    world: Any, desired: int, minimum_percent: int, maximum_percent: int, first: tuple[int, int]
) -> None:
    """At no instant are fewer tasks healthy, or more tasks there, than the limits say."""
    limits = Configuration(minimum_healthy_percent=minimum_percent, maximum_percent=maximum_percent)
    world.steady(
        desiredCount=desired,
        deploymentConfiguration={
            "minimumHealthyPercent": minimum_percent,
            "maximumPercent": maximum_percent,
        },
    )
    world.register("app")
    world.update(taskDefinition="web")
    new, *old = world.service()["deployments"]
    assert (new["pendingCount"], sum(one["runningCount"] for one in old)) == first
    for _ in range(2000):
        service = world.service()
        assert service["runningCount"] + service["pendingCount"] <= limits.maximum(desired)
        assert healthy(world, service) >= limits.minimum(desired)
        if world.engine.settled:
            break
        world.engine.step()
    assert world.counts() == [("PRIMARY", desired, desired, 0)]
    definitions = {task["taskDefinitionArn"][-5:] for task in world.tasks()}
    assert definitions == {"web:2"}
    zones = [task["availabilityZone"] for task in world.tasks()]
    assert max(map(zones.count, zones)) - min(map(zones.count, set(zones))) <= 1


def test_reply_of_update_shows_both_deployments(world: Any) -> None:
    """What an update changes is in its own reply; the counts are from before it."""
    before = world.steady()
    arn = world.register("app")
    service = world.update(taskDefinition="web", desiredCount=3)
    assert service["taskDefinition"] == arn
    assert service["desiredCount"] == 3
    new, old = service["deployments"]
    assert (new["status"], new["desiredCount"], new["runningCount"]) == ("PRIMARY", 3, 0)
    assert (old["status"], old["desiredCount"], old["runningCount"]) == ("ACTIVE", 2, 2)
    assert old["id"] == before["deployments"][0]["id"]
    assert new["pendingCount"] == 0
    assert world.counts()[0] == ("PRIMARY", 3, 0, 3)


def test_events_of_an_update(world: Any) -> None:
    """New tasks are started, old ones stopped, and then the deployment is completed."""
    world.steady()
    seen = len(world.messages())
    world.register("app")
    world.update(taskDefinition="web")
    world.engine.settle()
    assert world.outline()[seen:] == [
        "has started 2 tasks: T.",
        "has stopped 2 running tasks: T.",
        "(deployment D) deployment completed.",
        "has reached a steady state.",
    ]


def test_events_of_an_update_behind_a_load_balancer(world: Any) -> None:
    """Targets are told when they come and when they go, in AWS's order."""
    world.steady(desiredCount=1, **world.behind())
    old = world.service()["deployments"][0]["id"]
    assert world.outline() == [
        "has started 1 tasks: T.",
        "registered 1 targets in (target-group GROUP)",
        "(deployment D) deployment completed.",
        "has reached a steady state.",
    ]
    seen = len(world.messages())
    world.update(forceNewDeployment=True)
    world.engine.settle()
    assert world.outline()[seen:] == [
        "has started 1 tasks: T.",
        "registered 1 targets in (target-group GROUP)",
        "has stopped 1 running tasks: T.",
        "deregistered 1 targets in (target-group GROUP)",
        "(taskSet D) has begun draining connections on 1 tasks.",
        "(deployment D) deployment completed.",
        "has reached a steady state.",
    ]
    assert f"taskSet {old})" in world.messages()[seen + 4]


def test_old_tasks_say_who_stopped_them(world: Any) -> None:
    """An old task is stopped by the scheduler, in the name of its own deployment."""
    old = world.steady(desiredCount=1)["deployments"][0]["id"]
    world.update(forceNewDeployment=True)
    world.engine.settle()
    (task,) = world.tasks(status="STOPPED")
    assert task["stopCode"] == "ServiceSchedulerInitiated"
    assert task["stoppedReason"] == f"Scaling activity initiated by (deployment {old})"
    assert task["startedBy"] == old


def test_old_deployment_stays_until_its_tasks_have_drained(world: Any) -> None:
    """A deployment is replaced when its last task has left the load balancer."""
    world.balancing.delay = 120.0
    world.steady(desiredCount=1, **world.behind())
    world.update(forceNewDeployment=True)
    service = world.until(lambda one: one["deployments"][-1]["runningCount"] == 0)
    began = world.engine.now
    assert [one["status"] for one in service["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert service["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    world.until(lambda one: len(one["deployments"]) == 1)
    assert world.engine.now - began == 120_000_000
    (old,) = world.tasks(status="STOPPED")
    assert old["lastStatus"] == "STOPPING"


def test_desired_count_alone_makes_no_deployment(world: Any) -> None:
    """A change of the desired count goes on with the deployment that is there."""
    before = world.steady()
    seen = len(world.messages())
    after = world.update(desiredCount=4)
    assert after["deployments"][0]["id"] == before["deployments"][0]["id"]
    assert after["deployments"][0]["rolloutState"] == "COMPLETED"
    assert after["deployments"][0]["desiredCount"] == 4
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 4, 4, 0)]
    assert world.outline()[seen:] == ["has started 2 tasks: T.", "has reached a steady state."]
    assert len(world.releases()) == 1


def test_update_without_a_count_leaves_it_alone(world: Any) -> None:
    """A deployment does not undo what was scaled in between."""
    world.steady()
    world.update(desiredCount=5)
    world.register("app")
    service = world.update(taskDefinition="web")
    assert service["desiredCount"] == 5
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 5, 5, 0)]


@pytest.mark.parametrize(
    "members",
    [
        {"desiredCount": 2},
        {"taskDefinition": "web"},
        {"taskDefinition": "web:1"},
        {"healthCheckGracePeriodSeconds": 0},
        {"deploymentConfiguration": {"maximumPercent": 150}},
        {"enableECSManagedTags": True},
        {"propagateTags": "SERVICE"},
        {"availabilityZoneRebalancing": "DISABLED"},
        {"platformVersion": "1.4.0"},
        {"forceNewDeployment": False},
        {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]},
        {"serviceConnectConfiguration": {"enabled": False}},
        {"loadBalancers": []},
    ],
)
def test_updates_without_a_deployment(world: Any, members: dict[str, Any]) -> None:
    """What does not concern the tasks, or is as it was, starts no deployment."""
    before = world.steady()
    after = world.update(**members)
    assert [one["id"] for one in after["deployments"]] == [before["deployments"][0]["id"]]


def test_grace_period_needs_a_load_balancer(world: Any) -> None:
    """A service that no load balancer looks at keeps its grace period of zero; others change it."""
    world.steady()
    refusal = world.refused(
        "UpdateService", cluster="demo", service="web", healthCheckGracePeriodSeconds=30
    )
    assert refusal.code == "InvalidParameterException"
    assert "only valid for services configured to use load balancers" in refusal.message
    kept = world.update(desiredCount=1)
    assert kept["healthCheckGracePeriodSeconds"] == 0
    changed = world.update(healthCheckGracePeriodSeconds=30, **world.behind())
    assert changed["healthCheckGracePeriodSeconds"] == 30


@pytest.mark.parametrize(
    "change",
    ["taskDefinition", "network", "platformVersion", "loadBalancers", "monitoring", "force"],
)
def test_updates_with_a_deployment(world: Any, change: str) -> None:
    """What the tasks are made of, and being forced, starts a deployment."""
    before = world.steady()
    world.register("app")
    monitoring = {
        "metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}]
    }
    members: dict[str, Any] = {
        "taskDefinition": {"taskDefinition": "web:2"},
        "network": {"networkConfiguration": world.ecs.network("subnet-a")},
        "platformVersion": {"platformVersion": "1.3.0"},
        "loadBalancers": world.behind(),
        "monitoring": {"monitoring": monitoring},
        "force": {"forceNewDeployment": True},
    }[change]
    after = world.update(**members)
    assert len(after["deployments"]) == 2
    assert after["deployments"][1]["id"] == before["deployments"][0]["id"]
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 2, 2, 0)]


def test_configuration_is_kept_member_by_member(world: Any) -> None:
    """What an update does not name of the deployment configuration stays."""
    world.create(deploymentConfiguration={"maximumPercent": 150, **world.breaker()})
    service = world.update(deploymentConfiguration={"minimumHealthyPercent": 50})
    configuration = service["deploymentConfiguration"]
    assert configuration["maximumPercent"] == 150
    assert configuration["minimumHealthyPercent"] == 50
    assert configuration["deploymentCircuitBreaker"]["enable"] is True


def test_update_that_can_neither_stop_nor_start_is_told(world: Any) -> None:
    """If the limits allow no step, the service says so, and again only after 6 hours."""
    world.steady(deploymentConfiguration={"minimumHealthyPercent": 75, "maximumPercent": 125})
    seen = len(world.messages())
    world.update(forceNewDeployment=True)
    world.engine.advance_by(3600)
    blocked = (
        "was unable to stop or start tasks during a deployment because of the service "
        "deployment configuration. Update the minimumHealthyPercent or maximumPercent value "
        "and try again."
    )
    assert world.outline()[seen:] == [blocked]
    world.update(deploymentConfiguration={"maximumPercent": 200})
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 2, 2, 0)]


def test_overtaken_deployment_is_drained(world: Any) -> None:
    """A second update during a roll-out makes a third deployment, and only that one wins."""
    first = world.steady(desiredCount=2)["deployments"][0]["id"]
    world.register("app")
    second = world.update(taskDefinition="web")["deployments"][0]["id"]
    world.engine.advance_by(10)
    world.register("app")
    service = world.update(taskDefinition="web")
    assert [one["id"] for one in service["deployments"]][1:] == [second, first]
    assert [one["status"] for one in service["deployments"]] == ["PRIMARY", "ACTIVE", "ACTIVE"]
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 2, 2, 0)]
    assert {task["taskDefinitionArn"][-5:] for task in world.tasks()} == {"web:3"}
    assert "stopped 2 pending tasks." in world.outline()
    newest, overtaken, oldest = world.releases()
    assert newest["status"] == "SUCCESSFUL"
    assert overtaken["status"] == "STOPPED"
    assert overtaken["stoppedAt"] == overtaken["finishedAt"]
    assert oldest["status"] == "SUCCESSFUL"


def test_running_tasks_stay_although_their_deployment_never_completed(world: Any) -> None:
    """An update in the moments before a deployment completes keeps the tasks that run."""
    world.create()
    service = world.until(lambda service: service["runningCount"] == 2)
    assert service["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    world.update(taskDefinition=world.missing())
    world.engine.advance_by(300)
    assert world.service()["runningCount"] == 2


def test_updates_of_one_instant_end_with_the_last(world: Any) -> None:
    """Of several updates before the scheduler acts, only the last one starts tasks."""
    world.steady()
    revisions = [world.register("app") for _ in range(3)]
    for revision in revisions:
        world.ecs.region.answer(
            "UpdateService", {"cluster": "demo", "service": "web", "taskDefinition": revision}
        )
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 2, 2, 0)]
    started = [one for one in world.outline() if one.startswith("has started")]
    assert len(started) == 2
    assert [one["status"] for one in world.releases()] == [
        "SUCCESSFUL",
        "STOPPED",
        "STOPPED",
        "SUCCESSFUL",
    ]


def test_scaling_during_an_update(world: Any) -> None:
    """A desired count that changes during a roll-out counts for both deployments."""
    world.steady(desiredCount=4)
    world.update(forceNewDeployment=True)
    world.engine.advance_by(10)
    world.update(desiredCount=2)
    world.engine.advance_by(0)
    new, old = world.service()["deployments"]
    assert (new["desiredCount"], new["pendingCount"]) == (2, 2)
    assert (old["desiredCount"], old["runningCount"]) == (2, 2)
    world.update(desiredCount=6)
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 6, 6, 0)]


def test_deregistered_definition_goes_on_being_used(world: Any) -> None:
    """A service whose definition is INACTIVE still scales and replaces its tasks."""
    world.steady()
    world.call("DeregisterTaskDefinition", taskDefinition="web:1")
    world.update(desiredCount=3)
    world.engine.settle()
    world.stop(world.tasks()[0])
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 3, 3, 0)]
    refusal = world.refused("UpdateService", cluster="demo", service="web", taskDefinition="web:1")
    assert refusal.message == "TaskDefinition is inactive"


def test_deleted_definition_stays_as_long_as_a_service_uses_it(world: Any) -> None:
    """A deleted revision is DELETE_IN_PROGRESS until no service has it any more."""
    world.steady(desiredCount=0)
    world.call("DeregisterTaskDefinition", taskDefinition="web:1")
    world.call("DeleteTaskDefinitions", taskDefinitions=["web:1"])
    world.engine.advance_by(3600)
    described = world.call("DescribeTaskDefinition", taskDefinition="web:1")
    assert described["taskDefinition"]["status"] == "DELETE_IN_PROGRESS"
    world.delete()
    world.engine.advance_by(3600)
    refusal = world.refused("DescribeTaskDefinition", taskDefinition="web:1")
    assert refusal.code == "ClientException"


@pytest.mark.parametrize(
    ("percent", "cleanup", "healthy_first", "deployments"),
    [(50, "DEFERRED", 2, 2), (50, "BLOCKING", 2, 1), (100, "DEFERRED", 4, 1)],
)
def test_early_success(
    world: Any, percent: int, cleanup: str, healthy_first: int, deployments: int
) -> None:
    """With early success criteria a share of healthy tasks completes the deployment."""
    configuration = {
        "minimumHealthyPercent": 50,
        "maximumPercent": 100,
        "earlySuccessCriteria": {
            "enable": True,
            "healthyPercent": percent,
            "sourceServiceRevisionCleanup": cleanup,
        },
    }
    service = world.steady(desiredCount=4, deploymentConfiguration=configuration)
    told = service["deploymentConfiguration"]["earlySuccessCriteria"]
    assert told["sourceServiceRevisionCleanup"] == cleanup
    world.update(forceNewDeployment=True)
    service = world.until(lambda one: one["deployments"][0]["rolloutState"] == "COMPLETED")
    assert service["deployments"][0]["runningCount"] == healthy_first
    assert len(service["deployments"]) == deployments
    assert world.releases()[0]["status"] == "SUCCESSFUL"
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 4, 4, 0)]
