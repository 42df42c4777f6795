"""Sticky sessions: the cookies by which a client comes back to the same target."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie

from fargate_kit.sim.load_balancing.facts import Action, TargetGroupFact
from fargate_kit.sim.load_balancing.targets import TargetState

TARGET_COOKIE = "AWSALB"
APPLICATION_COOKIE = "AWSALBAPP-0"
GROUP_COOKIE = "AWSALBTG"

Ticks = Callable[[float], int]
"""Turns nominal seconds into microseconds of the axis."""


@dataclass(frozen=True, slots=True)
class Cookies:
    """The cookies of a request."""

    sticky: Stickiness
    values: Mapping[str, str]
    now: int

    def group(self, action: Action, ticks: Ticks) -> str | None:
        """Tell the target group that the client had before, if the rule keeps it there."""
        if action.stickiness is None:
            return None
        for arn, weight in action.groups:
            if weight and self._fits(GROUP_COOKIE, (arn,), ticks(action.stickiness)):
                return arn
        return None

    def target(
        self, group: TargetGroupFact, targets: Sequence[TargetState], ticks: Ticks
    ) -> TargetState | None:
        """Tell the target that the client had before, if the group keeps it there."""
        kind = _kind(group)
        if kind is None:
            return None
        if kind.application is not None and kind.application not in self.values:
            return None
        for target in targets:
            if self._fits(kind.cookie, _parts(target), ticks(kind.seconds)):
                return target
        return None

    def _fits(self, name: str, parts: tuple[str, ...], lasts: int) -> bool:
        value = self.values.get(name, "")
        issued = self.sticky.issued(value, parts)
        return issued is not None and self.now - issued <= lasts


class Stickiness:
    """Makes and reads the cookies of one region's load balancers.

    Source: User Guide for Application Load Balancers, pages edit-target-group-attributes
    (section "Sticky sessions") and rule-action-types. AWS encrypts what a cookie says; here
    it is a hash.

    Args:
        secret: Keeps the cookies of one account apart from those of others.
    """

    def __init__(self, secret: int) -> None:
        self._secret = secret

    def read(self, headers: Mapping[str, str], now: int) -> Cookies:
        """Read the cookies of a request.

        Args:
            headers: Names in lower case.
            now: Microseconds of the axis.
        """
        jar = SimpleCookie()
        try:
            jar.load(headers.get("cookie", ""))
        except CookieError:
            jar.clear()
        return Cookies(self, {name: morsel.value for name, morsel in jar.items()}, now)

    def cookies(
        self,
        action: Action,
        group: TargetGroupFact,
        target: TargetState,
        headers: Mapping[str, str],
        now: int,
        ticks: Ticks,
    ) -> tuple[str, ...]:
        """Write the cookies that an answer brings, as values of Set-Cookie.

        Args:
            action: The action that chose the group.
            group: The group.
            target: The target.
            headers: Of the target's answer, names in lower case.
            now: Microseconds of the axis.
            ticks: Turns nominal seconds into microseconds of the axis.
        """
        written: list[str] = []
        if action.stickiness is not None:
            written += self._write(GROUP_COOKIE, (group.arn,), now, ticks(action.stickiness))
        kind = _kind(group)
        if kind is None:
            return tuple(written)
        if kind.application is None or _sets(headers, kind.application):
            written += self._write(kind.cookie, _parts(target), now, ticks(kind.seconds))
        return tuple(written)

    def issued(self, value: str, parts: tuple[str, ...]) -> int | None:
        """Tell when a cookie for these parts was made; None if it is for others, or false."""
        digest, _, moment = value.partition("/")
        if not moment.isdigit() or digest != self._digest(parts, int(moment)):
            return None
        return int(moment)

    def _write(self, name: str, parts: tuple[str, ...], now: int, lasts: int) -> list[str]:
        value = f"{self._digest(parts, now)}/{now}"
        expires = datetime.fromtimestamp((now + lasts) // 1_000_000, UTC)
        until = expires.strftime("%a, %d %b %Y %H:%M:%S GMT")
        plain = f"{name}={value}; Expires={until}; Path=/"
        if name == APPLICATION_COOKIE:
            return [plain]
        return [plain, f"{name}CORS={value}; Expires={until}; Path=/; SameSite=None"]

    def _digest(self, parts: tuple[str, ...], moment: int) -> str:
        text = "\x1f".join((str(self._secret), *parts, str(moment)))
        digest = hashlib.sha256(text.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class _Kind:
    cookie: str
    seconds: float
    application: str | None = None


def _kind(group: TargetGroupFact) -> _Kind | None:
    """Tell how a group keeps its clients; None if it does not."""
    if group.attributes.get("stickiness.enabled") != "true":
        return None
    if group.attributes.get("stickiness.type", "lb_cookie") == "app_cookie":
        return _Kind(
            APPLICATION_COOKIE,
            group.seconds("stickiness.app_cookie.duration_seconds", 86_400.0),
            group.attributes.get("stickiness.app_cookie.cookie_name", ""),
        )
    return _Kind(TARGET_COOKIE, group.seconds("stickiness.lb_cookie.duration_seconds", 86_400.0))


def _parts(target: TargetState) -> tuple[str, ...]:
    return target.group, target.address, str(target.port)


def _sets(headers: Mapping[str, str], cookie: str) -> bool:
    return headers.get("set-cookie", "").partition("=")[0].strip() == cookie
