"""What it costs to run a hundred and a thousand tasks to their end, with three clients."""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median

import anyio

from benchmarks.fan_out_client import Job, Spent
from benchmarks.measuring import Comparison, yes_or_no
from benchmarks.processes import line_of, served, started, stepped_simulator
from benchmarks.raw_client import network_of, raw_client, register
from benchmarks.tables import Table

COUNTS = (100, 1_000)
MOST = 1.10
CLUSTER = "benchmark"
CLIENT = (sys.executable, "-m", "benchmarks.fan_out_client")
# How often each client does the job with so many tasks. botocore's waiters cost minutes of CPU.
RUNS = {"sdk": 3, "raw": 3, "boto3": 1}
NAMES = {
    "sdk": "fargate_kit, `cluster.fan_out`",
    "raw": "aiobotocore by hand, the floor",
    "boto3": "boto3, waiters in 100 threads",
}
# Nominal seconds in which every bucket is full again.
REST = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What every client spent, by the number of tasks."""

    spent: Mapping[int, Mapping[str, Sequence[Spent]]]

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
                "A process for each client, one after the other and in turns, all of a turn "
                "against one server on a step clock with AWS's published buckets, each of which is "
                "full when a client begins. What a client sleeps, the server's time is moved by, "
                "so an answer takes no time. CPU is user and system time of the client from its "
                "first RunTask on. "
                f"Medians of {RUNS['raw']} runs; {RUNS['boto3']} of boto3's. Tasks end as soon as "
                "they run; the vCPU quota is raised."
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
        calls = {
            operation: round(median(each.calls.get(operation, 0) for each in runs))
            for operation in sorted(set().union(*(each.calls for each in runs)))
        }
        others = sum(calls.values()) - calls["RunTask"] - calls["DescribeTasks"]
        return (
            f"{count:,}",
            NAMES[kind],
            f"{calls['RunTask']:,}",
            f"{calls['DescribeTasks']:,}",
            f"{others}",
            f"{median(each.repeated for each in runs):,.0f}",
            f"{count - min(each.succeeded for each in runs)}",
            f"{compared.ratio:.2f}",
            compared.spread,
            f"{MOST:.2f}" if is_held else "",
            yes_or_no(compared.ratio <= MOST) if is_held else "",
            f"{median(each.seconds for each in runs):.0f}",
            f"{median(each.memory for each in runs):.0f} MiB",
        )


def run() -> Result:
    """Let the clients work in turns, those of a turn against one simulated Fargate."""
    spent: dict[int, dict[str, list[Spent]]] = {}
    for count in COUNTS:
        spent[count] = {kind: [] for kind in RUNS}
        for turn in range(max(RUNS.values())):
            with served(stepped_simulator()) as server:
                _post(server.url, "quotas", {"on_demand_vcpu": count})
                job = anyio.run(_job, server.url, count)
                for kind in [kind for kind, runs in RUNS.items() if turn < runs]:
                    spent[count][kind].append(_worked(kind, job))
    return Result(spent=spent)


def _worked(kind: str, job: Job) -> Spent:
    """Run one client to its end, and move the time whenever it sleeps."""
    _post(job.url, "clock", {"advance": REST})
    with started([*CLIENT, kind, json.dumps(asdict(job))]) as client:
        assert client.stdin is not None
        while "sleep" in (said := json.loads(line_of(client))):
            if said["sleep"]:
                _post(job.url, "clock", {"advance": said["sleep"]})
            client.stdin.write("go on\n")
    return Spent(**said["spent"])


def _post(url: str, what: str, wish: Mapping[str, object]) -> None:
    with urllib.request.urlopen(f"{url}/_sim/{what}", data=json.dumps(wish).encode()) as answer:
        answer.read()


async def _job(url: str, count: int) -> Job:
    async with raw_client("ecs", url) as ecs:
        await ecs.create_cluster(clusterName=CLUSTER)
        definition = await register(ecs, image="busybox", command=["true"])
    return Job(
        url=url,
        cluster=CLUSTER,
        definition=definition,
        count=count,
        network=await network_of(url),
    )
