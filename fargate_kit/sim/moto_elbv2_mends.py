"""Where moto's Elastic Load Balancing answers unlike AWS, put right."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.sim.load_balancing import wording
from fargate_kit.sim.load_balancing.action_rules import check_actions, groups_of
from fargate_kit.sim.load_balancing.attribute_rules import OF_GROUPS, family_of
from fargate_kit.sim.load_balancing.condition_rules import check_conditions
from fargate_kit.sim.load_balancing.listener_wording import GROUP_NOT_FOUND
from fargate_kit.sim.moto_checks.elbv2_listeners import SECURE, check_protocol
from fargate_kit.sim.moto_checks.elbv2_lookups import default_rules, find_listener, find_rule

# How the ARN of a load balancer names its type (service authorization reference).
_IN_ARN = {"application": "app", "network": "net", "gateway": "gwy"}
# What a listener of TLS has unless it is told otherwise (User Guide, page
# describe-ssl-policies).
_USUAL_POLICY = "ELBSecurityPolicy-2016-08"
# moto's own list is older than this address type.
_WITHOUT_PUBLIC = "dualstack-without-public-ipv4"


def mend_elbv2(elbv2: Any) -> None:
    """Put a backend of Elastic Load Balancing right."""
    _mend_creation(elbv2)
    _keep_protected_balancers(elbv2)
    _mend_settings(elbv2)
    _mend_listeners(elbv2)
    _mend_rules(elbv2)
    _mend_tags(elbv2)


def _mend_creation(elbv2: Any) -> None:
    """Have a balancer provisioning until it is told, with its scheme, and its type in its ARN.

    All of it is of the service model; moto makes one active as soon as somebody looks. A target
    group has only the attributes that one of its protocol has.
    """
    create, create_group = elbv2.create_load_balancer, elbv2.create_target_group

    def create_load_balancer(*given: Any, **named: Any) -> Any:
        addresses = named.get("ip_address_type")
        if addresses == _WITHOUT_PUBLIC:
            named["ip_address_type"] = "dualstack"
        balancer = create(*given, **named)
        balancer.activate = lambda: None
        if addresses == _WITHOUT_PUBLIC:
            balancer.ip_address_type = addresses
        if balancer.scheme is None and balancer.type != "gateway":
            balancer.scheme = "internet-facing"
        if balancer.type == "application":
            balancer.attrs["load_balancing.cross_zone.enabled"] = "true"
        _rename(elbv2, balancer)
        return balancer

    def create_target_group(name: str, **named: Any) -> Any:
        group = create_group(name, **named)
        family = family_of(group.target_type, group.protocol)
        for key in tuple(group.attributes):
            if key not in OF_GROUPS or family not in {None, *OF_GROUPS[key].of}:
                del group.attributes[key]
        return group

    elbv2.create_load_balancer = create_load_balancer
    elbv2.create_target_group = create_target_group


def _rename(elbv2: Any, balancer: Any) -> None:
    """Write the type of a load balancer into its ARN, where moto writes `app` for all."""
    old = balancer.arn
    new = old.replace(":loadbalancer/app/", f":loadbalancer/{_IN_ARN[balancer.type]}/")
    if new != old:
        balancer.arn = new
        elbv2.load_balancers[new] = elbv2.load_balancers.pop(old)
        elbv2.tagging_service.copy_tags(old, new)
        elbv2.tagging_service.delete_all_tags_for_resource(old)


def _keep_protected_balancers(elbv2: Any) -> None:
    """Keep a load balancer that is protected from its deletion."""
    delete = elbv2.delete_load_balancer

    def delete_load_balancer(arn: str) -> None:
        balancer = elbv2.load_balancers.get(arn)
        attributes = {} if balancer is None else balancer.attrs
        if str(attributes.get("deletion_protection.enabled")).lower() == "true":
            raise wording.DELETION_PROTECTED.error(arn=arn)
        delete(arn)

    elbv2.delete_load_balancer = delete_load_balancer


def _mend_settings(elbv2: Any) -> None:
    """Take what AWS takes: newer attributes, an hour of draining, one zone of a Network one.

    What is wrong with them has been refused before.
    """
    set_group_attributes = elbv2.modify_target_group_attributes

    def modify_load_balancer_attributes(arn: str, attributes: Mapping[str, str]) -> Any:
        held = elbv2.load_balancers[arn].attrs
        held.update(attributes)
        return held

    def modify_target_group_attributes(arn: str, attributes: dict[str, str]) -> None:
        delay = "deregistration_delay.timeout_seconds"
        longest = attributes.get(delay) == "3600"
        others = {key: one for key, one in attributes.items() if key != delay or not longest}
        set_group_attributes(arn, others)
        if longest:
            elbv2.target_groups[arn].attributes[delay] = attributes[delay]

    def set_subnets(arn: str, subnets: Sequence[str], mappings: Sequence[Any]) -> Any:
        ids = [*subnets, *(one["SubnetId"] for one in mappings)]
        balancer = elbv2.load_balancers[arn]
        balancer.subnets = [elbv2.ec2_backend.get_subnet(one) for one in ids]
        return balancer.availability_zones

    elbv2.modify_load_balancer_attributes = modify_load_balancer_attributes
    elbv2.modify_target_group_attributes = modify_target_group_attributes
    elbv2.set_subnets = set_subnets


def _mend_listeners(elbv2: Any) -> None:
    """Take every protocol that there is, and give a default rule an ARN that repeats.

    moto writes the address of an object in memory into it, and shows a policy of TLS where there
    is no TLS.
    """
    create, modify = elbv2.create_listener, elbv2.modify_listener

    def create_listener(*given: Any, **named: Any) -> Any:
        listener = create(*given, **named)
        rule = listener._default_rule[0]
        number = hashlib.sha256(listener.arn.encode()).hexdigest()[:16]
        rule.arn = f"{listener.arn.replace(':listener/', ':listener-rule/')}/{number}"
        _mend_security(listener)
        return listener

    def modify_listener(
        arn: str,
        port: Any = None,
        protocol: str | None = None,
        ssl_policy: str | None = None,
        certificates: Sequence[Mapping[str, str]] | None = None,
        actions: Sequence[Mapping[str, Any]] | None = None,
    ) -> Any:
        by_moto = protocol if protocol in {"HTTP", "HTTPS", "TCP"} else None
        listener = find_listener(elbv2, arn)
        if protocol is not None and by_moto is None:
            listener.protocol = protocol
        if certificates and listener.protocol == "TLS":
            listener.certificates = [one["CertificateArn"] for one in certificates]
            listener.certificate = listener.certificates[0]
        modify(arn, port, by_moto, ssl_policy, certificates or [], actions or [])
        _mend_security(listener)
        return listener

    def check_fake_actions(actions: Sequence[Any]) -> None:
        """Check the actions of a stack, too; those of a request have been checked before."""
        if actions:
            check_actions([one.data for one in actions])
        for arn in (arn for one in actions for arn in groups_of(one.data)):
            if arn not in elbv2.target_groups:
                raise GROUP_NOT_FOUND.error(arn=arn)

    elbv2.create_listener = create_listener
    elbv2.modify_listener = modify_listener
    elbv2._validate_actions = check_fake_actions
    elbv2._validate_conditions = check_conditions
    elbv2._validate_port_and_protocol = check_protocol


def _mend_security(listener: Any) -> None:
    """Let a listener have a policy and certificates if it speaks TLS, and only then."""
    if listener.protocol in SECURE:
        listener.ssl_policy = listener.ssl_policy or _USUAL_POLICY
    else:
        listener.ssl_policy = listener.certificate = None
        listener.certificates = []


def _mend_rules(elbv2: Any) -> None:
    """Let rules change places; whether the priorities are free has been checked before."""

    def set_rule_priorities(pairs: Sequence[Mapping[str, Any]]) -> list[Any]:
        changed = []
        for pair in pairs:
            rule = find_rule(elbv2, pair["RuleArn"])
            rule.priority = int(pair["Priority"])
            changed.append(rule)
        return changed

    elbv2.set_rule_priorities = set_rule_priorities


def _mend_tags(elbv2: Any) -> None:
    """Take as many tags as AWS takes, and let default rules have some."""
    find = elbv2._get_resource_by_arn

    def add_tags(resource_arns: Sequence[str], tags: list[dict[str, str]]) -> None:
        for arn in resource_arns:
            get_resource_by_arn(arn)
            elbv2.tagging_service.tag_resource(arn, tags)

    def get_resource_by_arn(arn: str) -> Any:
        default = next((rule for rule in default_rules(elbv2) if rule.arn == arn), None)
        return find(arn) if default is None else default

    elbv2.add_tags = add_tags
    elbv2._get_resource_by_arn = get_resource_by_arn
