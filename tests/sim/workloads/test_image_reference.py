"""Names of images, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fargate_kit.sim.workloads import ImageReference, InvalidImageReference

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("image", "registry", "repository", "tag", "digest"),
    [
        ("nginx", "docker.io", "library/nginx", "latest", None),
        ("nginx:1.27-alpine", "docker.io", "library/nginx", "1.27-alpine", None),
        ("acme/report:7", "docker.io", "acme/report", "7", None),
        ("docker.io/nginx", "docker.io", "library/nginx", "latest", None),
        ("docker.io/acme/report", "docker.io", "acme/report", "latest", None),
        ("index.docker.io/library/nginx", "docker.io", "library/nginx", "latest", None),
        (f"nginx@{DIGEST}", "docker.io", "library/nginx", None, DIGEST),
        (f"nginx:1@{DIGEST}", "docker.io", "library/nginx", "1", DIGEST),
        ("localhost/app", "localhost", "app", "latest", None),
        ("localhost:5000/team/app:v2", "localhost:5000", "team/app", "v2", None),
        ("registry.example.com:443/app", "registry.example.com:443", "app", "latest", None),
        ("Registry/app", "Registry", "app", "latest", None),
        ("[::1]:5000/app", "[::1]:5000", "app", "latest", None),
        (
            "public.ecr.aws/docker/library/nginx:1",
            "public.ecr.aws",
            "docker/library/nginx",
            "1",
            None,
        ),
        ("a/b/c/d__e--f.g", "docker.io", "a/b/c/d__e--f.g", "latest", None),
        ("acme/report:_Tag.with-all_9", "docker.io", "acme/report", "_Tag.with-all_9", None),
    ],
)
def test_a_name_is_taken_apart(
    image: str, registry: str, repository: str, tag: str | None, digest: str | None
) -> None:
    """Registry, repository, tag and digest come out as a container runtime reads them."""
    reference = ImageReference.parse(image)
    assert (reference.registry, reference.repository) == (registry, repository)
    assert (reference.tag, reference.digest) == (tag, digest)


@pytest.mark.parametrize(
    ("image", "part"),
    [
        ("", "not empty"),
        ("x" * 256, "255"),
        ("Nginx", "lower case"),
        ("acme/Report:7", "lower case"),
        ("nginx:", "tag"),
        ("nginx:-1", "tag"),
        ("nginx:" + "t" * 129, "tag"),
        ("nginx:a b", "tag"),
        ("nginx@sha256:123", "digest"),
        ("nginx@" + DIGEST.upper().replace("SHA256", "sha256"), "digest"),
        ("nginx@latest", "digest"),
        ("/nginx", "lower-case"),
        ("nginx/", "lower-case"),
        ("acme//report", "lower-case"),
        ("-nginx", "lower-case"),
        ("nginx_", "lower-case"),
        ("a..b", "lower-case"),
        ("bad host.com/app", "host"),
        ("registry.example.com/", "lacks"),
        ("registry.example.com:port/app", "host"),
        ("nginx latest", "lower-case"),
        ("https://example.com/app", "host"),
        ("$(image)", "lower-case"),
    ],
)
def test_what_is_no_name_is_refused(image: str, part: str) -> None:
    """The message says which part is wrong."""
    with pytest.raises(InvalidImageReference, match=part):
        ImageReference.parse(image)


@pytest.mark.parametrize(
    ("image", "account", "region"),
    [
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1", "123456789012", "eu-west-1"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app", "123456789012", "cn-north-1"),
        ("public.ecr.aws/nginx/nginx", None, None),
        ("12345.dkr.ecr.eu-west-1.amazonaws.com/app", None, None),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.com/app", None, None),
        ("nginx", None, None),
    ],
)
def test_a_private_ecr_registry_tells_its_account(
    image: str, account: str | None, region: str | None
) -> None:
    """Account and region of a private Amazon ECR registry are in its host's name."""
    reference = ImageReference.parse(image)
    assert (reference.account, reference.region) == (account, region)


@given(st.text(max_size=60) | st.from_regex(r"[a-z.:/@A-Z0-9-]{0,60}", fullmatch=True))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_read_or_refused(text: str) -> None:
    """A name that is read can be written and read again, and anything else is refused."""
    try:
        reference = ImageReference.parse(text)
    except InvalidImageReference:
        return
    assert ImageReference.parse(str(reference)) == reference
    assert reference.tag or reference.digest
