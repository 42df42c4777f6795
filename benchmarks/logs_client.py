"""A program that follows a log group with the SDK and prints every line as it comes."""

from __future__ import annotations

import sys

import anyio

import fargate_kit as fk
from benchmarks.raw_client import REGION


async def follow(url: str, group: str, how: str) -> None:
    """Follow until killed; `how` is `looks` or `live`."""
    key = fk.Credentials(
        access_key_id="benchmark",
        secret_access_key="benchmark",  # noqa: S106
    )
    async with fk.connect(region=REGION, endpoint_url=url, credentials=key, poll_every=1.0) as aws:
        async for line in aws.logs(group, follow=True, live=how == "live"):
            print(line.text, flush=True)


if __name__ == "__main__":
    anyio.run(follow, sys.argv[1], sys.argv[2], sys.argv[3])
