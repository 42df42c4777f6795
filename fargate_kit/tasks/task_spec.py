"""What a task definition should be: written by hand or read from AWS's own JSON."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar, overload

from fargate_kit.errors import InvalidSpec
from fargate_kit.model.arguments import expect, expect_items
from fargate_kit.model.canonical import READ_ONLY
from fargate_kit.model.diff import Diff, compare
from fargate_kit.model.kinds import WRONG_TYPE
from fargate_kit.model.members import given_twice, unknown_members, without_nulls
from fargate_kit.model.pricing import Estimate, Prices, estimate
from fargate_kit.model.problems import Problem
from fargate_kit.model.sizes import parse_cpu, parse_memory
from fargate_kit.model.task_rules import cautions, problems
from fargate_kit.model.values import tags_from_api, tags_to_api
from fargate_kit.tasks.container_spec import ContainerSpec

__all__ = ["TaskSpec"]

# What goes without saying here, and what AWS has to be told.
_FARGATE = {"networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"]}
_READ_CONTAINER = "ContainerSpec.from_api() reads AWS's JSON"


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Checks(Protocol[T_co]):
    """What can look at a specification's surroundings, such as a connection."""

    def check(self, definition: TaskSpec, /) -> Awaitable[T_co]:
        """Look at what it needs."""
        ...


class HasArn(Protocol):
    """What is known by its ARN, such as a Role."""

    @property
    def arn(self) -> str:
        """The ARN."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """A task definition as wanted, for Fargate.

    Attributes:
        family: The name that its revisions share.
        cpu: CPU units of the whole task (256 is a quarter of a vCPU), or AWS's text `"1 vCPU"`.
        memory: MiB of the whole task, or AWS's text `"2 GB"`.
        execution_role: The role that pulls images, reads secrets and writes logs, or its ARN.
        task_role: The role that the code in the containers has, or its ARN.
        operating_system: `LINUX` (what AWS takes if nothing is said) or a Windows family.
        cpu_architecture: `X86_64` (what AWS takes if nothing is said) or `ARM64`.
        ephemeral_storage: GiB, 21 to 200; None is AWS's 20.
        volumes: AWS's `volumes`, member by member.
        tags: Put on the revision; they do not make two revisions different.
        extra: Further members of AWS's request, sent as they are; nothing that a field says.
    """

    family: str
    cpu: int | str
    memory: int | str
    containers: Sequence[ContainerSpec]
    execution_role: str | HasArn | None = None
    task_role: str | HasArn | None = None
    operating_system: str | None = None
    cpu_architecture: str | None = None
    ephemeral_storage: int | None = None
    volumes: Sequence[Mapping[str, Any]] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for member in ("tags", "extra"):
            expect(self, member, Mapping, "a mapping", "such as {name: value}")
        expect_items(self, "containers", ContainerSpec, "a list of ContainerSpecs", _READ_CONTAINER)
        expect_items(self, "volumes", Mapping, "a list of mappings, as AWS has them")

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Read AWS's own JSON: what `aws ecs register-task-definition --cli-input-json` takes.

        The answer of `aws ecs describe-task-definition` is taken as well. Members that are not
        known here are kept in `extra`, and sent; null counts as absent.

        Raises:
            InvalidSpec: A required member is missing, or something has the wrong type. Every other
                problem is told with it.
        """
        return cls._read(raw, "the task definition")

    @classmethod
    def _read(cls, raw: Mapping[str, Any], subject: str) -> Self:
        if isinstance(raw, Mapping) and isinstance(raw.get("taskDefinition"), Mapping):
            raw = {**raw["taskDefinition"], "tags": raw.get("tags", [])}
        if unreadable := _unreadable(raw):
            raise InvalidSpec(subject, unreadable)
        rest = {key: value for key, value in without_nulls(raw).items() if key not in READ_ONLY}
        platform = rest.pop("runtimePlatform", {})
        storage = rest.get("ephemeralStorage", {})
        spec = cls(
            family=rest.pop("family"),
            cpu=_number(rest.pop("cpu", ""), parse_cpu),
            memory=_number(rest.pop("memory", ""), parse_memory),
            containers=tuple(
                ContainerSpec.from_api(container) for container in rest.pop("containerDefinitions")
            ),
            execution_role=rest.pop("executionRoleArn", None),
            task_role=rest.pop("taskRoleArn", None),
            operating_system=platform.pop("operatingSystemFamily", None),
            cpu_architecture=platform.pop("cpuArchitecture", None),
            ephemeral_storage=storage.pop("sizeInGiB", None),
            volumes=tuple(rest.pop("volumes", ())),
            tags=_tags(rest),
        )
        for member, usual in (
            ("networkMode", "awsvpc"),
            ("requiresCompatibilities", ["FARGATE"]),
            ("placementConstraints", []),
        ):
            if rest.get(member, usual) == usual:
                rest.pop(member, None)
        if platform:
            rest["runtimePlatform"] = platform
        if not storage and spec.ephemeral_storage is not None:
            del rest["ephemeralStorage"]
        return replace(spec, extra=rest)

    @classmethod
    def from_json(cls, text: str | bytes, *, source: str = "the JSON") -> Self:
        """Read AWS's own JSON from a text.

        Args:
            text: As bytes it is UTF-8.
            source: What messages call it, such as a file's name.

        Raises:
            InvalidSpec: It is not JSON (the message names line and column), or its JSON is not a
                task definition.
        """
        try:
            raw = json.loads(text if isinstance(text, str) else text.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            found = [_problem(source, "not-text", f"not UTF-8 text: {error.reason}")]
            raise InvalidSpec(source, found) from None
        except RecursionError:
            found = [_problem(source, "not-json", "JSON that is nested too deep")]
            raise InvalidSpec(source, found) from None
        except json.JSONDecodeError as error:
            place = f"{source}:{error.lineno}:{error.colno}"
            found = [_problem(place, "not-json", f"not JSON: {error.msg}")]
            raise InvalidSpec(source, found) from None
        except ValueError:
            # Python reads no number of more than 4300 digits.
            found = [_problem(source, "not-json", "a number that is too long")]
            raise InvalidSpec(source, found) from None
        if not isinstance(raw, dict):
            kind = type(raw).__name__
            raise InvalidSpec(
                source, [_problem(source, "not-an-object", f"a JSON object, not a {kind}")]
            )
        return cls._read(raw, source)

    @classmethod
    def from_file(cls, path: str | PathLike[str]) -> Self:
        """Read AWS's own JSON from a file.

        Raises:
            InvalidSpec: The file is not JSON (the message names line and column), or its JSON is
                not a task definition.
            OSError: The file cannot be read.
        """
        return cls.from_json(Path(path).read_bytes(), source=str(path))

    def to_api(self) -> dict[str, Any]:
        """Return the request of RegisterTaskDefinition."""
        raw: dict[str, Any] = {**_FARGATE, **self._named()}
        for key, value in self.extra.items():
            named = raw.get(key)
            if isinstance(named, dict) and isinstance(value, Mapping):
                raw[key] = {**named, **value}
            else:
                raw[key] = value
        return without_nulls(raw)

    def _named(self) -> dict[str, Any]:
        """Return what the fields say, in AWS's form."""
        platform = {
            "operatingSystemFamily": self.operating_system,
            "cpuArchitecture": self.cpu_architecture,
        }
        optional = {
            "cpu": str(self.cpu),
            "memory": str(self.memory),
            "executionRoleArn": _arn(self.execution_role),
            "taskRoleArn": _arn(self.task_role),
            "runtimePlatform": {key: value for key, value in platform.items() if value},
            "volumes": [dict(volume) for volume in self.volumes],
            "tags": tags_to_api(self.tags),
        }
        raw: dict[str, Any] = {
            "family": self.family,
            "containerDefinitions": [container.to_api() for container in self.containers],
            **{key: value for key, value in optional.items() if value},
        }
        if self.ephemeral_storage is not None:
            raw["ephemeralStorage"] = {"sizeInGiB": self.ephemeral_storage}
        return raw

    def problems(self) -> tuple[Problem, ...]:
        """Return everything that AWS would refuse, in the order of the definition.

        What `extra` says otherwise than a field does comes first.
        """
        return (*self._given_twice(), *problems(self.to_api()))

    def _given_twice(self) -> Iterator[Problem]:
        for member, value in self._named().items():
            also = self.extra.get(member, value)
            if isinstance(value, dict) and isinstance(also, Mapping):
                yield from given_twice(value, also, member)
            else:
                yield from given_twice({member: value}, {member: also}, "")
        for number, container in enumerate(self.containers):
            yield from container.problems(f"containerDefinitions[{number}]")

    def cautions(self) -> tuple[Problem, ...]:
        """Return what is legal, and yet unsure or unwise."""
        return cautions(self.to_api())

    @overload
    def check(self) -> Self: ...

    @overload
    def check(self, *, against: Checks[T]) -> Awaitable[T]: ...

    def check(self, *, against: Checks[T] | None = None) -> Self | Awaitable[T]:
        """Make sure that AWS would take this for Fargate; nothing is sent.

        `await spec.check(against=aws)` also looks at what it needs in AWS, and returns what was
        found: it is `aws.check(spec)`, which can be told of a network and of target groups as well.

        Args:
            against: A connection.

        Returns:
            The specification itself; with a connection, a `Preflight` to await.

        Raises:
            InvalidSpec: Every problem at once, each with its path and the nearest legal value;
                with a connection they are in the `Preflight` instead.
        """
        if against is not None:
            return against.check(self)
        if found := self.problems():
            raise InvalidSpec(f"task definition {self.family!r}", found)
        return self

    def cost(
        self,
        *,
        hours: float | Decimal | None = None,
        count: int = 1,
        region: str = "us-east-1",
        capacity_provider: str | None = None,
        public_ip: bool = False,
        prices: Prices | None = None,
    ) -> Estimate:
        """Estimate what tasks of this cost by list prices; nothing is sent.

        Args:
            hours: How long each of them runs, for a total; None tells of the hour and month only.
            count: How many tasks.
            region: Whose prices are taken.
            capacity_provider: `FARGATE` or `FARGATE_SPOT`; None is `FARGATE`.
            public_ip: Whether each has a public IPv4 address.
            prices: Taken instead of those that are known here.

        Raises:
            UnknownPrice: No price is known for the region or the platform.
            ValueError: A size cannot be read, or a number is negative.
        """
        storage = self.ephemeral_storage
        return estimate(
            cpu=parse_cpu(self.cpu),
            memory=parse_memory(self.memory),
            region=region,
            shares={capacity_provider or "FARGATE": count},
            hours=hours,
            architecture=self.cpu_architecture,
            operating_system=self.operating_system,
            ephemeral_storage=storage,
            public_ip=public_ip,
            prices=prices,
        )

    def diff(self, other: TaskSpec) -> Diff:
        """Return what changes from this to another; false if AWS would see no difference."""
        return compare(self.to_api(), other.to_api())


def _arn(role: str | HasArn | None) -> str | None:
    return role if role is None or isinstance(role, str) else role.arn


def _number(value: Any, parse: Any) -> int | str:
    """Return a size as a number; what is none stays as it was, for `check()` to speak of."""
    try:
        number: int = parse(value)
    except (TypeError, ValueError):
        return str(value)
    return number


def _tags(rest: dict[str, Any]) -> dict[str, str]:
    """Take the tags out of `rest` as a mapping, if a mapping can say the same."""
    tags = rest.get("tags", [])
    plain = all(tag.keys() <= {"key", "value"} and "key" in tag for tag in tags)
    taken = tags_from_api(tags) if plain else {}
    if len(taken) < len(tags):
        return {}
    rest.pop("tags", None)
    return taken


def _unreadable(raw: Any) -> tuple[Problem, ...]:
    """Return why this cannot be read as a task definition, with every other problem of it."""
    if not isinstance(raw, Mapping):
        text = f"an object is required, not a {type(raw).__name__}"
        return (_problem("the task definition", "not-an-object", text),)
    clean = without_nulls(raw)
    found = problems({**_FARGATE, **clean})
    if not any(problem.rule == WRONG_TYPE.id for problem in found) and _has_what_it_needs(clean):
        return ()
    # A name that is misspelt is told with what is missing because of it.
    return (*found, *(each for each in unknown_members(clean) if "did you mean" in each.message))


def _has_what_it_needs(definition: Mapping[str, Any]) -> bool:
    if not {"family", "containerDefinitions"} <= definition.keys():
        return False
    return all({"name", "image"} <= each.keys() for each in definition["containerDefinitions"])


def _problem(path: str, rule: str, text: str) -> Problem:
    return Problem(path=path, rule=rule, given=None, allowed=text, message=f"{path}: {text}")
