"""Bad input: one clear message for each thing, all of a project at once, and nothing made."""

from __future__ import annotations

from pathlib import Path

import pytest

from fargate_kit.compose import Choices, Conversion, ProjectFiles, Topology, convert
from fargate_kit.errors import InvalidSpec


def project(directory: Path, text: str, **more: str) -> Conversion:
    """Translate a file, with further files beside it by name."""
    for name, content in more.items():
        (directory / name.replace("_", ".")).write_text(content, encoding="utf-8")
    (directory / "compose.yaml").write_text(text, encoding="utf-8")
    return convert(ProjectFiles(directory=str(directory), name="any"))


def service(line: str) -> str:
    return f"services:\n  web:\n    image: acme/web:1\n    {line}\n"


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ("privileged: true", "4:5", "no container on Fargate is privileged"),
        ("volumes: ['./a:/b']", "4:15", "./a is on this machine"),
        ("volumes: [{type: bind, source: /a, target: /b}]", "4:15", "/a is on this machine"),
        ("ports: ['3000-3010:3000-3010']", "4:13", "range of ports"),
        ("ports: [{target: 80, published: '80-81'}]", "4:13", "range of ports"),
        ("ports: ['80/sctp']", "4:13", "tcp and udp, not sctp"),
        ("ports: ['0']", "4:13", "a port is 1 to 65535"),
        ("cpus: 17", "4:5", "largest size has 16 vCPU"),
        ("cpus: some", "4:5", "no number of CPUs"),
        ("mem_limit: much", "4:5", "no size"),
        ("mem_limit: 121g", "4:5", "122880 MiB"),
        ("depends_on: [web]", "4:5", "in a circle: web → web"),
        ("depends_on: [database]", "4:18", "there is no service 'database'"),
        ("depends_on: {web: {condition: ready}}", "4:18", "no condition 'ready'"),
        ("env_file: missing.env", "4:5", "missing.env: there is no such file"),
        ("commmand: x", "4:5", "did you mean 'command'?"),
        ("command: sh 'x", "4:5", "no closing quotation"),
        ("command: ${NOBODY:?say who}", "4:14", "NOBODY is required: say who"),
        ("healthcheck: {interval: 5s}", "4:5", "it has no test"),
        ("healthcheck: {test: [curl]}", "4:19", "begins with CMD"),
        ("stop_grace_period: soon", "4:5", "no duration"),
        ("network_mode: none", "4:5", "no network mode 'none'"),
        ("platform: windows/amd64", "4:5", "platform"),
        ("restart: sometimes", "4:5", "no restart policy"),
        ("gpus: all", "4:5", "GPUs"),
        ("secrets: [password]", "4:15", "there is no secret 'password'"),
        ("extends: other", "4:5", "no service 'other' to extend"),
        ("image: again", "4:5", "there twice, first in line 3"),
        ("deploy: {replicas: -1}", "4:14", "whole number"),
        ("scale: [1]", "4:12", "a list stands here"),
    ],
)
def test_each_slip_has_one_clear_message(tmp_path: Path, line: str, place: str, words: str) -> None:
    """The message begins with file, line and column, and no second one repeats it."""
    conversion = project(tmp_path, service(line))
    assert conversion.plan is None
    (problem,) = conversion.problems
    assert problem.message.startswith(f"{tmp_path / 'compose.yaml'}:{place}: ")
    assert words in problem.message


def test_all_problems_of_a_project_come_at_once(tmp_path: Path) -> None:
    """Problems of the reading, of the keys and of the translation stand side by side."""
    text = (
        "services:\n"
        "  a: {image: x:1, privileged: true, depends_on: [b]}\n"
        "  b: {image: 'x:${N?gone}', ports: ['1-2'], depends_on: [a]}\n"
        "  c: {imagge: x, env_file: [no.env]}\n"
        "top: 1\n"
    )
    conversion = project(tmp_path, text)
    lines = sorted(problem.message.split(":")[1] for problem in conversion.problems)
    assert lines == ["2", "2", "3", "3", "4", "4", "4", "5"]
    with pytest.raises(InvalidSpec) as raised:
        conversion.check()
    assert raised.value.problems == conversion.problems


def test_missing_files_are_told(tmp_path: Path) -> None:
    """A Compose file, a file of variables, or an ecs-params file that is not there is named."""
    nowhere = convert(ProjectFiles(directory=str(tmp_path)))
    assert "none of compose.yaml" in nowhere.problems[0].message
    named = convert(ProjectFiles(files=[str(tmp_path / "x.yaml")]))
    assert [problem.rule for problem in named.problems] == ["compose-file"]
    (tmp_path / "compose.yaml").write_text("services: {a: {image: 'x:1'}}")
    asked = convert(
        ProjectFiles(directory=str(tmp_path), env_files=[str(tmp_path / "my.env")]),
        ecs_params=str(tmp_path / "params.yml"),
    )
    messages = [problem.message for problem in asked.problems]
    assert [message.split(": ")[0] for message in messages] == [
        str(tmp_path / "my.env"),
        str(tmp_path / "params.yml"),
    ]


def test_a_missing_dot_env_matters_where_a_variable_is_required(tmp_path: Path) -> None:
    """Without `.env`, a demand fails and a plain variable is empty, with a caution."""
    conversion = project(tmp_path, "services: {a: {image: 'x:${TAG:?set it in .env}'}}")
    assert "TAG is required: set it in .env" in conversion.problems[0].message
    plain = project(tmp_path, "services: {a: {image: 'x:1', command: 'run ${TAG}'}}")
    assert "the variable TAG is not set" in plain.report.cautions[0]
    assert plain.plan is not None
    filled = project(tmp_path, "services: {a: {image: 'x:${TAG:?}'}}", _env="TAG=9\n")
    assert filled.check().services[0].task.containers[0].image == "x:9"


@pytest.mark.parametrize("name", ["My App", "-x", "a" * 256, "é", "a.b"])
def test_project_names_that_aws_would_refuse_are_refused(tmp_path: Path, name: str) -> None:
    """A name that is given must be one that Compose and AWS take."""
    file = tmp_path / "compose.yaml"
    file.write_text("services: {a: {image: 'x:1'}}")
    conversion = convert(ProjectFiles(files=[str(file)], name=name))
    (problem,) = conversion.problems
    assert problem.rule == "compose-project-name"


def test_a_directory_gives_a_name_that_aws_takes(tmp_path: Path) -> None:
    """Without a name given, the directory's is made fit, as Compose does."""
    directory = tmp_path / "My App (2)"
    directory.mkdir()
    (directory / "compose.yaml").write_text("services: {a: {image: 'x:1'}}")
    assert convert(ProjectFiles(directory=str(directory))).project == "myapp2"


def test_values_of_variables_are_in_no_message(tmp_path: Path) -> None:
    """What may be a secret is neither in the report nor in a problem nor in a picture."""
    text = service("environment: {PASSWORD: hunter2, '': hunter2}\n    command: ${P:?no} hunter2")
    conversion = project(tmp_path, text)
    shown = f"{conversion!r} {conversion.report.facts()} {list(map(str, conversion.problems))}"
    assert "hunter2" not in shown
    plan = project(tmp_path, service("environment: {PASSWORD: hunter2}")).check()
    assert "hunter2" not in str(plan.facts())
    assert "hunter2" in str(plan.facts(show_values=True))


def test_profiles_that_leave_nothing_are_told(tmp_path: Path) -> None:
    """A project of which no service takes part is refused, with the way out."""
    conversion = project(tmp_path, service("profiles: [debug]"))
    assert "no service takes part" in conversion.problems[0].message


def test_services_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    """A circle of `extends` ends, with the way around it."""
    text = "services:\n  a: {image: 'x:1', extends: b}\n  b: {image: 'x:1', extends: a}\n"
    messages = [problem.message for problem in project(tmp_path, text).problems]
    assert any("a → b → a" in message for message in messages)


def test_a_file_that_includes_itself_is_refused(tmp_path: Path) -> None:
    """A circle of `include` ends."""
    conversion = project(tmp_path, "include: [compose.yaml]\nservices: {a: {image: 'x:1'}}")
    assert "includes itself" in conversion.problems[0].message


def test_tasks_that_cannot_share_are_told_in_words(tmp_path: Path) -> None:
    """With a service for each, what only one task can do is refused."""
    file = tmp_path / "compose.yaml"
    file.write_text(
        "services:\n"
        "  a: {image: 'x:1', network_mode: 'service:b'}\n"
        "  b: {image: 'x:1', volumes_from: [a]}\n"
        "  c: {image: 'x:1', pid: 'service:a'}\n"
    )
    each = Choices(topology=Topology.SERVICE_EACH)
    conversion = convert(ProjectFiles(files=[str(file)], name="any"), choices=each)
    assert [problem.path for problem in conversion.problems] == [
        "services.a.network_mode",
        "services.b.volumes_from[0]",
        "services.c.pid",
    ]
    assert convert(ProjectFiles(files=[str(file)], name="any")).plan is not None
