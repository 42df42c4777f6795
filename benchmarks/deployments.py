"""Who tells rightly, soon and with the true cause that a deployment did not succeed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks import deployment_clients as clients
from benchmarks.deployment_clients import (
    FAILED,
    GAVE_UP,
    SUCCEEDED,
    Answer,
    Client,
)
from benchmarks.deployment_scenarios import SCENARIOS, Scenario, Stage
from benchmarks.measuring import yes_or_no
from benchmarks.processes import NoEnvironment, served, stepped_simulator
from benchmarks.stepped_world import SteppedWorld
from benchmarks.tables import Table

LONGEST_REASON = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one client said of one deployment.

    Attributes:
        answer: None where the client cannot be had here.
    """

    scenario: Scenario
    client: str
    answer: Answer | None

    @property
    def is_right(self) -> bool:
        """Whether it said how the deployment ended; who gave up waiting said nothing."""
        truth = SUCCEEDED if self.scenario.succeeds else FAILED
        return self.answer is not None and self.answer.verdict == truth

    @property
    def names_the_cause(self) -> bool:
        """Whether the reason has the true cause in it."""
        return self.answer is not None and any(
            word in self.answer.reason for word in self.scenario.cause
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What every client said of every deployment.

    Attributes:
        missing: Why a client could not be had, by its name.
    """

    told: tuple[Told, ...]
    missing: Mapping[str, str]

    def table(self) -> Table:
        """Return the verdicts, their truth, and what they cost."""
        return Table(
            name="deployments",
            question="A deployment goes wrong: who says so, how soon, at what cost, and why?",
            headings=(
                "deployment",
                "client",
                "says that it",
                "right",
                "names the cause",
                "after",
                "calls",
                "its words",
            ),
            rows=[self._row(told) for told in self.told],
            how=(
                f"{self._score()} A client that gave up waiting was not right: it says the same of "
                "a deployment that is only slow. One run of each, one after the other, on one "
                "simulator with a step clock: what a client sleeps, the simulator's time is moved "
                "by, so the seconds are Fargate's, repeat, and leave out everybody's start-up. "
                "Nobody's delays are changed: the SDK looks every second at first, botocore's "
                "waiter and the AWS CLI every 15 s for 40 times, ecs-deploy every second for "
                "300 s. The sleep of the other three is replaced from outside, and what ecs-deploy "
                "takes for the time of day. Calls are the simulator's count from the start of the "
                "deployment on; ecs-deploy starts its own."
            ),
        )

    def _row(self, told: Told) -> tuple[str, ...]:
        if told.answer is None:
            return (told.scenario.name, told.client, "", "", "", "", "", "not measured")
        answer = told.answer
        named = "" if told.scenario.succeeds else yes_or_no(told.names_the_cause)
        right = "no answer" if answer.verdict == GAVE_UP else yes_or_no(told.is_right)
        cost = (f"{answer.seconds:.0f} s", f"{answer.calls:,}")
        words = shortened(answer.reason)
        return (told.scenario.name, told.client, answer.verdict, right, named, *cost, words)

    def _score(self) -> str:
        parts = []
        for client in dict.fromkeys(told.client for told in self.told):
            own = [told for told in self.told if told.client == client]
            if client in self.missing:
                parts.append(f"{client} could not be run: {self.missing[client]}")
                continue
            right = sum(told.is_right for told in own)
            broken = [told for told in own if not told.scenario.succeeds]
            named = sum(told.names_the_cause for told in broken)
            parts.append(
                f"{client} was right {right} times of {len(own)}, and named the cause "
                f"{named} times of {len(broken)}"
            )
        return f"{'; '.join(parts)}."


def run() -> Result:
    """Let each client deploy and wait, one after the other."""
    them, missing = _clients()
    told: list[Told] = []
    with served(stepped_simulator()) as server:
        world = SteppedWorld(server.url)
        for scenario in SCENARIOS:
            for name, client in them.items():
                answer = client(Stage(world, scenario)) if client is not None else None
                told.append(Told(scenario=scenario, client=name, answer=answer))
    return Result(told=tuple(told), missing=missing)


def shortened(words: str) -> str:
    """Return the beginning of what a client said, for a cell."""
    if not words:
        return "(nothing)"
    return words if len(words) <= LONGEST_REASON else f"{words[:LONGEST_REASON].rstrip()} …"


def _clients() -> tuple[Mapping[str, Client | None], Mapping[str, str]]:
    them: dict[str, Client | None] = {
        "`deployment.wait()`": clients.fargate_kit,
        "botocore `services_stable`": clients.botocore_waiter,
        "`aws ecs wait`": clients.aws_cli,
        "ecs-deploy": None,
    }
    missing: dict[str, str] = {}
    try:
        them["ecs-deploy"] = clients.ecs_deploy()
    except NoEnvironment as reason:
        missing["ecs-deploy"] = str(reason)
    return them, missing
