"""The members of a task definition with their types, as ECS's service model has them.

Where a rule of its own says which values Fargate takes (network mode, log driver, operating system
…), the values are left open here, so that nothing is reported twice. The protocol of a port is open
because AWS takes any value but udp for tcp (model: PortMapping).
"""

from __future__ import annotations

from fargate_kit.model.kinds import Amount, Flag, Items, Record, Table, Text, Whole

_TEXTS = Items(Text(hidden=True))
_NAMES = Items(Text())

_VARIABLE = Record({"name": Text(), "value": Text(hidden=True)}, never_null=("value",))
_SECRET = Record({"name": Text(), "valueFrom": Text(hidden=True)}, ("name", "valueFrom"))

_PORT_MAPPING = Record({
    "containerPort": Whole(),
    "hostPort": Whole(),
    "protocol": Text(),
    "name": Text(),
    "appProtocol": Text(("http", "http2", "grpc")),
    "containerPortRange": Text(),
})

_LINUX_PARAMETERS = Record({
    "capabilities": Record({"add": _NAMES, "drop": _NAMES}),
    "devices": Items(
        Record(
            {
                "hostPath": Text(),
                "containerPath": Text(),
                "permissions": _NAMES,
            },
            ("hostPath",),
        )
    ),
    "initProcessEnabled": Flag(),
    "sharedMemorySize": Whole(),
    "tmpfs": Items(
        Record(
            {"containerPath": Text(), "size": Whole(), "mountOptions": _NAMES},
            ("containerPath", "size"),
        )
    ),
    "maxSwap": Whole(),
    "swappiness": Whole(),
})

_ULIMITS = (
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
)

CONTAINER = Record({
    "name": Text(),
    "image": Text(),
    "repositoryCredentials": Record(
        {"credentialsParameter": Text(hidden=True)}, ("credentialsParameter",)
    ),
    "cpu": Whole(),
    "memory": Whole(),
    "memoryReservation": Whole(),
    "links": _NAMES,
    "portMappings": Items(_PORT_MAPPING),
    "essential": Flag(),
    "restartPolicy": Record(
        {
            "enabled": Flag(),
            "ignoredExitCodes": Items(Whole()),
            "restartAttemptPeriod": Whole(),
        },
        ("enabled",),
    ),
    "entryPoint": _TEXTS,
    "command": _TEXTS,
    "environment": Items(_VARIABLE),
    "environmentFiles": Items(Record({"value": Text(), "type": Text(("s3",))}, ("value", "type"))),
    "mountPoints": Items(
        Record({"sourceVolume": Text(), "containerPath": Text(), "readOnly": Flag()})
    ),
    "volumesFrom": Items(Record({"sourceContainer": Text(), "readOnly": Flag()})),
    "linuxParameters": _LINUX_PARAMETERS,
    "secrets": Items(_SECRET),
    "dependsOn": Items(
        Record(
            {
                "containerName": Text(),
                "condition": Text(("START", "COMPLETE", "SUCCESS", "HEALTHY")),
            },
            ("containerName", "condition"),
        )
    ),
    "startTimeout": Whole(),
    "stopTimeout": Whole(),
    "versionConsistency": Text(("enabled", "disabled")),
    "hostname": Text(),
    "user": Text(),
    "workingDirectory": Text(),
    "disableNetworking": Flag(),
    "privileged": Flag(),
    "readonlyRootFilesystem": Flag(),
    "dnsServers": _NAMES,
    "dnsSearchDomains": _NAMES,
    "extraHosts": Items(
        Record({"hostname": Text(), "ipAddress": Text()}, ("hostname", "ipAddress"))
    ),
    "dockerSecurityOptions": _NAMES,
    "interactive": Flag(),
    "pseudoTerminal": Flag(),
    "dockerLabels": Table(),
    "ulimits": Items(
        Record(
            {"name": Text(_ULIMITS), "softLimit": Whole(), "hardLimit": Whole()},
            ("name", "softLimit", "hardLimit"),
        )
    ),
    "logConfiguration": Record(
        {
            "logDriver": Text(),
            "options": Table(),
            "secretOptions": Items(_SECRET),
        },
        ("logDriver",),
    ),
    "healthCheck": Record(
        {
            "command": _TEXTS,
            "interval": Whole(),
            "timeout": Whole(),
            "retries": Whole(),
            "startPeriod": Whole(),
        },
        ("command",),
    ),
    "systemControls": Items(Record({"namespace": Text(), "value": Text()})),
    "resourceRequirements": Items(
        Record(
            {
                "value": Text(),
                "type": Text(),
            },
            ("value", "type"),
        )
    ),
    "firelensConfiguration": Record(
        {"type": Text(("fluentd", "fluentbit")), "options": Table()}, ("type",)
    ),
    "credentialSpecs": _TEXTS,
})

"""A member of `containerDefinitions`."""

_SWITCH = Text(("ENABLED", "DISABLED"))

_VOLUME = Record({
    "name": Text(),
    "host": Record({"sourcePath": Text()}),
    "dockerVolumeConfiguration": Record({
        "scope": Text(),
        "autoprovision": Flag(),
        "driver": Text(),
        "driverOpts": Table(),
        "labels": Table(),
    }),
    "efsVolumeConfiguration": Record(
        {
            "fileSystemId": Text(),
            "rootDirectory": Text(),
            "transitEncryption": _SWITCH,
            "transitEncryptionPort": Whole(),
            "authorizationConfig": Record({"accessPointId": Text(), "iam": _SWITCH}),
        },
        ("fileSystemId",),
    ),
    "s3filesVolumeConfiguration": Record(
        {
            "fileSystemArn": Text(),
            "rootDirectory": Text(),
            "transitEncryptionPort": Whole(),
            "accessPointArn": Text(),
        },
        ("fileSystemArn",),
    ),
    "fsxWindowsFileServerVolumeConfiguration": Record(
        {
            "fileSystemId": Text(),
            "rootDirectory": Text(),
            "authorizationConfig": Record(
                {"credentialsParameter": Text(hidden=True), "domain": Text()},
                ("credentialsParameter", "domain"),
            ),
        },
        ("fileSystemId", "rootDirectory", "authorizationConfig"),
    ),
    "configuredAtLaunch": Flag(),
})

TASK_DEFINITION = Record({
    "family": Text(),
    "taskRoleArn": Text(),
    "executionRoleArn": Text(),
    "networkMode": Text(),
    "containerDefinitions": Items(CONTAINER),
    "volumes": Items(_VOLUME),
    "placementConstraints": Items(Record({"type": Text(), "expression": Text()})),
    "requiresCompatibilities": Items(Text(("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"))),
    "cpu": Amount(),
    "memory": Amount(),
    "tags": Items(Record({"key": Text(), "value": Text()}, never_null=("value",))),
    "pidMode": Text(),
    "ipcMode": Text(),
    "proxyConfiguration": Record(
        {
            "type": Text(("APPMESH",)),
            "containerName": Text(),
            "properties": Items(_VARIABLE),
        },
        ("containerName",),
    ),
    "inferenceAccelerators": Items(
        Record({"deviceName": Text(), "deviceType": Text()}, ("deviceName", "deviceType"))
    ),
    "ephemeralStorage": Record({"sizeInGiB": Whole()}, ("sizeInGiB",)),
    "runtimePlatform": Record({
        "cpuArchitecture": Text(("X86_64", "ARM64")),
        "operatingSystemFamily": Text(),
    }),
    "enableFaultInjection": Flag(),
})
"""A task definition as RegisterTaskDefinition takes it; family and containers have own rules."""
