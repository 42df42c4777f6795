"""AWS's own troubles while somebody waits: which of them pass, and how long that is awaited."""

from __future__ import annotations

from fargate_kit.core.clock import Clock
from fargate_kit.errors import ApiError, EndpointUnreachable, FargateError, Throttled

__all__ = ["Trouble", "may_pass"]

# botocore has tried five times before anything is raised, so this is a trouble that lasts.
PATIENCE = 300.0
# "Common Error Types" and the errors of the ECS API Reference; a number stands for an answer
# that names no code.
AT_FAULT_THEMSELVES = frozenset({
    "500",
    "502",
    "503",
    "504",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServerException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
})


def may_pass(error: FargateError) -> bool:
    """Whether the same call may be answered later, without anybody changing anything."""
    if isinstance(error, Throttled | EndpointUnreachable):
        return True
    return isinstance(error, ApiError) and str(error.code) in AT_FAULT_THEMSELVES


class Trouble:
    """How long AWS has not told what somebody waits for.

    Attributes:
        error: What AWS said last instead; None while it answers.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answered_at = clock.now()
        self.error: FargateError | None = None

    def __str__(self) -> str:
        return f"nothing since {self._lasts:.0f} s: {self.error}"

    def passed(self) -> float:
        """Note an answer.

        Returns:
            Seconds in which there was none.
        """
        unseen = self._lasts if self.error is not None else 0.0
        self._answered_at, self.error = self._clock.now(), None
        return unseen

    def bear(self, error: FargateError, *, what: str) -> None:
        """Note a trouble, and go on if it may pass.

        Args:
            what: Whatever is waited for, for the note at the error.

        Raises:
            FargateError: The same error: it does not pass by itself, or has lasted for too long.
        """
        if not may_pass(error):
            raise error
        self.error = error
        if self._lasts >= PATIENCE:
            error.add_note(
                f"AWS has not told for {self._lasts:.0f} s how {what} stands. That is not its end: "
                "wait for it again when AWS answers."
            )
            raise error

    @property
    def _lasts(self) -> float:
        return self._clock.now() - self._answered_at
