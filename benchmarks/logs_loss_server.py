"""A simulated Fargate in which very many lines are written, some of them late; as a process.

`python -m benchmarks.logs_loss_server JOB`, where JOB is JSON. Its time stands still until a client
moves it.
"""

from __future__ import annotations

import json
import random
import signal
import sys

from benchmarks.logs_loss_client import GROUP, Job
from benchmarks.raw_client import REGION
from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.front_door import FrontDoor


class Writer:
    """Writes so many lines every second, until all are written.

    Each stream's lines of a second are stamped up to some seconds before they can be read. The text
    of a line is its number.
    """

    def __init__(self, account: Account, job: Job) -> None:
        self._account = account
        self._job = job
        self._chance = random.Random(0)
        self._written = 0
        account.engine.after(1, self._write)

    def _write(self) -> None:
        job, now = self._job, self._account.engine.now // 1000
        last = min(self._written + job.a_second, job.lines)
        for stream in range(job.streams):
            texts = range(self._written + stream, last, job.streams)
            stamps = sorted(now - int(self._chance.uniform(0, job.late) * 1000) for _ in texts)
            events = [(at, str(text)) for at, text in zip(stamps, texts, strict=True)]
            self._account.logs.put_log_events(
                REGION, GROUP, f"web/main/{stream}", events, create_group=True
            )
        self._written = last
        if last < job.lines:
            self._account.engine.after(1, self._write)


def main() -> None:
    """Serve until terminated; the first line printed is the URL."""
    account = Account(clock=StepClock())
    account.logs.put_log_events(REGION, GROUP, "web/main/0", [], create_group=True)
    with FrontDoor(account) as door:
        Writer(account, Job(**json.loads(sys.argv[1])))
        print(door.url, flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    account.close()


if __name__ == "__main__":
    # Blocked before any thread starts, so that sigwait() alone gets them.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
