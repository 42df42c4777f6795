"""Which settings a target group may have: pure rules about what a request asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fargate_kit.sim.load_balancing import wording
from fargate_kit.sim.load_balancing.action_rules import is_port
from fargate_kit.sim.load_balancing.facts import TRAFFIC_PORT

_HTTP = frozenset({"HTTP", "HTTPS"})
_CHECKED_BY = frozenset({"HTTP", "HTTPS", "TCP"})
_VERSIONS = ("GRPC", "HTTP1", "HTTP2")
_GENEVE_PORT = 6081
_CODES = re.compile(r"\d{3}(-\d{3})?")
# The codes that a matcher may have (service model, CreateTargetGroup, `Matcher`).
_MOST_CODE = {"GENEVE": 399, "HTTP": 499, "HTTPS": 499}
_OTHER_MOST_CODE = 599

Params = Mapping[str, Any]


def check_new_group(params: Params) -> None:
    """Refuse settings that a new target group cannot have.

    Source: Elastic Load Balancing model, CreateTargetGroup and Matcher.

    Args:
        params: Of CreateTargetGroup; what is of the model's types and ranges.

    Raises:
        AwsError: `ValidationError` or `InvalidConfigurationRequest`.
    """
    kind = params.get("TargetType", "instance")
    protocol = None if kind == "lambda" else params.get("Protocol")
    if kind != "lambda" and not (protocol and params.get("Port")):
        raise wording.GROUP_WITHOUT_PORT.error(kind=kind)
    if protocol == "GENEVE" and params["Port"] != _GENEVE_PORT:
        raise wording.GENEVE_PORT.error()
    version = params.get("ProtocolVersion")
    if version and kind != "lambda":
        if version.upper() not in _VERSIONS:
            raise wording.PROTOCOL_VERSION.error(version=version, allowed=", ".join(_VERSIONS))
        if protocol not in _HTTP:
            raise wording.PROTOCOL_VERSION_ELSEWHERE.error(protocol=protocol)
    usual = {
        "HealthCheckProtocol": "HTTP" if protocol in _HTTP or kind in {"lambda", "alb"} else "TCP",
        "HealthCheckIntervalSeconds": 30,
        "HealthCheckTimeoutSeconds": 5,
    }
    check_health(kind, protocol, params, {**usual, **params})


def check_health(kind: str, protocol: str | None, asked: Params, settings: Params) -> None:
    """Refuse settings of health checks that a target group cannot have.

    Source: Elastic Load Balancing model, CreateTargetGroup and ModifyTargetGroup.

    Args:
        kind: The type of its targets.
        protocol: The group's; None for functions.
        asked: What a request says.
        settings: What would hold then.

    Raises:
        AwsError: `ValidationError` or `InvalidConfigurationRequest`.
    """
    if asked.get("HealthCheckEnabled") is False and kind != "lambda":
        raise wording.CHECK_DISABLED.error(kind=kind)
    by = asked.get("HealthCheckProtocol")
    if by is not None and by not in _CHECKED_BY:
        raise wording.CHECK_PROTOCOL.error(protocol=by)
    if by == "TCP" and protocol in _HTTP:
        raise wording.CHECK_PROTOCOL_OF_GROUP.error(protocol=protocol)
    port = asked.get("HealthCheckPort")
    if port is not None and port != TRAFFIC_PORT and not is_port(port):
        raise wording.CHECK_PORT.error(port=port)
    path = asked.get("HealthCheckPath")
    if path is not None and not path.startswith("/"):
        raise wording.CHECK_PATH.error(path=path)
    if asked.get("Matcher"):
        _check_matcher(protocol, asked["Matcher"], settings["HealthCheckProtocol"])
    interval = settings["HealthCheckIntervalSeconds"]
    if protocol in _HTTP and interval <= settings["HealthCheckTimeoutSeconds"]:
        raise wording.CHECK_INTERVAL.error()


def _check_matcher(protocol: str | None, matcher: Params, checked_by: str) -> None:
    if checked_by == "TCP":
        raise wording.MATCHER_OF_TCP.error()
    text = matcher.get("HttpCode")
    if text is None:
        return
    least = 200
    most = _OTHER_MOST_CODE if protocol is not None else _MOST_CODE["HTTP"]
    most = _MOST_CODE.get(protocol or "", most)
    for part in text.split(","):
        codes = part.strip()
        numbers = [int(code) for code in codes.split("-")] if _CODES.fullmatch(codes) else []
        if not numbers or not all(least <= number <= most for number in numbers):
            raise wording.MATCHER_CODES.error(code=codes, least=least, most=most)
