"""`deploy`: the difference, the question, the way, and the verdict."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import typer

import fargate_kit as fk
from fargate_kit.cli.deploy import Deploying, Wish
from fargate_kit.cli.desk import Desk

ShellSpec = Callable[..., fk.TaskSpec]
Written = Callable[..., str]
NOW = Wish(yes=True, timeout=1800)
BETTER = "echo better; sleep 86400"
GONE = "registry.invalid/gone:1"


async def test_file_is_registered_and_deployed(
    desk: Desk,
    web: fk.Service,
    shell: ShellSpec,
    written: Written,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The difference, each step and ECS's words are on standard error, the verdict on the other."""
    file = written(shell(BETTER, family="web", log_group="/web"))
    assert await Deploying(desk, NOW).go(file, "prod", "web") == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("✓ web has web:2: 2 of 2 tasks run after ")
    for words in (
        "web: web:1 → web (from the file)",
        "~ containerDefinitions[main].command: ",
        "registered web:2",
        "deployment completed",
        "web:2: 2 of 2 running",
    ):
        assert words in shown.err
    assert (await web.refresh()).definition_arn.endswith("web:2")


async def test_what_is_the_same_is_not_deployed(
    aws: fk.Connection,
    desk: Desk,
    web: fk.Service,
    shell: ShellSpec,
    written: Written,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A file that equals what the service has changes nothing, and is not registered again."""
    spec = (await aws.task_definition(web.definition_arn)).to_spec()
    before = aws.calls
    assert await Deploying(desk, NOW).go(written(spec), "prod", "web") == 0
    assert "nothing to do" in capsys.readouterr().out
    spent = aws.calls - before
    assert not spent["ecs:RegisterTaskDefinition"]
    assert not spent["ecs:UpdateService"]


@pytest.fixture
async def dead(aws: fk.Connection, cluster: fk.Cluster, shell: ShellSpec) -> fk.Service:
    """Return a service whose only deployment failed: it writes to a log group that is not there."""
    spec = shell(BETTER, family="dead", log_group="/dead")
    service = await cluster.create_service("dead", await aws.register(spec), desired_count=1)
    with pytest.raises(fk.DeploymentFailed):
        await service.deployment.wait()
    service = await service.refresh()
    for _ in range(120):
        if service.deployment.rollout_state == "FAILED":
            return service
        await aws.clock.sleep(5)
        service = await service.refresh()
    raise AssertionError(f"the circuit breaker did not end {service.deployment}")


async def test_same_is_deployed_again_where_it_failed(
    aws: fk.Connection, desk: Desk, dead: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second try of what failed is a failure as long as it fails, and runs once it can."""
    assert await Deploying(desk, NOW).go("dead:1", "prod", "dead") == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "deployed again: its last deployment failed" in shown.err
    assert (await dead.refresh()).deployment.id != dead.deployment.id
    await aws.create_log_group("/dead")
    assert await Deploying(desk, NOW).go("dead:1", "prod", "dead") == 0
    assert "✓ dead has dead:1: 1 of 1 tasks run" in capsys.readouterr().out


async def test_second_try_is_checked_and_told_to_programs(
    aws: fk.Connection, json_desk: Desk, dead: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --check the reason why it failed is found before it is tried again, then why it is."""
    checked = Wish(yes=True, timeout=1800, check=True)
    assert await Deploying(json_desk, checked).go("dead:1", "prod", "dead") == 1
    shown = capsys.readouterr()
    assert "there is no log group /dead" in json.loads(shown.out)["error"]["message"]
    assert "its last deployment failed" in shown.err
    assert (await dead.refresh()).deployment.id == dead.deployment.id
    await aws.create_log_group("/dead")
    assert await Deploying(json_desk, checked).go("dead:1", "prod", "dead") == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["changed"], facts["changes"]) == (True, [])
    assert facts["reason"] == "deployed again: its last deployment failed"
    assert facts["deployment"]["rollout_state"] == "COMPLETED"


async def test_same_is_waited_for_while_it_is_in_progress(
    aws: fk.Connection,
    json_desk: Desk,
    cluster: fk.Cluster,
    shell: ShellSpec,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is under way is not called done: its verdict is the answer, and nothing is changed."""
    spec = shell(BETTER, family="dead", log_group="/dead")
    service = await cluster.create_service("dead", await aws.register(spec), desired_count=1)
    before = aws.calls
    assert await Deploying(json_desk, NOW).go("dead:1", "prod", "dead") == 1
    assert not (aws.calls - before)["ecs:UpdateService"]
    facts = json.loads(capsys.readouterr().out)
    assert (facts["changed"], facts["deployment"]["id"]) == (False, service.deployment.id)
    assert facts["error"]["kind"] == "DeploymentFailed"


async def test_same_is_deployed_anew_where_forced(
    desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --force the tasks are replaced, by the same revision."""
    before = {task.arn async for task in web.tasks()}
    forced = Wish(yes=True, timeout=1800, force=True)
    assert await Deploying(desk, forced).go("web:1", "prod", "web") == 0
    assert "web: web:1 again" in capsys.readouterr().err
    assert before.isdisjoint({task.arn async for task in web.tasks()})


async def test_nothing_is_changed_where_nobody_can_agree(
    aws: fk.Connection, desk: Desk, web: fk.Service, shell: ShellSpec, written: Written
) -> None:
    """Without a terminal and without --yes it is not even registered."""
    before = aws.calls
    with pytest.raises(typer.BadParameter, match="nobody can answer"):
        await Deploying(desk, Wish(timeout=1800)).go(
            written(shell(BETTER, family="web")), "prod", "web"
        )
    assert not (aws.calls - before)["ecs:RegisterTaskDefinition"]


async def test_bad_image_ends_with_the_evidence(
    desk: Desk,
    web: fk.Service,
    shell: ShellSpec,
    written: Written,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A rollback is a failure: why, what to do, which tasks, and what the service has now."""
    file = written(shell(BETTER, family="web"), image=GONE)
    assert await Deploying(desk, NOW).go(file, "prod", "web") == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    lines = shown.err[shown.err.index("✗") :].splitlines()
    assert lines[0].endswith("of service web was rolled back")
    assert lines[1].startswith("  why      CannotPullContainerError")
    assert lines[2].startswith("  to do    ")
    assert "Check" in lines[2]
    assert sum("CannotPullContainerError" in line for line in lines) == 1
    assert lines[-1] == "  now      web:1, 2 of 2 tasks run"


async def test_crash_shows_the_last_words(
    desk: Desk,
    web: fk.Service,
    shell: ShellSpec,
    written: Written,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A container that ends is told with its exit code and its log."""
    file = written(shell("echo no database; exit 3", family="web", log_group="/web"))
    assert await Deploying(desk, NOW).go(file, "prod", "web") == 1
    shown = capsys.readouterr().err
    assert "exit code 3" in shown
    assert "main | no database" in shown


async def test_failure_speaks_json(
    json_desk: Desk,
    web: fk.Service,
    shell: ShellSpec,
    written: Written,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A program gets one object: what changed, and the error with its evidence."""
    file = written(shell(BETTER, family="web"), image=GONE)
    assert await Deploying(json_desk, NOW).go(file, "prod", "web") == 1
    facts = json.loads(capsys.readouterr().out)
    assert facts["error"]["kind"] == "DeploymentRolledBack"
    assert facts["error"]["evidence"]["cause"]["family"] == "image"
    assert "containerDefinitions[main].image" in {each["path"] for each in facts["changes"]}
    assert facts["has_now"] == "web:1, 2 of 2 tasks run"


async def test_success_speaks_json(
    json_desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """A change of the count alone is no new deployment, and waits for the tasks all the same."""
    counted = Wish(yes=True, timeout=1800, count=3)
    assert await Deploying(json_desk, counted).go("web:1", "prod", "web") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["deployment"]["id"] == web.deployment.id
    assert facts["deployment"]["running_count"] == 3
    assert facts["changes"] == []


async def test_detached_deployment_is_not_waited_for(
    desk: Desk,
    web: fk.Service,
    shell: ShellSpec,
    written: Written,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With --detach the id of the deployment is told, and it goes on."""
    file = written(shell(BETTER, family="web", log_group="/web"))
    assert await Deploying(desk, Wish(yes=True)).go(file, "prod", "web") == 0
    now = await web.refresh()
    assert now.deployment.rollout_state == "IN_PROGRESS"
    assert f"deployment {now.deployment.id} of web goes on" in capsys.readouterr().out


async def test_time_is_up(
    desk: Desk,
    web: fk.Service,
    shell: ShellSpec,
    written: Written,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A deployment that takes longer than --timeout ends the wait with 1 and what is known."""
    file = written(shell(BETTER, family="web", log_group="/web"))
    assert await Deploying(desk, Wish(yes=True, timeout=5)).go(file, "prod", "web") == 1
    assert "did not complete within 5 s" in capsys.readouterr().err


async def test_new_service_is_made_where_asked(
    aws: fk.Connection,
    desk: Desk,
    shell: ShellSpec,
    written: Written,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With --create cluster and service are made, in the default network."""
    made = Wish(yes=True, timeout=1800, create=True, count=2)
    file = written(shell("sleep 86400", family="api"))
    assert await Deploying(desk, made).go(file, "new", "api") == 0
    service = await (await aws.cluster("new")).service("api")
    assert (service.running_count, service.network and service.network.public_ip) == (2, True)
    assert "✓ api has api:1" in capsys.readouterr().out


async def test_unknown_service_is_told_with_the_way_out(desk: Desk, web: fk.Service) -> None:
    """A name that is mistyped makes nothing."""
    with pytest.raises(fk.NotFound, match=r"did you mean web\?; --create makes it"):
        await Deploying(desk, NOW).go("web:1", "prod", "wep")


async def test_check_finds_what_is_in_the_way(
    aws: fk.Connection,
    desk: Desk,
    web: fk.Service,
    shell: ShellSpec,
    written: Written,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With --check a log group that is not there is told before anything is changed."""
    before = aws.calls
    checked = Wish(yes=True, timeout=1800, check=True)
    file = written(shell(BETTER, family="web", log_group="/nowhere"))
    assert await Deploying(desk, checked).go(file, "prod", "web") == 1
    assert "there is no log group /nowhere" in capsys.readouterr().err
    assert not (aws.calls - before)["ecs:RegisterTaskDefinition"]


async def test_broken_file_is_told_whole_before_any_call(
    aws: fk.Connection, desk: Desk, shell: ShellSpec, written: Written
) -> None:
    """Every problem of a file is told, and AWS is not asked."""
    file = written(shell("true"), image="", name="no good")
    with pytest.raises(fk.InvalidSpec) as raised:
        await Deploying(desk, NOW).go(file, "prod", "web")
    assert len(raised.value.problems) >= 2
    assert not aws.calls


async def test_deployment_under_way_is_mentioned(
    aws: fk.Connection,
    desk: Desk,
    web: fk.Service,
    shell: ShellSpec,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whoever overtakes a deployment is told."""
    under_way = await web.deploy(await aws.register(shell(BETTER, family="web")))
    await Deploying(desk, Wish(yes=True)).go("web:1", "prod", "web")
    assert f"{under_way.id} is in progress; this one overtakes it" in capsys.readouterr().err
