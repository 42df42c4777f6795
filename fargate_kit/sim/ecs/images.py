"""Images: whether they can be pulled, how long that takes, and their digests."""

from __future__ import annotations

import hashlib
import random

from fargate_kit.sim.ecs import wording
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.facts import RepositoryMissing
from fargate_kit.sim.wording import Phrase
from fargate_kit.sim.workloads import ImageReference, InvalidImageReference


class PullFailed(Exception):
    """An image cannot be pulled; the message is what AWS tells of it.

    Args:
        reason: The message.
        seconds: How long it is tried; None for as long as any pull that fails.
    """

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Registry:
    """Pulls images for one region's tasks."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def digest(self, image: str) -> str:
        """Find the digest under which an image is pulled.

        An image of the account's own ECR has ECR's digest; of every other one the digest
        follows from its name, so that the same name always is the same image.

        Args:
            image: As the definition spells it.

        Returns:
            `sha256:` and 64 hexadecimal digits.

        Raises:
            PullFailed: The name is malformed, its registry cannot exist (the reserved
                top-level domain `.invalid`), the image is not in the account's own ECR,
                or a fault is planned for it.
        """
        try:
            reference = ImageReference.parse(image)
        except InvalidImageReference:
            raise PullFailed(wording.PULL_INVALID_REFERENCE.say(image=image)) from None
        if self._ground.faults.image_missing(image):
            raise _failure(wording.PULL_NOT_FOUND, reference)
        if reference.registry.partition(":")[0].endswith(".invalid"):
            raise _failure(wording.PULL_NO_SUCH_HOST, reference)
        if reference.region is not None and reference.account == self._ground.account_id:
            return self._own(reference, reference.region)
        if reference.digest:
            return reference.digest
        return "sha256:" + hashlib.sha256(str(reference).encode()).hexdigest()

    def seconds(self, images: list[str], chance: random.Random) -> float:
        """Tell how long it takes to pull images side by side.

        Args:
            images: As the definition spells them; at least one.
            chance: The random stream of the task.
        """
        timing, faults = self._ground.timing, self._ground.faults
        return max(
            timing.spread(
                timing.pull_latency
                + self._ground.workloads.find(image).image_size / timing.pull_rate,
                chance,
            )
            * faults.pull_factor(image)
            for image in images
        )

    def _own(self, reference: ImageReference, region: str) -> str:
        wanted = reference.digest or reference.tag or "latest"
        try:
            digest = self._ground.outside.ecr_image_digest(region, reference.repository, wanted)
        except RepositoryMissing:
            raise _failure(wording.PULL_NO_REPOSITORY, reference) from None
        if digest is None:
            raise _failure(wording.PULL_NOT_FOUND, reference)
        return digest


def _failure(phrase: Phrase, reference: ImageReference) -> PullFailed:
    return PullFailed(
        phrase.say(
            reference=reference,
            registry=reference.registry,
            repository=reference.repository,
            tag=reference.digest or reference.tag or "latest",
        )
    )
