"""The front door: one connection to ECS in one region."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

from fargate_kit.connections.clusters import ClusterVerbs
from fargate_kit.connections.definitions import DefinitionVerbs
from fargate_kit.connections.load_balancers import LoadBalancerVerbs
from fargate_kit.connections.logs import LogVerbs
from fargate_kit.connections.networks import NetworkVerbs
from fargate_kit.connections.roles import RoleVerbs
from fargate_kit.connections.teardown import TeardownVerbs
from fargate_kit.core.api import Api, Credentials
from fargate_kit.core.clock import Clock, RealClock
from fargate_kit.core.opening import Opening
from fargate_kit.core.session import Session
from fargate_kit.core.transport import Transport
from fargate_kit.model.arguments import wrong_argument
from fargate_kit.roles import assuming
from fargate_kit.roles.role import Role
from fargate_kit.tasks.task_definition import TaskDefinition
from fargate_kit.tasks.task_spec import TaskSpec
from fargate_kit.teardown import temporary as temporaries

__all__ = ["Connection", "connect"]


class Connection(
    ClusterVerbs,
    DefinitionVerbs,
    NetworkVerbs,
    RoleVerbs,
    LoadBalancerVerbs,
    LogVerbs,
    TeardownVerbs,
):
    """ECS in one region of one account; made by `connect()`.

    It holds no task and no cancel scope, so it may be opened in one notebook cell or fixture, used
    in others, and closed in yet another.
    """

    def __init__(self, session: Session, *, closes: bool = True) -> None:
        self._session = session
        self._closes = closes

    def __repr__(self) -> str:
        where = f", endpoint_url={self.endpoint_url!r}" if self.endpoint_url else ""
        return f"Connection(region={self.region!r}{where})"

    @property
    def region(self) -> str:
        """The AWS region."""
        return self._session.api.region

    @property
    def endpoint_url(self) -> str | None:
        """Where calls go instead of AWS; None is AWS itself."""
        return self._session.api.endpoint_url

    @property
    def clock(self) -> Clock:
        """The clock that every wait of this connection is timed by."""
        return self._session.clock

    @property
    def calls(self) -> Counter[str]:
        """How often each operation was called so far, by names such as `ecs:RunTask`."""
        return Counter(self._session.api.calls)

    def marked(self, mark: str) -> Connection:
        """Return this connection under another mark: `teardown(mark)` finds what it makes.

        Everything that fargate_kit makes carries the tag `fargate-kit`, whose value is the mark:
        `made` where nothing else was said. Both connections are one; only this one is closed.

        Args:
            mark: 1 to 200 letters, digits, spaces and `+ - = . _ : / @`.

        Raises:
            InvalidSpec: The mark is no value of a tag; nothing was sent.
        """
        return Connection(temporaries.marked(self._session, mark), closes=False)

    def assume(
        self, role: Role | str, *, session_name: str = assuming.SESSION_NAME
    ) -> Opening[Connection]:
        """Take a role: `as_deployer = await aws.assume("deployer")`, or `async with` it.

        The connection that comes back may do what the role may do, in the same region and under the
        same mark. Its keys are never shown, and are taken anew before they end. It is closed with
        this connection at the latest.

        Args:
            role: A role, its ARN or its name.
            session_name: What AWS lists its calls under, 2 to 64 characters.

        Raises:
            InvalidSpec: The session's name is none; nothing was sent.
            NotFound: There is no role of that name.
            Denied: The role does not trust you, or you may not take it.

        Calls:
            sts:AssumeRole, now and every hour; iam:GetRole where a name was given
        """

        async def open() -> Connection:
            return Connection(await assuming.assume(self._session, role, session_name=session_name))

        return Opening(open, call="assume(…)")

    @asynccontextmanager
    async def temporary(self, name: str) -> AsyncIterator[Connection]:
        """Leave nothing of what is made in the block: `async with aws.temporary("x") as lesson`.

        At its end everything with the mark is taken down, whether the block ended well, by an error
        or by a cancellation, which waits for it. What is made through `aws` itself stays. If the
        process dies, `teardown(name)` does the rest later. Two blocks of one name at the same time
        share their end.

        Args:
            name: The mark, as of `marked()`.

        Raises:
            InvalidSpec: The name is no value of a tag; nothing was sent.
            ValueError: The name is `made`, which marks what was made outside.
            TeardownIncomplete: Something is left, or could not be looked for. If the block raised
                an error, that one is raised with a note instead.

        Calls:
            those of `teardown()`
        """
        async with temporaries.temporary(self._session, name) as session:
            yield Connection(session, closes=False)

    async def aclose(self) -> None:
        """Close the connection; closing it twice is fine."""
        if self._closes:
            await self._session.api.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


def _members(definition: TaskSpec | TaskDefinition | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a definition in AWS's own form."""
    if isinstance(definition, TaskSpec):
        return definition.to_api()
    return definition.raw if isinstance(definition, TaskDefinition) else definition


def connect(
    *,
    region: str | None = None,
    profile: str | None = None,
    endpoint_url: str | None = None,
    credentials: Credentials | None = None,
    clock: Clock | None = None,
    poll_every: float = 1.0,
    transport: Transport | None = None,
    seed: int | None = None,
) -> Opening[Connection]:
    """Open a connection: `aws = await connect()`, or `async with connect() as aws`.

    Nothing is sent before the first call. Region, credentials and endpoint come from the standard
    AWS environment and configuration files where they are not given.

    Args:
        region: None takes AWS_REGION, AWS_DEFAULT_REGION or the profile's.
        profile: A profile of the AWS configuration files; None takes AWS_PROFILE.
        endpoint_url: Where to send every call instead of AWS; None takes AWS_ENDPOINT_URL.
        credentials: A key pair instead of the standard chain.
        clock: Times every wait; None is real time.
        poll_every: Seconds on that clock between two looks at something young.
        transport: Carries the requests instead of the network.
        seed: Makes the spread of the looks repeatable; None draws anew.

    Raises:
        ConfigurationError: No region, a region or profile nobody knows, or a malformed endpoint.
        TypeError: An argument of another type.
    """
    texts = {"region": region, "profile": profile, "endpoint_url": endpoint_url}
    for name, given in texts.items():
        if given is not None and not isinstance(given, str):
            raise wrong_argument(f"connect({name}=…)", given, "a text or None")
    if credentials is not None and not isinstance(credentials, Credentials):
        remedy = "Credentials(access_key_id=…, secret_access_key=…)"
        raise wrong_argument(
            "connect(credentials=…)", credentials, "Credentials or None", remedy, hidden=True
        )
    session = Session(
        api=Api(
            region=region,
            profile=profile,
            endpoint_url=endpoint_url,
            credentials=credentials,
            transport=transport,
        ),
        clock=clock or RealClock(),
        poll_every=poll_every,
        jitter=random.Random(seed),
    )

    async def open() -> Connection:
        await session.api.open()
        return Connection(session)

    return Opening(open, call="connect(…)")
