"""Chapter 7: the list of steps that follows, the command line, and what its checks tell of."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import anyio
import pytest

pytest.importorskip("ipywidgets")
pytest.importorskip("ruamel.yaml")

import fargate_kit as fk
from fargate_kit.compose import StepEvent, StepState
from fargate_kit.errors import ConfigurationError
from fargate_kit.learn.lab import Lab
from fargate_kit.learn.panels.steps import StepsPanel
from fargate_kit.learn.switch import SEAT, SPEED, STRICT

# ipywidgets 8.1 calls what traitlets has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

BLOG = """
services:
  web:
    image: wordpress:6.8
    ports: ["8080:80"]
    mem_limit: 512m
    environment: {WORDPRESS_DB_HOST: db.example.com}
"""
FILE_SYSTEM = "fs-0123456789abcdef0"
UPLOADS = "/var/www/html/wp-content/uploads"


@pytest.fixture
def anyio_backend() -> str:
    """A notebook's loop is asyncio's."""
    return "asyncio"


@pytest.fixture
async def lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Lab]:
    """Return an open lab on a fast account, in a folder of its own."""
    monkeypatch.setenv(SPEED, "500")
    monkeypatch.delenv(STRICT, raising=False)
    monkeypatch.delenv(SEAT, raising=False)
    monkeypatch.chdir(tmp_path)
    lab = await Lab.open(chapter=7)
    yield lab
    await lab.close()


def translated(lab: Lab, *texts: str) -> fk.compose.Conversion:
    """Translate files of these texts, each laid over those before."""
    files = [lab.write(f"{number}.yaml", text) for number, text in enumerate(texts)]
    wanted = fk.compose.ProjectFiles(files=files, name=lab.name("blog"))
    return fk.compose.convert(wanted, choices=fk.compose.Choices(region=lab.aws.region))


async def until(lab: Lab, condition: Callable[[], bool]) -> None:
    """Wait until something can be seen, as an eye would; a minute at most."""
    with anyio.fail_after(60):
        while not condition():
            await lab.aws.clock.sleep(25)


async def test_steps_follow_what_is_made(lab: Lab) -> None:
    """Every planned thing ends as made, the deployment is told of, and so is what ECS said."""
    difference = await translated(lab, BLOG).check().compare(lab.aws, cluster="blog")
    panel = lab.show.steps(difference)
    assert isinstance(panel, StepsPanel)
    assert "4 to make" in repr(panel)
    await difference.apply(lab.aws, on_step=panel)
    assert "4 made" in repr(panel)
    assert "✔ done: deployment of blog" in repr(panel)
    assert any("steady state" in words for words in panel.plan.said)
    await until(lab, lambda: "4 made" in panel._list.value)


async def test_steps_of_a_removal_are_listed_as_they_come(lab: Lab) -> None:
    """Without a difference the list begins empty, and everything in it goes."""
    project = await translated(lab, BLOG).check().up(lab.aws, cluster="blog")
    panel = lab.show.steps()
    assert "nothing yet" in repr(panel)
    gone = await project.down(logs=True, on_step=panel)
    assert [each.title for each in panel.plan.things] == list(gone.deleted)
    assert {each.state for each in panel.plan.things} == {"removed"}


async def test_step_that_fails_says_why(lab: Lab) -> None:
    """A thing that could not be made is marked, with AWS's reason beside it."""
    panel = lab.show.steps(await translated(lab, BLOG).check().compare(lab.aws, cluster="blog"))
    panel(StepEvent(step="cluster blog", state=StepState.BEGINS))
    panel(StepEvent(step="cluster blog", state=StepState.FAILED, text="no permission"))
    lines = repr(panel).splitlines()
    assert lines[lines.index("  ✘ failed: cluster blog") + 1].strip() == "no permission"
    panel(StepEvent(step="removal of service old", state=StepState.DONE))
    assert panel.plan.things[-1].name == "removal of service old"


async def test_many_steps_are_drawn_at_an_eyes_pace(lab: Lab) -> None:
    """However fast steps come, a notebook is sent few pictures, and the last one in the end."""
    panel = lab.show.steps()
    sent: list[str] = []
    panel._list.observe(lambda change: sent.append(change["new"]), "value")
    for number in range(200):
        panel(StepEvent(step=f"task definition blog:{number}", state=StepState.DONE))
    assert sent == []
    await until(lab, lambda: "200 removed" in panel._list.value)
    assert len(sent) == 1


async def test_command_line_sees_the_same_account(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told where the account is, whatever the learner's own profile says."""
    project = await translated(lab, BLOG).check().up(lab.aws, cluster="blog")
    (task,) = [task async for task in project.tasks()]
    with monkeypatch.context() as environment:
        environment.setenv("AWS_PROFILE", "somewhere-else")
        environment.setenv("FORCE_COLOR", "1")
        shown = await lab.show.command("fargate-kit compose ps -p blog --cluster blog")
    assert task.id[:8] in shown.text
    assert shown.text.startswith("$ fargate-kit compose ps")
    assert "exit code" not in shown.text
    assert "\x1b" not in shown.text
    assert "<script" not in shown.html


async def test_command_line_that_fails_says_so(lab: Lab) -> None:
    """A cell with a slip in it ends with the message, not with a traceback."""
    shown = await lab.show.command("fargate-kit compose pss")
    assert "(exit code 2)" in shown.text
    with pytest.raises(ConfigurationError, match="does not begin with fargate-kit"):
        await lab.show.command("rm -r somewhere")


async def test_checks_take_a_conversion_for_its_plan(lab: Lab) -> None:
    """Who hands in what `convert()` gave is not sent back for `.check()`."""
    lab.answer("7.1", translated(lab, BLOG))
    assert await lab.check("7.1")
    refused = translated(lab, BLOG + "    devices: [/dev/snd]\n")
    lab.answer("7.1", refused)
    assert "a refused conversion" in repr(await lab.check("7.1"))


MOUNTED = f"    volumes: ['uploads:{UPLOADS}']\nvolumes:\n  uploads:"
# What a learner may write in place of the right fix, and what the check then says of it.
TEMPTING = {
    "": "nothing is mounted",
    f"{MOUNTED}\n": "storage of the task",
    f"{MOUNTED} {{external: true, name: fs-00000000}}\n": "fs-00000000",
    f"{MOUNTED} {{external: true, name: {FILE_SYSTEM}}}\n".replace("']", ":ro']"): "read only",
}


async def test_wrong_fix_is_told_by_what_becomes_of_the_uploads(lab: Lab) -> None:
    """Each of the tempting fixes fails for its own reason, and the right one passes."""
    for volumes, saw in TEMPTING.items():
        lab.answer("7.3", translated(lab, BLOG + volumes).check())
        report = await lab.check("7.3")
        assert not report
        assert saw in repr(report)
    lasting = f"{MOUNTED} {{external: true, name: {FILE_SYSTEM}}}\n"
    lab.answer("7.3", translated(lab, BLOG + lasting).check())
    assert await lab.check("7.3")


async def test_any_answer_is_looked_at(lab: Lab) -> None:
    """A learner may hand anything in, before anything is made; no check stumbles over it."""
    for answer in (None, "x", 3, {}, {"image": 4}, [("image", "mapped")], object()):
        for name in ("7.1", "7.2", "7.3", "7.5"):
            lab.answer(name, answer)
            report = await lab.check(name)
            assert not report
            assert "the rest could be looked at" not in repr(report)


async def test_names_carry_the_seat(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where several share an account, each has a blog of its own, and the check looks at that."""
    monkeypatch.setenv(SEAT, "s1")
    project = await translated(lab, BLOG).check().up(lab.aws, cluster=lab.name("blog"))
    assert [each.name for each in project.services] == ["s1-blog"]
    assert await lab.check("7.4")
    await project.down(logs=True)
    assert await lab.check("7.7")
    monkeypatch.delenv(SEAT)
    assert not await lab.check("7.7")
