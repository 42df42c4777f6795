"""Which workload an image is."""

from __future__ import annotations

import fnmatch

from fargate_kit.sim.workloads.behaviour import Workload
from fargate_kit.sim.workloads.image_reference import (
    DOCKER_HUB,
    ImageReference,
    InvalidImageReference,
)
from fargate_kit.sim.workloads.images import built_in_images
from fargate_kit.sim.workloads.images.unknown import UNKNOWN


class Workloads:
    """Workloads by the names of images; it begins with the built-in ones."""

    def __init__(self) -> None:
        self._patterns: list[tuple[str, Workload]] = list(built_in_images())
        self._found: dict[str, Workload] = {}

    def register(self, pattern: str, workload: Workload) -> None:
        """Say what containers of some images do; what is registered later goes first.

        Args:
            pattern: As in a shell, such as `acme/*`. It is compared with the name without
                registry and tag (`acme/report`), or with what of both it names itself:
                `acme/report:7`, `registry.example.com/acme/*`, `nginx:*-alpine`.
            workload: What they do.

        Raises:
            ValueError: The pattern is empty.
        """
        if not pattern:
            raise ValueError("the pattern for an image is not empty")
        self._patterns.append((pattern, workload))
        self._found.clear()

    def find(self, image: str) -> Workload:
        """Find what a container of an image does.

        Args:
            image: As in a container definition.

        Returns:
            The workload registered last whose pattern fits. An image that none fits, even
            one whose name is malformed, runs until it is stopped.
        """
        found = self._found.get(image)
        if found is None:
            found = self._found[image] = self._look_up(image)
        return found

    def _look_up(self, image: str) -> Workload:
        spellings = _spellings(image)
        for pattern, workload in reversed(self._patterns):
            if any(fnmatch.fnmatchcase(spelling, pattern) for spelling in spellings):
                return workload
        return UNKNOWN


def _spellings(image: str) -> list[str]:
    """List how an image may be called: with and without its registry, tag and digest."""
    try:
        reference = ImageReference.parse(image)
    except InvalidImageReference:
        return [image]
    names = [reference.name, reference.repository]
    if reference.registry == DOCKER_HUB:
        names.append(f"{DOCKER_HUB}/{reference.name}")
    names.append(f"{reference.registry}/{reference.repository}")
    endings = [""]
    if reference.tag:
        endings.append(f":{reference.tag}")
    if reference.digest:
        endings.append(f"@{reference.digest}")
        endings.append(f":{reference.tag}@{reference.digest}" if reference.tag else "")
    return list(dict.fromkeys([image, *(name + ending for name in names for ending in endings)]))
