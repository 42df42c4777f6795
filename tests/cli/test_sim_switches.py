"""`fargate-kit sim` keeps quotas and looks at its callers where it is told to."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from typing import Any

import pytest

FARGATE_KIT = [sys.executable, "-m", "fargate_kit"]


def get(url: str) -> dict[str, Any]:
    """Read JSON."""
    with urllib.request.urlopen(url, timeout=30) as response:
        told: dict[str, Any] = json.load(response)
    return told


@pytest.mark.parametrize("switches", [[], ["--quotas", "--enforce-iam"]])
def test_switches_are_off_until_they_are_given(switches: list[str]) -> None:
    """Quotas are kept and callers are looked at with the switches, and not without."""
    process = subprocess.Popen(
        [*FARGATE_KIT, "sim", "--quiet", *switches], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert get(f"{url}/_sim/quotas")["on"] is bool(switches)
        assert get(f"{url}/_sim/")["enforce_iam"] is bool(switches)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 0
