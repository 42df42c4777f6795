"""The discrete-event engine: one heap of actions, run in order of (due, sequence) alone."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable

from fargate_kit.sim.clock import SimClock, StepClock, WallClock


class EngineRunaway(RuntimeError):
    """Actions schedule actions without time passing; the message names the last of them."""


class NotSettled(TimeoutError):
    """The limit was reached first; the message says what is still due."""


class WrongClock(RuntimeError):
    """The engine's clock cannot do what was asked: a wall clock cannot be moved, and so on."""


class Entry:
    """One scheduled action; keep it to cancel it, otherwise it is opaque."""

    __slots__ = ("action", "background", "due", "name", "sequence")

    def __init__(
        self, due: int, sequence: int, action: Callable[[], None], background: bool, name: str
    ) -> None:
        self.due = due
        self.sequence = sequence
        self.action: Callable[[], None] | None = action
        self.background = background
        self.name = name or getattr(action, "__qualname__", "") or repr(action)

    @property
    def pending(self) -> bool:
        """Say whether it has neither run nor been cancelled."""
        return self.action is not None

    def __repr__(self) -> str:
        return f"<{self.name} due {self.due}>"


class Engine:
    """Runs actions in order of their due time; ties go to the one scheduled first.

    Args:
        clock: The axis. Nothing in the engine reads any other time.
        seed: From which every random stream is derived.
        actions_at_one_instant: How many actions may run without time passing.
    """

    def __init__(
        self, clock: SimClock, seed: int = 0, *, actions_at_one_instant: int = 100_000
    ) -> None:
        self.clock = clock
        self.seed = seed
        self.now = clock.now()
        self._bound = actions_at_one_instant
        self._heap: list[tuple[int, int, Entry]] = []
        self._sequence = 0
        self._foreground = 0
        self._running = False

    def random(self, *purpose: object) -> random.Random:
        """Begin the random stream of one purpose or entity.

        The same purpose always begins the same stream, in every process, so a draw
        added for one purpose shifts no other. Keep the stream to go on with it.
        """
        return random.Random("\x1f".join(map(str, (self.seed, *purpose))))

    def after(
        self,
        seconds: float,
        action: Callable[[], None],
        *,
        background: bool = False,
        name: str = "",
    ) -> Entry:
        """Schedule an action.

        Args:
            seconds: Nominal seconds from `now`; 0 runs it at this instant, after all
                that is already due then.
            action: Called without arguments; it may schedule and cancel, never wait.
            background: Recurring housekeeping, for which `settle` does not wait.
            name: How errors call it; the action's own name if empty.

        Raises:
            ValueError: `seconds` is negative or not a finite number.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError(f"an action is due in 0 seconds or more, not {seconds!r}")
        due = self.now + self.clock.ticks(seconds)
        self._sequence += 1
        entry = Entry(due, self._sequence, action, background, name)
        self._foreground += not background
        heapq.heappush(self._heap, (due, entry.sequence, entry))
        return entry

    def cancel(self, entry: Entry) -> None:
        """Take an action back; one that has run or was cancelled stays as it is."""
        if entry.action is not None:
            entry.action = None
            self._foreground -= not entry.background

    def next_due(self) -> int | None:
        """Tell when the next action is due, in microseconds; None if nothing is."""
        heap = self._heap
        while heap and heap[0][2].action is None:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    @property
    def settled(self) -> bool:
        """Say whether only background actions are scheduled."""
        return not self._foreground

    def pending(self, *, background: bool = True) -> list[Entry]:
        """List what is scheduled in the order in which it will run."""
        return [
            entry
            for _, _, entry in sorted(self._heap, key=lambda item: item[:2])
            if entry.pending and (background or not entry.background)
        ]

    def advance(self, until: int | None = None) -> None:
        """Run all that is due, each action at its own due time however late it is.

        Args:
            until: Microseconds of the axis; None for the clock's present. Later than
                the present only with a step clock, which moves along.

        Raises:
            EngineRunaway: Too many actions ran without time passing.
            WrongClock: A wall clock was asked to run ahead of real time.
            RuntimeError: Called by an action that the engine is running.
        """
        if self._running:
            raise RuntimeError("an action may schedule, but not advance the engine that runs it")
        if until is None:
            until = self.clock.now()
        elif until > self.clock.now() and not isinstance(self.clock, StepClock):
            raise WrongClock("a wall clock moves by itself: only a step clock can be moved ahead")
        self._running = True
        try:
            self._run(until)
        finally:
            self._running = False
        self._move(until)

    def advance_by(self, seconds: float) -> None:
        """Move a step clock by `seconds` and run all that falls due on the way.

        Raises:
            WrongClock: The engine does not live on a step clock.
            ValueError: `seconds` is negative or not a finite number.
        """
        clock = self._step_clock()
        if not 0 <= seconds < math.inf:
            raise ValueError(f"time moves by 0 seconds or more, not {seconds!r}")
        self.advance(clock.now() + clock.ticks(seconds))

    def step(self) -> bool:
        """Move a step clock to the next instant at which anything is due, and run that.

        Returns:
            Whether anything was due at all.

        Raises:
            WrongClock: The engine does not live on a step clock.
        """
        clock = self._step_clock()
        due = self.next_due()
        if due is None:
            return False
        self.advance(max(due, clock.now()))
        return True

    def settle(self, *, limit: float = 30 * 86_400.0, instants: int = 1_000_000) -> None:
        """Step until only background actions are left.

        Args:
            limit: Nominal seconds that may pass.
            instants: How many different instants may be visited.

        Raises:
            NotSettled: One of the limits was reached; the message says what is still due.
            WrongClock: The engine does not live on a step clock.
        """
        clock = self._step_clock()
        self.advance()
        end = self.now + clock.ticks(limit)
        for _ in range(instants):
            if not self._foreground:
                return
            due = self.next_due()
            if due is not None and due > end:
                break
            self.step()
        raise NotSettled(
            f"not settled after {(self.now - end) / 1e6 + limit:g} s; still due: {self._outlook()}"
        )

    def run_until(self, condition: Callable[[], bool], *, limit: float) -> None:
        """Step until a condition holds; it is asked now and after every instant.

        Args:
            condition: Asked without arguments.
            limit: Nominal seconds after which to give up; the clock then stands there.

        Raises:
            NotSettled: The condition did not hold in time.
            WrongClock: The engine does not live on a step clock.
        """
        clock = self._step_clock()
        self.advance()
        end = self.now + clock.ticks(limit)
        while not condition():
            due = self.next_due()
            if due is None or due > end:
                outlook = self._outlook()
                self.advance(end)
                raise NotSettled(f"the condition did not hold in {limit:g} s; next: {outlook}")
            self.step()

    def reset(self) -> None:
        """Take every action back; the clock, the seed and the present stay."""
        for _, _, entry in self._heap:
            self.cancel(entry)
        self._heap.clear()
        self._sequence = 0

    def change_speed(self, speed: float) -> None:
        """Let nominal time pass faster or slower from now on.

        What remains of every scheduled duration is rescaled; the order of the actions
        and their sequence numbers stay.

        Args:
            speed: Nominal seconds per real second.

        Raises:
            WrongClock: The engine does not live on a wall clock.
            ValueError: The speed is not a positive number.
        """
        clock = self.clock
        if not isinstance(clock, WallClock):
            raise WrongClock("only a wall clock has a speed; a step clock is moved")
        self.advance()
        old = clock.speed
        clock.set_speed(speed)
        heap: list[tuple[int, int, Entry]] = []
        last_due, last_sequence = self.now, 0
        for due, sequence, entry in sorted(self._heap, key=lambda item: item[:2]):
            if entry.action is None:
                continue
            scaled = self.now + round((due - self.now) * old / speed)
            # Rounding may make two different times equal; the order must not follow from that.
            earliest = last_due + (sequence < last_sequence)
            entry.due = last_due = max(scaled, earliest)
            last_sequence = sequence
            heap.append((entry.due, sequence, entry))
        self._heap = heap

    def _run(self, until: int) -> None:
        instant, count = -1, 0
        while (due := self.next_due()) is not None and due <= until:
            entry = heapq.heappop(self._heap)[2]
            count = count + 1 if due == instant else 1
            instant = due
            if count > self._bound:
                heapq.heappush(self._heap, (due, entry.sequence, entry))
                raise EngineRunaway(
                    f"{self._bound} actions ran at one instant without an end; next: {entry.name}"
                )
            action, entry.action = entry.action, None
            self._foreground -= not entry.background
            self._move(due)
            if action is not None:
                action()

    def _move(self, moment: int) -> None:
        if isinstance(self.clock, StepClock):
            self.clock.move_to(moment)
        self.now = max(self.now, moment)

    def _outlook(self) -> str:
        waiting = self.pending(background=False) or self.pending()
        names = [f"{entry.name} in {(entry.due - self.now) / 1e6:g} s" for entry in waiting[:3]]
        more = f" and {len(waiting) - 3} more" if len(waiting) > 3 else ""
        return ", ".join(names) + more or "nothing"

    def _step_clock(self) -> StepClock:
        if not isinstance(self.clock, StepClock):
            raise WrongClock("a wall clock moves by itself: wait, or use a step clock")
        return self.clock
