"""The table of AWS's texts: complete, and honest about what is sure."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import botocore.session

from fargate_kit.sim.ecs import registration_wording, wording
from fargate_kit.sim.wording import Mark, Phrase, Refusal

SIM = Path(wording.__file__).parents[1]
OURS = [*(SIM / "ecs").rglob("*.py"), SIM / "network.py", SIM / "awslogs.py"]


def _refusals() -> Iterator[tuple[str, Refusal]]:
    for name, value in vars(wording).items():
        if isinstance(value, Refusal):
            yield name, value
    yield from registration_wording.REGISTRATION.items()


def test_codes_are_those_of_the_model() -> None:
    """Every code is an error of the service model, apart from the one of malformed requests."""
    model = botocore.session.get_session().get_service_model("ecs")
    known = {shape.name for shape in model.error_shapes} | {"SerializationException"}
    for name, refusal in _refusals():
        assert refusal.code in known, name


def test_every_text_is_said_somewhere() -> None:
    """No text of the table is unused."""
    said = {
        node.attr
        for path in OURS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    }
    table = {name for name, one in vars(wording).items() if isinstance(one, Refusal | Phrase)}
    assert table - said == set()


def test_texts_are_said_nowhere_else() -> None:
    """An error of AWS is raised with a text of the table, not with one of its own."""
    for path in OURS:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "AwsError":
                assert not any(isinstance(one, ast.Constant) for one in node.args), path


def test_unsure_texts_are_marked() -> None:
    """Every text has a mark, and texts of all three kinds are in the table."""
    phrases = [one for one in vars(wording).values() if isinstance(one, Phrase)]
    marks = {refusal.mark for _, refusal in _refusals()} | {one.mark for one in phrases}
    assert marks == set(Mark)


def test_values_are_put_in() -> None:
    """A text says the values that it is given."""
    for name, refusal in _refusals():
        fields = {field for _, field, _, _ in string.Formatter().parse(refusal.text) if field}
        values = {field: f"<{field}>" for field in fields}
        message = refusal.error(**values).message
        assert all(value in message for value in values.values()), name
        assert "{" not in message, name
