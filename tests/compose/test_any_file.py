"""Generated files end in a plan or in clear refusals, and their report is complete.

`FARGATE_KIT_COMPOSE_EXAMPLES=5000` tries as many as the project promises.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fargate_kit.compose import Choices, Conversion, ProjectFiles, Topology, convert
from fargate_kit.compose.catalogue import compose_keys

EXAMPLES = int(os.environ.get("FARGATE_KIT_COMPOSE_EXAMPLES", "150"))
THOROUGH = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

NAMES = st.sampled_from(["web", "api", "db", "cache", "worker", "web.admin", "x"])
# Values that mean something for a key; others come from the kinds of the catalogue.
LIKELY: dict[str, st.SearchStrategy[Any]] = {
    "image": st.sampled_from(["nginx:1.27", "acme/app:3", "redis", "UPPER/case:1", "a b"]),
    "command": st.sampled_from(["run --now", "sh -c 'echo \"x\"'", "a 'b", ["a", "b c"], [], ""]),
    "ports": st.lists(
        st.one_of(
            st.sampled_from(["80", "8080:80", "127.0.0.1:1:2/udp", "1-3:1-3", "x", "99999", 443]),
            st.fixed_dictionaries({"target": st.integers(0, 70000)}),
        ),
        max_size=3,
    ),
    "volumes": st.lists(
        st.sampled_from(["data:/d", "./x:/x", "/only", "data:/d:ro", "C:\\x:/x", "gone:/g", ":"]),
        max_size=2,
    ),
    "depends_on": st.one_of(
        st.lists(NAMES, max_size=2, unique=True),
        st.dictionaries(
            NAMES,
            st.fixed_dictionaries({
                "condition": st.sampled_from([
                    "service_started",
                    "service_healthy",
                    "service_completed_successfully",
                    "never",
                ])
            }),
            max_size=2,
        ),
    ),
    "healthcheck": st.fixed_dictionaries(
        {"test": st.sampled_from(["curl x", ["CMD", "true"], ["NONE"], [], ["x"]])},
        optional={
            "interval": st.sampled_from(["1s", "1m30s", "10h", "?", "500ms"]),
            "retries": st.integers(0, 20),
        },
    ),
    "cpus": st.sampled_from([0.25, "0.5", 1, 4, 17, "many"]),
    "mem_limit": st.sampled_from(["64m", "1g", "0.5gb", "200g", 1, "lots"]),
    "deploy": st.fixed_dictionaries(
        {},
        optional={
            "replicas": st.integers(0, 6),
            "resources": st.just({"limits": {"cpus": "1", "memory": "2g"}}),
            "mode": st.sampled_from(["replicated", "global"]),
        },
    ),
    "environment": st.one_of(
        st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
        st.lists(st.sampled_from(["A=1", "B", "=x", "URL=http://db:1/", "D=${NOT:-set}"])),
    ),
    "stop_grace_period": st.sampled_from(["10s", "1h", "soon", "0s"]),
}
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from([
        "",
        "a",
        "1",
        "true",
        "service:web",
        "$",
        "${A",
        "${A:?no}",
        "é\u2028",
    ]),
    "number": st.one_of(st.integers(-1, 10**20), st.floats(allow_nan=False, allow_infinity=False)),
    "flag": st.booleans(),
    "list": st.lists(st.sampled_from(["a", "1", "x=y"]), max_size=2),
    "table": st.dictionaries(NAMES, st.sampled_from(["a", 1, None, {"a": 1}]), max_size=2),
    "null": st.none(),
}


@st.composite
def services(draw: st.DrawFn) -> dict[str, Any]:
    """Return a service with some of its possible keys, most of them with values that fit."""
    known = [way.split(".")[2] for way in compose_keys() if way.startswith("services.*.")]
    plain = sorted({name for name in known if "[" not in name})
    keys = draw(st.lists(st.sampled_from([*plain, *LIKELY, *LIKELY]), max_size=7, unique=True))
    service: dict[str, Any] = {}
    for key in keys:
        kinds = sorted(compose_keys()[f"services.*.{key}"])
        fitting = st.one_of([KINDS[kind] for kind in kinds])
        usual = LIKELY.get(key, fitting)
        service[key] = draw(st.one_of(usual, usual, usual, st.one_of(list(KINDS.values()))))
    if draw(st.integers(0, 9)):
        service.setdefault("image", "acme/any:1")
    return service


@st.composite
def projects(draw: st.DrawFn) -> dict[str, Any]:
    """Return a Compose file as data."""
    project: dict[str, Any] = {
        "services": draw(st.dictionaries(NAMES, services(), min_size=1, max_size=4))
    }
    if draw(st.booleans()):
        project["volumes"] = draw(
            st.dictionaries(
                st.just("data"),
                st.sampled_from([None, {}, {"external": True, "name": "fs-01234567"}]),
                max_size=1,
            )
        )
    extra = draw(st.sampled_from([None, "name", "networks", "x-aws-cluster", "sevices", "version"]))
    if extra:
        project[extra] = draw(st.one_of(list(KINDS.values())))
    return project


def count_keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(count_keys(below) for below in value.values())
    return sum(count_keys(item) for item in value) if isinstance(value, list) else 0


def converted(file: Path, topology: Topology) -> Conversion:
    return convert(
        ProjectFiles(files=[str(file)], name="any", profiles=["*"]),
        choices=Choices(topology=topology, region="eu-west-1"),
    )


@THOROUGH
@given(project=projects(), topology=st.sampled_from(Topology))
def test_any_project_is_planned_or_clearly_refused(
    tmp_path_factory: pytest.TempPathFactory, project: dict[str, Any], topology: Topology
) -> None:
    """A plan that AWS's rules accept, or problems with their place; each key reported once."""
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_text(json.dumps(project, indent=1), encoding="utf-8")
    conversion = converted(file, topology)
    assert (conversion.plan is None) is bool(conversion.problems)
    findings = list(conversion.report)
    assert len(findings) == count_keys(project)
    assert len({finding.place for finding in findings}) == len(findings)
    for problem in conversion.problems:
        assert re.match(rf"{re.escape(str(file))}(:\d+:\d+)?: ", problem.message)
        assert "\n" not in problem.message
    if conversion.plan:
        assert not any(finding.verdict == "refused" for finding in findings)
        for service in conversion.plan.services:
            assert service.task.problems() == ()
            json.dumps(service.task.to_api())


@THOROUGH
@given(text=st.text(st.sampled_from("ab:- \n[]{}&*!|>'\"#%@`$\t,?<\x00é"), max_size=60))
def test_any_text_is_refused_with_its_place(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """Whatever stands in a file, the answer is a problem with file, never a crash."""
    file = tmp_path_factory.getbasetemp() / "text.yaml"
    file.write_text(text, encoding="utf-8", newline="")
    conversion = converted(file, Topology.ONE_TASK)
    assert conversion.plan is None
    assert conversion.problems
    assert all(str(file) in problem.message for problem in conversion.problems)
