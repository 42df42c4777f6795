"""The deployment circuit breaker: its thresholds, and what happens when it breaks."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit.sim.ecs.services.configuration import Breaker


@pytest.mark.parametrize(
    ("kind", "value", "desired", "threshold"),
    [
        ("BOUNDED_PERCENT", 50, 0, 3),
        ("BOUNDED_PERCENT", 50, 1, 3),
        ("BOUNDED_PERCENT", 50, 2, 3),
        ("BOUNDED_PERCENT", 50, 6, 3),
        ("BOUNDED_PERCENT", 50, 7, 4),
        ("BOUNDED_PERCENT", 50, 10, 5),
        ("BOUNDED_PERCENT", 50, 25, 13),
        ("BOUNDED_PERCENT", 50, 100, 50),
        ("BOUNDED_PERCENT", 50, 400, 200),
        ("BOUNDED_PERCENT", 50, 1000, 200),
        ("BOUNDED_PERCENT", 100, 50, 50),
        ("BOUNDED_PERCENT", 1, 50, 3),
        ("UNBOUNDED_PERCENT", 50, 1, 1),
        ("UNBOUNDED_PERCENT", 50, 3, 2),
        ("UNBOUNDED_PERCENT", 50, 1000, 500),
        ("UNBOUNDED_PERCENT", 100, 4, 4),
        ("UNBOUNDED_PERCENT", 1, 1, 1),
        ("COUNT", 1, 100, 1),
        ("COUNT", 7, 1, 7),
        ("COUNT", 500, 10, 500),
    ],
)
def test_threshold(kind: str, value: int, desired: int, threshold: int) -> None:
    """The threshold follows from its type, its value and the desired count."""
    breaker = Breaker(enable=True, threshold_type=kind, threshold_value=value)
    assert breaker.threshold(desired) == threshold


@pytest.mark.parametrize(
    ("kind", "value"),
    [("BOUNDED_PERCENT", 0), ("BOUNDED_PERCENT", 101), ("UNBOUNDED_PERCENT", 101), ("COUNT", 0)],
)
def test_impossible_threshold_refused(world: Any, kind: str, value: int) -> None:
    """A threshold outside its range is refused."""
    configuration = world.breaker(thresholdConfiguration={"type": kind, "value": value})
    world.create()
    refusal = world.refused(
        "UpdateService", cluster="demo", service="web", deploymentConfiguration=configuration
    )
    assert refusal.code == "InvalidParameterException"


def failed(world: Any) -> dict[str, Any]:
    """Step until a deployment has failed."""
    service: dict[str, Any] = world.until(
        lambda one: any(each["rolloutState"] == "FAILED" for each in one["deployments"])
    )
    return service


@pytest.mark.parametrize("cause", ["missing", "crashing", "sick"])
@pytest.mark.parametrize(
    ("desired", "threshold", "failures"),
    [
        (1, None, 3),
        (2, {"type": "COUNT", "value": 2}, 2),
        (3, {"type": "UNBOUNDED_PERCENT", "value": 34}, 2),
        (8, None, 4),
    ],
)
def test_failures_break_a_deployment(
    world: Any, cause: str, desired: int, threshold: Any, failures: int
) -> None:
    """Tasks that never start, crash or stay unhealthy fail a deployment at the threshold."""
    members = {} if threshold is None else {"thresholdConfiguration": threshold}
    world.steady(desiredCount=desired, deploymentConfiguration=world.breaker(**members))
    getattr(world, cause)()
    world.update(taskDefinition="web")
    service = failed(world)
    broken = service["deployments"][1]
    assert failures <= broken["failedTasks"] <= max(failures, desired)
    assert broken["rolloutStateReason"] == (
        "ECS deployment circuit breaker: tasks failed to start."
    )
    monitor = world.releases()[0]["deploymentCircuitBreaker"]
    assert monitor["threshold"] == failures
    assert monitor["failureCount"] == broken["failedTasks"]
    assert monitor["status"] == "TRIGGERED"


def test_rollback_to_the_last_completed_deployment(world: Any) -> None:
    """The deployment that was completed last becomes the primary one again, under its own id."""
    good = world.steady(deploymentConfiguration=world.breaker())["deployments"][0]["id"]
    seen = len(world.messages())
    world.missing()
    bad = world.update(taskDefinition="web")["deployments"][0]["id"]
    service = failed(world)
    primary, broken = service["deployments"]
    assert (primary["id"], primary["status"], primary["rolloutState"]) == (
        good,
        "PRIMARY",
        "IN_PROGRESS",
    )
    assert primary["rolloutStateReason"] == (
        f"ECS deployment circuit breaker: rolling back to deploymentId {good}."
    )
    assert (broken["id"], broken["status"]) == (bad, "ACTIVE")
    assert service["taskDefinition"].endswith("web:1")
    release = world.releases()[0]
    assert release["status"] == "ROLLBACK_IN_PROGRESS"
    assert release["statusReason"] == release["rollback"]["reason"]
    assert release["rollback"]["serviceRevisionArn"] == release["sourceServiceRevisions"][0]["arn"]
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 2, 2, 0)]
    assert world.service()["deployments"][0]["id"] == good
    assert [one["status"] for one in world.releases()] == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]
    told = [one for one in world.messages()[seen:] if "(task" not in one]
    assert told == [
        f"(service web) (deployment {bad}) deployment failed: tasks failed to start.",
        f"(service web) rolling back to deployment {good}.",
        f"(service web) (deployment {good}) deployment completed.",
        "(service web) has reached a steady state.",
    ]


def test_healthy_old_tasks_survive_a_rollback(world: Any) -> None:
    """What still runs of the old deployment is not started anew."""
    world.steady(deploymentConfiguration=world.breaker())
    before = {task["taskArn"] for task in world.tasks()}
    world.missing()
    world.update(taskDefinition="web")
    failed(world)
    world.engine.settle()
    assert {task["taskArn"] for task in world.tasks()} == before


def test_rollback_starts_what_the_update_had_stopped(world: Any) -> None:
    """If the limits let old tasks be stopped first, a rollback starts them again."""
    configuration = {**world.breaker(), "minimumHealthyPercent": 0, "maximumPercent": 100}
    good = world.steady(deploymentConfiguration=configuration)["deployments"][0]["id"]
    world.crashing()
    world.update(taskDefinition="web")
    world.until(lambda one: len(one["deployments"]) == 1)
    service = failed(world)
    assert service["deployments"][0]["id"] == good
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 2, 2, 0)]
    assert {task["taskDefinitionArn"][-5:] for task in world.tasks()} == {"web:1"}
    assert {task["startedBy"] for task in world.tasks()} == {good}


def test_pending_tasks_of_a_failed_deployment_are_stopped(new_world: Any) -> None:
    """What is still on its way when a deployment fails is stopped, and told first."""
    world = new_world(3, jitter=0.2)
    world.steady(desiredCount=6, deploymentConfiguration=world.breaker())
    seen = len(world.messages())
    world.missing()
    world.update(taskDefinition="web")
    failed(world)
    told = world.outline()[seen:]
    failure = told.index("(deployment D) deployment failed: tasks failed to start.")
    assert told[failure - 1].startswith("stopped ")
    assert told[failure - 1].endswith(" pending tasks.")
    assert told[failure + 1] == "rolling back to deployment D."
    broken = world.service()["deployments"][1]
    assert (broken["failedTasks"], broken["pendingCount"]) == (3, 0)


def test_rollback_makes_no_revision(world: Any) -> None:
    """A rollback uses the last good revision, and is part of the same service deployment."""
    world.steady(deploymentConfiguration=world.breaker())
    world.missing()
    world.update(taskDefinition="web")
    world.engine.settle()
    first, second = reversed(world.releases())
    assert second["rollback"]["serviceRevisionArn"] == first["targetServiceRevision"]["arn"]
    (current,) = world.service()["currentServiceRevisions"]
    assert current["arn"] == first["targetServiceRevision"]["arn"]
    assert current["runningTaskCount"] == 2


def test_first_deployment_stalls(world: Any) -> None:
    """Without a deployment to go back to nothing is started any more."""
    world.missing()
    world.create(taskDefinition="web", deploymentConfiguration=world.breaker())
    service = failed(world)
    (primary,) = service["deployments"]
    assert (primary["status"], primary["pendingCount"]) == ("PRIMARY", 0)
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 2, 0, 0)]
    (release,) = world.releases()
    assert release["status"] == "ROLLBACK_FAILED"
    assert release["statusReason"] == "No rollback candidate was found to run the rollback."
    started = [one for one in world.messages() if "has started" in one]
    world.engine.advance_by(86_400)
    assert [one for one in world.messages() if "has started" in one] == started


def test_without_rollback_the_deployment_stalls(world: Any) -> None:
    """Without the rollback option the old tasks go on, and the new deployment is FAILED."""
    world.steady(deploymentConfiguration=world.breaker(rollback=False))
    world.missing()
    world.update(taskDefinition="web")
    failed(world)
    world.engine.settle()
    new, old = world.service()["deployments"]
    assert (new["status"], new["rolloutState"]) == ("PRIMARY", "FAILED")
    assert (old["status"], old["runningCount"]) == ("ACTIVE", 2)
    assert world.releases()[0]["status"] == "STOPPED"
    world.stop(world.tasks()[0])
    world.engine.settle()
    assert world.service()["deployments"][1]["runningCount"] == 2
    assert not [one for one in world.outline() if one.startswith("rolling back")]


def test_update_ends_a_stalled_deployment(world: Any) -> None:
    """A new deployment gets a stalled service going again."""
    world.missing()
    world.create(taskDefinition="web", deploymentConfiguration=world.breaker())
    failed(world)
    world.engine.settle()
    world.update(taskDefinition="web:1")
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 2, 2, 0)]


def test_no_rollback_to_a_deployment_that_is_rolled_back_to(world: Any) -> None:
    """While a rollback goes on there is no completed deployment for another one."""
    configuration = {**world.breaker(), "minimumHealthyPercent": 0, "maximumPercent": 100}
    world.steady(deploymentConfiguration=configuration)
    world.missing()
    world.update(taskDefinition="web")
    failed(world)
    third = world.update(forceNewDeployment=True, taskDefinition="web")["deployments"][0]["id"]
    world.until(
        lambda one: any(
            each["id"] == third and each["rolloutState"] == "FAILED" for each in one["deployments"]
        )
    )
    world.engine.settle()
    primary = world.service()["deployments"][0]
    assert (primary["id"], primary["rolloutState"]) == (third, "FAILED")
    assert world.releases()[0]["status"] == "ROLLBACK_FAILED"


@pytest.mark.parametrize(("reset", "breaks"), [(True, False), (False, True)])
def test_healthy_task_resets_the_count(world: Any, reset: bool, breaks: bool) -> None:
    """A task that becomes healthy sets the failures to 0, unless that is switched off."""
    world.steady(
        deploymentConfiguration={
            "minimumHealthyPercent": 0,
            "maximumPercent": 100,
            **world.breaker(
                resetOnHealthyTask=reset, thresholdConfiguration={"type": "COUNT", "value": 4}
            ),
        }
    )
    # three tasks crash, one runs long enough to count, and after it one more crashes
    endings = iter([0.0, 0.0, 0.0, 45.0, 22.0, *[None] * 20])

    def run(launch: Any) -> Any:
        after = next(endings)
        return iter([] if after is None else [world.ecs.Exit(1, after=after)])

    world.ecs.image("moody").steps = run
    world.register("moody")
    world.update(taskDefinition="web")
    world.engine.settle()
    failures = [one for one in world.outline() if "deployment failed" in one]
    assert bool(failures) == breaks


def test_failures_after_completion_break_nothing(world: Any) -> None:
    """The circuit breaker watches deployments, not services that have been steady."""
    world.ecs.image("later", [world.ecs.Exit(1, after=300)])
    world.register("later")
    world.create(taskDefinition="web", deploymentConfiguration=world.breaker())
    world.engine.advance_by(7200)
    service = world.service()
    assert service["deployments"][0]["rolloutState"] == "COMPLETED"
    assert service["deployments"][0]["failedTasks"] == 0
    assert not [one for one in world.outline() if "failed" in one]


def test_without_breaker_nothing_is_given_up(world: Any) -> None:
    """Without a circuit breaker a deployment whose tasks crash goes on for ever."""
    world.steady()
    world.crashing(after=1)
    world.update(taskDefinition="web")
    world.engine.advance_by(3600)
    new, old = world.service()["deployments"]
    assert new["rolloutState"] == "IN_PROGRESS"
    assert new["failedTasks"] > 50
    assert old["runningCount"] == 2
    assert world.releases()[0]["deploymentCircuitBreaker"]["status"] == "DISABLED"
