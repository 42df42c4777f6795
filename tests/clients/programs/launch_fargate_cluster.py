"""Start, scale and close dask-cloudprovider's FargateCluster, and print what it made as JSON.

Runs in the environment of dask-cloudprovider. The tasks of a simulated Fargate have addresses
that lead nowhere, so one thing is put in the client's way: the address at which it calls its
scheduler is that of a real scheduler of dask on this machine.
"""

from __future__ import annotations

import asyncio  # noqa: TID251 - dask's own loop is one of asyncio
import json
import queue
import sys
import threading

import distributed
from dask_cloudprovider.aws import FargateCluster
from dask_cloudprovider.aws.ecs import (
    Scheduler,
    Task,
    _cleanup_stale_resources,
)
from tornado.ioloop import IOLoop


async def serve(ready: queue.Queue[tuple[str, IOLoop]]) -> None:
    """Run a real scheduler, and keep its loop for the clean-up after it."""
    async with distributed.Scheduler(
        host="127.0.0.1", port=0, dashboard_address="127.0.0.1:0"
    ) as scheduler:
        ready.put((scheduler.address, IOLoop.current()))
        await asyncio.Event().wait()


def describe(tasks: list[Task]) -> list[dict[str, str | None]]:
    """Return what dask-cloudprovider knows about tasks that it has started."""
    return [
        {
            "task": task.task_arn,
            "status": task.status.name,
            "address": task.private_ip,
            "public": task.public_ip,
        }
        for task in tasks
    ]


def main() -> None:
    """Go through the life of a cluster."""
    ready: queue.Queue[tuple[str, IOLoop]] = queue.Queue()
    threading.Thread(target=lambda: asyncio.run(serve(ready)), daemon=True).start()
    address, loop = ready.get(timeout=30)
    Scheduler.external_address = property(lambda _: address)
    with FargateCluster(n_workers=2, image=sys.argv[1], name=sys.argv[2], loop=loop) as cluster:
        report = {
            "cluster": cluster.cluster_name,
            "group": cluster.cloudwatch_logs_group,
            "address": cluster.scheduler.address,
            "scheduler": describe([cluster.scheduler]),
            "workers": describe(list(cluster.workers.values())),
        }
        for count in (3, 1):
            cluster.scale(count)
            cluster.sync(cluster._correct_state)
            report[f"scaled to {count}"] = describe(list(cluster.workers.values()))
    # What it wants to do when the interpreter ends is too late on Python 3.9 and newer, so it
    # leaves that to the start of the next cluster, which begins with this.
    cluster.sync(_cleanup_stale_resources)
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
