"""What can be known of a service before it changes."""

from __future__ import annotations

from decimal import Decimal

from fargate_kit.core.session import Session
from fargate_kit.model.pricing import Estimate, Prices
from fargate_kit.model.values import Network
from fargate_kit.preflight.preflight import Preflight
from fargate_kit.service_spec import CapacityShare, Target
from fargate_kit.services.before import check_service_in_place, service_cost
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["LookingAhead"]


class LookingAhead:
    """Look for what would be in the way, and at the bill."""

    __slots__ = ()

    name: str
    definition_arn: str
    desired_count: int
    targets: tuple[Target, ...]
    capacity_providers: tuple[CapacityShare, ...]
    network: Network | None
    enable_execute_command: bool
    _session: Session

    async def check(self, definition: TaskDefinition | str | None = None) -> Preflight:
        """Look for what would keep the service from bringing a definition, and change nothing.

        Args:
            definition: What is to be deployed; None is what it has.

        Calls:
            those of `Connection.check()`; ecs:DescribeTaskDefinition if the definition is a name
        """
        return await check_service_in_place(
            self._session,
            self.name,
            definition if definition is not None else self.definition_arn,
            network=self.network,
            targets=self.targets,
            execute_command=self.enable_execute_command,
        )

    async def cost(
        self,
        *,
        hours: float | Decimal | None = None,
        count: int | None = None,
        load_balancers: int | None = None,
        capacity_units: float | Decimal = 0,
        prices: Prices | None = None,
    ) -> Estimate:
        """Estimate what the service costs by list prices, with its load balancer.

        Args:
            hours: For a total; None tells of the hour and month only.
            count: How many tasks; None is the desired count.
            load_balancers: How many are paid for it; None is one where it has targets.
            capacity_units: How many capacity units (LCU) they use at a time.
            prices: Taken instead of those that are known here.

        Raises:
            UnknownPrice: No price is known for the region or the platform.

        Calls:
            ecs:DescribeTaskDefinition
        """
        return await service_cost(
            self._session,
            self.definition_arn,
            count=self.desired_count if count is None else count,
            capacity=self.capacity_providers,
            public_ip=self.network is not None and self.network.public_ip,
            load_balancers=int(bool(self.targets)) if load_balancers is None else load_balancers,
            capacity_units=capacity_units,
            hours=hours,
            prices=prices,
        )
