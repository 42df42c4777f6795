"""What a command takes from the ECS CLI's files, where nothing else says it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import typer

from fargate_kit.errors import ConfigurationError

if TYPE_CHECKING:
    from fargate_kit.cli.ecs_cli_files import EcsCliSetup
    from fargate_kit.core.api import Credentials

__all__ = ["Taken", "take_over", "taken"]

_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_CREDENTIALS = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What is in force of the ECS CLI's files.

    Attributes:
        note: A line for the person who waits; empty if nothing was taken.
    """

    aws_profile: str | None = None
    credentials: Credentials | None = None
    note: str = ""


_NOTHING = Taken()
_TAKEN: ContextVar[Taken] = ContextVar("taken")


def taken(*, profile: str | None) -> Taken:
    """Return what the command that runs takes over.

    Args:
        profile: Of the AWS files, as the command line names it; it leaves no other credentials.
    """
    found = _TAKEN.get(_NOTHING)
    return replace(found, aws_profile=None, credentials=None) if profile else found


def take_over(
    context: typer.Context,
    commands: Mapping[str, Any],
    *,
    configuration: str | None,
    profile: str | None,
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Make the ECS CLI's cluster and region the defaults of every command.

    Options and environment variables win. Files that cannot be read are told by the command that
    would have used them, unless a name of theirs was asked for.

    Args:
        commands: Their names, each with None or with the names below it.

    Raises:
        BadParameter: A name was asked for, and is not there.
    """
    from fargate_kit.cli.ecs_cli_files import folder_of, read_setup

    _TAKEN.set(_NOTHING)
    folder = folder_of(environment)
    asked = configuration or profile
    if not asked and not folder.is_dir():
        return
    try:
        setup = read_setup(folder, configuration=configuration, profile=profile)
    except ConfigurationError as error:
        if asked:
            hint = "--cluster-config" if configuration else "--ecs-profile"
            raise typer.BadParameter(str(error), param_hint=hint) from None
        _TAKEN.set(Taken(note=f"the ECS CLI's files are not used: {error}"))
        return
    defaults = {"cluster": setup.cluster, "region": setup.region}
    if not configuration and any(environment.get(name) for name in _REGIONS):
        del defaults["region"]
    defaults = {name: value for name, value in defaults.items() if value}
    context.default_map = _everywhere(commands, defaults)
    alone = profile is None and any(environment.get(name) for name in _CREDENTIALS)
    _TAKEN.set(_told(setup, defaults, str(folder), with_credentials=not alone))


def _everywhere(commands: Mapping[str, Any], defaults: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: _everywhere(below, defaults) if below else dict(defaults)
        for name, below in commands.items()
    }


def _told(
    setup: EcsCliSetup, defaults: Mapping[str, str], folder: str, *, with_credentials: bool
) -> Taken:
    said = [f"{name} {value}" for name, value in defaults.items()]
    credentials = setup.credentials if with_credentials else None
    aws_profile = setup.aws_profile if with_credentials and credentials is None else ""
    if credentials is not None:
        said.append(f"the key pair of profile {setup.profile!r}")
    elif aws_profile:
        said.append(f"the AWS profile {aws_profile!r}")
    note = f"by default from the ECS CLI's files in {folder}: {', '.join(said)}" if said else ""
    return Taken(aws_profile=aws_profile or None, credentials=credentials, note=note)
