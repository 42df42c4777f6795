"""Rules over log drivers and FireLens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fargate_kit.model.problems import Hidden, Problem, Rule
from fargate_kit.model.reading import Reading

_LOG = "model: LogConfiguration"

LOG_DRIVER = Rule(
    id="log-driver",
    says="The log driver is awslogs, splunk or awsfirelens.",
    source=_LOG,
    fargate=True,
)
AWSLOGS_OPTIONS = Rule(
    id="awslogs-options",
    says="awslogs has a group, a Region and, on Fargate, a stream prefix.",
    source=_LOG,
    fargate=True,
)
AWSLOGS_MULTILINE = Rule(
    id="awslogs-multiline",
    says="awslogs has a datetime format or a multiline pattern, not both.",
    source=_LOG,
)
LOG_MODE = Rule(
    id="log-mode",
    says="The delivery mode of a log driver is blocking or non-blocking.",
    source=_LOG,
)
FIRELENS_ROUTER = Rule(
    id="firelens-router",
    says="The awsfirelens driver needs a container with firelensConfiguration in the task.",
    source="guide: firelens-taskdef",
)
FIRELENS_CONSUMER = Rule(
    id="firelens-consumer",
    says="A FireLens router needs a container that uses the awsfirelens driver.",
    source="guide: firelens-taskdef; public reports of AWS's answer",
)
FIRELENS_FILE = Rule(
    id="firelens-file",
    says="A FireLens configuration is a file of the image on Fargate, not an object in S3.",
    source="guide: firelens-taskdef; model: FirelensConfiguration",
    fargate=True,
)

RULES = (
    LOG_DRIVER,
    AWSLOGS_OPTIONS,
    AWSLOGS_MULTILINE,
    LOG_MODE,
    FIRELENS_ROUTER,
    FIRELENS_CONSUMER,
    FIRELENS_FILE,
)

_DRIVERS = ("awslogs", "splunk", "awsfirelens")
_AWSLOGS_OPTIONS = ("awslogs-group", "awslogs-region", "awslogs-stream-prefix")


def _log_configuration(reading: Reading) -> Iterator[Problem]:
    for container in reading.containers:
        log = container.record.get("logConfiguration")
        driver = log.get("logDriver") if log else None
        if log is None or driver is None:
            continue
        path, options = f"{container.path}.logConfiguration", log.get("options", {})
        if driver not in _DRIVERS:
            yield LOG_DRIVER.problem(
                f"{path}.logDriver",
                given=driver,
                allowed=", ".join(_DRIVERS),
                remedy="use awslogs for CloudWatch Logs, awsfirelens for other places",
            )
        if driver == "awslogs":
            yield from _awslogs(f"{path}.options", options)
        mode = options.get("mode")
        if mode is not None and mode not in ("blocking", "non-blocking"):
            yield LOG_MODE.problem(
                f"{path}.options.mode",
                given=mode,
                allowed="blocking, non-blocking",
                remedy="choose one of these, or leave it out",
            )


def _awslogs(path: str, options: dict[str, Any]) -> Iterator[Problem]:
    for option in _AWSLOGS_OPTIONS:
        if not options.get(option):
            yield AWSLOGS_OPTIONS.problem(
                f"{path}.{option}",
                given=None,
                allowed="a value",
                remedy=f"add {option}, awslogs on Fargate needs {', '.join(_AWSLOGS_OPTIONS)}",
            )
    if "awslogs-datetime-format" in options and "awslogs-multiline-pattern" in options:
        yield AWSLOGS_MULTILINE.problem(
            f"{path}.awslogs-multiline-pattern",
            given=Hidden("a pattern beside awslogs-datetime-format"),
            allowed="one of the two",
            remedy="leave one out",
        )


def _firelens(reading: Reading) -> Iterator[Problem]:
    consumers, routers = [], []
    for container in reading.containers:
        if container.record.get("logConfiguration", {}).get("logDriver") == "awsfirelens":
            consumers.append(container)
        if "firelensConfiguration" in container.record:
            routers.append(container)
    if consumers and not routers:
        yield FIRELENS_ROUTER.problem(
            f"{consumers[0].path}.logConfiguration.logDriver",
            given="awsfirelens",
            allowed="awsfirelens beside a container with firelensConfiguration",
            remedy="add a log router container such as Fluent Bit, or use awslogs",
        )
    if routers and not consumers:
        yield FIRELENS_CONSUMER.problem(
            f"{routers[0].path}.firelensConfiguration",
            given=Hidden("a router that nobody uses"),
            allowed="a router with at least one awsfirelens container",
            remedy="use the awsfirelens driver in a container, or leave the router out",
        )
    for container in routers:
        options = container.record["firelensConfiguration"].get("options", {})
        if options.get("config-file-type") == "s3":
            yield FIRELENS_FILE.problem(
                f"{container.path}.firelensConfiguration.options.config-file-type",
                given="s3",
                allowed="file",
                remedy="put the file into the image and use file",
            )


CHECKS = (_log_configuration, _firelens)
