"""Every rule by example: what it refuses, at which place, and what it lets pass."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

from fargate_kit.model.task_rules import CAUTIONS, RULES, problems

MAIN = "containerDefinitions[0]"
SIDE = "containerDefinitions[1]"
DIGEST = "sha256:" + "0aF" * 21 + "9"
LOG_OPTIONS = {
    "awslogs-group": "/ecs/report",
    "awslogs-region": "eu-west-1",
    "awslogs-stream-prefix": "report",
}
AWSLOGS = {"logDriver": "awslogs", "options": LOG_OPTIONS}
FIRELENS = {"logDriver": "awsfirelens", "options": {"Name": "firehose"}}
CHECK = {"command": ["CMD-SHELL", "true"]}
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/report:7"
ENV_FILE = {"type": "s3", "value": "arn:aws:s3:::bucket/report.env"}
WINDOWS = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}


def task(*containers: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Build a sound definition with these members; None leaves a member out."""
    sound = {
        "family": "report",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "1024",
        "memory": "2048",
        "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
        "containerDefinitions": list(containers) or [container()],
    }
    return {name: value for name, value in {**sound, **members}.items() if value is not None}


def container(**members: Any) -> dict[str, Any]:
    """Build a sound container with these members; None leaves a member out."""
    sound = {"name": "main", "image": "acme/report:7"}
    return {name: value for name, value in {**sound, **members}.items() if value is not None}


def side(**members: Any) -> dict[str, Any]:
    """Build a second container."""
    return container(**{"name": "side", **members})


def one(**members: Any) -> dict[str, Any]:
    """Build a definition of one container with these members."""
    return task(container(**members))


def ports(*mappings: dict[str, Any]) -> dict[str, Any]:
    """Build a definition whose container has these port mappings."""
    return one(portMappings=list(mappings))


def volume(*, mounted: bool = False, **members: Any) -> dict[str, Any]:
    """Build a definition with a volume."""
    mounts = [{"sourceVolume": "data", "containerPath": "/data"}] if mounted else None
    return task(container(mountPoints=mounts), volumes=[{"name": "data", **members}])


def linux(**members: Any) -> dict[str, Any]:
    """Build a definition whose container has these Linux parameters."""
    return one(linuxParameters=members)


def waiting(condition: str, **members: Any) -> dict[str, Any]:
    """Build a definition whose main container waits for its other one."""
    dependency = {"containerName": "side", "condition": condition}
    return task(container(dependsOn=[dependency]), side(**members))


class Example(NamedTuple):
    """A definition that breaks one rule at one place, and its nearest sound relative."""

    rule: str
    path: str
    broken: dict[str, Any]
    sound: dict[str, Any]


EFS = {"fileSystemId": "fs-1"}
POINT = {"accessPointId": "fsap-1"}
FILE_SYSTEMS: dict[str, dict[str, Any]] = {
    "efsVolumeConfiguration": {
        **EFS,
        "authorizationConfig": POINT,
        "transitEncryption": "ENABLED",
    },
    "s3filesVolumeConfiguration": {"fileSystemArn": "arn", "accessPointArn": "arn"},
}

EXAMPLES = [
    Example("wrong-type", "family", task(family=7), task()),
    Example("wrong-type", SIDE, task(container(), "side"), task(container(), side())),  # type: ignore[arg-type]
    Example("wrong-type", f"{MAIN}.cpu", one(cpu="128"), one(cpu=128)),
    Example("wrong-type", f"{MAIN}.cpu", one(cpu=128.0), one(cpu=128)),
    Example("wrong-type", f"{MAIN}.cpu", one(cpu=2**31), one(cpu=0)),
    Example("wrong-type", f"{MAIN}.essential", one(essential="yes"), one(essential=True)),
    Example("wrong-type", f"{MAIN}.command", one(command="a b"), one(command=["a", "b"])),
    Example("wrong-type", f"{MAIN}.environment", one(environment={"A": "1"}), one(environment=[])),
    Example(
        "wrong-type",
        f"{MAIN}.dockerLabels.a",
        one(dockerLabels={"a": 1, "b": "2"}),
        one(dockerLabels={"a": "1"}),
    ),
    Example(
        "wrong-type",
        f"{MAIN}.dockerLabels.b",
        one(dockerLabels={"a": "1", "b": None}),
        one(dockerLabels={"a": "1"}),
    ),
    Example(
        "wrong-type",
        f"{MAIN}.environment[0].value",
        one(environment=[{"name": "A", "value": None}]),
        one(environment=[{"name": "A", "value": ""}]),
    ),
    Example(
        "wrong-type",
        "tags[0].value",
        task(tags=[{"key": "a", "value": None}]),
        task(tags=[{"key": "a"}]),
    ),
    Example("wrong-type", "the definition", {**task(), 7: "a"}, task()),  # type: ignore[dict-item]
    Example("wrong-type", "cpu", task(cpu=[1024]), task(cpu=1024)),
    Example(
        "missing-member",
        f"{MAIN}.secrets[0].valueFrom",
        one(secrets=[{"name": "A"}]),
        one(secrets=[{"name": "A", "valueFrom": "/a"}]),
    ),
    Example(
        "missing-member",
        f"{MAIN}.restartPolicy.enabled",
        one(restartPolicy={"enabled": None}),
        one(restartPolicy={"enabled": False}),
    ),
    Example(
        "unknown-value",
        f"{MAIN}.dependsOn[0].condition",
        waiting("STARTED"),
        waiting("START"),
    ),
    Example(
        "unknown-value",
        "runtimePlatform.cpuArchitecture",
        task(runtimePlatform={"cpuArchitecture": "arm64"}),
        task(runtimePlatform={"cpuArchitecture": "ARM64"}),
    ),
    Example("family", "family", task(family="my report"), task(family="my-report_7")),
    Example("family", "family", task(family=None), task(family="f" * 255)),
    Example("family", "family", task(family="f" * 256), task(family="F")),
    Example("containers-required", "containerDefinitions", task(containerDefinitions=[]), task()),
    Example(
        "container-count",
        "containerDefinitions",
        task(*(container(name=f"c{number}") for number in range(11))),
        task(*(container(name=f"c{number}") for number in range(10))),
    ),
    Example("container-name", f"{MAIN}.name", one(name="a.b"), one(name="a-b_2")),
    Example("container-name", f"{MAIN}.name", one(name=None), one(name="n" * 255)),
    Example(
        "unique-container-names", f"{SIDE}.name", task(container(), side(name="main")), task(side())
    ),
    Example(
        "essential-container",
        f"{MAIN}.essential",
        task(container(essential=False), side(essential=False)),
        task(container(essential=False), side()),
    ),
    Example(
        "definition-size",
        "containerDefinitions",
        one(environment=[{"name": "A", "value": "é" * 32768}]),
        one(environment=[{"name": "A", "value": "é" * 32000}]),
    ),
    Example(
        "tag-count",
        "tags",
        task(tags=[{"key": f"k{number}", "value": ""} for number in range(51)]),
        task(tags=[{"key": f"k{number}", "value": ""} for number in range(50)]),
    ),
    Example("tag-key", "tags[0].key", task(tags=[{"key": "AWS:x"}]), task(tags=[{"key": "Zoë 1"}])),
    Example("tag-key", "tags[0].key", task(tags=[{"key": "a#"}]), task(tags=[{"key": "k" * 128}])),
    Example("tag-key", "tags[0].key", task(tags=[{"value": "a"}]), task(tags=[{"key": "a"}])),
    Example(
        "tag-value",
        "tags[0].value",
        task(tags=[{"key": "a", "value": "v" * 257}]),
        task(tags=[{"key": "a", "value": "v" * 256}]),
    ),
    Example(
        "unique-tag-keys",
        "tags[1].key",
        task(tags=[{"key": "a"}, {"key": "a"}]),
        task(tags=[{"key": "a"}, {"key": "A"}]),
    ),
    Example("task-size-required", "cpu", task(cpu=None), task(cpu="1 vCPU")),
    Example("task-size-required", "memory", task(memory=None), task(memory="2GB")),
    Example("task-cpu", "cpu", task(cpu="300"), task(cpu=1024)),
    Example("task-cpu", "cpu", task(cpu="one"), task(cpu="1vcpu")),
    Example("task-memory", "memory", task(memory="2 TB"), task(memory="2 gb")),
    Example("fargate-size", "memory", task(memory="1024"), task(memory="8192")),
    Example("fargate-size", "memory", task(memory=9216), task(cpu=2048, memory=9216)),
    Example(
        "fargate-size",
        "memory",
        task(cpu="32 vCPU", memory="64 GB"),
        task(cpu="32 vCPU", memory="60 GB"),
    ),
    Example(
        "windows-size",
        "cpu",
        task(runtimePlatform=WINDOWS, cpu="512", memory="1024"),
        task(runtimePlatform=WINDOWS),
    ),
    Example(
        "windows-size",
        "cpu",
        task(runtimePlatform=WINDOWS, cpu="8192", memory="16384"),
        task(runtimePlatform=WINDOWS, cpu="4096", memory="16384"),
    ),
    Example("container-memory-minimum", f"{MAIN}.memory", one(memory=5), one(memory=6)),
    Example(
        "container-memory-minimum",
        f"{MAIN}.memoryReservation",
        one(memoryReservation=0),
        one(memoryReservation=6),
    ),
    Example(
        "memory-above-reservation",
        f"{MAIN}.memory",
        one(memory=127, memoryReservation=128),
        one(memory=128, memoryReservation=128),
    ),
    Example("container-memory-over-task", f"{MAIN}.memory", one(memory=2049), one(memory=2048)),
    Example(
        "container-memory-over-task",
        f"{MAIN}.memoryReservation",
        one(memoryReservation=4096),
        one(memoryReservation=2048),
    ),
    Example(
        "total-memory-over-task",
        "containerDefinitions",
        task(container(memory=1024), side(memory=1025)),
        task(container(memory=1024), side(memory=2048, memoryReservation=1024)),
    ),
    Example("container-cpu", f"{MAIN}.cpu", one(cpu=1025), one(cpu=1024)),
    Example("container-cpu", f"{MAIN}.cpu", one(cpu=-1), one(cpu=0)),
    Example(
        "total-cpu-over-task",
        "containerDefinitions",
        task(container(cpu=512), side(cpu=513)),
        task(container(cpu=512), side(cpu=512)),
    ),
    Example("network-mode", "networkMode", task(networkMode="bridge"), task()),
    Example("network-mode", "networkMode", task(networkMode=None), task()),
    Example(
        "requires-fargate",
        "requiresCompatibilities",
        task(requiresCompatibilities=["EC2"]),
        task(requiresCompatibilities=["EC2", "FARGATE"]),
    ),
    Example("not-on-fargate", "ipcMode", task(ipcMode="none"), task(ipcMode="")),
    Example(
        "not-on-fargate",
        "placementConstraints",
        task(placementConstraints=[{"type": "memberOf", "expression": "a"}]),
        task(placementConstraints=[]),
    ),
    Example(
        "not-on-fargate",
        "inferenceAccelerators",
        task(inferenceAccelerators=[{"deviceName": "a", "deviceType": "b"}]),
        task(inferenceAccelerators=[]),
    ),
    Example(
        "not-on-fargate",
        f"{MAIN}.disableNetworking",
        one(disableNetworking=True),
        one(disableNetworking=False),
    ),
    Example(
        "not-on-fargate",
        f"{MAIN}.dnsSearchDomains",
        one(dnsSearchDomains=["a.b"]),
        one(dnsSearchDomains=[]),
    ),
    Example(
        "not-on-fargate", f"{MAIN}.dnsServers", one(dnsServers=["10.0.0.2"]), one(dnsServers=[])
    ),
    Example(
        "not-on-fargate",
        f"{MAIN}.dockerSecurityOptions",
        one(dockerSecurityOptions=["no-new-privileges"]),
        one(dockerSecurityOptions=[]),
    ),
    Example(
        "not-on-fargate",
        f"{MAIN}.extraHosts",
        one(extraHosts=[{"hostname": "a", "ipAddress": "10.0.0.1"}]),
        one(extraHosts=[]),
    ),
    Example("not-on-fargate", f"{MAIN}.hostname", one(hostname="a"), one(hostname="")),
    Example("not-on-fargate", f"{MAIN}.links", one(links=["side"]), one(links=[])),
    Example("not-on-fargate", f"{MAIN}.privileged", one(privileged=True), one(privileged=False)),
    Example(
        "not-on-fargate",
        f"{MAIN}.resourceRequirements",
        one(resourceRequirements=[{"type": "GPU", "value": "1"}]),
        one(resourceRequirements=[]),
    ),
    *(
        Example(
            "not-on-fargate", f"{MAIN}.linuxParameters.{member}", linux(**{member: value}), one()
        )
        for member, value in {
            "devices": [{"hostPath": "/dev/a"}],
            "maxSwap": 0,
            "sharedMemorySize": 64,
            "swappiness": 0,
            "tmpfs": [{"containerPath": "/a", "size": 1}],
        }.items()
    ),
    Example("pid-mode", "pidMode", task(pidMode="host"), task(pidMode="task")),
    Example("pid-mode", "pidMode", task(pidMode="task", runtimePlatform=WINDOWS), task()),
    Example(
        "operating-system",
        "runtimePlatform.operatingSystemFamily",
        task(runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2016_FULL"}),
        task(runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2025_FULL"}),
    ),
    Example(
        "operating-system",
        "runtimePlatform.operatingSystemFamily",
        task(runtimePlatform={"operatingSystemFamily": "Linux"}),
        task(runtimePlatform={"operatingSystemFamily": "LINUX"}),
    ),
    Example(
        "windows-architecture",
        "runtimePlatform.cpuArchitecture",
        task(runtimePlatform={**WINDOWS, "cpuArchitecture": "ARM64"}),
        task(runtimePlatform={**WINDOWS, "cpuArchitecture": "X86_64"}),
    ),
    *(
        Example(
            "not-on-windows",
            f"{MAIN}.{member}",
            task(container(**{member: value}), runtimePlatform=WINDOWS),
            one(**{member: value}),
        )
        for member, value in {
            "linuxParameters": {"initProcessEnabled": True},
            "systemControls": [{"namespace": "net.core.somaxconn", "value": "1"}],
            "ulimits": [{"name": "nofile", "softLimit": 1, "hardLimit": 2}],
        }.items()
    ),
    Example(
        "not-on-windows",
        f"{MAIN}.firelensConfiguration",
        task(
            container(firelensConfiguration={"type": "fluentbit"}),
            side(logConfiguration=FIRELENS),
            runtimePlatform=WINDOWS,
        ),
        task(runtimePlatform=WINDOWS),
    ),
    Example(
        "ephemeral-storage",
        "ephemeralStorage.sizeInGiB",
        task(ephemeralStorage={"sizeInGiB": 20}),
        task(ephemeralStorage={"sizeInGiB": 21}),
    ),
    Example(
        "ephemeral-storage",
        "ephemeralStorage.sizeInGiB",
        task(ephemeralStorage={"sizeInGiB": 201}),
        task(ephemeralStorage={"sizeInGiB": 200}),
    ),
    Example(
        "capabilities",
        f"{MAIN}.linuxParameters.capabilities.add[1]",
        linux(capabilities={"add": ["SYS_PTRACE", "NET_ADMIN"]}),
        linux(capabilities={"add": ["SYS_PTRACE"], "drop": ["ALL"]}),
    ),
    Example("role", "taskRoleArn", task(taskRoleArn="my role"), task(taskRoleArn="my.role")),
    Example(
        "role",
        "executionRoleArn",
        task(executionRoleArn="arn:aws:iam::12:role/a"),
        task(executionRoleArn="arn:aws-cn:iam::123456789012:role/team/a/b"),
    ),
    Example(
        "role",
        "taskRoleArn",
        task(taskRoleArn="arn:aws:iam::123456789012:user/a"),
        task(taskRoleArn=""),
    ),
    Example(
        "execution-role-for-image",
        "executionRoleArn",
        task(container(image=ECR), executionRoleArn=None),
        one(image=ECR),
    ),
    Example(
        "execution-role-for-image",
        "executionRoleArn",
        task(
            container(image="123456789012.dkr-ecr.eu-west-1.on.aws/report:7"), executionRoleArn=""
        ),
        task(container(image="public.ecr.aws/nginx/nginx:1"), executionRoleArn=None),
    ),
    Example(
        "execution-role-for-logs",
        "executionRoleArn",
        task(container(logConfiguration=AWSLOGS), executionRoleArn=None),
        one(logConfiguration=AWSLOGS),
    ),
    Example(
        "execution-role-for-secrets",
        "executionRoleArn",
        task(container(secrets=[{"name": "A", "valueFrom": "/a"}]), executionRoleArn=None),
        task(container(secrets=[]), executionRoleArn=None),
    ),
    Example(
        "execution-role-for-secrets",
        "executionRoleArn",
        task(
            container(
                logConfiguration={
                    "logDriver": "splunk",
                    "secretOptions": [{"name": "splunk-token", "valueFrom": "/a"}],
                }
            ),
            executionRoleArn=None,
        ),
        task(container(logConfiguration={"logDriver": "splunk"}), executionRoleArn=None),
    ),
    Example(
        "execution-role-for-credentials",
        "executionRoleArn",
        task(container(repositoryCredentials={"credentialsParameter": "a"}), executionRoleArn=None),
        one(repositoryCredentials={"credentialsParameter": "a"}),
    ),
    Example(
        "execution-role-for-environment-files",
        "executionRoleArn",
        task(container(environmentFiles=[ENV_FILE]), executionRoleArn=None),
        one(environmentFiles=[ENV_FILE]),
    ),
    Example("image-required", f"{MAIN}.image", one(image=None), one(image="nginx")),
    Example("image-required", f"{MAIN}.image", one(image=""), one(image="localhost:5000/a/b:c")),
    Example("image-length", f"{MAIN}.image", one(image="a" * 256), one(image="a" * 255)),
    Example("image-length", f"{MAIN}.image", one(image="a" * 256 + "@" + DIGEST), one()),
    Example("image-form", f"{MAIN}.image", one(image="a b"), one(image="a/b_c.d-e:1.0_2")),
    Example(
        "image-form",
        f"{MAIN}.image",
        one(image="a@sha256:12"),
        one(image="a" * 255 + "@" + DIGEST),
    ),
    Example("image-form", f"{MAIN}.image", one(image="a:1:2"), one(image="r:1/a:2")),
    Example("image-form", f"{MAIN}.image", one(image="a//b"), one(image="a:1@" + DIGEST)),
    Example("image-form", f"{MAIN}.image", one(image="${IMAGE}"), one()),
    Example(
        "environment-name",
        f"{MAIN}.environment[1].name",
        one(environment=[{"name": "A", "value": ""}, {"value": "x"}]),
        one(environment=[{"name": "A"}]),
    ),
    Example(
        "environment-name",
        f"{MAIN}.environment[0].name",
        one(environment=[{"name": " ", "value": "x"}]),
        one(environment=[{"name": "a.b", "value": "x"}]),
    ),
    Example(
        "unique-secret-names",
        f"{MAIN}.secrets[1].name",
        one(secrets=[{"name": "A", "valueFrom": "/a"}, {"name": "A", "valueFrom": "/b"}]),
        task(
            container(secrets=[{"name": "A", "valueFrom": "/a"}]),
            side(secrets=[{"name": "A", "valueFrom": "/b"}]),
        ),
    ),
    Example(
        "secret-name-clash",
        f"{MAIN}.secrets[0].name",
        one(environment=[{"name": "A"}], secrets=[{"name": "A", "valueFrom": "/a"}]),
        one(environment=[{"name": "B"}], secrets=[{"name": "A", "valueFrom": "/a"}]),
    ),
    Example(
        "environment-file-count",
        f"{MAIN}.environmentFiles",
        one(environmentFiles=[ENV_FILE] * 11),
        one(environmentFiles=[ENV_FILE] * 10),
    ),
    Example(
        "environment-file",
        f"{MAIN}.environmentFiles[0].value",
        one(environmentFiles=[{"type": "s3", "value": "arn:aws:s3:::bucket/report.txt"}]),
        one(environmentFiles=[{"type": "s3", "value": "arn:aws-cn:s3:::bucket/a/.env"}]),
    ),
    Example(
        "environment-file",
        f"{MAIN}.environmentFiles[0].value",
        one(environmentFiles=[{"type": "s3", "value": "s3://bucket/report.env"}]),
        one(environmentFiles=[ENV_FILE]),
    ),
    Example("stop-timeout", f"{MAIN}.stopTimeout", one(stopTimeout=121), one(stopTimeout=120)),
    Example("stop-timeout", f"{MAIN}.stopTimeout", one(stopTimeout=1), one(stopTimeout=2)),
    Example("start-timeout", f"{MAIN}.startTimeout", one(startTimeout=121), one(startTimeout=120)),
    Example("start-timeout", f"{MAIN}.startTimeout", one(startTimeout=1), one(startTimeout=2)),
    Example(
        "health-check-command",
        f"{MAIN}.healthCheck.command",
        one(healthCheck={"command": []}),
        one(healthCheck=CHECK),
    ),
    *(
        Example(
            "health-check-range",
            f"{MAIN}.healthCheck.{member}",
            one(healthCheck={**CHECK, member: wrong}),
            one(healthCheck={**CHECK, member: right}),
        )
        for member, wrong, right in [
            ("interval", 4, 5),
            ("interval", 301, 300),
            ("timeout", 1, 2),
            ("timeout", 61, 60),
            ("retries", 0, 1),
            ("retries", 11, 10),
            ("startPeriod", -1, 0),
            ("startPeriod", 301, 300),
        ]
    ),
    *(
        Example(
            "restart-period",
            f"{MAIN}.restartPolicy.restartAttemptPeriod",
            one(restartPolicy={"enabled": True, "restartAttemptPeriod": wrong}),
            one(restartPolicy={"enabled": True, "restartAttemptPeriod": right}),
        )
        for wrong, right in [(59, 60), (1801, 1800)]
    ),
    Example(
        "ignored-exit-codes",
        f"{MAIN}.restartPolicy.ignoredExitCodes",
        one(restartPolicy={"enabled": True, "ignoredExitCodes": list(range(51))}),
        one(restartPolicy={"enabled": True, "ignoredExitCodes": list(range(50))}),
    ),
    Example(
        "open-files",
        f"{MAIN}.ulimits[0].hardLimit",
        one(ulimits=[{"name": "nofile", "softLimit": 1, "hardLimit": 1048577}]),
        one(ulimits=[{"name": "nofile", "softLimit": 1, "hardLimit": 1048576}]),
    ),
    Example(
        "system-control",
        f"{MAIN}.systemControls[0].namespace",
        one(systemControls=[{"namespace": "vm.swappiness", "value": "1"}]),
        one(
            systemControls=[
                {"namespace": name, "value": "1"}
                for name in ("net.ipv4.tcp_syncookies", "kernel.shmmax", "fs.mqueue.msg_max")
            ]
        ),
    ),
    Example(
        "credential-specs",
        f"{MAIN}.credentialSpecs",
        one(credentialSpecs=["credentialspec:a", "credentialspec:b"]),
        one(credentialSpecs=["credentialspec:a"]),
    ),
    *(
        Example(
            "container-port",
            f"{MAIN}.portMappings[0].containerPort",
            ports({"containerPort": wrong}),
            ports({"containerPort": right}),
        )
        for wrong, right in [(0, 1), (65536, 65535), (None, 80)]
    ),
    Example(
        "host-port",
        f"{MAIN}.portMappings[0].hostPort",
        ports({"containerPort": 80, "hostPort": 8080}),
        ports({"containerPort": 80, "hostPort": 80}),
    ),
    Example(
        "host-port",
        f"{MAIN}.portMappings[0].hostPort",
        ports({"containerPort": 80, "hostPort": 0}),
        ports({"containerPort": 80}),
    ),
    *(
        Example(
            "port-range",
            f"{MAIN}.portMappings[0].containerPortRange",
            ports({"containerPortRange": wrong}),
            ports({"containerPortRange": right}),
        )
        for wrong, right in [
            ("80", "80-81"),
            ("81-80", "1-65535"),
            ("80-80", "80-81"),
            ("0-5", "1-5"),
            ("1-65536", "1-65535"),
            ("a-b", "1-2"),
        ]
    ),
    Example(
        "port-or-range",
        f"{MAIN}.portMappings[0].containerPort",
        ports({"containerPort": 80, "containerPortRange": "80-90"}),
        ports({"containerPort": 80}, {"containerPortRange": "81-90"}),
    ),
    Example(
        "port-or-range",
        f"{MAIN}.portMappings[0].hostPort",
        ports({"hostPort": 80, "containerPortRange": "80-90"}),
        ports({"containerPortRange": "80-90"}),
    ),
    Example(
        "port-range-count",
        f"{MAIN}.portMappings",
        ports(*({"containerPortRange": f"{n}-{n + 1}"} for n in range(1, 203, 2))),
        ports(*({"containerPortRange": f"{n}-{n + 1}"} for n in range(1, 201, 2))),
    ),
    Example(
        "port-mapped-twice",
        f"{SIDE}.portMappings[0]",
        task(
            container(portMappings=[{"containerPort": 80}]),
            side(portMappings=[{"containerPort": 80}]),
        ),
        task(
            container(portMappings=[{"containerPort": 80}]),
            side(portMappings=[{"containerPort": 81}]),
        ),
    ),
    Example(
        "port-mapped-twice",
        f"{MAIN}.portMappings[1]",
        ports({"containerPort": 85}, {"containerPortRange": "80-90"}),
        ports({"containerPort": 91}, {"containerPortRange": "80-90"}),
    ),
    Example(
        "port-mapped-twice",
        f"{MAIN}.portMappings[2]",
        ports({"containerPortRange": "10-90"}, {"containerPort": 5}, {"containerPort": 90}),
        ports({"containerPort": 53}, {"containerPort": 53, "protocol": "udp"}),
    ),
    Example(
        "port-mapped-twice",
        f"{MAIN}.portMappings[1]",
        ports({"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53}),
        ports({"containerPort": 53, "protocol": "UDP"}),
    ),
    Example(
        "port-name",
        f"{MAIN}.portMappings[0].name",
        ports({"containerPort": 80, "name": "Web"}),
        ports({"containerPort": 80, "name": "web-80_tcp"}),
    ),
    Example(
        "port-name",
        f"{MAIN}.portMappings[0].name",
        ports({"containerPort": 80, "name": "-web"}),
        ports({"containerPort": 80, "name": "w" * 64}),
    ),
    Example(
        "unique-port-names",
        f"{SIDE}.portMappings[0].name",
        task(
            container(portMappings=[{"containerPort": 80, "name": "web"}]),
            side(portMappings=[{"containerPort": 81, "name": "web"}]),
        ),
        task(
            container(portMappings=[{"containerPort": 80, "name": "web"}]),
            side(portMappings=[{"containerPort": 81}]),
        ),
    ),
    Example(
        "windows-port",
        f"{MAIN}.portMappings[0].containerPort",
        task(container(portMappings=[{"containerPort": 3150}]), runtimePlatform=WINDOWS),
        ports({"containerPort": 3150}),
    ),
    Example(
        "log-driver",
        f"{MAIN}.logConfiguration.logDriver",
        one(logConfiguration={"logDriver": "json-file"}),
        one(logConfiguration={"logDriver": "splunk"}),
    ),
    *(
        Example(
            "awslogs-options",
            f"{MAIN}.logConfiguration.options.{option}",
            one(
                logConfiguration={
                    "logDriver": "awslogs",
                    "options": {
                        name: value for name, value in LOG_OPTIONS.items() if name != option
                    },
                }
            ),
            one(logConfiguration=AWSLOGS),
        )
        for option in LOG_OPTIONS
    ),
    Example(
        "awslogs-multiline",
        f"{MAIN}.logConfiguration.options.awslogs-multiline-pattern",
        one(
            logConfiguration={
                "logDriver": "awslogs",
                "options": {
                    **LOG_OPTIONS,
                    "awslogs-multiline-pattern": "^x",
                    "awslogs-datetime-format": "%Y",
                },
            }
        ),
        one(
            logConfiguration={
                "logDriver": "awslogs",
                "options": {**LOG_OPTIONS, "awslogs-multiline-pattern": "^x"},
            }
        ),
    ),
    Example(
        "log-mode",
        f"{MAIN}.logConfiguration.options.mode",
        one(logConfiguration={"logDriver": "awslogs", "options": {**LOG_OPTIONS, "mode": "async"}}),
        one(
            logConfiguration={
                "logDriver": "awslogs",
                "options": {**LOG_OPTIONS, "mode": "non-blocking"},
            }
        ),
    ),
    Example(
        "firelens-router",
        f"{MAIN}.logConfiguration.logDriver",
        one(logConfiguration=FIRELENS),
        task(container(logConfiguration=FIRELENS), side(firelensConfiguration={"type": "fluentd"})),
    ),
    Example(
        "firelens-consumer",
        f"{MAIN}.firelensConfiguration",
        one(firelensConfiguration={"type": "fluentbit"}),
        task(side(logConfiguration=FIRELENS), container(firelensConfiguration={"type": "fluentd"})),
    ),
    Example(
        "firelens-file",
        f"{SIDE}.firelensConfiguration.options.config-file-type",
        task(
            container(logConfiguration=FIRELENS),
            side(firelensConfiguration={"type": "fluentd", "options": {"config-file-type": "s3"}}),
        ),
        task(
            container(logConfiguration=FIRELENS),
            side(
                firelensConfiguration={"type": "fluentd", "options": {"config-file-type": "file"}}
            ),
        ),
    ),
    Example("volume-name", "volumes[0].name", task(volumes=[{"name": "a b"}]), volume()),
    Example("volume-name", "volumes[0].name", task(volumes=[{"host": {}}]), volume(host={})),
    Example(
        "unique-volume-names",
        "volumes[1].name",
        task(volumes=[{"name": "a"}, {"name": "a"}]),
        task(volumes=[{"name": "a"}, {"name": "b"}]),
    ),
    Example(
        "volume-kind",
        "volumes[0]",
        volume(efsVolumeConfiguration=EFS, configuredAtLaunch=True),
        volume(efsVolumeConfiguration=EFS, configuredAtLaunch=False, host={}),
    ),
    Example(
        "volume-on-fargate",
        "volumes[0].host.sourcePath",
        volume(host={"sourcePath": "/srv"}),
        volume(host={"sourcePath": ""}),
    ),
    Example(
        "volume-on-fargate",
        "volumes[0].dockerVolumeConfiguration",
        volume(dockerVolumeConfiguration={}),
        volume(configuredAtLaunch=True),
    ),
    Example(
        "volume-on-fargate",
        "volumes[0].fsxWindowsFileServerVolumeConfiguration",
        volume(
            fsxWindowsFileServerVolumeConfiguration={
                "fileSystemId": "fs-1",
                "rootDirectory": "/",
                "authorizationConfig": {"credentialsParameter": "a", "domain": "b"},
            }
        ),
        volume(efsVolumeConfiguration=EFS),
    ),
    Example(
        "volume-on-windows",
        "volumes[0].efsVolumeConfiguration",
        task(volumes=[{"name": "a", "efsVolumeConfiguration": EFS}], runtimePlatform=WINDOWS),
        task(volumes=[{"name": "a"}], runtimePlatform=WINDOWS),
    ),
    Example(
        "one-volume-at-launch",
        "volumes[1].configuredAtLaunch",
        task(volumes=[{"name": name, "configuredAtLaunch": True} for name in "ab"]),
        task(volumes=[{"name": name, "configuredAtLaunch": name == "a"} for name in "ab"]),
    ),
    Example(
        "efs-encryption",
        "volumes[0].efsVolumeConfiguration.transitEncryption",
        volume(efsVolumeConfiguration={**EFS, "authorizationConfig": {"iam": "ENABLED"}}),
        volume(efsVolumeConfiguration={**EFS, "authorizationConfig": {"iam": "DISABLED"}}),
    ),
    Example(
        "efs-encryption",
        "volumes[0].efsVolumeConfiguration.transitEncryption",
        volume(efsVolumeConfiguration={**EFS, "authorizationConfig": POINT}),
        volume(
            efsVolumeConfiguration={
                **EFS,
                "authorizationConfig": POINT,
                "transitEncryption": "ENABLED",
            }
        ),
    ),
    *(
        Example(
            "access-point-root",
            f"volumes[0].{kind}.rootDirectory",
            task(
                taskRoleArn="files",
                volumes=[{"name": "a", kind: {**system, "rootDirectory": "/data"}}],
            ),
            task(
                taskRoleArn="files", volumes=[{"name": "a", kind: {**system, "rootDirectory": "/"}}]
            ),
        )
        for kind, system in FILE_SYSTEMS.items()
    ),
    Example(
        "s3-files-task-role",
        "taskRoleArn",
        volume(s3filesVolumeConfiguration={"fileSystemArn": "arn"}),
        task(
            taskRoleArn="files",
            volumes=[{"name": "a", "s3filesVolumeConfiguration": {"fileSystemArn": "arn"}}],
        ),
    ),
    Example(
        "mount-source",
        f"{MAIN}.mountPoints[0].sourceVolume",
        one(mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}]),
        volume(mounted=True),
    ),
    Example(
        "mount-path",
        f"{MAIN}.mountPoints[0].containerPath",
        task(container(mountPoints=[{"sourceVolume": "a"}]), volumes=[{"name": "a"}]),
        volume(mounted=True),
    ),
    Example(
        "unique-mount-paths",
        f"{MAIN}.mountPoints[1].containerPath",
        task(
            container(mountPoints=[{"sourceVolume": name, "containerPath": "/a"} for name in "ab"]),
            volumes=[{"name": "a"}, {"name": "b"}],
        ),
        task(
            container(mountPoints=[{"sourceVolume": "a", "containerPath": "/a"}]),
            side(mountPoints=[{"sourceVolume": "a", "containerPath": "/a"}]),
            volumes=[{"name": "a"}],
        ),
    ),
    *(
        Example(
            "volumes-from",
            f"{MAIN}.volumesFrom[0].sourceContainer",
            task(container(volumesFrom=[{"sourceContainer": name}]), side()),
            task(container(volumesFrom=[{"sourceContainer": "side"}]), side()),
        )
        for name in ("nobody", "main", None)
    ),
    Example(
        "dependency-unknown",
        f"{MAIN}.dependsOn[0].containerName",
        one(dependsOn=[{"containerName": "side", "condition": "START"}]),
        waiting("START"),
    ),
    Example(
        "dependency-itself",
        f"{MAIN}.dependsOn[0].containerName",
        one(dependsOn=[{"containerName": "main", "condition": "START"}]),
        waiting("START"),
    ),
    Example(
        "dependency-cycle",
        f"{MAIN}.dependsOn",
        waiting("START", dependsOn=[{"containerName": "main", "condition": "START"}]),
        task(
            container(dependsOn=[{"containerName": name, "condition": "START"} for name in "ab"]),
            container(name="a", dependsOn=[{"containerName": "b", "condition": "START"}]),
            container(name="b"),
        ),
    ),
    *(
        Example(
            "dependency-on-essential",
            f"{MAIN}.dependsOn[0].condition",
            waiting(condition),
            waiting(condition, essential=False),
        )
        for condition in ("COMPLETE", "SUCCESS")
    ),
    Example(
        "dependency-health",
        f"{MAIN}.dependsOn[0].condition",
        waiting("HEALTHY"),
        waiting("HEALTHY", healthCheck=CHECK),
    ),
    Example(
        "proxy-container",
        "proxyConfiguration.containerName",
        task(proxyConfiguration={"containerName": "envoy"}),
        task(proxyConfiguration={"containerName": "main"}),
    ),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each.rule} {each.path}")
def test_rule_refuses_what_breaks_it_and_nothing_else(example: Example) -> None:
    """The broken definition has this one problem, at this place, and its relative has none."""
    found = problems(example.broken)
    assert [(problem.rule, problem.path) for problem in found] == [(example.rule, example.path)]
    assert problems(example.sound) == ()


def test_every_rule_has_an_example() -> None:
    """No rule is without an example, and no example names an unknown rule."""
    assert {example.rule for example in EXAMPLES} == RULES.keys()


def test_rules_are_listed_once_and_documented() -> None:
    """Each id is kebab-case and belongs to one rule, which says what it is and where it stands."""
    from fargate_kit.model import cautions, kinds, members, task_rules

    families = [kinds, *task_rules._FAMILIES, cautions, members]
    ids = [rule.id for family in families for rule in family.RULES]
    assert len(ids) == len(set(ids)) == len(RULES) + len(CAUTIONS)
    for rule in [*RULES.values(), *CAUTIONS.values()]:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id)
        assert rule.says.endswith(".")
        assert rule.source
        assert rule.mark in ("V", "OBS", "MEM")


def test_every_message_is_one_line_with_its_path_and_a_remedy() -> None:
    """A message begins with its path, is one line, says what is allowed and ends as a sentence."""
    for example in EXAMPLES:
        for problem in problems(example.broken):
            assert problem.message.startswith(f"{problem.path}: given ")
            assert problem.message.splitlines() == [problem.message]
            assert f"; allowed: {problem.allowed}; " in problem.message
            assert problem.message.endswith(".")
