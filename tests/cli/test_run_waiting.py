"""`run` says what it waits for: an endpoint that does not answer, a task that does not start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from fake_clock import FakeClock

import fargate_kit as fk
from fargate_kit.cli.run import _Run
from fargate_kit.core.transport import TransportRequest, TransportResponse

NOWHERE = fk.Network(subnets=(), public_ip=True)


@dataclass(frozen=True)
class Slow:
    """Takes its time over every answer, and then has none."""

    clock: FakeClock
    seconds: float

    async def send(self, request: TransportRequest) -> TransportResponse:
        await self.clock.sleep(self.seconds)
        return TransportResponse(status=200, headers={"content-type": "text/html"}, body=b"<p>")


async def test_slow_endpoint_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """After five seconds without an answer it is told whose, and what was asked."""
    clock = FakeClock()
    connection = fk.connect(
        region="us-east-1",
        endpoint_url="http://127.0.0.1:9",
        credentials=fk.Credentials(access_key_id="A", secret_access_key="B"),
        transport=Slow(clock, seconds=20),
        clock=clock,
    )
    async with connection as aws:
        with pytest.raises(fk.EndpointUnreachable):
            await _Run(aws, "default", None, False).go("web", fk.Overrides(), NOWHERE)
    waited = "still waiting for http://127.0.0.1:9 to answer, looking for web"
    assert capsys.readouterr().err.splitlines() == [f"{waited} (5 s)", f"{waited} (15 s)"]


async def test_slow_start_is_noted(
    aws: fk.Connection,
    shell: Callable[..., fk.TaskSpec],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A task that is long in one state is mentioned before it runs, and not while it runs."""
    await aws.register(shell("sleep 1000"))
    assert await _Run(aws, "default", None, False).go("job", fk.Overrides(), NOWHERE) == 0
    lines = capsys.readouterr().err.splitlines()
    began, ended = (
        next(number for number, line in enumerate(lines) if state in line)
        for state in ("RUNNING", "DEPROVISIONING")
    )
    assert any("still waiting for task" in line for line in lines[:began])
    assert not any("still waiting" in line for line in lines[began:ended])
