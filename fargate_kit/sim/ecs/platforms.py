"""Fargate platform versions: which exist, and what they can run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fargate_kit.sim.ecs import wording

# Developer Guide, page platform-linux-fargate; the newest first, which is LATEST.
LINUX = ("1.4.0", "1.3.0")
WINDOWS = ("1.0.0",)


def resolve_platform(
    given: str,
    body: Mapping[str, Any],
    overrides: Mapping[str, Any],
    *,
    spot: bool,
    execute_command: bool,
) -> str:
    """Turn the platform version of a request into a number.

    Args:
        given: A number or LATEST.
        body: The task definition.
        overrides: Of the request.
        spot: Whether any task goes to Fargate Spot.
        execute_command: Whether ECS Exec is wanted.

    Returns:
        A number such as 1.4.0.

    Raises:
        AwsError: There is no such version, or it cannot run the definition.
    """
    system = (body.get("runtimePlatform") or {}).get("operatingSystemFamily", "LINUX")
    versions = LINUX if system == "LINUX" else WINDOWS
    if given == "LATEST":
        version = versions[0]
    elif given in versions:
        version = given
    elif given in LINUX or given in WINDOWS:
        raise wording.PLATFORM_INCOMPATIBLE.error()
    else:
        raise wording.PLATFORM_UNKNOWN.error()
    if spot and system != "LINUX":
        raise wording.PLATFORM_INCOMPATIBLE.error()
    if version == "1.3.0" and (execute_command or _needs_newest(body, overrides, spot=spot)):
        raise wording.PLATFORM_INCOMPATIBLE.error()
    return version


def _needs_newest(body: Mapping[str, Any], overrides: Mapping[str, Any], *, spot: bool) -> bool:
    """Tell whether Linux 1.3.0 lacks something (facts of the pages on Fargate)."""
    arm = (body.get("runtimePlatform") or {}).get("cpuArchitecture") == "ARM64"
    return bool(
        body.get("ephemeralStorage")
        or overrides.get("ephemeralStorage")
        or body.get("pidMode")
        or int(overrides.get("cpu") or body["cpu"]) >= 8192
        or (arm and spot)
        or any(volume.get("efsVolumeConfiguration") for volume in body["volumes"])
        or any(_container_needs_newest(one) for one in body["containerDefinitions"])
    )


def _container_needs_newest(container: Mapping[str, Any]) -> bool:
    capabilities = (container.get("linuxParameters") or {}).get("capabilities") or {}
    return bool(container["systemControls"] or capabilities.get("add"))
