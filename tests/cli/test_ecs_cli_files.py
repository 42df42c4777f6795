"""The ECS CLI's own files: its cluster, its region and its key pair are taken over."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fargate_kit.cli.app import run
from fargate_kit.cli.ecs_cli_files import folder_of, read_setup
from fargate_kit.errors import ConfigurationError
from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import WallClock
from fargate_kit.sim.front_door import FrontDoor

CONFIG = """\
version: v1
default: hello
clusters:
  hello:
    cluster: hello-world
    region: eu-west-1
    default_launch_type: FARGATE
  other:
    cluster: prod
    region: us-west-2
"""
CREDENTIALS = """\
version: v1
default: mine
ecs_profiles:
  mine:
    aws_access_key_id: AKIDMINE
    aws_secret_access_key: not-a-secret
  guest:
    aws_access_key_id: AKIDGUEST
    aws_secret_access_key: not-one-either
    aws_session_token: token
"""
INI = """\
[ecs]
cluster = old
aws_profile = work
region = us-east-2
aws_access_key_id =
aws_secret_access_key =
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the ECS CLI in a home of its own, with both files."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    for name in list(os.environ):
        if name.startswith(("AWS_", "ECS_PROFILE", "FARGATE_KIT_")):
            monkeypatch.delenv(name)
    folder = folder_of()
    folder.mkdir()
    (folder / "config").write_text(CONFIG, encoding="utf-8")
    (folder / "credentials").write_text(CREDENTIALS, encoding="utf-8")
    return folder


@pytest.fixture
def url() -> Iterator[str]:
    """Return the address of a simulated account."""
    account = Account(clock=WallClock(200), seed=1)
    with FrontDoor(account) as door:
        yield door.url
    account.close()


def test_defaults_are_read(folder: Path) -> None:
    """Without names it is the default configuration and the default profile."""
    setup = read_setup(folder)
    assert (setup.configuration, setup.cluster, setup.region) == ("hello", *HELLO)
    assert setup.credentials is not None
    assert setup.credentials.access_key_id == "AKIDMINE"
    assert "not-a-secret" not in repr(setup)


HELLO = ("hello-world", "eu-west-1")


def test_names_choose(folder: Path) -> None:
    """A configuration and a profile that are named are taken, the session's token included."""
    setup = read_setup(folder, configuration="other", profile="guest")
    assert (setup.cluster, setup.region) == ("prod", "us-west-2")
    assert setup.credentials is not None
    assert setup.credentials.session_token == "token"


def test_file_of_old_is_read(folder: Path) -> None:
    """The INI file from before version 1.0 names an AWS profile in place of keys."""
    (folder / "config").write_text(INI, encoding="utf-8")
    setup = read_setup(folder)
    assert (setup.cluster, setup.region, setup.aws_profile) == ("old", "us-east-2", "work")
    assert setup.credentials is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("clusters: [", "config, line"),
        ("clusters: 3", "'clusters'"),
        ("version: v1", "'clusters'"),
        ("default: gone\nclusters: {hello: {}}", "no configuration 'gone'; there are: hello"),
        ("[ecs]\nno sign of a value", "INI"),
    ],
)
def test_broken_file_is_one_line(folder: Path, text: str, says: str) -> None:
    """The file is named, what is wrong, and what there is."""
    (folder / "config").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=says):
        read_setup(folder)


def test_broken_credentials_are_never_quoted(folder: Path) -> None:
    """Whatever is wrong with the file, no key of it is told."""
    (folder / "credentials").write_text(f"{CREDENTIALS}  : not-a-secret: [", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_setup(folder)
    assert "not-a-secret" not in str(caught.value)


def test_commands_take_cluster_region_and_keys(
    folder: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Someone who never typed another option sees the old cluster, and is told whence."""
    assert run(["ps", "--endpoint-url", url]) == 1
    shown = capsys.readouterr().err
    assert "hello-world" in shown
    assert "region eu-west-1, the key pair of profile 'mine'" in shown
    assert str(folder) in shown
    assert "AKIDMINE" not in shown
    assert run(["--cluster-config", "other", "ps", "--endpoint-url", url]) == 1
    assert "cluster prod, region us-west-2" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_cluster_that_was_configured_comes_and_goes(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`up` and `down` mean the cluster that `ecs-cli up` and `ecs-cli down` meant."""
    assert run(["up", "--endpoint-url", url]) == 0
    assert "made: cluster hello-world" in capsys.readouterr().out
    assert run(["down", "--endpoint-url", url]) == 2
    assert "- cluster hello-world" in capsys.readouterr().err
    assert run(["down", "--yes", "--json", "--endpoint-url", url]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts == {"cluster": "hello-world", "deleted": ["cluster hello-world"]}


def test_options_and_variables_win(
    folder: Path, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is said now counts for more than what was configured then."""
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDNOW")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "now")
    assert run(["ps", "--cluster", "mine", "--endpoint-url", url]) == 1
    shown = capsys.readouterr().err
    assert "mine" in shown.splitlines()[-1]
    assert "eu-west-1" not in shown
    assert "key pair" not in shown


def test_unknown_name_is_a_usage_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that was asked for and is not there ends with code 2 and the names that are."""
    assert run(["--cluster-config", "none", "ps"]) == 2
    assert "there are: hello, other" in " ".join(capsys.readouterr().err.split())
    assert run(["--ecs-profile", "none", "ps"]) == 2
    assert "there are: guest, mine" in " ".join(capsys.readouterr().err.split())


def test_broken_leftover_stops_nobody(
    folder: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that cannot be read is told, and the command goes on without it."""
    (folder / "config").write_text("clusters: [", encoding="utf-8")
    keys = ["--region", "us-east-1", "--endpoint-url", url]
    assert run(["ps", *keys]) == 1
    assert "the ECS CLI's files are not used" in capsys.readouterr().err
    assert run(["sim", "--help"]) == 0
    assert "ECS CLI" not in capsys.readouterr().err
