"""Where moto answers unlike AWS, put right in the backends of one account, method by method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.load_balancing import wording
from fargate_kit.sim.moto_ec2_mends import mend_ec2
from fargate_kit.sim.moto_schedules import mend_scheduler


def mended(service: str, backend: Any) -> Any:
    """Give a backend back, put right if it is new."""
    mend = MENDS.get(service)
    if mend is not None and "is_mended" not in vars(backend):
        backend.is_mended = True
        mend(backend)
    return backend


def _mend_elbv2(elbv2: Any) -> None:
    """Keep a load balancer that is protected from its deletion, and provisioning until it is told.

    Both are of the service model; moto makes one active as soon as somebody looks.
    """
    create, delete = elbv2.create_load_balancer, elbv2.delete_load_balancer

    def create_load_balancer(*given: Any, **named: Any) -> Any:
        balancer = create(*given, **named)
        balancer.activate = lambda: None
        return balancer

    def delete_load_balancer(arn: str) -> None:
        balancer = elbv2.load_balancers.get(arn)
        attributes = {} if balancer is None else balancer.attrs
        if str(attributes.get("deletion_protection.enabled")).lower() == "true":
            raise wording.DELETION_PROTECTED.error(arn=arn)
        delete(arn)

    elbv2.create_load_balancer = create_load_balancer
    elbv2.delete_load_balancer = delete_load_balancer


MENDS: Mapping[str, Callable[[Any], None]] = {
    "ec2": mend_ec2,
    "elbv2": _mend_elbv2,
    "scheduler": mend_scheduler,
}
