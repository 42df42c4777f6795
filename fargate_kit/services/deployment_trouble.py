"""AWS's own troubles while somebody waits, and how long they are borne."""

from __future__ import annotations

from fargate_kit.core.clock import Clock
from fargate_kit.core.outage import PATIENCE, may_pass
from fargate_kit.errors import FargateError

__all__ = ["Trouble"]


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
