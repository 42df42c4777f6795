"""What policies and schedules of scaling have in common: names, cooldowns, and their defaults."""

from __future__ import annotations

import re
from typing import Any

from fargate_kit.model.arguments import wrong_argument
from fargate_kit.model.problems import Problem, Rule

__all__ = ["IN_COOLDOWN", "OUT_COOLDOWN", "check_cooldown", "check_name", "check_number"]

MODEL = "Application Auto Scaling model"
NAME = Rule(
    id="scaling-name",
    says="A name has 1 to 255 characters, among them no control character, |, : and /.",
    source=f"{MODEL}, PutScalingPolicy and PutScheduledAction",
)
SECONDS = Rule(
    id="scaling-seconds", says="A cooldown is 0 seconds or more.", source=f"{MODEL}, Cooldown"
)
_NAME = re.compile(r"[^\x00-\x1f\x7f|:/]{1,255}")
# Seconds. During the cooldown after a scale-out AWS counts what was added and goes on where more is
# needed (ECS Developer Guide, service-auto-scaling), so it need not be longer than a task takes to
# start and a metric to show it. AWS's own 300 let an overloaded service wait.
OUT_COOLDOWN = 60
# AWS's own value: capacity that was taken away too early must be started again.
IN_COOLDOWN = 300


def check_name(name: str) -> list[Problem]:
    """Return what is wrong with the name of a policy or scheduled action."""
    if _NAME.fullmatch(name):
        return []
    allowed = "1 to 255 characters without |, : and /"
    return [NAME.problem("name", given=name, allowed=allowed, remedy="rename it")]


def check_cooldown(path: str, seconds: int) -> list[Problem]:
    """Return what is wrong with a cooldown."""
    check_number(path, seconds, "seconds", kind=int)
    if seconds >= 0:
        return []
    return [SECONDS.problem(path, given=seconds, allowed="0 or more", remedy="give seconds")]


def check_number(path: str, given: Any, allowed: str, *, kind: Any = (int, float)) -> None:
    """Make sure that something is a number.

    Raises:
        TypeError: It is none.
    """
    if isinstance(given, bool) or not isinstance(given, kind):
        raise wrong_argument(path, given, allowed)
