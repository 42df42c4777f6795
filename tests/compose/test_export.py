"""The way back: what is exported translates to an equal task definition again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fargate_kit import Connection, compose
from fargate_kit.compose import Choices, Plan, ProjectFiles, Topology, convert, export

CORPUS = Path(__file__).parent / "corpus"


def planned(case: Path) -> Plan | None:
    options = json.loads((case / "case.json").read_text()) if (case / "case.json").is_file() else {}
    return convert(
        ProjectFiles(
            files=tuple(options.get("files", ["compose.yaml"])),
            profiles=tuple(options.get("profiles", ())),
            environment={},
        ),
        choices=Choices(topology=Topology(options.get("topology", "one-task")), region="eu-west-1"),
    ).plan


CASES = sorted(path.name for path in CORPUS.iterdir() if path.is_dir())


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_corpus_survives_the_way_there_and_back(
    aws: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every plan of the corpus is registered, exported and translated without a difference."""
    exported = 0
    for case in CASES:
        monkeypatch.chdir(CORPUS / case)
        plan = planned(Path())
        for service in plan.services if plan else ():
            registered = await aws.register(service.task)
            result = export(registered)
            assert result.problems == (), (case, service.name)
            assert str(result.unsaid) == "no difference", (case, service.name)
            exported += 1
    assert exported >= 30


async def test_a_running_service_is_exported_with_its_count_and_network(
    aws: Connection, tmp_path: Path
) -> None:
    """Whoever applies the exported files to what runs changes nothing."""
    file = tmp_path / "compose.yaml"
    file.write_text(
        "name: shop\nservices:\n  web:\n    image: busybox\n    command: ['sh', '-c', 'echo $$HOME;"
        " sleep 9999']\n    deploy: {replicas: 2, update_config: {order: stop-first}}\n",
        encoding="utf-8",
    )
    project = await compose.convert(file).check().up(aws)
    (service,) = project.services
    result = export(await aws.task_definition(service.definition_arn), service)
    assert result
    result.write(tmp_path / "exported")
    with pytest.raises(FileExistsError):
        result.write(tmp_path / "exported")
    again = compose.convert(ProjectFiles(directory=str(tmp_path / "exported"))).check()
    assert str(await again.compare(aws)).splitlines() == [
        "= cluster default",
        "= task definition shop:1",
        "= service shop",
    ]


def test_what_compose_cannot_say_is_told() -> None:
    """Bigger disks and names that Compose refuses are told, instead of being lost."""
    raw = {
        "family": "big",
        "cpu": "256",
        "memory": "512",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "ephemeralStorage": {"sizeInGiB": 50},
        "containerDefinitions": [{"name": "main", "image": "busybox:1"}],
    }
    result = export(raw)
    assert not result
    assert [change.path for change in result.unsaid] == ["ephemeralStorage"]
    assert "AWS and Compose refuse the project name" in str(
        export({**raw, "family": "Big"}).problems
    )
