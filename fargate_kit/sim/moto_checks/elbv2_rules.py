"""What Elastic Load Balancing refuses of the rules of listeners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fargate_kit.sim.load_balancing import listener_wording as wording
from fargate_kit.sim.load_balancing.action_rules import check_actions
from fargate_kit.sim.load_balancing.condition_rules import check_conditions
from fargate_kit.sim.load_balancing.wording import NOT_AN_ARN, RULE_NOT_FOUND
from fargate_kit.sim.moto_checks.elbv2_listeners import check_forwarding
from fargate_kit.sim.moto_checks.elbv2_lookups import balancer_of, find_listener, find_rule

__all__ = ["check_changed_rule", "check_deleted_rule", "check_new_rule", "check_priorities"]

Params = Mapping[str, Any]


def check_new_rule(params: Params, elbv2: Any) -> None:
    """Refuse a rule that cannot be made.

    Source: Elastic Load Balancing model, CreateRule.

    Raises:
        AwsError: `ValidationError`, `PriorityInUse` or another code of CreateRule.
    """
    listener = find_listener(elbv2, params["ListenerArn"])
    if not params["Conditions"]:
        raise wording.CONDITION_MISSING.error()
    check_conditions(params["Conditions"])
    _check_actions(params["Actions"], listener, elbv2)
    priority = params["Priority"]
    if priority in {_priority(rule) for rule in listener.rules.values()}:
        raise wording.PRIORITY_IN_USE.error(priority=priority)


def check_changed_rule(params: Params, elbv2: Any) -> None:
    """Refuse changes that a rule cannot have; the default one has none.

    Source: Elastic Load Balancing model, ModifyRule ("To modify the actions for the default
    rule, use ModifyListener").

    Raises:
        AwsError: `OperationNotPermitted` or another code of ModifyRule.
    """
    rule = find_rule(elbv2, params["RuleArn"])
    if rule.is_default:
        raise wording.DEFAULT_RULE_FIXED.error(arn=rule.arn)
    check_conditions(params.get("Conditions") or ())
    if params.get("Actions"):
        _check_actions(params["Actions"], find_listener(elbv2, rule.listener_arn), elbv2)


def check_deleted_rule(params: Params, elbv2: Any) -> None:
    """Refuse to delete a default rule.

    Source: Elastic Load Balancing model, DeleteRule.

    Raises:
        AwsError: `OperationNotPermitted`.
    """
    rule = find_rule(elbv2, params["RuleArn"])
    if rule.is_default:
        raise wording.DEFAULT_RULE_KEPT.error(arn=rule.arn)


def check_priorities(params: Params, elbv2: Any) -> None:
    """Refuse priorities that two rules of a listener would have.

    Rules may change places in one request, and the default one has no priority.

    Source: Elastic Load Balancing model, SetRulePriorities.

    Raises:
        AwsError: `RuleNotFound`, `OperationNotPermitted`, `PriorityInUse` or `ValidationError`.
    """
    wanted: dict[str, int] = {}
    for pair in params["RulePriorities"]:
        arn, priority = pair.get("RuleArn"), pair.get("Priority")
        if not arn or priority is None:
            raise wording.PRIORITY_INCOMPLETE.error()
        if ":listener-rule/" not in arn:
            raise NOT_AN_ARN.error(arn=arn, kind="listener rule")
        rule = find_rule(elbv2, arn)
        if rule is None:
            raise RULE_NOT_FOUND.error()
        if rule.is_default:
            raise wording.DEFAULT_RULE_FIXED.error(arn=arn)
        if priority in wanted.values():
            raise wording.PRIORITY_TWICE.error(priority=priority)
        wanted[arn] = priority
    for arn, priority in wanted.items():
        listener = find_listener(elbv2, find_rule(elbv2, arn).listener_arn)
        others = [rule for rule in listener.rules.values() if rule.arn not in wanted]
        if priority in {_priority(rule) for rule in others}:
            raise wording.PRIORITY_IN_USE.error(priority=priority)


def _check_actions(actions: Any, listener: Any, elbv2: Any) -> None:
    balancer = balancer_of(elbv2, listener)
    check_actions(actions, protocol=listener.protocol, balancer_type=balancer.type)
    check_forwarding(actions, balancer, elbv2)


def _priority(rule: Any) -> int | None:
    return None if rule.is_default else int(rule.priority)
