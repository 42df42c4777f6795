"""The panel of scaling: its dial moves the world, and it tells what scaling makes of that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import anyio
import pytest

pytest.importorskip("ipywidgets")

import fargate_kit as fk
from fargate_kit.learn.bridge import Bridge
from fargate_kit.learn.lab import Lab
from fargate_kit.learn.panels import ScalingPanel
from fargate_kit.learn.switch import SPEED

# ipywidgets 8.1 calls what traitlets has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def anyio_backend() -> str:
    """A notebook's loop is asyncio's."""
    return "asyncio"


@pytest.fixture
async def lab(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lab]:
    """Return an open lab on a fast account."""
    monkeypatch.setenv(SPEED, "300")
    lab = await Lab.open(chapter=91)
    yield lab
    await lab.close()


@pytest.fixture
async def service(lab: Lab) -> fk.Service:
    """Return a service of two tasks that stands."""
    cluster = await lab.aws.create_cluster("panel")
    main = fk.ContainerSpec(name="main", image="nginx")
    definition = await lab.aws.register(
        fk.TaskSpec(family="web", cpu=256, memory=512, containers=[main])
    )
    service = await cluster.create_service("web", definition, desired_count=2)
    return await service.wait_stable()


async def until(lab: Lab, condition: Callable[[], bool]) -> None:
    """Wait until something can be seen, as an eye would; a minute at most."""
    with anyio.fail_after(60):
        while not condition():
            await lab.aws.clock.sleep(25)


def load_of(lab: Lab, service: fk.Service) -> object:
    load = lab.world.load(service)
    return None if load is None else load.cpu


async def test_dial_moves_the_world_and_the_panel_tells(lab: Lab, service: fk.Service) -> None:
    """The load goes up, scaling follows, and the picture tells both without a cell being run."""
    panel = lab.show.scaling(service)
    assert isinstance(panel, ScalingPanel)
    assert "it is not scaled automatically" in repr(panel)
    await service.autoscale(1, 4, fk.TargetTracking.cpu(50))
    panel.load.value = 180
    assert load_of(lab, service) == 180
    await until(lab, lambda: "4 of 4 tasks run" in repr(panel))
    await until(lab, lambda: "CPU is at 45 percent" in repr(panel))
    told = repr(panel)
    assert "the load is 180 percent" in told
    assert "target 50 %" in told
    assert "scaling keeps 1 to 4 tasks" in told
    assert "Setting desired count to 4." in panel._chart.value
    assert "triggered policy cpu" in panel._chart.value


async def test_buttons_turn_the_dial(lab: Lab, service: fk.Service) -> None:
    """A click on a usual value is the same as writing it; every control has a name."""
    panel = lab.show.scaling(service)
    names = [each.description for each in panel.presets]
    assert panel.load.description
    assert len({*names, panel.load.description}) == 1 + len(panel.presets)
    for button in panel.presets:
        button.click()
        assert f"({panel.load.value} %)" in button.description
        assert load_of(lab, service) == (panel.load.value or None)
    panel.load.value = 10_000
    assert load_of(lab, service) == panel.load.max


async def test_dial_shows_what_was_set_elsewhere(lab: Lab, service: fk.Service) -> None:
    """A cell may set the load as well; the dial follows, and sends nothing back."""
    lab.world.set_load(service, cpu=120)
    panel = lab.show.scaling(service)
    assert panel.load.value == 120
    lab.world.set_load(service, cpu=55.4)
    await until(lab, lambda: panel.load.value == 55)
    assert load_of(lab, service) == 55.4


async def test_panel_ends_with_its_service(lab: Lab, service: fk.Service) -> None:
    """When the service is gone nothing follows it any more, and the dial says so by being off."""
    panel = lab.show.scaling(service)
    await service.delete(force=True)
    await until(lab, lambda: panel.load.disabled)
    assert all(button.disabled for button in panel.presets)
    assert lab.show._work().running == 0
    panel.load.value = 33
    assert load_of(lab, service) != 33


async def test_live_account_has_no_dial(lab: Lab, service: fk.Service) -> None:
    """Where nobody can set the load, the chart stands alone."""
    bridge = Bridge()
    panel = ScalingPanel(bridge, service, None)
    try:
        assert panel.load not in panel.widget.children
        assert "load" not in repr(panel)
    finally:
        await bridge.aclose()
