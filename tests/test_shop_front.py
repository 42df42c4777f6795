"""The promise: the shop of the examples opens, survives a bad release, and leaves nothing."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

import fargate_kit as fk

FILE = Path(__file__).parents[1] / "examples" / "shop_front.py"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the example as a module."""
    place = spec_from_file_location("shop_front", FILE)
    assert place is not None
    assert place.loader is not None
    module = module_from_spec(place)
    # Its dataclasses look their module up.
    monkeypatch.setitem(sys.modules, "shop_front", module)
    place.loader.exec_module(module)
    return module


async def test_shop_runs_and_leaves_nothing(
    aws: fk.Connection, example: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bad release is taken back with its cause told, the good one stays, and all goes."""
    await example.run_shop(aws, name="corner", open_to="203.0.113.0/24")
    said = capsys.readouterr().out
    assert "open at http://corner-web-" in said
    assert "SHOP_TITLE: is not set" in said
    assert "release 2 was taken back\nrelease 3 stays\n2 tasks are healthy" in said
    assert await aws.leftovers("corner") == ()
    assert [each.name async for each in aws.load_balancers()] == []


async def test_shop_that_cannot_open_leaves_nothing(
    aws: fk.Connection, example: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An image that is not there ends the opening; what was made until then goes as well."""
    monkeypatch.setattr(example, "NGINX", "shop.invalid/nginx:1")
    with pytest.raises(ExceptionGroup) as failed:
        await example.run_shop(aws, name="corner", open_to="203.0.113.0/24")
    assert failed.group_contains(fk.DeploymentFailed)
    assert await aws.leftovers("corner") == ()


async def test_shop_is_open_to_those_who_are_named(aws: fk.Connection, example: ModuleType) -> None:
    """Nobody gets in whom the caller did not name, and nobody gets to a task but the balancer."""
    async with aws.temporary("corner") as mine:
        web = await example.open_shop(mine, "corner", open_to="203.0.113.0/24")
        groups = await aws._session.api.call("ec2", "DescribeSecurityGroups")
        sources = {
            (group["GroupName"], each["CidrIp"])
            for group in groups["SecurityGroups"]
            for rule in group["IpPermissions"]
            for each in rule.get("IpRanges", ())
        }
        assert {source for _, source in sources} == {"203.0.113.0/24"}
        scaling = await web.service.scaling()
        assert (scaling.minimum, scaling.maximum) == (2, 4)
        worker = await aws.task_definition("corner-worker")
        role = await aws.role(worker.raw["taskRoleArn"].rpartition("/")[2])
        may = await role.policies()
        assert may.explain("s3:GetObject", "arn:aws:s3:::shop-orders/1.json")
        assert not may.explain("s3:PutObject", "arn:aws:s3:::shop-orders/1.json")


def test_live_shop_asks_who_may_visit(
    example: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """On AWS the door is not opened to everybody by default."""
    with pytest.raises(SystemExit):
        example.parsed(["--live"])
    assert "--live needs --open-to" in capsys.readouterr().err
    assert example.parsed(["--live", "--open-to", "203.0.113.0/24"]).open_to == ["203.0.113.0/24"]
    assert example.parsed([]).open_to == fk.ANYWHERE


def test_example_runs_as_a_program() -> None:
    """Typed as its first lines say, it ends well."""
    done = subprocess.run(
        [sys.executable, str(FILE), "--speed", "500"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("closed: nothing is left\n")


def test_tutorial_shows_what_the_example_does() -> None:
    """Every piece of code on the page, but the test at its end, stands in the example."""
    page = FILE.parents[1] / "docs" / "tutorials" / "shop-front.md"
    blocks = [part.partition("```")[0] for part in page.read_text("utf-8").split("```python\n")[1:]]
    example = [line.strip() for line in FILE.read_text("utf-8").splitlines()]
    shown = [[line.strip() for line in block.splitlines()] for block in blocks[:-1]]
    assert len(shown) == 5
    for lines in shown:
        starts = [place for place, line in enumerate(example) if line == lines[0]]
        assert any(example[place : place + len(lines)] == lines for place in starts), lines
