"""Where moto answers unlike AWS, put right in the backends of one account, method by method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.moto_cloudwatch_mends import mend_cloudwatch
from fargate_kit.sim.moto_ec2_mends import mend_ec2
from fargate_kit.sim.moto_elbv2_mends import mend_elbv2
from fargate_kit.sim.moto_iam_mends import mend_iam
from fargate_kit.sim.moto_schedules import mend_scheduler
from fargate_kit.sim.moto_ssm_mends import mend_ssm
from fargate_kit.sim.moto_sts import mend_sts


def mended(service: str, backend: Any) -> Any:
    """Give a backend back, put right if it is new."""
    mend = MENDS.get(service)
    if mend is not None and "is_mended" not in vars(backend):
        backend.is_mended = True
        mend(backend)
    return backend


MENDS: Mapping[str, Callable[[Any], None]] = {
    "cloudwatch": mend_cloudwatch,
    "ec2": mend_ec2,
    "elbv2": mend_elbv2,
    "iam": mend_iam,
    "scheduler": mend_scheduler,
    "ssm": mend_ssm,
    "sts": mend_sts,
}
