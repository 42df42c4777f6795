"""Names of container images, taken apart as a container runtime does."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

DOCKER_HUB = "docker.io"
_MOST_CHARACTERS = 255
_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*")
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\.[A-Za-z0-9-]+)*(?::[0-9]+)?")
_HOST_6 = re.compile(r"\[[0-9A-Fa-f:]+\](?::[0-9]+)?")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_SHA256 = re.compile(r"sha256:[0-9a-f]{64}")
_PRIVATE_ECR = re.compile(
    r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?"
)


class InvalidImageReference(ValueError):
    """The text names no image; the message says which part of it is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReference:
    """Where an image comes from.

    Args:
        registry: The host, with its port if it has one; `docker.io` for Docker Hub.
        repository: The name in the registry, such as `library/nginx`.
        tag: Such as `latest`; None if the image is named by its digest alone.
        digest: Such as `sha256:…`; None if the image is named by its tag.
    """

    registry: str
    repository: str
    tag: str | None
    digest: str | None

    @classmethod
    @functools.lru_cache(maxsize=1024)  # every start of a task names its images several times
    def parse(cls, image: str) -> ImageReference:
        """Take the name of an image apart.

        Short names are those of Docker Hub: `nginx` is `docker.io/library/nginx:latest`.

        Args:
            image: As in the `image` of a container definition, which may have up to 255
                characters (page `task_definition_parameters` of the Amazon ECS
                Developer Guide).

        Raises:
            InvalidImageReference: It is no name of an image.
        """
        if not image:
            raise InvalidImageReference("the name of an image is not empty")
        if len(image) > _MOST_CHARACTERS:
            raise InvalidImageReference(
                f"the name of an image has up to {_MOST_CHARACTERS} characters, not {len(image)}"
            )
        rest, digest = _cut_digest(image)
        rest, tag = _cut_tag(rest, image)
        registry, repository = _cut_registry(rest, image)
        _check_repository(repository, image)
        if tag is None and digest is None:
            tag = "latest"
        return cls(registry=registry, repository=repository, tag=tag, digest=digest)

    @property
    def name(self) -> str:
        """Give the short name: without registry, tag and, on Docker Hub, `library/`."""
        if self.registry == DOCKER_HUB:
            return self.repository.removeprefix("library/")
        return self.repository

    @property
    def account(self) -> str | None:
        """Give the AWS account of a private Amazon ECR registry; None for any other."""
        return self._private_ecr("account")

    @property
    def region(self) -> str | None:
        """Give the region of a private Amazon ECR registry; None for any other."""
        return self._private_ecr("region")

    def _private_ecr(self, part: str) -> str | None:
        match = _PRIVATE_ECR.fullmatch(self.registry)
        return match[part] if match else None

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.registry}/{self.repository}{tag}{digest}"


def _cut_digest(image: str) -> tuple[str, str | None]:
    rest, at, digest = image.partition("@")
    if not at:
        return rest, None
    if not _DIGEST.fullmatch(digest):
        raise InvalidImageReference(f"image {image!r}: {digest!r} is not a digest")
    if digest.startswith("sha256:") and not _SHA256.fullmatch(digest):
        raise InvalidImageReference(
            f"image {image!r}: a sha256 digest has 64 hexadecimal digits in lower case"
        )
    return rest, digest


def _cut_tag(rest: str, image: str) -> tuple[str, str | None]:
    head, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        return rest, None
    if not _TAG.fullmatch(tag):
        raise InvalidImageReference(
            f"image {image!r}: a tag has up to 128 letters, digits, '_', '.' and '-', and begins "
            f"with none of the last two; {tag!r} is none"
        )
    return head, tag


def _cut_registry(rest: str, image: str) -> tuple[str, str]:
    first, slash, below = rest.partition("/")
    # Without a dot, a colon or a capital letter the first part is a name on Docker Hub.
    if not slash or not (set(first) & set(".:[") or first == "localhost" or first != first.lower()):
        return DOCKER_HUB, rest if slash else f"library/{rest}"
    if not (_HOST.fullmatch(first) or _HOST_6.fullmatch(first)):
        raise InvalidImageReference(f"image {image!r}: {first!r} is not the host of a registry")
    if first == "index.docker.io":
        first = DOCKER_HUB
    if first == DOCKER_HUB and "/" not in below:
        below = f"library/{below}"
    return first, below


def _check_repository(repository: str, image: str) -> None:
    if not repository.removeprefix("library/"):
        raise InvalidImageReference(f"image {image!r} lacks the name of a repository")
    if repository != repository.lower():
        raise InvalidImageReference(f"image {image!r}: the repository's name must be in lower case")
    for part in repository.split("/"):
        if not _COMPONENT.fullmatch(part):
            raise InvalidImageReference(
                f"image {image!r}: a repository's name is made of lower-case letters and digits, "
                f"with '.', '_', '__' or '-' between them; {part!r} is not"
            )
