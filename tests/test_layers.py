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
    {"logs", "networks"},
    {"roles"},
    {"tasks"},
    {"service_spec"},
    {"fan_out", "load_balancing"},
    {"scaling"},
    {"preflight"},
    {"services"},
    {"clusters"},
    {"teardown"},
    {"connections"},
    {"__init__"},
    {"compose"},
    {"sim.world"},
    {"learn"},
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
KNOW_THE_SIMULATOR = {"sim", "sim.world", "learn", "cli", "testing"}
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


def modules_needed(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Return for each module the modules of the package that are loaded with it."""
    names = {
        path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path
        for path in sources
    }
    return {
        name: {
            inner if (inner := f"{module}.{each}".removeprefix(".")) in names else module
            for module, imported_names in imported_at_once(sources[path])
            for each in imported_names
        }
        for name, path in names.items()
    }


def imported_at_once(source: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the package's modules that are imported when a module is, and the names from them."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("fargate_kit"):
            module = (node.module or "").removeprefix("fargate_kit").removeprefix(".")
            yield module, [alias.name for alias in node.names]


def test_imports_point_down() -> None:
    """A module imports only from the floors below its own, and from its own part of the house."""
    assert misplaced(package_sources()) == []


def test_no_circles() -> None:
    """No module is needed by what it needs itself, inside a part of the house or across it."""
    needs = {name: needed - {name} for name, needed in modules_needed(package_sources()).items()}
    while free := {name for name, needed in needs.items() if not needed & needs.keys()}:
        needs = {name: needed for name, needed in needs.items() if name not in free}
    assert sorted(needs) == []


def test_every_module_has_its_floor() -> None:
    """A new module is given a place before it is used."""
    assert {place_of(path) for path in package_sources()} <= FLOOR_OF.keys()


def test_an_import_upwards_is_named() -> None:
    """An import inside TYPE_CHECKING or a function does not hide a circle."""
    source = "def run():\n    from fargate_kit.clusters.cluster import Cluster"
    assert misplaced({"tasks/task.py": source}) == [
        "tasks/task.py imports fargate_kit.clusters.cluster: that is not below it"
    ]


def test_one_module_speaks_to_aws() -> None:
    """Only core/api.py names aiobotocore."""
    assert misplaced({"core/poller.py": "import aiobotocore.session"}) == [
        "core/poller.py imports aiobotocore.session: only core/api.py may"
    ]


def test_the_sdk_does_not_know_the_simulator() -> None:
    """No module of the SDK can ask whether the world is simulated."""
    for source in ("from fargate_kit import sim", "from fargate_kit.sim.engine import Engine"):
        assert misplaced({"clusters/cluster.py": source})


def test_the_simulator_does_not_know_the_sdk() -> None:
    """Of the SDK, the simulator's inside knows the pure rules alone."""
    assert misplaced({"sim/ecs/tasks.py": "from fargate_kit.core.clock import Clock"})
    assert not misplaced({"sim/ecs/tasks.py": "from fargate_kit.model.sizes import Size"})


def test_relative_imports_are_refused() -> None:
    """One way to write an import keeps these rules short."""
    assert misplaced({"tasks/task.py": "from .model import values"})
