"""Valid requests, broken at random, are refused with errors that AWS has, or answered.

Five hundred of them by default; `MUTATIONS=10000 pytest tests/sim/test_mutated_requests.py` runs
as many as one likes, and `MUTATIONS_SEED` begins elsewhere.
"""

from __future__ import annotations

import copy
import json
import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any
from urllib.parse import quote_plus

import botocore.session
import pytest
from botocore.model import OperationModel

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.cloudwatch_logs.service import OPERATIONS as LOGS_OPERATIONS
from fargate_kit.sim.iam.simulation import OPERATIONS as IAM_OPERATIONS
from fargate_kit.sim.load_balancing.operations import OPERATIONS as TARGET_OPERATIONS
from fargate_kit.sim.request import Request, Response
from fargate_kit.sim.streaming import StreamingResponse

NUMBER = int(os.environ.get("MUTATIONS", "500"))
SEED = int(os.environ.get("MUTATIONS_SEED", "1"))
# So many requests are sent to one world, so that what they leave behind is met by others.
TO_ONE_WORLD = 250
# No request is so much work: a simulator that needs longer hangs.
LONGEST_SECONDS = 20.0
TARGETS = {
    "ecs": "AmazonEC2ContainerServiceV20141113",
    "logs": "Logs_20140328",
    "application-autoscaling": "AnyScaleFrontendService",
}
VERSIONS = {"elbv2": "2015-12-01", "iam": "2010-05-08"}
SCOPES = {"elbv2": "elasticloadbalancing"}
# What every service may answer: the lists of common errors in the API references of AWS.
COMMON = {
    "AccessDeniedException",
    "InvalidAction",
    "InvalidParameterValue",
    "MalformedQueryString",
    "SerializationException",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationError",
    "ValidationException",
}
# It is read and checked, and then refused as not simulated.
NOT_SIMULATED = {("application-autoscaling", "GetPredictiveScalingForecast")}
NAME = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/demo/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}
TEXTS = (
    *("", " ", "a", "ü", "漢字", "\x00", "\ud800", "a\nb", "{}", "[]", "null", "true", "-1", "0"),
    *("*", "?", "%", "%s", "{0}", "../..", "a/b/c", "a:b:c", ":", "/", "x" * 256, "x" * 5000),
    *("arn:", "arn:aws:ecs:us-east-1:123456789012:cluster/x", "arn:aws:ecs:::task/", "9" * 40),
    *("arn:aws:ecs:us-east-1:123456789012:service/demo/web", "FARGATE", "ACTIVE", "web:99999"),
    *("256", "512", "web", "demo", "1e400", "NaN", "rate(1 minute)", "cron(* * * * ? *)", "at()"),
    *("cron(0 0 31 2 ? 2030)", "rate(0 days)", "{ $.a = 1 }", "[a,b", '"', "?a -b", "%[a-z]%"),
)
NUMBERS = (0, 1, -1, 2, 10, 11, 100, 101, 2**31 - 1, 2**31, 2**63, -(2**63), 0.5, 1e300, 1e18)


class Setting:
    """A world with something of everything, and a valid request of every operation."""

    def __init__(self, seed: int) -> None:
        self.account = Account(clock=StepClock(), seed=seed, strict=True)
        self.call("ecs", "CreateCluster", clusterName="demo", capacityProviders=["FARGATE"])
        ec2 = self._form("ec2", {"Action": "DescribeSubnets", "Version": "2016-11-15"})
        self.subnet = re.findall(r"<subnetId>([^<]+)", ec2)[0]
        self.vpc = re.findall(r"<vpcId>([^<]+)", ec2)[0]
        subnets = re.findall(r"<subnetId>([^<]+)", ec2)[:2]
        group = self._elbv2(
            "CreateTargetGroup",
            Name="web",
            Protocol="HTTP",
            Port="80",
            VpcId=self.vpc,
            TargetType="ip",
        )
        self.group = re.findall(r"<TargetGroupArn>([^<]+)", group)[0]
        balancer = self._elbv2(
            "CreateLoadBalancer",
            **{"Name": "web", "Subnets.member.1": subnets[0], "Subnets.member.2": subnets[1]},
        )
        self._elbv2(
            "CreateListener",
            **{
                "LoadBalancerArn": re.findall(r"<LoadBalancerArn>([^<]+)", balancer)[0],
                "Protocol": "HTTP",
                "Port": "80",
                "DefaultActions.member.1.Type": "forward",
                "DefaultActions.member.1.TargetGroupArn": self.group,
            },
        )
        self.definition = {
            "family": "web",
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": "256",
            "memory": "512",
            "tags": [{"key": "a", "value": "b"}],
            "volumes": [{"name": "data"}],
            "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
            "containerDefinitions": [
                {
                    "name": "main",
                    "image": "nginx",
                    "portMappings": [{"containerPort": 80, "protocol": "tcp", "name": "http"}],
                    "environment": [{"name": "A", "value": "b"}],
                    "healthCheck": {"command": ["CMD", "true"], "interval": 30},
                    "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
                    "linuxParameters": {"initProcessEnabled": True},
                    "dependsOn": [{"containerName": "side", "condition": "START"}],
                },
                {
                    "name": "side",
                    "image": "busybox",
                    "command": ["sh", "-c", "sleep 9"],
                    "essential": False,
                    "restartPolicy": {"enabled": True, "ignoredExitCodes": [0]},
                },
            ],
        }
        for _ in range(2):
            self.call("ecs", "RegisterTaskDefinition", **self.definition)
        self.network = {
            "awsvpcConfiguration": {"subnets": [self.subnet], "assignPublicIp": "ENABLED"}
        }
        self.call("ecs", "CreateService", **self.service())
        self.call("ecs", "CreateService", **self.service("old"))
        self.call("logs", "CreateLogGroup", logGroupName="g")
        self.call("logs", "CreateLogStream", logGroupName="g", logStreamName="s")
        self.now = 1_800_000_000_000
        self.call("logs", "PutLogEvents", **self.events())
        self.call(
            "application-autoscaling",
            "RegisterScalableTarget",
            **NAME,
            MinCapacity=1,
            MaxCapacity=4,
        )
        self.account.engine.advance_by(60)
        tasks = self.call("ecs", "ListTasks", cluster="demo", serviceName="web")["taskArns"]
        self.task: str = tasks[0]
        listed = self.call("ecs", "ListServiceDeployments", service="web", cluster="demo")
        self.deployment: str = listed["serviceDeployments"][0]["serviceDeploymentArn"]
        self.revision: str = listed["serviceDeployments"][0]["targetServiceRevisionArn"]
        self.arn = f"arn:aws:ecs:us-east-1:{self.account.id}"
        self.scalable: str = self.call(
            "application-autoscaling", "DescribeScalableTargets", ServiceNamespace="ecs"
        )["ScalableTargets"][0]["ScalableTargetARN"]

    def service(self, name: str = "web") -> dict[str, Any]:
        return {
            "cluster": "demo",
            "serviceName": name,
            "taskDefinition": "web",
            "desiredCount": 1,
            "launchType": "FARGATE",
            "networkConfiguration": self.network,
            "loadBalancers": [
                {"targetGroupArn": self.group, "containerName": "main", "containerPort": 80}
            ],
            "deploymentConfiguration": {
                "maximumPercent": 200,
                "minimumHealthyPercent": 100,
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            },
            "healthCheckGracePeriodSeconds": 10,
            "propagateTags": "SERVICE",
            "tags": [{"key": "a", "value": "b"}],
        }

    def events(self) -> dict[str, Any]:
        return {
            "logGroupName": "g",
            "logStreamName": "s",
            "logEvents": [{"timestamp": self.now, "message": "one"}],
        }

    def valid(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Give a valid request of each operation that is native."""
        demo = {"cluster": "demo"}
        ecs: dict[str, dict[str, Any]] = {
            "CreateCluster": {"clusterName": "more", "tags": [{"key": "a", "value": "b"}]},
            "CreateService": self.service("more"),
            "DeleteAccountSetting": {"name": "serviceLongArnFormat"},
            "DeleteCluster": {"cluster": "none"},
            "DeleteService": {**demo, "service": "old", "force": True},
            "DeleteTaskDefinitions": {"taskDefinitions": ["web:1"]},
            "DeregisterTaskDefinition": {"taskDefinition": "web:1"},
            "DescribeCapacityProviders": {"capacityProviders": ["FARGATE"], "include": ["TAGS"]},
            "DescribeClusters": {"clusters": ["demo"], "include": ["STATISTICS", "SETTINGS"]},
            "DescribeServiceDeployments": {"serviceDeploymentArns": [self.deployment]},
            "DescribeServiceRevisions": {"serviceRevisionArns": [self.revision]},
            "DescribeServices": {**demo, "services": ["web"], "include": ["TAGS"]},
            "DescribeTaskDefinition": {"taskDefinition": "web", "include": ["TAGS"]},
            "DescribeTasks": {**demo, "tasks": [self.task], "include": ["TAGS"]},
            "GetTaskProtection": {**demo, "tasks": [self.task]},
            "ListAccountSettings": {"name": "containerInsights", "effectiveSettings": True},
            "ListClusters": {"maxResults": 1},
            "ListServiceDeployments": {
                **demo,
                "service": "web",
                "status": ["SUCCESSFUL"],
                "createdAt": {"after": 1_700_000_000, "before": 1_900_000_000},
            },
            "ListServices": {**demo, "launchType": "FARGATE", "maxResults": 5},
            "ListServicesByNamespace": {"namespace": "space", "maxResults": 5},
            "ListTagsForResource": {"resourceArn": f"{self.arn}:cluster/demo"},
            "ListTaskDefinitionFamilies": {"familyPrefix": "w", "status": "ACTIVE"},
            "ListTaskDefinitions": {"familyPrefix": "web", "sort": "DESC", "maxResults": 1},
            "ListTasks": {**demo, "desiredStatus": "RUNNING", "maxResults": 1},
            "PutAccountSetting": {"name": "serviceLongArnFormat", "value": "enabled"},
            "PutAccountSettingDefault": {"name": "containerInsights", "value": "enabled"},
            "PutClusterCapacityProviders": {
                **demo,
                "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
                "defaultCapacityProviderStrategy": [
                    {"capacityProvider": "FARGATE", "weight": 1, "base": 1}
                ],
            },
            "RegisterTaskDefinition": self.definition,
            "RunTask": {
                **demo,
                "taskDefinition": "web",
                "count": 1,
                "clientToken": "token",
                "launchType": "FARGATE",
                "networkConfiguration": self.network,
                "overrides": {
                    "cpu": "512",
                    "memory": "1024",
                    "containerOverrides": [
                        {"name": "main", "environment": [{"name": "A", "value": "c"}]}
                    ],
                },
                "startedBy": "me",
                "tags": [{"key": "a", "value": "b"}],
            },
            "StopServiceDeployment": {
                "serviceDeploymentArn": self.deployment,
                "stopType": "ROLLBACK",
            },
            "StopTask": {**demo, "task": self.task, "reason": "enough"},
            "TagResource": {
                "resourceArn": f"{self.arn}:cluster/demo",
                "tags": [{"key": "a", "value": "b"}],
            },
            "UntagResource": {"resourceArn": f"{self.arn}:cluster/demo", "tagKeys": ["a"]},
            "UpdateCluster": {
                **demo,
                "settings": [{"name": "containerInsights", "value": "enabled"}],
                "configuration": {"executeCommandConfiguration": {"logging": "DEFAULT"}},
            },
            "UpdateClusterSettings": {
                **demo,
                "settings": [{"name": "containerInsights", "value": "enabled"}],
            },
            "UpdateService": {
                **demo,
                "service": "web",
                "desiredCount": 2,
                "taskDefinition": "web:2",
                "forceNewDeployment": True,
                "networkConfiguration": self.network,
                "availabilityZoneRebalancing": "ENABLED",
            },
            "UpdateTaskProtection": {
                **demo,
                "tasks": [self.task],
                "protectionEnabled": True,
                "expiresInMinutes": 5,
            },
        }
        tracking = {
            "TargetValue": 50.0,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
            },
            "ScaleInCooldown": 60,
        }
        period = {"StartTime": 1_700_000_000, "EndTime": 1_700_100_000}
        scaling: dict[str, dict[str, Any]] = {
            "DeleteScalingPolicy": {**NAME, "PolicyName": "cpu"},
            "DeleteScheduledAction": {**NAME, "ScheduledActionName": "night"},
            "DeregisterScalableTarget": NAME,
            "DescribeScalableTargets": {"ServiceNamespace": "ecs", "MaxResults": 5},
            "DescribeScalingActivities": {**NAME, "IncludeNotScaledActivities": True},
            "DescribeScalingPolicies": {"ServiceNamespace": "ecs", "PolicyNames": ["cpu"]},
            "DescribeScheduledActions": {"ServiceNamespace": "ecs", "MaxResults": 5},
            "GetPredictiveScalingForecast": {**NAME, "PolicyName": "cpu", **period},
            "ListTagsForResource": {"ResourceARN": self.scalable},
            "PutScalingPolicy": {
                **NAME,
                "PolicyName": "cpu",
                "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": tracking,
            },
            "PutScheduledAction": {
                **NAME,
                "ScheduledActionName": "night",
                "Schedule": "cron(0 22 * * ? *)",
                "Timezone": "Europe/Berlin",
                "ScalableTargetAction": {"MinCapacity": 1, "MaxCapacity": 2},
            },
            "RegisterScalableTarget": {
                **NAME,
                "MinCapacity": 1,
                "MaxCapacity": 3,
                "SuspendedState": {"DynamicScalingInSuspended": True},
            },
            "TagResource": {"ResourceARN": self.scalable, "Tags": {"a": "b"}},
            "UntagResource": {"ResourceARN": self.scalable, "TagKeys": ["a"]},
        }
        logs: dict[str, dict[str, Any]] = {
            "DescribeLogStreams": {"logGroupName": "g", "orderBy": "LastEventTime", "limit": 5},
            "FilterLogEvents": {
                "logGroupName": "g",
                "filterPattern": '?one -"two" ',
                "startTime": 0,
                "logStreamNames": ["s"],
                "limit": 10,
            },
            "GetLogEvents": {"logGroupName": "g", "logStreamName": "s", "startFromHead": True},
            "PutLogEvents": self.events(),
            "StartLiveTail": {
                "logGroupIdentifiers": [f"arn:aws:logs:us-east-1:{self.account.id}:log-group:g"],
                "logEventFilterPattern": "{ $.a = 1 }",
            },
            "TestMetricFilter": {
                "filterPattern": '[ip, user="x", ...]',
                "logEventMessages": ["1 x 3"],
            },
        }
        targets = {"TargetGroupArn": self.group, "Targets": [{"Id": "172.31.0.9", "Port": 80}]}
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecs:*"}]}
        others: dict[tuple[str, str], dict[str, Any]] = {
            ("elbv2", "RegisterTargets"): targets,
            ("elbv2", "DeregisterTargets"): targets,
            ("elbv2", "DescribeTargetHealth"): targets,
            ("iam", "SimulateCustomPolicy"): {
                "PolicyInputList": [json.dumps(policy)],
                "ActionNames": ["ecs:RunTask"],
                "ResourceArns": ["*"],
            },
            ("iam", "SimulatePrincipalPolicy"): {
                "PolicySourceArn": f"arn:aws:iam::{self.account.id}:role/none",
                "ActionNames": ["ecs:RunTask"],
            },
        }
        valid = {("ecs", name): params for name, params in ecs.items()}
        valid |= {("application-autoscaling", name): params for name, params in scaling.items()}
        valid |= {("logs", name): params for name, params in logs.items()}
        return valid | others

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        """Call an operation, which succeeds."""
        response = self.account.answer(
            json_request(service, operation, json.dumps(params).encode())
        )
        assert response.status == 200, response.body
        answer: dict[str, Any] = json.loads(response.body or b"{}")
        return answer

    def _elbv2(self, operation: str, **fields: str) -> str:
        named = {"Action": operation, "Version": VERSIONS["elbv2"], **fields}
        return self._form("elasticloadbalancing", named)

    def _form(self, scope: str, fields: dict[str, str]) -> str:
        response = self.account.answer(form_request(scope, fields.items()))
        assert response.status == 200, response.body
        return response.body.decode()


def json_request(service: str, operation: str, body: bytes) -> Request:
    """Write a request of a JSON service."""
    return Request(
        method="POST",
        path="/",
        query="",
        headers={
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"{TARGETS[service]}.{operation}",
            "authorization": _authorization(service),
        },
        body=body,
    )


def form_request(scope: str, fields: Any) -> Request:
    """Write a request of a query service."""
    body = "&".join(
        f"{quote_plus(name, errors='replace')}={quote_plus(value, errors='replace')}"
        for name, value in fields
    )
    return raw_form(scope, body.encode())


def raw_form(scope: str, body: bytes) -> Request:
    """Write a request of a query service from what its body is."""
    return Request(
        method="POST",
        path="/",
        query="",
        headers={
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "authorization": _authorization(scope),
        },
        body=body,
    )


def _authorization(scope: str) -> str:
    return f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20270115/us-east-1/{scope}/aws4_request, x=y"


class Mutator:
    """Breaks requests."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def request(self, service: str, operation: str, params: dict[str, Any]) -> Request:
        """Break a valid request once or a few times, in what it says or in how it is written."""
        params = copy.deepcopy(params)
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            params = self._value(params)
            if not isinstance(params, dict):
                break
        if service in TARGETS:
            body = json.dumps(params).encode()
            if self.random.random() < 0.1:
                body = self._bytes(body)
            return json_request(service, operation, body)
        scope = SCOPES.get(service, service)
        fields = [("Action", operation), ("Version", VERSIONS[service])]
        fields += list(_flat(params if isinstance(params, dict) else {}, ""))
        if self.random.random() < 0.3:
            fields = [*fields[:2], *self._fields(fields[2:])]
        request = form_request(scope, fields)
        if self.random.random() < 0.1:
            head, tail = request.body[:40], self._bytes(request.body[40:])
            return raw_form(scope, head + tail)
        return request

    def _value(self, value: Any) -> Any:
        """Break a value somewhere inside."""
        if isinstance(value, dict) and value and self.random.random() < 0.85:
            name = self.random.choice(sorted(value))
            action = self.random.random()
            if action < 0.12:
                return {key: one for key, one in value.items() if key != name}
            if action < 0.18:
                return {**value, self._text(): self._odd()}
            if action < 0.22:
                return {**value, name.swapcase(): value[name]}
            return {**value, name: self._value(value[name])}
        if isinstance(value, list) and value and self.random.random() < 0.8:
            index = self.random.randrange(len(value))
            action = self.random.random()
            if action < 0.15:
                return value[:index] + value[index + 1 :]
            if action < 0.3:
                return value * self.random.choice([2, 11, 101])
            return [*value[:index], self._value(value[index]), *value[index + 1 :]]
        return self._odd(value)

    def _odd(self, value: Any = None) -> Any:
        kind = self.random.random()
        if isinstance(value, str) and kind < 0.85:
            return self._text(value)
        if isinstance(value, int | float) and kind < 0.85:
            return self.random.choice(NUMBERS)
        others: list[Callable[[], Any]] = [
            lambda: None,
            lambda: self.random.random() < 0.5,
            lambda: self.random.choice(NUMBERS),
            self._text,
            list,
            dict,
            lambda: [self._text(), None, {}],
            lambda: {self._text(): self._text()},
            lambda: _nest(self.random.choice([3, 60])),
            lambda: self.random.choice([float("nan"), float("inf")]),
        ]
        return self.random.choice(others)()

    def _text(self, value: str = "a") -> str:
        action = self.random.random()
        if action < 0.6:
            return self.random.choice(TEXTS)
        if action < 0.7:
            return value[: self.random.randrange(len(value) + 1)]
        if action < 0.8:
            return value + self.random.choice(TEXTS)
        if action < 0.9:
            return value.swapcase()
        index = self.random.randrange(len(value) + 1)
        return value[:index] + chr(self.random.randrange(1, 0x2FF)) + value[index:]

    def _bytes(self, body: bytes) -> bytes:
        if not body:
            return b"\xff"
        index = self.random.randrange(len(body))
        others = [
            b"",
            body[:index],
            body[:index] + bytes([self.random.randrange(256)]) + body[index + 1 :],
            body + b"}",
            b"\xff\xfe" + body,
            b"[" * 5000,
            b"null",
            b'"text"',
            b"[]",
            b'{"a":' * 3000,
            b"1" * 5000,
        ]
        return self.random.choice(others)

    def _fields(self, fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
        if not fields:
            return [("x", "y")]
        index = self.random.randrange(len(fields))
        name, value = fields[index]
        odd = [
            name.replace(".1", ".0"),
            name.replace(".1", ".999999999999"),
            name.replace(".1", ".-1"),
            name.replace(".1", ".²"),
            name.replace(".1", "."),
            name.replace(".member", ""),
            name + ".member.1",
            name + ".",
            "." + name,
            name.lower(),
        ]
        changed = (self.random.choice(odd), value)
        return self.random.choice([
            [*fields[:index], changed, *fields[index + 1 :]],
            [*fields, changed],
            [*fields, (name, self._text(value))],
            fields[:index] + fields[index + 1 :],
        ])


def _nest(depth: int) -> Any:
    value: Any = {}
    for _ in range(depth):
        value = {"a": [value]}
    return value


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _flat(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        if not value:
            yield path, ""
        for index, one in enumerate(value, start=1):
            yield from _flat(one, f"{path}.member.{index}")
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)


def modelled(operation: OperationModel) -> set[str]:
    """Give the codes that an operation may answer."""
    return {shape.error_code or shape.name for shape in operation.error_shapes} | {
        shape.name for shape in operation.error_shapes
    }


def code_of(service: str, body: bytes) -> str:
    """Read the code of a refusal."""
    if service in TARGETS:
        return str(json.loads(body)["__type"])
    found = re.search(r"<Code>([^<]+)</Code>", body.decode())
    assert found, body
    return found[1]


@pytest.fixture(scope="module")
def models() -> dict[str, Any]:
    """The service models, loaded once."""
    session = botocore.session.get_session()
    return {name: session.get_service_model(name) for name in (*TARGETS, *VERSIONS)}


def test_there_is_a_valid_request_of_every_native_operation() -> None:
    """What is broken at random below is every operation that is the simulator's own."""
    here = Setting(1)
    native = {("ecs", name) for name in here.account.ecs("us-east-1").operations}
    native |= {
        ("application-autoscaling", name) for name in here.account.scaling("us-east-1").operations
    }
    native |= {("logs", name) for name in LOGS_OPERATIONS}
    native |= {("elbv2", name) for name in TARGET_OPERATIONS}
    native |= {("iam", name) for name in IAM_OPERATIONS}
    assert set(here.valid()) == native
    here.account.close()


def test_mutated_requests_meet_modelled_errors(models: dict[str, Any]) -> None:
    """Whatever is wrong with a request, AWS's own errors say so, soon, and time goes on."""
    mutator = Mutator(SEED)
    codes: Counter[str] = Counter()
    broken: list[str] = []
    here: Setting | None = None
    valid: list[tuple[tuple[str, str], dict[str, Any]]] = []
    for index in range(NUMBER):
        if here is None or index % TO_ONE_WORLD == 0:
            if here is not None:
                here.account.close()
            here = Setting(SEED * 1_000_000 + index)
            valid = list(here.valid().items())
        (service, operation), params = valid[index % len(valid)]
        request = mutator.request(service, operation, params)
        began = time.monotonic()
        response = here.account.start_answer(request)
        assert not isinstance(response, Future)
        if isinstance(response, StreamingResponse):
            response.stream.close()
        seconds = time.monotonic() - began
        told = f"{service} {operation} {request.body[:300]!r} -> {response.status} "
        if response.status == 200:
            codes["200"] += 1
        else:
            assert isinstance(response, Response)
            code = code_of(service, response.body)
            codes[code] += 1
            allowed = COMMON | modelled(models[service].operation_model(operation))
            if (service, operation) in NOT_SIMULATED:
                allowed.add("UnsupportedOperation")
            if code not in allowed or not 400 <= response.status < 500:
                broken.append(told + response.body.decode()[:300])
        if seconds > LONGEST_SECONDS:
            broken.append(f"{told} after {seconds:.1f} s")
        if index % 20 == 0:
            here.account.engine.advance_by(mutator.random.choice([1, 15, 70]))
    assert here is not None
    here.account.close()
    assert not broken, f"{len(broken)} of {NUMBER}, {codes}:\n" + "\n".join(broken)
    assert codes["200"] > NUMBER / 20
    assert sum(codes.values()) - codes["200"] > NUMBER / 5
