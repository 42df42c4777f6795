"""The visitor and the panels of traffic, on an account that answers real requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import anyio
import pytest

pytest.importorskip("ipywidgets")

import fargate_kit as fk
from fargate_kit.learn.lab import Lab
from fargate_kit.learn.panels import DeploymentPanel, TargetsPanel, TrafficPanel
from fargate_kit.learn.scenery import target_group_as_proposed
from fargate_kit.learn.switch import SPEED
from fargate_kit.learn.visitor import BALANCER, Visitor, entrance

# ipywidgets 8.1 calls what traitlets has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

QUICK = fk.TargetHealthCheck(interval=5, timeout=2)


@pytest.fixture
def anyio_backend() -> str:
    """A notebook's loop is asyncio's."""
    return "asyncio"


@pytest.fixture
async def lab(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lab]:
    """Return an open lab on a fast account."""
    monkeypatch.setenv(SPEED, "300")
    lab = await Lab.open(chapter=96)
    yield lab
    await lab.close()


def web(release: int = 1, image: str = "nginx") -> fk.TaskSpec:
    page = "/usr/share/nginx/html/index.html"
    start = f"echo release {release} on $(hostname) > {page}; exec nginx -g 'daemon off;'"
    main = fk.ContainerSpec(name="main", image=image, ports=[80], command=["sh", "-c", start])
    return fk.TaskSpec(family="web", cpu=256, memory=512, containers=[main])


async def behind(lab: Lab, *, tasks: int = 2) -> tuple[fk.LoadBalancer, fk.TargetGroup, fk.Service]:
    """Put a service behind a load balancer, and wait until its targets are healthy."""
    cluster = await lab.aws.create_cluster("traffic")
    balancer = await lab.aws.create_load_balancer("traffic", open_to=fk.ANYWHERE)
    group = await balancer.create_target_group("web", health_check=QUICK, deregistration_delay=5)
    await balancer.create_listener(group)
    definition = await lab.aws.register(web())
    service = await cluster.create_service(
        "web", definition, desired_count=tasks, targets=[group.port(80)]
    )
    await group.wait_healthy(tasks)
    return balancer, group, await service.wait_stable()


async def until(lab: Lab, condition: Callable[[], bool]) -> None:
    """Wait until something can be seen, as an eye would; a minute at most."""
    with anyio.fail_after(60):
        while not condition():
            await lab.aws.clock.sleep(15)


async def test_visitor_counts_who_answered(lab: Lab) -> None:
    """The targets take turns, and each is known by the first words of its page."""
    balancer, _, service = await behind(lab)
    tally = await Visitor(balancer).send(40)
    addresses = {
        task.network_interface.private_ip or ""
        async for task in service.tasks()
        if task.network_interface
    }
    names = {f"release 1 on ip-{each.replace('.', '-')}" for each in addresses}
    assert tally.answered == dict.fromkeys(names, 20)
    assert (tally.sent, tally.failed) == (40, 0)
    missing = await Visitor(balancer, path="/nothing").send(4)
    assert missing.failed == 4
    assert missing.answered == {"404 Not Found": 4}


async def test_visitor_meets_the_balancer_itself_where_nobody_serves(lab: Lab) -> None:
    """Without targets a balancer answers 503, and without a listener nobody takes the request."""
    balancer = await lab.aws.create_load_balancer("alone", open_to=fk.ANYWHERE)
    visitor = Visitor(balancer)
    assert (await visitor.send(2)).failed == 2
    group = await balancer.create_target_group("web")
    await balancer.create_listener(group)
    assert (await visitor.send(3)).answered == {BALANCER: 3}
    assert (visitor.tally.sent, visitor.tally.failed) == (5, 5)


async def test_account_that_has_ended_is_no_answer_and_no_error(lab: Lab) -> None:
    """A request that reaches nobody is counted as such."""
    balancer = await lab.aws.create_load_balancer("alone", open_to=fk.ANYWHERE)
    visitor = Visitor(balancer)
    await lab.close()
    assert (await visitor.send(2)).answered == {"nobody": 2}


@pytest.mark.parametrize("count", [0, 1001, -1, 2.5, True, "3"])
async def test_batch_of_no_sensible_size_is_refused(lab: Lab, count: Any) -> None:
    """Nothing is sent for a number that makes no sense."""
    visitor = Visitor(await lab.aws.create_load_balancer("alone", open_to=fk.ANYWHERE))
    with pytest.raises(ValueError, match="1 to 1000"):
        await visitor.send(count)
    assert visitor.tally.sent == 0


async def test_steady_visitors_end_with_their_block(lab: Lab) -> None:
    """What goes wrong inside comes out as it is, no group around it, and nobody sends any more."""
    balancer, _, _ = await behind(lab, tasks=1)
    visitor = Visitor(balancer)
    met = []

    async def fail() -> None:
        async with visitor.steady() as visits:
            met.append(visits)
            await until(lab, lambda: visits.sent >= 5)
            raise LookupError("as it is")

    with pytest.raises(LookupError, match="as it is"):
        await fail()
    (visits,) = met
    sent = visits.sent
    await lab.aws.clock.sleep(30)
    assert (visits.sent, visits.failed) == (sent, 0)
    assert visitor.tally.sent == sent


async def test_buttons_send_keep_sending_and_forget(lab: Lab) -> None:
    """Each control does what it says, and has a name."""
    balancer, _, _ = await behind(lab, tasks=1)
    panel = lab.show.traffic(balancer)
    assert isinstance(panel, TrafficPanel)
    assert repr(panel).startswith("no requests")
    panel.number.value = 7
    panel.one_batch.click()
    await until(lab, lambda: panel.tally.sent == 7 and not panel.one_batch.disabled)
    assert repr(panel).startswith("7 requests, 0 failed")
    panel.flow.value = True
    await until(lab, lambda: panel.tally.sent > 12)
    panel.flow.value = False
    panel.clear.click()
    assert repr(panel).startswith("no requests")
    controls = (panel.number, panel.one_batch, panel.flow, panel.clear)
    assert all(each.description for each in controls)


async def test_board_follows_targets_from_nothing_to_healthy(lab: Lab) -> None:
    """It is there before any group is, names the tasks, and shows what becomes of the targets."""
    balancer = await lab.aws.create_load_balancer("traffic", open_to=fk.ANYWHERE)
    panel = lab.show.targets(balancer)
    assert isinstance(panel, TargetsPanel)
    await until(lab, lambda: "no target group" in repr(panel))
    _, group, service = await behind(lab)
    await until(lab, lambda: repr(panel) == "web: 2 healthy")
    for task in [task async for task in service.tasks()]:
        assert task.id[:8] in panel._board.value
        assert str(task.availability_zone) in panel._board.value
    alone = lab.show.targets(group)
    await until(lab, lambda: repr(alone) == "web: 2 healthy")
    await balancer.create_target_group("other")
    assert "other" not in repr(alone)


async def test_timeline_follows_a_release_to_its_end(lab: Lab) -> None:
    """Both revisions are there, ECS is quoted, and it stays as it was when the next one begins."""
    balancer, _, service = await behind(lab)
    traffic = lab.show.traffic(balancer)
    deployment = await service.deploy(await lab.aws.register(web(2)))
    panel = lab.show.deployment(deployment)
    assert isinstance(panel, DeploymentPanel)
    async with traffic.steady() as visits:
        await deployment.wait(no_progress_timeout=None)
    assert visits.failed == 0
    ended = "deployment of web:2 to web: COMPLETED, 2 of 2 tasks run"
    await until(lab, lambda: repr(panel).startswith(ended))
    assert "has started 2 tasks" in panel._line.value
    gone = await lab.aws.register(web(3, image="registry.invalid/web:3"))
    bad = await service.deploy(gone)
    failing = lab.show.deployment(bad)
    with pytest.raises(fk.DeploymentRolledBack):
        # 600 s are two here, which a busy machine may take for nothing at all.
        await bad.wait(no_progress_timeout=None)
    await until(lab, lambda: "FAILED, 0 of 2 tasks run" in repr(failing))
    assert "✕" in failing._line.value
    assert repr(panel).startswith(ended)
    assert "rolling back" not in panel._line.value


async def test_proposed_group_is_refused_and_goes_with_the_lab(lab: Lab) -> None:
    """It has AWS's default type, which no service on Fargate may use."""
    cluster = await lab.aws.create_cluster("traffic")
    balancer = await lab.aws.create_load_balancer("traffic", open_to=fk.ANYWHERE)
    group = await target_group_as_proposed(lab.aws, balancer, "proposed")
    assert group.target_type == "instance"
    with pytest.raises(fk.ApiError, match="instance"):
        await cluster.create_service("web", await lab.aws.register(web()), targets=[group.port(80)])
    closed = await lab.close()
    assert closed.left == ()


async def test_live_balancer_is_reached_by_its_own_name(aws: fk.Connection) -> None:
    """Only a simulated account is asked at its own address, and one without any says so."""
    balancer = await aws.create_load_balancer("web", open_to=fk.ANYWHERE)
    with pytest.raises(fk.ConfigurationError, match="step clock"):
        entrance(balancer)
    api = SimpleNamespace(endpoint_url=None)
    session: Any = SimpleNamespace(api=api)
    live = fk.LoadBalancer.from_api(balancer.raw, session)
    assert entrance(live) == f"http://{balancer.dns_name}"
    assert entrance(live, 8080) == f"http://{balancer.dns_name}:8080"
    api.endpoint_url = "http://127.0.0.1:4566"
    assert entrance(live) == f"http://127.0.0.1:4566/_alb/{balancer.dns_name}:80"
