"""What Secrets Manager refuses and moto would take, break on or answer as HTTP 404."""

from __future__ import annotations

from typing import Any

import pytest
from asking import Asking

PARAMETER, REQUEST = "InvalidParameterException", "InvalidRequestException"
MISSING, VALIDATION = "ResourceNotFoundException", "ValidationException"
TOKEN = "InvalidNextTokenException"
SERVICE = "secretsmanager"


@pytest.fixture
def secrets(asking: Asking) -> Asking:
    """An account with a secret `s`, and one `gone` that is scheduled for deletion."""
    asking.call(SERVICE, "CreateSecret", Name="s", SecretString="value")
    asking.call(SERVICE, "CreateSecret", Name="gone", SecretString="value")
    asking.call(SERVICE, "DeleteSecret", SecretId="gone")
    return asking


def state(secrets: Asking) -> list[Any]:
    """Tell all secrets, and the value of `s`."""
    return [
        secrets.call(SERVICE, "ListSecrets", IncludePlannedDeletion=True),
        secrets.call(SERVICE, "GetSecretValue", SecretId="s"),
        secrets.call(SERVICE, "DescribeSecret", SecretId="gone"),
    ]


@pytest.mark.parametrize(
    ("operation", "params", "code", "told"),
    [
        ("CreateSecret", {"Name": "a b"}, VALIDATION, "Invalid name."),
        ("CreateSecret", {"Name": ""}, VALIDATION, "'name'"),
        ("CreateSecret", {"Name": "x" * 513}, VALIDATION, "less than or equal to 512"),
        ("CreateSecret", {"Name": "gone"}, REQUEST, "already scheduled for deletion"),
        (
            "CreateSecret",
            {"Name": "q", "SecretString": "x", "SecretBinary": "eA=="},
            PARAMETER,
            "both",
        ),
        (
            "CreateSecret",
            {"Name": "q", "SecretString": "secret" * 20_000},
            VALIDATION,
            "1 validation error detected: Value at 'secretString'",
        ),
        ("GetSecretValue", {"SecretId": "no"}, MISSING, "find the specified secret."),
        ("GetSecretValue", {"SecretId": "gone"}, REQUEST, "marked for deletion"),
        ("GetSecretValue", {"SecretId": "s", "VersionStage": "no"}, MISSING, "label: no"),
        ("GetSecretValue", {"SecretId": "s", "VersionId": "v" * 32}, MISSING, "VersionId: v"),
        ("GetSecretValue", {"SecretId": "s", "VersionId": "v"}, VALIDATION, "'versionId'"),
        ("PutSecretValue", {"SecretId": "gone", "SecretString": "x"}, REQUEST, "for deletion"),
        ("UpdateSecret", {"SecretId": "no", "SecretString": "x"}, MISSING, "find the specified"),
        ("DescribeSecret", {"SecretId": "no"}, MISSING, "find the specified secret."),
        ("DeleteSecret", {"SecretId": "no"}, MISSING, "find the specified secret."),
        ("DeleteSecret", {"SecretId": "s", "RecoveryWindowInDays": 6}, PARAMETER, "7 and 30 days"),
        (
            "DeleteSecret",
            {"SecretId": "s", "RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True},
            PARAMETER,
            "You can't use ForceDeleteWithoutRecovery in conjunction",
        ),
        ("TagResource", {"SecretId": "no", "Tags": []}, MISSING, "find the specified secret."),
        ("TagResource", {"SecretId": "s", "Tags": [{"Value": "v"}]}, PARAMETER, "of Tags"),
        ("ListSecrets", {"Filters": [{"Values": ["v"]}]}, PARAMETER, "of Filters"),
        ("ListSecretVersionIds", {"SecretId": "no"}, MISSING, "find the specified secret."),
        ("ListSecretVersionIds", {"SecretId": "s", "NextToken": "x"}, TOKEN, "NextToken"),
        ("ListSecrets", {"NextToken": "x"}, TOKEN, "NextToken"),
        ("ListSecrets", {"NextToken": "-1"}, TOKEN, "NextToken"),
        ("ListSecrets", {"NextToken": "1" * 5_000}, VALIDATION, "'nextToken'"),
        ("BatchGetSecretValue", {"NextToken": "x", "SecretIdList": ["s"]}, TOKEN, "NextToken"),
        ("BatchGetSecretValue", {}, PARAMETER, "Filters or SecretIdList"),
    ],
)
def test_secret_refused(
    secrets: Asking, operation: str, params: dict[str, Any], code: str, told: str
) -> None:
    """A request that Secrets Manager refuses gets its error with HTTP 400, and changes nothing."""
    before = state(secrets)
    refusal = secrets.refused(SERVICE, operation, **params)
    assert (refusal.code, refusal.status) == (code, 400)
    assert told in refusal.message
    assert "secretsecret" not in refusal.message
    assert state(secrets) == before


def test_secrets_that_are_taken(secrets: Asking) -> None:
    """Secrets are found by name, ARN, stage and version, and listed page by page."""
    made = secrets.call(SERVICE, "CreateSecret", Name="/a/b_c+=.@-", SecretString="1")
    secrets.call(SERVICE, "PutSecretValue", SecretId=made["ARN"], SecretString="2")
    for stage, value in (("AWSCURRENT", "2"), ("AWSPREVIOUS", "1")):
        read = secrets.call(SERVICE, "GetSecretValue", SecretId=made["ARN"], VersionStage=stage)
        assert read["SecretString"] == value
    read = secrets.call(
        SERVICE, "GetSecretValue", SecretId="/a/b_c+=.@-", VersionId=made["VersionId"]
    )
    assert read["SecretString"] == "1"
    page = secrets.call(SERVICE, "ListSecrets", MaxResults=1)
    rest = secrets.call(SERVICE, "ListSecrets", MaxResults=1, NextToken=page["NextToken"])
    assert page["SecretList"][0]["Name"] != rest["SecretList"][0]["Name"]
    secrets.call(SERVICE, "DeleteSecret", SecretId="no", ForceDeleteWithoutRecovery=True)
