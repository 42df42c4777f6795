"""What strikes tasks at once: verbs, and faults whose moment has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.engine import Engine
from fargate_kit.sim.faults import (
    Faults,
    InvalidFault,
    SpotInterruption,
    ZoneOutage,
)


class Beginning:
    """Faults in a world of their own."""

    def __init__(self, seed: int = 0) -> None:
        self.engine = Engine(StepClock(), seed)
        self.faults = Faults()
        self.faults.begin(self.engine)


class Region:
    """A region that remembers which verbs hit it."""

    def __init__(self, task: str) -> None:
        self.task = task
        self.hits: list[tuple[Any, ...]] = []

    def interrupt_spot(self, task: str) -> bool:
        return self._hit(task, "interrupt_spot")

    def retire(self, task: str) -> bool:
        return self._hit(task, "retire")

    def spot_tasks(self) -> list[tuple[str, str, str]]:
        return [(self.task, f"service:{self.task}", "us-east-1a")]

    def lose_zones(self, zones: Sequence[str]) -> None:
        self.hits.append(("lose_zones", *zones))

    def kill_container(
        self, task: str, container: str | None, exit_code: int, out_of_memory: bool
    ) -> bool:
        return self._hit(task, "kill_container", container, exit_code, out_of_memory)

    def _hit(self, task: str, *what: Any) -> bool:
        if task == self.task:
            self.hits.append(what)
        return task == self.task


class Owner:
    """An account of two regions."""

    def __init__(self) -> None:
        self.regions = (Region("t1"), Region("t2"))


def test_faults_strike_at_their_moment() -> None:
    """A zone fails, and Spot takes tasks back, at the planned moment and in every region."""
    here, owner = Beginning(), Owner()
    here.faults.attach(owner)
    here.faults.plan(ZoneOutage(zones=("z",), after=5))
    here.faults.plan(SpotInterruption(group="service:t2", after=7))
    here.faults.plan(SpotInterruption(zones=("us-east-1b",)))
    assert [region.hits for region in owner.regions] == [[], []]
    here.engine.advance_by(6)
    assert [region.hits for region in owner.regions] == [[("lose_zones", "z")]] * 2
    here.engine.advance_by(6)
    assert owner.regions[0].hits == [("lose_zones", "z")]
    assert owner.regions[1].hits == [("lose_zones", "z"), ("interrupt_spot",)]
    assert len(here.faults.planned()) == 1


def test_spot_takes_back_as_many_tasks_as_planned() -> None:
    """What remains of a Spot interruption counts the tasks that it hits."""
    here, owner = Beginning(), Owner()
    here.faults.attach(owner)
    here.faults.plan(SpotInterruption(remaining=1))
    assert [region.hits for region in owner.regions] == [[("interrupt_spot",)], []]
    assert here.faults.planned() == ()


def test_verbs_find_their_region() -> None:
    """A verb hits the region that has the task, and no other one."""
    faults, owner = Faults(), Owner()
    faults.attach(owner)
    faults.perform({"verb": "interrupt_spot", "task": "t2"})
    faults.perform({"verb": "kill_container", "task": "t2", "container": "web", "exit_code": 3})
    faults.perform({"verb": "kill_container", "task": "t2", "out_of_memory": True})
    faults.perform({"verb": "retire", "task": "t2"})
    assert owner.regions[0].hits == []
    assert owner.regions[1].hits == [
        ("interrupt_spot",),
        ("kill_container", "web", 3, False),
        ("kill_container", None, 137, True),
        ("retire",),
    ]


def test_verb_on_unknown_task() -> None:
    """A verb on a task that no region has is an error that names it."""
    faults = Faults()
    with pytest.raises(LookupError, match="t9"):
        faults.interrupt_spot("t9")
    faults.attach(Owner())
    with pytest.raises(LookupError, match="t9"):
        faults.retire("t9")


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ({"verb": "dance", "task": "t1"}, "no such verb: 'dance'; there are interrupt_spot"),
        ({"task": "t1"}, "no such verb: None"),
        ({"verb": "retire"}, "needs the id or ARN of a task"),
        ({"verb": "retire", "task": "t1", "exit_code": 1}, "no member 'exit_code'"),
        ({"verb": "kill_container", "task": "t1", "exit_code": "1"}, "'exit_code'"),
        ({"verb": "kill_container", "task": "t1", "exit_code": True}, "'exit_code'"),
    ],
)
def test_bad_verb_is_explained(verb: dict[str, Any], words: str) -> None:
    """A verb that cannot be performed is refused with what is wrong."""
    faults = Faults()
    faults.attach(Owner())
    with pytest.raises(InvalidFault) as caught:
        faults.perform(verb)
    assert words in str(caught.value)
