"""`show()` and the notebook's own display of resources."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest

import fargate_kit as fk
from fargate_kit.core.session import Session
from fargate_kit.learn.reading import badge_of, network_of, objects_of
from fargate_kit.learn.showing import load_ipython_extension, show, unload_ipython_extension
from fargate_kit.learn.stage import Stage
from fargate_kit.learn.views.explorer import explorer_text


def web(**changes: Any) -> fk.TaskSpec:
    members: dict[str, Any] = {
        "family": "web",
        "cpu": 256,
        "memory": 512,
        "containers": [
            fk.ContainerSpec(
                name="main",
                image="public.ecr.aws/nginx/nginx:1.27",
                ports=[80],
                environment={"DB_PASSWORD": "hunter2"},
            )
        ],
    }
    return fk.TaskSpec(**{**members, **changes})


async def running(aws: fk.Connection) -> fk.Task:
    cluster = await aws.create_cluster("hello")
    task = await cluster.run(await aws.register(web()))
    return await task.wait_running()


async def test_show_tells_of_a_task_what_aws_said(aws: fk.Connection) -> None:
    """The picture of a running task has its state, its address and the badge."""
    task = await running(aws)
    picture = show(task)
    assert picture.text.startswith(f"Task {task.id[:8]} is RUNNING")
    assert task.network_interface is not None
    assert str(task.network_interface.private_ip) in picture.html
    assert "◇ simulated" in picture.html
    calls = aws.calls
    show(task)
    assert aws.calls == calls


async def test_show_draws_every_resource(aws: fk.Connection) -> None:
    """Clusters, services, deployments, revisions, diffs, lists: each has its picture."""
    cluster = await aws.create_cluster("hello")
    definition = await aws.register(web())
    service = await cluster.create_service("web", definition, desired_count=2)
    service = await service.wait_stable()
    tasks = [task async for task in service.tasks()]
    assert "2 of 2 tasks run" in show(service).text
    assert show(service.deployment).text.startswith("deployment web → web:1")
    assert show(cluster).text.startswith("cluster hello")
    assert "container main" in show(definition).text
    assert show(tasks).text.startswith("2 task network interfaces")
    assert "no lines" in show([]).html.lower()
    assert show(show(cluster)).text == show(cluster).text


async def test_show_refuses_what_it_has_no_picture_of(aws: fk.Connection) -> None:
    """The message names what there are pictures of."""
    for thing in (3, "text", [1, 2], None):
        with pytest.raises(TypeError, match="Task, Service"):
            show(thing)


async def test_diff_shows_both_sides_and_no_secret(aws: fk.Connection) -> None:
    """Each place says what it was and what it is; secrets stay masked, as in the SDK."""
    old = await aws.register(web())
    container = fk.ContainerSpec(
        name="main",
        image="public.ecr.aws/nginx/nginx:1.27",
        ports=[80],
        environment={"DB_PASSWORD": "hunter3", "WAY": "a → b: c"},
    )
    new = await aws.register(web(memory=1024, containers=[container]))
    picture = Stage(aws).diff(old, new)
    assert picture.text.startswith("web:1 → web:2: 3 differences")
    assert "hunter" not in picture.html + picture.text
    assert "<del" in picture.html
    assert ">&quot;512&quot;</del>" in picture.html
    assert ">&quot;1024&quot;</ins>" in picture.html
    assert ">&quot;a → b: c&quot;</ins>" in picture.html
    assert show(old.diff(new)).text.startswith("was → is: 3 differences")


async def test_network_map_has_each_interface_in_its_subnet(aws: fk.Connection) -> None:
    """Every live task is in the subnet that EC2 says, with its public address."""
    task = await running(aws)
    network = await network_of(aws, [task])
    (interface,) = network.interfaces
    assert task.network_interface is not None
    assert interface.subnet_id == task.network_interface.subnet_id
    assert interface.public_ip == await task.public_ip()
    assert interface.subnet_id in {subnet.id for subnet in network.subnets}
    stopped = await (await task.stop()).wait_stopped()
    assert (await network_of(aws, [stopped])).interfaces == ()


async def test_tree_has_what_is_in_what(aws: fk.Connection) -> None:
    """Tasks of a service are in it, others in their cluster, revisions in their family."""
    task = await running(aws)
    cluster = await aws.cluster("hello")
    service = await cluster.create_service("web", "web", desired_count=1)
    await service.wait_stable()
    lines = explorer_text(await objects_of(aws)).splitlines()
    assert lines[0] == "cluster hello (ACTIVE)"
    assert lines[1] == "  service web (1 of 1 tasks run)"
    assert lines[2].startswith("    task ")
    assert f"  task {task.id[:8]} (RUNNING, runs web:1)" in lines
    assert "  revision web:1 (ACTIVE, 256 CPU units, 512 MiB)" in lines


async def test_notebook_shows_resources_once_it_is_told_to(aws: fk.Connection) -> None:
    """`%load_ext fargate_kit.learn` is all; the resources themselves know nothing of it."""
    formatters = pytest.importorskip("IPython.core.formatters")
    shell = SimpleNamespace(display_formatter=formatters.DisplayFormatter())
    cluster = await aws.create_cluster("hello")
    assert "text/html" not in shell.display_formatter.format(cluster)[0]
    load_ipython_extension(shell)
    assert "<figure" in shell.display_formatter.format(cluster)[0]["text/html"]
    unload_ipython_extension(shell)
    assert "text/html" not in shell.display_formatter.format(cluster)[0]
    unload_ipython_extension(shell)


@pytest.mark.parametrize(
    ("url", "badge"),
    [
        (None, "live AWS"),
        ("http://127.0.0.1:4566", "simulated"),
        ("https://ecs.eu-west-1.amazonaws.com", "live AWS"),
        ("https://vpce-1.ecs.eu-west-1.vpce.amazonaws.com", "live AWS"),
        ("http://amazonaws.com.example.org", "endpoint amazonaws.com.example.org"),
    ],
)
def test_badge_tells_live_from_simulated(url: str | None, badge: str) -> None:
    """Only this machine counts as simulated; what nobody knows is named."""
    session = SimpleNamespace(api=SimpleNamespace(endpoint_url=url))
    assert badge_of(cast(Session, session)) == badge


@pytest.mark.parametrize("heavy", ["ipywidgets", "IPython", "moto", "aiohttp.web"])
def test_showing_brings_neither_widgets_nor_the_simulator(heavy: str) -> None:
    """`fk.learn.show` is for anybody's notebook, on live AWS too."""
    script = f"import sys, fargate_kit as fk; fk.learn.show; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
    assert "learn" in dir(fk)
