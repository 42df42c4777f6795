"""Which workload an image is."""

from __future__ import annotations

import pytest

from fargate_kit.sim.workloads import Image, Workloads, scripted
from fargate_kit.sim.workloads.images import nginx, unknown, wordpress

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    "image",
    [
        "nginx",
        "nginx:1.27",
        "docker.io/library/nginx:latest",
        "docker.io/nginx",
        "public.ecr.aws/docker/library/nginx:1",
        f"{ECR}/docker-hub/library/nginx:1",
        "nginx@sha256:" + "a" * 64,
        "nginx:1@sha256:" + "a" * 64,
    ],
)
def test_an_official_image_is_known_by_all_its_names(image: str) -> None:
    """Docker Hub, its mirrors, tags and digests lead to the same behaviour."""
    assert Workloads().find(image) is nginx.NGINX


def test_an_image_of_somebody_else_is_not_the_official_one() -> None:
    """A name in another namespace is another image."""
    assert Workloads().find("acme/nginx") is unknown.UNKNOWN


@pytest.mark.parametrize("image", ["acme/report:7", "Not A Name", "", "a" * 300])
def test_any_other_image_has_a_workload_too(image: str) -> None:
    """What no pattern fits, even a malformed name, is found and has a size."""
    assert Workloads().find(image) is unknown.UNKNOWN


def test_a_variant_differs_in_size_alone() -> None:
    """The Alpine variant of an image is smaller, and does the same."""
    plain, alpine = (Workloads().find(name) for name in ("nginx:1", "nginx:1-alpine"))
    assert isinstance(plain, Image)
    assert isinstance(alpine, Image)
    assert alpine.image_size < plain.image_size
    assert alpine.programs == plain.programs


def test_a_variant_without_a_web_server_is_not_taken_for_one() -> None:
    """WordPress for PHP-FPM has no Apache in it."""
    assert Workloads().find("wordpress:6-fpm") is unknown.UNKNOWN
    assert Workloads().find("wordpress:6-apache") is wordpress.WORDPRESS


def test_the_last_registration_wins() -> None:
    """A later pattern goes before an earlier one, and before the built-in images."""
    workloads = Workloads()
    first, second = scripted("echo first"), scripted("echo second")
    workloads.register("nginx", first)
    assert workloads.find("nginx:1") is first
    workloads.register("*", second)
    assert workloads.find("nginx:1") is second
    assert workloads.find("redis") is second


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not_fit"),
    [
        (
            "acme/report",
            ["acme/report:7", "docker.io/acme/report", f"{ECR}/acme/report"],
            ["acme/r"],
        ),
        ("acme/*", ["acme/report:7", "acme/a/b"], ["acme", "other/acme/report"]),
        ("acme/report:7", ["acme/report:7", f"{ECR}/acme/report:7"], ["acme/report:8"]),
        ("app:*-dev", ["app:1-dev", "app:2-dev"], ["app:1", "app"]),
        ("app:latest", ["app", "app:latest", "docker.io/library/app"], ["app:1"]),
        (f"{ECR}/*", [f"{ECR}/app:1", f"{ECR}/a/b"], ["app:1", "acme/app"]),
        ("docker.io/app", ["app", "docker.io/library/app:3"], [f"{ECR}/app"]),
        ("*.amazonaws.com/app:1", [f"{ECR}/app:1"], [f"{ECR}/app:2"]),
        ("app@sha256:*", ["app@sha256:" + "0" * 64], ["app:1"]),
    ],
)
def test_a_pattern_fits_with_as_much_of_the_name_as_it_names(
    pattern: str, fits: list[str], does_not_fit: list[str]
) -> None:
    """Registry and tag are compared only where the pattern has them."""
    workloads = Workloads()
    mine = scripted("true")
    workloads.register(pattern, mine)
    assert [image for image in fits if workloads.find(image) is not mine] == []
    assert [image for image in does_not_fit if workloads.find(image) is mine] == []


def test_one_registry_does_not_change_another() -> None:
    """Two accounts have workloads of their own."""
    Workloads().register("nginx", scripted("true"))
    assert Workloads().find("nginx") is nginx.NGINX


def test_an_empty_pattern_is_refused() -> None:
    """A pattern that could never fit is a mistake."""
    with pytest.raises(ValueError, match="not empty"):
        Workloads().register("", scripted("true"))
