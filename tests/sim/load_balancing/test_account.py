"""Load balancing within an account on a step clock: moto's configuration, ECS's tasks."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from botocore.exceptions import ClientError, WaiterError

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.request import Request, Response

DELAY = "deregistration_delay.timeout_seconds"


class ClientTo(Protocol):
    """As in conftest.py."""

    def __call__(
        self, answer: Callable[[Request], Response], service: str, region: str = "us-east-1"
    ) -> Any:
        """Make one."""
        ...


class Shop:
    """An account with an nginx behind a load balancer, driven by clients of botocore."""

    def __init__(self, account: Account, client_to: ClientTo) -> None:
        self.account = account
        self.engine = account.engine
        self.elbv2 = client_to(account.answer, "elbv2")
        self.ecs = client_to(account.answer, "ecs")
        self.ec2 = client_to(account.answer, "ec2")
        self.logs = client_to(account.answer, "logs")
        self.cloudwatch = client_to(account.answer, "cloudwatch")
        self.subnets = [one["SubnetId"] for one in self.ec2.describe_subnets()["Subnets"]][:3]
        self.vpc = self.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        self.ecs.create_cluster(clusterName="demo")
        self.logs.create_log_group(logGroupName="web")

    def group(self, name: str = "web", **members: Any) -> str:
        answer = self.elbv2.create_target_group(
            Name=name,
            **{
                "Protocol": "HTTP",
                "Port": 80,
                "VpcId": self.vpc,
                "TargetType": "ip",
                **members,
            },
        )
        arn: str = answer["TargetGroups"][0]["TargetGroupArn"]
        return arn

    def balancer(self, name: str = "web") -> dict[str, Any]:
        answer = self.elbv2.create_load_balancer(Name=name, Subnets=self.subnets)
        balancer: dict[str, Any] = answer["LoadBalancers"][0]
        return balancer

    def listener(self, balancer: dict[str, Any], group: str, port: int = 80) -> str:
        answer = self.elbv2.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=port,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        arn: str = answer["Listeners"][0]["ListenerArn"]
        return arn

    def run(self, number: int = 1, *, image: str = "nginx", port: int | None = 80) -> list[str]:
        """Run tasks, and give their addresses once they are running."""
        self.ecs.register_task_definition(
            family="web",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            executionRoleArn=f"arn:aws:iam::{self.account.id}:role/ecsTaskExecutionRole",
            containerDefinitions=[
                {
                    "name": "main",
                    "image": image,
                    "portMappings": [{"containerPort": port}] if port else [],
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": {
                            "awslogs-group": "web",
                            "awslogs-region": "us-east-1",
                            "awslogs-stream-prefix": "run",
                        },
                    },
                }
            ],
        )
        answer = self.ecs.run_task(
            cluster="demo",
            taskDefinition="web",
            count=number,
            launchType="FARGATE",
            networkConfiguration={
                "awsvpcConfiguration": {"subnets": self.subnets, "assignPublicIp": "ENABLED"}
            },
        )
        self.engine.settle()
        arns = [task["taskArn"] for task in answer["tasks"]]
        tasks = self.ecs.describe_tasks(cluster="demo", tasks=arns)["tasks"]
        assert {task["lastStatus"] for task in tasks} == {"RUNNING"}
        return [
            task["containers"][0]["networkInterfaces"][0]["privateIpv4Address"] for task in tasks
        ]

    def states(self, group: str) -> dict[str, str]:
        told = self.elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in told}

    def get(self, balancer: dict[str, Any], path: str = "/", **headers: str) -> Response:
        return self.account.answer(
            Request(
                method="GET",
                path=path,
                query="",
                headers={"host": balancer["DNSName"], **headers},
                body=b"",
            )
        )

    def lines(self) -> list[str]:
        """Give all that the containers have logged."""
        streams = self.logs.describe_log_streams(logGroupName="web")["logStreams"]
        return [
            event["message"]
            for stream in streams
            for event in self.logs.get_log_events(
                logGroupName="web", logStreamName=stream["logStreamName"], startFromHead=True
            )["events"]
        ]


@pytest.fixture
def shop(client_to: ClientTo) -> Iterator[Shop]:
    """An account on a step clock, its answers held against botocore's model."""
    account = Account(clock=StepClock(), seed=3, strict=True)
    yield Shop(account, client_to)
    account.close()


@pytest.fixture
def sleeping(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let botocore's waiters sleep on the account's clock."""
    monkeypatch.setattr("botocore.waiter.time.sleep", shop.engine.advance_by)


def who(answer: Response) -> str:
    """Tell the address that a page of a simulated container names."""
    found = re.search(rb"Answered by <b>[^<]*</b> \(([0-9.]+)\)", answer.body)
    assert found is not None, answer.body
    return found[1].decode()


def test_tasks_behind_a_load_balancer_serve(shop: Shop) -> None:
    """Clients register two tasks by their addresses, and real pages come from both in turn."""
    group, balancer = shop.group(), shop.balancer()
    shop.listener(balancer, group)
    addresses = shop.run(2)
    shop.elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": one} for one in addresses])
    assert set(shop.states(group).values()) == {"initial"}
    shop.engine.settle()
    assert shop.states(group) == dict.fromkeys(addresses, "healthy")
    answers = [shop.get(balancer) for _ in range(4)]
    assert [one.status for one in answers] == [200] * 4
    assert [who(one) for one in answers] == addresses * 2
    assert shop.get(balancer, "/missing").status == 404


def test_access_log_goes_into_the_containers_log(shop: Shop) -> None:
    """Checks and visits are logged by the container that answered, from the balancer's address."""
    group, balancer = shop.group(), shop.balancer()
    shop.listener(balancer, group)
    (address,) = shop.run()
    shop.elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": address}])
    shop.engine.settle()
    shop.get(balancer, "/page", **{"user-agent": "curl/8.0", "x-forwarded-for": "203.0.113.9"})
    lines = shop.lines()
    (check,) = [line for line in lines if "ELB-HealthChecker/2.0" in line]
    (visit,) = [line for line in lines if "curl/8.0" in line]
    assert '"GET / HTTP/1.1" 200' in check
    assert '"GET /page HTTP/1.1" 404' in visit
    assert check.startswith("172.31.")
    assert check.split()[0] == visit.split()[0] != address


def test_port_that_no_container_maps_times_out(shop: Shop) -> None:
    """A task without a mapping of the port is as good as nobody."""
    group, balancer = shop.group(), shop.balancer()
    shop.listener(balancer, group)
    (address,) = shop.run(port=8080)
    shop.elbv2.register_targets(
        TargetGroupArn=group, Targets=[{"Id": address}, {"Id": address, "Port": 8080}]
    )
    shop.engine.settle()
    told = shop.elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    by_port = {one["Target"]["Port"]: one["TargetHealth"] for one in told}
    assert by_port[80]["Reason"] == "Target.Timeout"
    # nginx listens on 80 alone, so what knocks on 8080 is refused
    assert by_port[8080]["Reason"] == "Target.FailedHealthChecks"


def test_task_that_stops_fails_its_checks(shop: Shop) -> None:
    """Its address says nothing any more: first the clients notice, then the checks."""
    group, balancer = shop.group(), shop.balancer()
    shop.listener(balancer, group)
    (address,) = shop.run()
    shop.elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": address}])
    shop.engine.settle()
    (task,) = shop.ecs.list_tasks(cluster="demo")["taskArns"]
    shop.ecs.stop_task(cluster="demo", task=task)
    shop.engine.settle()
    assert shop.states(group) == {address: "healthy"}
    assert shop.get(balancer).status == 504
    shop.engine.advance_by(70)
    assert shop.states(group) == {address: "unhealthy"}


def test_service_registers_its_tasks_and_lets_them_drain(shop: Shop) -> None:
    """A service's tasks become targets, serve, and end only when they have drained."""
    group, balancer = shop.group(), shop.balancer()
    shop.elbv2.modify_target_group_attributes(
        TargetGroupArn=group, Attributes=[{"Key": DELAY, "Value": "40"}]
    )
    shop.listener(balancer, group)
    shop.run()
    shop.ecs.create_service(
        cluster="demo",
        serviceName="web",
        taskDefinition="web",
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": shop.subnets, "assignPublicIp": "ENABLED"}
        },
        loadBalancers=[{"targetGroupArn": group, "containerName": "main", "containerPort": 80}],
    )
    shop.engine.settle()
    assert list(shop.states(group).values()) == ["healthy", "healthy"]
    assert {who(shop.get(balancer)) for _ in range(4)} == set(shop.states(group))
    shop.ecs.update_service(cluster="demo", service="web", desiredCount=1)
    shop.engine.run_until(lambda: "draining" in shop.states(group).values(), limit=60)
    begin = shop.engine.now
    (staying,) = [one for one, state in shop.states(group).items() if state == "healthy"]
    assert {who(shop.get(balancer)) for _ in range(4)} == {staying}
    shop.engine.run_until(lambda: len(shop.states(group)) == 1, limit=60)
    assert (shop.engine.now - begin) / 1e6 == 40
    statuses = {
        task["lastStatus"]
        for task in shop.ecs.describe_tasks(
            cluster="demo",
            tasks=shop.ecs.list_tasks(cluster="demo", serviceName="web", desiredStatus="STOPPED")[
                "taskArns"
            ],
        )["tasks"]
    }
    assert statuses == {"STOPPING"}


def test_waiters_of_botocore_tell_the_truth(shop: Shop, sleeping: None) -> None:
    """In service means healthy; deregistered means that the draining is over, not before."""
    group, balancer = shop.group(), shop.balancer()
    shop.elbv2.modify_target_group_attributes(
        TargetGroupArn=group, Attributes=[{"Key": DELAY, "Value": "100"}]
    )
    shop.listener(balancer, group)
    (address,) = shop.run()
    question = {"TargetGroupArn": group, "Targets": [{"Id": address}]}
    shop.elbv2.register_targets(**question)
    shop.elbv2.get_waiter("target_in_service").wait(**question)
    assert shop.states(group) == {address: "healthy"}
    begin = shop.engine.now
    shop.elbv2.deregister_targets(**question)
    shop.elbv2.get_waiter("target_deregistered").wait(**question)
    assert 100 <= (shop.engine.now - begin) / 1e6 <= 115
    assert shop.states(group) == {}


def test_waiter_gives_up_on_a_target_that_never_serves(shop: Shop, sleeping: None) -> None:
    """An address without anybody is never in service, and no waiter says so."""
    group, balancer = shop.group(), shop.balancer()
    shop.listener(balancer, group)
    question = {"TargetGroupArn": group, "Targets": [{"Id": "172.31.0.99"}]}
    shop.elbv2.register_targets(**question)
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        shop.elbv2.get_waiter("target_in_service").wait(
            **question, WaiterConfig={"Delay": 15, "MaxAttempts": 10}
        )
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        shop.elbv2.get_waiter("target_deregistered").wait(
            **question, WaiterConfig={"Delay": 15, "MaxAttempts": 10}
        )
    assert shop.states(group) == {"172.31.0.99": "unhealthy"}


def test_every_change_of_the_configuration_is_followed(shop: Shop) -> None:
    """Rules, attributes, settings and listeners count from the request that changes them."""
    group, balancer = shop.group(), shop.balancer()
    (address,) = shop.run()
    shop.elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": address}])
    assert shop.states(group) == {address: "unused"}
    listener = shop.listener(balancer, group)
    shop.engine.settle()
    assert shop.states(group) == {address: "healthy"}
    rule = shop.elbv2.create_rule(
        ListenerArn=listener,
        Priority=5,
        Conditions=[{"Field": "path-pattern", "Values": ["/old/*"]}],
        Actions=[
            {
                "Type": "redirect",
                "RedirectConfig": {"Path": "/new", "StatusCode": "HTTP_302"},
            }
        ],
    )["Rules"][0]["RuleArn"]
    assert shop.get(balancer, "/old/x").headers["location"].endswith(":80/new")
    shop.elbv2.modify_rule(
        RuleArn=rule,
        Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "410"}}],
    )
    assert shop.get(balancer, "/old/x").status == 410
    shop.elbv2.delete_rule(RuleArn=rule)
    assert shop.get(balancer, "/old/x").status == 404
    shop.elbv2.modify_target_group(
        TargetGroupArn=group,
        HealthCheckPath="/nothing",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=2,
    )
    shop.engine.advance_by(10)
    assert shop.states(group) == {address: "unhealthy"}
    shop.elbv2.modify_target_group_attributes(
        TargetGroupArn=group, Attributes=[{"Key": DELAY, "Value": "7"}]
    )
    shop.elbv2.deregister_targets(TargetGroupArn=group, Targets=[{"Id": address}])
    shop.engine.advance_by(6.9)
    assert shop.states(group) == {address: "draining"}
    shop.engine.advance_by(0.1)
    assert shop.states(group) == {}
    shop.elbv2.delete_listener(ListenerArn=listener)
    assert shop.get(balancer).status == 404
    shop.elbv2.delete_target_group(TargetGroupArn=group)
    with pytest.raises(ClientError, match="TargetGroupNotFound"):
        shop.states(group)


def test_group_in_use_cannot_be_deleted(shop: Shop) -> None:
    """That stays moto's to refuse, and the targets go on as before."""
    group, balancer = shop.group(), shop.balancer()
    shop.listener(balancer, group)
    (address,) = shop.run()
    shop.elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": address}])
    with pytest.raises(ClientError, match="ResourceInUse"):
        shop.elbv2.delete_target_group(TargetGroupArn=group)
    shop.engine.settle()
    assert shop.states(group) == {address: "healthy"}


def test_refusals_reach_clients_as_aws_errors(shop: Shop) -> None:
    """Codes come without the suffix of the exception's class, once, and nothing is retried."""
    group = shop.group()
    with pytest.raises(shop.elbv2.exceptions.TargetGroupNotFoundException) as caught:
        shop.elbv2.describe_target_health(TargetGroupArn=group[:-4] + "0000")
    assert caught.value.response["Error"]["Code"] == "TargetGroupNotFound"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(ClientError, match=r"ValidationError.*'nope' is not a valid IPv4 address"):
        shop.elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": "nope"}])
    assert shop.account.calls["elbv2", "RegisterTargets"] == 1


def test_targets_of_instances_stay_motos(shop: Shop) -> None:
    """A group of instances is answered by moto, from its registration to its health."""
    group = shop.group(TargetType="instance")
    told = shop.elbv2.describe_target_health(TargetGroupArn=group)
    assert told["TargetHealthDescriptions"] == []
    with pytest.raises(ClientError, match="TargetGroupNotFound"):
        shop.elbv2.register_targets(TargetGroupArn=group + "0", Targets=[{"Id": "i-1"}])


def test_cloudwatch_keeps_what_is_counted(shop: Shop) -> None:
    """Statistics of a load balancer are read as on AWS, each under its own dimensions alone."""
    group, balancer = shop.group(), shop.balancer()
    shop.listener(balancer, group)
    addresses = shop.run(2)
    shop.elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": one} for one in addresses])
    shop.engine.settle()
    for _ in range(6):
        shop.get(balancer)
    shop.engine.advance_by(60)
    by_balancer = {
        "Name": "LoadBalancer",
        "Value": balancer["LoadBalancerArn"].split(":loadbalancer/")[1],
    }
    by_group = {"Name": "TargetGroup", "Value": group.split(":")[-1]}
    period = {
        "Namespace": "AWS/ApplicationELB",
        "StartTime": datetime.datetime.fromtimestamp(1_800_000_000, datetime.UTC),
        "EndTime": datetime.datetime.fromtimestamp(1_800_000_600, datetime.UTC),
        "Period": 60,
    }

    def total(metric: str, *dimensions: dict[str, str]) -> list[float]:
        told = shop.cloudwatch.get_metric_statistics(
            MetricName=metric, Dimensions=list(dimensions), Statistics=["Sum"], **period
        )
        return [point["Sum"] for point in told["Datapoints"] if point["Sum"]]

    assert total("RequestCount", by_balancer) == [6.0]
    assert total("RequestCount", by_group, by_balancer) == [6.0]
    assert total("RequestCountPerTarget", by_group) == [3.0]
    assert total("HealthyHostCount", by_balancer, by_group)[-1] == 2.0
    shop.engine.advance_by(300)
    metrics = shop.cloudwatch.list_metrics(Namespace="AWS/ApplicationELB")["Metrics"]
    shown = [
        (one["MetricName"], tuple(each["Name"] for each in one["Dimensions"])) for one in metrics
    ]
    assert len(shown) == len(set(shown)) == 10
    alone = shop.cloudwatch.list_metrics(
        Namespace="AWS/ApplicationELB", MetricName="RequestCount", Dimensions=[by_group]
    )
    assert len(alone["Metrics"]) == 1


def test_regions_are_apart(shop: Shop, client_to: ClientTo) -> None:
    """A load balancer is found in the region that its name tells, and nowhere else."""
    balancer = shop.balancer()
    elsewhere = dict(balancer, DNSName=balancer["DNSName"].replace("us-east-1", "eu-west-1"))
    assert shop.get(elsewhere).status == 404
    nowhere = dict(balancer, DNSName=balancer["DNSName"].replace("us-east-1", "mars-1"))
    answer = shop.get(nowhere)
    assert (answer.status, b"mars-1" in answer.body) == (404, True)


def test_reset_forgets_targets(shop: Shop) -> None:
    """After a reset there is no target group, no target, and nothing to check."""
    group, balancer = shop.group(), shop.balancer()
    shop.listener(balancer, group)
    shop.elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": "172.31.0.99"}])
    shop.account.reset()
    assert shop.account.engine.pending() == []
    with pytest.raises(ClientError, match="TargetGroupNotFound"):
        shop.states(group)
    assert shop.get(balancer).status == 404
