"""What Elastic Load Balancing refuses of listeners and of what they forward to."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.sim.load_balancing import listener_wording as wording
from fargate_kit.sim.load_balancing.action_rules import check_actions, groups_of
from fargate_kit.sim.load_balancing.attribute_rules import family_of
from fargate_kit.sim.load_balancing.wording import PORT_TAKEN
from fargate_kit.sim.moto_checks.elbv2_lookups import balancer_of, find_listener

__all__ = [
    "SECURE",
    "check_added_certificates",
    "check_changed_listener",
    "check_forwarding",
    "check_new_listener",
    "check_protocol",
]

# Service model, CreateListener, `Protocol`.
_PROTOCOLS = {
    "application": ("HTTP", "HTTPS"),
    "network": ("TCP", "QUIC", "TCP_QUIC", "UDP", "TCP_UDP", "TLS"),
}
SECURE = frozenset({"HTTPS", "TLS"})
_ALPN = frozenset({"HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None"})
# moto does not know the newest of AWS's policies, which are all called like that.
_POLICY = "ELBSecurityPolicy-"

Params = Mapping[str, Any]


def check_new_listener(params: Params, elbv2: Any) -> None:
    """Refuse a listener that cannot be made.

    Source: Elastic Load Balancing model, CreateListener.

    Raises:
        AwsError: `ValidationError` or another code of CreateListener.
    """
    balancer = elbv2.load_balancers[params["LoadBalancerArn"]]
    protocol, port = params.get("Protocol"), params.get("Port")
    check_protocol(balancer.type, port, protocol)
    _check_port(balancer, port, None)
    _check_security(params, protocol or "", (), elbv2)
    _check_actions(params["DefaultActions"], balancer, protocol, elbv2)


def check_changed_listener(params: Params, elbv2: Any) -> None:
    """Refuse changes that a listener cannot have.

    Source: Elastic Load Balancing model, ModifyListener.

    Raises:
        AwsError: `ValidationError` or another code of ModifyListener.
    """
    listener = find_listener(elbv2, params["ListenerArn"])
    balancer = balancer_of(elbv2, listener)
    protocol = params.get("Protocol") or listener.protocol
    if balancer.type in _PROTOCOLS:
        check_protocol(balancer.type, listener.port, protocol)
    if params.get("Port") is not None:
        _check_port(balancer, params["Port"], listener)
    _check_security(params, protocol, listener.certificates, elbv2)
    actions = params.get("DefaultActions") or [one.data for one in listener.default_actions]
    _check_actions(actions, balancer, protocol, elbv2)


def check_added_certificates(params: Params, elbv2: Any) -> None:
    """Refuse certificates that are not there.

    Source: Elastic Load Balancing model, AddListenerCertificates.

    Raises:
        AwsError: `CertificateNotFound`.
    """
    for one in params["Certificates"]:
        _check_certificate(one.get("CertificateArn", ""), elbv2)


def check_protocol(balancer_type: str, port: Any, protocol: str | None) -> None:
    """Refuse a protocol that load balancers of a type do not speak.

    Raises:
        AwsError: `ValidationError`.
    """
    allowed = _PROTOCOLS.get(balancer_type)
    if allowed is None:
        if port is not None:
            raise wording.GATEWAY_PORT.error()
        if protocol:
            raise wording.GATEWAY_PROTOCOL.error()
        return
    if port is None:
        raise wording.PORT_MISSING.error()
    if not protocol:
        raise wording.PROTOCOL_MISSING.error()
    if protocol not in allowed:
        raise wording.PROTOCOL_OF_TYPE.error(protocol=protocol, allowed=", ".join(allowed))


def check_forwarding(actions: Sequence[Any], balancer: Any, elbv2: Any) -> None:
    """Refuse target groups that are not there, do not fit, or are another load balancer's.

    Source: Elastic Load Balancing model, CreateListener, and User Guide for Application Load
    Balancers, page load-balancer-limits ("Load balancers per target group").

    Raises:
        AwsError: `TargetGroupNotFound`, `IncompatibleProtocols` or
            `TargetGroupAssociationLimit`.
    """
    for arn in (arn for action in actions for arn in groups_of(action)):
        group = elbv2.target_groups.get(arn)
        if group is None:
            raise wording.GROUP_NOT_FOUND.error(arn=arn)
        family = family_of(group.target_type, group.protocol)
        if family not in {None, balancer.type, _also(balancer.type)}:
            raise wording.PROTOCOLS_DISAGREE.error(arn=arn)
        if any(arn in _forwarded(one) for one in _others(elbv2, balancer)):
            raise wording.GROUP_TAKEN.error(arn=arn)


def _check_port(balancer: Any, port: Any, listener: Any) -> None:
    others = (one for one in balancer.listeners.values() if one is not listener)
    if any(one.port is not None and str(one.port) == str(port) for one in others):
        raise PORT_TAKEN.error(arn=balancer.arn)


def _check_security(params: Params, protocol: str, held: Sequence[str], elbv2: Any) -> None:
    """Check certificates and policies; `held` are the certificates that are there."""
    certificates = params.get("Certificates") or ()
    if protocol in SECURE:
        if not certificates and not held:
            raise wording.CERTIFICATE_MISSING.error(protocol=protocol)
        if len(certificates) > 1 or any(not one.get("CertificateArn") for one in certificates):
            raise wording.ONE_CERTIFICATE.error()
        for one in certificates:
            _check_certificate(one["CertificateArn"], elbv2)
    elif certificates:
        raise wording.CERTIFICATE_ELSEWHERE.error(protocol=protocol)
    policy = params.get("SslPolicy")
    if policy and protocol not in SECURE:
        raise wording.POLICY_ELSEWHERE.error(protocol=protocol)
    if policy and not policy.startswith(_POLICY) and policy not in _known_policies():
        raise wording.POLICY_NOT_FOUND.error(name=policy)
    for name in params.get("AlpnPolicy") or ():
        if protocol != "TLS":
            raise wording.ALPN_ELSEWHERE.error(protocol=protocol)
        if name not in _ALPN:
            raise wording.ALPN_UNKNOWN.error(name=name)


def _check_certificate(arn: str, elbv2: Any) -> None:
    if not elbv2._certificate_exists(certificate_arn=arn):
        raise wording.CERTIFICATE_NOT_FOUND.error(arn=arn)


def _known_policies() -> Mapping[str, Any]:
    policies: Mapping[str, Any] = importlib.import_module("moto.elbv2.ssl_policies").SSL_POLICIES
    return policies


def _check_actions(actions: Sequence[Any], balancer: Any, protocol: str | None, elbv2: Any) -> None:
    check_actions(actions, protocol=protocol, balancer_type=balancer.type)
    check_forwarding(actions, balancer, elbv2)


def _also(balancer_type: str) -> str | None:
    """Tell what an Application Load Balancer forwards to beside HTTP: functions."""
    return "lambda" if balancer_type == "application" else None


def _others(elbv2: Any, balancer: Any) -> list[Any]:
    return [one for one in elbv2.load_balancers.values() if one is not balancer]


def _forwarded(balancer: Any) -> set[str]:
    """List the target groups that a load balancer forwards to."""
    return {
        arn
        for listener in balancer.listeners.values()
        for rule in listener.rules.values()
        for action in rule.actions
        for arn in groups_of(action.data)
    }
