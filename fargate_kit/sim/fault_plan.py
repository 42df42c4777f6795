"""The bookkeeping of what goes wrong by plan: what, when, how often still, and how likely."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, cast

from fargate_kit.sim.engine import Engine, Entry
from fargate_kit.sim.fault_json import check_fault
from fargate_kit.sim.fault_kinds import Chanced, Fault

T = TypeVar("T", bound=Chanced)


@dataclass(slots=True)
class Planned:
    """A planned fault and what is left of it."""

    fault: Fault
    remaining: int | None
    chance: random.Random
    active: bool = False
    entries: list[Entry] = field(default_factory=list)

    def draw(self) -> bool:
        """Draw whether the fault strikes something that fits it."""
        probability = getattr(self.fault, "probability", 1.0)
        return probability >= 1.0 or self.chance.random() < probability


class FaultPlan:
    """The plan of an account, and which of it is in force."""

    def __init__(self) -> None:
        self._plans: dict[int, Planned] = {}
        self._next = 1
        self._engine: Engine | None = None

    def begin(self, engine: Engine) -> None:
        """Let the time of a world decide when faults are in force; what is planned begins now."""
        if self._engine is engine:
            return
        self._engine = engine
        for number, plan in tuple(self._plans.items()):
            plan.chance = self._chance(number, plan.fault)
            plan.active = False
            self._schedule(number, plan)

    def plan(self, fault: Fault) -> int:
        """Add a fault; of two that fit, the one planned first strikes first.

        Returns:
            Its number, for `withdraw`.

        Raises:
            InvalidFault: A value of it makes no sense.
        """
        check_fault(fault)
        number, self._next = self._next, self._next + 1
        plan = Planned(fault, getattr(fault, "remaining", None), self._chance(number, fault))
        self._plans[number] = plan
        self._schedule(number, plan)
        return number

    def withdraw(self, number: int) -> bool:
        """Take a fault back.

        Returns:
            Whether it was still planned.
        """
        plan = self._plans.pop(number, None)
        if plan is None:
            return False
        for entry in plan.entries:
            if self._engine is not None:
                self._engine.cancel(entry)
        return True

    def clear(self) -> None:
        """Take every fault back."""
        for number in tuple(self._plans):
            self.withdraw(number)

    def reset(self) -> None:
        """Take every fault back, and number the next one as the first."""
        self.clear()
        self._next = 1

    def planned(self) -> tuple[tuple[int, Fault], ...]:
        """List what is still planned, each fault with the number of times that are left."""
        return tuple(
            (number, _with_remaining(plan.fault, plan.remaining))
            for number, plan in self._plans.items()
        )

    def active(self, number: int) -> bool:
        """Tell whether a fault is planned, and in force at this moment."""
        return number in self._plans and self._plans[number].active

    def _chance(self, number: int, fault: Fault) -> random.Random:
        seed = getattr(fault, "seed", None)
        if seed is not None:
            return random.Random(f"fault {seed}")
        if self._engine is None:
            return random.Random(f"fault {number}")
        return self._engine.random("fault", number)

    def _schedule(self, number: int, plan: Planned) -> None:
        """Bring a fault into force at its time, and take it back at its end."""
        fault, engine = plan.fault, self._engine
        if engine is None:
            plan.active = not fault.after
            return
        name = type(fault).__name__
        if fault.until is not None:
            plan.entries.append(
                engine.after(
                    fault.until,
                    partial(self._leave_force, number),
                    background=True,
                    name=f"end of {name}",
                )
            )
        if not fault.after:
            self._enter_force(number)
            return
        plan.entries.append(
            engine.after(
                fault.after,
                partial(self._enter_force, number),
                background=True,
                name=f"beginning of {name}",
            )
        )

    def _enter_force(self, number: int) -> None:
        plan = self._plans[number]
        plan.active = True
        self._has_begun(number, plan)

    def _has_begun(self, number: int, plan: Planned) -> None:
        """Do what a fault does at the moment at which it begins; most only wait to be asked."""

    def _leave_force(self, number: int) -> None:
        self.withdraw(number)

    def _in_force(self, kind: type[Any]) -> Iterator[tuple[int, Planned]]:
        return (
            (number, plan)
            for number, plan in tuple(self._plans.items())
            if plan.active and isinstance(plan.fault, kind)
        )

    def _strikes(self, kind: type[T], fits: Callable[[T], bool]) -> T | None:
        """Find the first fault of a kind that strikes, and count it."""
        for number, plan in self._in_force(kind):
            fault = cast(T, plan.fault)
            if fits(fault) and plan.draw():
                self._spend(number)
                return fault
        return None

    def _spend(self, number: int) -> None:
        plan = self._plans[number]
        if plan.remaining is None:
            return
        plan.remaining -= 1
        if plan.remaining < 1:
            self.withdraw(number)


def _with_remaining(fault: Fault, remaining: int | None) -> Fault:
    if not isinstance(fault, Chanced):
        return fault
    return cast(Fault, dataclasses.replace(fault, remaining=remaining))
