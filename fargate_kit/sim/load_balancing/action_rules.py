"""Which actions a listener or a rule may have: pure rules about what a request asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.sim.load_balancing import listener_wording as wording

ROUTING = frozenset({"forward", "redirect", "fixed-response"})

# What each type but `forward` must be told (service model, Action).
_NEEDED = {
    "redirect": "RedirectConfig",
    "fixed-response": "FixedResponseConfig",
    "authenticate-oidc": "AuthenticateOidcConfig",
    "authenticate-cognito": "AuthenticateCognitoConfig",
    "jwt-validation": "JwtValidationConfig",
}
_CONTENT_TYPES = frozenset({
    "text/plain",
    "text/css",
    "text/html",
    "application/javascript",
    "application/json",
})
_LONGEST_STICKINESS = 604_800
_UNCHANGED = {
    "Protocol": "#{protocol}",
    "Host": "#{host}",
    "Port": "#{port}",
    "Path": "/#{path}",
}

Action = Mapping[str, Any]


def check_actions(
    actions: Sequence[Action], *, protocol: str | None = None, balancer_type: str = "application"
) -> None:
    """Refuse actions that lack what their type needs, or that cannot follow one another.

    Source: Elastic Load Balancing model, Action and its configurations; User Guide for
    Application Load Balancers, page load-balancer-listeners, "Rule actions".

    Args:
        protocol: The listener's, as far as it is known.
        balancer_type: `application`, `network` or `gateway`.

    Raises:
        AwsError: `ValidationError` or `InvalidLoadBalancerAction`.
    """
    if not actions:
        raise wording.ACTION_MISSING.error()
    for action in actions:
        _check_action(action, protocol, balancer_type)
    _check_order(actions)


def groups_of(action: Action) -> list[str]:
    """List the target groups that an action names, each once."""
    named = [action.get("TargetGroupArn"), *(one.get("TargetGroupArn") for one in _tuples(action))]
    return list(dict.fromkeys(arn for arn in named if arn))


def _check_action(action: Action, protocol: str | None, balancer_type: str) -> None:
    kind = action["Type"]
    if balancer_type != "application" and kind != "forward":
        raise wording.ACTION_OF_NETWORK.error(kind=kind, type=balancer_type)
    if kind == "forward":
        _check_forward(action)
        return
    field = _NEEDED.get(kind)
    if field is not None and not action.get(field):
        raise wording.FIELD_MISSING.error(kind=kind, field=field)
    if kind not in ROUTING and protocol not in {None, "HTTPS"}:
        raise wording.ACTION_OF_HTTPS.error(kind=kind)
    if kind == "redirect":
        _check_redirect(action["RedirectConfig"], protocol)
    if kind == "fixed-response":
        content_type = action["FixedResponseConfig"].get("ContentType")
        if content_type and content_type not in _CONTENT_TYPES:
            raise wording.CONTENT_TYPE.error()


def _check_forward(action: Action) -> None:
    tuples = _tuples(action)
    alone = action.get("TargetGroupArn")
    if not (alone or tuples) or any(not one.get("TargetGroupArn") for one in tuples):
        raise wording.GROUP_MISSING.error()
    if alone and tuples and groups_of(action) != [alone]:
        raise wording.GROUPS_DISAGREE.error()
    for one in tuples:
        weight = one.get("Weight", 1)
        if not 0 <= int(weight) <= 999:
            raise wording.WEIGHT.error(weight=weight)
    sticky = (action.get("ForwardConfig") or {}).get("TargetGroupStickinessConfig") or {}
    duration = sticky.get("DurationSeconds")
    if duration is not None and not 1 <= int(duration) <= _LONGEST_STICKINESS:
        raise wording.STICKINESS.error()


def _check_redirect(redirect: Mapping[str, Any], protocol: str | None) -> None:
    path = redirect.get("Path", _UNCHANGED["Path"])
    words = ("#{path}", "#{host}", "#{port}")
    if not path.startswith("/") or any(path.count(word) > 1 for word in words):
        raise wording.REDIRECT_PATH.error()
    port = redirect.get("Port", _UNCHANGED["Port"])
    if port != _UNCHANGED["Port"] and not is_port(port):
        raise wording.REDIRECT_PORT.error()
    if protocol == "HTTPS" and redirect.get("Protocol") == "HTTP":
        raise wording.REDIRECT_DOWN.error()
    if all(redirect.get(name, same) == same for name, same in _UNCHANGED.items()):
        raise wording.REDIRECT_LOOP.error()


def is_port(text: str) -> bool:
    """Tell whether a text is the number of a port."""
    return text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= 65535


def _check_order(actions: Sequence[Action]) -> None:
    if len(actions) > 1:
        orders = [action.get("Order") for action in actions]
        if None in orders:
            raise wording.ORDER_MISSING.error()
        twice = next((one for one in orders if orders.count(one) > 1), None)
        if twice is not None:
            raise wording.ORDER_TWICE.error(order=twice)
    performed = sorted(actions, key=lambda action: int(action.get("Order") or 1))
    routing = [action["Type"] in ROUTING for action in performed]
    if routing != [False] * (len(actions) - 1) + [True]:
        raise wording.ONE_ROUTING_ACTION.error()


def _tuples(action: Action) -> Sequence[Mapping[str, Any]]:
    return (action.get("ForwardConfig") or {}).get("TargetGroups") or ()
