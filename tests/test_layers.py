"""The house checks itself: imports point down, one door to AWS, one to moto."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import fargate_kit

FLOORS = [
    {"_version", "model", "ownership"},
    {"errors"},
    {"core", "sim"},
    {"logs", "container_spec", "fresh", "network", "role_policies"},
    {"roles", "security_groups", "network_check", "network_removal"},
    {"role_creation", "created_network"},
    {"task_spec"},
    {"task_definition"},
    {"task"},
    {"run_task", "deployment_tasks"},
    {"fan_out_cost", "fan_out_retries"},
    {"fan_out_result"},
    {"fan_out_events", "fan_out_plan"},
    {"fan_out_job", "fan_out_ledger", "fan_out_queue"},
    {"fan_out_leaving"},
    {"fan_out_run"},
    {"fan_out"},
    {"deployment_watch"},
    {"deployment_findings"},
    {"deployment", "service_logs", "service_revisions", "service_spec", "service_waiting"},
    {"balancer_security", "service_protection", "service_rules", "target_rules"},
    {"scaling_names", "scaling_pictures", "scaling_rules"},
    {"target_group", "scaling_activities", "scaling_schedules", "step_scaling"},
    {"listener", "target_tracking"},
    {"load_balancer", "scaling_policies"},
    {"load_balancer_creation", "scaling"},
    {"scaling_creation"},
    {"preflight_look"},
    {"preflight_image", "preflight_references", "preflight_roles", "preflight_targets"},
    {"preflight"},
    {"service_before"},
    {"service"},
    {"service_creation", "service_finding", "web_service"},
    {"web_service_creation"},
    {"cluster", "leftovers"},
    {"teardown_balancing", "teardown_ecs", "teardown_network", "teardown_rest"},
    {"teardown"},
    {"temporary"},
    {"connection"},
    {"__init__"},
    {"compose"},
    {"sim.world"},
    {"cli", "testing"},
    {"__main__"},
]
FLOOR_OF = {name: number for number, names in enumerate(FLOORS) for name in names}
# The public handle of the simulator opens connections; the rest of it knows nothing of the SDK.
SIMULATOR_DOOR = {"sim/world.py", "sim/__init__.py"}
INSIDE_SIM = {path.stem for path in (Path(fargate_kit.__file__).parent / "sim").iterdir()} - {
    "world",
    "__init__",
}
KNOW_THE_SIMULATOR = {"sim", "sim.world", "cli", "testing"}
ONLY_IMPORTERS = {"aiobotocore": "core/api.py", "moto": "sim/moto_"}


def place_of(path: str) -> str:
    """Return the part of the house that a file belongs to."""
    return "sim.world" if path in SIMULATOR_DOOR else Path(path).parts[0].removesuffix(".py")


def imported(source: str) -> Iterator[str]:
    """Yield the dotted names that a source imports, at whatever depth."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield "." * node.level + (node.module or "")
        elif isinstance(node, ast.ImportFrom) and node.module in {"fargate_kit", "fargate_kit.sim"}:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def misplaced(sources: Mapping[str, str]) -> list[str]:
    """Return every import that a rule forbids, as a sentence."""
    found = []
    for path, source in sources.items():
        for name in imported(source):
            package, _, rest = name.partition(".")
            if not package:
                found.append(f"{path} imports {name}: write the whole name")
            elif not path.startswith(ONLY_IMPORTERS.get(package, "")):
                found.append(f"{path} imports {name}: only {ONLY_IMPORTERS[package]} may")
            elif package == "fargate_kit" and not may_import(place_of(path), rest):
                found.append(f"{path} imports {name}: that is not below it")
    return found


def may_import(here: str, name: str) -> bool:
    """Whether a part of the house may import a module of the package, by its floors."""
    there, _, inside = name.partition(".")
    there = there or "__init__"
    if there == "sim" and inside.partition(".")[0] not in INSIDE_SIM:
        there = "sim.world"
    if there in {"sim", "sim.world"} and here not in KNOW_THE_SIMULATOR:
        return False
    return there == here or FLOOR_OF[there] < FLOOR_OF[here]


def package_sources() -> dict[str, str]:
    """Return the sources of the package by path."""
    root = Path(fargate_kit.__file__).parent
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in root.rglob("*.py")
    }


def test_imports_point_down() -> None:
    """A module imports only from the floors below its own, and from its own part of the house."""
    assert misplaced(package_sources()) == []


def test_every_module_has_its_floor() -> None:
    """A new module is given a place before it is used."""
    assert {place_of(path) for path in package_sources()} <= FLOOR_OF.keys()


def test_an_import_upwards_is_named() -> None:
    """An import inside TYPE_CHECKING or a function does not hide a circle."""
    source = "def run():\n    from fargate_kit.cluster import Cluster"
    assert misplaced({"task.py": source}) == [
        "task.py imports fargate_kit.cluster: that is not below it"
    ]


def test_one_module_speaks_to_aws() -> None:
    """Only core/api.py names aiobotocore."""
    assert misplaced({"core/poller.py": "import aiobotocore.session"}) == [
        "core/poller.py imports aiobotocore.session: only core/api.py may"
    ]


def test_the_sdk_does_not_know_the_simulator() -> None:
    """No module of the SDK can ask whether the world is simulated."""
    for source in ("from fargate_kit import sim", "from fargate_kit.sim.engine import Engine"):
        assert misplaced({"cluster.py": source})


def test_the_simulator_does_not_know_the_sdk() -> None:
    """Of the SDK, the simulator's inside knows the pure rules alone."""
    assert misplaced({"sim/ecs/tasks.py": "from fargate_kit.core.clock import Clock"})
    assert not misplaced({"sim/ecs/tasks.py": "from fargate_kit.model.sizes import Size"})


def test_relative_imports_are_refused() -> None:
    """One way to write an import keeps these rules short."""
    assert misplaced({"task.py": "from .model import values"})
