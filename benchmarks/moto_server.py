"""moto's own server, with tasks that stay RUNNING; the benchmarks start it as a process."""

from __future__ import annotations

import logging
import signal

from moto.moto_api import state_manager
from moto.server import ThreadedMotoServer


def main() -> None:
    """Serve until terminated; the first line printed is the URL."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # no line for each request
    # Each DescribeTasks moves moto's tasks one step towards STOPPED otherwise.
    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 10**9})
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    server.stop()


if __name__ == "__main__":
    # Blocked before any thread starts, so that sigwait() alone gets them.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
