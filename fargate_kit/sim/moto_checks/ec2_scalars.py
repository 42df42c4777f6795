"""The numbers that requests to EC2 give: each must be one."""

from __future__ import annotations

from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from fargate_kit.sim import ec2_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.service_models import operation_of

_NUMBERS = frozenset({"integer", "long", "float", "double"})


def check_scalars(asked: Asked) -> None:
    """Refuse a text where the model has a number.

    Source: botocore's EC2 model.

    Raises:
        AwsError: `InvalidParameterValue`.
    """
    operation = operation_of("ec2", asked.operation)
    if operation is not None and operation.input_shape is not None:
        _check(operation.input_shape, asked.params, "")


def _check(shape: Shape, value: Any, name: str) -> None:
    if isinstance(shape, StructureShape):
        for member, inside in value.items():
            _check(shape.members[member], inside, member)
    elif isinstance(shape, ListShape):
        for inside in value:
            _check(shape.member, inside, name)
    elif shape.type_name in _NUMBERS and isinstance(value, str):
        raise wording.NO_NUMBER.error(value=value, name=name[:1].lower() + name[1:])
