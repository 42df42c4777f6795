"""What every family of ECS operations stands on: the engine, the services beside ECS, the state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from fargate_kit.sim.awslogs import LogSink
from fargate_kit.sim.ecs.limits import Limits
from fargate_kit.sim.ecs.references import References
from fargate_kit.sim.ecs.state import RegionState
from fargate_kit.sim.engine import Engine
from fargate_kit.sim.facts import NetworkInterface, SecurityGroupFact, SubnetFact
from fargate_kit.sim.faults import Faults
from fargate_kit.sim.timing import Timing
from fargate_kit.sim.workloads import Workloads


class Outside(Protocol):
    """The services beside ECS: facts are read at once, effects are queued and never answer."""

    def subnet(self, region: str, subnet_id: str) -> SubnetFact | None:
        """Look a subnet up."""
        ...

    def security_group(self, region: str, group_id: str) -> SecurityGroupFact | None:
        """Look a security group up."""
        ...

    def default_security_group(self, region: str, vpc_id: str) -> str | None:
        """Tell the id of a VPC's default security group."""
        ...

    def addresses_in_use(self, region: str, subnet_id: str) -> frozenset[str]:
        """List the private addresses of a subnet's interfaces, apart from those of tasks."""
        ...

    def log_group_exists(self, region: str, name: str) -> bool:
        """Tell whether CloudWatch Logs has a group of that name."""
        ...

    def role_exists(self, arn: str) -> bool:
        """Tell whether IAM has the role."""
        ...

    def ecr_image_digest(self, region: str, repository: str, reference: str) -> str | None:
        """Find an image of the account's own ECR by tag or digest.

        Raises:
            RepositoryMissing: There is no such repository.
        """
        ...

    def create_network_interface(self, interface: NetworkInterface) -> None:
        """Have EC2 show the interface."""
        ...

    def delete_network_interface(self, region: str, interface_id: str) -> None:
        """Have EC2 forget the interface."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One region's ECS, as its operations see it."""

    region: str
    account_id: str
    engine: Engine
    outside: Outside
    logs: LogSink
    workloads: Workloads
    faults: Faults
    timing: Timing
    references: References
    state: RegionState
    limits: Limits
