"""What AWS takes, or may take, and what is better known before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fargate_kit.model.port_rules import opened_ports
from fargate_kit.model.problems import Hidden, Problem, Rule
from fargate_kit.model.reading import Reading
from fargate_kit.model.secrecy import looks_secret
from fargate_kit.model.sizes import is_legal

_PARAMETERS = "guide: task_definition_parameters"

SIZE_UNSURE = Rule(
    id="size-unsure",
    says="32 vCPU is on two pages of AWS and absent from others.",
    source=f"{_PARAMETERS}, fargate-tasks-services; not task-cpu-memory-error, not the model",
    fargate=True,
)
FARGATE_NOT_REQUIRED = Rule(
    id="fargate-not-required",
    says="Without FARGATE in requiresCompatibilities AWS does not check for Fargate.",
    source=_PARAMETERS,
    fargate=True,
)
IMAGE_LATEST = Rule(
    id="image-latest",
    says="An image without a tag or digest, or with latest, may be another one tomorrow.",
    source=_PARAMETERS,
)
IMAGE_UPPERCASE = Rule(
    id="image-uppercase",
    says="Docker does not pull from a repository with uppercase letters.",
    source="unverified here: Docker's reference format",
    mark="MEM",
)
NO_LOG_CONFIGURATION = Rule(
    id="no-log-configuration",
    says="Without logConfiguration nobody sees what a container writes.",
    source="guide: using_awslogs",
    fargate=True,
)
PLAIN_SECRET = Rule(
    id="plain-secret",
    says="Sensitive values do not belong into plain environment variables.",
    source=f"{_PARAMETERS}: environment",
)
DUPLICATE_ENVIRONMENT_NAME = Rule(
    id="duplicate-environment-name",
    says="AWS takes a variable that is named twice; which value counts is not promised.",
    source="public reports",
    mark="OBS",
)
PROTOCOL = Rule(
    id="protocol",
    says="AWS takes any protocol but udp for tcp.",
    source="model: PortMapping",
)
TWO_PROTOCOLS = Rule(
    id="two-protocols",
    says="The model says that a port may not be mapped for two protocols; reports say it may.",
    source="model: PortMapping; public reports",
    mark="OBS",
)
HEALTH_CHECK_WORD = Rule(
    id="health-check-word",
    says="The model wants CMD or CMD-SHELL first; the guide says that CMD is assumed.",
    source=f"model: HealthCheck; {_PARAMETERS}",
)
SOFT_ABOVE_HARD = Rule(
    id="soft-above-hard",
    says="A soft limit above its hard limit is refused by the kernel at the start.",
    source="unverified here: setrlimit(2)",
    mark="MEM",
)
SPLUNK_OPTIONS = Rule(
    id="splunk-options",
    says="The splunk driver needs a token and a URL.",
    source="model: LogConfiguration",
)
IGNORED_ON_WINDOWS = Rule(
    id="ignored-on-windows",
    says="Some members are not supported for Windows containers.",
    source=f"{_PARAMETERS}; model: ContainerDefinition",
)

RULES = (
    SIZE_UNSURE,
    FARGATE_NOT_REQUIRED,
    IMAGE_LATEST,
    IMAGE_UPPERCASE,
    NO_LOG_CONFIGURATION,
    PLAIN_SECRET,
    DUPLICATE_ENVIRONMENT_NAME,
    PROTOCOL,
    TWO_PROTOCOLS,
    HEALTH_CHECK_WORD,
    SOFT_ABOVE_HARD,
    SPLUNK_OPTIONS,
    IGNORED_ON_WINDOWS,
)

_FIRST_WORDS = ("CMD", "CMD-SHELL")
_NOT_FOR_WINDOWS = (
    "environmentFiles",
    "memoryReservation",
    "readonlyRootFilesystem",
    "user",
)
_TAG = re.compile(r":([^/:]*)$")


def _size(reading: Reading) -> Iterator[Problem]:
    cpu, memory = reading.cpu or 0, reading.memory or 0
    if is_legal(cpu, memory, unsure=True) and not is_legal(cpu, memory):
        yield SIZE_UNSURE.problem(
            "cpu",
            given=reading.task["cpu"],
            allowed="up to 16384 CPU units for sure, 32768 perhaps",
            remedy="be ready for a refusal, or use 16384",
        )


def _required(reading: Reading) -> Iterator[Problem]:
    if not reading.task.get("requiresCompatibilities"):
        yield FARGATE_NOT_REQUIRED.problem(
            "requiresCompatibilities",
            given=None,
            allowed="a list with FARGATE",
            remedy='write ["FARGATE"], so that AWS refuses at registration and not at the start',
        )


def _images(reading: Reading) -> Iterator[Problem]:
    for container in reading.containers:
        image = container.record.get("image", "")
        name, at, _ = image.partition("@")
        tag = _TAG.search(name)
        path = f"{container.path}.image"
        if image and not at and (tag is None or tag[1] == "latest"):
            yield IMAGE_LATEST.problem(
                path,
                given=image,
                allowed="any tag, and best one that never moves",
                remedy="name a version or a digest",
            )
        repository = name[: tag.start()] if tag else name
        _, slash, rest = repository.partition("/")
        if (rest if slash else repository) != (rest if slash else repository).lower():
            yield IMAGE_UPPERCASE.problem(
                path,
                given=image,
                allowed="a repository in lowercase",
                remedy="write the repository in lowercase",
            )


def _logs(reading: Reading) -> Iterator[Problem]:
    for container in reading.containers:
        log = container.record.get("logConfiguration")
        if log is None and "firelensConfiguration" not in container.record:
            yield NO_LOG_CONFIGURATION.problem(
                f"{container.path}.logConfiguration",
                given=None,
                allowed="awslogs, splunk or awsfirelens",
                remedy="add awslogs with a group, a Region and a stream prefix",
            )
        if log and log.get("logDriver") == "splunk":
            secrets = [each.get("name") for each in log.get("secretOptions", ()) if each]
            for option in ("splunk-token", "splunk-url"):
                if not log.get("options", {}).get(option) and option not in secrets:
                    yield SPLUNK_OPTIONS.problem(
                        f"{container.path}.logConfiguration.options.{option}",
                        given=None,
                        allowed="a value, or a secret option of this name",
                        remedy=f"give {option}",
                    )


def _environment(reading: Reading) -> Iterator[Problem]:
    for container in reading.containers:
        seen: dict[str, str] = {}
        for path, variable in container.entries("environment"):
            name = variable.get("name", "")
            if looks_secret(name) and variable.get("value"):
                yield PLAIN_SECRET.problem(
                    path,
                    given=name,
                    allowed="anything; everybody who may describe the definition reads it",
                    remedy="keep it in Secrets Manager or Parameter Store and use secrets",
                )
            if name in seen:
                yield DUPLICATE_ENVIRONMENT_NAME.problem(
                    f"{path}.name",
                    given=name,
                    allowed="each name once, to be sure of its value",
                    remedy=f"leave one out, {seen[name]} has this name already",
                )
            seen.setdefault(name, path)


def _ports(reading: Reading) -> Iterator[Problem]:
    for container in reading.containers:
        for path, mapping in container.entries("portMappings"):
            protocol = mapping.get("protocol", "tcp")
            if protocol not in ("tcp", "udp"):
                yield PROTOCOL.problem(
                    f"{path}.protocol",
                    given=protocol,
                    allowed="tcp, udp",
                    remedy="write udp" if protocol.lower() == "udp" else "write tcp",
                )
    first: dict[int, str] = {}
    protocols: dict[int, str] = {}
    for ports in opened_ports(reading):
        if ports.first == ports.last:
            if protocols.setdefault(ports.first, ports.protocol) != ports.protocol:
                yield TWO_PROTOCOLS.problem(
                    ports.path,
                    given=f"{ports.first}/{ports.protocol}",
                    allowed="one protocol for a port, to be sure",
                    remedy=f"{first[ports.first]} has it for the other protocol",
                )
            first.setdefault(ports.first, ports.path)


def _health_checks(reading: Reading) -> Iterator[Problem]:
    for container in reading.containers:
        command = container.record.get("healthCheck", {}).get("command") or [None]
        if command[0] and command[0] not in _FIRST_WORDS:
            yield HEALTH_CHECK_WORD.problem(
                f"{container.path}.healthCheck.command[0]",
                given=Hidden("another word"),
                allowed="CMD-SHELL before one text, CMD before a program and its arguments",
                remedy="put CMD or CMD-SHELL first",
            )


def _ulimits(reading: Reading) -> Iterator[Problem]:
    for container in reading.containers:
        for path, ulimit in container.entries("ulimits"):
            soft, hard = ulimit.get("softLimit"), ulimit.get("hardLimit")
            if soft is not None and hard is not None and 0 <= hard < soft:
                yield SOFT_ABOVE_HARD.problem(
                    f"{path}.softLimit",
                    given=soft,
                    allowed=f"at most the hard limit {hard}",
                    remedy="lower softLimit or raise hardLimit",
                )


def _windows(reading: Reading) -> Iterator[Problem]:
    for container in reading.containers if reading.windows else ():
        for member in _NOT_FOR_WINDOWS:
            if container.record.get(member):
                yield IGNORED_ON_WINDOWS.problem(
                    f"{container.path}.{member}",
                    given=Hidden("a value"),
                    allowed="nothing for Windows",
                    remedy="leave it out",
                )


CHECKS = (
    _size,
    _required,
    _images,
    _logs,
    _environment,
    _ports,
    _health_checks,
    _ulimits,
    _windows,
)
