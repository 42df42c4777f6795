"""Looks at what a definition refers to: secrets, parameters and log groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fargate_kit.core.api import Api
from fargate_kit.errors import NotFound
from fargate_kit.model.policy_builders import is_secret, secret_references
from fargate_kit.model.problems import Problem
from fargate_kit.preflight.look import Look, finding

__all__ = ["check_log_groups", "check_parameters", "check_secrets", "secrets_of"]


def secrets_of(look: Look) -> dict[str, str]:
    """Return where each reference to a secret or parameter is first made, by reference."""
    found: dict[str, str] = {}
    for number, container in enumerate(look.containers):
        for given in secret_references(container):
            found.setdefault(given, f"containerDefinitions[{number}].secrets")
    return found


async def check_secrets(look: Look) -> list[Problem]:
    """Tell whether the secrets are there; their values are not read.

    Calls:
        secretsmanager:DescribeSecret for each secret
    """
    places: dict[str, str] = {}
    for given, path in secrets_of(look).items():
        if is_secret(given):
            parts = given.split(":")
            places.setdefault(":".join(parts[:7]), path)
            if len(parts) > 7 and parts[7]:
                look.notes.append(f"{path}: whether {parts[6]} has the key {parts[7]} is not read")
    found = [await _secret(look, arn, path) for arn, path in places.items()]
    return [problem for problem in found if problem is not None]


async def _secret(look: Look, arn: str, path: str) -> Problem | None:
    parts = arn.split(":")
    api = look.session.api.in_region(parts[3])
    try:
        reply = await api.call("secretsmanager", "DescribeSecret", SecretId=arn)
    except NotFound:
        return _missing(path, arn, f"there is no secret {parts[6]} in {parts[3]}")
    if reply.get("DeletedDate") is None:
        return None
    return finding(
        path,
        "secret-deleted",
        arn,
        f"the secret {parts[6]} is being deleted",
        "restore it (aws secretsmanager restore-secret), or name another",
        allowed="a secret that is not being deleted",
    )


async def check_parameters(look: Look) -> list[Problem]:
    """Tell whether the parameters of Parameter Store are there; their values are not read.

    Calls:
        ssm:DescribeParameters, once for every region and 50 names
    """
    by_region: dict[str, dict[str, str]] = {}
    for given, path in secrets_of(look).items():
        if not is_secret(given):
            region = given.split(":")[3] if given.startswith("arn:") else look.session.api.region
            by_region.setdefault(region, {})[_parameter(given)] = path
    found = []
    for region, places in by_region.items():
        there = await _parameters(look.session.api.in_region(region), list(places))
        found += [
            _missing(path, name, f"there is no parameter {name} in {region}")
            for name, path in places.items()
            if name.removeprefix("/") not in there
        ]
    return found


async def _parameters(api: Api, names: list[str]) -> set[str]:
    there: set[str] = set()
    for first in range(0, len(names), 50):
        chosen = {"Key": "Name", "Option": "Equals", "Values": names[first : first + 50]}
        async for page in api.pages("ssm", "DescribeParameters", ParameterFilters=[chosen]):
            there |= {each["Name"].removeprefix("/") for each in page["Parameters"]}
    return there


async def check_log_groups(look: Look) -> list[Problem]:
    """Tell whether the log groups are there, where the log driver is not to make them.

    Calls:
        logs:DescribeLogGroups for each log group
    """
    found = []
    for path, region, name in dict.fromkeys(_log_groups(look)):
        pages = look.session.api.in_region(region).pages(
            "logs", "DescribeLogGroups", logGroupNamePrefix=name
        )
        there = [each["logGroupName"] async for page in pages for each in page["logGroups"]]
        if name not in there:
            found.append(
                finding(
                    path,
                    "log-group-missing",
                    name,
                    f"there is no log group {name} in {region}",
                    "make it (create_log_group()), or set awslogs-create-group to true and let "
                    "the execution role make it",
                    allowed="a log group that is there",
                )
            )
    return found


def _log_groups(look: Look) -> Iterator[tuple[str, str, str]]:
    for number, container in enumerate(look.containers):
        log: Mapping[str, Any] = container.get("logConfiguration") or {}
        options = log.get("options") or {}
        makes = options.get("awslogs-create-group", "").lower() == "true"
        name = options.get("awslogs-group")
        if log.get("logDriver") == "awslogs" and name and not makes:
            path = f"containerDefinitions[{number}].logConfiguration.options.awslogs-group"
            yield path, options.get("awslogs-region") or look.session.api.region, name


def _parameter(given: str) -> str:
    """Return a parameter's name; that of a path has a slash that its ARN does not show."""
    if not given.startswith("arn:"):
        return given
    name = given.partition(":parameter/")[2]
    return f"/{name}" if "/" in name else name


def _missing(path: str, given: str, text: str) -> Problem:
    return finding(
        path,
        "secret-missing",
        given,
        text,
        "make it, or correct its name and region",
        allowed="a secret or parameter that is there",
    )
