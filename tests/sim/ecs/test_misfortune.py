"""Planned faults and verbs as tasks feel them."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit.sim.faults import CapacityUnavailable, InvalidFault

NO_ROOM = (
    "Capacity is unavailable at this time. Please try again later or in a different "
    "availability zone"
)
SPOT = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]


@pytest.fixture
def spot(demo: Any) -> Any:
    """The demo cluster with both Fargate providers."""
    demo.call(
        "PutClusterCapacityProviders",
        cluster="demo",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[],
    )
    return demo


def test_no_capacity(spot: Any) -> None:
    """Tasks without room are failures of the call, without an ARN; the others start."""
    spot.faults.plan(CapacityUnavailable(provider="FARGATE_SPOT", remaining=2))
    answer = spot.call(
        "RunTask",
        cluster="demo",
        taskDefinition="web",
        count=5,
        capacityProviderStrategy=SPOT,
        networkConfiguration=spot.network(),
    )
    assert answer["failures"] == [{"reason": NO_ROOM}] * 2
    assert len(answer["tasks"]) == 3
    assert len(spot.run(count=5)) == 5


def test_no_capacity_in_a_zone(demo: Any) -> None:
    """A zone without room is avoided while another one will do."""
    demo.faults.plan(CapacityUnavailable(zones=("us-east-1b",)))
    zones = {task["availabilityZone"] for task in demo.run(count=10)}
    assert zones == {"us-east-1a", "us-east-1c"}
    answer = demo.call(
        "RunTask",
        cluster="demo",
        taskDefinition="web",
        launchType="FARGATE",
        networkConfiguration=demo.network("subnet-b"),
    )
    assert answer["tasks"] == []
    assert answer["failures"] == [{"reason": NO_ROOM}]


def test_token_of_a_call_without_capacity(demo: Any) -> None:
    """A call that started nothing has not used its client token up."""
    demo.faults.plan(CapacityUnavailable(remaining=1))
    assert demo.run(clientToken="once") == []
    assert len(demo.run(clientToken="once")) == 1


def test_spot_interruption(spot: Any) -> None:
    """A Spot task is warned: the reason and SIGTERM at once, the end after its stop time-out."""
    app = spot.image("app", on_stop=lambda launch: None)
    spot.register(spot.container(stopTimeout=120), family="patient")
    (task,) = spot.run("patient", capacityProviderStrategy=SPOT)
    arn = task["taskArn"]
    spot.wait(arn, "RUNNING")
    began = spot.engine.now
    spot.faults.interrupt_spot(arn)
    warned = spot.task(arn)
    assert warned["desiredStatus"] == "STOPPED"
    assert (warned["stopCode"], warned["stoppedReason"]) == (
        "SpotInterruption",
        "Your Spot Task was interrupted.",
    )
    assert app.signalled == ["main"]
    spot.engine.advance_by(119)
    assert spot.containers(arn)["main"]["lastStatus"] == "RUNNING"
    stopped = spot.wait(arn, "DEPROVISIONING")
    assert (spot.engine.now - began) / 1_000_000 == 120
    assert stopped["containers"][0]["exitCode"] == 137


def test_spot_interruption_of_others_refused(spot: Any) -> None:
    """Only a task on FARGATE_SPOT that has not ended can be interrupted."""
    arn = spot.run()[0]["taskArn"]
    with pytest.raises(InvalidFault, match="FARGATE_SPOT"):
        spot.faults.interrupt_spot(arn)
    (task,) = spot.run(capacityProviderStrategy=SPOT)
    spot.call("StopTask", cluster="demo", task=task["taskArn"])
    with pytest.raises(InvalidFault, match="stop"):
        spot.faults.interrupt_spot(task["taskArn"])


def test_kill_container(demo: Any) -> None:
    """A killed container ends at once with the given code; an essential one ends the task."""
    arn = demo.start(demo.container(), demo.container("side", essential=False))
    demo.engine.settle()
    demo.faults.kill_container(arn, "side", exit_code=139)
    side = demo.containers(arn)["side"]
    assert (side["lastStatus"], side["exitCode"]) == ("STOPPED", 139)
    assert demo.task(arn)["desiredStatus"] == "RUNNING"
    demo.faults.kill_container(arn.rpartition("/")[2])
    task = demo.task(arn)
    assert (task["desiredStatus"], task["stopCode"]) == ("STOPPED", "EssentialContainerExited")
    assert demo.containers(arn)["main"]["exitCode"] == 137


def test_kill_for_memory(demo: Any) -> None:
    """A container that is killed for its memory says so."""
    arn = demo.run()[0]["taskArn"]
    demo.engine.settle()
    demo.faults.kill_container(arn, out_of_memory=True)
    demo.engine.settle()
    container = demo.containers(arn)["main"]
    assert container["exitCode"] == 137
    assert container["reason"] == "OutOfMemoryError: Container killed due to memory usage"


def test_kill_what_does_not_run(demo: Any) -> None:
    """Killing a container that does not run, or is not there, is an error that says so."""
    arn = demo.run()[0]["taskArn"]
    with pytest.raises(InvalidFault, match="does not run"):
        demo.faults.kill_container(arn)
    with pytest.raises(InvalidFault, match="'ghost'"):
        demo.faults.kill_container(arn, "ghost")


def test_retirement(demo: Any) -> None:
    """A task on a host that is maintained stops with a notice."""
    arn = demo.run()[0]["taskArn"]
    demo.engine.settle()
    demo.faults.retire(arn)
    demo.engine.settle()
    task = demo.task(arn)
    assert task["lastStatus"] == "STOPPED"
    assert task["stopCode"] == "TerminationNotice"
    assert "maintenance" in task["stoppedReason"]


def test_verbs_reach_every_region(demo: Any) -> None:
    """A verb finds its task in whichever region it runs."""
    elsewhere = demo.add_region("eu-west-1")
    elsewhere.answer("CreateCluster", {"clusterName": "demo"})
    elsewhere.answer("RegisterTaskDefinition", demo.definition())
    params = {
        "cluster": "demo",
        "taskDefinition": "web",
        "launchType": "FARGATE",
        "networkConfiguration": demo.network(),
    }
    arn = elsewhere.answer("RunTask", params)["tasks"][0]["taskArn"]
    demo.engine.settle()
    demo.faults.kill_container(arn)
    task = elsewhere.answer("DescribeTasks", {"cluster": "demo", "tasks": [arn]})["tasks"][0]
    assert task["desiredStatus"] == "STOPPED"


def test_regions_share_no_public_address(demo: Any) -> None:
    """No two tasks of an account have the same public address, in any regions."""
    elsewhere = demo.add_region("eu-west-1")
    elsewhere.answer("CreateCluster", {"clusterName": "demo"})
    elsewhere.answer("RegisterTaskDefinition", demo.definition())
    params = {
        "cluster": "demo",
        "taskDefinition": "web",
        "launchType": "FARGATE",
        "count": 10,
        "networkConfiguration": demo.network(assignPublicIp="ENABLED"),
    }
    for _ in range(10):
        demo.run(count=10, networkConfiguration=demo.network(assignPublicIp="ENABLED"))
        elsewhere.answer("RunTask", params)
    demo.engine.settle()
    public = [one.public_address for one in demo.moto.made_interfaces]
    assert len(public) == len(set(public)) == 200
