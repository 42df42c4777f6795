"""What botocore raises, mapped to what fargate_kit raises."""

from __future__ import annotations

import copy
import pickle

import botocore.session
import pytest
from botocore import exceptions as botocore_errors

from fargate_kit import errors
from fargate_kit.core.error_mapping import DENIED, NOT_FOUND, THROTTLED, kind_of, mapped

# ECS's errors that carry no more than their text: an ApiError, told apart by its code.
PLAIN = {
    "AttributeLimitExceededException",
    "ClientException",
    "ClusterContainsCapacityProviderException",
    "ClusterContainsContainerInstancesException",
    "ClusterContainsServicesException",
    "ClusterContainsTasksException",
    "ConflictException",
    "DaemonNotActiveException",
    "InvalidParameterException",
    "LimitExceededException",
    "MissingVersionException",
    "NoUpdateAvailableException",
    "PlatformTaskDefinitionIncompatibilityException",
    "PlatformUnknownException",
    "ResourceInUseException",
    "ServerException",
    "ServiceNotActiveException",
    "TargetNotConnectedException",
    "UnsupportedFeatureException",
    "UpdateInProgressException",
}


def refusal(code: str, message: str = "no", **more: object) -> botocore_errors.ClientError:
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"RequestId": "r-1"},
        **more,
    }
    return botocore_errors.ClientError(response, "RunTask")


def test_every_error_of_ecs_is_mapped_or_plain() -> None:
    """Each error shape of botocore's ECS model has a class of ours, or is listed as plain."""
    model = botocore.session.get_session().get_service_model("ecs")
    codes = {shape.name for shape in model.error_shapes}
    assert codes - NOT_FOUND - DENIED - THROTTLED == PLAIN


def test_no_code_has_two_classes() -> None:
    """A code belongs to one class."""
    assert not NOT_FOUND & DENIED
    assert not NOT_FOUND & THROTTLED
    assert not DENIED & THROTTLED


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("ClusterNotFoundException", "Cluster not found.", errors.NotFound),
        ("InvalidSubnetID.NotFound", "", errors.NotFound),
        ("ClientException", "Unable to describe task definition.", errors.NotFound),
        ("ClientException", "Something else", errors.ApiError),
        ("AccessDeniedException", "", errors.Denied),
        ("ThrottlingException", "Rate exceeded", errors.Throttled),
        ("LimitExceededException", "", errors.ApiError),
        ("BrandNewException", "", errors.ApiError),
    ],
)
def test_code_decides_the_class(code: str, message: str, kind: type[errors.ApiError]) -> None:
    """The most specific class that fits is taken, and an unknown code is an ApiError."""
    assert kind_of(code, message) is kind


def test_refusal_keeps_the_facts() -> None:
    """Operation, code, text, request id and further members of the answer are at hand."""
    error = mapped(refusal("ConflictException", "again", resourceIds=["a"]), "ecs:RunTask")
    assert isinstance(error, errors.ApiError)
    assert (error.operation, error.code, error.reason, error.request_id, error.facts) == (
        "ecs:RunTask",
        "ConflictException",
        "again",
        "r-1",
        {"resourceIds": ["a"]},
    )


@pytest.mark.parametrize(
    "error",
    [
        mapped(refusal("ClusterNotFoundException"), "ecs:RunTask"),
        errors.WaitTimeout("too late", last="PENDING"),
        errors.StartFailed(
            "no", task_arn="a", reason="b", family="image", remedy="c", transient=False
        ),
        errors.InvalidSpec("x", []),
    ],
)
def test_errors_can_be_copied_and_pickled(error: errors.FargateError) -> None:
    """An error crosses processes and reaches several waiters with all its facts."""
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert twin.__dict__ == error.__dict__


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (botocore_errors.NoCredentialsError(), errors.ConfigurationError, "AWS_ACCESS_KEY_ID"),
        (
            botocore_errors.EndpointConnectionError(endpoint_url="http://x", error="refused"),
            errors.EndpointUnreachable,
            "http://x",
        ),
        (
            botocore_errors.ParamValidationError(
                report='Missing required parameter in input: "a"\n'
                'Missing required parameter in b[0]: "c"'
            ),
            errors.InvalidSpec,
            "2 problems",
        ),
        (botocore_errors.UnknownServiceError(service_name="e", known_service_names=""),
         errors.ConfigurationError, "Unknown service"),
    ],
)  # fmt: skip
def test_client_side_errors_say_what_to_do(
    error: Exception, kind: type[errors.FargateError], says: str
) -> None:
    """What went wrong before AWS answered is an error of ours too, with the way out."""
    found = mapped(error, "ecs:RunTask")
    assert isinstance(found, kind)
    assert says in str(found)


def test_foreign_errors_are_left_alone() -> None:
    """A bug is not disguised as an answer of AWS."""
    assert mapped(KeyError("x"), "ecs:RunTask") is None


def test_tree_of_the_docstring_is_the_tree() -> None:
    """The module's docstring names every public error."""
    assert errors.__doc__ is not None
    for name in errors.__all__:
        assert name in errors.__doc__
