"""An account on a step clock with a service to scale, driven by clients of botocore."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from botocore.exceptions import ClientError

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.request import Request, Response
from fargate_kit.sim.timing import Timing

EPOCH = 1_800_000_000
NAME = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/demo/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}


class ClientTo(Protocol):
    """As in the conftest.py above."""

    def __call__(
        self, answer: Callable[[Request], Response], service: str, region: str = "us-east-1"
    ) -> Any:
        """Make one."""
        ...


class Shop:
    """A cluster `demo` whose service `web` is to be scaled."""

    NAME = NAME

    def __init__(self, account: Account, client_to: ClientTo, subnets: list[str]) -> None:
        self.account = account
        self.engine = account.engine
        self.client_to = client_to
        self.ecs = client_to(account.answer, "ecs")
        self.scaling = client_to(account.answer, "application-autoscaling")
        self.region = account.scaling("us-east-1")
        self.subnets = subnets
        self.ecs.create_cluster(clusterName="demo")
        self.register()

    @functools.cached_property
    def cloudwatch(self) -> Any:
        """A client of CloudWatch."""
        return self.client_to(self.account.answer, "cloudwatch")

    def register(self) -> None:
        """Register a revision of the task definition."""
        self.ecs.register_task_definition(
            family="web",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[{"name": "main", "image": "nginx"}],
        )

    def serve(self, count: int = 2, name: str = "web", **members: Any) -> None:
        """Create the service, and wait until it runs."""
        self.ecs.create_service(
            cluster="demo",
            serviceName=name,
            taskDefinition="web",
            desiredCount=count,
            launchType="FARGATE",
            networkConfiguration={
                "awsvpcConfiguration": {"subnets": self.subnets, "assignPublicIp": "ENABLED"}
            },
            **members,
        )
        self.engine.settle()

    def target(self, least: int = 1, most: int = 10, **members: Any) -> str:
        """Register the service as a scalable target."""
        answer = self.scaling.register_scalable_target(
            **NAME, MinCapacity=least, MaxCapacity=most, **members
        )
        arn: str = answer["ScalableTargetARN"]
        return arn

    def track(self, value: float = 50.0, name: str = "cpu", **members: Any) -> dict[str, Any]:
        """Put a target tracking policy."""
        metric = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
        answer: dict[str, Any] = self.scaling.put_scaling_policy(
            **NAME,
            PolicyName=name,
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": value,
                **(
                    {}
                    if "CustomizedMetricSpecification" in members
                    else {"PredefinedMetricSpecification": metric}
                ),
                **members,
            },
        )
        return answer

    def steps(self, *steps: dict[str, Any], name: str = "steps", **members: Any) -> str:
        """Put a step scaling policy, and give its ARN."""
        answer = self.scaling.put_scaling_policy(
            **NAME,
            PolicyName=name,
            PolicyType="StepScaling",
            StepScalingPolicyConfiguration={
                "AdjustmentType": "ChangeInCapacity",
                "StepAdjustments": list(steps),
                **members,
            },
        )
        arn: str = answer["PolicyARN"]
        return arn

    def schedule(self, expression: str, name: str = "plan", **members: Any) -> None:
        """Put a scheduled action."""
        bounds = {one: members.pop(one) for one in ("MinCapacity", "MaxCapacity") if one in members}
        self.scaling.put_scheduled_action(
            **NAME,
            ScheduledActionName=name,
            Schedule=expression,
            ScalableTargetAction=bounds,
            **members,
        )

    def alarm(self, action: str, name: str = "mine", **members: Any) -> None:
        """Put an alarm on the service's CPU."""
        self.cloudwatch.put_metric_alarm(**{
            "AlarmName": name,
            "Namespace": "AWS/ECS",
            "MetricName": "CPUUtilization",
            "Dimensions": [
                {"Name": "ClusterName", "Value": "demo"},
                {"Name": "ServiceName", "Value": "web"},
            ],
            "Statistic": "Average",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 50.0,
            "ComparisonOperator": "GreaterThanThreshold",
            "AlarmActions": [action] if action else [],
            **members,
        })

    def load(self, cpu: Any = None, memory: Any = None, service: str = "web") -> None:
        """Set the demand on a service."""
        self.region.set_load("demo", service, cpu=cpu, memory=memory)

    def minutes(self, number: float) -> None:
        """Let minutes pass."""
        self.engine.advance_by(number * 60)

    def service(self, name: str = "web") -> dict[str, Any]:
        """Describe the service."""
        answer = self.ecs.describe_services(cluster="demo", services=[name])
        described: dict[str, Any] = answer["services"][0]
        return described

    @property
    def desired(self) -> int:
        """The desired count of the service."""
        (ecs,) = self.account.regions
        return ecs.state.clusters["demo"].services["web"].desired

    def until(self, desired: int, *, limit: float = 7200.0) -> float:
        """Step until the service has a desired count; tell the seconds that it took."""
        begun = self.engine.now
        self.engine.run_until(lambda: self.desired == desired, limit=limit)
        return (self.engine.now - begun) / 1e6

    def activities(self, **members: Any) -> list[dict[str, Any]]:
        """Describe the scaling activities, the oldest first."""
        answer = self.scaling.describe_scaling_activities(ServiceNamespace="ecs", **members)
        told: list[dict[str, Any]] = answer["ScalingActivities"]
        return told[::-1]

    def reasons(self) -> list[str]:
        """Tell why nothing was scaled, the oldest first."""
        return [
            reason["Code"]
            for one in self.activities(IncludeNotScaledActivities=True)
            for reason in one.get("NotScaledReasons", [])
        ]

    def states(self) -> dict[str, str]:
        """Tell the state of every alarm, by the middle of its name."""
        return {
            one["AlarmName"].replace("TargetTracking-service/demo/web-", "").partition("-")[0]: one[
                "StateValue"
            ]
            for one in self.cloudwatch.describe_alarms()["MetricAlarms"]
        }

    def refused(self, call: Callable[..., Any], **params: Any) -> tuple[str, str]:
        """Make a call that is refused; give the code and the text."""
        with pytest.raises(ClientError) as caught:
            call(**params)
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]


def open_account() -> Account:
    """Make an account on a step clock, without jitter; of one seed, all are alike."""
    return Account(clock=StepClock(EPOCH), seed=7, strict=True, timing=Timing(jitter=0.0))


@pytest.fixture
def account() -> Iterator[Account]:
    """An account on a step clock, without jitter."""
    made = open_account()
    yield made
    made.close()


@pytest.fixture(scope="session")
def subnets() -> list[str]:
    """The subnets that every one of these accounts has."""
    made = open_account()
    answer = made.answer(
        Request(
            method="GET",
            path="/",
            query="Action=DescribeSubnets&Version=2016-11-15",
            headers={},
            body=b"",
        )
    )
    made.close()
    found = re.findall(r"<subnetId>(.*?)</subnetId>", answer.body.decode())
    assert found
    return found


@pytest.fixture
def shop(account: Account, client_to: ClientTo, subnets: list[str]) -> Shop:
    """A cluster and a task definition, and no service yet."""
    return Shop(account, client_to, subnets)


@pytest.fixture
def served(shop: Shop) -> Shop:
    """The service with two tasks, registered as a target of 1 to 10 tasks."""
    shop.serve()
    shop.target()
    return shop
