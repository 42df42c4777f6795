"""What holds for every definition: what AWS adds is no change, and a real change is seen."""

from __future__ import annotations

import copy
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fargate_kit.model.diff import compare, normalise, same
from fargate_kit.model.task_rules import problems

ACCOUNT = "123456789012"
many = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))

words = st.text("abcdefgh-_", min_size=1, max_size=6)
values = st.text(max_size=6)
paths = words.map(lambda word: f"/{word}")


def unique(item: st.SearchStrategy[Any], key: str, *, most: int = 4) -> st.SearchStrategy[Any]:
    """Build lists of structures that differ in one member."""
    return st.lists(item, max_size=most, unique_by=lambda each: each[key])


def record(required: dict[str, Any] | None = None, **optional: Any) -> st.SearchStrategy[Any]:
    """Build structures with some of the optional members."""
    return st.fixed_dictionaries(required or {}, optional=optional)


port_mappings = unique(
    record(
        {"containerPort": st.integers(1, 65535)},
        protocol=st.sampled_from(["tcp", "udp"]),
        appProtocol=st.just("http"),
    ),
    "containerPort",
)
health_checks = record(
    {"command": st.lists(values, min_size=1, max_size=3).map(lambda rest: ["CMD", *rest])},
    interval=st.integers(5, 300),
    timeout=st.integers(2, 60),
    retries=st.integers(1, 10),
    startPeriod=st.integers(0, 300),
)
log_configurations = record(
    {
        "logDriver": st.just("awslogs"),
        "options": st.fixed_dictionaries({
            "awslogs-group": words,
            "awslogs-region": st.just("eu-west-1"),
            "awslogs-stream-prefix": words,
        }),
    },
    secretOptions=unique(record({"name": words, "valueFrom": words}), "name"),
)
containers = record(
    {"name": words, "image": words.map(lambda word: f"acme/a{word.strip('-_')}:1")},
    cpu=st.integers(0, 64),
    memoryReservation=st.integers(6, 20),
    essential=st.booleans(),
    command=st.lists(values, max_size=3),
    entryPoint=st.lists(values, max_size=3),
    environment=unique(record({"name": words}, value=values | st.none()), "name"),
    secrets=unique(record({"name": words.map(str.upper), "valueFrom": words}), "name"),
    environmentFiles=st.lists(
        record({
            "type": st.just("s3"),
            "value": words.map(lambda word: f"arn:aws:s3:::b/{word}.env"),
        }),
        max_size=3,
    ),
    portMappings=port_mappings,
    mountPoints=unique(
        record({"sourceVolume": words, "containerPath": paths}, readOnly=st.booleans()),
        "containerPath",
    ),
    volumesFrom=unique(
        record({"sourceContainer": words}, readOnly=st.booleans()), "sourceContainer"
    ),
    dependsOn=unique(
        record({"containerName": words, "condition": st.sampled_from(["START", "HEALTHY"])}),
        "containerName",
    ),
    healthCheck=health_checks,
    logConfiguration=log_configurations,
    dockerLabels=st.dictionaries(words, values, max_size=3),
    restartPolicy=record(
        {"enabled": st.booleans()},
        restartAttemptPeriod=st.integers(60, 1800),
        ignoredExitCodes=st.lists(st.integers(0, 255), max_size=3, unique=True),
    ),
    linuxParameters=record(
        initProcessEnabled=st.booleans(),
        capabilities=record(
            add=st.just(["SYS_PTRACE"]),
            drop=st.lists(st.sampled_from(["CHOWN", "KILL", "NET_RAW"]), unique=True),
        ),
    ),
    ulimits=unique(
        record({
            "name": st.sampled_from(["nofile", "nproc", "core"]),
            "softLimit": st.integers(1, 99),
            "hardLimit": st.integers(100, 999),
        }),
        "name",
    ),
    systemControls=unique(
        record({"namespace": words.map(lambda word: f"net.{word}"), "value": words}), "namespace"
    ),
    stopTimeout=st.integers(2, 120),
    user=words,
    workingDirectory=paths,
    readonlyRootFilesystem=st.booleans(),
    pseudoTerminal=st.booleans(),
    versionConsistency=st.sampled_from(["enabled", "disabled"]),
    memberOfTomorrow=st.lists(words, min_size=1, max_size=3),
)
volumes = st.one_of(
    record({"name": words}, host=st.just({}), configuredAtLaunch=st.just(False)),
    record({
        "name": words,
        "efsVolumeConfiguration": record(
            {"fileSystemId": words},
            rootDirectory=st.sampled_from(["/", "/data"]),
            transitEncryption=st.sampled_from(["ENABLED", "DISABLED"]),
            authorizationConfig=record(iam=st.sampled_from(["DISABLED", "ENABLED"])),
        ),
    }),
)
# Each size in a spelling of its own, with what AWS makes of it.
SIZES: dict[tuple[str | int, str | int], tuple[str, str]] = {
    ("256", "512"): ("256", "512"),
    (512, 1024): ("512", "1024"),
    (".5 vCPU", "2 GB"): ("512", "2048"),
    ("1vCPU", "2GB"): ("1024", "2048"),
    ("2 vcpu", "4 gb"): ("2048", "4096"),
}


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """Build definitions such as a user sends."""
    cpu, memory = draw(st.sampled_from(list(SIZES)))
    drawn: dict[str, Any] = draw(
        record(
            {
                "family": words,
                "requiresCompatibilities": st.just(["FARGATE"])
                | st.permutations(["EC2", "FARGATE"]),
                "containerDefinitions": st.lists(
                    containers, min_size=1, max_size=3, unique_by=lambda each: each["name"]
                ),
            },
            networkMode=st.just("awsvpc"),
            executionRoleArn=words,
            taskRoleArn=words.map(lambda word: f"arn:aws:iam::{ACCOUNT}:role/team/{word}"),
            ephemeralStorage=record({"sizeInGiB": st.integers(21, 200)}),
            runtimePlatform=record(
                cpuArchitecture=st.sampled_from(["X86_64", "ARM64"]),
                operatingSystemFamily=st.just("LINUX"),
            ),
            volumes=unique(volumes, "name"),
            pidMode=st.just("task"),
            tags=unique(record({"key": words}, value=values), "key"),
            enableFaultInjection=st.booleans(),
        )
    )
    return {**drawn, "cpu": cpu, "memory": memory}


def server_view(sent: dict[str, Any], seed: int) -> dict[str, Any]:
    """Show a definition as AWS describes it: completed, respelled, in an order of its own."""
    chance = random.Random(seed)
    seen = copy.deepcopy(sent)
    seen["cpu"], seen["memory"] = SIZES[sent["cpu"], sent["memory"]]
    if "executionRoleArn" in seen:
        seen["executionRoleArn"] = f"arn:aws:iam::{ACCOUNT}:role/{seen['executionRoleArn']}"
    seen.setdefault("networkMode", "awsvpc")
    seen.update(
        taskDefinitionArn=f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task-definition/{sent['family']}:7",
        revision=7,
        status="ACTIVE",
        requiresAttributes=[{"name": "ecs.capability.task-eni"}],
        compatibilities=["EC2", "FARGATE"],
        registeredAt=1_800_000_000.5,
        registeredBy=f"arn:aws:iam::{ACCOUNT}:root",
        placementConstraints=[],
    )
    for volume in seen.setdefault("volumes", []):
        volume.setdefault("host", {})
        if "efsVolumeConfiguration" in volume:
            volume["efsVolumeConfiguration"].setdefault("rootDirectory", "/")
    for tag in seen.get("tags", []):
        tag.setdefault("value", "")
    for container in seen["containerDefinitions"]:
        complete(container, chance)
    for member in ("containerDefinitions", "volumes", "tags", "requiresCompatibilities"):
        chance.shuffle(seen.get(member, []))
    return seen


def complete(container: dict[str, Any], chance: random.Random) -> None:
    """Add to a container what AWS adds, and shuffle what it does not keep in order."""
    container.setdefault("cpu", 0)
    container.setdefault("essential", True)
    for member in ("environment", "portMappings", "mountPoints", "volumesFrom", "systemControls"):
        container.setdefault(member, [])
    for variable in container["environment"]:
        variable["value"] = variable.get("value") or ""
    for mapping in container["portMappings"]:
        mapping.setdefault("hostPort", mapping["containerPort"])
        mapping.setdefault("protocol", "tcp")
    for mount in [*container["mountPoints"], *container["volumesFrom"]]:
        mount.setdefault("readOnly", False)
    if "healthCheck" in container:
        container["healthCheck"] = {"interval": 30, "timeout": 5, "retries": 3} | container[
            "healthCheck"
        ]
    if "restartPolicy" in container:
        container["restartPolicy"].setdefault("restartAttemptPeriod", 300)
        chance.shuffle(container["restartPolicy"].setdefault("ignoredExitCodes", []))
    if "logConfiguration" in container:
        chance.shuffle(container["logConfiguration"].setdefault("secretOptions", []))
    capabilities = container.get("linuxParameters", {}).get("capabilities", {})
    chance.shuffle(capabilities.get("drop", []))
    for member in (
        "environment",
        "secrets",
        "portMappings",
        "mountPoints",
        "volumesFrom",
        "dependsOn",
        "ulimits",
        "systemControls",
    ):
        chance.shuffle(container.get(member, []))


Place = tuple[str | int, ...]


def leaves(value: Any, place: Place = ()) -> list[Place]:
    """List the places of all single values of a definition."""
    if isinstance(value, dict):
        return [leaf for key in value for leaf in leaves(value[key], (*place, key))]
    if isinstance(value, list):
        return [leaf for key, item in enumerate(value) for leaf in leaves(item, (*place, key))]
    return [] if place[-1] in ("cpu", "memory", "protocol") and place[:-1] == () else [place]


def altered(definition: dict[str, Any], place: Place) -> dict[str, Any]:
    """Give the value at one place another value of its type."""
    changed = copy.deepcopy(definition)
    inner: Any = changed
    for key in place[:-1]:
        inner = inner[key]
    value = inner[place[-1]]
    if place[-1] == "protocol":
        inner["protocol"] = "tcp" if value == "udp" else "udp"
    elif isinstance(value, bool):
        inner[place[-1]] = not value
    elif isinstance(value, int):
        inner[place[-1]] = value + 1000
    else:
        inner[place[-1]] = f"{value or ''}x"
    return changed


@many
@given(definition=definitions(), seed=st.integers(0, 99))
def test_what_aws_adds_and_reorders_is_no_change(definition: dict[str, Any], seed: int) -> None:
    """A definition and its description by AWS are the same, in both directions."""
    seen = server_view(definition, seed)
    assert str(compare(definition, seen)) == "no difference"
    assert same(seen, definition)
    assert same(seen, server_view(definition, seed + 1))


@many
@given(definition=definitions(), seed=st.integers(0, 99))
def test_normalise_is_idempotent_and_describes_itself(
    definition: dict[str, Any], seed: int
) -> None:
    """Normalising twice is normalising once, and AWS's view has the same form but for the role."""
    normal = normalise(definition)
    assert normalise(normal) == normal
    seen = normalise(server_view(definition, seed))
    assert {**seen, "executionRoleArn": ""} == {**normal, "executionRoleArn": ""}


@many
@given(definition=definitions(), seed=st.integers(0, 99), data=st.data())
def test_any_single_change_of_a_value_is_seen(
    definition: dict[str, Any], seed: int, data: st.DataObject
) -> None:
    """Whatever single value a user changes, the diff against AWS's view of the old one is true."""
    place = data.draw(st.sampled_from(leaves(definition)))
    changed = altered(definition, place)
    seen = server_view(definition, seed)
    assert compare(seen, changed), place
    assert [each.path for each in compare(changed, seen)] == [
        each.path for each in compare(seen, changed)
    ]


@many
@given(definition=definitions(), seed=st.integers(0, 99), data=st.data())
def test_any_removed_item_is_seen(
    definition: dict[str, Any], seed: int, data: st.DataObject
) -> None:
    """A variable, port, mount, secret, label or whole part that is taken away is a change."""
    container = data.draw(st.sampled_from(range(len(definition["containerDefinitions"]))))
    changed = copy.deepcopy(definition)
    members = changed["containerDefinitions"][container]
    removable = [
        name
        for name in (
            "command",
            "dependsOn",
            "dockerLabels",
            "entryPoint",
            "environment",
            "environmentFiles",
            "healthCheck",
            "logConfiguration",
            "memberOfTomorrow",
            "mountPoints",
            "portMappings",
            "restartPolicy",
            "secrets",
            "stopTimeout",
            "systemControls",
            "ulimits",
            "user",
        )
        if members.get(name)
    ]
    if not removable:
        return
    name = data.draw(st.sampled_from(removable))
    if isinstance(members[name], list) and data.draw(st.booleans()):
        del members[name][data.draw(st.sampled_from(range(len(members[name]))))]
    else:
        del members[name]
    diff = compare(server_view(definition, seed), changed)
    prefix = f"containerDefinitions[{members['name']}].{name}"
    assert diff
    assert all(change.path.startswith(prefix) for change in diff), str(diff)


@many
@given(definition=definitions(), seed=st.integers(0, 99), data=st.data())
def test_changed_order_of_words_is_seen(
    definition: dict[str, Any], seed: int, data: st.DataObject
) -> None:
    """Turning round a command, an entry point, a check or a list of files is a change."""
    changed = copy.deepcopy(definition)
    ordered = [
        (holder, name)
        for container in changed["containerDefinitions"]
        for holder, name in [
            (container, "command"),
            (container, "entryPoint"),
            (container, "environmentFiles"),
            (container, "memberOfTomorrow"),
            (container.get("healthCheck", {}), "command"),
        ]
        if holder.get(name) and holder[name] != holder[name][::-1]
    ]
    if not ordered:
        return
    holder, name = data.draw(st.sampled_from(ordered))
    holder[name].reverse()
    diff = compare(server_view(definition, seed), changed)
    assert len(diff) == 1
    assert next(iter(diff)).path.endswith(name)


@many
@given(one=definitions(), other=definitions())
def test_compare_turns_around_and_agrees_with_same(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """Comparing the other way swaps old and new; a diff is empty exactly when both are the same."""
    there, back = compare(one, other), compare(other, one)
    assert [(each.path, each.old, each.new) for each in there] == [
        (each.path, each.new, each.old) for each in back
    ]
    assert same(one, other) is (len(there) == 0)
    assert (normalise(one) == normalise(other)) <= same(one, other)


@many
@given(definition=definitions(), seed=st.integers(0, 99))
def test_description_by_aws_earns_no_new_problem(definition: dict[str, Any], seed: int) -> None:
    """What the rules say of a definition, they say of AWS's description of it."""

    def rules(task: dict[str, Any]) -> list[str]:
        return sorted(problem.rule for problem in problems(task))

    # A variable that is null is a problem of its own, and AWS never describes one.
    for container in definition["containerDefinitions"]:
        for variable in container.get("environment", ()):
            if variable.get("value") is None:
                variable.pop("value", None)
    assert rules(server_view(definition, seed)) == rules({"networkMode": "awsvpc", **definition})
