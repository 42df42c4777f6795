"""The AWS CLI on services, targets and live logs, unchanged, against a simulator."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CLI = (sys.executable, "-m", "awscli")
ENDLESS = "number=0; while true; do echo line $number; number=$((number+1)); sleep 20; done"
NUMBERS = itertools.count()


@pytest.fixture
def aws(run: Callable[..., Any]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs the AWS CLI to its end."""

    def aws(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = run(*CLI, *arguments, "--output", "json")
        assert "Traceback" not in done.stderr
        return done

    return aws


def test_force_new_deployment_replaces_every_task(aws: Any, stable_shop: Any) -> None:
    """`update-service --force-new-deployment`, then `wait services-stable`: other tasks run."""
    before = stable_shop.ecs.list_tasks(cluster=stable_shop.name)["taskArns"]
    named = ("--cluster", stable_shop.name, "--service", "web")
    forced = aws("ecs", "update-service", *named, "--force-new-deployment")
    assert forced.returncode == 0, forced.stderr
    service = json.loads(forced.stdout)["service"]
    assert [one["status"] for one in service["deployments"]] == ["PRIMARY", "ACTIVE"]
    waited = aws(
        "ecs", "wait", "services-stable", "--cluster", stable_shop.name, "--services", "web"
    )
    assert (waited.returncode, waited.stderr) == (0, "")
    after = stable_shop.ecs.list_tasks(cluster=stable_shop.name)["taskArns"]
    assert len(after) == len(before) == 2
    assert set(after) & set(before) == set()


def test_services_inactive_after_a_deletion(aws: Any, stable_shop: Any) -> None:
    """`delete-service --force`, then `wait services-inactive`; now `services-stable` fails."""
    named = ("--cluster", stable_shop.name, "--services", "web")
    deleted = aws(
        "ecs", "delete-service", "--cluster", stable_shop.name, "--service", "web", "--force"
    )
    assert json.loads(deleted.stdout)["service"]["status"] == "DRAINING"
    assert aws("ecs", "wait", "services-inactive", *named).returncode == 0
    failed = aws("ecs", "wait", "services-stable", *named)
    assert failed.returncode == 255
    assert "INACTIVE" in failed.stderr


@pytest.mark.parametrize("waiter", ["services-stable", "services-inactive"])
def test_missing_service_fails_the_waiters(aws: Any, shop: Any, waiter: str) -> None:
    """Both waiters fail at once on a service that nobody knows."""
    failed = aws("ecs", "wait", waiter, "--cluster", shop.name, "--services", "nothing")
    assert failed.returncode == 255
    assert "MISSING" in failed.stderr


def test_missing_task_fails_the_waiter(aws: Any, shop: Any) -> None:
    """`wait tasks-running` fails at once on a task that nobody knows."""
    failed = aws("ecs", "wait", "tasks-running", "--cluster", shop.name, "--tasks", "0" * 32)
    assert failed.returncode == 255
    assert "MISSING" in failed.stderr


def test_waiters_of_targets_and_balancers(
    aws: Any, shop: Any, ec2: Any, elbv2: Any, subnets: list[str]
) -> None:
    """`aws elbv2 wait` follows a load balancer and a service's target through their lives."""
    name = f"cli-{next(NUMBERS)}"
    (vpc,) = ec2.describe_vpcs()["Vpcs"]
    (made,) = elbv2.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"]
    balancer = made["LoadBalancerArn"]
    assert aws("elbv2", "wait", "load-balancer-exists", "--names", name).returncode == 0
    assert aws("elbv2", "wait", "load-balancer-available", "--names", name).returncode == 0
    (made,) = elbv2.create_target_group(
        Name=name, Protocol="HTTP", Port=80, VpcId=vpc["VpcId"], TargetType="ip"
    )["TargetGroups"]
    group = made["TargetGroupArn"]
    quick = {"Key": "deregistration_delay.timeout_seconds", "Value": "10"}
    elbv2.modify_target_group_attributes(TargetGroupArn=group, Attributes=[quick])
    forward = {"Type": "forward", "TargetGroupArn": group}
    elbv2.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[forward]
    )
    balanced = {"targetGroupArn": group, "containerName": "main", "containerPort": 80}
    shop.create(shop.register(shop.name), loadBalancers=[balanced], desiredCount=1)
    shop.settle()
    waited = aws("elbv2", "wait", "target-in-service", "--target-group-arn", group)
    assert (waited.returncode, waited.stderr) == (0, "")
    (target,) = elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    shop.ecs.update_service(cluster=shop.name, service="web", desiredCount=0)
    address = f"Id={target['Target']['Id']},Port=80"
    waited = aws(
        "elbv2", "wait", "target-deregistered", "--target-group-arn", group, "--targets", address
    )
    assert (waited.returncode, waited.stderr) == (0, "")
    elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    assert aws("elbv2", "wait", "load-balancers-deleted", "--names", name).returncode == 0


def test_live_tail_shows_what_comes(follow: Callable[..., list[str]], shop: Any, logs: Any) -> None:
    """`aws logs start-live-tail` prints the lines of a running task while they come."""
    tasks = shop.run(shop.register(shop.name, "busybox", command=["sh", "-c", ENDLESS]))
    shop.wait("tasks_running", tasks=tasks)
    (group,) = logs.describe_log_groups(logGroupNamePrefix=shop.name)["logGroups"]
    lines = follow(
        *CLI, "logs", "start-live-tail", "--log-group-identifiers", group["logGroupArn"],
        until="line 60",
    )  # fmt: skip
    shop.ecs.stop_task(cluster=shop.name, task=tasks[0])
    numbers = [int(line.rpartition(" ")[2]) for line in lines if "line " in line]
    assert numbers == list(range(numbers[0], 61))


def test_live_tail_filters(follow: Callable[..., list[str]], shop: Any, logs: Any) -> None:
    """`--log-event-filter-pattern` lets through what matches."""
    tasks = shop.run(shop.register(shop.name, "busybox", command=["sh", "-c", ENDLESS]))
    shop.wait("tasks_running", tasks=tasks)
    (group,) = logs.describe_log_groups(logGroupNamePrefix=shop.name)["logGroups"]
    lines = follow(
        *CLI, "logs", "start-live-tail", "--log-group-identifiers", group["logGroupArn"],
        "--log-event-filter-pattern", "%line [0-9]*7$%", until="7",
    )  # fmt: skip
    shop.ecs.stop_task(cluster=shop.name, task=tasks[0])
    assert [line for line in lines if "line " in line and not line.endswith("7")] == []
    assert lines[-1].endswith("7")


def test_live_tail_of_nothing_is_refused(aws: Any) -> None:
    """`aws logs start-live-tail` on a group that is not there ends with AWS's error."""
    nothing = "arn:aws:logs:us-east-1:123456789012:log-group:nothing"
    failed = aws("logs", "start-live-tail", "--log-group-identifiers", nothing)
    assert failed.returncode != 0
    assert "ResourceNotFoundException" in failed.stderr + failed.stdout


def test_filter_log_events_goes_through_every_page(aws: Any, shop: Any) -> None:
    """`aws logs filter-log-events` gathers the pages and gives every line once."""
    script = "number=0; while [ $number -lt 25 ]; do echo $number; number=$((number+1)); done"
    tasks = shop.run(shop.register(shop.name, "busybox", command=["sh", "-c", script]))
    shop.wait("tasks_stopped", tasks=tasks)
    done = aws("logs", "filter-log-events", "--log-group-name", shop.name, "--page-size", "10")
    assert done.returncode == 0, done.stderr
    messages = [event["message"] for event in json.loads(done.stdout)["events"]]
    assert messages == [str(number) for number in range(25)]


def test_ecs_deploy_asks_for_code_deploy(aws: Any, stable_shop: Any, tmp_path: Path) -> None:
    """`aws ecs deploy` is for CodeDeploy; without an application it ends with AWS's error."""
    (tmp_path / "definition.json").write_text('{"family": "web"}')
    (tmp_path / "appspec.json").write_text('{"version": 0.0, "Resources": []}')
    failed = aws(
        "ecs", "deploy", "--cluster", stable_shop.name, "--service", "web",
        "--task-definition", tmp_path / "definition.json",
        "--codedeploy-appspec", tmp_path / "appspec.json",
    )  # fmt: skip
    assert failed.returncode == 255
    assert "ApplicationDoesNotExistException" in failed.stderr


def test_code_deploy_as_controller_is_refused(aws: Any, shop: Any) -> None:
    """A service that CodeDeploy shall deploy is refused once, and the reason names it."""
    shop.register(shop.name)
    failed = aws(
        "ecs", "create-service", "--cluster", shop.name, "--service-name", "web",
        "--task-definition", shop.name, "--desired-count", "1", "--launch-type", "FARGATE",
        "--network-configuration", json.dumps(shop.network),
        "--deployment-controller", "type=CODE_DEPLOY",
    )  # fmt: skip
    assert failed.returncode != 0
    assert "CODE_DEPLOY" in failed.stderr, failed.stderr
