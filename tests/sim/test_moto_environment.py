"""The process's own AWS settings have no effect on a simulated account."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ProfileNotFound

from fargate_kit.sim.moto_environment import settings_kept_out
from fargate_kit.sim.moto_surfaces import loaded
from fargate_kit.sim.service_models import apart_session

ASK = """
import os
from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.request import Request

def ask(account, scope, body, **headers):
    signed = f"AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/{scope}/aws4_request, Signature=0"
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(method="POST", path="/", query="",
                      headers={"authorization": signed, **headers}, body=body)
    return account.answer(request)

before = dict(os.environ)
account = Account(clock=StepClock(), seed=1)
form = {"content_type": "application/x-www-form-urlencoded"}
answers = [
    ask(account, "ec2", b"Action=DescribeVpcs&Version=2016-11-15", **form),
    ask(account, "sts", b"Action=GetCallerIdentity&Version=2011-06-15", **form),
    ask(account, "logs", b"{}", x_amz_target="Logs_20140328.DescribeLogGroups"),
    ask(account, "ecs", b"{}", x_amz_target="AmazonEC2ContainerServiceV20141113.ListClusters"),
    ask(account, "ecr", b"{}",
        x_amz_target="AmazonEC2ContainerRegistry_V20150921.DescribeRepositories"),
]
account.close()
assert dict(os.environ) == before
print([(each.status, each.body) for each in answers if each.status != 200])
"""


def test_account_answers_whatever_the_environment_says(tmp_path: Path) -> None:
    """A profile that is defined nowhere is nothing to a simulated account."""
    path = tmp_path / "config"
    path.write_text("")
    changed = {"AWS_CONFIG_FILE": str(path), "AWS_PROFILE": "undefined"}
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**os.environ, **changed},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_sessions_of_others_read_their_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where moto is at work for an account are the settings kept out, also of its modules."""
    loaded()
    base_backend: Any = importlib.import_module("moto.core.base_backend")
    monkeypatch.setenv("AWS_PROFILE", "undefined")
    with settings_kept_out():
        assert base_backend.Session().get_available_regions("ecs")
        with pytest.raises(ProfileNotFound):
            boto3.Session()
    with pytest.raises(ProfileNotFound):
        base_backend.Session()
    assert boto3.Session is boto3.session.Session


def test_models_are_read_without_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator's own look at botocore's models asks for no profile, and reads no file."""
    path = tmp_path / "config"
    path.write_text("[broken")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    monkeypatch.setenv("AWS_PROFILE", "undefined")
    session = apart_session()
    assert "ListClusters" in session.get_service_model("ecs").operation_names
    assert "us-east-1" in session.get_available_regions("ecs")
