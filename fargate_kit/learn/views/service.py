"""A service: how many tasks it shall have, has, and gets, and what its deployments do."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from fargate_kit.learn.views.frame import INK, PALE, figure, svg, text

__all__ = ["DeploymentBar", "ServicePicture", "service_picture", "service_text"]

LEFT, ROW, FULL = 300.0, 34.0, 640.0
MOST_EVENTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentBar:
    """One deployment of the service.

    Attributes:
        revision: Which revision it brings, such as `web:3`.
        status: `PRIMARY` or `ACTIVE`.
        state: Of its roll-out, such as `IN_PROGRESS`.
    """

    revision: str
    status: str
    state: str
    desired: int
    running: int
    pending: int
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePicture:
    """A service at one moment.

    Attributes:
        lowest: How many tasks must stay while it changes.
        highest: How many may be there at once while it changes.
        events: What ECS said last, the newest first.
    """

    name: str
    status: str
    desired: int
    running: int
    pending: int
    lowest: int
    highest: int
    deployments: tuple[DeploymentBar, ...] = ()
    events: tuple[str, ...] = ()
    badge: str | None = None


def service_text(service: ServicePicture) -> str:
    """Say how many tasks there are."""
    return (
        f"service {service.name} ({service.status}): {service.running} of {service.desired} "
        f"tasks run, {service.pending} on the way"
    )


def service_picture(service: ServicePicture) -> str:
    """Draw running and pending tasks of each deployment, against what the service shall have."""
    scale = FULL / max(service.highest, service.desired, service.running, 1)
    rows = max(1, len(service.deployments))
    height = 26 + rows * ROW + 6
    parts = []
    for number, each in enumerate(service.deployments):
        parts += _bar(each, 24 + number * ROW, scale)
    places = [(service.desired, f"desired {service.desired}", INK, "")]
    if service.lowest != service.desired:
        places.append((service.lowest, f"at least {service.lowest}", PALE, "4 3"))
    if service.highest != service.desired:
        places.append((service.highest, f"at most {service.highest}", PALE, "4 3"))
    for count, words, colour, dashes in places:
        x = LEFT + count * scale
        anchor = "end" if x > LEFT + FULL - 60 else "middle"
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts.append(
            f'<path d="M{x:g} 18 V{height - 4:g}" stroke="{colour}" stroke-width="2"{dash}/>'
        )
        parts.append(text(x, 13, words, size=11, colour=colour, anchor=anchor))
    label = service_text(service)
    drawing = svg(LEFT + FULL + 20, height, label, parts)
    return figure(drawing + _events(service), caption=label, badge=service.badge)


def _bar(each: DeploymentBar, y: float, scale: float) -> list[str]:
    running, pending = each.running * scale, each.pending * scale
    words = f"● {each.running} run"
    if each.pending:
        words += f" · ◔ {each.pending} start"
    if each.failed:
        words += f" · ✕ {each.failed} failed"
    name = f"{each.revision} {each.status}"
    return [
        text(4, y + 11, name, size=12, weight="600", room=LEFT - 12),
        text(
            4,
            y + 25,
            f"{each.state.lower().replace('_', ' ')} · {words}",
            size=10.5,
            colour=PALE,
            room=LEFT - 8,
        ),
        f'<rect x="{LEFT:g}" y="{y:g}" width="{running:g}" height="22" fill="#146c2e"/>',
        f'<rect x="{LEFT + running:g}" y="{y:g}" width="{pending:g}" height="22" fill="#fff" '
        'stroke="#8a4b00" stroke-width="2" stroke-dasharray="4 3"/>',
    ]


def _events(service: ServicePicture) -> str:
    if not service.events:
        return ""
    items = "".join(f"<li>{escape(each)}</li>" for each in service.events[:MOST_EVENTS])
    return (
        '<p style="margin:8px 0 2px;font-weight:600">What ECS said last</p>'
        f'<ul style="margin:0;padding-left:20px;font-size:12.5px">{items}</ul>'
    )
