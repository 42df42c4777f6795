"""The worker does one thing at a time, what is urgent first, and ends when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest

from fargate_kit.sim.moto_worker import Worker


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A worker that has not begun."""
    made = Worker("moto-of-a-test")
    yield made
    made.close()


def test_work_runs_on_one_thread_and_tells_its_result(worker: Worker) -> None:
    """Results and errors come back; the thread begins with the first piece of work."""
    assert "moto-of-a-test" not in {thread.name for thread in threading.enumerate()}
    assert worker.submit(lambda: threading.current_thread().name).result(30) == "moto-of-a-test"
    with pytest.raises(ZeroDivisionError):
        worker.submit(lambda: 1 / 0).result(30)
    assert worker.submit(lambda: 7).result(30) == 7


def test_urgent_work_passes_patient_work(worker: Worker) -> None:
    """Each kind keeps its order, and what is patient comes when nothing else is there."""
    gate = threading.Event()
    seen: list[str] = []
    worker.submit(lambda: gate.wait(30))
    last = worker.submit(lambda: seen.append("patient 1"), patient=True)
    worker.submit(lambda: seen.append("urgent 1"))
    last = worker.submit(lambda: seen.append("patient 2"), patient=True)
    worker.submit(lambda: seen.append("urgent 2"))
    gate.set()
    last.result(30)
    assert seen == ["urgent 1", "urgent 2", "patient 1", "patient 2"]


def test_close_ends_the_thread_and_cancels_the_queue(worker: Worker) -> None:
    """What runs is waited for, what is queued never runs, and nothing more is taken on."""
    begun, gate = threading.Event(), threading.Event()
    seen: list[str] = []

    def run() -> None:
        begun.set()
        gate.wait(30)
        seen.append("ran")

    running = worker.submit(run)
    queued = worker.submit(lambda: seen.append("queued"))
    patient = worker.submit(lambda: seen.append("patient"), patient=True)
    assert begun.wait(30)
    closing = threading.Thread(target=worker.close)
    closing.start()
    for future in (queued, patient):
        with pytest.raises(CancelledError):
            future.result(30)
    gate.set()
    closing.join(30)
    running.result(0)
    assert seen == ["ran"]
    assert "moto-of-a-test" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(RuntimeError, match="closed"):
        worker.submit(lambda: None)
    worker.close()


def test_cancelled_work_does_not_run(worker: Worker) -> None:
    """Whoever cancels in time is obeyed, and the next piece of work runs."""
    gate = threading.Event()
    seen: list[str] = []
    worker.submit(lambda: gate.wait(30))
    cancelled = worker.submit(lambda: seen.append("cancelled"))
    following = worker.submit(lambda: seen.append("following"))
    assert cancelled.cancel()
    gate.set()
    following.result(30)
    assert seen == ["following"]
