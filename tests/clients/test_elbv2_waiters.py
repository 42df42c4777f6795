"""botocore's waiters of Elastic Load Balancing: each succeeds and fails as it does on AWS."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import WaiterError

QUICKLY = {"Delay": 0.05, "MaxAttempts": 400}
SOON = {"Delay": 0.02, "MaxAttempts": 5}
NUMBERS = itertools.count()


@pytest.fixture
def name() -> str:
    """Return a name that nothing has yet."""
    return f"balanced-{next(NUMBERS)}"


@pytest.fixture
def group(elbv2: Any, ec2: Any, subnets: list[str], name: str) -> str:
    """Return the ARN of a target group behind a load balancer."""
    (vpc,) = ec2.describe_vpcs()["Vpcs"]
    (made,) = elbv2.create_target_group(
        Name=name, Protocol="HTTP", Port=80, VpcId=vpc["VpcId"], TargetType="ip"
    )["TargetGroups"]
    (balancer,) = elbv2.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"]
    elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": made["TargetGroupArn"]}],
    )
    arn: str = made["TargetGroupArn"]
    return arn


@pytest.fixture
def target(shop: Any, elbv2: Any, group: str) -> dict[str, Any]:
    """Return a registered target, which is a task with a web server."""
    tasks = shop.run(shop.register(shop.name))
    shop.wait("tasks_running", tasks=tasks)
    (task,) = shop.ecs.describe_tasks(cluster=shop.name, tasks=tasks)["tasks"]
    (interface,) = task["containers"][0]["networkInterfaces"]
    target = {"Id": interface["privateIpv4Address"], "Port": 80}
    elbv2.register_targets(TargetGroupArn=group, Targets=[target])
    return target


@pytest.fixture
def state(elbv2: Any, group: str) -> Callable[[dict[str, Any]], tuple[str, str | None]]:
    """Return a function that tells a target's state and reason."""

    def state(target: dict[str, Any]) -> tuple[str, str | None]:
        reply = elbv2.describe_target_health(TargetGroupArn=group, Targets=[target])
        (described,) = reply["TargetHealthDescriptions"]
        return described["TargetHealth"]["State"], described["TargetHealth"].get("Reason")

    return state


def test_every_waiter_is_tried() -> None:
    """There are no waiters of Elastic Load Balancing but those that are driven here."""
    model = botocore.session.get_session().get_waiter_model("elbv2")
    assert set(model.waiter_names) == {
        "LoadBalancerAvailable",
        "LoadBalancerExists",
        "LoadBalancersDeleted",
        "TargetDeregistered",
        "TargetInService",
    }


@pytest.mark.parametrize("waiter", ["load_balancer_exists", "load_balancer_available"])
def test_waiters_of_a_new_load_balancer(
    elbv2: Any, subnets: list[str], name: str, waiter: str
) -> None:
    """The waiters end for one that is there, by its name and by its ARN."""
    (balancer,) = elbv2.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"]
    assert balancer["State"] == {"Code": "provisioning"}
    elbv2.get_waiter(waiter).wait(Names=[name], WaiterConfig=QUICKLY)
    elbv2.get_waiter(waiter).wait(
        LoadBalancerArns=[balancer["LoadBalancerArn"]], WaiterConfig=QUICKLY
    )
    if waiter == "load_balancer_available":
        (balancer,) = elbv2.describe_load_balancers(Names=[name])["LoadBalancers"]
        assert balancer["State"] == {"Code": "active"}


@pytest.mark.parametrize("waiter", ["load_balancer_exists", "load_balancer_available"])
def test_waiters_of_no_load_balancer(elbv2: Any, name: str, waiter: str) -> None:
    """The waiters hope for one that is not there until they give up."""
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        elbv2.get_waiter(waiter).wait(Names=[name], WaiterConfig=SOON)


def test_load_balancers_deleted(elbv2: Any, subnets: list[str], name: str) -> None:
    """The waiter `load_balancers_deleted` gives up while it is there, and ends when it is not."""
    (balancer,) = elbv2.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"]
    waiter = elbv2.get_waiter("load_balancers_deleted")
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        waiter.wait(Names=[name], WaiterConfig=SOON)
    elbv2.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
    waiter.wait(Names=[name], WaiterConfig=QUICKLY)
    waiter.wait(LoadBalancerArns=[balancer["LoadBalancerArn"]], WaiterConfig=QUICKLY)


def test_target_in_service(
    elbv2: Any, group: str, target: dict[str, Any], state: Callable[..., Any]
) -> None:
    """The waiter `target_in_service` ends with the health checks of a task that answers."""
    elbv2.get_waiter("target_in_service").wait(
        TargetGroupArn=group, Targets=[target], WaiterConfig=QUICKLY
    )
    assert state(target) == ("healthy", None)
    elbv2.get_waiter("target_in_service").wait(TargetGroupArn=group, WaiterConfig=QUICKLY)


def test_target_in_service_fails_for_nobody(
    elbv2: Any, ec2: Any, group: str, state: Callable[..., Any]
) -> None:
    """The waiter `target_in_service` gives up on an address at which nobody answers."""
    subnet = ec2.describe_subnets()["Subnets"][0]
    nobody = {"Id": subnet["CidrBlock"].replace(".0/20", ".250"), "Port": 80}
    elbv2.register_targets(TargetGroupArn=group, Targets=[nobody])
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        elbv2.get_waiter("target_in_service").wait(
            TargetGroupArn=group, Targets=[nobody], WaiterConfig={"Delay": 0.1, "MaxAttempts": 12}
        )
    assert state(nobody) == ("unhealthy", "Target.Timeout")


def test_target_in_service_fails_for_a_stranger(elbv2: Any, group: str) -> None:
    """The waiter `target_in_service` gives up on an address that nobody registered."""
    stranger = {"Id": "172.31.0.99", "Port": 80}
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        elbv2.get_waiter("target_in_service").wait(
            TargetGroupArn=group, Targets=[stranger], WaiterConfig=SOON
        )


def test_target_deregistered(
    elbv2: Any, group: str, target: dict[str, Any], state: Callable[..., Any]
) -> None:
    """The waiter `target_deregistered` gives up on a healthy target, and ends once it drained."""
    elbv2.get_waiter("target_in_service").wait(
        TargetGroupArn=group, Targets=[target], WaiterConfig=QUICKLY
    )
    waiter = elbv2.get_waiter("target_deregistered")
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        waiter.wait(TargetGroupArn=group, Targets=[target], WaiterConfig=SOON)
    elbv2.deregister_targets(TargetGroupArn=group, Targets=[target])
    assert state(target) == ("draining", "Target.DeregistrationInProgress")
    waiter.wait(TargetGroupArn=group, Targets=[target], WaiterConfig=QUICKLY)
    assert state(target) == ("unused", "Target.NotRegistered")


@pytest.mark.parametrize("waiter", ["target_in_service", "target_deregistered"])
def test_deleted_target_group_fails_the_waiters(
    elbv2: Any, ec2: Any, name: str, waiter: str
) -> None:
    """Both waiters of targets end with AWS's error when the group is gone."""
    (vpc,) = ec2.describe_vpcs()["Vpcs"]
    (gone,) = elbv2.create_target_group(
        Name=name, Protocol="HTTP", Port=80, VpcId=vpc["VpcId"], TargetType="ip"
    )["TargetGroups"]
    elbv2.delete_target_group(TargetGroupArn=gone["TargetGroupArn"])
    with pytest.raises(WaiterError, match="TargetGroupNotFound"):
        elbv2.get_waiter(waiter).wait(TargetGroupArn=gone["TargetGroupArn"], WaiterConfig=QUICKLY)
