"""Probes of the open shop: healthy targets, one way in, a worker, and the bill."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from fargate_kit.errors import NotFound
from fargate_kit.learn.checking import Finding
from fargate_kit.learn.shop.account import WEB, WORKER, Shop
from fargate_kit.learn.spending import spending
from fargate_kit.model.pricing import dollars

__all__ = ["BUDGET", "LOWEST", "bill", "doors", "healthy", "worker"]

LOWEST: Final = 2
"""How many tasks of the web there are at least."""
BUDGET: Final = Decimal("0.10")
"""Dollars an hour that the open shop may cost."""


async def healthy(shop: Shop) -> AsyncIterator[Finding]:
    """Two healthy targets or more, over two zones or more."""
    web = await shop.web_service()
    what = "a service web runs behind a load balancer"
    yield Finding(web is not None, what, "one" if web else "none")
    if web is None:
        return
    well = {each.address for each in await web.target_group.health() if each.state == "healthy"}
    what = f"it has {LOWEST} healthy targets or more"
    yield Finding(len(well) >= LOWEST, what, f"{len(well)} healthy")
    zones = {
        task.availability_zone or ""
        async for task in web.service.tasks()
        if task.network_interface and task.network_interface.private_ip in well
    }
    saw = ", ".join(sorted(zones)) or "no zone"
    yield Finding(len(zones) >= 2, "they are in two zones or more", saw)


async def doors(shop: Shop) -> AsyncIterator[Finding]:
    """The balancer is open on one port, and the tasks are open to the balancer alone."""
    web = await shop.web_service()
    yield Finding(web is not None, "there is a balancer to look at", "one" if web else "none")
    if web is None or web.service.network is None:
        return
    front = await _rules(shop, web.balancer.security_groups)
    ports = sorted({_ports(rule) for rule in front if _is_wide(rule)})
    what = "the balancer is open to addresses on port 80, and on no other"
    yield Finding(ports == ["80"], what, ", ".join(ports) or "open to no address")
    behind = await _rules(shop, web.service.network.security_groups)
    wide = sorted({_ports(rule) for rule in behind if _is_wide(rule)})
    what = "the tasks are open to no address"
    yield Finding(not wide, what, f"ports {', '.join(wide)}" if wide else "none")
    sources = {
        pair["GroupId"]
        for rule in behind
        if _ports(rule) == "80"
        for pair in rule.get("UserIdGroupPairs", ())
    }
    let_in = bool(sources & set(web.balancer.security_groups))
    yield Finding(let_in, "the balancer may reach them on port 80", _may(let_in))


async def worker(shop: Shop) -> AsyncIterator[Finding]:
    """One task of the worker runs, and says so."""
    service = await shop.service(WORKER)
    counts = f"{service.running_count} of {service.desired_count}" if service else "no service"
    steady = service is not None and service.running_count == service.desired_count == 1
    yield Finding(steady, "a service worker has 1 of 1 tasks", counts)
    said = [each for each in await _streams(shop) if each.get("lastEventTimestamp")]
    yield Finding(bool(said), f"it writes to {shop.log_group}", f"{len(said)} streams with lines")


async def bill(shop: Shop) -> AsyncIterator[Finding]:
    """What is open costs no more than it may."""
    web, hand = await shop.service(WEB), await shop.service(WORKER)
    counts = web.running_count if web else 0, hand.running_count if hand else 0
    what = f"the shop is open: {LOWEST} tasks of web, 1 of worker"
    saw = f"{counts[0]} of web, {counts[1]} of worker"
    enough = counts[0] >= LOWEST and counts[1] >= 1
    yield Finding(enough, what, saw)
    if not enough:
        # A closed shop is cheap, and no answer.
        return
    aws = shop.scene.aws
    spent = await spending(aws, mark=aws._session.mark)
    what = f"it costs ${BUDGET:.2f} an hour at most"
    missing = [each for each in spent.uncounted if "no price" in each]
    saw = f"{dollars(spent.per_hour)}{', without ' + '; '.join(missing) if missing else ''}"
    yield Finding(not missing and spent.per_hour <= BUDGET, what, saw)


async def _streams(shop: Shop) -> list[dict[str, Any]]:
    """Return the streams of the worker's container: prefix/container/task-id."""
    pages = shop.scene.aws._session.api.pages(
        "logs", "DescribeLogStreams", logGroupName=shop.log_group
    )
    try:
        found = [each async for page in pages for each in page["logStreams"]]
    except NotFound:
        return []
    return [each for each in found if f"/{WORKER}/" in each["logStreamName"]]


async def _rules(shop: Shop, groups: Sequence[str]) -> list[dict[str, Any]]:
    if not groups:
        return []
    reply = await shop.scene.call("ec2", "DescribeSecurityGroups", GroupIds=list(groups))
    return [rule for group in reply["SecurityGroups"] for rule in group["IpPermissions"]]


def _is_wide(rule: Mapping[str, Any]) -> bool:
    """Whether a rule lets addresses in, and not only groups."""
    return bool(rule.get("IpRanges") or rule.get("Ipv6Ranges"))


def _ports(rule: Mapping[str, Any]) -> str:
    first, last = rule.get("FromPort"), rule.get("ToPort")
    if first is None:
        return "all"
    return str(first) if first == last else f"{first}-{last}"


def _may(ok: bool) -> str:
    return "it may" if ok else "it may not"
