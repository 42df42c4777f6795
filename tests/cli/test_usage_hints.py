"""A command line that is off: what is said shows the way out, and nothing is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

import fargate_kit as fk
from fargate_kit.cli.app import run
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
    ],
    ids=" ".join,
)
def test_slip_is_a_usage_error_with_the_way_out(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The code is 2, and the words tell what to write instead."""
    assert run(arguments) == 2
    assert says in " ".join(capsys.readouterr().err.split())


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
