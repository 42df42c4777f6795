"""The images that the simulated Fargate knows, one module a family."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fargate_kit.sim.workloads.image import Image
from fargate_kit.sim.workloads.image_sizes import VARIANT_SIZES
from fargate_kit.sim.workloads.images import (
    apache,
    hello_world,
    languages,
    mysql,
    nginx,
    postgres,
    redis,
    shells,
    unknown,
    wordpress,
)

_OFFICIAL = {
    "alpine": shells.ALPINE,
    "amazonlinux": shells.AMAZON_LINUX,
    "bash": shells.BASH_IMAGE,
    "busybox": shells.BUSYBOX,
    "debian": shells.DEBIAN,
    "hello-world": hello_world.HELLO_WORLD,
    "httpd": apache.HTTPD,
    "mariadb": mysql.MARIADB,
    "mysql": mysql.MYSQL,
    "nginx": nginx.NGINX,
    "node": languages.NODE,
    "postgres": postgres.POSTGRES,
    "python": languages.PYTHON,
    "redis": redis.REDIS,
    "ubuntu": shells.UBUNTU,
    "wordpress": wordpress.WORDPRESS,
}
_OTHERS = {
    "amazon/amazon-ecs-sample": apache.SAMPLE,
    "amazonlinux/amazonlinux": shells.AMAZON_LINUX,
    "ecs-sample-image/amazon-ecs-sample": apache.SAMPLE,
    "nginx/nginx": nginx.NGINX,
    "tutum/hello-world": apache.GREETING,
    "valkey/valkey": redis.VALKEY,
}
# Variants that have no web server or no server at all in them.
_OTHERWISE = ("wordpress:*fpm*", "wordpress:cli*")


def built_in_images() -> Iterator[tuple[str, Image]]:
    """Give all images with the patterns of their names, the general before the particular."""
    for name, image in _OFFICIAL.items():
        yield from _everywhere(name, image)
    yield from _OTHERS.items()
    for pattern, size in VARIANT_SIZES.items():
        image = _OFFICIAL[pattern.partition(":")[0]]
        yield from _everywhere(pattern, replace(image, image_size=size))
    for pattern in _OTHERWISE:
        yield from _everywhere(pattern, unknown.UNKNOWN)


def _everywhere(pattern: str, image: Image) -> Iterator[tuple[str, Image]]:
    """Name an official image as on Docker Hub, and as in the registries that mirror it."""
    yield pattern, image
    yield f"*/library/{pattern}", image
