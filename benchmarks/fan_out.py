"""What it costs to run a hundred and a thousand tasks to their end, with four clients."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from statistics import median

import anyio

from benchmarks.fan_out_books import MOST_CPU, Job, Spent
from benchmarks.measuring import Comparison, yes_or_no
from benchmarks.processes import (
    NoEnvironment,
    client_environment,
    served,
    stepped_simulator,
    told,
    worked_in_turns,
)
from benchmarks.raw_client import network_of, raw_client, register
from benchmarks.tables import Table

COUNTS = (100, 1_000)
MOST = 1.10
CLUSTER = "benchmark"
CLIENT = (sys.executable, "-m", "benchmarks.fan_out_client")
# How often the first two do the job, in turns; the others once: they cost minutes of CPU.
RUNS = 3
IN_TURNS = ("sdk", "raw")
NAMES = {
    "sdk": "fargate_kit, `cluster.fan_out`",
    "raw": "aiobotocore by hand, the floor",
    "boto3": "boto3, waiters in 100 threads",
    "dask": "dask-cloudprovider's launcher",
}
DASK = "dask-cloudprovider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What every client spent, by the number of tasks."""

    spent: Mapping[int, Mapping[str, Sequence[Spent]]]
    missing: Sequence[str] = field(default=())
    """Why a client is not among them."""

    def table(self) -> Table:
        """Return the calls, and the ratios to the floor."""
        return Table(
            name="fan_out",
            question="What does it cost to run many tasks to their end?",
            headings=(
                "tasks",
                "client",
                "RunTask",
                "DescribeTasks",
                "other calls",
                "repeated by botocore",
                "lost",
                "CPU, floor = 1",
                "single turns",
                "at most",
                "met",
                "nominal seconds",
                "memory grown by",
            ),
            rows=[
                self._row(count, kind, runs)
                for count, clients in self.spent.items()
                for kind, runs in clients.items()
            ],
            how=(
                "A process for each client, and a simulated Fargate for each on a step clock, with "
                "AWS's published buckets. What a client sleeps, its Fargate's time is moved by, so "
                "an answer takes no time, except with dask-cloudprovider, where it takes a tenth "
                "of a second. The first two take turns from sleep to sleep. CPU is user and system "
                f"time of the client from its first RunTask on. Medians of {RUNS} runs of the "
                "first two, one run of the others. Tasks end as soon as they run, except with "
                "dask-cloudprovider, which stops them; it is cut short when it has spent "
                f"{MOST_CPU:g} s of CPU. The vCPU quota is raised."
                + "".join(f" {each}" for each in self.missing)
            ),
            details=[
                f"  {count:,} tasks, {kind}: {median(each.cpu for each in runs):.2f} s of CPU"
                for count, clients in self.spent.items()
                for kind, runs in clients.items()
            ],
        )

    def _row(self, count: int, kind: str, runs: Sequence[Spent]) -> tuple[str, ...]:
        floor = self.spent[count]["raw"]
        compared = Comparison(
            ours=tuple(each.cpu for each in runs),
            theirs=tuple(each.cpu for each in floor[: len(runs)]),
        )
        is_held = kind == "sdk" and count == COUNTS[-1]
        # A client that was cut short may not have come to every operation.
        calls = {"RunTask": 0, "DescribeTasks": 0} | {
            operation: round(median(each.calls.get(operation, 0) for each in runs))
            for operation in sorted(set().union(*(each.calls for each in runs)))
        }
        others = sum(calls.values()) - calls["RunTask"] - calls["DescribeTasks"]
        is_cut_short = any(each.is_cut_short for each in runs)
        more = "more than " if is_cut_short else ""
        lost = count - min(each.succeeded for each in runs)
        return (
            f"{count:,}",
            NAMES[kind],
            f"{more}{calls['RunTask']:,}",
            f"{more}{calls['DescribeTasks']:,}",
            f"{more}{others:,}",
            f"{more}{median(each.repeated for each in runs):,.0f}",
            "cut short" if is_cut_short else f"{lost:,}",
            f"{more}{compared.ratio:.2f}",
            compared.spread if len(runs) > 1 else "",
            f"{MOST:.2f}" if is_held else "",
            yes_or_no(compared.ratio <= MOST) if is_held else "",
            f"{more}{median(each.seconds for each in runs):.0f}",
            f"{median(each.memory for each in runs):.0f} MiB",
        )


def run() -> Result:
    """Let the SDK and the floor work in turns, then each of the others alone."""
    spent: dict[int, dict[str, list[Spent]]] = {}
    missing: list[str] = []
    for count in COUNTS:
        spent[count] = {kind: [] for kind in IN_TURNS}
        for _ in range(RUNS):
            for kind, each in zip(IN_TURNS, _worked(IN_TURNS, count), strict=True):
                spent[count][kind].append(each)
        spent[count]["boto3"] = _worked(["boto3"], count)
        try:
            spent[count]["dask"] = _worked(["dask"], count)
        except NoEnvironment as reason:
            missing = [f"{DASK} was left out: {reason}."]
    return Result(spent=spent, missing=missing)


def _worked(kinds: Sequence[str], count: int) -> list[Spent]:
    """Run clients to their end, side by side, each against a simulated Fargate of its own."""
    with ExitStack() as stack:
        clients: list[tuple[Sequence[str], str]] = []
        for kind in kinds:
            command = _command(kind)
            url = stack.enter_context(served(stepped_simulator())).url
            told(url, "quotas", {"on_demand_vcpu": count})
            job = anyio.run(_job, url, count, kind)
            clients.append(((*command, json.dumps(asdict(job))), url))
        return [Spent(**ended["spent"]) for ended in worked_in_turns(clients)]


def _command(kind: str) -> Sequence[str]:
    if kind != "dask":
        return (*CLIENT, kind)
    python = client_environment(DASK) / "bin" / "python"
    return (str(python), "-m", "benchmarks.fan_out_dask")


async def _job(url: str, count: int, kind: str) -> Job:
    # dask-cloudprovider waits until a task runs, and has a name of its own for the container.
    is_dask = kind == "dask"
    async with raw_client("ecs", url) as ecs:
        await ecs.create_cluster(clusterName=CLUSTER)
        definition = await register(
            ecs,
            image="busybox",
            command=["sleep", "86400"] if is_dask else ["true"],
            name="dask-worker" if is_dask else "main",
        )
    return Job(
        url=url,
        cluster=CLUSTER,
        definition=definition,
        count=count,
        network=await network_of(url),
    )
