"""A simulated Fargate whose time stands still until a client moves it, as a process."""

from __future__ import annotations

import signal

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.front_door import FrontDoor


def main() -> None:
    """Serve until terminated; the first line printed is the URL."""
    account = Account(clock=StepClock())
    with FrontDoor(account) as door:
        print(door.url, flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    account.close()


if __name__ == "__main__":
    # Blocked before any thread starts, so that sigwait() alone gets them.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
