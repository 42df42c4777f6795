"""One HTTP request to the simulated account, its answer, and whom the request is meant for."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, unquote_plus

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.model import OperationModel

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.service_models import available_regions, service_model


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client sent.

    Args:
        path: Without the query, percent-encoded as it came.
        query: Without the question mark.
        headers: Names in lower case.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What the client gets.

    Args:
        cookies: Values of Set-Cookie, of which there may be several, beside the headers.
        late: By how many nominal seconds whoever carries the answer holds it back.
        dropped: Whether the client gets nothing of it, because the connection breaks.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()
    late: float = 0.0
    dropped: bool = False


class Protocol(StrEnum):
    """How a service writes its requests and answers; the names are botocore's."""

    JSON = "json"
    QUERY = "query"
    EC2 = "ec2"
    REST_JSON = "rest-json"
    REST_XML = "rest-xml"
    CBOR = "smithy-rpc-v2-cbor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Whom a request is meant for.

    Args:
        service: botocore's name, e.g. `elbv2`.
        operation: AWS's name, e.g. `RunTask`.
        region: As the signature says, else the default one.
        signed: Whether the request carries a signature of version 4 at all.
        scope: The service as the signature names it, e.g. `elasticloadbalancing`.
    """

    service: str
    operation: str
    region: str
    protocol: Protocol
    signed: bool
    scope: str


# Prefixes of X-Amz-Target, from the service models; they make requests readable without signature.
_TARGETS = {
    "AmazonEC2ContainerServiceV20141113": "ecs",
    "AnyScaleFrontendService": "application-autoscaling",
    "Logs_20140328": "logs",
    "AmazonEC2ContainerRegistry_V20150921": "ecr",
    "AmazonSSM": "ssm",
    "secretsmanager": "secretsmanager",
    "Route53AutoNaming_v20170314": "servicediscovery",
    "GraniteServiceVersion20100801": "cloudwatch",
    "AWSEvents": "events",
}
# API versions of the query services, from the service models.
VERSIONS = {
    "2016-11-15": "ec2",
    "2010-05-08": "iam",
    "2011-06-15": "sts",
    "2015-12-01": "elbv2",
    "2012-06-01": "elb",
    "2010-08-01": "cloudwatch",
    "2010-05-15": "cloudformation",
}
# Where a signature names a service otherwise than botocore does.
_SCOPES = {
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "elasticfilesystem": "efs",
    "email": "ses",
    "states": "stepfunctions",
}
_SCOPES_BY_SERVICE = {service: scope for scope, service in _SCOPES.items()} | {
    "elb": "elasticloadbalancing"
}
# moto knows no Availability Zones in the others.
_PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
_ECS_TARGET = "AmazonEC2ContainerServiceV20141113."
_CREDENTIAL = re.compile(r"Credential=[^/]*/\d+/([^/]*)/([^/]*)/aws4_request")
_RPC_PATH = re.compile(r"^/service/([^/]+)/operation/([^/]+)$")


def route(request: Request, default_region: str = "us-east-1") -> Route:
    """Tell the service, operation, region and protocol of a request.

    Source: the signing documentation of AWS (the credential scope) and botocore's
    service models (targets, API versions, paths).

    Args:
        default_region: Where requests without a signature go.
    """
    headers = request.headers
    scope = _scope(request)
    region, signing_name = scope or (default_region, "")
    target = headers.get("x-amz-target", "")

    def result(service: str, operation: str, protocol: Protocol) -> Route:
        return Route(
            service=service,
            operation=operation,
            region=region,
            protocol=protocol,
            signed=scope is not None,
            scope=signing_name or _SCOPES_BY_SERVICE.get(service, service),
        )

    if target.startswith(_ECS_TARGET):
        return result("ecs", target[len(_ECS_TARGET) :], Protocol.JSON)
    named = _SCOPES.get(signing_name, signing_name)
    if target:
        prefix, _, operation = target.rpartition(".")
        return result(_TARGETS.get(prefix) or named or prefix, operation, Protocol.JSON)
    if found := _RPC_PATH.match(request.path):
        return result(_TARGETS.get(found[1]) or named, found[2], Protocol.CBOR)
    action, version = read_action(request)
    if action:
        service = _form_service(version, signing_name, named)
        return result(service, action, _form_protocol(service))
    service = "sesv2" if named == "ses" else named or "s3"
    protocol, operation = _rest_operation(service, request)
    return result(service, operation, protocol)


def check_region(region: str) -> str:
    """Give back a region in which AWS offers ECS.

    Source: botocore's endpoint data.

    Raises:
        AwsError: `UnrecognizedClientException`, naming the region and its neighbours.
    """
    if region not in _regions():
        close = difflib.get_close_matches(region, sorted(_regions()), n=3, cutoff=0.6)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise AwsError("UnrecognizedClientException", f"there is no AWS Region {region!r}{hint}")
    return region


@functools.cache
def _regions() -> frozenset[str]:
    return frozenset(
        region for partition in _PARTITIONS for region in available_regions("ecs", partition)
    )


def _scope(request: Request) -> tuple[str, str] | None:
    found = _CREDENTIAL.search(request.headers.get("authorization", ""))
    if found is None and "X-Amz-Credential=" in request.query:
        credential = dict(parse_qsl(request.query)).get("X-Amz-Credential", "")
        found = _CREDENTIAL.search(f"Credential={credential}")
    return (found[1], found[2]) if found else None


def read_action(request: Request) -> tuple[str, str]:
    """Tell the action and the API version that a form names; each is empty if it names none."""
    form = request.query
    kind = request.headers.get("content-type", "")
    if request.body and kind.startswith("application/x-www-form-urlencoded"):
        form = request.body.decode("utf-8", "replace")
    if "Action=" not in form:
        return "", ""
    names = dict(item.partition("=")[::2] for item in form.split("&"))
    return unquote_plus(names.get("Action", "")), unquote_plus(names.get("Version", ""))


def _form_service(version: str, signing_name: str, named: str) -> str:
    """Tell whose form it is: the signature says so, and the version which of two it may mean."""
    by_version = VERSIONS.get(version, "")
    if signing_name and _SCOPES_BY_SERVICE.get(by_version, by_version) != signing_name:
        return named
    return by_version or "ec2"


@functools.cache
def _form_protocol(service: str) -> Protocol:
    """Tell in which protocol a service answers a form."""
    if service == "ec2":
        return Protocol.EC2
    try:
        model = service_model(service)
    except (UnknownServiceError, DataNotFoundError):
        return Protocol.QUERY
    known = model.metadata.get("protocols", ())
    return Protocol.QUERY if "query" in known else Protocol(model.resolved_protocol)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RestOperation:
    """How requests of one operation of a REST service look.

    Args:
        queries: What the query must hold; None for any value.
        headers: Names of headers that must be there, in lower case.
    """

    name: str
    method: str
    path: re.Pattern[str]
    queries: Mapping[str, str | None]
    headers: frozenset[str]
    literal: int

    def fits(self, request: Request, queries: Mapping[str, str]) -> bool:
        if self.method != request.method or not self.path.fullmatch(request.path):
            return False
        return self.headers <= request.headers.keys() and all(
            key in queries and wanted in {None, queries[key]}
            for key, wanted in self.queries.items()
        )


def _rest_operation(service: str, request: Request) -> tuple[Protocol, str]:
    protocol, operations = _rest_operations(service)
    queries = dict(parse_qsl(request.query, keep_blank_values=True))
    for operation in operations:
        if operation.fits(request, queries):
            return protocol, operation.name
    return protocol, f"{request.method} {request.path}"


@functools.cache
def _rest_operations(service: str) -> tuple[Protocol, list[_RestOperation]]:
    """List a REST service's operations, those that ask for most of a request first."""
    try:
        model = service_model(service)
    except (UnknownServiceError, DataNotFoundError):
        return Protocol.REST_JSON, []
    protocol = Protocol(model.resolved_protocol)
    if protocol not in {Protocol.REST_JSON, Protocol.REST_XML}:
        return protocol, []
    operations = [
        _read_operation(model.operation_model(name))
        for name in model.operation_names
        if not model.operation_model(name).deprecated
    ]
    operations.sort(
        key=lambda each: (len(each.queries) + len(each.headers), each.literal), reverse=True
    )
    return protocol, operations


def _read_operation(operation: OperationModel) -> _RestOperation:
    path, _, query = operation.http["requestUri"].partition("?")
    queries: dict[str, str | None] = dict(parse_qsl(query, keep_blank_values=True))
    queries.pop("x-id", None)
    headers = set()
    shape = operation.input_shape
    for member in shape.required_members if shape is not None else ():
        written = shape.members[member].serialization
        if written.get("location") == "querystring":
            queries.setdefault(written["name"], None)
        elif written.get("location") == "header":
            headers.add(written["name"].lower())
    parts = re.split(r"(\{[^}]*\})", path.rstrip("/"))
    pattern = "".join(
        (".+" if part.endswith("+}") else "[^/]+") if part.startswith("{") else re.escape(part)
        for part in parts
    )
    return _RestOperation(
        name=str(operation.name),
        method=operation.http["method"],
        path=re.compile(f"{pattern}/?"),
        queries=queries,
        headers=frozenset(headers),
        literal=sum(len(part) for part in parts if not part.startswith("{")),
    )
