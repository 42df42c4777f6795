"""The demo as a process of its own: interrupted, in a pipe, and left without a trace."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_line import FARGATE_KIT, call, environment, fargate_kit, simulated

FIRST_TASK = ("Run it on Fargate",)
ITS_ADDRESS = ("its own network interface",)
MANY_TASKS = ("Run 10 at once",)
TWICE = ("Run 10 at once", "Stop everything")


@dataclass(frozen=True, kw_only=True)
class EndedDemo:
    """A demo that was interrupted, and what was in its account when it had ended."""

    code: int
    shown: str
    errors: str
    clusters: dict[str, str]
    definitions: list[str]


Demos = dict[tuple[str, ...], Future[EndedDemo]]


@pytest.fixture(scope="module")
def demos() -> Iterator[Demos]:
    """Interrupt demos where they say something: all at once, for they wait for most of the time."""
    moments = (FIRST_TASK, ITS_ADDRESS, MANY_TASKS, TWICE)
    with ThreadPoolExecutor(len(moments)) as threads:
        yield {moment: threads.submit(interrupted_demo, moment) for moment in moments}


def interrupted_demo(moments: tuple[str, ...]) -> EndedDemo:
    """Interrupt a demo as soon as it says each of these, one after the other."""
    with simulated() as endpoint:
        process = subprocess.Popen(
            [*FARGATE_KIT, "demo", "--endpoint-url", endpoint],
            env=environment(endpoint),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        for moment in moments:
            for line in process.stdout:
                if moment in line:
                    process.send_signal(signal.SIGINT)
                    break
        shown, errors = process.communicate(timeout=120)
        arns = call(endpoint, "ListClusters")["clusterArns"]
        found = call(endpoint, "DescribeClusters", clusters=arns)["clusters"] if arns else []
        return EndedDemo(
            code=process.returncode,
            shown=shown,
            errors=errors,
            clusters={each["clusterName"]: each["status"] for each in found},
            definitions=call(endpoint, "ListTaskDefinitions")["taskDefinitionArns"],
        )


@pytest.mark.parametrize("until", [FIRST_TASK, MANY_TASKS], ids=["first task", "many tasks"])
def test_interrupted_demo_leaves_nothing(demos: Demos, until: tuple[str, ...]) -> None:
    """Ctrl-C in the middle of the demo stops everything that it started, on AWS's side too."""
    ended = demos[until].result()
    assert ended.code == 130, ended.errors
    assert "Traceback" not in ended.errors
    assert "clusters left: none" in ended.shown
    assert ended.clusters == {}
    assert ended.definitions == []


def test_second_interruption_leaves_at_once(demos: Demos) -> None:
    """Ctrl-C while the demo cleans up ends it with one line that says what may be left."""
    ended = demos[TWICE].result()
    assert ended.code == 130, ended.errors
    assert "Traceback" not in ended.errors
    assert "Ctrl-C again" in ended.errors
    assert "cluster quick-start may still be there" in ended.errors
    assert ended.clusters == {"quick-start": "ACTIVE"}


def test_interrupted_first_task_is_counted_in_the_singular(demos: Demos) -> None:
    """One task is not called tasks."""
    shown = demos[ITS_ADDRESS].result().shown
    assert "1 task stopped, 0 left; 0 network interfaces left" in shown


def test_demo_leaves_a_cluster_of_its_name_alone() -> None:
    """A cluster that somebody else made is neither used nor deleted."""
    with simulated() as endpoint:
        call(endpoint, "CreateCluster", clusterName="quick-start")
        done = fargate_kit(endpoint, "demo", "--endpoint-url", endpoint)
        (cluster,) = call(endpoint, "DescribeClusters", clusters=["quick-start"])["clusters"]
    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert cluster["status"] == "ACTIVE"


def test_demo_ends_with_nothing_left(tmp_path: Path) -> None:
    """The whole demo goes through in a pipe, proves that nothing is left, and draws a picture."""
    picture = tmp_path / "demo.svg"
    done = subprocess.run(
        [*FARGATE_KIT, "demo", "--speed", "60", "--picture", str(picture)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    assert "11 tasks stopped, 0 left; 0 network interfaces left" in done.stdout
    assert "wordpress:2; revisions [1, 2], no third" in done.stdout
    assert "RUNNING" in done.stdout
