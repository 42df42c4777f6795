"""Service deployments and revisions: what they tell, and how a deployment is stopped."""

from __future__ import annotations

from typing import Any

import pytest

PREFIX = "arn:aws:ecs:us-east-1:123456789012"


def test_deployment_from_pending_to_successful(world: Any) -> None:
    """A service deployment is PENDING in the reply, then IN_PROGRESS, then SUCCESSFUL."""
    arn = world.create()["currentServiceDeployment"]

    def picture() -> dict[str, Any]:
        answer = world.ecs.region.answer(
            "DescribeServiceDeployments", {"serviceDeploymentArns": [arn]}
        )
        (found,) = answer["serviceDeployments"]
        return dict(found)

    assert picture()["status"] == "PENDING"
    assert "startedAt" not in picture()
    world.engine.advance()
    assert picture()["status"] == "IN_PROGRESS"
    assert picture()["targetServiceRevision"]["pendingTaskCount"] == 2
    world.engine.settle()
    done = world.releases()[0]
    assert done["status"] == "SUCCESSFUL"
    assert done["createdAt"] <= done["startedAt"] < done["finishedAt"] == done["updatedAt"]
    assert done["sourceServiceRevisions"] == []
    assert done["targetServiceRevision"]["runningTaskCount"] == 2
    assert done["targetServiceRevision"]["requestedTaskCount"] == 2
    assert done["deploymentCircuitBreaker"] == {
        "status": "DISABLED",
        "failureCount": 0,
        "threshold": 0,
    }
    assert done["alarms"] == {"status": "DISABLED"}
    assert done["deploymentConfiguration"]["maximumPercent"] == 200


def test_circuit_breaker_watches_and_ends(world: Any) -> None:
    """With a circuit breaker the deployment tells its threshold, and that it has passed."""
    world.create(deploymentConfiguration=world.breaker(), desiredCount=10)
    world.engine.advance()
    assert world.releases()[0]["deploymentCircuitBreaker"] == {
        "status": "MONITORING",
        "failureCount": 0,
        "threshold": 5,
    }
    world.engine.settle()
    assert world.releases()[0]["deploymentCircuitBreaker"]["status"] == "MONITORING_COMPLETE"


def test_sources_and_target_of_an_update(world: Any) -> None:
    """A service deployment moves from the revision that runs to the new one."""
    old = world.steady()["currentServiceRevisions"][0]["arn"]
    world.register("app")
    world.update(taskDefinition="web")
    world.engine.advance_by(10)
    release = world.releases()[0]
    assert [one["arn"] for one in release["sourceServiceRevisions"]] == [old]
    assert release["sourceServiceRevisions"][0]["runningTaskCount"] == 2
    assert release["targetServiceRevision"]["arn"] != old
    assert release["targetServiceRevision"]["pendingTaskCount"] == 2
    world.engine.settle()
    release = world.releases()[0]
    assert release["sourceServiceRevisions"][0]["runningTaskCount"] == 0
    world.update(desiredCount=5)
    world.engine.settle()
    assert world.releases()[0]["targetServiceRevision"]["runningTaskCount"] == 2


def test_revision_described(world: Any) -> None:
    """A revision tells what is deployed, with the digests of its images once they are known."""
    monitoring = {
        "metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}]
    }
    world.create(monitoring=monitoring, **world.behind())
    (current,) = world.service()["currentServiceRevisions"]

    def picture() -> dict[str, Any]:
        answer = world.call("DescribeServiceRevisions", serviceRevisionArns=[current["arn"]])
        (found,) = answer["serviceRevisions"]
        return dict(found)

    assert "imageDigest" not in picture()["containerImages"][0]
    world.engine.settle()
    revision = picture()
    task = world.tasks()[0]
    assert revision["serviceRevisionArn"].startswith(f"{PREFIX}:service-revision/demo/web/")
    assert revision["taskDefinition"] == task["taskDefinitionArn"]
    assert revision["containerImages"] == [
        {
            "containerName": "main",
            "image": "app",
            "imageDigest": task["containers"][0]["imageDigest"],
        }
    ]
    assert revision["launchType"] == "FARGATE"
    assert revision["platformVersion"] == "1.4.0"
    assert revision["monitoring"] == monitoring
    assert revision["loadBalancers"] == world.behind()["loadBalancers"]
    assert revision["guardDutyEnabled"] is False


def test_list_newest_first_in_pages(world: Any) -> None:
    """Service deployments are listed from the newest on, by status and moment."""
    world.steady(desiredCount=1)
    for _ in range(4):
        world.update(forceNewDeployment=True)
        world.engine.settle()
    listed = world.call("ListServiceDeployments", cluster="demo", service="web")
    rows = listed["serviceDeployments"]
    moments = [row["createdAt"] for row in rows]
    assert moments == sorted(moments, reverse=True)
    assert len(rows) == 5
    first = world.call("ListServiceDeployments", cluster="demo", service="web", maxResults=3)
    second = world.call(
        "ListServiceDeployments",
        cluster="demo",
        service="web",
        maxResults=3,
        nextToken=first["nextToken"],
    )
    assert first["serviceDeployments"] + second["serviceDeployments"] == rows
    assert "nextToken" not in second

    def count(**members: Any) -> int:
        answer = world.call("ListServiceDeployments", cluster="demo", service="web", **members)
        return len(answer["serviceDeployments"])

    assert count(status=["SUCCESSFUL"]) == 5
    assert count(status=["IN_PROGRESS", "PENDING"]) == 0
    assert count(createdAt={"after": moments[1]}) == 2
    assert count(createdAt={"before": moments[1]}) == 4
    assert count(createdAt={"after": "2027-01-15T08:00:00Z"}) == 5


def test_history_is_kept_for_ninety_days(world: Any) -> None:
    """Service deployments are forgotten after 90 days, but for the last one if it goes on."""
    world.steady(desiredCount=1)
    world.engine.advance_by(91 * 86_400)
    world.update(forceNewDeployment=True)
    world.engine.settle()
    assert len(world.releases()) == 1


@pytest.mark.parametrize(
    ("operation", "member", "kind"),
    [
        ("DescribeServiceDeployments", "serviceDeploymentArns", "service-deployment"),
        ("DescribeServiceRevisions", "serviceRevisionArns", "service-revision"),
    ],
)
def test_wrong_arns(world: Any, operation: str, member: str, kind: str) -> None:
    """Unknown ARNs are MISSING; none, more than twenty, and ARNs of other things are refused."""
    world.create()
    unknown = f"{PREFIX}:{kind}/demo/web/1"
    answer = world.call(operation, **{member: [unknown]})
    assert answer["failures"] == [{"arn": unknown, "reason": "MISSING"}]
    for wrong in ([], [unknown] * 21, ["x"], [f"{PREFIX}:service/demo/web"]):
        refusal = world.refused(operation, **{member: wrong})
        assert refusal.code == "InvalidParameterException"


def test_stopped_deployment_is_rolled_back(world: Any) -> None:
    """A deployment that is stopped goes back to the last revision, breaker or not."""
    good = world.steady()["deployments"][0]["id"]
    world.register("app")
    arn = world.update(taskDefinition="web")["currentServiceDeployment"]
    world.engine.advance_by(25)
    answer = world.call("StopServiceDeployment", serviceDeploymentArn=arn, stopType="ROLLBACK")
    assert answer == {"serviceDeploymentArn": arn}
    requested = world.ecs.region.answer(
        "DescribeServiceDeployments", {"serviceDeploymentArns": [arn]}
    )
    assert requested["serviceDeployments"][0]["status"] == "ROLLBACK_REQUESTED"
    assert world.releases()[0]["status"] == "ROLLBACK_IN_PROGRESS"
    world.engine.settle()
    assert world.releases()[0]["status"] == "ROLLBACK_SUCCESSFUL"
    service = world.service()
    assert service["deployments"][0]["id"] == good
    assert service["taskDefinition"].endswith("web:1")
    assert world.counts() == [("PRIMARY", 2, 2, 0)]
    assert f"(service web) rolling back to deployment {good}." in world.messages()


def test_first_deployment_has_nothing_to_go_back_to(world: Any) -> None:
    """Stopping the first deployment leaves the service without new tasks."""
    arn = world.create()["currentServiceDeployment"]
    world.call("StopServiceDeployment", serviceDeploymentArn=arn)
    world.engine.settle()
    (release,) = world.releases()
    assert release["status"] == "ROLLBACK_FAILED"
    assert world.service()["deployments"][0]["rolloutState"] == "FAILED"
    world.update(forceNewDeployment=True)
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 2, 2, 0)]


def test_only_an_ongoing_deployment_is_stopped(world: Any) -> None:
    """What has ended, what never was, and another way of stopping are refused."""
    arn = world.steady()["currentServiceDeployment"]
    assert world.refused("StopServiceDeployment", serviceDeploymentArn=arn).code == (
        "ConflictException"
    )
    unknown = f"{PREFIX}:service-deployment/demo/web/nothing"
    assert world.refused("StopServiceDeployment", serviceDeploymentArn=unknown).code == (
        "ServiceDeploymentNotFoundException"
    )
    refusal = world.refused("StopServiceDeployment", serviceDeploymentArn=arn, stopType="ABORT")
    assert refusal.code == "InvalidParameterException"


def test_stopping_twice_is_fine(world: Any) -> None:
    """Asking again while it is being rolled back changes nothing."""
    world.steady()
    arn = world.update(forceNewDeployment=True)["currentServiceDeployment"]
    world.engine.advance_by(5)
    world.call("StopServiceDeployment", serviceDeploymentArn=arn)
    world.engine.advance()
    world.call("StopServiceDeployment", serviceDeploymentArn=arn)
    world.engine.settle()
    assert world.releases()[0]["status"] == "ROLLBACK_SUCCESSFUL"
