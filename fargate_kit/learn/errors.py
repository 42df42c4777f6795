"""What the course itself raises, each as a plain error that every notebook shows."""

from __future__ import annotations

from decimal import Decimal

from fargate_kit.errors import ConfigurationError, FargateError

__all__ = [
    "BackgroundWorkFailed",
    "CheckFailed",
    "LabClosed",
    "LabExpired",
    "LeftBehind",
    "LimitReached",
    "LiveRefused",
    "OnlySimulated",
    "SpendingLimitReached",
]


class BackgroundWorkFailed(FargateError):
    """Something that ran beside the cells failed; its own error is the cause."""


class CheckFailed(FargateError, AssertionError):
    """A check did not pass, where `FARGATE_KIT_STRICT` asks for an error."""


class LabClosed(FargateError):
    """The lab is closed; the notebook's first cell opens it again."""


class LeftBehind(FargateError):
    """Something is left in the account after everything was taken down.

    Attributes:
        left: What it is, each in words.
    """

    def __init__(self, left: tuple[str, ...]) -> None:
        super().__init__(f"{len(left)} left in the account: {', '.join(left)}")
        self.left = left


class _OneLine(FargateError):
    """An error that a notebook shows as one line: where it was raised tells a learner nothing."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython prints instead of a traceback."""
        return [f"{type(self).__name__}: {self}"]


class OnlySimulated(_OneLine):
    """Only a simulated account of one's own has this: load, faults and killing are its dials."""


class LiveRefused(_OneLine, ConfigurationError):
    """The lab was not opened on live AWS, and nothing was made.

    Attributes:
        problems: Everything that does not hold, each in words.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        lines = "".join(f"\n  - {each}" for each in problems)
        super().__init__(f"this lab does not open on live AWS, and nothing was made:{lines}")
        self.problems = problems


class LimitReached(_OneLine):
    """A live lab does not have so much; nothing was sent."""


class LabExpired(_OneLine):
    """A live lab's time is over; it makes nothing new."""


class SpendingLimitReached(_OneLine):
    """A live lab has cost what it may cost, and was taken down.

    Attributes:
        spent: US dollars, as far as they can be counted.
        limit: US dollars.
    """

    def __init__(self, spent: Decimal, limit: Decimal, *, then: str) -> None:
        super().__init__(
            f"the lab has cost about {spent:.4f} USD, and its limit is {limit} USD: {then}"
        )
        self.spent = spent
        self.limit = limit
