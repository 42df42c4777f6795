"""When a service's bounds change by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fargate_kit.model.problems import Problem, Rule
from fargate_kit.model.values import moment
from fargate_kit.scaling.rules import check_name

__all__ = ["Schedule"]

SCHEDULE = Rule(
    id="scaling-schedule",
    says="A schedule names a time, and a new minimum, maximum or both.",
    source="Application Auto Scaling model, PutScheduledAction",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """New bounds at a moment, again and again, or by a calendar.

    When its time comes, a count below the new minimum is raised at once, and one above the new
    maximum is lowered; policies go on between the new bounds.

    Attributes:
        name: What it is known by; one of that name is replaced.
        expression: AWS's `at(…)`, `rate(…)` or `cron(…)`.
        timezone: An IANA name such as `Europe/Berlin` for `cron`; None is UTC.
        starts_at: It is not done before this moment.
        ends_at: It is not done after this moment.
    """

    name: str
    expression: str
    minimum: int | None = None
    maximum: int | None = None
    timezone: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def at(
        cls, name: str, at: datetime, *, minimum: int | None = None, maximum: int | None = None
    ) -> Schedule:
        """Change the bounds once.

        Args:
            at: An aware moment, to the second.

        Raises:
            ValueError: The moment has no time zone.
        """
        if at.tzinfo is None:
            raise ValueError("a moment needs a time zone: datetime(…, tzinfo=UTC)")
        text = at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()
        return cls(name=name, expression=f"at({text})", minimum=minimum, maximum=maximum)

    @classmethod
    def every(
        cls,
        name: str,
        *,
        minutes: int = 0,
        hours: int = 0,
        days: int = 0,
        minimum: int | None = None,
        maximum: int | None = None,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
    ) -> Schedule:
        """Change the bounds again and again; the times that are given are added up."""
        total = minutes + 60 * hours + 1440 * days
        return cls(
            name=name,
            expression=f"rate({total} minute{'' if total == 1 else 's'})",
            minimum=minimum,
            maximum=maximum,
            starts_at=starts_at,
            ends_at=ends_at,
        )

    @classmethod
    def cron(
        cls,
        name: str,
        fields: str,
        *,
        timezone: str | None = None,
        minimum: int | None = None,
        maximum: int | None = None,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
    ) -> Schedule:
        """Change the bounds by a calendar.

        Args:
            fields: AWS's six: minutes, hours, day of the month, month, day of the week, year; one
                of the two days is `?`. `0 8 ? * MON-FRI *` is eight o'clock on workdays.
            timezone: An IANA name; None is UTC.
        """
        return cls(
            name=name,
            expression=f"cron({fields})",
            minimum=minimum,
            maximum=maximum,
            timezone=timezone,
            starts_at=starts_at,
            ends_at=ends_at,
        )

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a member of `ScheduledActions` of DescribeScheduledActions."""
        change = raw.get("ScalableTargetAction") or {}
        return cls(
            name=raw["ScheduledActionName"],
            expression=raw.get("Schedule", ""),
            minimum=change.get("MinCapacity"),
            maximum=change.get("MaxCapacity"),
            timezone=raw.get("Timezone"),
            starts_at=moment(raw.get("StartTime")),
            ends_at=moment(raw.get("EndTime")),
            raw=raw,
        )

    def to_api(self) -> dict[str, Any]:
        """Return the members of PutScheduledAction, but for those that name the service."""
        change = {"MinCapacity": self.minimum, "MaxCapacity": self.maximum}
        raw = {
            "Schedule": self.expression,
            "Timezone": self.timezone,
            "StartTime": self.starts_at,
            "EndTime": self.ends_at,
            "ScalableTargetAction": {key: one for key, one in change.items() if one is not None},
        }
        return {
            "ScheduledActionName": self.name,
            **{key: value for key, value in raw.items() if value is not None},
        }

    def problems(self) -> list[Problem]:
        """Return what AWS would refuse of it."""
        low, high = self.minimum, self.maximum
        asked = [
            ("bounds", None, low is not None or high is not None, "a minimum, a maximum or both"),
            ("minimum", low, low is None or low >= 0, "0 or more"),
            ("maximum", high, high is None or high >= (low or 0), "the minimum or more"),
            ("every", self.expression, self.expression != "rate(0 minutes)", "a minute or more"),
            ("timezone", self.timezone, _is_zone(self.timezone), "an IANA name: Europe/Berlin"),
            ("cron", self.expression, _has_six_fields(self.expression), "six fields"),
            (
                "ends_at",
                self.ends_at,
                not (self.starts_at and self.ends_at) or self.starts_at < self.ends_at,
                "later than starts_at",
            ),
        ]
        return check_name(self.name) + [
            SCHEDULE.problem(f"{self.name}.{path}", given=given, allowed=allowed, remedy="mend it")
            for path, given, fine, allowed in asked
            if not fine
        ]


def _is_zone(name: str | None) -> bool:
    try:
        return name is None or bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _has_six_fields(expression: str) -> bool:
    kind, _, rest = expression.partition("(")
    return kind != "cron" or len(rest.rstrip(")").split()) == 6
