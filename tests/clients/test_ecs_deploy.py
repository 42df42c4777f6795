"""ecs-deploy, unchanged, in an environment of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

QUICKLY = {"Delay": 0.05, "MaxAttempts": 400}
Deploy = Callable[..., tuple[int, str]]


@pytest.fixture
def deploy(ecs_deploy: Path, run: Callable[..., Any]) -> Deploy:
    """Return a function that runs ecs-deploy and gives its exit code and all that it said."""

    def deploy(*arguments: str) -> tuple[int, str]:
        done = run(ecs_deploy, *arguments)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    return deploy


def test_deploy_changes_the_image(deploy: Deploy, stable_shop: Any) -> None:
    """`ecs deploy` ends when the new image runs, and takes the old definition away."""
    old = stable_shop.describe()["taskDefinition"]
    code, said = deploy("deploy", stable_shop.name, "web", "--tag", "1.28")
    assert (code, "Deployment successful" in said) == (0, True), said
    assert '"nginx:1.28" (was: "nginx:1.27")' in said
    service = stable_shop.describe()
    assert service["taskDefinition"] != old
    assert stable_shop.images() == {"nginx:1.28"}
    described = stable_shop.ecs.describe_task_definition(taskDefinition=old)
    assert described["taskDefinition"]["status"] == "INACTIVE"


def test_deploy_keeps_what_it_does_not_change(deploy: Deploy, stable_shop: Any) -> None:
    """A definition goes through ecs-deploy and back without a loss."""
    code, said = deploy(
        "deploy", stable_shop.name, "web", "--env", "main", "COLOUR", "red", "--no-deregister"
    )
    assert code == 0, said
    before, after = (
        stable_shop.ecs.describe_task_definition(taskDefinition=f"{stable_shop.name}:{revision}")[
            "taskDefinition"
        ]
        for revision in (1, 2)
    )
    own = {"revision", "taskDefinitionArn", "registeredAt", "containerDefinitions"}
    assert {key: before[key] for key in before if key not in own} == {
        key: after[key] for key in after if key not in own
    }
    (main,) = after["containerDefinitions"]
    assert main.pop("environment") == [{"name": "COLOUR", "value": "red"}]
    (expected,) = before["containerDefinitions"]
    assert expected.pop("environment") == []
    assert main == expected


def test_bad_image_ends_as_a_failure(deploy: Deploy, stable_shop: Any) -> None:
    """`ecs deploy` of an image that is not there fails with AWS's reason; the old tasks stay."""
    code, said = deploy(
        "deploy", stable_shop.name, "web", "--image", "main", "registry.invalid/nothing:1",
        "--timeout", "30",
    )  # fmt: skip
    assert code == 1
    assert "ERROR: (service web) is unable to consistently start tasks successfully." in said
    assert "Deployment failed" in said
    assert "due to timeout" not in said
    assert "nginx:1.27" in stable_shop.images()
    assert stable_shop.describe()["runningCount"] == 2


def test_bad_image_is_rolled_back(deploy: Deploy, stable_shop: Any) -> None:
    """`ecs deploy --rollback` fails too, and leaves the service with the old image."""
    old = stable_shop.describe()["taskDefinition"]
    code, said = deploy(
        "deploy", stable_shop.name, "web", "--image", "main", "registry.invalid/nothing:1",
        "--timeout", "30", "--rollback",
    )  # fmt: skip
    assert code == 1
    assert "Rollback successful" in said, said
    service = stable_shop.describe()
    assert (service["taskDefinition"], service["runningCount"]) == (old, 2)
    assert stable_shop.images() == {"nginx:1.27"}


def test_circuit_breaker_ends_the_deployment(deploy: Deploy, shop: Any) -> None:
    """A service with a circuit breaker makes ecs-deploy fail by its rollout state."""
    breaker = {"enable": True, "rollback": False}
    shop.create(
        shop.register(shop.name), deploymentConfiguration={"deploymentCircuitBreaker": breaker}
    )
    shop.settle()
    code, said = deploy(
        "deploy", shop.name, "web", "--image", "main", "registry.invalid/nothing:1",
        "--timeout", "30", "--ignore-warnings",
    )  # fmt: skip
    assert code == 1
    assert "tasks failed to start" in said, said


@pytest.mark.parametrize("count", [4, 1, 0])
def test_scale_changes_the_number_of_tasks(deploy: Deploy, stable_shop: Any, count: int) -> None:
    """`ecs scale` ends when as many tasks run."""
    code, said = deploy("scale", stable_shop.name, "web", str(count))
    assert (code, "Scaling successful" in said) == (0, True), said
    service = stable_shop.describe()
    assert (service["desiredCount"], service["runningCount"]) == (count, count)


def test_run_starts_tasks(
    deploy: Deploy, shop: Any, subnets: list[str], ec2: Any, logs: Any
) -> None:
    """`ecs run` starts tasks with the command and the environment that it was given."""
    shop.register(shop.name, "busybox", command=["false"])
    (group, *_) = ec2.describe_security_groups(GroupNames=["default"])["SecurityGroups"]
    code, said = deploy(
        "run", shop.name, shop.name, "2", "--launchtype", "FARGATE", "--subnet", subnets[0],
        "--securitygroup", group["GroupId"], "--public-ip",
        "--command", "main", '["sh", "-c", "echo $GREETING"]', "--env", "main", "GREETING", "hello",
    )  # fmt: skip
    assert (code, "Successfully started 2 instances" in said) == (0, True), said
    tasks = [line.removeprefix("- ") for line in said.splitlines() if line.startswith("- arn:")]
    assert len(tasks) == 2
    shop.wait("tasks_stopped", tasks=tasks)
    for task in shop.ecs.describe_tasks(cluster=shop.name, tasks=tasks)["tasks"]:
        assert (task["startedBy"], task["containers"][0]["exitCode"]) == ("ECS Deploy", 0)
        stream = f"{shop.name}/main/{task['taskArn'].rpartition('/')[2]}"
        events = logs.get_log_events(logGroupName=shop.name, logStreamName=stream)["events"]
        assert [event["message"] for event in events] == ["hello"]


def test_diff_names_what_changed(deploy: Deploy, shop: Any) -> None:
    """`ecs diff` tells the difference of two revisions."""
    shop.register(shop.name)
    shop.register(shop.name, "nginx:1.28")
    code, said = deploy("diff", shop.name, "1", "2")
    assert code == 0
    assert said.split() == [
        "change:", "containers.main.image", "-", '"nginx:1.27"', "+", '"nginx:1.28"',
    ]  # fmt: skip


def test_update_registers_a_revision(deploy: Deploy, shop: Any) -> None:
    """`ecs update` registers a changed definition and deregisters the one before."""
    shop.register(shop.name)
    code, said = deploy("update", shop.name, "--tag", "1.28")
    assert code == 0, said
    newest = shop.ecs.describe_task_definition(taskDefinition=shop.name)["taskDefinition"]
    assert (newest["revision"], newest["containerDefinitions"][0]["image"]) == (2, "nginx:1.28")


def test_cron_changes_a_scheduled_task(deploy: Deploy, shop: Any, events: Any) -> None:
    """`ecs cron` points the target of a rule of EventBridge at the new definition."""
    definition = shop.register(shop.name)
    events.put_rule(Name=shop.name, ScheduleExpression="rate(1 hour)")
    target = {
        "Id": "1",
        "Arn": definition.partition("task-definition")[0] + f"cluster/{shop.name}",
        "RoleArn": definition.replace(":ecs:us-east-1", ":iam:").partition("task-")[0] + "role/x",
        "EcsParameters": {"TaskDefinitionArn": definition, "TaskCount": 1},
    }
    events.put_targets(Rule=shop.name, Targets=[target])
    code, said = deploy("cron", shop.name, shop.name, shop.name, "--tag", "1.28")
    assert code == 0, said
    (changed,) = events.list_targets_by_rule(Rule=shop.name)["Targets"]
    assert changed["EcsParameters"]["TaskDefinitionArn"].endswith(f"/{shop.name}:2")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["deploy", "{cluster}", "nothing"], "Service not found"),
        (["scale", "nowhere", "web", "1"], "Cluster not found"),
        (["run", "{cluster}", "nothing"], "Unknown task definition"),
    ],
)
def test_what_is_not_there_is_told(
    deploy: Deploy, shop: Any, arguments: list[str], expected: str
) -> None:
    """A cluster, service or definition that is missing ends as a failure with a reason."""
    code, said = deploy(*(argument.format(cluster=shop.name) for argument in arguments))
    assert code == 1
    assert expected in said
