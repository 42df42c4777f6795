"""A command line that is off: what is said shows the way out, and nothing is sent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

import fargate_kit as fk
from fargate_kit.cli import former
from fargate_kit.cli.app import app, run
from fargate_kit.cli.up_options import ports_of, sources_of, tags_of


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["scale", "web", "-15"], "a count is 0 or more, not -15"),
        (["compose", "scale", "-1"], "a count is 0 or more, not -1"),
        (["compose", "scale", "web=-1"], "a count is 0 or more, not -1"),
        (
            ["ps", "--cluster-config", "old"],
            "--cluster-config stands before the command: fargate-kit --cluster-config NAME ps",
        ),
        (["compose", "ps", "--ecs-profile", "mine"], "fargate-kit --ecs-profile NAME compose ps"),
        (["compose", "logs", "-f"], "--follow goes on with new lines"),
        (["compose", "logs", "-f", "--since", "10m"], "--follow goes on with new lines"),
        (["compose", "logs", "-f", "web"], "--follow goes on with new lines"),
        (["up", "team/prod"], "such as prod"),
        (["up", "x" * 198], "1 to 197 letters"),
        (["up", "prod", "--cluster", "test"], "are two clusters"),
        (["down", "prod", "-c", "test"], "are two clusters"),
        (["down", "prod!"], "is no name of a cluster"),
        (["up", "--zones", "2"], "give --network"),
        (["up", "--port", "80", "--open-to", "anywhere"], "give --network"),
        (["up", "--network", "--port", "80"], "say which port is opened to whom"),
        (["up", "--network", "--open-to", "anywhere"], "say which port is opened to whom"),
        (["up", "--network", "--zones", "17"], "--zones"),
        (["up", "--tag", "team"], "KEY=VALUE"),
        (["configure", "--cluster", "x"], "set FARGATE_KIT_CLUSTER and AWS_REGION"),
        (["compose", "service", "up"], "leave out `service`: `fargate-kit compose up`"),
        (["compose", "run", "x"], "`fargate-kit run FAMILY -- COMMAND` (see docs/how-to/"),
        (["up", "--vpc", "x"], "`fargate-kit deploy --create` take --subnet"),
        (["up", "--subnets", "x"], "--subnet, which may be repeated"),
        (["logs", "--task-id", "x"], "`fargate-kit logs ID`"),
        (["ps", "--aws-profile", "x"], "here: --profile"),
        (["stauts"], "If `status` is meant: `fargate-kit ps`"),
        (["confgure"], "If `configure` is meant: give --cluster"),
        (["deplyo"], "Did you mean 'deploy'"),
        (["compose", "donw"], "Did you mean 'down'"),
    ],
    ids=" ".join,
)
def test_slip_is_a_usage_error_with_the_way_out(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The code is 2, and the words tell what to write instead."""
    assert run(arguments) == 2
    assert says in " ".join(capsys.readouterr().err.split())


PAGE = Path(__file__).parents[2] / former.PAGE
NAMED = [
    *(name for names in former.COMMANDS.values() for name in names),
    *(option for options in former.OPTIONS.values() for option in options),
]


@pytest.mark.parametrize("name", sorted(set(NAMED)))
def test_hint_agrees_with_the_page(name: str) -> None:
    """What has a hint is on the page that the hint names, in the column of the ECS CLI."""
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    former_names = " ".join(row.split(" | ")[0] for row in rows)
    assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", former_names)


def test_hint_is_for_what_is_not_there() -> None:
    """No command and no option that there is has a hint that leads away from it."""
    group = typer.main.get_command(app)
    for path, names in former.COMMANDS.items():
        below = _command(group, path)
        assert not set(names) & set(below.commands)
    for path, options in former.OPTIONS.items():
        if path != "*":
            there = {each for param in _command(group, path).params for each in param.opts}
            assert not set(options) & there


def _command(group: Any, path: str) -> Any:
    for name in path.split():
        group = group.commands[name]
    return group


def test_file_behind_f_is_no_slip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a file is named, `-f` is what it is in every command of Compose."""
    monkeypatch.chdir(tmp_path)
    Path("stack").write_text("services: {a: {image: 'x:1'}}\n")
    keys = ["--region", "us-east-1", "--endpoint-url", "http://127.0.0.1:9"]
    assert run(["compose", "logs", "-f", "stack", *keys]) == 1
    assert "--follow" not in capsys.readouterr().err


def test_ports_are_read() -> None:
    """One port, or the first and the last of a range."""
    assert ports_of(["80", "8000-8010", "443-443"]) == (80, (8000, 8010), 443)
    for text in ("0", "65536", "90-80", "http", "-1", "80-", ""):
        with pytest.raises(typer.BadParameter, match="no port"):
            ports_of([text])


def test_only_one_word_means_everybody() -> None:
    """The whole internet is never let in by a range of addresses."""
    known = ["203.0.113.7", "203.0.113.0/24", "sg-0123456789abcdef0"]
    assert sources_of([*known, "anywhere"]) == (*known, fk.ANYWHERE)
    for text in ("0.0.0.0/0", "::/0"):
        with pytest.raises(typer.BadParameter, match="--open-to anywhere"):
            sources_of([text])
    for text, both in (
        ("1.2.3.4/8", "give 1.2.3.4 to let in that address alone, or 1.0.0.0/8"),
        ("2001:db8::1/64", "give 2001:db8::1 to let in that address alone, or 2001:db8::/64"),
    ):
        with pytest.raises(typer.BadParameter, match=re.escape(both)):
            sources_of([text])
    for text in ("0.0.0.0/4", "everybody", "203.0.113.300", ""):
        with pytest.raises(typer.BadParameter, match="nobody who can be let in"):
            sources_of([text])


def test_tags_are_read() -> None:
    """A value may have an equals sign or be empty; our own tag is not to be given."""
    assert tags_of(["team=web", "query=a=b", "empty="]) == {
        "team": "web",
        "query": "a=b",
        "empty": "",
    }
    for text in ("team", "=web", "fargate-kit=made", "fargate-kit:x=y"):
        with pytest.raises(typer.BadParameter):
            tags_of([text])
    with pytest.raises(typer.BadParameter, match="twice"):
        tags_of(["team=web", "team=shop"])
