"""Load balancing over the wire: boto3 configures it, and plain HTTP clients get pages."""

from __future__ import annotations

import http.client
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import WallClock
from fargate_kit.sim.front_door import FrontDoor

REGION = "eu-west-1"


class Web:
    """Two nginx behind a load balancer of a served account, configured with boto3."""

    def __init__(self, door: FrontDoor) -> None:
        self.door = door
        self.ecs = self._client("ecs")
        self.elbv2 = self._client("elbv2")
        subnets = self._client("ec2").describe_subnets()["Subnets"][:2]
        self.subnets = [one["SubnetId"] for one in subnets]
        self.group: str = self.elbv2.create_target_group(
            Name="web", Protocol="HTTP", Port=80, VpcId=subnets[0]["VpcId"], TargetType="ip"
        )["TargetGroups"][0]["TargetGroupArn"]
        self.elbv2.modify_target_group_attributes(
            TargetGroupArn=self.group,
            Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "600"}],
        )
        self.balancer = self.elbv2.create_load_balancer(Name="web", Subnets=self.subnets)[
            "LoadBalancers"
        ][0]
        self.elbv2.create_listener(
            LoadBalancerArn=self.balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.group}],
        )
        self.addresses = self._run()
        self.elbv2.register_targets(
            TargetGroupArn=self.group, Targets=[{"Id": one} for one in self.addresses]
        )
        self.wait(lambda: list(self.states().values()) == ["healthy", "healthy"])

    @property
    def url(self) -> str:
        return f"{self.door.url}/_alb/{self.balancer['DNSName']}"

    def states(self) -> dict[str, str]:
        told = self.elbv2.describe_target_health(TargetGroupArn=self.group)
        return {
            one["Target"]["Id"]: one["TargetHealth"]["State"]
            for one in told["TargetHealthDescriptions"]
        }

    def get(self) -> tuple[int, str]:
        """Ask for the first page; tell the status and who has answered."""
        with urllib.request.urlopen(self.url, timeout=30) as answer:
            page = answer.read().decode()
            found = re.search(r"\(([0-9.]+)\)</p>", page)
            assert found is not None, page
            return answer.status, found[1]

    def wait(self, condition: Callable[[], bool]) -> None:
        """Look again and again, over HTTP, until a condition holds."""
        end = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < end, self.states()

    def _run(self) -> list[str]:
        self.ecs.create_cluster(clusterName="demo")
        self.ecs.register_task_definition(
            family="web",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[
                {"name": "main", "image": "nginx", "portMappings": [{"containerPort": 80}]}
            ],
        )
        started = self.ecs.run_task(
            cluster="demo",
            taskDefinition="web",
            count=2,
            launchType="FARGATE",
            networkConfiguration={
                "awsvpcConfiguration": {"subnets": self.subnets, "assignPublicIp": "ENABLED"}
            },
        )
        arns = [task["taskArn"] for task in started["tasks"]]

        def tasks() -> list[dict[str, Any]]:
            told: list[dict[str, Any]] = self.ecs.describe_tasks(cluster="demo", tasks=arns)[
                "tasks"
            ]
            return told

        self.wait(lambda: {task["lastStatus"] for task in tasks()} == {"RUNNING"})
        return [
            task["containers"][0]["networkInterfaces"][0]["privateIpv4Address"] for task in tasks()
        ]

    def _client(self, service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.door.url,
            aws_access_key_id="SIMULATED",
            aws_secret_access_key="simulated",
            config=Config(retries={"mode": "standard", "max_attempts": 3}),
        )


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    """A served account whose day lasts a minute and a half, with two healthy targets."""
    account = Account(clock=WallClock(1000), seed=3, default_region=REGION, strict=True)
    try:
        with FrontDoor(account) as door:
            yield Web(door)
    finally:
        account.close()


def request(web: Web, path: str, **headers: str) -> http.client.HTTPResponse:
    """Send one request with headers of one's own."""
    place = urlsplit(web.door.url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_pages_come_from_both_targets(web: Web) -> None:
    """A plain HTTP client gets real pages from each task in turn."""
    answers = [web.get() for _ in range(6)]
    assert {status for status, _ in answers} == {200}
    assert {who for _, who in answers} == set(web.addresses)


def test_load_balancer_is_reached_by_its_names(web: Web) -> None:
    """AWS's DNS name and its local form, as the header Host, lead to the same pages."""
    dns_name = web.balancer["DNSName"]
    local = dns_name.replace(".amazonaws.com", ".localhost")
    for host in (dns_name, f"{local}:{web.door.port}"):
        answer = request(web, "/", Host=host)
        assert (answer.status, answer.headers["Server"]) == (200, "nginx/1.29.1")
    assert request(web, "/_alb/none.eu-west-1.elb.amazonaws.com/").status == 404


def test_door_is_a_proxy_for_the_dns_name(web: Web) -> None:
    """A client that has the door for its HTTP proxy uses AWS's name as on AWS."""
    proxy = urllib.request.ProxyHandler({"http": web.door.url})
    opener = urllib.request.build_opener(proxy)
    with opener.open(f"http://{web.balancer['DNSName']}/", timeout=30) as answer:
        assert b"Answered by" in answer.read()


def test_several_cookies_are_sent(web: Web) -> None:
    """With sticky sessions an answer brings two cookies, and they lead back to the target."""

    def switch(value: str) -> None:
        web.elbv2.modify_target_group_attributes(
            TargetGroupArn=web.group, Attributes=[{"Key": "stickiness.enabled", "Value": value}]
        )

    switch("true")
    with urllib.request.urlopen(web.url, timeout=30) as answer:
        cookies = answer.headers.get_all("Set-Cookie")
        page = answer.read()
    assert [cookie.partition("=")[0] for cookie in cookies] == ["AWSALB", "AWSALBCORS"]
    again = urllib.request.Request(web.url, headers={"Cookie": cookies[0].partition(";")[0]})
    for _ in range(3):
        with urllib.request.urlopen(again, timeout=30) as answer:
            assert answer.read() == page
    switch("false")
    with urllib.request.urlopen(web.url, timeout=30) as answer:
        assert answer.headers.get_all("Set-Cookie") is None


def test_clients_notice_nothing_while_a_target_drains(web: Web) -> None:
    """Clients that never stop asking get a page each time, from the target that stays."""
    going, staying = web.addresses
    asked: list[tuple[int, str]] = []
    one_more, enough = threading.Semaphore(0), threading.Event()

    def ask() -> None:
        while not enough.is_set():
            asked.append(web.get())
            one_more.release()

    def wait_for(number: int) -> None:
        for _ in range(number):
            assert one_more.acquire(timeout=30)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        wait_for(10)
        web.elbv2.deregister_targets(TargetGroupArn=web.group, Targets=[{"Id": going}])
        after = len(asked)
        assert web.states() == {going: "draining", staying: "healthy"}
        wait_for(20)
        web.wait(lambda: web.states() == {staying: "healthy"})
    finally:
        enough.set()
        asking.join()
    assert {status for status, _ in asked} == {200}
    assert {who for _, who in asked[:after]} == {going, staying}
    assert {who for _, who in asked[after + 1 :]} == {staying}
