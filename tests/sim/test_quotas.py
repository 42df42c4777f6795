"""Quotas by switch: calls, launches and resources, on the clock of the world."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.quota_buckets import PUBLISHED, Rate
from fargate_kit.sim.quota_wording import THROTTLED
from fargate_kit.sim.quotas import InvalidQuotas, Quotas, changed_quotas, quotas_to_json
from fargate_kit.sim.request import Request
from fargate_kit.sim.timing import Timing

PLENTY = Rate(size=10_000, refill=10_000)
# Enough of everything for tests of something else.
ENOUGH = Quotas(on_demand_vcpu=10_000, spot_vcpu=10_000)


class Here:
    """An account that keeps quotas, with what tests do in it."""

    def __init__(
        self, client_to: Callable[..., Any], quotas: Quotas | None, **account: Any
    ) -> None:
        self.account = Account(
            clock=StepClock(),
            seed=5,
            timing=Timing(jitter=0),
            strict=True,
            quotas=quotas,
            **account,
        )
        self.engine = self.account.engine
        self.client_to = client_to
        self.ecs = self.client("ecs")
        subnets = self.client("ec2").describe_subnets()["Subnets"]
        subnet_ids = [one["SubnetId"] for one in subnets]
        self.network = {"awsvpcConfiguration": {"subnets": subnet_ids, "assignPublicIp": "ENABLED"}}

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """A client that does not try again."""
        made = self.client_to(self.account.answer, service, region)
        name = made.meta.service_model.service_id.hyphenize()
        made.meta.events.unregister(f"needs-retry.{name}", unique_id=f"retry-config-{name}")
        return made

    def ready(self, cpu: str = "256", memory: str = "512") -> None:
        """Make a cluster and a task definition."""
        self.ecs.create_cluster(clusterName="demo", capacityProviders=["FARGATE", "FARGATE_SPOT"])
        self.ecs.register_task_definition(
            family="web",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu=cpu,
            memory=memory,
            containerDefinitions=[{"name": "main", "image": "nginx"}],
        )

    def run(self, count: int = 10, **given: Any) -> dict[str, Any]:
        """Run tasks."""
        if "capacityProviderStrategy" not in given:
            given = {"launchType": "FARGATE", **given}
        answer: dict[str, Any] = self.ecs.run_task(
            cluster="demo",
            taskDefinition="web",
            count=count,
            networkConfiguration=self.network,
            **given,
        )
        return answer

    def create(self, count: int, name: str = "web", **given: Any) -> None:
        """Create a service."""
        self.ecs.create_service(
            cluster="demo",
            serviceName=name,
            taskDefinition="web",
            desiredCount=count,
            launchType="FARGATE",
            networkConfiguration=self.network,
            **given,
        )

    def service(self, name: str = "web") -> dict[str, Any]:
        """Describe a service."""
        found: dict[str, Any] = self.ecs.describe_services(cluster="demo", services=[name])[
            "services"
        ][0]
        return found

    def tasks(self) -> int:
        """Count the tasks of the region."""
        return sum(len(one.tasks) for one in self.account.ecs("us-east-1").state.clusters.values())


def refused(call: Callable[..., Any], **params: Any) -> tuple[str, str]:
    """Give the code and the text with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture
def make(client_to: Callable[..., Any]) -> Iterator[Callable[..., Here]]:
    """Make accounts with quotas."""
    made: list[Here] = []

    def begin(quotas: Quotas | None = None, **account: Any) -> Here:
        made.append(Here(client_to, quotas, **account))
        return made[-1]

    yield begin
    for here in made:
        here.account.close()


def asked(here: Here, count: int, operation: str, **params: Any) -> list[int]:
    """Ask the same of ECS many times at one instant; tell the statuses."""
    request = Request(
        method="POST",
        path="/",
        query="",
        headers={"x-amz-target": f"AmazonEC2ContainerServiceV20141113.{operation}"},
        body=json.dumps(params).encode(),
    )
    answers = [here.account.answer(request) for _ in range(count)]
    for answer in answers:
        if answer.status != 200:
            told = json.loads(answer.body)
            assert (answer.status, told) == (
                400,
                {"__type": "ThrottlingException", "message": "Rate exceeded"},
            )
    return [answer.status for answer in answers]


def test_nothing_is_throttled_unless_it_is_asked_for(make: Callable[..., Here]) -> None:
    """Without quotas as many calls and tasks are taken as anybody wants."""
    here = make()
    here.ready(cpu="4096", memory="8192")
    assert set(asked(here, 500, "ListClusters")) == {200}
    assert sum(len(here.run()["tasks"]) for _ in range(25)) == 250


@pytest.mark.parametrize(
    ("operation", "params", "size", "refill"),
    [
        ("ListClusters", {}, 50, 20),
        ("ListTasks", {}, 100, 20),
        ("UpdateService", {"service": "none"}, 50, 5),
        ("DeleteTaskDefinitions", {"taskDefinitions": ["web:1"]}, 5, 1),
        ("ListServicesByNamespace", {"namespace": "space"}, 10, 1),
    ],
)
def test_a_bucket_empties_and_is_refilled(
    make: Callable[..., Here], operation: str, params: dict[str, Any], size: int, refill: int
) -> None:
    """As many calls as the bucket is large are answered at once, then as many as come back."""
    here = make(Quotas())
    bodies: list[str] = []

    def answered(count: int) -> int:
        request = Request(
            method="POST",
            path="/",
            query="",
            headers={"x-amz-target": f"AmazonEC2ContainerServiceV20141113.{operation}"},
            body=json.dumps(params).encode(),
        )
        answers = [json.loads(here.account.answer(request).body) for _ in range(count)]
        throttled = [one for one in answers if one.get("message") == "Rate exceeded"]
        bodies.extend(one["__type"] for one in throttled)
        return count - len(throttled)

    assert answered(size + 10) == size
    here.engine.advance_by(1)
    assert answered(refill + 10) == refill
    here.engine.advance_by(1 / refill)
    assert answered(2) == 1
    here.engine.advance_by(86_400)
    assert answered(size + 10) == size
    assert set(bodies) == {"ThrottlingException"}


def test_operations_share_their_bucket(make: Callable[..., Here]) -> None:
    """Describing and listing clusters take from one bucket, and services from another."""
    here = make(Quotas())
    assert asked(here, 50, "ListClusters") == [200] * 50
    assert asked(here, 1, "DescribeClusters") == [400]
    assert asked(here, 1, "ListTaskDefinitions") == [200]


def test_regions_have_buckets_of_their_own(make: Callable[..., Here]) -> None:
    """A bucket that is empty in one Region is full in the next."""
    here = make(Quotas())
    asked(here, 50, "ListClusters")
    assert asked(here, 1, "ListClusters") == [400]
    assert here.client("ecs", "eu-west-1").list_clusters()["clusterArns"] == []


@pytest.mark.parametrize(
    ("service", "method", "params", "size", "code"),
    [
        ("ec2", "describe_vpcs", {}, 100, "RequestLimitExceeded"),
        ("ec2", "describe_security_groups", {}, 50, "RequestLimitExceeded"),
        ("elbv2", "describe_target_groups", {}, 40, "ThrottlingException"),
        ("cloudwatch", "describe_alarms", {}, 9, "Throttling"),
        ("logs", "describe_log_groups", {}, 10, "ThrottlingException"),
        ("logs", "filter_log_events", {"logGroupName": "g"}, 25, "ThrottlingException"),
    ],
)
def test_other_services_throttle_in_their_own_words(
    make: Callable[..., Here],
    service: str,
    method: str,
    params: dict[str, Any],
    size: int,
    code: str,
) -> None:
    """Each service refuses the call after the last token with its own error."""
    here = make(Quotas())
    client = here.client(service)
    if service == "logs":
        client.create_log_group(logGroupName="g")
    for _ in range(size):
        getattr(client, method)(**params)
    assert refused(getattr(client, method), **params)[0] == code


def test_filtered_calls_to_ec2_are_cheaper(make: Callable[..., Here]) -> None:
    """Security groups are listed with a filter when the bucket for listing all is empty."""
    here = make(Quotas())
    ec2 = here.client("ec2")
    for _ in range(50):
        ec2.describe_security_groups()
    assert refused(ec2.describe_security_groups)[0] == "RequestLimitExceeded"
    found = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["default"]}])
    assert len(found["SecurityGroups"]) == 1


def test_run_task_is_limited_by_fargate(make: Callable[..., Here]) -> None:
    """Twenty RunTask calls a second are taken, though the bucket of ECS has a hundred tokens."""
    quotas = replace(ENOUGH, on_demand_launches=PLENTY)
    here = make(quotas)
    here.ready()
    for _ in range(20):
        here.run(1)
    assert refused(lambda: here.run(1)) == ("ThrottlingException", "Rate exceeded")
    here.engine.advance_by(0.05)
    assert len(here.run(1)["tasks"]) == 1


def test_launches_of_run_task_are_limited(make: Callable[..., Here]) -> None:
    """A hundred tasks start at once and twenty a second; what is refused starts nothing."""
    here = make(ENOUGH)
    here.ready()
    for _ in range(10):
        assert len(here.run(10)["tasks"]) == 10
    assert refused(lambda: here.run(1)) == ("ThrottlingException", "Rate exceeded")
    assert here.tasks() == 100
    spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    assert len(here.run(10, capacityProviderStrategy=spot)["tasks"]) == 10
    here.engine.advance_by(0.5)
    assert len(here.run(10)["tasks"]) == 10
    assert refused(lambda: here.run(1))[0] == "ThrottlingException"


def test_a_token_that_is_known_launches_nothing(make: Callable[..., Here]) -> None:
    """The answer to a repeated RunTask call costs no launch."""
    here = make(replace(ENOUGH, on_demand_launches=Rate(size=10, refill=1)))
    here.ready()
    first = here.run(10, clientToken="once")
    again = here.run(10, clientToken="once")
    assert [one["taskArn"] for one in again["tasks"]] == [one["taskArn"] for one in first["tasks"]]
    assert here.tasks() == 10


def test_small_regions_launch_more_slowly() -> None:
    """The Regions that AWS does not name have the lower rates."""
    quotas = Quotas()
    assert quotas.launch_rate("eu-central-1", spot=False) == Rate(size=100, refill=20)
    assert quotas.launch_rate("eu-south-1", spot=True) == Rate(size=25, refill=5)
    assert quotas.service_launches_in("us-west-2") == 500
    assert quotas.service_launches_in("eu-south-1") == 125


def test_a_service_waits_for_the_launch_rate(make: Callable[..., Here]) -> None:
    """What a service wants beyond the rate starts later, and nothing of it is a failure."""
    here = make(ENOUGH)
    here.ready()
    here.create(160)
    assert here.tasks() == 0
    counts = []
    for _ in range(5):
        here.engine.advance_by(1)
        counts.append(here.tasks())
    assert counts == [120, 140, 160, 160, 160]
    here.engine.settle()
    service = here.service()
    assert service["runningCount"] == 160
    assert service["deployments"][0]["failedTasks"] == 0
    assert not [one for one in service["events"] if "unable" in one["message"]]


def test_a_service_starts_five_hundred_tasks_a_minute(make: Callable[..., Here]) -> None:
    """The quota of a service counts in any minute, and another service has its own."""
    here = make(replace(ENOUGH, on_demand_launches=PLENTY))
    here.ready()
    here.create(600)
    here.engine.advance_by(59)
    assert here.tasks() == 500
    here.create(100, "other")
    here.engine.advance_by(0)
    assert here.tasks() == 600
    here.engine.advance_by(2)
    assert here.tasks() == 700


def test_vcpu_run_out(make: Callable[..., Here]) -> None:
    """Tasks beyond the vCPU of the account fail with AWS's reason, until others have stopped."""
    here = make(Quotas(on_demand_vcpu=2))
    here.ready(cpu="512", memory="1024")
    answer = here.run(6)
    assert len(answer["tasks"]) == 4
    reason = "You've reached the limit on the number of vCPUs you can run concurrently"
    assert [one["reason"] for one in answer["failures"]] == [reason] * 2
    spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    assert len(here.run(1, capacityProviderStrategy=spot)["tasks"]) == 1
    here.ecs.stop_task(cluster="demo", task=answer["tasks"][0]["taskArn"])
    here.engine.settle()
    assert len(here.run(2)["tasks"]) == 1


def test_a_service_tells_that_vcpu_run_out(make: Callable[..., Here]) -> None:
    """A service that finds no vCPU says so, and grows when the quota does."""
    here = make(Quotas(on_demand_vcpu=1))
    here.ready()
    here.create(6)
    here.engine.advance_by(120)
    service = here.service()
    assert service["runningCount"] == 4
    messages = [one["message"] for one in service["events"]]
    assert any("You've reached the limit on the number of vCPUs" in one for one in messages)
    here.account.quotas.change(Quotas(on_demand_vcpu=2))
    here.engine.advance_by(1800)
    assert here.service()["runningCount"] == 6


def test_resources_are_limited(make: Callable[..., Here]) -> None:
    """Clusters, services, desired counts and task definitions have their quotas."""
    here = make(
        Quotas(
            clusters=2,
            services_per_cluster=1,
            tasks_per_service=7,
            tasks_per_discovered_service=3,
            containers_per_task_definition=2,
            task_definition_size=2_000,
            revisions_per_family=2,
        )
    )
    here.ready()
    here.ecs.create_cluster(clusterName="second")
    here.ecs.create_cluster(clusterName="demo", capacityProviders=["FARGATE", "FARGATE_SPOT"])
    assert refused(here.ecs.create_cluster, clusterName="third")[0] == "ClientException"
    assert refused(lambda: here.create(8)) == (
        "InvalidParameterException",
        "Desired count exceeds limit.",
    )
    here.create(0)
    with pytest.raises(ClientError, match="Desired count exceeds limit"):
        here.ecs.update_service(cluster="demo", service="web", desiredCount=8)
    with pytest.raises(ClientError, match="limit of 1 services"):
        here.create(0, "other")
    definition = {
        "family": "web",
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "requiresCompatibilities": ["FARGATE"],
    }
    three = [{"name": f"c{n}", "image": "nginx"} for n in range(3)]
    large = [{"name": "main", "image": "nginx", "command": ["x" * 2_000]}]
    register = here.ecs.register_task_definition
    for containers in (three, large):
        code, _ = refused(register, **definition, containerDefinitions=containers)
        assert code == "LimitExceededException"
    register(**definition, containerDefinitions=three[:2])
    code, text = refused(register, **definition, containerDefinitions=three[:2])
    assert (code, "2 revisions of family web" in text) == ("LimitExceededException", True)


def test_every_service_with_a_bucket_has_its_words() -> None:
    """No bucket belongs to a service of which nothing says how it throttles."""
    assert {bucket.service for bucket in PUBLISHED} <= THROTTLED.keys()


def test_one_bucket_is_changed() -> None:
    """Quotas are values: a change gives others, and leaves these as they are."""
    quotas = Quotas()
    changed = quotas.with_rate("ecs service modify", size=5, refill=0.5)
    rates = {bucket.name: bucket.rate for bucket in changed.buckets}
    assert rates["ecs service modify"] == Rate(size=5, refill=0.5)
    assert quotas == Quotas() != changed
    assert len(changed.buckets) == len(quotas.buckets)


def test_quotas_have_a_json_form() -> None:
    """What is told of quotas can be said again, and gives the same quotas."""
    quotas = Quotas(on_demand_vcpu=20.5, spot_launches=Rate(size=3, refill=1), clusters=7)
    told = json.loads(json.dumps(quotas_to_json(quotas)))
    assert told["buckets"]["logs FilterLogEvents"]["regions"]["us-east-1"] == {
        "size": 25,
        "refill": 25,
    }
    told["buckets"] = {}
    assert changed_quotas(Quotas(), told) == quotas


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"tasks": 1}, "no such quota: 'tasks'; there are buckets, on_demand_launches"),
        ({"clusters": 0}, "'clusters' is a whole number, 1 or more, not 0"),
        ({"clusters": True}, "'clusters' is a whole number"),
        ({"on_demand_vcpu": -1}, "'on_demand_vcpu' is a number above 0, not -1"),
        ({"spot_launches": 5}, "'spot_launches' is an object of size and refill, not 5"),
        ({"spot_launches": {"size": 5, "refill": 0}}, "'refill' of 'spot_launches' is a number"),
        ({"buckets": []}, "'buckets' is an object of buckets by name"),
        ({"buckets": {"pail": {"size": 1, "refill": 1}}}, "no such bucket: 'pail'; there are ecs"),
        ({"buckets": {"ecs service modify": {"size": 1}}}, "an object of size and refill"),
    ],
)
def test_senseless_quotas_are_refused(wish: dict[str, Any], words: str) -> None:
    """The error names the quota and what it may be."""
    with pytest.raises(InvalidQuotas) as caught:
        changed_quotas(Quotas(), wish)
    assert words in str(caught.value)


def control(here: Here, wish: object = None) -> tuple[int, dict[str, Any]]:
    """Ask /_sim/quotas."""
    response = here.account.answer(
        Request(
            method="GET" if wish is None else "POST",
            path="/_sim/quotas",
            query="",
            headers={},
            body=b"" if wish is None else json.dumps(wish).encode(),
        )
    )
    return response.status, json.loads(response.body)


def test_quotas_are_switched_over_http(make: Callable[..., Here]) -> None:
    """They are told, turned on, changed and turned off while the world runs."""
    here = make()
    assert control(here)[1]["on"] is False
    assert asked(here, 60, "ListClusters") == [200] * 60
    assert control(here, {"on": True})[1]["on"] is True
    assert asked(here, 60, "ListClusters").count(400) == 10
    status, told = control(here, {"buckets": {"ecs cluster read": {"size": 5, "refill": 1}}})
    assert (status, told["on"]) == (200, True)
    assert told["buckets"]["ecs cluster read"]["size"] == 5
    here.engine.advance_by(60)
    assert asked(here, 10, "ListClusters").count(200) == 5
    assert control(here, {"on": False})[1]["on"] is False
    assert asked(here, 60, "ListClusters") == [200] * 60
    for wish, word in (({"clusters": "x"}, "'clusters'"), ({}, "say"), ({"on": 1}, "say")):
        status, told = control(here, wish)
        assert status == 400
        assert word in told["error"]


def test_reset_fills_the_buckets_and_restores_the_quotas(make: Callable[..., Here]) -> None:
    """After a reset the account keeps the quotas with which it began, from the beginning."""
    here = make(Quotas(on_demand_vcpu=3))
    asked(here, 50, "ListClusters")
    here.account.quotas.change(Quotas(on_demand_vcpu=9))
    here.account.reset()
    assert here.account.quotas.quotas == Quotas(on_demand_vcpu=3)
    assert asked(here, 51, "ListClusters") == [200] * 50 + [400]
