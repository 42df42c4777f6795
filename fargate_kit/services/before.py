"""What a service needs and costs, from its definition: looked up, and reckoned."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from fargate_kit.core.session import Session
from fargate_kit.model.pricing import Estimate, Prices, estimate, shares_of
from fargate_kit.model.values import Network
from fargate_kit.preflight.preflight import Preflight, check
from fargate_kit.service_spec import CapacityShare, Target
from fargate_kit.tasks.task_definition import TaskDefinition, describe

__all__ = ["check_service_in_place", "service_cost"]


async def check_service_in_place(
    session: Session,
    name: str,
    definition: TaskDefinition | str,
    *,
    network: Network | None,
    targets: Sequence[Target],
    execute_command: bool,
) -> Preflight:
    """Look at everything that a service needs to bring a definition."""
    found = definition if isinstance(definition, TaskDefinition) else None
    found = found or await describe(session, str(definition))
    return await check(
        session,
        f"service {name} with {found.name}",
        found.to_spec().to_api(),
        network=network,
        targets=targets,
        execute_command=execute_command,
    )


async def service_cost(
    session: Session,
    definition_arn: str,
    *,
    count: int,
    capacity: Sequence[CapacityShare],
    public_ip: bool,
    load_balancers: int,
    capacity_units: float | Decimal,
    hours: float | Decimal | None,
    prices: Prices | None,
) -> Estimate:
    """Estimate what a service costs as it is."""
    spec = (await describe(session, definition_arn)).to_spec()
    return estimate(
        cpu=int(spec.cpu),
        memory=int(spec.memory),
        region=session.api.region,
        shares=shares_of(count, [(each.provider, each.weight, each.base) for each in capacity]),
        hours=hours,
        architecture=spec.cpu_architecture,
        operating_system=spec.operating_system,
        ephemeral_storage=spec.ephemeral_storage,
        public_ip=public_ip,
        load_balancers=load_balancers,
        capacity_units=capacity_units,
        prices=prices,
    )
