"""Auto scaling over the wire: boto3 configures it, and the service grows by itself."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import WallClock
from fargate_kit.sim.front_door import FrontDoor

REGION = "eu-west-1"


@pytest.fixture
def door() -> Iterator[FrontDoor]:
    """A served account that lives 600 times as fast."""
    account = Account(clock=WallClock(600), seed=11, strict=True, default_region=REGION)
    made = FrontDoor(account)
    made.start()
    yield made
    made.stop()
    account.close()


def client(door: FrontDoor, service: str) -> Any:
    """A client of boto3."""
    return boto3.client(
        service,
        endpoint_url=door.url,
        region_name=REGION,
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
        config=Config(retries={"max_attempts": 1}),
    )


def test_a_service_grows_under_load(door: FrontDoor) -> None:
    """A target tracking policy put by boto3 raises the desired count when a slider is moved."""
    ecs, scaling = client(door, "ecs"), client(door, "application-autoscaling")
    subnets = [one["SubnetId"] for one in client(door, "ec2").describe_subnets()["Subnets"]]
    ecs.create_cluster(clusterName="demo")
    ecs.register_task_definition(
        family="web",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "main", "image": "nginx"}],
    )
    network = {"awsvpcConfiguration": {"subnets": subnets, "assignPublicIp": "ENABLED"}}
    ecs.create_service(
        cluster="demo",
        serviceName="web",
        taskDefinition="web",
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration=network,
    )
    ecs.get_waiter("services_stable").wait(
        cluster="demo", services=["web"], WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    name = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/demo/web",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling.register_scalable_target(**name, MinCapacity=1, MaxCapacity=6)
    policy = scaling.put_scaling_policy(
        **name,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 50.0,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
            },
        },
    )
    wish = {"cluster": "demo", "service": "web", "cpu": 180}
    request = urllib.request.Request(f"{door.url}/_sim/load", data=json.dumps(wish).encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer) == {"cpu": 180}
    end, idle = time.monotonic() + 30, threading.Event()
    while not (told := scaling.describe_scaling_activities(**name)["ScalingActivities"]):
        assert time.monotonic() < end, "nothing was scaled"
        idle.wait(0.05)
    assert told[-1]["Description"] == "Setting desired count to 4."
    cloudwatch = client(door, "cloudwatch")
    high = policy["Alarms"][0]["AlarmName"]
    history = cloudwatch.describe_alarm_history(AlarmName=high)["AlarmHistoryItems"]
    assert "Alarm updated from OK to ALARM" in {one["HistorySummary"] for one in history} or (
        "Alarm updated from INSUFFICIENT_DATA to ALARM"
        in {one["HistorySummary"] for one in history}
    )
    assert len(cloudwatch.describe_alarms()["MetricAlarms"]) == 2
