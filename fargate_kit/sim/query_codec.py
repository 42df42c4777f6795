"""The query protocol by botocore's model: forms are read, XML is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from fargate_kit.sim.codec import AnswerMismatch
from fargate_kit.sim.errors import UnsupportedOperation
from fargate_kit.sim.request import Request
from fargate_kit.sim.service_models import service_model
from fargate_kit.sim.wording import Mark, Refusal

XML_CONTENT_TYPE = "text/xml"

_VALIDATION = "ValidationError"
_DETECTED = "1 validation error detected: Value {value} at '{path}' failed to satisfy constraint: "
MISSING = Refusal(_VALIDATION, _DETECTED + "Member must not be null", Mark.OBS)
TOO_SMALL = Refusal(
    _VALIDATION, _DETECTED + "Member must have value greater than or equal to {limit}", Mark.OBS
)
TOO_LARGE = Refusal(
    _VALIDATION, _DETECTED + "Member must have value less than or equal to {limit}", Mark.OBS
)
NOT_IN_ENUM = Refusal(
    _VALIDATION, _DETECTED + "Member must satisfy enum value set: [{allowed}]", Mark.OBS
)
NOT_A_NUMBER = Refusal(_VALIDATION, _DETECTED + "Member must be a number", Mark.MEM)
NOT_A_BOOLEAN = Refusal(_VALIDATION, _DETECTED + "Member must be true or false", Mark.MEM)


class QueryCodec:
    """Reads the requests and writes the answers of one service of the query protocol.

    Source: botocore's service models; the AWS Query protocol of the Smithy specification.

    Args:
        service: botocore's name of the service.
        strict: Refuse to write an answer that the model does not know. Otherwise what it
            does not know is left out.
    """

    def __init__(self, service: str, *, strict: bool = False) -> None:
        self.service = service
        self.strict = strict
        self._model = service_model(service)
        self._names = frozenset(self._model.operation_names)

    def decode(self, operation: str, request: Request) -> dict[str, Any]:
        """Read the form of a request.

        Raises:
            UnsupportedOperation: The model has no such operation.
            AwsError: `ValidationError`, where a member is missing or out of its range.
        """
        shape = self._operation(operation).input_shape
        decoded = _structure(shape, form(request), "", "") if shape is not None else {}
        return decoded or {}

    def encode(self, operation: str, result: Mapping[str, Any], request_id: str) -> bytes:
        """Write an answer.

        Raises:
            AnswerMismatch: Strict, and the answer does not fit the model.
        """
        shape = self._operation(operation).output_shape
        inner = ""
        if isinstance(shape, StructureShape):
            wrapper = shape.serialization.get("resultWrapper", f"{operation}Result")
            inner = f"<{wrapper}>{self._write(shape, result, operation)}</{wrapper}>"
        elif result and self.strict:
            raise AnswerMismatch(f"{operation} has no output, but was answered {result!r}")
        namespace = self._model.metadata["xmlNamespace"]
        text = (
            f'<{operation}Response xmlns="{namespace}">{inner}<ResponseMetadata>'
            f"<RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
        )
        return text.encode()

    def _operation(self, name: str) -> OperationModel:
        if name not in self._names:
            raise UnsupportedOperation(self.service, name, "botocore's model does not know it.")
        return self._model.operation_model(name)

    def _write(self, shape: Shape, value: Any, where: str) -> str:
        if isinstance(shape, StructureShape):
            self._expect(isinstance(value, Mapping), value, shape, where)
            self._check_names(shape, value, where)
            return "".join(
                _element(
                    member.serialization.get("name", name),
                    self._write(member, value[name], f"{where}.{name}"),
                )
                for name, member in shape.members.items()
                if value.get(name) is not None
            )
        if isinstance(shape, ListShape):
            self._expect(isinstance(value, list | tuple), value, shape, where)
            name = shape.member.serialization.get("name", "member")
            return "".join(
                _element(name, self._write(shape.member, one, f"{where}[{index}]"))
                for index, one in enumerate(value)
            )
        if isinstance(shape, MapShape):
            raise NotImplementedError(f"{where} is a map, which no simulated answer has yet")
        self._expect(isinstance(value, _SCALARS[shape.type_name]), value, shape, where)
        return escape(str(value).lower() if isinstance(value, bool) else str(value))

    def _check_names(self, shape: StructureShape, value: Mapping[str, Any], where: str) -> None:
        unknown = [name for name in value if name not in shape.members]
        if unknown and self.strict:
            raise AnswerMismatch(f"{where} has no member {unknown[0]!r} in botocore's model")

    def _expect(self, fits: bool, value: Any, shape: Shape, where: str) -> None:
        if self.strict and not fits:
            raise AnswerMismatch(f"{where} must be a {shape.type_name}, not {value!r}")


_SCALARS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": str,
}
_INDEX = re.compile(r"(\d+)(?:\.|$)")


def form(request: Request) -> dict[str, str]:
    """Give the fields of a request's form, from its body or its query."""
    text = request.query
    if request.body:
        text = request.body.decode("utf-8", "replace")
    return dict(parse_qsl(text, keep_blank_values=True))


def _structure(
    shape: StructureShape, fields: Mapping[str, str], prefix: str, path: str
) -> dict[str, Any] | None:
    """Read the members that the form has; None if it has nothing of the structure."""
    if prefix and not any(name.startswith(prefix) for name in fields):
        return None
    decoded = {}
    for name, member in shape.members.items():
        key = member.serialization.get("name", name)
        value = _value(member, fields, f"{prefix}{key}", _join(path, name))
        if value is not None:
            decoded[name] = value
    for name in shape.required_members:
        if name not in decoded:
            raise MISSING.error(value="null", path=_join(path, name))
    return decoded


def _value(shape: Shape, fields: Mapping[str, str], key: str, path: str) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(shape, fields, f"{key}.", path)
    if isinstance(shape, ListShape):
        return _list(shape, fields, key, path)
    if isinstance(shape, MapShape):
        return _map(shape, fields, key, path)
    text = fields.get(key)
    return None if text is None else _scalar(shape, text, path)


def _list(shape: ListShape, fields: Mapping[str, str], key: str, path: str) -> list[Any] | None:
    flattened = shape.serialization.get("flattened", False)
    begin = f"{key}." if flattened else f"{key}.{shape.member.serialization.get('name', 'member')}."
    found = _numbers(fields, begin)
    if not found:
        return [] if key in fields else None
    values = (
        _value(shape.member, fields, f"{begin}{index}", f"{path}.{position}.member")
        for position, index in enumerate(found, start=1)
    )
    return [value for value in values if value is not None]


def _map(shape: MapShape, fields: Mapping[str, str], key: str, path: str) -> dict[str, Any] | None:
    """Read the entries of a map, each of which is a numbered pair."""
    begin = f"{key}." if shape.serialization.get("flattened", False) else f"{key}.entry."
    key_name = shape.key.serialization.get("name", "key")
    value_name = shape.value.serialization.get("name", "value")
    read = {}
    for index in _numbers(fields, begin):
        entry = fields.get(f"{begin}{index}.{key_name}")
        if entry is not None:
            inside = f"{path}.{entry}.member"
            value = _value(shape.value, fields, f"{begin}{index}.{value_name}", inside)
            if value is None:
                raise MISSING.error(value="null", path=inside)
            read[entry] = value
    return read or None


def _numbers(fields: Mapping[str, str], begin: str) -> list[int]:
    """List the numbers that follow the beginning of a name, in their order."""
    found = {
        int(match[1])
        for name in fields
        if name.startswith(begin) and (match := _INDEX.match(name[len(begin) :]))
    }
    return sorted(found)


def _scalar(shape: Shape, text: str, path: str) -> Any:
    if shape.type_name == "boolean":
        if text.lower() not in {"true", "false"}:
            raise NOT_A_BOOLEAN.error(value=f"'{text}'", path=path)
        return text.lower() == "true"
    if shape.type_name in {"integer", "long"}:
        try:
            number = int(text)
        except ValueError:
            raise NOT_A_NUMBER.error(value=f"'{text}'", path=path) from None
        _check_range(shape, number, path)
        return number
    allowed = getattr(shape, "enum", None)
    if allowed and text not in allowed:
        raise NOT_IN_ENUM.error(value=f"'{text}'", path=path, allowed=", ".join(allowed))
    return text


def _check_range(shape: Shape, number: int, path: str) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and number < least:
        raise TOO_SMALL.error(value=f"'{number}'", path=path, limit=least)
    if most is not None and number > most:
        raise TOO_LARGE.error(value=f"'{number}'", path=path, limit=most)


def _join(path: str, name: str) -> str:
    """Write a member's name as AWS's messages do, with a small first letter."""
    name = name[:1].lower() + name[1:]
    return f"{path}.{name}" if path else name


def _element(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>"
