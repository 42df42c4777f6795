"""What AWS refuses and moto would take: every request to moto is checked before moto sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.moto_checks.asked import Asked, read_asked
from fargate_kit.sim.moto_checks.by_model import CODES, check_by_model
from fargate_kit.sim.moto_checks.cloudwatch import check_cloudwatch
from fargate_kit.sim.moto_checks.ec2 import check_ec2
from fargate_kit.sim.moto_checks.elbv2 import check_elbv2
from fargate_kit.sim.moto_checks.iam import check_iam
from fargate_kit.sim.moto_checks.logs import check_logs
from fargate_kit.sim.moto_checks.scheduler import check_scheduler
from fargate_kit.sim.moto_checks.secretsmanager import check_secretsmanager
from fargate_kit.sim.moto_checks.ssm import check_ssm
from fargate_kit.sim.request import Request, Route

__all__ = ["CHECKS", "Asked", "check"]

# What a service refuses beyond the model, with its backend of moto.
CHECKS: Mapping[str, Callable[[Asked, Any], None]] = {
    "cloudwatch": check_cloudwatch,
    "ec2": check_ec2,
    "elbv2": check_elbv2,
    "iam": check_iam,
    "logs": check_logs,
    "scheduler": check_scheduler,
    "secretsmanager": check_secretsmanager,
    "ssm": check_ssm,
}


def check(request: Request, target: Route, backend_of: Callable[[], Any]) -> None:
    """Refuse what AWS refuses, before moto is asked.

    Args:
        backend_of: Gives moto's backend of the service; it is asked only for a service that
            has rules of its own.

    Raises:
        AwsError: AWS refuses the request.
    """
    rules = CHECKS.get(target.service)
    if rules is None and target.service not in CODES:
        return
    asked = read_asked(request, target)
    check_by_model(asked)
    if rules is not None:
        rules(asked, backend_of())
