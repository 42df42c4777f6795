"""How targets are checked, and what AWS would refuse of a balancer, listener or target group."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from fargate_kit.model.problems import Problem, Rule

__all__ = ["TargetHealthCheck", "check_changes", "check_group", "check_name", "check_port"]

# Longest that AWS lets a target drain (Elastic Load Balancing model, TargetGroupAttribute).
LONGEST_DELAY = 3600
USUAL_DELAY = 30

_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,32}(?<!-)")
_CODES = re.compile(r"\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*")
_MODEL = "Elastic Load Balancing model"
NAME = Rule(
    id="balancer-name",
    says="A name has 1 to 32 letters, digits and hyphens, and no hyphen at either end.",
    source=f"{_MODEL}, CreateLoadBalancer and CreateTargetGroup",
)
PORT = Rule(id="balancer-port", says="A port is 1 to 65535.", source=f"{_MODEL}, Port")
CHECK = Rule(
    id="target-health-check",
    says="Health checks keep to AWS's ranges, and a time-out is shorter than the interval.",
    source=f"{_MODEL}, CreateTargetGroup",
)
DELAY = Rule(
    id="deregistration-delay",
    says="A target drains for 0 to 3600 seconds.",
    source=f"{_MODEL}, TargetGroupAttribute",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetHealthCheck:
    """How a load balancer finds out whether a target is healthy.

    A new target is healthy after its first check that passes. Defaults differ from AWS's (every
    30 s, five passes, two failures): checks every ten seconds make a deployment faster, and three
    failures in a row are still half a minute in which one slow answer does no harm.

    Attributes:
        path: Where the check's GET goes; it must answer without a sign-in.
        interval: Seconds between two checks, 5 to 300.
        timeout: Seconds after which a check without an answer has failed, 2 to 120.
        healthy_threshold: Passes in a row that make an unhealthy target healthy, 2 to 10.
        unhealthy_threshold: Failures in a row that make a target unhealthy, 2 to 10.
        codes: The status codes that pass, such as `200`, `200-299` or `200,301`.
    """

    path: str = "/"
    interval: int = 10
    timeout: int = 5
    healthy_threshold: int = 2
    unhealthy_threshold: int = 3
    codes: str = "200"

    def to_api(self) -> dict[str, Any]:
        """Return the members of CreateTargetGroup."""
        return {
            "HealthCheckPath": self.path,
            "HealthCheckIntervalSeconds": self.interval,
            "HealthCheckTimeoutSeconds": self.timeout,
            "HealthyThresholdCount": self.healthy_threshold,
            "UnhealthyThresholdCount": self.unhealthy_threshold,
            "Matcher": {"HttpCode": self.codes},
        }

    def problems(self) -> list[Problem]:
        """Return what AWS would refuse of it."""
        found = [
            CHECK.problem(path, given=given, allowed=f"{least} to {most}", remedy="change it")
            for path, given, least, most in (
                ("HealthCheckIntervalSeconds", self.interval, 5, 300),
                ("HealthCheckTimeoutSeconds", self.timeout, 2, 120),
                ("HealthyThresholdCount", self.healthy_threshold, 2, 10),
                ("UnhealthyThresholdCount", self.unhealthy_threshold, 2, 10),
            )
            if not least <= given <= most
        ]
        if self.timeout >= self.interval:
            found.append(
                CHECK.problem(
                    "HealthCheckTimeoutSeconds",
                    given=self.timeout,
                    allowed=f"less than the interval of {self.interval}",
                    remedy="shorten it, or lengthen the interval",
                )
            )
        if not self.path.startswith("/"):
            found.append(
                CHECK.problem(
                    "HealthCheckPath",
                    given=self.path,
                    allowed="a path that begins with /",
                    remedy="put a / in front",
                )
            )
        if not _CODES.fullmatch(self.codes):
            found.append(
                CHECK.problem(
                    "Matcher.HttpCode",
                    given=self.codes,
                    allowed="codes and ranges such as 200-299,301",
                    remedy="name the codes that pass",
                )
            )
        return found


def check_name(name: str) -> list[Problem]:
    """Return what is wrong with the name of a load balancer or target group."""
    if _NAME.fullmatch(name):
        return []
    allowed = "1 to 32 letters, digits and hyphens, no hyphen at either end"
    return [NAME.problem("Name", given=name, allowed=allowed, remedy="rename it")]


def check_port(port: int) -> list[Problem]:
    """Return what is wrong with a port."""
    if 1 <= port <= 65535:
        return []
    return [PORT.problem("Port", given=port, allowed="1 to 65535", remedy="name another port")]


def check_group(
    name: str, port: int, health_check: TargetHealthCheck, deregistration_delay: int
) -> list[Problem]:
    """Return every problem of a target group that is to be made."""
    found = [*check_name(name), *check_port(port)]
    return found + check_changes(health_check, deregistration_delay)


def check_changes(
    health_check: TargetHealthCheck | None, deregistration_delay: int | None
) -> list[Problem]:
    """Return every problem of what of a target group may change; None is no change."""
    found = health_check.problems() if health_check is not None else []
    if deregistration_delay is not None and not 0 <= deregistration_delay <= LONGEST_DELAY:
        found.append(
            DELAY.problem(
                "deregistration_delay.timeout_seconds",
                given=deregistration_delay,
                allowed=f"0 to {LONGEST_DELAY}",
                remedy="give seconds",
            )
        )
    return found
