"""What is masked."""

from __future__ import annotations

import pytest

from fargate_kit.model.secrecy import MASK, looks_secret, masked


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD",
        "db_password",
        "DB_PASS",
        "PWD",
        "API_KEY",
        "apiKey",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "CREDENTIALS",
        "splunk-token",
        "SENTRY_DSN",
        "clientSecret",
        "PRIVATE_PEM",
        "AUTHORIZATION",
    ],
)
def test_secret_names_are_told(name: str) -> None:
    """Names of passwords, keys, tokens and credentials look secret in any spelling."""
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name", ["MONTH", "MONKEY", "KEYBOARD", "COMPASS", "AUTHOR", "BYPASS_CACHE", "PORT", "", "x"]
)
def test_ordinary_names_are_told(name: str) -> None:
    """Names that only contain a piece of such a word do not look secret."""
    assert not looks_secret(name)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("--password hunter2 --user u", f"--password {MASK} --user u"),
        ("mysql --password=hunter2 -u a", f"mysql --password={MASK} -u a"),
        ("A=1 API_KEY=hunter2; b", f"A=1 API_KEY={MASK}; b"),
        ('{"password": "hunter2", "user": "u"}', f'{{"password": "{MASK}", "user": "u"}}'),
        ("postgres://u:hunter2@host/db", f"postgres://{MASK}@host/db"),
        ("https://host/?api_key=hunter2&b=2", f"https://host/?api_key={MASK}&b=2"),
        ("acme/token:7", "acme/token:7"),
        (
            "arn:aws:secretsmanager:eu-west-1:1:secret:a",
            "arn:aws:secretsmanager:eu-west-1:1:secret:a",
        ),
        ("python -m token check", "python -m token check"),
        (["run", "--token", "hunter2", "--month", "08"], ["run", "--token", MASK, "--month", "08"]),
        ({"name": "PASSWORD", "value": "hunter2"}, {"name": "PASSWORD", "value": MASK}),
        ({"name": "MONTH", "value": "08"}, {"name": "MONTH", "value": "08"}),
        ({"name": "PASSWORD", "valueFrom": "/a"}, {"name": "PASSWORD", "valueFrom": "/a"}),
        ({"key": "token", "value": "hunter2"}, {"key": "token", "value": MASK}),
        ({"options": {"splunk-token": "hunter2"}}, {"options": {"splunk-token": MASK}}),
        (7, 7),
        (None, None),
    ],
)
def test_masked_hides_what_looks_secret_and_nothing_else(value: object, shown: object) -> None:
    """Values of secret names are masked in structures, in commands and in texts."""
    assert masked(value) == shown
