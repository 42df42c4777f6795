"""What a request to moto asks for, read by botocore's model in the protocol in which it came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from fargate_kit.sim.codec import read_json, wrong_json_type
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.query_codec import form
from fargate_kit.sim.request import Protocol, Request, Route
from fargate_kit.sim.service_models import operation_of

__all__ = ["Asked", "read_asked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request that moto shall answer asks for.

    Args:
        params: By the names of botocore's model. A scalar of a form is a number or a truth
            value where it reads as one, and stays text where it does not.
    """

    service: str
    operation: str
    region: str
    params: Mapping[str, Any]


def read_asked(request: Request, target: Route) -> Asked:
    """Read a request; what botocore's model does not know is left out.

    Source: the protocols of the Smithy specification, and botocore's service models.

    Raises:
        AwsError: `SerializationException`, where a JSON body is none or has a member of a
            wrong type.
    """
    operation = operation_of(target.service, target.operation)
    shape = operation.input_shape if operation is not None else None
    params: Any = {}
    if operation is not None and shape is not None:
        read = _READERS.get(target.protocol)
        params = read(operation, shape, request) if read is not None else {}
    return Asked(
        service=target.service, operation=target.operation, region=target.region, params=params
    )


def _from_json(_: OperationModel, shape: StructureShape, request: Request) -> Any:
    try:
        return _plain(read_json(request.body), shape, "")
    except RecursionError:
        text = "The request body is nested too deeply."
        raise AwsError("SerializationException", text) from None


def _plain(value: Any, shape: Shape, where: str) -> Any:
    """Read a value of JSON; null is what is not there."""
    if isinstance(shape, StructureShape):
        _expect(value, (dict,), shape, where)
        members = shape.members
        return {
            name: _plain(member, members[name], f"{where}.{name}" if where else name)
            for name, member in value.items()
            if member is not None and name in members
        }
    if isinstance(shape, ListShape):
        _expect(value, (list,), shape, where)
        return [_plain(one, shape.member, where) for one in value if one is not None]
    if isinstance(shape, MapShape):
        _expect(value, (dict,), shape, where)
        return {key: _plain(one, shape.value, where) for key, one in value.items()}
    _expect(value, _JSON_TYPES[shape.type_name], shape, where)
    if shape.type_name in {"float", "double"} and isinstance(value, str):
        return _FLOATS.get(value, value)
    return value


_FLOATS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "blob": (str,),
    "boolean": (bool,),
    "integer": (int, float),
    "long": (int, float),
    "float": (int, float, str),  # the protocol writes NaN and the infinities as text
    "double": (int, float, str),
    "timestamp": (int, float, str),
}


def _expect(value: Any, kinds: tuple[type, ...], shape: Shape, where: str) -> None:
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise wrong_json_type(value, shape, where)


def _from_rest_json(operation: OperationModel, shape: StructureShape, request: Request) -> Any:
    """Read what a REST request has in its path, its query, its headers and its body."""
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    path = _path_values(operation.http["requestUri"], request.path)
    params: dict[str, Any] = {}
    for name, member in shape.members.items():
        location = member.serialization.get("location")
        key = member.serialization.get("name", name)
        values = {
            "uri": path.get(key, []),
            "querystring": query.get(key, []),
            "header": [text] if (text := request.headers.get(key.lower())) is not None else [],
        }.get(str(location), [])
        if values:
            listed = isinstance(member, ListShape)
            params[name] = values if listed else _scalar(member, values[0])
    body = {
        member.serialization.get("name", name): name
        for name, member in shape.members.items()
        if "location" not in member.serialization
    }
    if request.body and body:
        read = read_json(request.body)
        _expect(read, (dict,), shape, "")
        for key, name in body.items():
            if read.get(key) is not None:
                params[name] = _plain(read[key], shape.members[name], name)
    return params


def _path_values(template: str, path: str) -> dict[str, list[str]]:
    """Read the values of a path such as `/schedules/{Name}`."""
    names = template.partition("?")[0].strip("/").split("/")
    values = path.strip("/").split("/", len(names) - 1)
    return {
        name.strip("{}+"): [unquote(value)]
        for name, value in zip(names, values, strict=False)
        if name.startswith("{")
    }


@dataclass(slots=True)
class _Node:
    """What a form has below one name."""

    text: str | None = None
    below: dict[str, _Node] = field(default_factory=dict)


def _from_form(operation: OperationModel, shape: StructureShape, request: Request) -> Any:
    root = _Node()
    for name, text in form(request).items():
        node = root
        for part in name.split("."):
            node = node.below.setdefault(part, _Node())
        node.text = text
    is_ec2 = operation.service_model.resolved_protocol == Protocol.EC2
    return _formed(shape, root, is_ec2)


def _formed(shape: Shape, node: _Node, is_ec2: bool) -> Any:
    """Read a value of a form; None if it has nothing of it."""
    if isinstance(shape, StructureShape):
        return _structure(shape, node, is_ec2)
    if isinstance(shape, ListShape):
        name = shape.member.serialization.get("name", "member")
        flat = is_ec2 or shape.serialization.get("flattened", False)
        inside = node if flat else node.below.get(name, _EMPTY)
        read = (_formed(shape.member, one, is_ec2) for one in _numbered(inside))
        values = [value for value in read if value is not None]
        return values if values or node.text is not None else None
    if isinstance(shape, MapShape):
        return _map(shape, node, is_ec2)
    return None if node.text is None else _scalar(shape, node.text)


def _structure(shape: StructureShape, node: _Node, is_ec2: bool) -> dict[str, Any] | None:
    read = {}
    for name, member in shape.members.items():
        written = member.serialization
        key = written.get("name", name)
        if is_ec2:
            key = written.get("queryName", key[:1].upper() + key[1:])
        flat = isinstance(member, ListShape) and member.serialization.get("flattened", False)
        if flat and not is_ec2:
            key = member.member.serialization.get("name", key)
        below = node.below.get(key)
        value = None if below is None else _formed(member, below, is_ec2)
        if value is not None:
            read[name] = value
    return read


def _map(shape: MapShape, node: _Node, is_ec2: bool) -> dict[str, Any] | None:
    inside = node if shape.serialization.get("flattened") else node.below.get("entry", _EMPTY)
    key = shape.key.serialization.get("name", "key")
    value = shape.value.serialization.get("name", "value")
    pairs = {
        str(one.below[key].text): _formed(shape.value, one.below[value], is_ec2)
        for one in _numbered(inside)
        if key in one.below and value in one.below
    }
    return pairs or None


def _numbered(node: _Node) -> list[_Node]:
    """List what is under numbers, in their order."""
    numbers = [name for name in node.below if name.isascii() and name.isdecimal()]
    return [node.below[name] for name in sorted(numbers, key=lambda each: (len(each), each))]


def _scalar(shape: Shape, text: str) -> Any:
    """Read a number or a truth value, where the text is one."""
    if shape.type_name == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    number = {"integer": int, "long": int, "float": float, "double": float}.get(shape.type_name)
    if number is None or len(text) > _LONGEST_NUMBER or not text.isascii() or "_" in text:
        return text
    try:
        return number(text)
    except ValueError:
        return text


_EMPTY = _Node()
_LONGEST_NUMBER = 400
_READERS: Mapping[Protocol, Callable[[OperationModel, StructureShape, Request], Any]] = {
    Protocol.JSON: _from_json,
    Protocol.REST_JSON: _from_rest_json,
    Protocol.QUERY: _from_form,
    Protocol.EC2: _from_form,
}
