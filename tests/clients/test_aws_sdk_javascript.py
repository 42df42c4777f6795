"""The AWS SDK for JavaScript on Node.js: a client in another language, unchanged."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from client_environments import IndexOutOfReach, node_modules

PROGRAM = Path(__file__).parent / "programs" / "roll_out.cjs"
ENDLESS = "number=0; while true; do echo line $number; number=$((number+1)); sleep 20; done"


@pytest.fixture
def node(settings: dict[str, str]) -> str:
    """Return the command of Node.js, which will find the SDK."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("there is no Node.js with npm on this machine")
    version = subprocess.check_output([node, "--version"], text=True).strip()
    if int(version.removeprefix("v").partition(".")[0]) < 20:
        pytest.skip(f"the SDK needs Node.js 20 or newer, not {version}")
    try:
        settings["NODE_PATH"] = str(node_modules("aws-sdk-javascript", version))
    except IndexOutOfReach as reason:
        pytest.skip(str(reason))
    return node


def test_service_is_rolled_out(
    node: str, run: Callable[..., Any], shop: Any, logs: Any, subnets: list[str]
) -> None:
    """Commands, waiters, paginators and a live tail of the SDK end as they do on AWS."""
    shop.register(shop.name, "busybox", command=["sh", "-c", ENDLESS])
    (group,) = logs.describe_log_groups(logGroupNamePrefix=shop.name)["logGroups"]
    done = run(node, PROGRAM, shop.name, subnets[0], group["logGroupArn"])
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    line = report.pop("line")
    assert line["started"]
    assert line["message"].startswith("line ")
    assert report == {
        "createdAt": True,
        "stable": "SUCCESS",
        "tasks": 3,
        "running": "SUCCESS",
        "inactive": "SUCCESS",
        "stopped": "SUCCESS",
        "missing": {"name": "Error", "status": None},
        "nowhere": {"name": "ClusterNotFoundException", "status": 400},
    }
