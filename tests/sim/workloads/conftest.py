"""A container on a clock of its own: it performs the steps of a workload as ECS does."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from fargate_kit.sim.workloads import Exit, Image, Launch, Say, Step, Wait, Workloads

KILLED = 137


@dataclass
class Container:
    """One container: what it has said, and how it has ended."""

    workload: Image
    launch: Launch
    now: float = 0.0
    said: list[tuple[float, str, str]] = field(default_factory=list)
    exit: Exit | None = None
    exited_at: float | None = None
    _steps: Iterator[Step] | None = None
    _next: Step | None = None
    _due: float = math.inf

    @property
    def lines(self) -> list[str]:
        return [text for _, text, _ in self.said]

    @property
    def errors(self) -> list[str]:
        return [text for _, text, stream in self.said if stream == "stderr"]

    @property
    def output(self) -> list[str]:
        return [text for _, text, stream in self.said if stream == "stdout"]

    @property
    def code(self) -> int | None:
        return self.exit.code if self.exit else None

    def start(self) -> Container:
        self._steps = self.workload.run(self.launch)
        self._draw()
        return self

    def run(self, seconds: float = math.inf, most: int = 20_000) -> Container:
        """Let time pass: to the end, or for some seconds."""
        until = self.now + seconds
        for _ in range(most):
            if self._next is None or self._due > until:
                break
            self._perform()
        else:
            raise AssertionError(f"{most} steps and no end at {self.now} s")
        if self.exit is None and until < math.inf:
            self.now = until
        return self

    def settle(self, most: int = 20_000) -> Container:
        """Run until only background steps are left."""
        for _ in range(most):
            if self._next is None or self._next.background:
                return self
            self._perform()
        raise AssertionError("it does not settle")

    def stop(self, kill_after: float = 30.0) -> Container:
        """Send the stop signal, and kill what does not end in time."""
        steps = self.workload.stop(self.launch)
        if steps is not None:
            self._steps = steps
            self._draw()
        deadline = self.now + kill_after
        self.run(kill_after)
        if self.exit is None:
            self.exit, self.exited_at = Exit(KILLED), deadline
        return self

    def check(self, *command: str) -> int:
        return self.workload.check(self.launch, command, self.now)

    def get(self, path: str = "/", method: str = "GET", **headers: str) -> Any:
        return self.workload.respond(self.launch, method, path, headers, b"")

    def _draw(self, at_once: int = 1000) -> None:
        """Perform what takes no time, as ECS does, and wait for the first step that does."""
        for _ in range(at_once):
            self._next = next(self._steps, None) if self._steps is not None else None
            if self._next is None:
                return
            assert self._next.after >= 0
            assert math.isfinite(self._next.after)
            self._due = self.now + self._next.after
            if self._next.after > 0 or isinstance(self._next, Exit):
                return
            self._note(self._next)
        raise AssertionError(f"{at_once} steps at one instant")

    def _perform(self) -> None:
        step, self.now = self._next, self._due
        if isinstance(step, Exit):
            self.exit, self.exited_at = step, self.now
            self._next = None
            return
        self._note(step)
        self._draw()

    def _note(self, step: Step | None) -> None:
        if isinstance(step, Say):
            assert "\n" not in step.text
            self.said.append((self.now, step.text, step.stream))
        else:
            assert isinstance(step, Wait)


class Play:
    """Starts containers of images."""

    def __init__(self) -> None:
        self.workloads = Workloads()

    def __call__(
        self, image: str, *command: str, workload: Image | None = None, **members: Any
    ) -> Container:
        """Start a container, and perform what happens at once."""
        found = workload or self.workloads.find(image)
        assert isinstance(found, Image)
        box: list[Container] = []
        launch = Launch(**{
            "image": image,
            "container": "main",
            "task_id": "0123456789abcdef0123456789abcdef",
            "private_address": "10.0.0.12",
            "command": command,
            "random": random.Random("seed"),
            "started_at": 1_800_000_000.0,
            "elapsed": lambda: box[0].now if box else 0.0,
            **members,
        })
        container = Container(found, launch)
        box.append(container)
        return container.start()

    def sh(self, script: str, *words: str, image: str = "busybox", **members: Any) -> Container:
        """Start `sh -c`."""
        return self(image, "sh", "-c", script, *words, **members)


@pytest.fixture
def play() -> Play:
    """Start containers."""
    return Play()
