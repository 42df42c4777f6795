"""Nothing slips past: every key has a verdict, and every file is reported whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fargate_kit.compose import ProjectFiles, convert
from fargate_kit.compose.catalogue import compose_keys, ecs_params_keys, specification_keys
from fargate_kit.compose.ecs_params import PARAMS_RULES
from fargate_kit.compose.rules import RULES, rule_for
from fargate_kit.compose.tree import pattern_of

VALUES: dict[str, Any] = {"text": "1", "number": 1, "flag": True, "table": {}, "null": None}


def keys_of(patterns: list[str]) -> list[str]:
    """Leave out the items of lists, which are no keys."""
    return [pattern for pattern in patterns if not pattern.endswith("[]")]


def test_every_key_of_the_specification_has_a_verdict() -> None:
    """No key of the specification's schema is without a rule of its own or one that covers it."""
    assert len(specification_keys()) > 900
    without = [way for way in keys_of(list(specification_keys())) if rule_for(way) is None]
    assert without == []


def test_every_extension_of_the_ecs_integration_has_a_verdict() -> None:
    """No `x-aws-*` key, and no key of older Compose files, is without a rule."""
    assert [way for way in keys_of(list(compose_keys())) if rule_for(way) is None] == []


def test_every_key_of_ecs_params_has_a_verdict() -> None:
    """No key of version 1 of ecs-params.yml is without a rule."""
    without = [
        way for way in keys_of(list(ecs_params_keys())) if rule_for(way, PARAMS_RULES) is None
    ]
    assert without == []


def test_there_are_no_rules_for_keys_that_do_not_exist() -> None:
    """A rule that is misspelt would cover nothing."""
    assert [way for way in RULES if way not in compose_keys()] == []
    assert [way for way in PARAMS_RULES if way not in ecs_params_keys()] == []


@pytest.mark.parametrize("known", [compose_keys(), ecs_params_keys()], ids=["compose", "params"])
def test_ways_to_keys_are_recognised(known: dict[str, frozenset[str]]) -> None:
    """Whatever names the user gives, the way to a key leads to its entry in the catalogue."""
    for pattern in known:
        way = ""
        for part in pattern.split("."):
            name = part.rstrip("[]")
            way = pattern_of(way, "anything" if name == "*" else name) + part[len(name) :]
        assert way == pattern


def document_with(pattern: str) -> dict[str, Any]:
    """Return the smallest file that has a key."""
    known = compose_keys()
    kinds = known[pattern]
    value: Any = next(VALUES[kind] for kind in VALUES if kind in kinds) if kinds - {"list"} else []
    parts = pattern.split(".")
    for number in range(len(parts), 0, -1):
        part = parts[number - 1]
        name = part.rstrip("[]")
        for _ in range((len(part) - len(name)) // 2):
            value = [value]
        value = {"any" if name == "*" else name: value}
    assert isinstance(value, dict)
    services = value.setdefault("services", {})
    if not isinstance(services, dict):
        services = value["services"] = {}
    service = services.setdefault("any", {})
    if isinstance(service, dict):
        service.setdefault("image", "acme/any:1")
    return value


def count_keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(count_keys(below) for below in value.values())
    return sum(count_keys(item) for item in value) if isinstance(value, list) else 0


def test_every_key_gets_one_finding_when_it_is_used(tmp_path: Path) -> None:
    """A file with any one key of the specification is reported whole, each key once."""
    file = tmp_path / "compose.yaml"
    unsure = []
    for pattern in keys_of(list(specification_keys())):
        document = document_with(pattern)
        file.write_text(json.dumps(document, indent=1), encoding="utf-8")
        conversion = convert(ProjectFiles(files=[str(file)], profiles=["*"]))
        findings = list(conversion.report)
        assert len(findings) == count_keys(document), pattern
        assert len({finding.place for finding in findings}) == len(findings), pattern
        said = {reason for finding in findings for reason in finding.reasons}
        if said & {"nothing is known of this key", "nothing uses it"}:
            unsure.append(pattern)
    assert unsure == []
