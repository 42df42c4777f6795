"""A program of its own that runs a fan-out, to be killed or interrupted.

Arguments: endpoint URL, definition, number of inputs, job, event loop.
"""

from __future__ import annotations

import json
import signal
import sys

import anyio

import fargate_kit as fk


async def main(url: str, definition: str, count: str, job: str) -> None:
    """Run the inputs, and print each result as a line of JSON."""
    credentials = fk.Credentials(access_key_id="any", secret_access_key="any")
    async with fk.connect(region="us-east-1", endpoint_url=url, credentials=credentials) as aws:
        cluster = await aws.cluster("prod")
        inputs = [str(number) for number in range(int(count))]
        async with cluster.map(
            definition,
            inputs,
            lambda number: fk.Overrides(environment={"N": number}),
            job=job,
            limit=100,
        ) as done:
            async for result in done:
                print(json.dumps([result.item, result.arn, result.exit_code]), flush=True)


if __name__ == "__main__":
    # Whoever is started in a shell's background ignores Ctrl-C from the beginning.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    URL, DEFINITION, COUNT, JOB, BACKEND = sys.argv[1:]
    anyio.run(main, URL, DEFINITION, COUNT, JOB, backend=BACKEND)
