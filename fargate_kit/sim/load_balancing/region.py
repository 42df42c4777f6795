"""The load balancing of one region: its operations, its traffic, and what services ask of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from fargate_kit.sim.engine import Engine
from fargate_kit.sim.load_balancing import wording
from fargate_kit.sim.load_balancing.addressing import Addressed
from fargate_kit.sim.load_balancing.lives import FindOwner, TargetLives
from fargate_kit.sim.load_balancing.mirror import Mirror, Outside
from fargate_kit.sim.load_balancing.operations import TargetOperations
from fargate_kit.sim.load_balancing.protocol import TargetHealth, TargetOwner
from fargate_kit.sim.load_balancing.recorder import Recorder
from fargate_kit.sim.load_balancing.repeating import REPEATED, repeated
from fargate_kit.sim.load_balancing.targets import ANY_ZONE, Targets
from fargate_kit.sim.load_balancing.traffic import Traffic
from fargate_kit.sim.query_codec import XML_CONTENT_TYPE, QueryCodec
from fargate_kit.sim.request import Request, Response
from fargate_kit.sim.timing import Timing


class OwningAccount(Protocol):
    """The account to which the load balancers belong."""

    engine: Engine
    timing: Timing

    @property
    def id(self) -> str:
        """Twelve digits."""
        ...

    @property
    def moto(self) -> Outside:
        """The services beside."""
        ...


class LoadBalancingRegion:
    """The simulated Elastic Load Balancing of one region, as far as it is not moto's.

    Load balancers, listeners, rules and target groups are kept by moto and mirrored here.
    Targets that are IP addresses are kept here alone; targets of other types stay moto's,
    which says that they are all healthy.

    Args:
        account: Whose engine and other services are used.
        region: e.g. `eu-west-1`.
        find_owner: Tells who has an address of a VPC.
        strict: Check every answer against botocore's model.
        lost_by_plan: Tells of a target group and an address whether a check is lost.
    """

    def __init__(
        self,
        account: OwningAccount,
        region: str,
        find_owner: FindOwner,
        *,
        strict: bool = False,
        lost_by_plan: Callable[[str, str], bool] | None = None,
    ) -> None:
        engine, timing = account.engine, account.timing
        self.region = region
        self._engine = engine
        self._mirror = Mirror(account.moto, region)
        self._targets = Targets()
        self._lives = TargetLives(engine, timing, region, self._mirror, self._targets, find_owner)
        self._operations = TargetOperations(
            region, account.id, self._mirror, self._targets, self._lives
        )
        self._recorder = Recorder(engine, region, self._mirror, self._targets)
        self._traffic = Traffic(
            engine,
            timing,
            region,
            self._mirror,
            self._targets,
            self._lives.owner_of,
            self._recorder,
        )
        self._codec = QueryCodec("elbv2", strict=strict)
        self._timing = timing
        self._provisioning: set[str] = set()
        self._due = False
        if lost_by_plan is not None:
            self._lives.lost_by_plan = lost_by_plan
        self._lives.observers.append(lambda *_: self._recorder.begin())

    # HTTP

    def answer(self, operation: str, request: Request, request_id: str) -> Response | None:
        """Answer a request to elbv2.

        Returns:
            The answer; None if the request is moto's to answer.

        Raises:
            AwsError: AWS would refuse the request; nothing has changed.
        """
        if operation in REPEATED:
            params = self._codec.decode(operation, request)
            made = repeated(operation, params, self._mirror.facts)
            return None if made is None else self._told(operation, made, request_id)
        if not self._operations.has(operation):
            return None
        params = self._codec.decode(operation, request)
        group = self._operations.group(params)
        if group.target_type != "ip":
            return None
        result = self._operations.run(operation, group, params)
        return self._told(operation, result, request_id)

    def _told(self, operation: str, result: dict[str, Any], request_id: str) -> Response:
        return Response(
            status=200,
            headers={"content-type": XML_CONTENT_TYPE, "x-amzn-requestid": request_id},
            body=self._codec.encode(operation, result, request_id),
        )

    def serve(self, addressed: Addressed) -> Response:
        """Answer a client of a load balancer."""
        return self._traffic.answer(addressed)

    def configuration_changed(self) -> None:
        """Take note that moto's load balancers, listeners, rules or groups may have changed."""
        self._mirror.forget()
        if not self._due:
            self._due = True
            self._engine.after(
                0, self._reconcile, name=f"follow the load balancers of {self.region}"
            )

    def _reconcile(self) -> None:
        self._due = False
        self._lives.reconcile()
        for balancer in self._mirror.facts.load_balancers:
            if balancer.state == "provisioning" and balancer.arn not in self._provisioning:
                self._provisioning.add(balancer.arn)
                self._engine.after(
                    self._timing.load_balancer,
                    partial(self._mirror.activate, balancer.arn),
                    name=f"activate load balancer {balancer.name}",
                )

    # what services ask

    def register(
        self, target_group_arn: str, address: str, port: int, task: TargetOwner | None
    ) -> None:
        """Add a target; see `LoadBalancing`."""
        group = self._mirror.facts.target_groups.get(target_group_arn)
        if group is None:
            return
        zone = self._mirror.zone_of(group.vpc_id, address) if group.vpc_id else None
        self._lives.register(
            group, address, port, zone=zone or ANY_ZONE, peered=zone is None, owner=task
        )

    def deregister(
        self, target_group_arn: str, address: str, port: int, *, done: Callable[[], None]
    ) -> None:
        """Take a target out; see `LoadBalancing`."""
        target = self._targets.find(target_group_arn, address, port)
        if target is None:
            self._engine.after(0, done, name=f"tell that target {address} is gone")
        else:
            self._lives.deregister(target, done)

    def health(self, target_group_arn: str, address: str, port: int) -> TargetHealth:
        """Tell the health of a target; see `LoadBalancing`."""
        target = self._targets.find(target_group_arn, address, port)
        return wording.NOT_REGISTERED if target is None else target.health

    def watch(self, changed: Callable[[str, str, int], None]) -> None:
        """Have every change of a target's health told; see `LoadBalancing`."""
        self._lives.observers.append(changed)

    def exists(self, target_group_arn: str) -> bool:
        """Tell whether there is such a target group."""
        return target_group_arn in self._mirror.facts.target_groups

    def has_listener(self, target_group_arn: str) -> bool:
        """Tell whether a listener of a load balancer forwards to the group."""
        return bool(self._mirror.facts.users(target_group_arn))

    def target_type(self, target_group_arn: str) -> str | None:
        """Tell the type of the group's targets."""
        group = self._mirror.facts.target_groups.get(target_group_arn)
        return None if group is None else group.target_type

    def target_port(self, target_group_arn: str) -> int | None:
        """Tell the port on which the group's targets listen unless they say otherwise."""
        group = self._mirror.facts.target_groups.get(target_group_arn)
        return None if group is None else group.port

    def target_vpc(self, target_group_arn: str) -> str | None:
        """Tell the id of the group's VPC."""
        group = self._mirror.facts.target_groups.get(target_group_arn)
        return None if group is None else group.vpc_id

    def deregistration_delay(self, target_group_arn: str) -> float:
        """Tell for how many seconds a target drains."""
        group = self._mirror.facts.target_groups.get(target_group_arn)
        return 0.0 if group is None else group.deregistration_delay
