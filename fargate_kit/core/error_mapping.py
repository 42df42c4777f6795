"""What botocore raises, as the errors of fargate_kit: the most specific one that fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore import exceptions as botocore_errors

from fargate_kit.core.request_problems import request_problems
from fargate_kit.errors import (
    ApiError,
    ConfigurationError,
    Denied,
    EndpointUnreachable,
    FargateError,
    InvalidSpec,
    NotFound,
    Throttled,
)

NOT_FOUND = frozenset({
    "ClusterNotFoundException",
    "DaemonNotFoundException",
    "GatewayNotFoundException",
    "InvalidNetworkInterfaceID.NotFound",
    "ListenerNotFound",
    "LoadBalancerNotFound",
    "NamespaceNotFoundException",
    "NoSuchEntity",
    "ObjectNotFoundException",
    "ResourceNotFoundException",
    "RuleNotFound",
    "ServiceDeploymentNotFoundException",
    "ServiceNotFoundException",
    "TargetGroupNotFound",
    "TargetNotFoundException",
    "TaskSetNotFoundException",
})
DENIED = frozenset({
    "AccessDenied",
    "AccessDeniedException",
    "AuthFailure",
    "BlockedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "OptInRequired",
    "SignatureDoesNotMatch",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
})
# LimitExceededException is not here although botocore retries it: of ECS it is a quota, not a pace.
THROTTLED = frozenset({
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttling",
    "ThrottledException",
    "ThrottlingException",
    "TooManyRequestsException",
})
# ECS has no code of its own for these two: it says ClientException, and only the text tells.
NOT_FOUND_TEXTS = ("unable to describe task definition", "taskdefinition not found")

_WHERE_TO_LOOK = (
    "Check the network, the region and the endpoint URL (AWS_ENDPOINT_URL or endpoint_url=)."
)


def kind_of(code: str, reason: str = "") -> type[ApiError]:
    """Return the error class for AWS's code; the reason decides where the code does not."""
    if code in NOT_FOUND or code.endswith(".NotFound"):
        return NotFound
    if code == "ClientException" and reason.lower().startswith(NOT_FOUND_TEXTS):
        return NotFound
    if code in DENIED:
        return Denied
    if code in THROTTLED:
        return Throttled
    return ApiError


def mapped(error: Exception, operation: str) -> FargateError | None:
    """Return what to raise for an error of botocore's; None for anything else.

    Args:
        error: What the client raised.
        operation: What was called, as `ecs:RunTask`.
    """
    if isinstance(error, botocore_errors.ClientError):
        return _refusal(error, operation)
    if isinstance(error, botocore_errors.ParamValidationError):
        return _invalid_parameters(error, operation)
    if isinstance(
        error,
        botocore_errors.NoCredentialsError
        | botocore_errors.PartialCredentialsError
        | botocore_errors.CredentialRetrievalError
        | botocore_errors.UnauthorizedSSOTokenError
        | botocore_errors.SSOTokenLoadError,
    ):
        return ConfigurationError(
            f"{operation}: no usable AWS credentials ({error}). Set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, name a profile (AWS_PROFILE or profile=), or sign in with "
            "`aws sso login`."
        )
    if isinstance(error, botocore_errors.HTTPClientError | botocore_errors.ConnectionError):
        endpoint = error.kwargs.get("endpoint_url")
        return EndpointUnreachable(
            f"{operation}: no answer from {endpoint or 'AWS'}: {_cause(error)}. {_WHERE_TO_LOOK}",
            endpoint_url=endpoint,
        )
    if isinstance(error, botocore_errors.BotoCoreError):
        return ConfigurationError(f"{operation}: {error}")
    return None


def foreign_answer(operation: str, endpoint_url: str | None) -> EndpointUnreachable:
    """Return what to raise where something answered that does not speak AWS's language.

    Args:
        operation: What was called, as `ecs:RunTask`.
        endpoint_url: Where the call went; None is AWS itself.
    """
    where = endpoint_url or "AWS"
    return EndpointUnreachable(
        f"{operation}: what answered at {where} is not AWS: its answer cannot be read, as a web "
        f"page's or a proxy's. {_WHERE_TO_LOOK}",
        endpoint_url=endpoint_url,
    )


def is_foreign(reply: Mapping[str, Any], model: Any) -> bool:
    """Tell whether a reply that botocore has parsed is no answer to the operation.

    Of an answer that is no JSON, botocore makes a `message`; of JSON that is somebody else's,
    nothing. AWS's own answers may be empty too, but they have its content type.

    Args:
        reply: With its `ResponseMetadata`.
        model: botocore's model of the operation.
    """
    expected = model.output_shape.members if model.output_shape else {}
    if not expected or any(member in reply for member in expected):
        return False
    metadata = reply.get("ResponseMetadata", {})
    if "json" not in model.service_model.metadata.get("protocol", "json"):
        # AWS's own answers in XML may be empty too, but they name the request.
        return not metadata.get("RequestId")
    headers = metadata.get("HTTPHeaders", {})
    return "message" in reply or "amz-json" not in headers.get("content-type", "amz-json")


def _refusal(error: botocore_errors.ClientError, operation: str) -> ApiError:
    answer: dict[str, Any] = dict(error.response)
    details = answer.pop("Error", {})
    metadata = answer.pop("ResponseMetadata", {})
    answer.pop("message", None)
    code = details.get("Code", "Unknown")
    reason = details.get("Message") or ""
    if reason.lstrip().startswith("<"):
        reason = f"the answer is a web page, not AWS's. {_WHERE_TO_LOOK}"
    return kind_of(code, reason)(
        operation, code, reason, request_id=metadata.get("RequestId"), facts=answer
    )


def _invalid_parameters(error: botocore_errors.ParamValidationError, operation: str) -> InvalidSpec:
    report = str(error.kwargs.get("report", error))
    return InvalidSpec(f"the request for {operation}", [*request_problems(report, operation)])


def _cause(error: Exception) -> str:
    """The innermost text, without the URL that botocore repeats in front of it."""
    inner = getattr(error, "kwargs", {}).get("error")
    # aiohttp says `ssl:default` of plain http too.
    return str(inner or error).replace(" ssl:default", "")
