"""CloudWatch Logs of an account on a step clock, as a client of botocore sees it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from simulated_logs import EPOCH, ClientTo, Logs

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock


@pytest.fixture
def account() -> Iterator[Account]:
    """A strict account on a step clock."""
    made = Account(clock=StepClock(), seed=3, strict=True)
    yield made
    made.close()


@pytest.fixture
def logs(account: Account, client_to: ClientTo) -> Logs:
    """Its CloudWatch Logs, with a group `g`."""
    return Logs(account, client_to)


@pytest.fixture
def epoch() -> int:
    """The first moment of the clock, in milliseconds."""
    return EPOCH
