"""Small things that people stumble over with Compose projects, each told or made to work."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer

from fargate_kit import Connection, NotFound, TaskSpec, compose
from fargate_kit.cli.app import run
from fargate_kit.cli.compose_export import _exported
from fargate_kit.cli.compose_running import _by_service
from fargate_kit.cli.compose_up import _take_down
from fargate_kit.cli.compose_work import Named, named_project
from fargate_kit.cli.desk import Desk
from fargate_kit.compose import Choices, ProjectFiles
from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import WallClock
from fargate_kit.sim.front_door import FrontDoor

ShellSpec = Callable[..., TaskSpec]
BLOG = """
name: blog
services:
  web: {image: busybox, command: sh -c 'echo hello; sleep 86400'}
  worker: {image: busybox, command: sleep 86400}
"""


@pytest.fixture
def desk(aws: Connection) -> Desk:
    """Return a desk whose facts are for people."""
    return Desk(aws)


@pytest.fixture
def plan(tmp_path: Path) -> compose.Plan:
    """Return the plan of a project of two containers in one task."""
    file = tmp_path / "compose.yaml"
    file.write_text(BLOG, encoding="utf-8")
    return compose.convert(file, choices=Choices(region="us-east-1")).check()


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Point the command line at an account with nothing in it, in a project's folder."""
    account = Account(clock=WallClock(200), seed=1)
    with FrontDoor(account) as door:
        for name, value in {
            "AWS_ENDPOINT_URL": door.url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "simulated",
            "AWS_SECRET_ACCESS_KEY": "simulated",
        }.items():
            monkeypatch.setenv(name, value)
        (tmp_path / "compose.yaml").write_text(BLOG, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        yield
    account.close()


def piped(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


@pytest.mark.parametrize("verb", ["plan", "convert"])
def test_standard_input_is_a_file(
    verb: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`-f -` reads a pipe, and its folder is the current one; a problem names its place."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "web.env").write_text("GREETING=hello\n")
    text = "services:\n  web: {image: 'x:1', env_file: web.env}\n"
    piped(monkeypatch, text)
    assert run(["compose", verb, "-f", "-", "-p", "blog", "--json"]) == 0
    assert "GREETING" in capsys.readouterr().out or verb == "convert"
    piped(monkeypatch, text.replace("env_file: web.env", "privileged: true"))
    assert run(["compose", verb, "-f", "-", "-p", "blog"]) == 1
    assert "standard input:2:23: services.web.privileged" in capsys.readouterr().err


def test_standard_input_is_read_once_for_a_running_project(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file that only the second form takes is not lost between the two tries."""
    monkeypatch.chdir(tmp_path)
    piped(
        monkeypatch,
        "name: shop\nservices:\n"
        "  a: {image: 'x:1', ports: [80], deploy: {replicas: 2}}\n"
        "  b: {image: 'x:1', ports: [80], deploy: {replicas: 3}}\n",
    )
    named = named_project(["-"], None, None, "us-east-1")
    assert named.name == "shop"
    assert named.plan is not None
    assert [each.name for each in named.plan.services] == ["shop-a", "shop-b"]


def test_file_with_the_name_of_standard_input_is_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file called as standard input is called in messages is read from the disk."""
    monkeypatch.chdir(tmp_path)
    Path("standard input").write_text("services: {a: {image: 'x:1'}}\n")
    assert compose.convert(ProjectFiles(files=["standard input"], name="any")).plan is not None


@pytest.mark.usefixtures("empty")
def test_project_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """`ps` lists nothing and says why; `down` asks nobody and ends with 0."""
    assert run(["compose", "ps"]) == 0
    assert "there is no service of project blog in cluster default" in capsys.readouterr().err
    assert run(["compose", "down", "--cluster", "prod"]) == 0
    assert capsys.readouterr().out == (
        "there is nothing of project blog in cluster prod, us-east-1: nothing was changed\n"
    )
    assert run(["compose", "down", "--project-name", "shop", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"project": "shop", "deleted": [], "kept": []}


async def test_second_down_says_that_it_was_down(
    aws: Connection, desk: Desk, plan: compose.Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was kept the first time is told again, with the option that takes it."""
    await plan.up(aws)
    named = Named(name="blog", cluster="default", plan=plan)
    assert await _take_down(desk, named, False, True) == 0
    assert "the rest of it is gone" in capsys.readouterr().out
    assert await _take_down(desk, named, False, True) == 0
    shown = capsys.readouterr()
    assert shown.out == "blog was down already: nothing was deleted\n"
    assert "log group /ecs/blog is kept with its lines; --logs takes it too" in shown.err
    assert "logs=True takes it too" in str(await plan.down(aws))
    assert await _take_down(desk, named, True, True) == 0
    assert await plan.remains(aws, logs=True) == ()


async def test_one_container_of_a_task_is_not_scaled_alone_unsaid(
    aws: Connection, desk: Desk, plan: compose.Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever names one container learns which others go with it, before anything is scaled."""
    project = await plan.up(aws)
    before = aws.calls
    assert await _by_service(desk, project, {"worker": 2}) == {"blog": 2}
    assert "! web, worker are containers of one task" in capsys.readouterr().err
    assert await _by_service(desk, project, {"blog": 2}) == {"blog": 2}
    assert capsys.readouterr().err == ""
    with pytest.raises(typer.BadParameter, match="web and worker are containers of one task"):
        await _by_service(desk, project, {"web": 1, "worker": 2})
    assert not (aws.calls - before)["ecs:UpdateService"]


async def test_export_of_what_is_not_there_names_it(
    aws: Connection, desk: Desk, shell: ShellSpec
) -> None:
    """The service or definition is named, where it was looked for, and what is near."""
    cluster = await aws.create_cluster("prod")
    await cluster.create_service("web", await aws.register(shell("sleep 86400")))
    with pytest.raises(NotFound, match="no service 'wbe' in cluster prod; did you mean web"):
        await _exported(desk, "wbe", "prod")
    with pytest.raises(NotFound, match="no cluster 'prdo' in us-east-1"):
        await _exported(desk, "web", "prdo")
    with pytest.raises(NotFound, match="no task definition 'web:7' in us-east-1"):
        await _exported(desk, "web:7", "prod")


@pytest.mark.parametrize("image", ["null", "''"])
def test_image_that_says_nothing_is_told(image: str, tmp_path: Path) -> None:
    """A service whose image is empty is refused where the key stands, once."""
    file = tmp_path / "compose.yaml"
    file.write_text(f"services:\n  a:\n    image: {image}\n")
    (problem,) = compose.convert(ProjectFiles(files=[str(file)], name="any")).problems
    assert problem.message.startswith(f"{file}:3:5: services.a.image: the service has no image")


def test_port_of_the_machine_is_checked_with_all_else(tmp_path: Path) -> None:
    """A port beyond the last one is a problem beside the others, wherever it stands."""
    file = tmp_path / "compose.yaml"
    file.write_text(
        "services:\n"
        "  a: {image: 'x:1', privileged: true, ports: ['99999:80']}\n"
        "  b: {image: 'x:1', ports: [{target: 81, published: http}, '80:70000']}\n"
        "  c: {image: 'x:1', ports: ['0:82', '65535:83']}\n"
    )
    conversion = compose.convert(ProjectFiles(files=[str(file)], name="any"))
    assert [each.path for each in conversion.problems] == [
        "services.a.privileged",
        "services.a.ports[0]",
        "services.b.ports[0]",
        "services.b.ports[1]",
    ]
