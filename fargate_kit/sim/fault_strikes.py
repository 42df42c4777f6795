"""What strikes tasks at once: the verbs, and faults at the moment at which they begin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Protocol

from fargate_kit.sim.fault_json import listing
from fargate_kit.sim.fault_kinds import InvalidFault, SpotInterruption, ZoneOutage
from fargate_kit.sim.fault_plan import FaultPlan, Planned

# The members of each verb in JSON form, beside the task.
_VERBS: Mapping[str, Mapping[str, type]] = {
    "interrupt_spot": {},
    "retire": {},
    "kill_container": {"container": str, "exit_code": int, "out_of_memory": bool},
}


class Struck(Protocol):
    """What faults and verbs can hit: the ECS of one region."""

    def interrupt_spot(self, task: str) -> bool:
        """Take a Spot task's capacity back; tell whether the task is known here."""
        ...

    def kill_container(
        self, task: str, container: str | None, exit_code: int, out_of_memory: bool
    ) -> bool:
        """Kill a container of a running task; tell whether the task is known here."""
        ...

    def retire(self, task: str) -> bool:
        """Stop a task because its host is retired; tell whether the task is known here."""
        ...

    def spot_tasks(self) -> list[tuple[str, str, str]]:
        """List the Spot tasks that shall run: their ids, groups and zones."""
        ...

    def lose_zones(self, zones: Sequence[str]) -> None:
        """Stop all tasks of some zones, as if their hosts were gone."""
        ...


class Attached(Protocol):
    """Whose regions the verbs search: the account."""

    @property
    def regions(self) -> Sequence[Struck]:
        """The regions used so far."""
        ...


class FaultStrikes(FaultPlan):
    """The verbs, and whom they hit."""

    def __init__(self) -> None:
        super().__init__()
        self._attached: Attached | None = None

    def attach(self, account: Attached) -> None:
        """Let faults and verbs hit the tasks of an account."""
        self._attached = account

    def interrupt_spot(self, task: str) -> None:
        """Give a Fargate Spot task its warning: SIGTERM now, SIGKILL after its stop time-out.

        Args:
            task: Its id or ARN.

        Raises:
            LookupError: No region has such a task.
            InvalidFault: The task does not run on Fargate Spot, or has ended.
        """
        self._hit(task, lambda region: region.interrupt_spot(task))

    def kill_container(
        self,
        task: str,
        container: str | None = None,
        *,
        exit_code: int = 137,
        out_of_memory: bool = False,
    ) -> None:
        """Kill a container of a running task.

        Args:
            task: Its id or ARN.
            container: Its name; None for the first essential one.
            exit_code: What it exits with.
            out_of_memory: Whether it is said to have used too much memory.

        Raises:
            LookupError: No region has such a task.
            InvalidFault: The task has no such container, or it does not run.
        """
        self._hit(
            task,
            lambda region: region.kill_container(task, container, exit_code, out_of_memory),
        )

    def retire(self, task: str) -> None:
        """Stop a task because AWS maintains the host under it.

        Args:
            task: Its id or ARN.

        Raises:
            LookupError: No region has such a task.
            InvalidFault: The task has ended.
        """
        self._hit(task, lambda region: region.retire(task))

    def perform(self, verb: Mapping[str, Any]) -> None:
        """Do what a verb in JSON form says.

        Args:
            verb: e.g. `{"verb": "kill_container", "task": "4f…", "container": "web"}`.

        Raises:
            InvalidFault: There is no such verb, or a member is missing, unknown or wrong.
            LookupError: No region has such a task.
        """
        members = dict(verb)
        name = members.pop("verb", None)
        if not isinstance(name, str) or name not in _VERBS:
            raise InvalidFault(f"no such verb: {name!r}; there are {listing(_VERBS)}")
        task = members.pop("task", None)
        if not isinstance(task, str):
            raise InvalidFault(f"{name} needs the id or ARN of a task, not {task!r}")
        for member, value in members.items():
            wanted = _VERBS[name].get(member)
            if wanted is None:
                raise InvalidFault(f"{name} has no member {member!r}")
            if type(value) is not wanted and not (member == "container" and value is None):
                raise InvalidFault(f"{member!r} of {name} is a {wanted.__name__}, not {value!r}")
        getattr(self, name)(task, **members)

    def _hit(self, task: str, verb: Callable[[Struck], bool]) -> None:
        if not any(verb(region) for region in self._struck):
            raise LookupError(f"no simulated region has a task {task}")

    @property
    def _struck(self) -> Sequence[Struck]:
        return self._attached.regions if self._attached else ()

    def _has_begun(self, number: int, plan: Planned) -> None:
        if isinstance(plan.fault, ZoneOutage):
            for region in self._struck:
                region.lose_zones(plan.fault.zones)
        if isinstance(plan.fault, SpotInterruption):
            self._interrupt(number, plan, plan.fault)

    def _interrupt(self, number: int, plan: Planned, fault: SpotInterruption) -> None:
        for region in self._struck:
            for task, group, zone in region.spot_tasks():
                hit = fnmatchcase(group, fault.group) and (not fault.zones or zone in fault.zones)
                if hit and number in self._plans and plan.draw():
                    region.interrupt_spot(task)
                    self._spend(number)
        self.withdraw(number)
