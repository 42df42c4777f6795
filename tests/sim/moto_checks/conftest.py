"""An account on a step clock whose moto is asked what AWS refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asking import Asking

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock


@pytest.fixture
def asking() -> Iterator[Asking]:
    """Ask a fresh account."""
    account = Account(clock=StepClock(), seed=1, account_id="210987654321")
    yield Asking(account)
    account.close()
