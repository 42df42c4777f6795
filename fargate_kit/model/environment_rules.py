"""Rules over a container's environment variables, secrets and environment files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fargate_kit.model.problems import Problem, Rule
from fargate_kit.model.reading import ContainerReading, Reading

_REPORTS = "public reports of AWS's answer"

ENVIRONMENT_NAME = Rule(
    id="environment-name",
    says="An environment variable has a name.",
    source=f"guide: task_definition_parameters; {_REPORTS}",
)
UNIQUE_SECRET_NAMES = Rule(
    id="unique-secret-names",
    says="No two secrets of a container have the same name.",
    source=_REPORTS,
    mark="OBS",
)
SECRET_NAME_CLASH = Rule(
    id="secret-name-clash",
    says="No secret of a container has the name of one of its environment variables.",
    source=_REPORTS,
    mark="OBS",
)
ENVIRONMENT_FILE_COUNT = Rule(
    id="environment-file-count",
    says="A container has at most 10 environment files.",
    source="model: ContainerDefinition",
)
ENVIRONMENT_FILE = Rule(
    id="environment-file",
    says="An environment file is the ARN of an S3 object that ends in .env.",
    source="model: EnvironmentFile",
)
RULES = (
    ENVIRONMENT_NAME,
    UNIQUE_SECRET_NAMES,
    SECRET_NAME_CLASH,
    ENVIRONMENT_FILE_COUNT,
    ENVIRONMENT_FILE,
)

_ENVIRONMENT_FILE = re.compile(r"arn:aws[a-z-]*:s3:[^:]*:[^:]*:[^/]+/.*\.env")
_MOST_FILES = 10


def _environment(container: ContainerReading) -> Iterator[Problem]:
    names = set()
    for path, variable in container.entries("environment"):
        name = variable.get("name", "")
        names.add(name)
        if not name.strip():
            yield ENVIRONMENT_NAME.problem(
                f"{path}.name",
                given=name or None,
                allowed="a name",
                remedy="name the variable, or leave it out",
            )
    seen: dict[str, str] = {}
    for path, secret in container.entries("secrets"):
        name = secret.get("name", "")
        if name in seen:
            yield UNIQUE_SECRET_NAMES.problem(
                f"{path}.name",
                given=name,
                allowed="each name once",
                remedy=f"leave one out, {seen[name]} has this name already",
            )
        elif name and name in names:
            yield SECRET_NAME_CLASH.problem(
                f"{path}.name",
                given=name,
                allowed="a name that no environment variable of the container has",
                remedy="leave the environment variable of this name out",
            )
        seen.setdefault(name, path)


def _environment_files(container: ContainerReading) -> Iterator[Problem]:
    count = len(container.record.get("environmentFiles", ()))
    if count > _MOST_FILES:
        yield ENVIRONMENT_FILE_COUNT.problem(
            f"{container.path}.environmentFiles",
            given=count,
            allowed=f"at most {_MOST_FILES} files",
            remedy="join some of the files",
        )
    for path, file in container.entries("environmentFiles"):
        value = file.get("value")
        if value is not None and not _ENVIRONMENT_FILE.fullmatch(value):
            yield ENVIRONMENT_FILE.problem(
                f"{path}.value",
                given=value,
                allowed="arn:aws:s3:::<bucket>/<key>.env",
                remedy="give the object's ARN, and let its name end in .env",
            )


def _each_container(reading: Reading) -> Iterator[Problem]:
    for container in reading.containers:
        yield from _environment(container)
        yield from _environment_files(container)


CHECKS = (_each_container,)
