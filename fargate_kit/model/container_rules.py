"""Rules over one container: its image, time limits, health check, restarts and kernel limits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fargate_kit.model.problems import Hidden, Problem, Rule
from fargate_kit.model.reading import ContainerReading, Reading

_PARAMETERS = "guide: task_definition_parameters"

IMAGE_REQUIRED = Rule(
    id="image-required",
    says="A container has an image.",
    source=_PARAMETERS,
)
IMAGE_LENGTH = Rule(
    id="image-length",
    says="An image's name and tag are at most 255 characters, a digest not counted.",
    source="model: ContainerDefinition",
)
IMAGE_FORM = Rule(
    id="image-form",
    says="An image is [registry/]name[:tag] or [registry/]name@sha256:<64 hexadecimal digits>.",
    source="model: ContainerDefinition",
)
STOP_TIMEOUT = Rule(
    id="stop-timeout",
    says="stopTimeout is 2 to 120 seconds.",
    source="model: ContainerDefinition",
    fargate=True,
)
START_TIMEOUT = Rule(
    id="start-timeout",
    says="startTimeout is 2 to 120 seconds.",
    source="model: ContainerDefinition",
    fargate=True,
)
HEALTH_CHECK_COMMAND = Rule(
    id="health-check-command",
    says="A health check has a command.",
    source="model: HealthCheck",
)
HEALTH_CHECK_RANGE = Rule(
    id="health-check-range",
    says="interval is 5 to 300 s, timeout 2 to 60 s, retries 1 to 10, startPeriod 0 to 300 s.",
    source="model: HealthCheck",
)
RESTART_PERIOD = Rule(
    id="restart-period",
    says="restartAttemptPeriod is 60 to 1800 seconds.",
    source="model: ContainerRestartPolicy",
)
IGNORED_EXIT_CODES = Rule(
    id="ignored-exit-codes",
    says="A restart policy ignores at most 50 exit codes.",
    source="model: ContainerRestartPolicy",
)
OPEN_FILES = Rule(
    id="open-files",
    says="The nofile limits are at most 1,048,576.",
    source="guide: fargate-tasks-services",
    fargate=True,
)
SYSTEM_CONTROL = Rule(
    id="system-control",
    says="A system control is one of the namespaced IPC or network parameters.",
    source="model: SystemControl",
)
CREDENTIAL_SPECS = Rule(
    id="credential-specs",
    says="A container has at most one credential spec.",
    source="model: ContainerDefinition",
)

RULES = (
    IMAGE_REQUIRED,
    IMAGE_LENGTH,
    IMAGE_FORM,
    STOP_TIMEOUT,
    START_TIMEOUT,
    HEALTH_CHECK_COMMAND,
    HEALTH_CHECK_RANGE,
    RESTART_PERIOD,
    IGNORED_EXIT_CODES,
    OPEN_FILES,
    SYSTEM_CONTROL,
    CREDENTIAL_SPECS,
)

_MOST_IMAGE, _MOST_OPEN_FILES = 255, 1048576
_IMAGE = re.compile(
    r"(?:[A-Za-z0-9._-]+(?::\d{1,5})?/)?"  # registry with a port
    r"[A-Za-z0-9._#-]+(?:/[A-Za-z0-9._#-]+)*"  # repository
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.#-]{0,127})?"  # tag
)
_DIGEST = re.compile(r"sha256:[A-Fa-f0-9]{64}")
_IPC_CONTROLS = frozenset(
    f"kernel.{name}"
    for name in (
        "msgmax",
        "msgmnb",
        "msgmni",
        "sem",
        "shmall",
        "shmmax",
        "shmmni",
        "shm_rmid_forced",
    )
)
_HEALTH_CHECK_RANGES = {
    "interval": (5, 300, "seconds"),
    "timeout": (2, 60, "seconds"),
    "retries": (1, 10, "retries"),
    "startPeriod": (0, 300, "seconds"),
}


def _image(container: ContainerReading) -> Iterator[Problem]:
    path, image = f"{container.path}.image", container.record.get("image")
    if not image:
        yield IMAGE_REQUIRED.problem(
            path, given=None, allowed="an image", remedy="name the image to run"
        )
        return
    name, at, digest = image.partition("@")
    if len(name) > _MOST_IMAGE:
        yield IMAGE_LENGTH.problem(
            path,
            given=Hidden(f"{len(name)} characters"),
            allowed=f"at most {_MOST_IMAGE} characters before the @",
            remedy="shorten the name of the repository or the tag",
        )
    elif not _IMAGE.fullmatch(name) or (at and not _DIGEST.fullmatch(digest)):
        yield IMAGE_FORM.problem(
            path,
            given=image,
            allowed="[registry/]name[:tag] or [registry/]name@sha256:<64 hexadecimal digits>",
            remedy="write the digest in full" if _IMAGE.fullmatch(name) else "correct the name",
        )


def _time_limits(container: ContainerReading) -> Iterator[Problem]:
    for member, rule in (("startTimeout", START_TIMEOUT), ("stopTimeout", STOP_TIMEOUT)):
        seconds = container.record.get(member)
        if seconds is not None and not 2 <= seconds <= 120:
            yield rule.problem(
                f"{container.path}.{member}",
                given=seconds,
                allowed="2 to 120 seconds",
                remedy=f"use {2 if seconds < 2 else 120}",
            )


def _health_check(container: ContainerReading) -> Iterator[Problem]:
    check = container.record.get("healthCheck")
    if check is None:
        return
    path, command = f"{container.path}.healthCheck", check.get("command")
    if command is not None and not any(command):
        yield HEALTH_CHECK_COMMAND.problem(
            f"{path}.command",
            given=Hidden("no word"),
            allowed="CMD-SHELL and one text, or CMD and its arguments",
            remedy='write ["CMD-SHELL", "<command>"], or leave healthCheck out',
        )
    for member, (least, most, unit) in _HEALTH_CHECK_RANGES.items():
        value = check.get(member)
        if value is not None and not least <= value <= most:
            yield HEALTH_CHECK_RANGE.problem(
                f"{path}.{member}",
                given=value,
                allowed=f"{least} to {most} {unit}",
                remedy=f"use {least if value < least else most}",
            )


def _restart_policy(container: ContainerReading) -> Iterator[Problem]:
    policy = container.record.get("restartPolicy", {})
    path = f"{container.path}.restartPolicy"
    period = policy.get("restartAttemptPeriod")
    if period is not None and not 60 <= period <= 1800:
        yield RESTART_PERIOD.problem(
            f"{path}.restartAttemptPeriod",
            given=period,
            allowed="60 to 1800 seconds",
            remedy=f"use {60 if period < 60 else 1800}",
        )
    count = len(policy.get("ignoredExitCodes", ()))
    if count > 50:
        yield IGNORED_EXIT_CODES.problem(
            f"{path}.ignoredExitCodes",
            given=count,
            allowed="at most 50 exit codes",
            remedy=f"leave out {count - 50}",
        )


def _kernel_limits(container: ContainerReading) -> Iterator[Problem]:
    for path, ulimit in container.entries("ulimits"):
        for member in ("softLimit", "hardLimit"):
            if ulimit.get("name") == "nofile" and ulimit.get(member, 0) > _MOST_OPEN_FILES:
                yield OPEN_FILES.problem(
                    f"{path}.{member}",
                    given=ulimit[member],
                    allowed=f"at most {_MOST_OPEN_FILES}",
                    remedy=f"use {_MOST_OPEN_FILES}",
                )
    for path, control in container.entries("systemControls"):
        name = control.get("namespace", "")
        if name not in _IPC_CONTROLS and not name.startswith(("net.", "fs.mqueue.")):
            yield SYSTEM_CONTROL.problem(
                f"{path}.namespace",
                given=name or None,
                allowed="net.*, fs.mqueue.*, " + ", ".join(sorted(_IPC_CONTROLS)),
                remedy="leave it out, only these have a namespace of their own in a task",
            )
    count = len(container.record.get("credentialSpecs", ()))
    if count > 1:
        yield CREDENTIAL_SPECS.problem(
            f"{container.path}.credentialSpecs",
            given=count,
            allowed="at most one",
            remedy="keep one",
        )


_CONTAINER_CHECKS = (
    _image,
    _time_limits,
    _health_check,
    _restart_policy,
    _kernel_limits,
)


def _each_container(reading: Reading) -> Iterator[Problem]:
    for container in reading.containers:
        for check in _CONTAINER_CHECKS:
            yield from check(container)


CHECKS = (_each_container,)
