"""A million lines over two hundred streams, up to three seconds late: is any of them lost?"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass

from benchmarks.logs_loss_client import Job, Told
from benchmarks.measuring import yes_or_no
from benchmarks.processes import served, worked_in_turns
from benchmarks.tables import Table

JOB = Job(lines=1_000_000, streams=200, a_second=5_000, late=3.0, look_every=5.0)
# MiB by which a follower may grow in the second half of the lines, and be called flat.
FLAT = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of the lines, and what it took.

    Attributes:
        server: CPU seconds of the simulated Fargate.
        seconds: Real ones.
    """

    job: Job
    told: Told
    server: float
    seconds: float

    @property
    def is_as_promised(self) -> bool:
        """Whether none is lost, doubled or later than it may be, and memory is flat."""
        told = self.told
        flat = told.memory - told.memory_early <= FLAT
        return told.lost == told.twice == 0 and told.behind <= self.job.late and flat

    def table(self) -> Table:
        """Return what was lost, and what it took."""
        job, told = self.job, self.told
        return Table(
            name="logs_loss",
            question="Is any line of very many lost, or told twice?",
            headings=(
                "lines",
                "streams",
                "late by",
                "lost",
                "twice",
                "after a newer one by",
                "memory in the first half",
                "grown in the second by",
                "lines a second",
                "calls a second",
                "met",
            ),
            rows=[
                (
                    f"{job.lines:,}",
                    f"{job.streams}",
                    f"up to {job.late:g} s",
                    f"{told.lost}",
                    f"{told.twice}",
                    f"up to {told.behind:.1f} s",
                    f"{told.memory_early:.0f} MiB",
                    f"{told.memory - told.memory_early:.0f} MiB",
                    f"{job.lines / told.seconds:,.0f}",
                    f"{told.looks / told.seconds:.1f}",
                    yes_or_no(self.is_as_promised),
                )
            ],
            how=(
                "One run on a step clock; seconds are nominal. The follower is "
                "`aws.logs(group, follow=True, until=…)` in a process of its own, and its memory "
                "the most that the system has counted for it. Met means: none lost, none twice, "
                f"none behind by more than it was late, and at most {FLAT:g} MiB more in the "
                f"second half. Looks are {job.look_every:g} s apart. The simulated Fargate, which "
                f"keeps all lines, took {self.server / told.cpu:.1f} times the CPU of the follower."
            ),
            details=[
                f"  {self.seconds:.0f} s, {told.cpu:.1f} s of CPU in the follower, "
                f"{self.server:.1f} s in the simulator"
            ],
        )


def run(job: Job = JOB) -> Result:
    """Follow the lines while they are written."""
    text, began = json.dumps(asdict(job)), time.perf_counter()
    with served([sys.executable, "-m", "benchmarks.logs_loss_server", text]) as server:
        client = (sys.executable, "-m", "benchmarks.logs_loss_client", server.url, text)
        (ended,) = worked_in_turns([(client, server.url)])
        return Result(
            job=job,
            told=Told(**ended["told"]),
            server=server.cpu_seconds(),
            seconds=time.perf_counter() - began,
        )
