"""Rules that only Fargate has: network mode, platform, and what it does not take at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fargate_kit.model.problems import Hidden, Problem, Rule
from fargate_kit.model.reading import Reading

_DIFFERENCES = "guide: fargate-tasks-services"
_PARAMETERS = "guide: task_definition_parameters"

NETWORK_MODE = Rule(
    id="network-mode",
    says="The network mode is awsvpc.",
    source=_PARAMETERS,
    fargate=True,
)
REQUIRES_FARGATE = Rule(
    id="requires-fargate",
    says="requiresCompatibilities, where it is given, includes FARGATE.",
    source=_PARAMETERS,
    fargate=True,
)
NOT_ON_FARGATE = Rule(
    id="not-on-fargate",
    says="Some members cannot be used on Fargate.",
    source=f"{_DIFFERENCES}; model: the note on each member",
    fargate=True,
)
PID_MODE = Rule(
    id="pid-mode",
    says="pidMode is task, and only for Linux.",
    source=f"{_PARAMETERS}; model: RegisterTaskDefinitionRequest",
    fargate=True,
)
OPERATING_SYSTEM = Rule(
    id="operating-system",
    says="The operating system is Linux, or Windows Server 2019, 2022 or 2025, Full or Core.",
    source=_PARAMETERS,
    fargate=True,
)
WINDOWS_ARCHITECTURE = Rule(
    id="windows-architecture",
    says="Windows containers have the X86_64 architecture.",
    source=f"{_DIFFERENCES}; model: RuntimePlatform",
)
NOT_ON_WINDOWS = Rule(
    id="not-on-windows",
    says="Some members cannot be used for Windows containers on Fargate.",
    source=f"{_DIFFERENCES}; {_PARAMETERS}; guide: using_firelens",
    fargate=True,
)
EPHEMERAL_STORAGE = Rule(
    id="ephemeral-storage",
    says="Ephemeral storage, where it is given, is 21 to 200 GiB.",
    source="model: EphemeralStorage",
)
CAPABILITIES = Rule(
    id="capabilities",
    says="The only Linux capability that may be added is SYS_PTRACE.",
    source=f"{_DIFFERENCES}; model: KernelCapabilities",
    fargate=True,
)

RULES = (
    NETWORK_MODE,
    REQUIRES_FARGATE,
    NOT_ON_FARGATE,
    PID_MODE,
    OPERATING_SYSTEM,
    WINDOWS_ARCHITECTURE,
    NOT_ON_WINDOWS,
    EPHEMERAL_STORAGE,
    CAPABILITIES,
)

FARGATE_SYSTEMS = (
    "LINUX",
    "WINDOWS_SERVER_2019_CORE",
    "WINDOWS_SERVER_2019_FULL",
    "WINDOWS_SERVER_2022_CORE",
    "WINDOWS_SERVER_2022_FULL",
    "WINDOWS_SERVER_2025_CORE",
    "WINDOWS_SERVER_2025_FULL",
)

# Each with what to do instead. Empty lists, empty texts and false are what AWS itself answers
# for a member that was never given, so they are not "given" here either.
_NEVER_IN_TASK = {
    "ipcMode": "leave it out",
    "placementConstraints": "choose zones with the subnets of the service or the task instead",
    "inferenceAccelerators": "leave it out, AWS no longer offers Elastic Inference",
}
_NEVER_IN_CONTAINER = {
    "disableNetworking": "leave it out and close the security group instead",
    "dnsSearchDomains": "set them in the VPC's DHCP options",
    "dnsServers": "set them in the VPC's DHCP options",
    "dockerSecurityOptions": "leave it out",
    "extraHosts": "use a private hosted zone or Cloud Map",
    "hostname": "leave it out, awsvpc gives the task a host name of its own",
    "links": "use localhost: the containers of a task share one network interface",
    "privileged": "leave it out",
    "resourceRequirements": "use EC2 or Managed Instances for GPUs",
}
_NEVER_IN_LINUX = {
    "devices": "leave it out",
    "maxSwap": "leave it out, Fargate has no swap",
    "sharedMemorySize": "use a volume without sourcePath",
    "swappiness": "leave it out, Fargate has no swap",
    "tmpfs": "use a volume without sourcePath",
}
_NEVER_FOR_WINDOWS = ("firelensConfiguration", "linuxParameters", "systemControls", "ulimits")


def _network_mode(reading: Reading) -> Iterator[Problem]:
    mode = reading.task.get("networkMode")
    if mode != "awsvpc":
        yield NETWORK_MODE.problem(
            "networkMode",
            given=mode,
            allowed="awsvpc",
            remedy='write "networkMode": "awsvpc", without it AWS takes bridge',
        )


def _requires_fargate(reading: Reading) -> Iterator[Problem]:
    required = reading.task.get("requiresCompatibilities")
    if required and "FARGATE" not in required:
        yield REQUIRES_FARGATE.problem(
            "requiresCompatibilities",
            given=tuple(required),
            allowed="a list with FARGATE",
            remedy="add FARGATE",
        )


def _not_on_fargate(reading: Reading) -> Iterator[Problem]:
    yield from _used(reading.task, _NEVER_IN_TASK, "")
    for container in reading.containers:
        yield from _used(container.record, _NEVER_IN_CONTAINER, container.path)
        linux = container.record.get("linuxParameters")
        if linux:
            yield from _used(linux, _NEVER_IN_LINUX, f"{container.path}.linuxParameters")


def _used(record: dict[str, Any], never: dict[str, str], path: str) -> Iterator[Problem]:
    for member, remedy in never.items():
        value = record.get(member)
        if value is None or value is False or value == "" or value == []:
            continue
        yield NOT_ON_FARGATE.problem(
            f"{path}.{member}" if path else member,
            given=value if isinstance(value, (bool, int, str)) else Hidden("a value"),
            allowed="nothing on Fargate",
            remedy=remedy,
        )


def _pid_mode(reading: Reading) -> Iterator[Problem]:
    mode = reading.task.get("pidMode")
    if mode and (mode != "task" or reading.windows):
        yield PID_MODE.problem(
            "pidMode",
            given=mode,
            allowed="nothing for Windows" if reading.windows else "task",
            remedy="leave it out" if reading.windows else "use task, or leave it out",
        )


def _platform(reading: Reading) -> Iterator[Problem]:
    platform = reading.task.get("runtimePlatform", {})
    system = platform.get("operatingSystemFamily")
    if system and system not in FARGATE_SYSTEMS:
        alike = system.upper() if system.upper() in FARGATE_SYSTEMS else None
        nearest = alike or ("WINDOWS_SERVER_2022_CORE" if reading.windows else "LINUX")
        yield OPERATING_SYSTEM.problem(
            "runtimePlatform.operatingSystemFamily",
            given=system,
            allowed=", ".join(FARGATE_SYSTEMS),
            remedy=f"use {nearest}",
        )
    if reading.windows and platform.get("cpuArchitecture") == "ARM64":
        yield WINDOWS_ARCHITECTURE.problem(
            "runtimePlatform.cpuArchitecture",
            given="ARM64",
            allowed="X86_64 for Windows",
            remedy="use X86_64, or LINUX for ARM64",
        )


def _not_on_windows(reading: Reading) -> Iterator[Problem]:
    if not reading.windows:
        return
    for container in reading.containers:
        for member in _NEVER_FOR_WINDOWS:
            if container.record.get(member):
                yield NOT_ON_WINDOWS.problem(
                    f"{container.path}.{member}",
                    given=Hidden("a value"),
                    allowed="nothing for Windows",
                    remedy="leave it out",
                )


def _ephemeral_storage(reading: Reading) -> Iterator[Problem]:
    size = reading.task.get("ephemeralStorage", {}).get("sizeInGiB")
    if size is not None and not 21 <= size <= 200:
        remedy = "leave it out for the 20 GiB that every task has" if size <= 20 else "use 200"
        yield EPHEMERAL_STORAGE.problem(
            "ephemeralStorage.sizeInGiB", given=size, allowed="21 to 200 GiB", remedy=remedy
        )


def _capabilities(reading: Reading) -> Iterator[Problem]:
    for container in reading.containers:
        capabilities = container.record.get("linuxParameters", {}).get("capabilities", {})
        for index, capability in enumerate(capabilities.get("add", ())):
            if capability is not None and capability != "SYS_PTRACE":
                yield CAPABILITIES.problem(
                    f"{container.path}.linuxParameters.capabilities.add[{index}]",
                    given=capability,
                    allowed="SYS_PTRACE",
                    remedy="write SYS_PTRACE"
                    if capability.upper().removeprefix("CAP_") == "SYS_PTRACE"
                    else "leave it out",
                )


CHECKS = (
    _network_mode,
    _requires_fargate,
    _not_on_fargate,
    _pid_mode,
    _platform,
    _not_on_windows,
    _ephemeral_storage,
    _capabilities,
)
