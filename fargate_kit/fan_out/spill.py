"""Long values of the environment, which are put into S3 because RunTask does not take them."""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import anyio

from fargate_kit.core.outage import may_pass, outlast
from fargate_kit.core.session import Session
from fargate_kit.errors import FargateError
from fargate_kit.tasks.run_task import OVERRIDES_LENGTH, compact

__all__ = ["Spill", "SpillPlace", "place_of"]

# "General purpose bucket naming rules" (S3 User Guide), apart from its reserved endings.
PLACE = re.compile(r"(?:s3://)?([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")
# DeleteObjects takes at most so many keys (S3 API Reference).
DELETED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SpillPlace:
    """Where values go: `s3://bucket/folder/<digest of the value>`."""

    bucket: str
    folder: str

    def key(self, value: str) -> str:
        """Return the key of a value: the same for the same value, in whatever process."""
        return f"{self.folder}/{hashlib.sha256(value.encode()).hexdigest()[:32]}"

    def shortened(self, overrides: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, str]]:
        """Return overrides whose longest values are addresses, as few as it takes to fit.

        Only values of the environment are replaced. Where they are not what is long, the
        overrides that come back are still too long.

        Args:
            overrides: As AWS takes them.

        Returns:
            The overrides, and the values that are to be put into S3, by their keys.
        """
        if len(compact(overrides)) <= OVERRIDES_LENGTH:
            return overrides, {}
        short = copy.deepcopy(dict(overrides))
        variables = [
            variable
            for container in short.get("containerOverrides", ())
            for variable in container.get("environment", ())
        ]
        spilled: dict[str, str] = {}
        for variable in sorted(variables, key=lambda each: len(each["value"]), reverse=True):
            key = self.key(variable["value"])
            address = f"s3://{self.bucket}/{key}"
            if len(address) < len(variable["value"]):
                spilled[key], variable["value"] = variable["value"], address
            if len(compact(short)) <= OVERRIDES_LENGTH:
                break
        return short, spilled


def place_of(wish: str, started_by: str = "") -> SpillPlace | None:
    """Return where the values of a fan-out go; None if the wish is no bucket.

    Args:
        wish: A bucket's name, or `s3://bucket/prefix`.
        started_by: The mark of the fan-out, under which all of its values lie.
    """
    if not (match := PLACE.fullmatch(wish)):
        return None
    bucket, prefix = match[1], (match[2] or "").strip("/")
    return SpillPlace(bucket=bucket, folder="/".join(part for part in (prefix, started_by) if part))


class Spill:
    """Puts the values of one fan-out into S3, and takes all of them away again."""

    def __init__(self, session: Session, place: SpillPlace) -> None:
        self._session = session
        self._place = place
        self._turns: dict[str, anyio.Lock] = {}
        self._there: set[str] = set()
        self._touched: set[str] = set()

    def expect(self, values: Mapping[str, str]) -> None:
        """Take values for there already: an earlier process of the job has put them."""
        self._touched.update(values)

    async def put(self, values: Mapping[str, str]) -> None:
        """Put values under their keys, each once; a cancellation waits for the answer.

        Calls:
            s3:PutObject for each
        """
        for key, value in values.items():
            async with self._turns.setdefault(key, anyio.Lock()):
                if key not in self._there:
                    await self._put(key, value)
                    self._there.add(key)

    async def clear(self) -> list[str]:
        """Delete what was put.

        Returns:
            A sentence on what may still be there.

        Calls:
            s3:DeleteObjects for every 1,000
        """
        keys = sorted(self._touched)
        left: list[str] = []
        for first in range(0, len(keys), DELETED_AT_ONCE):
            some = keys[first : first + DELETED_AT_ONCE]
            try:
                left += await self._delete(some)
            except FargateError as error:
                count = len(keys) - first
                left.append(
                    f"{count} objects under s3://{self._place.bucket}/{self._place.folder}/ "
                    f"may still be there: {error}"
                )
                break
        return left

    async def _put(self, key: str, value: str) -> None:
        async def call() -> None:
            with anyio.CancelScope(shield=True):
                await self._session.api.call(
                    "s3", "PutObject", Bucket=self._place.bucket, Key=key, Body=value.encode()
                )

        self._touched.add(key)
        try:
            await outlast(
                self._session.clock, call, what=f"s3://{self._place.bucket} took no value"
            )
        except FargateError as error:
            if not may_pass(error):
                self._touched.discard(key)
            raise

    async def _delete(self, keys: list[str]) -> list[str]:
        reply = await outlast(
            self._session.clock,
            lambda: self._session.api.call(
                "s3",
                "DeleteObjects",
                Bucket=self._place.bucket,
                Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True},
            ),
            what="objects were not deleted",
        )
        return [
            f"s3://{self._place.bucket}/{each['Key']} may still be there: {each.get('Message')}"
            for each in reply.get("Errors", ())
        ]
