"""Temporary credentials of a role, taken anew before they end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
from botocore.credentials import Credentials, ReadOnlyCredentials

__all__ = ["AHEAD", "AssumedCredentials"]

AHEAD = timedelta(minutes=5)
"""How long before their end credentials are taken anew: a request that is tried again outlives
some minutes."""


class AssumedCredentials(Credentials):  # type: ignore[misc]
    """What signs the requests of a connection that has taken a role; its repr tells no key.

    It stands in the place of the standard chain of a botocore session, and of the credentials that
    such a chain finds. The machine's clock decides, whatever clock the connection waits by, because
    AWS tells their end by its own.

    Args:
        take: Takes the role; returns `Credentials` of AssumeRole's reply.
        present: What time it is.
    """

    def __init__(
        self,
        take: Callable[[], Awaitable[Mapping[str, Any]]],
        present: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        # The attributes of a fixed key pair stay empty: whoever signs asks for frozen ones.
        super().__init__("", "", method="assume-role")
        self._take = take
        self._present = present
        self._taking = anyio.Lock()
        self._keys: ReadOnlyCredentials | None = None
        self._end = datetime.min.replace(tzinfo=UTC)

    def __repr__(self) -> str:
        return "AssumedCredentials()"

    async def load_credentials(self) -> AssumedCredentials:
        """Return itself: this is what a session asks its chain."""
        return self

    def get_account_id(self) -> str | None:
        """Return None: endpoints are found without the account."""
        return None

    async def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Return the keys for one request.

        Raises:
            FargateError: The role cannot be taken any more.
        """
        async with self._taking:
            if self._keys is None or self._present() >= self._end - AHEAD:
                given = await self._take()
                self._keys = ReadOnlyCredentials(
                    given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
                )
                self._end = given["Expiration"]
            return self._keys
