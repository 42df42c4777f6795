"""The state of one running container, as far as the built-in images keep any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fargate_kit.sim.workloads.files import Files

if TYPE_CHECKING:
    from fargate_kit.sim.workloads.behaviour import Step
    from fargate_kit.sim.workloads.http_request import Listener
    from fargate_kit.sim.workloads.process import MainProcess

    Receiver = Callable[[str], Iterator[Step] | None]

ANY_PORT = 0


@dataclass(slots=True)
class Inside:
    """What is inside a running container.

    Args:
        files: The files that its programs have written.
        listeners: Who answers on a port; `ANY_PORT` stands for all the others.
        receiver: What the main process does with a signal, by the signal's name; None
            while it has no handler.
        running: The main process.
        elapsed: The nominal seconds from the start to the last drawn step.
        last: The last drawn step.
        work: Seconds of computing that no step has shown yet.
        lines: What has been written to a stream after its last line feed.
    """

    files: Files = field(default_factory=Files)
    listeners: dict[int, Listener] = field(default_factory=dict)
    receiver: Receiver | None = None
    running: MainProcess | None = None
    elapsed: float = 0.0
    last: Step | None = None
    work: float = 0.0
    lines: dict[str, str] = field(default_factory=dict)
