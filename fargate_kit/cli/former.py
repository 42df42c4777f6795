"""What people of the ECS CLI type, and what does the same here."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

__all__ = ["COMMANDS", "OPTIONS", "PAGE", "successor_of_command", "successor_of_option"]

PAGE = "docs/how-to/coming-from-the-ecs-cli.md"
# Words of other tools that nobody has a page for.
_ELSEWHERE = {"status": "`fargate-kit ps`", "list": "`fargate-kit ps`"}
_SERVICE = (
    "a project becomes services, so leave out `service`: `fargate-kit compose up`, `ps`, `scale`, "
    "`stop`, `start`, `down`"
)
_CONFIGURE = (
    "give --cluster and --region, or set FARGATE_KIT_CLUSTER and AWS_REGION; `aws configure` keeps "
    "credentials, and what `ecs-cli configure` wrote is read"
)

COMMANDS: Mapping[str, Mapping[str, str]] = {
    "": {
        "configure": _CONFIGURE,
        "check-attributes": "`fargate-kit doctor`",
        "license": "the file LICENSE",
        "push": "`docker push`",
        "pull": "`docker pull`",
        "images": "`aws ecr list-images`",
        "registry-creds": "`aws secretsmanager create-secret`, and aws.create_execution_role(…) in "
        "Python",
        "local": "`docker compose` starts containers here; `fargate-kit sim` simulates AWS",
        "service": _SERVICE,
    },
    "compose": {
        "service": _SERVICE,
        "create": "`fargate-kit compose plan` shows it, `fargate-kit compose convert -o DIRECTORY` "
        "writes the definitions",
        "run": "`fargate-kit run FAMILY -- COMMAND`",
        "rm": "`fargate-kit compose down`",
        "delete": "`fargate-kit compose down`",
    },
}
"""The commands that have another name here, by the group that they are typed in."""

_NETWORK = "`fargate-kit run` and `fargate-kit deploy --create` take"
_EC2 = "it is about EC2 instances, and here all is Fargate: leave it out"
_ALWAYS = "it is not needed: leave it out"
OPTIONS: Mapping[str, Mapping[str, str]] = {
    "up": {
        "--vpc": f"{_NETWORK} --subnet and --security-group; a cluster has no network of its own",
        "--subnets": f"{_NETWORK} --subnet, which may be repeated",
        "--security-group": f"{_NETWORK} --security-group, which may be repeated",
        "--azs": "--network --zones COUNT",
        "--no-associate-public-ip-address": f"{_NETWORK} --no-public-ip",
        "--tags": "--tag KEY=VALUE, which may be repeated",
        "--force": "`fargate-kit down`, and then `up`",
        "--empty": "it is so without --network: leave it out",
        "-e": "it is so without --network: leave it out",
        "--capability-iam": _ALWAYS,
        "--launch-type": _ALWAYS,
        **dict.fromkeys(
            (
                *("--size", "--instance-type", "--instance-role", "--keypair", "--image-id"),
                *("--spot-price", "--extra-user-data", "--imdsv2"),
            ),
            _EC2,
        ),
    },
    "scale": {
        "--size": f"{_EC2}; `fargate-kit scale SERVICE COUNT` is about tasks",
        "--capability-iam": _ALWAYS,
    },
    "ps": {"--desired-status": "--stopped"},
    "logs": {
        "--task-id": "`fargate-kit logs ID`",
        "--task-def": _ALWAYS,
        "--container-name": "--container",
        "--filter-pattern": "--pattern, a regular expression",
        "--start-time": "--since 2026-08-01T12:00",
        "--end-time": "there is none; --timestamps shows the times",
    },
    "compose up": {
        "--launch-type": _ALWAYS,
        "--force-deployment": "`fargate-kit deploy FAMILY:REVISION SERVICE --force`",
        "--force-update": "`fargate-kit deploy FAMILY:REVISION SERVICE --force`",
        "--registry-creds": "`repository_credentials` in ecs-params.yml",
    },
    "*": {"--aws-profile": "--profile", "--verbose": "--json tells all facts"},
}
"""The options that have another name here, by the command; `*` is every one."""


def successor_of_command(group: str, word: str) -> str | None:
    """Return what to say of a command that there is not; None if nothing is known.

    Args:
        group: The commands before it, such as `compose`.
    """
    former = COMMANDS.get(group, {})
    if word in former:
        return f"That is of the ECS CLI; here: {former[word]} (see {PAGE})"
    known = {**former, **_ELSEWHERE} if not group else {**former}
    near = get_close_matches(word, known, n=1)
    if not near:
        return None
    more = f" (see {PAGE})" if near[0] in former else ""
    return f"If `{near[0]}` is meant: {known[near[0]]}{more}"


def successor_of_option(command: str, option: str) -> str | None:
    """Return what to say of an option that a command has not; None if nothing is known.

    Args:
        command: Without `fargate-kit`, such as `compose up`.
    """
    text = OPTIONS.get(command, {}).get(option) or OPTIONS["*"].get(option)
    return text and f"That is of the ECS CLI; here: {text} (see {PAGE})"
