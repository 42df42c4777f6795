"""The two roles of a task, and you: who uses which permission, and when in the life of a task."""

from __future__ import annotations

from dataclasses import dataclass

from fargate_kit.learn.views.frame import INK, LINE, PALE, figure, svg, text

__all__ = ["LANES", "MOMENTS", "RoleUse", "TwoRoles", "two_roles", "two_roles_text"]

MOMENTS = {
    "start": ("the call", "RunTask, or a service"),
    "before": ("before your code", "PROVISIONING, PENDING"),
    "running": ("while your code runs", "RUNNING"),
}
LANES = {
    "caller": ("you, or a pipeline", "#0b5394", "#eaf3fb"),
    "execution": ("execution role", "#7a3e9d", "#f6eefa"),
    "task": ("task role", "#146c2e", "#e9f7ee"),
}
_WARNING = "#8a1c1c"
WIDTH, LABEL, HEAD, ROW = 980.0, 176.0, 44.0, 36.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleUse:
    """Something that a permission is needed for.

    Attributes:
        who: One of `LANES`.
        when: One of `MOMENTS`.
        what: What happens, in words.
        needs: The actions that it takes.
    """

    who: str
    when: str
    what: str
    needs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoRoles:
    """What the picture shows of one task definition.

    Attributes:
        roles: The role of a lane, by the lane's name; None where the definition has none.
    """

    name: str
    roles: dict[str, str | None]
    uses: tuple[RoleUse, ...]
    badge: str | None = None

    def of(self, who: str, when: str) -> tuple[RoleUse, ...]:
        """Return what one does at one moment."""
        return tuple(each for each in self.uses if (each.who, each.when) == (who, when))

    def is_missing(self, who: str) -> bool:
        """Whether a role is needed and not there."""
        needed = any(each.who == who for each in self.uses)
        return who != "caller" and needed and self.roles.get(who) is None


def two_roles_text(picture: TwoRoles) -> str:
    """Say who does what, and when, one in a line."""
    lines = [f"The roles of {picture.name}"]
    for who, (words, _, _) in LANES.items():
        lines.append(f"  {words}{_named(picture, who)}")
        lines += [
            f"    {MOMENTS[when][0]}: {each.what} ({each.needs})"
            for when in MOMENTS
            for each in picture.of(who, when)
        ]
    return "\n".join(lines)


def two_roles(picture: TwoRoles) -> str:
    """Draw a lane for each, and in it what is done at which moment."""
    column = (WIDTH - LABEL) / len(MOMENTS)
    parts: list[str] = []
    for number, (words, states) in enumerate(MOMENTS.values()):
        x = LABEL + number * column
        parts.append(text(x + 8, 16, f"{number + 1}. {words}", weight="600", room=column - 16))
        parts.append(text(x + 8, 33, states, size=11, colour=PALE, room=column - 16))
    y = HEAD
    for who in LANES:
        most = max(len(picture.of(who, when)) for when in MOMENTS)
        height = max(most, 1) * ROW + 16
        parts += _lane(picture, who, y, height, column)
        y += height + 8
    label = ". ".join(" ".join(line.split()) for line in two_roles_text(picture).splitlines())
    drawing = svg(WIDTH, y, label, parts)
    return figure(drawing, caption=f"The roles of {picture.name}", badge=picture.badge)


def _lane(picture: TwoRoles, who: str, y: float, height: float, column: float) -> list[str]:
    words, ink, ground = LANES[who]
    missing = picture.is_missing(who)
    stroke = f'stroke="{_WARNING}" stroke-dasharray="5 4"' if missing else f'stroke="{ink}"'
    parts = [
        f'<rect x="1" y="{y:g}" width="{WIDTH - 2:g}" height="{height:g}" rx="8" '
        f'fill="{ground}" {stroke}/>',
        text(12, y + 21, words, size=13, colour=ink, weight="600", room=LABEL - 20),
        text(
            12,
            y + 38,
            _named(picture, who).removeprefix(": "),
            size=11,
            colour=_WARNING if missing else INK,
            room=LABEL - 20,
        ),
    ]
    for number, when in enumerate(MOMENTS):
        x = LABEL + number * column
        parts.append(f'<path d="M{x:g} {y + 6:g}V{y + height - 6:g}" stroke="{LINE}" fill="none"/>')
        for row, each in enumerate(picture.of(who, when)):
            at = y + 20 + row * ROW
            parts.append(text(x + 8, at, each.what, size=12, room=column - 14))
            parts.append(text(x + 8, at + 14, each.needs, size=10.5, colour=PALE, room=column - 14))
    return parts


def _named(picture: TwoRoles, who: str) -> str:
    if who == "caller":
        return ""
    if picture.is_missing(who):
        return ": ✘ none, and it is needed"
    return f": {picture.roles.get(who) or 'none'}"
