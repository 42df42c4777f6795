"""The panels: clicks from Python, names for every control, and text where there is no browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import anyio
import pytest

pytest.importorskip("ipywidgets")

import fargate_kit as fk
from fargate_kit.learn import stage
from fargate_kit.learn.lab import Lab
from fargate_kit.learn.panels import LogPanel, RunPanel, ServicePanel, SizePanel, TaskPanel
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
    monkeypatch.setenv(SPEED, "500")
    lab = await Lab.open(chapter=90)
    yield lab
    await lab.close()


def speaker(script: str) -> fk.TaskSpec:
    log = fk.LogConfiguration.awslogs("/panel", region="us-east-1")
    main = fk.ContainerSpec(
        name="main", image="busybox", command=["sh", "-c", script], log_configuration=log
    )
    return fk.TaskSpec(
        family="speaker",
        cpu=256,
        memory=512,
        execution_role="ecsTaskExecutionRole",
        containers=[main],
    )


async def until(lab: Lab, condition: Callable[[], bool]) -> None:
    """Wait until something can be seen, as an eye would; a minute at most."""
    with anyio.fail_after(60):
        while not condition():
            await lab.aws.clock.sleep(25)


async def test_click_runs_a_task_and_another_stops_it(lab: Lab) -> None:
    """The buttons do what they say, once for two clicks at once; the pictures follow."""
    cluster = await lab.aws.create_cluster("panel")
    await lab.aws.create_log_group("/panel")
    definition = await lab.aws.register(speaker("sleep 6000"))
    panel = lab.show.runner(cluster, definition)
    assert isinstance(panel, RunPanel)
    panel.run.click()
    panel.run.click()
    await until(lab, lambda: "1 task network interface" in repr(panel))
    await until(lab, lambda: [task.status for task in panel.tasks.values()] == ["RUNNING"])
    panel.stop.click()
    await until(lab, lambda: [task.status for task in panel.tasks.values()] == ["STOPPED"])
    (task,) = panel.tasks.values()
    assert task.stopped_reason == "a click in the notebook"
    assert {panel.run.description, panel.stop.description} == {"Run a task", "Stop the newest"}


async def test_click_that_is_refused_says_so_in_the_panel(lab: Lab) -> None:
    """A click has no cell to raise in; the reason is shown as an alert."""
    cluster = await lab.aws.create_cluster("panel")
    definition = await lab.aws.register(speaker("exit 0"))
    panel = lab.show.runner(cluster, definition, network=fk.Network(subnets=["subnet-0"]))
    panel.run.click()
    await until(lab, lambda: "✘" in panel._alert.value)
    assert 'role="alert"' in panel._alert.value
    assert panel.run.disabled is False


async def test_log_panel_follows_filters_and_pauses(lab: Lab) -> None:
    """New lines come by themselves; the filter keeps some; a pause holds the picture still."""
    cluster = await lab.aws.create_cluster("panel")
    await lab.aws.create_log_group("/panel")
    script = "for n in $(seq 1 30); do echo line $n.; sleep 1; done"
    task = await cluster.run(await lab.aws.register(speaker(script)))
    panel = lab.show.log(task)
    assert isinstance(panel, LogPanel)
    await until(lab, lambda: "line 30." in repr(panel))
    panel.filter.value = "line 7."
    assert "line 7." in panel._tail.value
    assert "line 8." not in panel._tail.value
    panel.pause.value = True
    panel.filter.value = ""
    assert "line 8." not in panel._tail.value
    panel.pause.value = False
    assert "line 8." in panel._tail.value


async def test_task_and_service_are_followed(lab: Lab) -> None:
    """Both pictures change without a cell being run."""
    cluster = await lab.aws.create_cluster("panel")
    await lab.aws.create_log_group("/panel")
    definition = await lab.aws.register(speaker("sleep 6000"))
    task = lab.show.task(await cluster.run(definition))
    assert isinstance(task, TaskPanel)
    await until(lab, lambda: "is RUNNING" in repr(task))
    service = lab.show.service(await cluster.create_service("web", definition, desired_count=2))
    assert isinstance(service, ServicePanel)
    await until(lab, lambda: "2 of 2 tasks run" in repr(service))


def test_size_panel_explains_and_prices() -> None:
    """Every choice is answered: with a price, or with what would be legal."""
    panel = SizePanel(256, 512, region="us-east-1")
    assert "a size of Fargate, 1 task costs" in repr(panel)
    panel.count.value = 3
    assert "3 tasks cost" in repr(panel)
    panel.memory.value = 30720
    assert "256 CPU units take 512, 1024, 2048 MiB" in repr(panel)
    panel.memory.value = 1024
    panel.count.value = 1
    panel.spot.value = True
    assert "costs about" in repr(panel)
    nowhere = SizePanel(256, 512, region="mars-north-1")
    assert "No price" in nowhere._grid.value
    names = [each.description for each in (panel.cpu, panel.memory, panel.count, panel.spot)]
    assert all(names)
    assert len(set(names)) == 4


def test_panel_is_text_without_a_browser() -> None:
    """Run headless, a cell still ends with a sentence; in a browser with the widgets."""
    panel = SizePanel(256, 512, region="us-east-1")
    bundle = panel._repr_mimebundle_()
    assert bundle["text/plain"] == repr(panel)
    assert "application/vnd.jupyter.widget-view+json" in bundle


async def test_panels_without_ipywidgets_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch, lab: Lab
) -> None:
    """The pictures do without; the panels name the extra."""

    def missing(name: str, *rest: object) -> object:
        raise ModuleNotFoundError("No module named 'ipywidgets'", name="ipywidgets")

    monkeypatch.setattr(stage, "import_module", missing)
    with pytest.raises(fk.ConfigurationError, match=r"pip install 'fargate-kit\[learn\]'"):
        lab.show.sizes()
