"""How much CPU the SDK adds to the calls that it makes."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median

import anyio

from benchmarks.cpu_client import Job, Spent
from benchmarks.measuring import Comparison, yes_or_no
from benchmarks.processes import served, stepped_simulator, worked_in_turns
from benchmarks.raw_client import network_of, raw_client, register
from benchmarks.tables import Table

TASKS = 1000
RUNS = 3
MOST = 1.10
# Nominal seconds. A task lives for about half a minute, so there are a dozen rounds of ten looks.
EVERY = 2.0
CLUSTER = "benchmark"
CLIENT = (sys.executable, "-m", "benchmarks.cpu_client")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What both clients spent, in turns."""

    ours: tuple[Spent, ...]
    raw: tuple[Spent, ...]

    def table(self) -> Table:
        """Return the ratio and the counts."""
        compared = Comparison(
            ours=tuple(each.cpu for each in self.ours), theirs=tuple(each.cpu for each in self.raw)
        )
        return Table(
            name="cpu",
            question=f"{TASKS:,} tasks are run to their end: what does the SDK add to the calls?",
            headings=("CPU seconds", "ratio", "single turns", "at most", "met"),
            rows=[
                (
                    "SDK over raw loop",
                    f"{compared.ratio:.2f}",
                    compared.spread,
                    f"{MOST:.2f}",
                    yes_or_no(compared.ratio <= MOST),
                )
            ],
            how=(
                f"Medians of {RUNS} processes each, which take turns from look to look; user and "
                "system time of the client alone, from the first RunTask on. Calls (medians): "
                f"{_calls('the SDK', self.ours)}; {_calls('the raw loop', self.raw)}."
            ),
            details=[
                f"  {name}: {median(each.cpu for each in spent):.2f} s"
                for name, spent in (("SDK", self.ours), ("raw loop", self.raw))
            ],
        )


def run() -> Result:
    """Let both clients work in turns, each with a simulated Fargate of its own, alike the other."""
    ours: list[Spent] = []
    raw: list[Spent] = []
    with served(stepped_simulator()) as ours_at, served(stepped_simulator()) as raw_at:
        jobs = [anyio.run(_job, server.url) for server in (ours_at, raw_at)]
        for _ in range(RUNS):
            ended = worked_in_turns([
                ((*CLIENT, kind, json.dumps(asdict(job))), job.url)
                for kind, job in zip(("sdk", "raw"), jobs, strict=True)
            ])
            ours.append(Spent(**ended[0]["spent"]))
            raw.append(Spent(**ended[1]["spent"]))
    return Result(ours=tuple(ours), raw=tuple(raw))


async def _job(url: str) -> Job:
    async with raw_client("ecs", url) as ecs:
        await ecs.create_cluster(clusterName=CLUSTER)
        definition = await register(ecs, image="busybox", command=["true"])
    return Job(
        url=url,
        cluster=CLUSTER,
        definition=definition,
        count=TASKS,
        every=EVERY,
        network=await network_of(url),
    )


def _calls(name: str, spent: Sequence[Spent]) -> str:
    runs = median(each.run_calls for each in spent)
    looks = median(each.describe_calls for each in spent)
    return f"{name} {runs:g} RunTask and {looks:g} DescribeTasks"
