"""Rules over the task as a whole: its family, its containers' number and names, its tags."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator

from fargate_kit.model.problems import Hidden, Problem, Rule, quoted
from fargate_kit.model.reading import Reading

_PARAMETERS = "guide: task_definition_parameters"
_QUOTAS = "AWS General Reference: Amazon ECS endpoints and quotas"

FAMILY = Rule(
    id="family",
    says="A family is 1 to 255 letters, digits, hyphens and underscores.",
    source="model: RegisterTaskDefinitionRequest",
)
CONTAINERS_REQUIRED = Rule(
    id="containers-required",
    says="A task definition has at least one container.",
    source=_PARAMETERS,
)
CONTAINER_COUNT = Rule(
    id="container-count",
    says="A task definition has at most 10 containers.",
    source=_QUOTAS,
)
CONTAINER_NAME = Rule(
    id="container-name",
    says="A container's name is 1 to 255 letters, digits, hyphens and underscores.",
    source=f"{_PARAMETERS}; model: ContainerDefinition",
)
UNIQUE_CONTAINER_NAMES = Rule(
    id="unique-container-names",
    says="No two containers of a task definition have the same name.",
    source="public reports of AWS's answer",
    mark="OBS",
)
ESSENTIAL_CONTAINER = Rule(
    id="essential-container",
    says="At least one container is essential.",
    source=f"{_PARAMETERS}; model: ContainerDefinition",
)
DEFINITION_SIZE = Rule(
    id="definition-size",
    says="The whole definition is at most 64 KiB of JSON.",
    source=_QUOTAS,
)
TAG_COUNT = Rule(
    id="tag-count",
    says="A task definition has at most 50 tags.",
    source="model: Tags",
)
TAG_KEY = Rule(
    id="tag-key",
    says="A tag's key is 1 to 128 legal characters and does not begin with aws:.",
    source="model: Tag, TagKey",
)
TAG_VALUE = Rule(
    id="tag-value",
    says="A tag's value is at most 256 legal characters and does not begin with aws:.",
    source="model: Tag, TagValue",
)
UNIQUE_TAG_KEYS = Rule(
    id="unique-tag-keys",
    says="No two tags have the same key.",
    source="model: Tag",
)

RULES = (
    FAMILY,
    CONTAINERS_REQUIRED,
    CONTAINER_COUNT,
    CONTAINER_NAME,
    UNIQUE_CONTAINER_NAMES,
    ESSENTIAL_CONTAINER,
    DEFINITION_SIZE,
    TAG_COUNT,
    TAG_KEY,
    TAG_VALUE,
    UNIQUE_TAG_KEYS,
)

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
NAME_ALLOWED = "1 to 255 letters, digits, hyphens and underscores"

_MOST_CONTAINERS, _MOST_BYTES, _MOST_TAGS = 10, 65536, 50
_TAG_TEXT = re.compile(r"[A-Za-z0-9 _.:/=+\-@]*")
_TAG_ALLOWED = "letters, digits, spaces and _ . : / = + - @"


def legal_name(name: str) -> str:
    """Propose the legal name nearest to this one."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:255] or "main"


def _family(reading: Reading) -> Iterator[Problem]:
    family = reading.task.get("family")
    if family is None or not NAME.fullmatch(family):
        remedy = f"call it {quoted(legal_name(family))}" if family else "give the family a name"
        yield FAMILY.problem("family", given=family, allowed=NAME_ALLOWED, remedy=remedy)


def _containers(reading: Reading) -> Iterator[Problem]:
    path = "containerDefinitions"
    count = len(reading.task.get(path, ()))
    if not count:
        given = None if reading.task.get(path) is None else Hidden("an empty list")
        yield CONTAINERS_REQUIRED.problem(
            path, given=given, allowed="1 to 10 containers", remedy="add a container"
        )
    elif count > _MOST_CONTAINERS:
        yield CONTAINER_COUNT.problem(
            path,
            given=count,
            allowed=f"1 to {_MOST_CONTAINERS} containers",
            remedy=f"keep {_MOST_CONTAINERS} and move the rest to another task definition",
        )
    if reading.containers and not any(each.essential for each in reading.containers):
        yield ESSENTIAL_CONTAINER.problem(
            f"{reading.containers[0].path}.essential",
            given=False,
            allowed="at least one essential container in a task",
            remedy="leave essential out of the container whose end should end the task",
        )


def _container_names(reading: Reading) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for container in reading.containers:
        path, name = f"{container.path}.name", container.record.get("name")
        if name is None or not NAME.fullmatch(name):
            remedy = f"call it {quoted(legal_name(name))}" if name else "give the container a name"
            yield CONTAINER_NAME.problem(path, given=name, allowed=NAME_ALLOWED, remedy=remedy)
        elif name in seen:
            yield UNIQUE_CONTAINER_NAMES.problem(
                path,
                given=name,
                allowed="a name of its own for every container",
                remedy=f"rename it, {seen[name]} has this name already",
            )
        else:
            seen[name] = path


def _size_of_it_all(reading: Reading) -> Iterator[Problem]:
    # Tags are kept apart from the definition: no answer of AWS has them inside it.
    definition = {name: value for name, value in reading.task.items() if name != "tags"}
    text = json.dumps(definition, separators=(",", ":"), ensure_ascii=False)
    length = len(text.encode(errors="surrogatepass")) if len(text) * 4 > _MOST_BYTES else 0
    if length > _MOST_BYTES:
        yield DEFINITION_SIZE.problem(
            "containerDefinitions",
            given=length,
            allowed=f"at most {_MOST_BYTES} bytes of JSON",
            remedy="move long values to environmentFiles, secrets or the image",
        )


def _tags(reading: Reading) -> Iterator[Problem]:
    count = len(reading.task.get("tags", ()))
    if count > _MOST_TAGS:
        yield TAG_COUNT.problem(
            "tags",
            given=count,
            allowed=f"at most {_MOST_TAGS} tags",
            remedy=f"leave out {count - _MOST_TAGS}",
        )
    seen: dict[str, str] = {}
    for path, tag in reading.entries("tags"):
        key, value = tag.get("key", ""), tag.get("value", "")
        if not 1 <= len(key) <= 128 or not _is_tag_text(key):
            yield TAG_KEY.problem(
                f"{path}.key",
                given=key or None,
                allowed=f"1 to 128 {_TAG_ALLOWED}, not beginning with aws:",
                remedy="choose another key",
            )
        elif key in seen:
            yield UNIQUE_TAG_KEYS.problem(
                f"{path}.key",
                given=key,
                allowed="each key once",
                remedy=f"leave one out, {seen[key]} has this key already",
            )
        else:
            seen[key] = path
        if len(value) > 256 or not _is_tag_text(value):
            yield TAG_VALUE.problem(
                f"{path}.value",
                given=value,
                allowed=f"at most 256 {_TAG_ALLOWED}, not beginning with aws:",
                remedy="shorten or change it",
            )


def _is_tag_text(text: str) -> bool:
    if text[:4].lower() == "aws:":
        return False
    return bool(_TAG_TEXT.fullmatch(text)) or all(
        character in "_.:/=+-@" or unicodedata.category(character)[0] in "LZN" for character in text
    )


CHECKS = (_family, _containers, _container_names, _size_of_it_all, _tags)
