"""What `ecs-cli configure` left behind: a cluster, a region, and whose credentials.

The ECS CLI wrote YAML into `~/.ecs/config` and `~/.ecs/credentials` (on Windows below
`%LOCALAPPDATA%`), and before its version 1.0 one file in INI form (ecs-cli/modules/config of its
repository aws/amazon-ecs-cli).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from configparser import ConfigParser
from configparser import Error as IniError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fargate_kit.core.api import Credentials
from fargate_kit.errors import ConfigurationError

__all__ = ["EcsCliSetup", "folder_of", "read_setup"]

CONFIG, CREDENTIALS = "config", "credentials"
_INI_BEGINS = "[ecs]"


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsCliSetup:
    """One configuration and one profile of the ECS CLI.

    Attributes:
        configuration: The name under which the cluster and the region were kept.
        profile: The name under which the key pair was kept.
        aws_profile: A profile of the AWS files that stands in place of a key pair.
    """

    configuration: str = ""
    cluster: str = ""
    region: str = ""
    profile: str = ""
    aws_profile: str = ""
    credentials: Credentials | None = field(default=None)


def folder_of(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where the ECS CLI kept its files."""
    local = environment.get("LOCALAPPDATA", "")
    if os.name == "nt" and local:
        return Path(local) / "ecs"
    return Path.home() / ".ecs"


def read_setup(
    folder: Path, *, configuration: str | None = None, profile: str | None = None
) -> EcsCliSetup:
    """Read what the ECS CLI would have used.

    Args:
        configuration: As `--cluster-config` named it; None takes the default one.
        profile: As `--ecs-profile` named it; None takes the default one.

    Raises:
        ConfigurationError: A file cannot be read, or has no such name; the message says which
            there are, and never what a key is.
    """
    text = _text_of(folder / CONFIG)
    if text.lstrip().startswith(_INI_BEGINS):
        return _from_ini(folder / CONFIG, text, configuration, profile)
    clusters = _entries(folder / CONFIG, text, "clusters")
    keys = _entries(folder / CREDENTIALS, _text_of(folder / CREDENTIALS), "ecs_profiles")
    cluster_name, cluster = _chosen(folder / CONFIG, "configuration", clusters, configuration)
    profile_name, pair = _chosen(folder / CREDENTIALS, "profile", keys, profile)
    return EcsCliSetup(
        configuration=cluster_name,
        cluster=cluster.get("cluster", ""),
        region=cluster.get("region", ""),
        profile=profile_name,
        credentials=_pair_of(pair),
    )


@dataclass(frozen=True, slots=True)
class _Entries:
    default: str
    named: Mapping[str, Mapping[str, str]]


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is no text in UTF-8") from None
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from error


def _entries(path: Path, text: str, key: str) -> _Entries:
    """Read a file of version 1: a default, and the entries by their names."""
    if not text.strip():
        return _Entries("", {})
    content = _yaml(path, text)
    named = content.get(key) if isinstance(content, dict) else None
    if not isinstance(named, dict) or not all(isinstance(each, dict) for each in named.values()):
        raise ConfigurationError(
            f"{path} has no {key!r} with named entries, as the ECS CLI wrote it"
        )
    default = content.get("default") or ""
    return _Entries(
        str(default),
        {
            str(name): {str(one): "" if it is None else str(it) for one, it in entry.items()}
            for name, entry in named.items()
        },
    )


def _yaml(path: Path, text: str) -> Any:
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError
    except ModuleNotFoundError:
        raise ConfigurationError(
            f"{path} is read with ruamel.yaml: pip install 'fargate-kit[compose]'"
        ) from None
    try:
        return YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        # Its own text would quote the line, which may hold a key.
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigurationError(f"{path}{line}: no YAML") from None
    except YAMLError:
        raise ConfigurationError(f"{path}: no YAML") from None


def _chosen(
    path: Path, kind: str, entries: _Entries, wanted: str | None
) -> tuple[str, Mapping[str, str]]:
    name = wanted or entries.default
    if not name:
        return "", {}
    if name not in entries.named:
        there = ", ".join(sorted(entries.named)) or "none"
        raise ConfigurationError(f"{path} has no {kind} {name!r}; there are: {there}")
    return name, entries.named[name]


def _pair_of(entry: Mapping[str, str]) -> Credentials | None:
    key, secret = entry.get("aws_access_key_id"), entry.get("aws_secret_access_key")
    if not key or not secret:
        return None
    return Credentials(
        access_key_id=key,
        secret_access_key=secret,
        session_token=entry.get("aws_session_token") or None,
    )


def _from_ini(path: Path, text: str, configuration: str | None, profile: str | None) -> EcsCliSetup:
    if configuration or profile:
        wanted = configuration or profile
        raise ConfigurationError(
            f"{path} is of the ECS CLI before 1.0 and has no names, so {wanted!r} is not there"
        )
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except IniError:
        raise ConfigurationError(f"{path} begins as an INI file and goes on as none") from None
    found = dict(parser["ecs"])
    return EcsCliSetup(
        configuration="ecs",
        cluster=found.get("cluster", ""),
        region=found.get("region", ""),
        profile="ecs",
        aws_profile=found.get("aws_profile", ""),
        credentials=_pair_of(found),
    )
