"""What a container does, as steps on nominal time, and what it was started with."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from fargate_kit.sim.workloads.inside import Inside


@dataclass(frozen=True, slots=True)
class Say:
    """Write one log line.

    Args:
        text: The line without its line feed.
        after: Nominal seconds since the previous step.
        stream: `stdout` or `stderr`.
        background: Whether the world may count as settled before this step.
    """

    text: str
    after: float = 0.0
    stream: str = "stdout"
    background: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass.

    Args:
        after: Nominal seconds since the previous step.
        background: Whether the world may count as settled before this step.
    """

    after: float
    background: bool = False


@dataclass(frozen=True, slots=True)
class Exit:
    """End the container.

    Args:
        code: Its exit code.
        after: Nominal seconds since the previous step.
        reason: What ECS shall give as the container's reason; None for nothing.
        background: Whether the world may count as settled before this step.
    """

    code: int
    after: float = 0.0
    reason: str | None = None
    background: bool = False


Step = Say | Wait | Exit


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What one container was started with; every start has a `Launch` of its own.

    Args:
        image: The image as the task definition spells it.
        container: The container's name in the task definition.
        task_id: The last part of the task's ARN.
        private_address: The task's address in its subnet.
        entry_point: What replaces the image's entry point; empty for the image's own.
        command: What replaces the image's command; empty for the image's own.
        environment: The environment of the container.
        working_directory: What replaces the image's working directory.
        ports: The container ports of the definition.
        cpu: CPU units available to the container.
        memory: MiB available to the container.
        random: A random stream of this container's own.
        started_at: When the container started, in seconds since the epoch.
        speed: Nominal seconds that pass in one second of the container's time of day.
        init_process: Whether an init process is PID 1 and the container's program its
            child (`linuxParameters.initProcessEnabled`).
        elapsed: Tells how many nominal seconds ago the container started. Without it a
            workload takes the moment of its last step for the present.
        inside: The container's own state, made anew for every launch: what the
            built-in images keep there is described by `Inside`.
    """

    image: str
    container: str
    task_id: str
    private_address: str
    entry_point: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    working_directory: str | None = None
    ports: tuple[int, ...] = ()
    cpu: int = 256
    memory: int = 512
    random: random.Random = field(compare=False, repr=False)
    started_at: float
    speed: float = 1.0
    init_process: bool = False
    elapsed: Callable[[], float] | None = field(default=None, compare=False, repr=False)
    inside: Inside = field(default_factory=Inside, compare=False, repr=False)

    @property
    def hostname(self) -> str:
        """Name the container's host after its address, such as `ip-10-0-0-12`."""
        return "ip-" + self.private_address.replace(".", "-").replace(":", "-")

    def seconds(self) -> float:
        """Tell how many nominal seconds ago the container started."""
        return self.inside.elapsed if self.elapsed is None else self.elapsed()


class Workload(Protocol):
    """What the containers of an image do."""

    @property
    def image_size(self) -> float:
        """Give the size that a pull loads, in MB."""
        ...

    def run(self, launch: Launch) -> Iterator[Step]:
        """Begin to run.

        Returns:
            The steps, drawn one by one: the next one is asked for when the last one has
            been performed. If they end without `Exit` the container runs until it is
            stopped.
        """
        ...

    def stop(self, launch: Launch) -> Iterator[Step] | None:
        """Take the image's stop signal (SIGTERM unless the image says otherwise).

        Returns:
            What happens from now on, instead of the remaining steps of `run`. If it ends
            without `Exit`, or not in time, the container is killed (137). None: the
            signal is ignored, and the steps of `run` go on until the container is killed.
        """
        ...

    def check(self, launch: Launch, command: tuple[str, ...], elapsed_seconds: float) -> int:
        """Run a container health check.

        Args:
            launch: What the container was started with.
            command: As in the task definition: `CMD` or `CMD-SHELL`, then the words.
            elapsed_seconds: Nominal seconds since the container started.

        Returns:
            The exit code; 0 is healthy.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What a web server answers.

    Args:
        status: The HTTP status code.
        headers: Names as the server spells them.
        body: The content; empty for HEAD.
        log: The lines of the access log, to be performed by whoever asked.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    log: tuple[Say, ...] = ()


@runtime_checkable
class WebWorkload(Protocol):
    """A workload that answers HTTP requests as well."""

    def respond(
        self, launch: Launch, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> HttpAnswer | None:
        """Answer a request.

        Args:
            launch: What the container was started with.
            method: Such as `GET`.
            path: With the query, such as `/search?q=x`.
            headers: Names in lower case.
            body: The content of the request.

        Returns:
            The answer; None if the connection is refused, as before the server is up.
        """
        ...
