"""Whatever stands at whatever place of a definition: a usable specification, or one clear error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from fargate_kit import ContainerSpec, InvalidSpec, TaskSpec

REQUEST = ServiceModel(Loader().load_service_model("ecs", "service-2")).shape_for(
    "RegisterTaskDefinitionRequest"
)
SECRET = "hunter2-7f3a"
ODD: dict[str, Any] = {
    "text": SECRET,
    "empty text": "",
    "number": 7,
    "huge number": 10**30,
    "fraction": 1.5,
    "not a number": float("nan"),
    "true": True,
    "list": [SECRET],
    "empty list": [],
    "object": {"a": SECRET},
    "empty object": {},
    "null": None,
    "list of null": [None],
    "list of objects": [{}],
    "object of null": {"a": None},
    "object with a number for a name": {7: SECRET},
}
SOUND = {
    "family": "job",
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [{"name": "main", "image": "acme/main:1"}],
}


class Place(NamedTuple):
    """One member of the request: the names and indices that lead to it."""

    steps: tuple[str | int, ...]

    def __str__(self) -> str:
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)
        return text.removeprefix(".")


def places(shape: Shape, steps: tuple[str | int, ...] = ()) -> Iterator[Place]:
    """Yield every place of the request, structures and items of lists among them."""
    if steps:
        yield Place(steps)
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield from places(member, (*steps, name))
    elif isinstance(shape, ListShape):
        yield from places(shape.member, (*steps, 0))
    elif isinstance(shape, MapShape):
        yield from places(shape.value, (*steps, "a"))


def with_odd(place: Place, odd: Any) -> dict[str, Any]:
    """Return a sound definition with something odd at one place."""
    definition: Any = deepcopy(SOUND)
    here = definition
    for step, following in zip(place.steps, [*place.steps[1:], None], strict=True):
        empty = odd if following is None else [] if isinstance(following, int) else {}
        if isinstance(step, int):
            if not here:
                here.append(empty)
            elif following is None:
                here[0] = empty
        elif following is None or step not in here:
            here[step] = empty
        here = here[step]
    return definition  # type: ignore[no-any-return]


def refusal(raw: Any) -> InvalidSpec | None:
    """Return why it cannot be read, or None."""
    try:
        TaskSpec.from_api(raw)
    except InvalidSpec as refused:
        return refused
    return None


def look_at(spec: TaskSpec) -> None:
    """Use a specification in every way; what passes its own check must be fit to be sent."""
    assert repr(spec)
    assert not spec.diff(spec)
    sent = spec.to_api()
    assert TaskSpec.from_api(sent).to_api() == sent
    spec.cautions()
    if not spec.problems():
        report = ParamValidator().validate(sent, REQUEST).generate_report()
        assert all(line.startswith("Unknown parameter") for line in report.splitlines()), report
        json.dumps(sent)


@pytest.mark.parametrize("place", [*places(REQUEST)], ids=str)
def test_odd_value_is_a_usable_spec_or_one_clear_error(place: Place) -> None:
    """Nothing but InvalidSpec comes of a wrong shape, and what passes the check can be sent."""
    for odd in ODD.values():
        raw = with_odd(place, odd)
        refused = refusal(raw)
        if refused is None:
            look_at(TaskSpec.from_api(raw))
        else:
            assert refused.problems
            assert all(problem.path for problem in refused.problems)


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_odd_definition_is_refused(odd: Any) -> None:
    """What is no definition at all is refused, in `taskDefinition` too."""
    assert refusal(odd)
    assert refusal({"taskDefinition": odd})


@pytest.mark.parametrize("member", ["environment", "secrets", "command", "entryPoint"])
def test_refusal_never_shows_a_secret(member: str) -> None:
    """What may be a secret is not in the message, however wrong its place is."""
    container = {"name": "main", "image": "acme/main:1"}
    for odd in (SECRET, [[SECRET]], {"name": SECRET}, [{"name": "A", "value": [SECRET]}]):
        wrong = {**container, member: odd, "cpu": "a"}
        refused = refusal({**SOUND, "containerDefinitions": [wrong]})
        assert refused is not None
        assert SECRET not in str(refused)


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"tags": "team"}, "tags"),
        ({"tags": [7]}, "tags[0]"),
        ({"volumes": [None]}, "volumes[0]"),
        ({"runtimePlatform": "ARM64"}, "runtimePlatform"),
        ({"ephemeralStorage": 30}, "ephemeralStorage"),
        ({"ephemeralStorage": {"sizeInGiB": "30"}}, "ephemeralStorage.sizeInGiB"),
    ],
)
def test_wrong_shape_of_the_task_is_told_by_its_path(members: dict[str, Any], path: str) -> None:
    """The place, what was given and what is allowed are in the message."""
    with pytest.raises(InvalidSpec) as refused:
        TaskSpec.from_api({**SOUND, **members})
    (problem,) = refused.value.problems
    assert problem.path == path
    assert "; allowed: " in problem.message


@pytest.mark.parametrize(
    ("members", "path"),
    [
        (
            {"logConfiguration": {"logDriver": "awslogs", "options": "g"}},
            "logConfiguration.options",
        ),
        ({"logConfiguration": "awslogs"}, "logConfiguration"),
        ({"environment": {"A": "1"}}, "environment"),
        ({"environment": [{"name": "A", "value": None}]}, "environment[0].value"),
        ({"portMappings": [80]}, "portMappings[0]"),
    ],
)
def test_wrong_shape_of_a_container_is_told_by_its_path(members: dict[str, Any], path: str) -> None:
    """A container is refused in a definition and by itself."""
    container = {"name": "main", "image": "acme/main:1", **members}
    with pytest.raises(InvalidSpec) as refused:
        TaskSpec.from_api({**SOUND, "containerDefinitions": [container]})
    assert f"containerDefinitions[0].{path}" in {each.path for each in refused.value.problems}
    with pytest.raises(InvalidSpec) as refused:
        ContainerSpec.from_api(container)
    assert [each.path for each in refused.value.problems] == [path]


def test_refusal_tells_every_problem_and_what_was_meant() -> None:
    """A wrong type does not hide the other problems, nor a misspelt name."""
    container = {"name": "main", "imge": "acme/main:1", "cpu": "10"}
    with pytest.raises(InvalidSpec) as refused:
        TaskSpec.from_api({**SOUND, "cpu": "300", "containerDefinitions": [container]})
    paths = [problem.path for problem in refused.value.problems]
    assert sorted(paths) == [
        "containerDefinitions[0].cpu",
        "containerDefinitions[0].image",
        "containerDefinitions[0].imge",
        "cpu",
    ]
    assert "did you mean image?" in str(refused.value)
