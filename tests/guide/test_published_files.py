"""The guide's own published input files, read where they are beside the checkout."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fargate_kit import ContainerSpec, LogConfiguration, TaskSpec

HERE = Path(__file__).parents[2]
BOOK = Path(os.environ.get("FARGATE_KIT_BOOK", HERE.parent / "shared" / "book"))

pytestmark = pytest.mark.skipif(
    not BOOK.is_dir(), reason="the guide's files are not beside this checkout (FARGATE_KIT_BOOK)"
)


def log_configuration_of_chapter_3() -> dict[str, object]:
    """Return the JSON object that chapter 3 shows inside a definition with gaps."""
    text = (BOOK / "Chapter03" / "logConfiguration.txt").read_text(encoding="utf-8")
    start = text.index("{", text.index('"logConfiguration"'))
    found, _ = json.JSONDecoder().raw_decode(text[start:])
    assert isinstance(found, dict)
    return found


def test_log_configuration_of_chapter_3_is_taken_as_it_is() -> None:
    """The awslogs configuration that the reader types in is read, checked and sent unchanged."""
    configuration = log_configuration_of_chapter_3()
    raw = {
        "family": "mysql-task-definition",
        "cpu": "256",
        "memory": "0.5GB",
        "executionRoleArn": "ecsExecutionRole",
        "containerDefinitions": [
            {"name": "mysql", "image": "mysql", "logConfiguration": configuration}
        ],
    }
    spec = TaskSpec.from_api(raw).check()
    assert spec.containers[0].log_configuration == LogConfiguration.awslogs(
        "/ecs/mysql-task-definition", region="us-east-1", stream_prefix="ecs"
    )
    assert spec.to_api()["containerDefinitions"][0]["logConfiguration"] == configuration


def test_example_has_the_facts_of_chapter_7() -> None:
    """Our WordPress example says what the guide's Compose file and ecs-params say."""
    compose = (BOOK / "Chapter07" / "docker-compose.yml").read_text(encoding="utf-8")
    params = (BOOK / "Chapter07" / "ecs-params.yml").read_text(encoding="utf-8")
    spec = TaskSpec.from_file(HERE / "examples" / "guide" / "wordpress.json").check()
    container: ContainerSpec = spec.containers[0]
    assert container.log_configuration is not None
    assert (spec.cpu, spec.memory) == (256, 512)
    assert "cpu_limit: 256" in params
    assert "mem_limit: 0.5GB" in params
    assert f"image: {container.image}\n" in compose
    assert f'"{container.ports[0]}:{container.ports[0]}"' in compose
    for option, value in container.log_configuration.options.items():
        assert f"{option}: {value}" in compose


def test_broken_json_of_chapter_5_is_told_with_its_place() -> None:
    """A file with a doubled quotation mark is refused with line and column."""
    file = BOOK / "Chapter05" / "elasticloadbalancing-permissions.txt"
    with pytest.raises(ValueError, match=r"elasticloadbalancing-permissions\.txt:\d+:\d+"):
        TaskSpec.from_file(file)
