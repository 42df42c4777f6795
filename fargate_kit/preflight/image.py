"""Looks at images in ECR: there, and built for the task's CPU architecture."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from fargate_kit.errors import ApiError
from fargate_kit.model.problems import Problem
from fargate_kit.preflight.look import Look, finding

__all__ = ["check_image"]

# Amazon ECR User Guide, "Private registry"; the tag or digest may be left out.
_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(-fips)?\.(?P<region>[a-z0-9-]+)"
    r"\.(amazonaws\.com(\.cn)?|on\.(aws|amazonwebservices\.com\.cn))/"
    r"(?P<repository>[^:@]+)(:(?P<tag>[^@]+))?(@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_ARCHITECTURES = {"X86_64": "amd64", "ARM64": "arm64"}
# Those that name an image for each platform, and those of one platform.
_INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)


async def check_image(look: Look, number: int) -> list[Problem]:
    """Tell whether a container's image is in ECR; other registries are not asked.

    Calls:
        ecr:BatchGetImage
    """
    image = look.containers[number].get("image", "")
    path = f"containerDefinitions[{number}].image"
    match = _ECR.fullmatch(image)
    if match is None:
        look.notes.append(f"{path}: {image} is not in ECR, and other registries are not asked")
        return []
    wanted = (
        {"imageDigest": match["digest"]}
        if match["digest"]
        else {"imageTag": match["tag"] or "latest"}
    )
    try:
        reply = await look.session.api.in_region(match["region"]).call(
            "ecr",
            "BatchGetImage",
            registryId=match["account"],
            repositoryName=match["repository"],
            imageIds=[wanted],
            acceptedMediaTypes=[*_INDEXES, *_MANIFESTS],
        )
    except ApiError as error:
        if error.code != "RepositoryNotFoundException":
            raise
        what = f"there is no repository {match['repository']} in ECR in {match['region']}"
        return [_missing(path, image, what, "create it and push the image, or correct the name")]
    if not reply["images"]:
        which = match["digest"] or f"the tag {match['tag'] or 'latest'}"
        what = f"the repository {match['repository']} has no image with {which}"
        return [_missing(path, image, what, "push it, or name one that is there")]
    return _architecture(look, path, image, reply["images"][0])


def _architecture(look: Look, path: str, image: str, raw: Mapping[str, Any]) -> list[Problem]:
    platform = look.definition.get("runtimePlatform") or {}
    wanted = platform.get("cpuArchitecture") or "X86_64"
    there = _built_for(raw.get("imageManifest", ""))
    if there is None:
        look.notes.append(
            f"{path}: {image} is one image without a list of platforms; ECR does not tell its "
            "CPU architecture"
        )
        return []
    if _ARCHITECTURES.get(wanted, wanted) in there:
        return []
    return [
        finding(
            path,
            "image-architecture",
            image,
            f"{image} is built for {', '.join(sorted(there))}, and the task runs on {wanted}",
            f"build it for {_ARCHITECTURES.get(wanted, wanted)} "
            f"(docker buildx build --platform linux/{_ARCHITECTURES.get(wanted, wanted)}), "
            "or change cpu_architecture",
            allowed=f"an image for {wanted}",
        )
    ]


def _built_for(manifest: str) -> set[str] | None:
    """Return the architectures that an index names; None where there is no index."""
    try:
        members = json.loads(manifest).get("manifests")
    except (ValueError, AttributeError):
        return None
    if not members:
        return None
    found = {(each.get("platform") or {}).get("architecture", "") for each in members}
    # An attestation beside the images has the platform `unknown` (BuildKit).
    return (found - {"", "unknown"}) or None


def _missing(path: str, image: str, text: str, remedy: str) -> Problem:
    allowed = "an image that is in its repository"
    return finding(path, "image-missing", image, text, remedy, allowed=allowed)
