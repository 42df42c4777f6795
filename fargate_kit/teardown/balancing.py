"""Finds and takes down load balancers, listeners, rules and target groups that are marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from fargate_kit.errors import NotFound
from fargate_kit.teardown.leftovers import Leftover, Search, Step, again_while_used

__all__ = ["LISTENERS", "LOAD_BALANCERS", "TARGET_GROUPS", "without_parts"]

# Which load balancer a listener or a rule belongs to, among its facts.
BALANCER = "load_balancer"
# DescribeTags takes so many ARNs (botocore's elbv2 model).
TAGS_AT_ONCE = 20


async def find_load_balancers(search: Search) -> list[Leftover]:
    """Find load balancers that are marked.

    Calls:
        elasticloadbalancing:DescribeLoadBalancers, elasticloadbalancing:DescribeTags for every 20
    """
    arns = [each["LoadBalancerArn"] for each in await _all(search, "LoadBalancers")]
    return [
        Leftover(kind="load balancer", id=arn, name=arn.split("/")[-2])
        for arn in await _marked(search, arns)
    ]


async def remove_load_balancer(search: Search, balancer: Leftover) -> None:
    """Delete a load balancer with its listeners and rules; one that is protected stays.

    Calls:
        elasticloadbalancing:DeleteLoadBalancer
    """
    with suppress(NotFound):
        await search.call("elbv2", "DeleteLoadBalancer", LoadBalancerArn=balancer.id)


async def find_listeners(search: Search) -> list[Leftover]:
    """Find marked listeners and rules on load balancers that are not: those of our target groups.

    Calls:
        elasticloadbalancing:DescribeTargetGroups, elasticloadbalancing:DescribeTags;
        elasticloadbalancing:DescribeListeners for each load balancer that uses a group of ours,
        elasticloadbalancing:DescribeRules for each of its listeners
    """
    groups = await _all(search, "TargetGroups")
    ours = set(await _marked(search, [each["TargetGroupArn"] for each in groups]))
    balancers = {
        balancer
        for each in groups
        if each["TargetGroupArn"] in ours
        for balancer in each.get("LoadBalancerArns", ())
    }
    listeners = {
        each["ListenerArn"]: balancer
        for balancer in sorted(balancers)
        for each in await _all(search, "Listeners", LoadBalancerArn=balancer)
    }
    marked = await _marked(search, [*listeners])
    rules = {
        each["RuleArn"]: balancer
        for listener, balancer in listeners.items()
        if listener not in marked
        for each in await _all(search, "Rules", ListenerArn=listener)
        if not each.get("IsDefault")
    }
    return [
        *(
            Leftover(kind="listener rule", id=arn, name=arn, facts={BALANCER: rules[arn]})
            for arn in await _marked(search, [*rules])
        ),
        *(
            Leftover(kind="listener", id=arn, name=arn, facts={BALANCER: listeners[arn]})
            for arn in marked
        ),
    ]


def without_parts(found: Sequence[Leftover]) -> list[Leftover]:
    """Leave out listeners and rules of balancers that are there too: they go with them."""
    ids = {each.id for each in found}
    return [each for each in found if each.facts.get(BALANCER) not in ids]


async def remove_listener(search: Search, found: Leftover) -> None:
    """Delete a listener or a rule.

    Calls:
        elasticloadbalancing:DeleteListener or elasticloadbalancing:DeleteRule
    """
    with suppress(NotFound):
        if found.kind == "listener":
            await search.call("elbv2", "DeleteListener", ListenerArn=found.id)
        else:
            await search.call("elbv2", "DeleteRule", RuleArn=found.id)


async def find_target_groups(search: Search) -> list[Leftover]:
    """Find target groups that are marked.

    Calls:
        elasticloadbalancing:DescribeTargetGroups, elasticloadbalancing:DescribeTags for every 20
    """
    arns = [each["TargetGroupArn"] for each in await _all(search, "TargetGroups")]
    return [
        Leftover(kind="target group", id=arn, name=arn.split("/")[-2])
        for arn in await _marked(search, arns)
    ]


async def remove_target_group(search: Search, group: Leftover) -> None:
    """Delete a target group, when no load balancer uses it any more.

    Calls:
        elasticloadbalancing:DeleteTargetGroup
    """
    delete = partial(search.call, "elbv2", "DeleteTargetGroup", TargetGroupArn=group.id)
    await again_while_used(search, delete)


LOAD_BALANCERS = Step(kind="load balancer", find=find_load_balancers, remove=remove_load_balancer)
LISTENERS = Step(kind="listener", find=find_listeners, remove=remove_listener)
TARGET_GROUPS = Step(kind="target group", find=find_target_groups, remove=remove_target_group)


async def _all(search: Search, what: str, **about: Any) -> list[dict[str, Any]]:
    """Return everything that a describing operation tells; of something that is gone, nothing."""
    found: list[dict[str, Any]] = []
    with suppress(NotFound):
        async for page in search.session.api.pages("elbv2", f"Describe{what}", **about):
            found += page[what]
    return found


async def _marked(search: Search, arns: Sequence[str]) -> list[str]:
    """Return those of the ARNs that carry the mark."""
    found: list[str] = []
    for first in range(0, len(arns), TAGS_AT_ONCE):
        found += await _marked_of(search, arns[first : first + TAGS_AT_ONCE])
    return found


async def _marked_of(search: Search, arns: Sequence[str]) -> Iterable[str]:
    try:
        reply = await search.call("elbv2", "DescribeTags", ResourceArns=list(arns))
    except NotFound:
        # One of them is gone meanwhile, and AWS says nothing of the others.
        if len(arns) == 1:
            return []
        return [arn for each in arns for arn in await _marked_of(search, [each])]
    return [
        each["ResourceArn"] for each in reply["TagDescriptions"] if search.has(each.get("Tags"))
    ]
