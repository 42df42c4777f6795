"""What requests to Elastic Load Balancing name: ARNs, names, page tokens and tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fargate_kit.sim.load_balancing import wording
from fargate_kit.sim.wording import Refusal

__all__ = [
    "balancer_of",
    "check_named",
    "check_new_tags",
    "default_rules",
    "find_listener",
    "find_rule",
    "rules_of",
]

# Page load-balancer-limits of the User Guide, "Tags per resource"; service model, DescribeTags.
MOST_TAGS = 50
MOST_DESCRIBED = 20

_TAGS_OF_AWS = "aws:"
_ARN = re.compile(r"arn:[^:]+:elasticloadbalancing:([^:]+):([^:]+):([a-z-]+)/.+")

# Members that name one thing, or a list of things, of one kind.
_MEMBERS = {
    "LoadBalancerArn": "loadbalancer",
    "LoadBalancerArns": "loadbalancer",
    "ListenerArn": "listener",
    "ListenerArns": "listener",
    "RuleArn": "listener-rule",
    "RuleArns": "listener-rule",
    "TargetGroupArn": "targetgroup",
    "TargetGroupArns": "targetgroup",
}
_KINDS = {
    "loadbalancer": "load balancer",
    "listener": "listener",
    "listener-rule": "listener rule",
    "targetgroup": "target group",
}
_MISSING: Mapping[str, Refusal] = {
    "loadbalancer": wording.BALANCER_NOT_FOUND,
    "listener": wording.LISTENER_NOT_FOUND,
    "listener-rule": wording.RULE_NOT_FOUND,
    "targetgroup": wording.GROUP_NOT_FOUND,
}
# Deleting what is not there succeeds (service model, DeleteLoadBalancer), and moto does the rest.
_MAY_BE_GONE = frozenset({"DeleteLoadBalancer", "DeleteTargetGroup"})

Params = Mapping[str, Any]


def check_named(operation: str, params: Params, elbv2: Any) -> None:
    """Refuse ARNs of another kind or region, what is not there, and unknown tokens.

    Raises:
        AwsError: `ValidationError`, or one of the codes that end in `NotFound`.
    """
    for member, kind in _MEMBERS.items():
        given = params.get(member)
        if given is None:
            continue
        arns = [given] if isinstance(given, str) else given
        for arn in arns:
            _check_arn(elbv2, arn, kind)
        if operation not in _MAY_BE_GONE and not all(_is_there(elbv2, arn, kind) for arn in arns):
            raise _MISSING[kind].error()
    if operation == "DescribeLoadBalancers" and params.get("Names"):
        names = {one.name for one in elbv2.load_balancers.values()}
        if not names.issuperset(params["Names"]):
            raise wording.BALANCER_NOT_FOUND.error()
    for arn in params.get("ResourceArns") or ():
        _check_resource(elbv2, arn)
    if params.get("Marker"):
        _check_marker(operation, params, elbv2)


def check_new_tags(operation: str, params: Params, elbv2: Any) -> None:
    """Refuse a key that is given twice or is AWS's, and more tags than a resource can have.

    Source: Elastic Load Balancing model, AddTags and DescribeTags; User Guide, page
    load-balancer-limits.

    Raises:
        AwsError: `DuplicateTagKeys`, `TooManyTags` or `ValidationError`.
    """
    arns = params.get("ResourceArns") or ()
    if operation == "DescribeTags" and len(arns) > MOST_DESCRIBED:
        raise wording.TOO_MANY_DESCRIBED.error(most=MOST_DESCRIBED)
    keys = [tag["Key"] for tag in params.get("Tags") or ()]
    reserved = next((key for key in keys if key.lower().startswith(_TAGS_OF_AWS)), None)
    if reserved is not None:
        raise wording.TAG_OF_AWS.error(key=reserved)
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise wording.TAG_TWICE.error(key=twice)
    for arn in arns:
        held = elbv2.tagging_service.get_tag_dict_for_resource(arn)
        if keys and len({*held, *keys}) > MOST_TAGS:
            raise wording.TOO_MANY_TAGS.error(arn=arn, most=MOST_TAGS)


def find_listener(elbv2: Any, arn: str) -> Any:
    """Find a listener; None if there is none."""
    listeners = (one.listeners.get(arn) for one in elbv2.load_balancers.values())
    return next((one for one in listeners if one is not None), None)


def balancer_of(elbv2: Any, listener: Any) -> Any:
    """Give the load balancer of a listener."""
    return elbv2.load_balancers[listener.load_balancer_arn]


def rules_of(elbv2: Any) -> Iterable[Any]:
    """Yield the rules of all listeners."""
    for balancer in elbv2.load_balancers.values():
        for listener in balancer.listeners.values():
            yield from listener.rules.values()


def default_rules(elbv2: Any) -> Iterable[Any]:
    """Yield the default rules of all listeners."""
    return (rule for rule in rules_of(elbv2) if rule.is_default)


def find_rule(elbv2: Any, arn: str) -> Any:
    """Find a rule; None if there is none."""
    return next((rule for rule in rules_of(elbv2) if rule.arn == arn), None)


_FIND: Mapping[str, Callable[[Any, str], Any]] = {
    "loadbalancer": lambda elbv2, arn: elbv2.load_balancers.get(arn),
    "listener": find_listener,
    "listener-rule": find_rule,
    "targetgroup": lambda elbv2, arn: elbv2.target_groups.get(arn),
}


def _is_there(elbv2: Any, arn: str, kind: str) -> bool:
    return _FIND[kind](elbv2, arn) is not None


def _check_arn(elbv2: Any, arn: str, kind: str) -> None:
    read = _ARN.fullmatch(arn)
    # What another account has is not found, as moto says; AWS may call its ARN not valid.
    if read is None or read.group(1, 3) != (elbv2.region_name, kind):
        raise wording.NOT_AN_ARN.error(arn=arn, kind=_KINDS[kind])


def _check_resource(elbv2: Any, arn: str) -> None:
    """Refuse an ARN of something that may have tags, and is not there."""
    read = _ARN.fullmatch(arn)
    kind = read.group(3) if read is not None else ""
    if kind == "truststore":
        raise wording.TRUST_STORE_NOT_FOUND.error()
    if kind not in _KINDS:
        raise wording.NOT_AN_ARN.error(arn=arn, kind=_KINDS["loadbalancer"])
    _check_arn(elbv2, arn, kind)
    if not _is_there(elbv2, arn, kind):
        raise _MISSING[kind].error()


def _check_marker(operation: str, params: Params, elbv2: Any) -> None:
    """Refuse a page token that no answer had; moto's are the last name, or ARN, of a page."""
    marker = params["Marker"]
    given: set[str] = set()
    if operation == "DescribeLoadBalancers":
        given = {one.name for one in elbv2.load_balancers.values()}
    if operation == "DescribeRules":
        listener = find_listener(elbv2, params.get("ListenerArn", ""))
        rules = rules_of(elbv2) if listener is None else listener.rules.values()
        given = {rule.arn for rule in rules}
    if marker not in given:
        raise wording.MARKER_INVALID.error(marker=marker)
