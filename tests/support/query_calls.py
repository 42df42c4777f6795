"""Calls to query services of an account's part of moto, without the checks that clients make."""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import urlencode

import botocore.session
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.moto_adapter import MotoAdapter
from fargate_kit.sim.request import Request


def call(moto: MotoAdapter, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
    """Make a call as botocore writes and reads it, whatever it asks for.

    Raises:
        AwsError: The call is refused.
    """
    model = _model(service)
    protocol, shape = str(model.resolved_protocol), model.operation_model(operation)
    sent = create_serializer(protocol, include_validation=False).serialize_to_request(params, shape)
    body = sent["body"]
    scope = f"us-east-1/{model.signing_name}/aws4_request"
    answer = moto.forward(
        Request(
            method="POST",
            path="/",
            query="",
            headers={
                "host": f"{model.endpoint_prefix}.us-east-1.amazonaws.com",
                "authorization": f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/{scope}",
                **{name.lower(): value for name, value in sent["headers"].items()},
            },
            body=body if isinstance(body, bytes) else urlencode(body).encode(),
        )
    )
    raw = {
        "status_code": answer.status,
        "headers": dict(answer.headers),
        "body": answer.body,
    }
    read: dict[str, Any] = create_parser(protocol).parse(raw, shape.output_shape)
    if answer.status >= 300:
        error = read["Error"]
        raise AwsError(error["Code"], error.get("Message", ""), status=answer.status)
    return read


@functools.cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)
