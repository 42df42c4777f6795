"""Registered task definitions: one frozen picture a revision."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from os import PathLike
from typing import Any, Self

import anyio

from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, NotFound
from fargate_kit.model.arguments import wrong_argument
from fargate_kit.model.diff import Diff, compare, same
from fargate_kit.model.pricing import Estimate, Prices
from fargate_kit.model.values import moment, tags_from_api, tags_to_api
from fargate_kit.ownership import is_own, owned
from fargate_kit.tasks.task_spec import TaskSpec

__all__ = [
    "TaskDefinition",
    "describe",
    "register",
    "revisions",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDefinition:
    """One registered revision of a family, as AWS described it.

    Attributes:
        arn: `arn:aws:ecs:<region>:<account>:task-definition/<family>:<revision>`.
        status: `ACTIVE`, `INACTIVE` or `DELETE_IN_PROGRESS`.
        raw: AWS's own answer.
    """

    arn: str
    family: str
    revision: int
    status: str
    registered_at: datetime | None
    deregistered_at: datetime | None
    tags: Mapping[str, str]
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    _session: Session = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, reply: Mapping[str, Any], session: Session) -> Self:
        """Parse a reply of RegisterTaskDefinition or DescribeTaskDefinition."""
        raw = reply["taskDefinition"]
        return cls(
            arn=raw["taskDefinitionArn"],
            family=raw["family"],
            revision=raw["revision"],
            status=raw.get("status", "ACTIVE"),
            registered_at=moment(raw.get("registeredAt")),
            deregistered_at=moment(raw.get("deregisteredAt")),
            tags=tags_from_api(reply.get("tags")),
            raw=raw,
            _session=session,
        )

    @property
    def name(self) -> str:
        """The short name that AWS takes as well, `family:revision`."""
        return f"{self.family}:{self.revision}"

    @property
    def cpu(self) -> int:
        """CPU units of the whole task (256 is a quarter of a vCPU); 0 if it names none."""
        return int(self.raw.get("cpu") or 0)

    @property
    def memory(self) -> int:
        """MiB of the whole task; 0 if it names none."""
        return int(self.raw.get("memory") or 0)

    @property
    def essential(self) -> tuple[str, ...]:
        """Names of the containers whose end ends the task, in the order of the definition."""
        return tuple(
            container["name"]
            for container in self.raw["containerDefinitions"]
            if container.get("essential", True)
        )

    def __str__(self) -> str:
        return f"task definition {self.name}: {self.status}"

    def to_spec(self) -> TaskSpec:
        """Return the wish that registering again would make the same revision from."""
        tags = {key: value for key, value in self.tags.items() if not is_own(key)}
        return TaskSpec.from_api({**self.raw, "tags": tags_to_api(tags)})

    def cost(
        self,
        *,
        hours: float | Decimal | None = None,
        count: int = 1,
        capacity_provider: str | None = None,
        public_ip: bool = False,
        prices: Prices | None = None,
    ) -> Estimate:
        """Estimate what tasks of this cost in its region, as `TaskSpec.cost()`; nothing is sent."""
        return self.to_spec().cost(
            hours=hours,
            count=count,
            region=self._session.api.region,
            capacity_provider=capacity_provider,
            public_ip=public_ip,
            prices=prices,
        )

    def diff(self, other: TaskDefinition | TaskSpec) -> Diff:
        """Return what changes from this revision to another, or to what you want.

        What AWS adds by itself, and order where it means nothing, are no differences; nor are tags.
        """
        wanted = other.raw if isinstance(other, TaskDefinition) else _untagged(other.to_api())
        return compare(self.raw, wanted)

    async def deregister(self) -> TaskDefinition:
        """Make the revision INACTIVE: nothing new starts from it, what runs goes on.

        Calls:
            ecs:DeregisterTaskDefinition
        """
        reply = await self._session.api.call(
            "ecs", "DeregisterTaskDefinition", taskDefinition=self.arn
        )
        return TaskDefinition.from_api(
            {**reply, "tags": tags_to_api(self.tags)}, session=self._session
        )

    async def delete(self) -> TaskDefinition:
        """Deregister the revision if it is active, and ask AWS to delete it.

        Returns:
            The revision, in DELETE_IN_PROGRESS: AWS keeps it while tasks or services use it.

        Raises:
            ApiError: AWS did not accept the deletion.

        Calls:
            ecs:DeregisterTaskDefinition, ecs:DeleteTaskDefinitions
        """
        if self.status == "ACTIVE":
            await self.deregister()
        reply = await self._session.api.call(
            "ecs", "DeleteTaskDefinitions", taskDefinitions=[self.arn]
        )
        for failure in reply.get("failures", ()):
            reason = failure.get("reason", "UNKNOWN")
            raise ApiError("ecs:DeleteTaskDefinitions", reason, failure.get("detail") or self.arn)
        return TaskDefinition.from_api(
            {"taskDefinition": reply["taskDefinitions"][0], "tags": tags_to_api(self.tags)},
            session=self._session,
        )


async def describe(session: Session, name: str) -> TaskDefinition:
    """Look up a revision by `family:revision` or ARN, or a family's newest active one.

    Raises:
        NotFound: There is none.

    Calls:
        ecs:DescribeTaskDefinition
    """
    try:
        reply = await session.api.call(
            "ecs", "DescribeTaskDefinition", taskDefinition=name, include=["TAGS"]
        )
    except NotFound as error:
        # AWS does not say which.
        reason = f"{error.reason} There is no {name!r} in {session.api.region}."
        raise NotFound(
            error.operation, error.code, reason, request_id=error.request_id, facts=error.facts
        ) from error
    definition = TaskDefinition.from_api(reply, session)
    session.definitions[definition.arn] = definition.raw
    return definition


async def register(session: Session, spec: TaskSpec) -> TaskDefinition:
    """Register a revision if the family's newest active one differs from what is wanted.

    Writers of one connection take turns. Writers elsewhere cannot be kept out, so a new revision is
    held against those that appeared meanwhile: where somebody else registered the same a moment
    earlier, theirs stays and ours is withdrawn.

    Returns:
        The new revision, or the newest one if nothing changed. Tags that are wanted and missing
        on it are added.

    Raises:
        InvalidSpec: Every problem of the specification, before any call; or a member that the
            installed botocore does not know and so does not send.
        TypeError: It is no TaskSpec.

    Calls:
        ecs:DescribeTaskDefinition, ecs:RegisterTaskDefinition, ecs:TagResource (where tags change),
        ecs:DeregisterTaskDefinition (where another writer was first)
    """
    if not isinstance(spec, TaskSpec):
        raise wrong_argument("register()", spec, "a TaskSpec", _how_to_specify(spec))
    spec.check()
    wanted = spec.to_api()
    async with session.lock("register", spec.family):
        newest = await _newest(session, spec.family)
        if newest is not None and same(newest.raw, _untagged(wanted)):
            return await _tagged(session, newest, spec.tags)
        mine = await _register_anew(session, wanted)
        return await _first_of_equals(session, mine, after=newest.revision if newest else 0)


def _how_to_specify(given: Any) -> str:
    """Return what makes a specification of something else."""
    if isinstance(given, TaskDefinition):
        return "its to_spec() is one"
    if isinstance(given, str | PathLike):
        return "TaskSpec.from_file() reads one from a file"
    return "TaskSpec.from_api() makes one of AWS's JSON"


async def revisions(
    session: Session, family: str, *, status: str = "ACTIVE"
) -> AsyncIterator[TaskDefinition]:
    """Yield a family's revisions, the newest first.

    Args:
        status: `ACTIVE`, `INACTIVE` or `DELETE_IN_PROGRESS`.

    Calls:
        ecs:ListTaskDefinitions, ecs:DescribeTaskDefinition for each
    """
    pages = session.api.pages(
        "ecs", "ListTaskDefinitions", familyPrefix=family, status=status, sort="DESC"
    )
    async for page in pages:
        for arn in page["taskDefinitionArns"]:
            if arn.rpartition("/")[2].rpartition(":")[0] == family:
                yield await describe(session, arn)


def _untagged(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return a wish without tags: a revision can be tagged at any time, so they make none new."""
    return {key: value for key, value in wanted.items() if key != "tags"}


async def _newest(session: Session, family: str) -> TaskDefinition | None:
    try:
        return await describe(session, family)
    except NotFound:
        return None


async def _register_anew(session: Session, wanted: dict[str, Any]) -> TaskDefinition:
    tags = owned(tags_from_api(wanted.get("tags")), mark=session.mark)
    reply = await _patiently(
        session, "RegisterTaskDefinition", {**wanted, "tags": tags_to_api(tags)}
    )
    definition = TaskDefinition.from_api(reply, session)
    session.definitions[definition.arn] = definition.raw
    return definition


async def _patiently(
    session: Session, operation: str, parameters: dict[str, Any]
) -> dict[str, Any]:
    """Call again where AWS says that too many register the family at this moment.

    It says so as a ClientException, which botocore does not retry.
    """
    for pause in (0.5, 1.0, 2.0, 4.0):
        try:
            return await session.api.call("ecs", operation, **parameters)
        except ApiError as error:
            if "too many concurrent attempts" not in error.reason.lower():
                raise
            await session.clock.sleep(pause * session.jitter.uniform(0.5, 1.0))
    return await session.api.call("ecs", operation, **parameters)


async def _first_of_equals(session: Session, mine: TaskDefinition, after: int) -> TaskDefinition:
    """Return the lowest revision that equals mine among those newer than `after`."""
    for revision in range(after + 1, mine.revision):
        try:
            theirs = await describe(session, f"{mine.family}:{revision}")
        except NotFound:
            continue
        if theirs.status == "ACTIVE" and same(theirs.raw, mine.raw):
            with anyio.CancelScope(shield=True):
                await mine.deregister()
            return theirs
    return mine


async def _tagged(
    session: Session, definition: TaskDefinition, wanted: Mapping[str, str]
) -> TaskDefinition:
    # Who made a revision does not change: our own tag is never put on what was there before.
    missing = {
        key: value
        for key, value in wanted.items()
        if not is_own(key) and definition.tags.get(key, None) != value
    }
    if not missing:
        return definition
    await session.api.call(
        "ecs", "TagResource", resourceArn=definition.arn, tags=tags_to_api(missing)
    )
    return TaskDefinition.from_api(
        {"taskDefinition": definition.raw, "tags": tags_to_api({**definition.tags, **missing})},
        session=session,
    )
