"""The page for those who come from the ECS CLI stays true: what it names is there."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "coming-from-the-ecs-cli.md"
ROWS = [
    [cell.strip() for cell in line.strip("|\n").split(" | ")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| ECS CLI") and not line.startswith("| flag")
]
# What of the ECS CLI each section must speak of (its README and source).
WHOLE = {
    *("configure", "configure default", "configure profile", "configure migrate"),
    *("up", "down", "scale", "ps", "logs", "push", "pull", "images", "license"),
    *("check-attributes", "registry-creds up", "local create", "local up", "local down"),
    *("compose create", "compose up", "compose start", "compose run", "compose ps"),
    *("compose stop", "compose down", "compose scale", "compose service up", "service create"),
    *("service start", "service ps", "service scale", "service stop", "service rm"),
    *("service delete", "service down"),
    *("--region", "--cluster", "--cluster-config", "--ecs-profile", "--aws-profile", "--verbose"),
    *("--vpc", "--subnets", "--azs", "--security-group", "--cidr", "--port", "--size", "--empty"),
    *("--capability-iam", "--instance-type", "--instance-role", "--keypair", "--image-id"),
    *("--spot-price", "--no-associate-public-ip-address", "--extra-user-data", "--imdsv2"),
    *("--tags", "--force", "--launch-type", "--desired-status", "--task-id", "--task-def"),
    *("--container-name", "--filter-pattern", "--follow", "--since", "--start-time"),
    *("--end-time", "--timestamps", "--file", "--project-name", "--ecs-params"),
    *("--task-role-arn", "--registry-creds", "--create-log-groups", "--force-update"),
    *("--disable-ecs-managed-tags", "--deployment-max-percent", "--health-check-grace-period"),
    *("--deployment-min-healthy-percent", "--target-groups", "--role", "--target-group-arn"),
    *("--container-port", "--load-balancer-name", "--scheduling-strategy", "--timeout"),
    *("--force-deployment", "--delete-namespace", "--config-name", "--default-launch-type"),
    *("--cfn-stack-name", "--compose-service-name-prefix", "--access-key", "--secret-key"),
    *("--session-token", "--profile-name"),
}


@cache
def help_of(command: str) -> str:
    """Return the help of a command, and check that there is such a one."""
    done = subprocess.run(
        [sys.executable, "-m", "fargate_kit", *command.split(), "--help"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def named_commands() -> set[str]:
    """Return what the page says in the second column is there."""
    text = "\n".join(row[1] for row in ROWS)
    return set(re.findall(r"`fargate-kit ((?:compose )?[a-z]+)", text))


@pytest.mark.parametrize("wanted", sorted(WHOLE))
def test_everything_of_the_ecs_cli_is_on_the_page(wanted: str) -> None:
    """No command and no flag of the archived tool is passed over."""
    assert any(re.search(rf"(?<![\w-]){re.escape(wanted)}(?![\w-])", row[0]) for row in ROWS)


@pytest.mark.parametrize("command", sorted(named_commands()))
def test_successor_is_there(command: str) -> None:
    """Each command that the page names has a help page."""
    assert "Usage: fargate-kit" in help_of(command)


def test_flags_of_logs_are_there() -> None:
    """What the page says of `logs` is what `logs` takes."""
    for flag in ("--container", "--pattern", "--follow", "--since", "--timestamps"):
        assert flag in help_of("logs")
