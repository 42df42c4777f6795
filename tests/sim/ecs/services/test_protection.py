"""Task protection: who is kept from being scaled in, and for how long."""

from __future__ import annotations

from typing import Any

import pytest


def protect(world: Any, tasks: list[dict[str, Any]], **members: Any) -> dict[str, Any]:
    """Protect tasks."""
    answer: dict[str, Any] = world.call(
        "UpdateTaskProtection",
        cluster="demo",
        tasks=[task["taskArn"] for task in tasks],
        **{"protectionEnabled": True, **members},
    )
    return answer


def protected(world: Any) -> set[str]:
    """Tell the ARNs of all protected tasks."""
    answer = world.call("GetTaskProtection", cluster="demo")
    return {one["taskArn"] for one in answer["protectedTasks"]}


def test_protected_task_survives_scaling_in(world: Any) -> None:
    """A protected task is the last to go, whatever zone it is in."""
    world.steady(desiredCount=4)
    keep = world.tasks()[2:3]
    answer = protect(world, keep)
    (told,) = answer["protectedTasks"]
    assert told["protectionEnabled"] is True
    assert told["expirationDate"] == world.engine.now / 1e6 + 120 * 60
    world.update(desiredCount=1)
    world.engine.settle()
    assert [task["taskArn"] for task in world.tasks()] == [keep[0]["taskArn"]]


def test_more_protected_than_wanted_is_told(world: Any) -> None:
    """Protected tasks stay above the desired count, and the service says why."""
    world.steady(desiredCount=3)
    protect(world, world.tasks()[:2])
    world.update(desiredCount=1)
    world.engine.advance_by(60)
    assert world.service()["runningCount"] == 2
    assert world.outline()[-1] == (
        "was unable to reach steady state because (taskSet D) was unable to scale in due to "
        "(reason 2 tasks under protection)"
    )


@pytest.mark.parametrize("how", ["expiry", "request"])
def test_end_of_protection_lets_go(world: Any, how: str) -> None:
    """When the protection ends, by itself or by request, the surplus is stopped."""
    world.steady(desiredCount=2)
    tasks = world.tasks()
    protect(world, tasks, expiresInMinutes=10)
    world.update(desiredCount=0)
    world.engine.advance_by(599)
    assert world.service()["runningCount"] == 2
    if how == "request":
        protect(world, tasks, protectionEnabled=False)
        world.engine.advance()
    else:
        world.engine.advance_by(1)
    assert world.service()["runningCount"] == 0
    world.engine.settle()
    assert world.outline()[-1] == "has reached a steady state."


def test_protection_is_renewed(world: Any) -> None:
    """Protecting again starts the time anew."""
    world.steady(desiredCount=1)
    tasks = world.tasks()
    protect(world, tasks, expiresInMinutes=10)
    world.engine.advance_by(500)
    protect(world, tasks, expiresInMinutes=10)
    world.engine.advance_by(500)
    assert protected(world) == {tasks[0]["taskArn"]}
    world.engine.advance_by(100)
    assert protected(world) == set()


def test_protected_old_tasks_hold_a_deployment_up(world: Any) -> None:
    """An update waits for protected old tasks, and goes on when they are free."""
    world.steady(desiredCount=2)
    old = world.tasks()
    protect(world, old[:1])
    world.update(forceNewDeployment=True)
    world.engine.advance_by(600)
    new, last = world.service()["deployments"]
    assert (new["runningCount"], last["runningCount"]) == (2, 1)
    assert new["rolloutState"] == "IN_PROGRESS"
    assert [task["taskArn"] for task in world.tasks() if task["startedBy"] == last["id"]] == [
        old[0]["taskArn"]
    ]
    protect(world, old[:1], protectionEnabled=False)
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 2, 2, 0)]


def test_protected_task_that_is_ill_is_replaced(world: Any) -> None:
    """Protection is against being scaled in, not against failing a health check."""
    world.steady(desiredCount=1, **world.behind())
    task = world.tasks()[0]
    protect(world, [task])
    world.balancing.tell(next(iter(world.balancing.targets)), "unhealthy")
    world.engine.settle()
    assert world.tasks()[0]["taskArn"] != task["taskArn"]
    assert protected(world) == set()


def test_deletion_does_not_wait_for_protection(world: Any) -> None:
    """A deleted service stops its protected tasks too."""
    world.steady(desiredCount=2)
    protect(world, world.tasks())
    world.delete(force=True)
    world.engine.settle()
    assert world.service()["status"] == "INACTIVE"


def test_tasks_that_cannot_be_protected(world: Any) -> None:
    """Unknown tasks are MISSING, tasks of no service are TASK_NOT_VALID."""
    alone = world.ecs.run()[0]
    unknown = "f" * 32
    answer = world.call(
        "UpdateTaskProtection",
        cluster="demo",
        tasks=[unknown, alone["taskArn"]],
        protectionEnabled=True,
    )
    assert answer["protectedTasks"] == []
    assert [one["reason"] for one in answer["failures"]] == ["MISSING", "TASK_NOT_VALID"]
    answer = world.call("GetTaskProtection", cluster="demo", tasks=[alone["taskArn"]])
    assert [one["reason"] for one in answer["failures"]] == ["TASK_NOT_VALID"]


def test_too_many_protected_tasks_block(world: Any) -> None:
    """With more tasks protected than wanted no further one is protected."""
    world.steady(desiredCount=3)
    tasks = world.tasks()
    protect(world, tasks[:2])
    world.ecs.region.answer(
        "UpdateService", {"cluster": "demo", "service": "web", "desiredCount": 1}
    )
    answer = world.ecs.region.answer(
        "UpdateTaskProtection",
        {"cluster": "demo", "tasks": [tasks[2]["taskArn"]], "protectionEnabled": True},
    )
    assert answer["failures"] == [{"arn": tasks[2]["taskArn"], "reason": "DEPLOYMENT_BLOCKED"}]
    renewed = protect(world, tasks[:1])
    assert renewed["failures"] == []


def test_unprotected_task_is_told(world: Any) -> None:
    """A task that is not protected is told as such when it is asked for."""
    world.steady(desiredCount=1)
    arn = world.tasks()[0]["taskArn"]
    answer = world.call("GetTaskProtection", cluster="demo", tasks=[arn])
    assert answer["protectedTasks"] == [{"taskArn": arn, "protectionEnabled": False}]


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("UpdateTaskProtection", {"tasks": ["f" * 32] * 11, "protectionEnabled": True}),
        ("UpdateTaskProtection", {"tasks": [], "protectionEnabled": True}),
        ("GetTaskProtection", {"tasks": ["f" * 32] * 101}),
        (
            "UpdateTaskProtection",
            {"tasks": ["f" * 32], "protectionEnabled": True, "expiresInMinutes": 0},
        ),
        (
            "UpdateTaskProtection",
            {"tasks": ["f" * 32], "protectionEnabled": True, "expiresInMinutes": 2881},
        ),
        ("GetTaskProtection", {"tasks": ["short"]}),
    ],
)
def test_limits_of_protection(world: Any, operation: str, members: dict[str, Any]) -> None:
    """Too many tasks, none, and impossible times are refused."""
    refusal = world.refused(operation, cluster="demo", **members)
    assert refusal.code == "InvalidParameterException"
