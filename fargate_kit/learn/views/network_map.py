"""The network: every task with its own interface, in its subnet."""

from __future__ import annotations

from dataclasses import dataclass

from fargate_kit.learn.views.frame import INK, LINE, PALE, figure, look_of, svg, text

__all__ = ["NetworkPicture", "SubnetBox", "TaskInterface", "network_map", "network_map_text"]

WIDTH, CARD, HEAD = 980.0, 70.0, 44.0
MOST_IN_A_ROW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetBox:
    """A subnet: part of the VPC's addresses, in one zone."""

    id: str
    zone: str
    cidr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskInterface:
    """A task and its network interface; what is not known yet is None."""

    task: str
    status: str
    subnet_id: str | None
    interface_id: str | None = None
    private_ip: str | None = None
    public_ip: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPicture:
    """What the map shows.

    Attributes:
        name: What to call the network, such as `VPC vpc-1 172.31.0.0/16`.
    """

    name: str
    subnets: tuple[SubnetBox, ...]
    interfaces: tuple[TaskInterface, ...]
    badge: str | None = None


def network_map_text(network: NetworkPicture) -> str:
    """Say how many interfaces are where."""
    used = {each.subnet_id for each in network.interfaces}
    count, places = len(network.interfaces), len(used)
    return (
        f"{count} task network interface{'s' * (count != 1)} in "
        f"{places} of {len(network.subnets)} subnets"
    )


def network_map(network: NetworkPicture) -> str:
    """Draw subnets, and in each a card for every task's interface."""
    in_row = max(1, min(MOST_IN_A_ROW, len(network.subnets)))
    column = WIDTH / in_row
    parts: list[str] = []
    y = 0.0
    for start in range(0, len(network.subnets), in_row):
        row = network.subnets[start : start + in_row]
        most = max(sum(each.subnet_id == box.id for each in network.interfaces) for box in row)
        height = HEAD + max(most * CARD, 10) + 6
        for number, box in enumerate(row):
            parts += _subnet(network, box, number * column, y, column - 10, height)
        y += height + 10
    label = network_map_text(network)
    drawing = svg(WIDTH, max(y, 10), label, parts)
    return figure(drawing, caption=f"{network.name} — {label}", badge=network.badge)


def _subnet(
    network: NetworkPicture, box: SubnetBox, x: float, y: float, width: float, height: float
) -> list[str]:
    inside = [each for each in network.interfaces if each.subnet_id == box.id]
    ground = "#fff" if inside else "#f6f8fa"
    parts = [
        f'<rect x="{x + 1:g}" y="{y + 1:g}" width="{width:g}" height="{height:g}" rx="8" '
        f'fill="{ground}" stroke="{LINE}"/>',
        text(x + 12, y + 20, f"{box.zone} · {box.cidr}", weight="600", room=width - 24),
        text(x + 12, y + 36, box.id, size=11, colour=PALE, room=width - 24),
    ]
    for row, each in enumerate(inside):
        parts += _card(each, x + 10, y + HEAD + row * CARD, width - 20)
    return parts


def _card(each: TaskInterface, x: float, y: float, width: float) -> list[str]:
    look = look_of(each.status)
    public = each.public_ip or "no public address"
    room = width - 20
    title = f"{look.mark} task {each.task[:8]} {each.status}"
    return [
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{CARD - 8:g}" rx="6" fill="#fff" '
        f'stroke="{look.colour}" stroke-width="2"/>',
        text(x + 10, y + 17, title, size=11.5, colour=look.colour, weight="600", room=room),
        text(x + 10, y + 34, each.interface_id or "interface on its way", size=11, room=room),
        text(
            x + 10,
            y + 51,
            f"{each.private_ip or '…'} · {public}",
            size=11,
            colour=INK if each.public_ip else PALE,
            room=room,
        ),
    ]
