"""What the course itself raises, each as a plain error that every notebook shows."""

from __future__ import annotations

from fargate_kit.errors import FargateError

__all__ = ["BackgroundWorkFailed", "CheckFailed", "LabClosed", "LeftBehind"]


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
