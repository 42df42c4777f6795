"""Requests to an account's part of moto as no client would check them, and its answers."""

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


@functools.cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def ask(adapter: MotoAdapter, service: str, operation: str, /, **members: Any) -> dict[str, Any]:
    """Ask a service of the query protocols, whether the members are right or not.

    Raises:
        AwsError: The request is refused, by moto or before it.
    """
    model = _model(service)
    protocol = str(model.resolved_protocol)
    shape = model.operation_model(operation)
    serializer = create_serializer(protocol, include_validation=False)
    sent = serializer.serialize_to_request(members, shape)
    response = adapter.forward(
        Request(
            method="POST",
            path="/",
            query="",
            headers={
                "host": f"{service}.us-east-1.amazonaws.com",
                "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            },
            body=urlencode(sent["body"]).encode(),
        )
    )
    raw = {
        "status_code": response.status,
        "headers": dict(response.headers),
        "body": response.body,
    }
    parsed: dict[str, Any] = create_parser(protocol).parse(raw, shape.output_shape)
    if response.status >= 300:
        error = parsed["Error"]
        raise AwsError(error["Code"], error.get("Message", ""), status=response.status)
    return parsed
