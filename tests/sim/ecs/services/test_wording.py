"""The table of texts about services: complete, used, and honest about what is sure."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import botocore.session

from fargate_kit.sim.ecs.services import wording
from fargate_kit.sim.wording import Mark, Phrase, Refusal

FILES = sorted(Path(wording.__file__).parent.glob("*.py"))
TABLE = {name: text for name, text in vars(wording).items() if isinstance(text, Refusal | Phrase)}


def test_codes_are_those_of_the_model() -> None:
    """Every code is an error of the service model."""
    model = botocore.session.get_session().get_service_model("ecs")
    known = {shape.name for shape in model.error_shapes}
    assert {text.code for text in TABLE.values() if isinstance(text, Refusal)} <= known


def test_every_text_is_said_somewhere() -> None:
    """No text of the table is unused."""
    said = {
        node.attr
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    }
    assert TABLE.keys() - said == set()


def test_unsure_texts_are_marked() -> None:
    """Texts of all three degrees of certainty are in the table."""
    assert {text.mark for text in TABLE.values()} == set(Mark)


def test_values_are_put_in() -> None:
    """A text says the values that it is given."""
    for name, text in TABLE.items():
        fields = {field for _, field, _, _ in string.Formatter().parse(text.text) if field}
        values = {field: f"<{field}>" for field in fields}
        said = text.error(**values).message if isinstance(text, Refusal) else text.say(**values)
        assert all(value in said for value in values.values()), name
        assert "{" not in said, name
