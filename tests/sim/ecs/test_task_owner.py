"""Tasks behind addresses: which connections they take, and how their containers answer HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from fargate_kit.sim.ecs.task_owner import TaskOwner, TaskOwners
from fargate_kit.sim.load_balancing.protocol import Reach
from fargate_kit.sim.workloads import HttpAnswer, Launch, Say


@dataclass
class Site:
    """Adds a web server to a scripted workload, and remembers what it was asked."""

    script: Any
    answer: HttpAnswer | Exception | None
    asked: list[tuple[str, str, dict[str, str], bytes, str]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.script, name)

    def respond(
        self, launch: Launch, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> HttpAnswer | None:
        self.asked.append((method, path, dict(headers), body, launch.task_id))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class PortSite(Site):
    """A site that wants to know the port and the peer as well."""

    def respond(  # type: ignore[override]
        self,
        launch: Launch,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        port: int,
        peer: str,
    ) -> HttpAnswer:
        return HttpAnswer(status=200, headers={}, body=f"{port} {peer}".encode())


def answer(status: int = 200, *log: Say) -> HttpAnswer:
    return HttpAnswer(status=status, headers={}, body=b"page", log=log)


def address(ecs: Any, arn: str) -> str:
    """Give the private address of a task."""
    container = ecs.task(arn)["containers"][0]
    found: str = container["networkInterfaces"][0]["privateIpv4Address"]
    return found


def owner(ecs: Any, arn: str) -> TaskOwner:
    """Find a task by its address."""
    found = TaskOwners(lambda: ecs.region).find(address(ecs, arn), "vpc-1")
    assert found is not None
    return found


def get(owner: TaskOwner, port: int = 80, path: str = "/") -> HttpAnswer | None:
    return owner.respond(port, "GET", path, {"host": "x"}, b"body", peer="10.0.0.200")


@pytest.fixture
def site(ecs: Any) -> Site:
    """What containers of the image `site` do."""
    made = Site(ecs.script([]), answer())
    ecs.workloads.register("site", made)
    return made


def start(ecs: Any, *ports: int, image: str = "site", **members: Any) -> str:
    mappings = [{"containerPort": port} for port in ports]
    container = ecs.container(image=image, portMappings=mappings, **members)
    arn: str = ecs.start(container, executionRoleArn=ecs.ROLE)
    ecs.wait(arn, "RUNNING")
    return arn


def test_mapped_port_accepts_and_answers(ecs: Any, site: Site) -> None:
    """A request reaches the container whole, with what the container was started with."""
    arn = start(ecs, 80)
    found = owner(ecs, arn)
    assert found.reach(80) is Reach.ACCEPTED
    assert get(found, path="/a?b=1") == site.answer
    task_id = arn.rpartition("/")[2]
    assert site.asked == [("GET", "/a?b=1", {"host": "x"}, b"body", task_id)]


def test_port_that_is_not_mapped_loses_connections(ecs: Any, site: Site) -> None:
    """No container maps it, so nobody answers, and nobody refuses either."""
    found = owner(ecs, start(ecs, 8080))
    assert found.reach(80) is Reach.LOST
    assert get(found) is None
    assert site.asked == []


def test_container_that_does_not_run_refuses(ecs: Any, site: Site) -> None:
    """Before it starts and after it has ended its port refuses connections."""
    arn = ecs.start(ecs.container(image="site", portMappings=[{"containerPort": 80}]))
    ecs.wait(arn, "ACTIVATING")
    found = owner(ecs, arn)
    assert found.reach(80) is Reach.REFUSED
    ecs.wait(arn, "RUNNING")
    assert found.reach(80) is Reach.ACCEPTED
    ecs.call("StopTask", cluster="demo", task=arn)
    ecs.wait(arn, "STOPPING")
    assert found.reach(80) is Reach.ACCEPTED
    ecs.wait(arn, "DEPROVISIONING")
    assert found.reach(80) is Reach.REFUSED
    assert get(found) is None


def test_each_container_answers_on_its_own_port(ecs: Any, site: Site) -> None:
    """In a task of several containers the mapping decides who is asked."""
    other = Site(ecs.script([]), answer(204))
    ecs.workloads.register("other", other)
    arn = ecs.start(
        ecs.container("front", image="site", portMappings=[{"containerPort": 80}]),
        ecs.container("back", image="other", portMappings=[{"containerPort": 81}]),
    )
    ecs.wait(arn, "RUNNING")
    found = owner(ecs, arn)
    first, second = get(found, 80), get(found, 81)
    assert first is not None
    assert second is not None
    assert (first.status, second.status) == (200, 204)


def test_server_that_is_not_up_refuses(ecs: Any, site: Site) -> None:
    """A workload may refuse a connection itself."""
    site.answer = None
    assert get(owner(ecs, start(ecs, 80))) is None


def test_workload_without_a_server_answers_everything(ecs: Any) -> None:
    """A workload that knows no HTTP says 200 to every request on a mapped port."""
    plain = get(owner(ecs, start(ecs, 80, image="app")), path="/any")
    assert plain is not None
    assert (plain.status, plain.body) == (200, b"")


def test_workload_that_breaks_has_answered_500(ecs: Any, site: Site) -> None:
    """The container goes on, and its log says what happened."""
    ecs.moto.log_groups.add(("us-east-1", "logs"))
    site.answer = ValueError("no such page")
    arn = start(ecs, 80, logConfiguration=ecs.logging())
    broken = get(owner(ecs, arn))
    assert broken is not None
    assert broken.status == 500
    assert ecs.lines(f"run/main/{arn.rpartition('/')[2]}") == ["ValueError: no such page"]
    assert ecs.task(arn)["lastStatus"] == "RUNNING"


def test_access_log_is_written_at_its_time(ecs: Any, site: Site) -> None:
    """Lines come one after the other, each when it says, and none after the container's end."""
    ecs.moto.log_groups.add(("us-east-1", "logs"))
    site.answer = answer(200, Say("now"), Say("soon", after=2.0), Say("later", after=60.0))
    arn = start(ecs, 80, logConfiguration=ecs.logging())
    stream = f"run/main/{arn.rpartition('/')[2]}"
    get(owner(ecs, arn))
    assert ecs.lines(stream) == ["now"]
    ecs.engine.advance_by(2)
    assert ecs.lines(stream) == ["now", "soon"]
    ecs.call("StopTask", cluster="demo", task=arn)
    ecs.engine.advance_by(100)
    assert ecs.lines(stream) == ["now", "soon"]


def test_workload_may_ask_for_port_and_peer(ecs: Any) -> None:
    """A workload that tells its ports apart is told the port, and who is asking."""
    ecs.workloads.register("ports", PortSite(ecs.script([]), None))
    found = owner(ecs, start(ecs, 80, 81, image="ports"))
    one, other = get(found, 80), get(found, 81)
    assert one is not None
    assert other is not None
    assert (one.body, other.body) == (b"80 10.0.0.200", b"81 10.0.0.200")


def test_tasks_are_found_by_address_and_vpc(ecs: Any, site: Site) -> None:
    """Only the task that has the address in that VPC is behind it, and none after its end."""
    arn = start(ecs, 80)
    owners = TaskOwners(lambda: ecs.region)
    here = address(ecs, arn)
    assert owners.find(here, "vpc-1") is not None
    assert owners.find(here, None) is not None
    assert owners.find(here, "vpc-2") is None
    assert owners.find("10.0.0.250", "vpc-1") is None
    ecs.call("StopTask", cluster="demo", task=arn)
    ecs.wait(arn, "STOPPED")
    assert owners.find(here, "vpc-1") is None
