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
from benchmarks.processes import output_of, served, stepped_simulator
from benchmarks.raw_client import network_of, raw_client, register
from benchmarks.tables import Table

TASKS = 1000
RUNS = 3
MOST = 1.15
# Nominal seconds. A task lives for about half a minute, so there are a dozen rounds of ten looks.
EVERY = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What both clients spent, in turns."""

    ours: tuple[Spent, ...]
    raw: tuple[Spent, ...]

    def table(self) -> Table:
        """Return the ratio and the counts."""
        total = Comparison(
            ours=tuple(each.cpu for each in self.ours), theirs=tuple(each.cpu for each in self.raw)
        )
        by_call = Comparison(ours=_per_call(self.ours), theirs=_per_call(self.raw))
        return Table(
            name="cpu",
            question=f"{TASKS:,} tasks are run to their end: what does the SDK add to the calls?",
            headings=("CPU seconds, SDK over raw loop", "ratio", "single turns", "at most", "met"),
            rows=[
                (
                    name,
                    f"{compared.ratio:.2f}",
                    compared.spread,
                    f"{MOST:.2f}",
                    yes_or_no(compared.ratio <= MOST),
                )
                for name, compared in (("of the whole job", total), ("of one call", by_call))
            ],
            how=(
                f"Medians of {RUNS} processes each, in turns; user and system time of the client "
                "alone, from the first RunTask on. Calls (medians): "
                f"{_calls('the SDK', self.ours)}; {_calls('the raw loop', self.raw)}."
            ),
            details=[
                f"  {name}: {median(each.cpu for each in spent):.2f} s"
                for name, spent in (("SDK", self.ours), ("raw loop", self.raw))
            ],
        )


def run() -> Result:
    """Serve a simulated Fargate in one process, and run the clients in others, in turns."""
    ours, raw = [], []
    with served(stepped_simulator()) as url:
        for turn in range(RUNS):
            raw.append(_client("raw", anyio.run(_job, url, f"raw-{turn}")))
            ours.append(_client("sdk", anyio.run(_job, url, f"sdk-{turn}")))
    return Result(ours=tuple(ours), raw=tuple(raw))


async def _job(url: str, cluster: str) -> Job:
    async with raw_client("ecs", url) as ecs:
        await ecs.create_cluster(clusterName=cluster)
        definition = await register(ecs, image="busybox", command=["true"])
    return Job(
        url=url,
        cluster=cluster,
        definition=definition,
        count=TASKS,
        every=EVERY,
        network=await network_of(url),
    )


def _client(kind: str, job: Job) -> Spent:
    command = [sys.executable, "-m", "benchmarks.cpu_client", kind, json.dumps(asdict(job))]
    return Spent(**json.loads(output_of(command)))


def _per_call(spent: Sequence[Spent]) -> tuple[float, ...]:
    return tuple(each.cpu / (each.run_calls + each.describe_calls) for each in spent)


def _calls(name: str, spent: Sequence[Spent]) -> str:
    runs = median(each.run_calls for each in spent)
    looks = median(each.describe_calls for each in spent)
    return f"{name} {runs:g} RunTask and {looks:g} DescribeTasks"
