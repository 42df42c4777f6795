"""Several files become one project by the rules of the Compose specification."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fargate_kit.compose import Conversion, ProjectFiles, Verdict, convert


def laid_over(directory: Path, *texts: str) -> Conversion:
    """Translate files, each laid over the ones before."""
    files = []
    for number, text in enumerate(texts):
        file = directory / f"{number}.yaml"
        file.write_text(text, encoding="utf-8")
        files.append(str(file))
    return convert(ProjectFiles(files=files, name="any"))


def container(conversion: Conversion) -> dict[str, Any]:
    (service,) = conversion.check().services
    found: dict[str, Any] = service.task.to_api()["containerDefinitions"][0]
    return found


def web(**lines: str) -> str:
    said = {"image": "'x:1'", **lines}
    return "services: {web: {" + ", ".join(f"{key}: {value}" for key, value in said.items()) + "}}"


@pytest.mark.parametrize(
    ("base", "over", "member", "result"),
    [
        ({"image": "'a:1'"}, {"image": "'a:2'"}, "image", "a:2"),
        ({"command": "[a, b]"}, {"command": "[c]"}, "command", ["c"]),
        ({"entrypoint": "a b"}, {"entrypoint": "[c]"}, "entryPoint", ["c"]),
        (
            {"environment": "{A: 1, B: 1}"},
            {"environment": "[B=2, C=2]"},
            "environment",
            [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}, {"name": "C", "value": "2"}],
        ),
        (
            {"environment": "[A=1]"},
            {"environment": "{A: !reset null, B: 2}"},
            "environment",
            [{"name": "B", "value": "2"}],
        ),
        (
            {"ports": "['80:80', '443:443']"},
            {"ports": "['80:80', '81:81']"},
            "portMappings",
            [{"containerPort": 80}, {"containerPort": 443}, {"containerPort": 81}],
        ),
        (
            {"ports": "['80:80']"},
            {"ports": "!override ['81:81']"},
            "portMappings",
            [{"containerPort": 81}],
        ),
        (
            {"cap_drop": "[ALL]"},
            {"cap_drop": "[ALL, MKNOD]"},
            "linuxParameters",
            {"capabilities": {"drop": ["ALL", "MKNOD"]}},
        ),
        ({"user": "a"}, {"user": "!reset null"}, "user", None),
        ({"labels": "[a=1]"}, {"labels": "{b: 2}"}, "dockerLabels", {"a": "1", "b": "2"}),
        ({"working_dir": "/a"}, {"working_dir": ""}, "workingDirectory", None),
        (
            {"tmpfs": "/a"},
            {"tmpfs": "[/b]"},
            "mountPoints",
            [
                {"sourceVolume": "web-tmpfs-0", "containerPath": "/a", "readOnly": False},
                {"sourceVolume": "web-tmpfs-1", "containerPath": "/b", "readOnly": False},
            ],
        ),
        (
            {"logging": "{driver: awslogs, options: {awslogs-group: a, awslogs-region: b}}"},
            {"logging": "{driver: splunk, options: {splunk-url: c}}"},
            "logConfiguration",
            {"logDriver": "splunk", "options": {"splunk-url": "c"}},
        ),
        (
            {"logging": "{driver: splunk, options: {splunk-url: c}}"},
            {"logging": "{options: {splunk-token: d}}"},
            "logConfiguration",
            {"logDriver": "splunk", "options": {"splunk-url": "c", "splunk-token": "d"}},
        ),
    ],
)
def test_what_a_later_file_says(
    tmp_path: Path, base: dict[str, str], over: dict[str, str], member: str, result: object
) -> None:
    """Single values are replaced, mappings joined, lists added to, commands replaced whole."""
    conversion = laid_over(tmp_path, web(**base), web(**over))
    assert container(conversion).get(member) == result


def test_volumes_with_the_same_target_are_one(tmp_path: Path) -> None:
    """The later volume is mounted where the earlier would have been."""
    volumes = "volumes: {one: , two: }"
    first = web(volumes="['one:/data', 'one:/more']") + "\n" + volumes
    second = web(volumes="[{type: volume, source: two, target: /data, read_only: true}]")
    mounts = container(laid_over(tmp_path, first, second))["mountPoints"]
    assert [(each["sourceVolume"], each["containerPath"]) for each in mounts] == [
        ("two", "/data"),
        ("one", "/more"),
    ]


def test_what_is_replaced_is_reported_with_what_replaced_it(tmp_path: Path) -> None:
    """A key that no longer counts is ignored, and the report says where the one is that does."""
    conversion = laid_over(tmp_path, web(user="a"), web(user="b"))
    first, second = (
        next(finding for finding in file.findings if finding.key == "user")
        for file in conversion.report.files
    )
    assert (first.verdict, first.reasons) == (
        Verdict.IGNORED,
        (f"replaced at {second.place}",),
    )
    assert second.verdict is Verdict.MAPPED


def test_an_override_file_is_found_beside_the_usual_one(tmp_path: Path) -> None:
    """`compose.override.yaml` is laid over `compose.yaml` without being asked for."""
    (tmp_path / "compose.yaml").write_text(web(user="a"))
    (tmp_path / "compose.override.yaml").write_text(web(user="b"))
    conversion = convert(ProjectFiles(directory=str(tmp_path), name="any"))
    assert container(conversion)["user"] == "b"


def test_files_are_named_by_the_environment_too(tmp_path: Path) -> None:
    """COMPOSE_FILE and COMPOSE_PROJECT_NAME stand in where no file and no name is given."""
    (tmp_path / "one.yaml").write_text(web(user="a"))
    (tmp_path / "two.yaml").write_text(web(user="b"))
    files = {
        "COMPOSE_FILE": f"{tmp_path / 'one.yaml'},{tmp_path / 'two.yaml'}",
        "COMPOSE_PATH_SEPARATOR": ",",
        "COMPOSE_PROJECT_NAME": "shop",
    }
    conversion = convert(ProjectFiles(environment=files))
    assert conversion.project == "shop"
    assert container(conversion)["user"] == "b"


def test_a_key_that_is_used_in_several_services_is_reported_once(tmp_path: Path) -> None:
    """Kept in one service and altered in another, the key of an anchor counts as altered."""
    text = (
        "x-base: &base {image: 'x:1', restart: 'no'}\n"
        "services:\n"
        "  job: {<<: *base}\n"
        "  web: {<<: *base, depends_on: {job: {condition: service_completed_successfully}}}\n"
    )
    findings = list(laid_over(tmp_path, text).report)
    restart = [finding for finding in findings if finding.key == "restart"]
    assert [finding.verdict for finding in restart] == [Verdict.ALTERED]
    assert restart[0].path == "services.job.restart (and 1 more)"
    assert all(reason.startswith("services.") for reason in restart[0].reasons)
