"""JSON 1.1 by botocore's model, and refusals in the protocol of the service that was called."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from fargate_kit.sim.errors import AwsError, UnsupportedOperation
from fargate_kit.sim.request import Protocol, Response, Route
from fargate_kit.sim.service_models import operation_of

JSON_CONTENT_TYPE = "application/x-amz-json-1.1"

_REQUEST_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "blob": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, str),
}
_INTEGER_BITS = {"integer": 31, "long": 63}
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Takes a value of JSON and where it is.
_Decode = Callable[[Any, str], Any]
_ANSWER_TYPES = _REQUEST_TYPES | {"timestamp": (int, float)}
_JSON_NAMES = {str: "string", bool: "boolean", int: "number", float: "number", type(None): "null"}


class AnswerMismatch(TypeError):
    """An answer of the simulator does not fit botocore's model."""


class Codec:
    """Reads the requests and writes the answers of one JSON service.

    Args:
        service: botocore's name of the service.
        strict: Refuse to write an answer that the model does not know.
    """

    def __init__(self, service: str, *, strict: bool = False) -> None:
        self.service = service
        self.strict = strict

    def decode(self, operation: str, body: bytes) -> dict[str, Any]:
        """Read a request body; members that the model does not have are left out.

        Raises:
            UnsupportedOperation: The model has no such operation.
            AwsError: The body is not JSON, or a member is missing or of a wrong type.
        """
        self._operation(operation)
        value = read_json(body)
        decode = _decoder_of(self.service, operation)
        if decode is None:
            return {}
        decoded = decode(value, "")
        assert isinstance(decoded, dict)  # noqa: S101 - a structure decodes to nothing else
        return decoded

    def encode(self, operation: str, result: dict[str, Any]) -> bytes:
        """Write an answer.

        Raises:
            AnswerMismatch: Strict, and the answer does not fit the model.
        """
        if self.strict:
            shape = self._operation(operation).output_shape
            if shape is None and result:
                raise AnswerMismatch(f"{operation} has no output, but was answered {result!r}")
            if shape is not None:
                _check(result, shape, operation)
        return json.dumps(result, separators=(",", ":"), allow_nan=False).encode()

    def _operation(self, name: str) -> OperationModel:
        model = operation_of(self.service, name)
        if model is None:
            raise UnsupportedOperation(self.service, name, "botocore's model does not know it.")
        return model


def read_json(body: bytes) -> Any:
    """Read a request body as JSON 1.1 has it: an empty one is an empty structure.

    Raises:
        AwsError: `SerializationException`: it is not JSON, has a number that is none, or is
            nested too deeply.
    """
    try:
        return json.loads(body or b"{}", parse_constant=_no_number)
    except ValueError:
        raise AwsError("SerializationException", "The request body is not JSON.") from None
    except RecursionError:
        text = "The request body is nested too deeply."
        raise AwsError("SerializationException", text) from None


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")


def encode_error(error: AwsError, route: Route, request_id: str, *, head: bool = False) -> Response:
    """Write a refusal in the protocol of the service, so that any client reads it.

    Args:
        head: Answer to a HEAD request, which has no body.
    """
    content_type, body = _ERROR_BODIES[route.protocol](error, request_id)
    headers = {"content-type": content_type, "x-amzn-requestid": request_id}
    if route.protocol == Protocol.REST_JSON:
        headers["x-amzn-errortype"] = error.code
    if route.protocol == Protocol.CBOR:
        headers["smithy-protocol"] = "rpc-v2-cbor"
    return Response(status=error.status, headers=headers, body=b"" if head else body)


@functools.cache
def _decoder_of(service: str, operation: str) -> _Decode | None:
    model = operation_of(service, operation)
    shape = None if model is None else model.input_shape
    return None if shape is None else _decoder(shape)


def _decoder(shape: Shape) -> _Decode:
    """Make what reads a value of a shape; no shape of the services simulated here holds itself."""
    if isinstance(shape, StructureShape):
        return _structure_decoder(shape)
    if isinstance(shape, ListShape):
        return _list_decoder(shape)
    if isinstance(shape, MapShape):
        return _map_decoder(shape)
    return _scalar_decoder(shape)


def _structure_decoder(shape: StructureShape) -> _Decode:
    required = tuple(shape.required_members)
    members = {name: _decoder(member) for name, member in shape.members.items()}

    def decode(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise wrong_json_type(value, shape, where)
        prefix = f"{where}." if where else ""
        for name in required:
            if value.get(name) is None:
                text = f"Missing required member: {prefix}{name}"
                raise AwsError("InvalidParameterException", text)
        return {
            name: members[name](member, prefix + name)
            for name, member in value.items()
            if member is not None and name in members
        }

    return decode


def _list_decoder(shape: ListShape) -> _Decode:
    member = _decoder(shape.member)

    def decode(value: Any, where: str) -> Any:
        if not isinstance(value, list):
            raise wrong_json_type(value, shape, where)
        return [member(each, f"{where}[{i}]") for i, each in enumerate(value)]

    return decode


def _map_decoder(shape: MapShape) -> _Decode:
    member = _decoder(shape.value)

    def decode(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise wrong_json_type(value, shape, where)
        return {key: member(each, f"{where}[{key}]") for key, each in value.items()}

    return decode


def _scalar_decoder(shape: Shape) -> _Decode:
    expected = _REQUEST_TYPES[shape.type_name]
    bits = _INTEGER_BITS.get(shape.type_name)

    def decode(value: Any, where: str) -> Any:
        if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
            raise wrong_json_type(value, shape, where)
        if bits is not None and not -(2**bits) <= value < 2**bits:
            text = f"{where} is out of the range of type {shape.type_name}."
            raise AwsError("SerializationException", text)
        return value

    return decode


def wrong_json_type(value: Any, shape: Shape, where: str) -> AwsError:
    """Refuse a value of JSON whose type is not that of the model."""
    seen = _JSON_NAMES.get(type(value), "list" if isinstance(value, list) else "structure")
    place = where or "the request"
    text = f"Expected {shape.type_name} for {place}, but got {seen}."
    return AwsError("SerializationException", text)


def _check(value: Any, shape: Shape, where: str) -> None:
    if isinstance(shape, StructureShape):
        _expect(isinstance(value, dict), value, shape, where)
        for name, member in value.items():
            if name not in shape.members:
                raise AnswerMismatch(f"{where} has no member {name!r} in botocore's model")
            _check(member, shape.members[name], f"{where}.{name}")
    elif isinstance(shape, ListShape):
        _expect(isinstance(value, list), value, shape, where)
        for i, each in enumerate(value):
            _check(each, shape.member, f"{where}[{i}]")
    elif isinstance(shape, MapShape):
        _expect(isinstance(value, dict), value, shape, where)
        for key, each in value.items():
            _expect(isinstance(key, str), key, shape.key, f"a key of {where}")
            _check(each, shape.value, f"{where}[{key}]")
    else:
        expected = _ANSWER_TYPES[shape.type_name]
        fits = isinstance(value, expected) and (bool in expected or not isinstance(value, bool))
        _expect(fits, value, shape, where)


def _expect(fits: bool, value: Any, shape: Shape, where: str) -> None:
    if not fits:
        raise AnswerMismatch(f"{where} must be a {shape.type_name}, not {value!r}")


def _json_error(error: AwsError, request_id: str) -> tuple[str, bytes]:
    body = {"__type": error.code, "message": error.message, **error.members}
    return JSON_CONTENT_TYPE, json.dumps(body, separators=(",", ":")).encode()


def _rest_json_error(error: AwsError, request_id: str) -> tuple[str, bytes]:
    body = {"code": error.code, "message": error.message, **error.members}
    return "application/json", json.dumps(body, separators=(",", ":")).encode()


def _xml(text: str) -> str:
    """Write a text in XML, which has no place for most control characters."""
    return escape(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def _query_error(error: AwsError, request_id: str) -> tuple[str, bytes]:
    kind = "Receiver" if error.status >= 500 else "Sender"
    text = (
        f"<ErrorResponse><Error><Type>{kind}</Type><Code>{_xml(error.code)}</Code>"
        f"<Message>{_xml(error.message)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return "text/xml", text.encode("utf-8", "replace")


def _ec2_error(error: AwsError, request_id: str) -> tuple[str, bytes]:
    text = (
        f"<Response><Errors><Error><Code>{_xml(error.code)}</Code>"
        f"<Message>{_xml(error.message)}</Message></Error></Errors>"
        f"<RequestID>{request_id}</RequestID></Response>"
    )
    return "text/xml", text.encode("utf-8", "replace")


def _rest_xml_error(error: AwsError, request_id: str) -> tuple[str, bytes]:
    text = (
        f"<Error><Code>{_xml(error.code)}</Code><Message>{_xml(error.message)}</Message>"
        f"<RequestId>{request_id}</RequestId></Error>"
    )
    return "application/xml", text.encode("utf-8", "replace")


def _cbor_error(error: AwsError, request_id: str) -> tuple[str, bytes]:
    pairs = {"__type": error.code, "message": error.message}
    body = bytes([0xA0 + len(pairs)])  # RFC 8949: a map of this many pairs
    for key, value in pairs.items():
        body += _cbor_text(key) + _cbor_text(value)
    return "application/cbor", body


def _cbor_text(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return b"\x7a" + len(data).to_bytes(4, "big") + data  # RFC 8949: text, length in four bytes


_ERROR_BODIES: dict[Protocol, Callable[[AwsError, str], tuple[str, bytes]]] = {
    Protocol.JSON: _json_error,
    Protocol.REST_JSON: _rest_json_error,
    Protocol.QUERY: _query_error,
    Protocol.EC2: _ec2_error,
    Protocol.REST_XML: _rest_xml_error,
    Protocol.CBOR: _cbor_error,
}
