"""Every call of a live lab passes here: refused, or tagged and written down before it is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Final

import anyio

from fargate_kit.core.clock import present
from fargate_kit.core.guard import Call, Send
from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, FargateError, NotFound
from fargate_kit.learn.errors import LabExpired, LimitReached
from fargate_kit.learn.live import limits
from fargate_kit.learn.live.ledger import Ledger
from fargate_kit.learn.live.limits import Running
from fargate_kit.learn.live.operations import MAKINGS, is_harmless, with_tags
from fargate_kit.learn.live.time_bomb import TimeBomb
from fargate_kit.ownership import TAG
from fargate_kit.teardown.balancing import find_load_balancers
from fargate_kit.teardown.ecs import find_services, find_tasks
from fargate_kit.teardown.leftovers import Search

__all__ = ["EXPIRES", "LAB", "OWNER", "Rails"]

LAB: Final = f"{TAG}:lab"
OWNER: Final = f"{TAG}:owner"
EXPIRES: Final = f"{TAG}:expires"
# How the SDK describes the group of a load balancer; what is open to everybody may be in it alone.
OF_A_BALANCER = "Load balancer "
_STARTS_TASKS = {"ecs:RunTask", "ecs:CreateService", "ecs:UpdateService"}


class Rails:
    """The guard of a live lab's connection.

    Args:
        mark: The lab's.
        owner: Who opened it.
        account: Where nothing else is meant.
        expires_at: Nothing is made after that.
        before_making: Looks at the meter.
    """

    def __init__(
        self,
        session: Session,
        *,
        mark: str,
        owner: str,
        account: str,
        expires_at: datetime,
        ledger: Ledger,
        before_making: Callable[[], Awaitable[object]],
    ) -> None:
        self._session = session
        self._mark = mark
        self._account = account
        self._expires_at = expires_at
        self._ledger = ledger
        self._before_making = before_making
        self._tags = {
            TAG: mark,
            LAB: mark,
            OWNER: owner,
            EXPIRES: f"{expires_at:%Y-%m-%dT%H:%M:%SZ}",
        }
        self._counting = anyio.Lock()
        self.bomb = TimeBomb(session, self._own_call, mark=mark, account=account, at=expires_at)

    async def carry(self, call: Call, send: Send) -> dict[str, Any]:
        """Let a call pass within the limits.

        Raises:
            LimitReached: It would be more than a live lab has; nothing was sent.
            LabExpired: The lab's time is over; nothing was sent.
            SpendingLimitReached: The lab has cost its limit; it was taken down.
        """
        if is_harmless(call.operation) or _takes_away(call):
            return await send(call.parameters)
        self._check_place(call)
        await self._check_ranges(call)
        await self._before_making()
        if call.name not in _STARTS_TASKS and call.name != "elbv2:CreateLoadBalancer":
            return await self._make(call, send)
        # Two that are counted at the same time would each find room for itself.
        async with self._counting:
            await self._check_room(call)
            return await self._with_bomb(call, send)

    def _check_place(self, call: Call) -> None:
        if call.region != self._session.api.region:
            raise LimitReached(
                f"{call.name} in {call.region}: this lab is in {self._session.api.region} alone"
            )
        if present(self._session.clock) >= self._expires_at:
            raise LabExpired(
                f"{call.name}: the time of this lab was over at {self._tags[EXPIRES]}; run the "
                "last cell to close it, and then the first to open another"
            )

    async def _check_ranges(self, call: Call) -> None:
        try:
            limits.check_alone(call.name, call.parameters)
        except LimitReached:
            if call.name != "ec2:AuthorizeSecurityGroupIngress":
                raise
            group = call.parameters.get("GroupId", "")
            if not group or not await self._is_balancers(group):
                raise

    async def _is_balancers(self, group: str) -> bool:
        with suppress(NotFound):
            reply = await self._session.api.call("ec2", "DescribeSecurityGroups", GroupIds=[group])
            return all(
                each.get("Description", "").startswith(OF_A_BALANCER)
                for each in reply["SecurityGroups"]
            )
        return False

    async def _check_room(self, call: Call) -> None:
        search = Search(session=self._session, mark=self._mark)
        if call.name == "elbv2:CreateLoadBalancer":
            limits.check_balancers(len(await find_load_balancers(search)))
            return
        asked = call.parameters
        services = [each.facts["raw"] for each in await find_services(search)]
        own: Mapping[str, Any] = {}
        if call.name == "ecs:UpdateService":
            name = str(asked.get("service", "")).rpartition("/")[2]
            own = next((each for each in services if each["serviceName"] == name), {})
        # RunTask names a count where CreateService and UpdateService name a desired one.
        usual = own.get("desiredCount", 0 if "service" in asked else 1)
        count = int(asked.get("count", asked.get("desiredCount", usual)) or 0)
        definition = asked.get("taskDefinition") or own.get("taskDefinition")
        cpu, memory = await self._size(definition) if definition else (0, 0)
        size = asked.get("overrides", {})
        cpu, memory = int(size.get("cpu", cpu)), int(size.get("memory", memory))
        limits.check_size(cpu, memory, count=count)
        there = await self._running(search, [each for each in services if each is not own])
        limits.check_sum(there, Running(tasks=count, cpu=count * cpu))

    async def _running(self, search: Search, services: list[Mapping[str, Any]]) -> Running:
        tasks = [each.facts["task"] for each in await find_tasks(search)]
        count, cpu = len(tasks), sum(task.cpu or 0 for task in tasks)
        for service in services:
            size, _ = await self._size(service["taskDefinition"])
            count += service["desiredCount"]
            cpu += service["desiredCount"] * size
        return Running(tasks=count, cpu=cpu)

    async def _size(self, definition: str) -> tuple[int, int]:
        raw = self._session.definitions.get(definition)
        if raw is None:
            reply = await self._session.api.call(
                "ecs", "DescribeTaskDefinition", taskDefinition=definition
            )
            raw = reply["taskDefinition"]
        return int(raw.get("cpu") or 0), int(raw.get("memory") or 0)

    async def _with_bomb(self, call: Call, send: Send) -> dict[str, Any]:
        asked = call.parameters
        if call.name in MAKINGS:
            await self.bomb.prepare()
        if call.name == "ecs:CreateService":
            await self.bomb.for_service(asked.get("cluster", "default"), asked["serviceName"])
        reply = await self._make(call, send)
        ids = MAKINGS[call.name].ids(reply) if call.name in MAKINGS else []
        try:
            if call.name == "ecs:RunTask":
                for task in ids:
                    await self.bomb.for_task(asked.get("cluster", "default"), task)
            elif call.name == "elbv2:CreateLoadBalancer":
                for balancer in ids:
                    await self.bomb.for_balancer(balancer)
        except BaseException:
            # What nobody would end by itself must not stay.
            with anyio.CancelScope(shield=True):
                await self._take_back(call, ids)
            raise
        return reply

    async def _take_back(self, call: Call, ids: list[str]) -> None:
        api = self._session.api
        for each in ids:
            with suppress(FargateError):
                if call.name == "ecs:RunTask":
                    cluster = call.parameters.get("cluster", "default")
                    await api.call("ecs", "StopTask", cluster=cluster, task=each)
                else:
                    await api.call("elbv2", "DeleteLoadBalancer", LoadBalancerArn=each)

    async def _own_call(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        call = Call(
            region=self._session.api.region,
            service=service,
            operation=operation,
            parameters=parameters,
        )
        return await self._make(call, partial(self._session.api.send, service, operation))

    async def _make(self, call: Call, send: Send) -> dict[str, Any]:
        """Write a creating call down, tag it, send it, and write down what came of it."""
        making = MAKINGS.get(call.name)
        if making is None:
            return await send(call.parameters)
        number = self._ledger.intend(
            present(self._session.clock),
            call.name,
            account=self._account,
            region=call.region,
            about=making.names(call.parameters),
        )
        try:
            reply = await send(with_tags(call.name, call.parameters, self._tags))
        except ApiError as error:
            self._ledger.refused(number, error.code)
            raise
        self._ledger.made(number, making.ids(reply))
        if call.name == "logs:CreateLogGroup":
            await self._session.api.send(
                "logs",
                "PutRetentionPolicy",
                {
                    "logGroupName": call.parameters["logGroupName"],
                    "retentionInDays": limits.RETENTION,
                },
            )
        return reply


def _takes_away(call: Call) -> bool:
    """Whether a change only lets a service have no tasks."""
    return call.name == "ecs:UpdateService" and call.parameters.get("desiredCount") == 0
