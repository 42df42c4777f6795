"""The containers of a task: their order, their ends, their restarts, their log lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fargate_kit.sim.engine import EngineRunaway


def _waits(name: str, condition: str) -> list[dict[str, str]]:
    return [{"containerName": name, "condition": condition}]


def _statuses(ecs: Any, arn: str) -> dict[str, str]:
    return {name: one["lastStatus"] for name, one in ecs.containers(arn).items()}


def test_start_dependency(demo: Any) -> None:
    """START waits until the other container has started; the task runs when all have."""
    arn = demo.start(
        demo.container(dependsOn=_waits("first", "START")),
        demo.container("first", essential=False),
    )
    demo.wait_ready(arn, "first", "RUNNING")
    assert _statuses(demo, arn) == {"main": "PENDING", "first": "RUNNING"}
    assert demo.task(arn)["lastStatus"] == "ACTIVATING"
    demo.engine.settle()
    assert _statuses(demo, arn) == {"main": "RUNNING", "first": "RUNNING"}
    assert demo.task(arn)["lastStatus"] == "RUNNING"


@pytest.mark.parametrize(("condition", "code"), [("COMPLETE", 5), ("SUCCESS", 0)])
def test_end_dependency(demo: Any, condition: str, code: int) -> None:
    """COMPLETE waits for the other container's end, SUCCESS for a good one."""
    demo.image("migrate", [demo.Exit(code, after=30)])
    arn = demo.start(
        demo.container(dependsOn=_waits("first", condition)),
        demo.container("first", image="migrate", essential=False),
    )
    demo.wait_ready(arn, "first", "RUNNING")
    demo.engine.advance_by(29)
    assert _statuses(demo, arn)["main"] == "PENDING"
    demo.engine.settle()
    assert _statuses(demo, arn) == {"main": "RUNNING", "first": "STOPPED"}
    assert demo.task(arn)["lastStatus"] == "RUNNING"


def test_success_never_comes(demo: Any) -> None:
    """If SUCCESS has become impossible the task fails to start, and says which container."""
    demo.image("migrate", [demo.Exit(1, after=3)])
    arn = demo.start(
        demo.container(dependsOn=_waits("first", "SUCCESS")),
        demo.container("first", image="migrate", essential=False),
        demo.container("other"),
    )
    demo.wait(arn, "STOPPED")
    task = demo.task(arn)
    assert task["stopCode"] == "TaskFailedToStart"
    assert "'first'" in task["stoppedReason"]
    containers = demo.containers(arn)
    assert containers["first"]["exitCode"] == 1
    assert "exitCode" not in containers["main"]
    assert "SUCCESS" in containers["main"]["reason"]
    assert containers["other"]["exitCode"] == 0
    assert "startedAt" not in task


def test_healthy_dependency(demo: Any) -> None:
    """HEALTHY waits for the other container's health check to pass."""
    demo.image("db", answers=lambda seconds: 0 if seconds >= 30 else 1)
    arn = demo.start(
        demo.container(dependsOn=_waits("db", "HEALTHY")),
        demo.container(
            "db",
            image="db",
            essential=False,
            healthCheck={"command": ["CMD", "ping"], "interval": 10, "retries": 5},
        ),
    )
    demo.wait_ready(arn, "db", "RUNNING")
    began = demo.engine.now
    demo.engine.settle()
    assert demo.task(arn)["lastStatus"] == "RUNNING"
    assert (demo.engine.now - began) / 1_000_000 == pytest.approx(30.5)


def test_start_timeout(demo: Any) -> None:
    """Whoever waits for a container longer than its startTimeout gives up."""
    arn = demo.start(
        demo.container(dependsOn=_waits("first", "COMPLETE")),
        demo.container("first", essential=False, startTimeout=40),
    )
    demo.wait_ready(arn, "first", "RUNNING")
    demo.engine.advance_by(39)
    assert demo.task(arn)["desiredStatus"] == "RUNNING"
    demo.engine.advance_by(1)
    task = demo.task(arn)
    assert (task["desiredStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert "startTimeout of 40 s" in task["stoppedReason"]


def test_start_timeout_met(demo: Any) -> None:
    """A dependency that is met in time makes the time-out harmless."""
    demo.image("migrate", [demo.Exit(0, after=10)])
    arn = demo.start(
        demo.container(dependsOn=_waits("first", "SUCCESS")),
        demo.container("first", image="migrate", essential=False, startTimeout=40),
    )
    demo.engine.settle()
    demo.engine.advance_by(600)
    assert demo.task(arn)["lastStatus"] == "RUNNING"


def test_stop_order_reversed(demo: Any) -> None:
    """Containers are stopped in the reverse order of their dependencies, one after the other."""
    order: list[tuple[str, float]] = []

    def on_stop(launch: Any) -> Iterator[Any]:
        order.append((launch.container, demo.engine.now / 1_000_000))
        return iter([demo.Exit(0, after=2)])

    demo.image("app", on_stop=on_stop)
    arn = demo.start(
        demo.container("base"),
        demo.container("middle", dependsOn=_waits("base", "START")),
        demo.container("top", dependsOn=_waits("middle", "START")),
    )
    demo.engine.settle()
    demo.call("StopTask", cluster="demo", task=arn)
    demo.engine.settle()
    assert [name for name, _ in order] == ["top", "middle", "base"]
    first = order[0][1]
    assert [round(when - first) for _, when in order] == [0, 2, 4]


def test_own_exit_codes(demo: Any) -> None:
    """Every container keeps its own exit code; one that obeys SIGTERM says which."""
    demo.image("obeys", on_stop=lambda launch: iter([demo.Exit(143, after=1)]))
    demo.image("ignores", on_stop=lambda launch: None)
    demo.image("short", [demo.Exit(7, after=1)])
    arn = demo.start(
        demo.container(image="obeys"),
        demo.container("deaf", image="ignores"),
        demo.container("side", image="short", essential=False),
    )
    demo.engine.settle()
    demo.call("StopTask", cluster="demo", task=arn)
    demo.engine.settle()
    codes = {name: one["exitCode"] for name, one in demo.containers(arn).items()}
    assert codes == {"main": 143, "deaf": 137, "side": 7}


@pytest.mark.parametrize(("timeout", "expected"), [(None, 30), (5, 5), (120, 120)])
def test_stop_timeout(demo: Any, timeout: int | None, expected: int) -> None:
    """A container that ignores SIGTERM is killed after its stopTimeout, 30 s by default."""
    demo.image("ignores", on_stop=lambda launch: None)
    more = {} if timeout is None else {"stopTimeout": timeout}
    arn = demo.start(demo.container(image="ignores", **more))
    demo.engine.settle()
    demo.call("StopTask", cluster="demo", task=arn)
    demo.wait(arn, "STOPPING")
    began = demo.engine.now
    demo.wait(arn, "DEPROVISIONING")
    assert (demo.engine.now - began) / 1_000_000 == expected
    assert demo.containers(arn)["main"]["exitCode"] == 137


def test_stop_that_does_not_end_is_killed(demo: Any) -> None:
    """A container that begins to stop but does not come to an end is killed as well."""
    demo.image(
        "slow",
        on_stop=lambda launch: iter([demo.Say("stopping"), demo.Wait(3)]),
    )
    demo.moto.log_groups.add(("us-east-1", "logs"))
    arn = demo.start(
        demo.container(image="slow", logConfiguration=demo.logging()), executionRoleArn=demo.ROLE
    )
    demo.engine.settle()
    demo.call("StopTask", cluster="demo", task=arn)
    demo.engine.settle()
    assert demo.containers(arn)["main"]["exitCode"] == 137
    assert demo.lines(f"run/main/{arn.rpartition('/')[2]}") == ["stopping"]


def test_ignored_signal_lets_it_go_on(demo: Any) -> None:
    """A container that ignores SIGTERM goes on with what it did until it is killed."""
    demo.image(
        "busy",
        [demo.Say(str(number), after=10) for number in range(10)],
        on_stop=lambda launch: None,
    )
    demo.moto.log_groups.add(("us-east-1", "logs"))
    arn = demo.start(
        demo.container(image="busy", logConfiguration=demo.logging()), executionRoleArn=demo.ROLE
    )
    demo.wait(arn, "RUNNING")
    demo.call("StopTask", cluster="demo", task=arn)  # SIGTERM after 2 s, SIGKILL after 32 s
    demo.engine.settle()
    assert demo.lines(f"run/main/{arn.rpartition('/')[2]}") == ["0", "1", "2"]


def test_lines_have_their_moments(demo: Any) -> None:
    """A line goes to the container's stream with the moment at which it was said."""
    demo.image("talks", [demo.Say("one"), demo.Say("two"), demo.Say("three", after=2.5)])
    demo.moto.log_groups.add(("us-east-1", "logs"))
    arn = demo.start(
        demo.container(image="talks", logConfiguration=demo.logging()), executionRoleArn=demo.ROLE
    )
    demo.engine.settle()
    started = round(demo.task(arn)["startedAt"] * 1000)
    stream = demo.moto.streams["us-east-1", "logs", f"run/main/{arn.rpartition('/')[2]}"]
    assert stream == [(started, "one"), (started, "two"), (started + 2500, "three")]


def test_stream_made_before_the_first_line(demo: Any) -> None:
    """A container that never says anything has an empty stream."""
    demo.moto.log_groups.add(("us-east-1", "logs"))
    arn = demo.start(demo.container(logConfiguration=demo.logging()), executionRoleArn=demo.ROLE)
    demo.engine.settle()
    assert demo.moto.streams["us-east-1", "logs", f"run/main/{arn.rpartition('/')[2]}"] == []


def test_group_made_if_asked(demo: Any) -> None:
    """With awslogs-create-group the group is made, in the region that the options name."""
    demo.image("talks", [demo.Say("hello")])
    logging = demo.logging(**{"awslogs-create-group": "true", "awslogs-region": "eu-west-1"})
    arn = demo.start(
        demo.container(image="talks", logConfiguration=logging), executionRoleArn=demo.ROLE
    )
    demo.engine.settle()
    assert demo.moto.made_groups == {("eu-west-1", "logs")}
    stream = f"run/main/{arn.rpartition('/')[2]}"
    assert demo.lines(stream, region="eu-west-1") == ["hello"]


def test_workload_that_raises_crashes_its_container(demo: Any) -> None:
    """An error in a workload ends its container with code 1 and a line, and nothing else."""

    def broken(launch: Any) -> Iterator[Any]:
        yield demo.Say("fine so far")
        raise RuntimeError("no such table")

    script = demo.image("broken")
    script.steps = broken
    demo.moto.log_groups.add(("us-east-1", "logs"))
    arn = demo.start(
        demo.container(image="broken", logConfiguration=demo.logging()),
        executionRoleArn=demo.ROLE,
    )
    demo.engine.settle()
    assert demo.containers(arn)["main"]["exitCode"] == 1
    assert demo.lines(f"run/main/{arn.rpartition('/')[2]}") == [
        "fine so far",
        "RuntimeError: no such table",
    ]


def test_endless_talk_is_found(new_ecs: Any) -> None:
    """A workload that never lets time pass is an error that names the container."""

    def endless(launch: Any) -> Iterator[Any]:
        while True:
            yield ecs.Say("and")

    ecs = new_ecs(actions_at_one_instant=50)
    ecs.image("endless").steps = endless
    arn = ecs.start(ecs.container(image="endless"))
    with pytest.raises(EngineRunaway, match="container main of task " + arn.rpartition("/")[2]):
        ecs.engine.settle()


def test_background_steps_do_not_hold_settle(demo: Any) -> None:
    """Steps that a workload marks as background keep nobody waiting, but happen."""

    def ticks(launch: Any) -> Iterator[Any]:
        while True:
            yield demo.Say("tick", after=60, background=True)

    script = demo.image("clock")
    script.steps = ticks
    demo.moto.log_groups.add(("us-east-1", "logs"))
    arn = demo.start(
        demo.container(image="clock", logConfiguration=demo.logging()), executionRoleArn=demo.ROLE
    )
    demo.engine.settle()
    assert demo.task(arn)["lastStatus"] == "RUNNING"
    demo.engine.advance_by(150)
    assert demo.lines(f"run/main/{arn.rpartition('/')[2]}") == ["tick", "tick"]


def test_launch_says_how_it_was_started(demo: Any) -> None:
    """A workload sees its address, its variables, its limits, and how long it has been up."""
    app = demo.image("app")
    arn = demo.start(
        demo.container(
            entryPoint=["/bin/run"],
            workingDirectory="/srv",
            cpu=128,
            memory=128,
            environment=[{"name": "A", "value": "1"}],
            linuxParameters={"initProcessEnabled": True},
        )
    )
    task = demo.wait(arn, "RUNNING")
    (launch,) = app.launches
    details = {one["name"]: one["value"] for one in task["attachments"][0]["details"]}
    assert launch.private_address == details["privateIPv4Address"]
    assert launch.task_id == arn.rpartition("/")[2]
    assert launch.entry_point == ("/bin/run",)
    assert launch.working_directory == "/srv"
    assert (launch.cpu, launch.memory, launch.init_process) == (128, 128, True)
    assert launch.environment["A"] == "1"
    assert launch.environment["AWS_REGION"] == "us-east-1"
    assert launch.started_at == task["startedAt"]
    demo.engine.advance_by(12.5)
    assert launch.elapsed is not None
    assert launch.elapsed() == 12.5


def _restarting(ecs: Any, **policy: Any) -> dict[str, Any]:
    container: dict[str, Any] = ecs.container(
        image="flaky", restartPolicy={"enabled": True, **policy}
    )
    return container


def test_restart_policy(demo: Any) -> None:
    """A container that ran long enough is restarted in place, and the task goes on."""
    flaky = demo.image("flaky", [demo.Exit(1, after=100)])
    arn = demo.start(_restarting(demo, restartAttemptPeriod=60))
    task = demo.wait(arn, "RUNNING")
    runtime = task["containers"][0]["runtimeId"]
    demo.engine.advance_by(250)
    assert len(flaky.launches) == 3
    assert flaky.launches[0].inside is not flaky.launches[1].inside
    task = demo.task(arn)
    assert task["lastStatus"] == "RUNNING"
    assert task["containers"][0]["lastStatus"] == "RUNNING"
    assert task["containers"][0]["runtimeId"] == runtime


def test_restart_policy_needs_time(demo: Any) -> None:
    """A container that exits before the restartAttemptPeriod is not restarted."""
    flaky = demo.image("flaky", [demo.Exit(1, after=299)])
    arn = demo.start(_restarting(demo))
    demo.engine.settle()
    assert len(flaky.launches) == 1
    assert demo.task(arn)["stopCode"] == "EssentialContainerExited"


def test_restart_policy_ignores_codes(demo: Any) -> None:
    """A container that exits with an ignored code is not restarted."""
    flaky = demo.image("flaky", [demo.Exit(42, after=400)])
    arn = demo.start(_restarting(demo, ignoredExitCodes=[0, 42]))
    demo.engine.settle()
    assert len(flaky.launches) == 1
    assert demo.containers(arn)["main"]["exitCode"] == 42


def test_stopped_while_about_to_restart(demo: Any) -> None:
    """A container that is waiting for its restart when the task is stopped is not restarted."""
    flaky = demo.image("flaky", [demo.Exit(9, after=100)])
    arn = demo.start(_restarting(demo, restartAttemptPeriod=60))
    demo.wait(arn, "RUNNING")
    demo.engine.advance_by(98)
    demo.call("StopTask", cluster="demo", task=arn)  # SIGTERM in 2 s, at the instant of the exit
    demo.engine.settle()
    assert len(flaky.launches) == 1
    assert demo.task(arn)["lastStatus"] == "STOPPED"


def test_killed_by_the_kernel(demo: Any) -> None:
    """A container that uses too much memory exits with 137 and says why."""
    reason = "OutOfMemoryError: Container killed due to memory usage"
    demo.image("greedy", [demo.Exit(137, after=5, reason=reason)])
    arn = demo.start(demo.container(image="greedy"))
    demo.engine.settle()
    container = demo.containers(arn)["main"]
    assert (container["exitCode"], container["reason"]) == (137, reason)
    assert demo.task(arn)["stopCode"] == "EssentialContainerExited"


def test_nobody_starts_while_the_task_ends(demo: Any) -> None:
    """A container that waits for another one is not started once the end has begun."""
    demo.image("migrate", [demo.Exit(0, after=10)])
    late = demo.image("late")
    demo.region.lifecycle.drain = lambda task: 60.0
    arn = demo.start(
        demo.container(),
        demo.container("first", image="migrate", essential=False),
        demo.container(
            "last", image="late", essential=False, dependsOn=_waits("first", "COMPLETE")
        ),
    )
    demo.wait_ready(arn, "first", "RUNNING")
    demo.engine.advance_by(9)
    assert demo.task(arn)["lastStatus"] == "ACTIVATING"
    demo.call("StopTask", cluster="demo", task=arn)
    demo.engine.settle()
    assert late.launches == []
    assert "exitCode" not in demo.containers(arn)["last"]


def test_long_reason_is_cut(demo: Any) -> None:
    """A container's reason has at most 1,024 characters."""
    demo.image("wordy", [demo.Exit(1, after=5, reason="x" * 3000)])
    arn = demo.start(demo.container(image="wordy"))
    demo.engine.settle()
    assert demo.containers(arn)["main"]["reason"] == "x" * 1024


def test_workload_that_raises_when_called(demo: Any, caplog: Any) -> None:
    """A workload whose every method fails ends its container, and its check; errors are logged."""

    def broken(*given: Any) -> Any:
        raise RuntimeError("broken")

    script = demo.image("fragile", on_stop=broken, answers=broken)
    check = {"command": ["CMD", "x"], "interval": 5, "retries": 1}
    arn = demo.start(demo.container(image="fragile", healthCheck=check))
    demo.wait(arn, "RUNNING")
    demo.engine.advance_by(5)
    assert demo.task(arn)["healthStatus"] == "UNHEALTHY"
    demo.call("StopTask", cluster="demo", task=arn)
    demo.engine.settle()
    assert demo.containers(arn)["main"]["exitCode"] == 1
    script.steps = broken
    arn = demo.start(demo.container(image="fragile"))
    demo.engine.settle()
    assert demo.containers(arn)["main"]["exitCode"] == 1
    assert len(caplog.records) == 3
