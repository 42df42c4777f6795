"""Which attributes there are, and what each may be (service model, the `...Attribute` shapes)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fargate_kit.sim.load_balancing import wording

_TRUTH = ("true", "false")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """What an attribute may be.

    Args:
        of: What has it: types of load balancers, or families of target groups.
        allowed: The only values; anything goes if there are none and no range.
        span: The least and the most that a number may be.
        besides: Values beside the numbers.
    """

    of: frozenset[str]
    allowed: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    besides: tuple[str, ...] = ()


_APPLICATION = frozenset({"application"})
_NETWORK = frozenset({"network"})
_GATEWAY = frozenset({"gateway"})
_BOTH = _APPLICATION | _NETWORK
_BALANCERS = _BOTH | _GATEWAY
_GROUPS = _BALANCERS | {"lambda"}


def _truth(of: frozenset[str], *names: str) -> dict[str, Attribute]:
    return {name: Attribute(of=of, allowed=_TRUTH) for name in names}


def _texts(of: frozenset[str], *names: str) -> dict[str, Attribute]:
    return {name: Attribute(of=of) for name in names}


OF_BALANCERS: Mapping[str, Attribute] = {
    **_truth(_BALANCERS, "deletion_protection.enabled", "load_balancing.cross_zone.enabled"),
    **_truth(
        _BOTH,
        "access_logs.s3.enabled",
        "ipv6.deny_all_igw_traffic",
        "zonal_shift.config.enabled",
    ),
    **_texts(_BOTH, "access_logs.s3.bucket", "access_logs.s3.prefix"),
    **_truth(
        _APPLICATION,
        "connection_logs.s3.enabled",
        "health_check_logs.s3.enabled",
        "routing.http.drop_invalid_header_fields.enabled",
        "routing.http.preserve_host_header.enabled",
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
        "routing.http.xff_client_port.enabled",
        "routing.http2.enabled",
        "waf.fail_open.enabled",
    ),
    **_texts(
        _APPLICATION,
        "connection_logs.s3.bucket",
        "connection_logs.s3.prefix",
        "health_check_logs.s3.bucket",
        "health_check_logs.s3.prefix",
    ),
    "idle_timeout.timeout_seconds": Attribute(of=_APPLICATION, span=(1, 4000)),
    "client_keep_alive.seconds": Attribute(of=_APPLICATION, span=(60, 604_800)),
    "routing.http.desync_mitigation_mode": Attribute(
        of=_APPLICATION, allowed=("monitor", "defensive", "strictest")
    ),
    "routing.http.xff_header_processing.mode": Attribute(
        of=_APPLICATION, allowed=("append", "preserve", "remove")
    ),
    "dns_record.client_routing_policy": Attribute(
        of=_NETWORK,
        allowed=(
            "availability_zone_affinity",
            "partial_availability_zone_affinity",
            "any_availability_zone",
        ),
    ),
    "secondary_ips.auto_assigned.per_subnet": Attribute(of=_NETWORK, span=(0, 7)),
}

_HEALTHY = "minimum_healthy_targets"
_LONGEST_COOKIE = (1, 604_800)
_FLOWS = ("rebalance", "no_rebalance")
_MOST_TARGETS = 2**31 - 1
OF_GROUPS: Mapping[str, Attribute] = {
    "deregistration_delay.timeout_seconds": Attribute(of=_BALANCERS, span=(0, 3600)),
    **_truth(_GROUPS, "stickiness.enabled"),
    "stickiness.type": Attribute(
        of=_GROUPS,
        allowed=(
            "lb_cookie",
            "app_cookie",
            "source_ip",
            "source_ip_dest_ip",
            "source_ip_dest_ip_proto",
        ),
    ),
    "load_balancing.cross_zone.enabled": Attribute(
        of=_GROUPS, allowed=(*_TRUTH, "use_load_balancer_configuration")
    ),
    **{
        f"target_group_health.{place}.{_HEALTHY}.{unit}": Attribute(
            of=_GROUPS, span=(1, most), besides=("off",)
        )
        for place in ("dns_failover", "unhealthy_state_routing")
        for unit, most in (("count", _MOST_TARGETS), ("percentage", 100))
    },
    "load_balancing.algorithm.type": Attribute(
        of=_APPLICATION,
        allowed=("round_robin", "least_outstanding_requests", "weighted_random"),
    ),
    "load_balancing.algorithm.anomaly_mitigation": Attribute(
        of=_APPLICATION, allowed=("on", "off")
    ),
    "slow_start.duration_seconds": Attribute(of=_APPLICATION, span=(30, 900), besides=("0",)),
    **_texts(_APPLICATION, "stickiness.app_cookie.cookie_name"),
    "stickiness.app_cookie.duration_seconds": Attribute(of=_APPLICATION, span=_LONGEST_COOKIE),
    "stickiness.lb_cookie.duration_seconds": Attribute(of=_APPLICATION, span=_LONGEST_COOKIE),
    **_truth(frozenset({"lambda"}), "lambda.multi_value_headers.enabled"),
    **_truth(
        _NETWORK,
        "deregistration_delay.connection_termination.enabled",
        "preserve_client_ip.enabled",
        "proxy_protocol_v2.enabled",
        "target_health_state.unhealthy.connection_termination.enabled",
    ),
    "target_health_state.unhealthy.draining_interval_seconds": Attribute(
        of=_NETWORK, span=(0, 360_000)
    ),
    "target_failover.on_deregistration": Attribute(of=_GATEWAY, allowed=_FLOWS),
    "target_failover.on_unhealthy": Attribute(of=_GATEWAY, allowed=_FLOWS),
    **_truth(
        _GATEWAY,
        "send_tcp_reset.on_unhealthy.enabled",
        "send_tcp_reset.on_deregistration.enabled",
    ),
}

_REQUEST, _RESPONSE = "routing.http.request", "routing.http.response"
OF_LISTENERS: Mapping[str, Attribute] = {
    "tcp.idle_timeout.seconds": Attribute(of=_NETWORK | _GATEWAY, span=(60, 6000)),
    **_truth(_GATEWAY, "send_tcp_reset.on_idle_timeout.enabled"),
    **_truth(_APPLICATION, f"{_RESPONSE}.server.enabled"),
    **_texts(
        _APPLICATION,
        *(
            f"{_REQUEST}.{name}.header_name"
            for name in (
                "x_amzn_mtls_clientcert",
                "x_amzn_mtls_clientcert_issuer",
                "x_amzn_mtls_clientcert_leaf",
                "x_amzn_mtls_clientcert_serial_number",
                "x_amzn_mtls_clientcert_subject",
                "x_amzn_mtls_clientcert_validity",
                "x_amzn_tls_cipher_suite",
                "x_amzn_tls_version",
            )
        ),
        *(
            f"{_RESPONSE}.{name}.header_value"
            for name in (
                "access_control_allow_credentials",
                "access_control_allow_headers",
                "access_control_allow_methods",
                "access_control_allow_origin",
                "access_control_expose_headers",
                "access_control_max_age",
                "content_security_policy",
                "strict_transport_security",
                "x_content_type_options",
                "x_frame_options",
            )
        ),
    ),
}


def check_balancer_attributes(pairs: Iterable[Mapping[str, Any]], balancer_type: str) -> None:
    """Refuse attributes that a load balancer of a type has not got.

    Source: Elastic Load Balancing model, LoadBalancerAttribute.

    Raises:
        AwsError: `ValidationError` or `InvalidConfigurationRequest`.
    """
    for key, value in _read(pairs):
        attribute = OF_BALANCERS.get(key)
        if attribute is None:
            raise wording.ATTRIBUTE_UNKNOWN.error(whose="Load balancer", key=key)
        if balancer_type not in attribute.of:
            raise wording.ATTRIBUTE_ELSEWHERE.error(key=key, kind=balancer_type)
        _check_value(key, value, attribute)


def check_group_attributes(pairs: Iterable[Mapping[str, Any]], family: str | None) -> None:
    """Refuse attributes that a target group has not got.

    Source: Elastic Load Balancing model, TargetGroupAttribute.

    Args:
        family: The type of load balancers that the group is for, or `lambda`; None if it is
            not known.

    Raises:
        AwsError: `ValidationError`.
    """
    for key, value in _read(pairs):
        attribute = OF_GROUPS.get(key)
        if attribute is None or family not in {None, *attribute.of}:
            raise wording.ATTRIBUTE_UNKNOWN.error(whose="Target group", key=key)
        _check_value(key, value, attribute)


def check_listener_attributes(pairs: Iterable[Mapping[str, Any]], balancer_type: str) -> None:
    """Refuse attributes that a listener has not got.

    Source: Elastic Load Balancing model, ListenerAttribute.

    Raises:
        AwsError: `ValidationError`.
    """
    for key, value in _read(pairs):
        attribute = OF_LISTENERS.get(key)
        if attribute is None or balancer_type not in attribute.of:
            raise wording.ATTRIBUTE_UNKNOWN.error(whose="Listener", key=key)
        _check_value(key, value, attribute)


def family_of(target_type: str | None, protocol: str | None) -> str | None:
    """Tell which type of load balancers a target group is for; None if it cannot be told."""
    if target_type == "lambda":
        return "lambda"
    if protocol in {"HTTP", "HTTPS"}:
        return "application"
    if protocol == "GENEVE":
        return "gateway"
    return "network" if protocol else None


def _read(pairs: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    for pair in pairs:
        if pair.get("Key") is None or pair.get("Value") is None:
            raise wording.ATTRIBUTE_INCOMPLETE.error()
        yield pair["Key"], pair["Value"]


def _check_value(key: str, value: str, attribute: Attribute) -> None:
    if attribute.allowed == _TRUTH:
        if value.lower() not in _TRUTH:
            raise wording.ATTRIBUTE_TRUTH.error(key=key, value=value)
    elif attribute.allowed:
        if value not in attribute.allowed:
            raise wording.ATTRIBUTE_CHOICE.error(value=value, allowed=", ".join(attribute.allowed))
    elif attribute.span is not None and value not in attribute.besides:
        least, most = attribute.span
        if not _is_number(value) or not least <= int(value) <= most:
            raise wording.ATTRIBUTE_RANGE.error(key=key, value=value, least=least, most=most)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 10
