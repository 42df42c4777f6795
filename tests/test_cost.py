"""The promise: a service tells what it costs before the bill does."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from fargate_kit import CapacityShare, Connection, TaskSpec

ShellSpec = Callable[..., TaskSpec]


async def test_service_tells_its_cost(aws: Connection, shell: ShellSpec) -> None:
    """Shares of capacity, public addresses and the count are those of the service."""
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 86400"))
    service = await cluster.create_service(
        "web",
        definition,
        desired_count=10,
        capacity_provider=[
            CapacityShare(provider="FARGATE", base=2, weight=0),
            CapacityShare(provider="FARGATE_SPOT", weight=1),
        ],
    )
    before = aws.calls
    found = await service.cost()
    assert aws.calls - before == {"ecs:DescribeTaskDefinition": 1}
    one = definition.cost().per_hour
    addresses = 10 * Decimal("0.005")
    assert found.per_hour == 2 * one + 8 * one * Decimal("0.3") + addresses
    fewer = await service.cost(count=2, load_balancers=1, hours=1)
    assert fewer.total == 2 * one + 2 * Decimal("0.005") + Decimal("0.0225")
