"""The table of members against botocore's service model, so that a new member is noticed."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from fargate_kit.model.canonical import DEFAULTS, KEYED, READ_ONLY, UNORDERED
from fargate_kit.model.kinds import Amount, Flag, Items, Kind, Record, Table, Text, Whole
from fargate_kit.model.shapes import TASK_DEFINITION

# A rule of its own judges these values, or AWS takes any, or nothing of them is taken on Fargate.
OPEN_VALUES = {
    "networkMode",
    "pidMode",
    "ipcMode",
    "runtimePlatform.operatingSystemFamily",
    "containerDefinitions.logConfiguration.logDriver",
    "containerDefinitions.portMappings.protocol",
    "containerDefinitions.resourceRequirements.type",
    "containerDefinitions.linuxParameters.devices.permissions",
    "placementConstraints.type",
    "volumes.dockerVolumeConfiguration.scope",
}


@pytest.fixture(scope="module")
def service() -> ServiceModel:
    """Load botocore's model of ECS."""
    return ServiceModel(Loader().load_service_model("ecs", "service-2"))


def differences(kind: Kind, shape: Shape, place: str) -> list[str]:
    """List where a kind is not what the model's shape says."""
    if isinstance(kind, Amount):
        return [] if shape.type_name == "string" and place in ("cpu", "memory") else [place]
    if isinstance(kind, Record) and isinstance(shape, StructureShape):
        found = [f"{place}.{name}" for name in kind.members.keys() ^ shape.members.keys()]
        required = set(shape.required_members) if place else set()
        found += [f"{place}.{name}: required" for name in set(kind.required) ^ required]
        for name in kind.members.keys() & shape.members.keys():
            inner = f"{place}.{name}" if place else name
            found += differences(kind.members[name], shape.members[name], inner)
        return found
    if isinstance(kind, Items) and isinstance(shape, ListShape):
        return differences(kind.of, shape.member, place)
    if isinstance(kind, Table) and isinstance(shape, MapShape):
        return [] if shape.key.type_name == shape.value.type_name == "string" else [place]
    if isinstance(kind, Text) and shape.type_name == "string":
        if place in OPEN_VALUES:
            return [] if shape.enum and not kind.values else [f"{place}: needlessly open"]
        return [] if set(kind.values) == set(shape.enum) else [f"{place}: values"]
    alike = {Whole: "integer", Flag: "boolean"}
    return [] if alike.get(type(kind)) == shape.type_name else [f"{place}: type"]


def test_members_are_those_of_the_service_model(service: ServiceModel) -> None:
    """Every member, type, requirement and closed set of values is the service model's."""
    shape = service.shape_for("RegisterTaskDefinitionRequest")
    assert differences(TASK_DEFINITION, shape, "") == []


def test_difference_from_the_service_model_is_noticed(service: ServiceModel) -> None:
    """A table that lacks a member would be found out by the comparison above."""
    shape = service.shape_for("RegisterTaskDefinitionRequest")
    members = {name: kind for name, kind in TASK_DEFINITION.members.items() if name != "pidMode"}
    assert differences(Record({**members, "cpu": Text()}), shape, "") == [".pidMode"]
    assert differences(Record({**TASK_DEFINITION.members, "tags": Flag()}), shape, "") == [
        "tags: type"
    ]


def test_read_only_members_are_those_that_cannot_be_registered(service: ServiceModel) -> None:
    """What a described definition has and a registration has not is dropped, and nothing else."""
    described = service.shape_for("TaskDefinition").members.keys()
    registered = service.shape_for("RegisterTaskDefinitionRequest").members.keys()
    assert described - registered == READ_ONLY


def kind_at(place: str) -> Kind:
    """Find the kind at a place; lists are looked through."""
    kind: Kind = TASK_DEFINITION
    for name in place.split("."):
        kind = kind.of if isinstance(kind, Items) else kind
        assert isinstance(kind, Record), place
        kind = kind.members[name]
    return kind


def test_tables_of_the_canonical_form_name_real_places() -> None:
    """Each default is of its member's type, each keyed list holds structures, each set does not."""
    types = {Text: str, Whole: int, Flag: bool}
    for place, default in DEFAULTS.items():
        assert type(default.value) is types[type(kind_at(place))], place
        assert default.reason
    for place in KEYED:
        kind = kind_at(place)
        assert isinstance(kind, Items), place
        assert isinstance(kind.of, Record), place
    for place in UNORDERED:
        kind = kind_at(place)
        assert isinstance(kind, Items), place
        assert not isinstance(kind.of, Record), place
