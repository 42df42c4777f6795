"""The one module that speaks to AWS: clients, calls, pages, retries."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache, partial
from importlib.util import find_spec
from typing import Any

import aiohttp
import anyio
from aiobotocore.awsrequest import AioAWSResponse
from aiobotocore.config import AioConfig
from aiobotocore.httpxsession import HttpxSession, httpx
from aiobotocore.session import AioSession
from botocore import xform_name
from botocore.compat import HTTPHeaders
from botocore.eventstream import ParserError
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ParamValidationError,
)
from botocore.loaders import create_loader
from botocore.parsers import ResponseParserError
from botocore.utils import parse_timestamp

from fargate_kit.core.assumed import AssumedCredentials
from fargate_kit.core.error_mapping import foreign_answer, is_foreign, mapped
from fargate_kit.core.event_stream import CONTENT_TYPE, Chunks, EventStream, lost
from fargate_kit.core.guard import Call, Guard
from fargate_kit.core.transport import Transport, TransportRequest
from fargate_kit.errors import ConfigurationError, ConnectionClosed

# A call is tried this often in all. Botocore's own default is 3; a wait of many minutes should
# outlive a hiccup, and in `standard` mode five tries take about 15 seconds at the most.
ATTEMPTS = 5
# What is raised where an answer that stays open breaks off.
_BROKEN = (OSError, aiohttp.ClientError, ConnectionClosedError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A key pair, where the standard AWS environment and files are not to be asked."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


class Api:
    """Calls AWS operations by their own names and turns refusals into our errors.

    Clients are opened when they are first needed and closed together. Holds no task and no scope,
    so it may be used from any task and closed from another.

    Args:
        region: The AWS region; None takes AWS_REGION, AWS_DEFAULT_REGION or the profile's.
        profile: A profile of the AWS configuration files.
        endpoint_url: Where to send every call instead of AWS; None takes AWS_ENDPOINT_URL.
        credentials: A key pair, or those of a role, instead of the standard chain.
        transport: Carries the requests instead of the network.

    Raises:
        ConfigurationError: No region, a region or profile nobody knows, or a malformed endpoint.
    """

    def __init__(
        self,
        *,
        region: str | None = None,
        profile: str | None = None,
        endpoint_url: str | None = None,
        credentials: Credentials | AssumedCredentials | None = None,
        transport: Transport | None = None,
    ) -> None:
        self._aws = _session(profile)
        if isinstance(credentials, AssumedCredentials):
            self._aws.register_component("credential_provider", credentials)
        self.region = region or os.environ.get("AWS_REGION") or self._configured_region()
        self.endpoint_url = _checked_url(endpoint_url) or _checked_url(
            os.environ.get("AWS_ENDPOINT_URL")
        )
        self._given_endpoint_url = endpoint_url
        self._credentials = credentials
        self._transport = transport
        self._clients: dict[str, Any] = {}
        self._opening = anyio.Lock()
        self._stack = AsyncExitStack()
        self._closed = False
        self._profile = profile
        self._elsewhere: dict[str, Api] = {}
        self._signed_otherwise: list[Api] = []
        self.calls: Counter[str] = Counter()
        """How often each operation was called, by names such as `ecs:RunTask`."""
        self.retries: Counter[str] = Counter()
        """How often botocore tried again by itself: AWS was throttling, or could not answer."""
        self.guard: Guard | None = None
        """Who looks at every call before it is sent; None is nobody."""

    async def open(self) -> None:
        """Check the region; nothing is sent.

        Raises:
            ConfigurationError: botocore knows no such region for ECS.
        """
        regions: set[str] = set()
        for partition in self._aws.get_available_partitions():
            regions.update(await self._aws.get_available_regions("ecs", partition))
        if self.region not in regions:
            near = get_close_matches(self.region, regions, n=3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise ConfigurationError(
                f"there is no AWS region {self.region!r} for ECS that botocore knows{hint}"
            )

    def in_region(self, region: str) -> Api:
        """Return the same connection's api for another region; it is closed with this one."""
        if region == self.region:
            return self
        if region not in self._elsewhere:
            other = Api(
                region=region,
                profile=self._profile,
                endpoint_url=self._given_endpoint_url,
                credentials=self._credentials,
                transport=self._transport,
            )
            other.calls, other.retries = self.calls, self.retries
            self._elsewhere[region] = other
        self._elsewhere[region].guard = self.guard
        return self._elsewhere[region]

    def signed_by(self, credentials: AssumedCredentials) -> Api:
        """Return an api for the same region that is somebody else's; it counts its own calls.

        It can be closed by itself, and is closed with this one at the latest.
        """
        other = Api(
            region=self.region,
            profile=self._profile,
            endpoint_url=self._given_endpoint_url,
            credentials=credentials,
            transport=self._transport,
        )
        other.guard = self.guard
        still_open = [each for each in self._signed_otherwise if not each._closed]
        self._signed_otherwise = [*still_open, other]
        return other

    async def call(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Call an operation once and return its reply without the metadata.

        Args:
            service: The service as botocore names it, such as `ecs`.
            operation: AWS's own name of the operation, such as `RunTask`.
            parameters: The members of the request, in AWS's own spelling.

        Raises:
            FargateError: The most specific error that fits the refusal.
        """
        if self.guard is None:
            return await self.send(service, operation, parameters)
        call = Call(region=self.region, service=service, operation=operation, parameters=parameters)
        return await self.guard.carry(call, partial(self.send, service, operation))

    async def send(
        self, service: str, operation: str, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Call an operation past the guard: for the guard itself.

        Raises:
            FargateError: As `call()`.
        """
        name = f"{service}:{operation}"
        client = await self._client(service, name)
        self.calls[name] += 1
        asked = getattr(client, xform_name(operation))(**parameters)
        reply: dict[str, Any] = await self._answer(client, service, operation, asked)
        reply.pop("ResponseMetadata", None)
        return reply

    async def pages(
        self, service: str, operation: str, /, **parameters: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield every page of a listing operation; each page is one call.

        Raises:
            FargateError: As `call()`.
        """
        name = f"{service}:{operation}"
        client = await self._client(service, name)
        paginator = client.get_paginator(xform_name(operation))
        pages = aiter(paginator.paginate(**parameters))
        try:
            while True:
                self.calls[name] += 1
                asked = anext(pages, None)
                page = await self._answer(client, service, operation, asked)
                if page is None:
                    self.calls[name] -= 1
                    return
                yield page
        finally:
            await pages.aclose()

    async def open_stream(self, service: str, operation: str, /, **parameters: Any) -> EventStream:
        """Call an operation whose answer stays open; who opens the stream closes it.

        It is tried once only: who reads streams has something better to do than to wait.

        Raises:
            FargateError: As `call()`.
        """
        name = f"{service}:{operation}"
        client = await self._client(service, name, attempts=1)
        self.calls[name] += 1
        try:
            reply = await getattr(client, xform_name(operation))(**parameters)
        except (BotoCoreError, ClientError) as error:
            raise mapped(error, name) or error from _telling(error)
        except _BROKEN as error:
            raise lost(name, error) from error
        except (ParserError, ResponseParserError):
            raise foreign_answer(name, self.endpoint_url) from None
        model = client.meta.service_model.operation_model(operation)
        return EventStream(
            reply[model.output_shape.event_stream_name],
            operation=name,
            broken=(*_BROKEN, ParserError),
            refused=(ClientError,),
        )

    async def aclose(self) -> None:
        """Close every client; calling it twice is fine."""
        self._closed = True
        self._clients.clear()
        with anyio.CancelScope(shield=True):
            for other in (*self._elsewhere.values(), *self._signed_otherwise):
                await other.aclose()
            await self._stack.aclose()

    async def _answer(
        self, client: Any, service: str, operation: str, asked: Awaitable[Any]
    ) -> Any:
        """Wait for AWS's answer, and tell in our words what is none."""
        name = f"{service}:{operation}"
        try:
            answer = await asked
        except (BotoCoreError, ClientError) as error:
            self._count_retries(name, getattr(error, "response", None) or {})
            raise mapped(error, name) or error from _telling(error)
        except ResponseParserError:
            raise foreign_answer(name, self.endpoint_url) from None
        if answer is None:
            return None
        if is_foreign(answer, client.meta.service_model.operation_model(operation)):
            raise foreign_answer(name, self.endpoint_url)
        self._count_retries(name, answer)
        return answer

    def _count_retries(self, name: str, answer: Mapping[str, Any]) -> None:
        if retries := answer.get("ResponseMetadata", {}).get("RetryAttempts", 0):
            self.retries[name] += retries

    async def _client(self, service: str, operation: str, *, attempts: int = ATTEMPTS) -> Any:
        key = service if attempts == ATTEMPTS else f"{service}, {attempts} attempts"
        if (client := self._clients.get(key)) is not None:
            return client
        async with self._opening:
            if self._closed:
                raise ConnectionClosed
            if key not in self._clients:
                try:
                    self._clients[key] = await self._stack.enter_async_context(
                        self._aws.create_client(service, **self._client_options(attempts))
                    )
                except BotoCoreError as error:
                    raise mapped(error, operation) or error from error
            return self._clients[key]

    def _client_options(self, attempts: int) -> dict[str, Any]:
        options: dict[str, Any] = {
            "region_name": self.region,
            # Not the environment's: botocore reads that too, and AWS_ENDPOINT_URL_ECS before it.
            "endpoint_url": self._given_endpoint_url,
            "config": AioConfig(
                retries={"mode": "standard", "total_max_attempts": attempts},
                max_pool_connections=50,
                # StartLiveTail would look for the host `stream-127.0.0.1` otherwise.
                inject_host_prefix=self.endpoint_url is None,
                **self._http_session(),
            ),
        }
        if isinstance(self._credentials, Credentials):
            options["aws_access_key_id"] = self._credentials.access_key_id
            options["aws_secret_access_key"] = self._credentials.secret_access_key
            options["aws_session_token"] = self._credentials.session_token
        return options

    def _http_session(self) -> Mapping[str, Any]:
        if self._transport is not None:
            return {"http_session_cls": _session_over(self._transport)}
        if _on_trio():
            if not (find_spec("httpx2") or find_spec("httpx")):
                raise ConfigurationError(
                    "on trio the AWS client needs httpx2: pip install 'fargate-kit[trio]'"
                )
            return {"http_session_cls": _StreamingHttpxSession}
        return {}

    def _configured_region(self) -> str:
        region: str | None = self._aws.get_config_variable("region")
        if not region:
            raise ConfigurationError(
                "no AWS region: pass region=, set AWS_REGION, or name one in the AWS config file"
            )
        return region


def _session(profile: str | None) -> Any:
    session = AioSession(profile=profile)
    try:
        session.get_scoped_config()
        if session.get_config_variable("data_path") is None:
            session.register_component("data_loader", _service_models())
    except BotoCoreError as error:
        raise ConfigurationError(str(error)) from error
    parsers = session.get_component("response_parser_factory")
    parsers.set_parser_defaults(timestamp_parser=_moment)
    return session


def _telling(error: Exception) -> Exception | None:
    """Return what a traceback may tell besides: not botocore's report, which repeats values."""
    return None if isinstance(error, ParamValidationError) else error


def _moment(value: Any) -> datetime:
    """Return the moment that a reply tells, in UTC.

    Botocore's own parser asks dateutil for the local zone each time, which costs more than all the
    rest of reading a reply of DescribeTasks.
    """
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    parsed: datetime = parse_timestamp(value)
    return parsed


@cache
def _service_models() -> Any:
    """Return what loads AWS's service models: it keeps them, so all connections share one."""
    return create_loader()


def _checked_url(url: str | None) -> str | None:
    if url and not url.startswith(("http://", "https://")):
        raise ConfigurationError(
            f"the endpoint URL {url!r} is not one: it must begin with http:// or https://"
        )
    return url or None


def _on_trio() -> bool:
    trio = sys.modules.get("trio")
    return trio is not None and bool(trio.lowlevel.in_trio_run())


class _HttpxBody:
    """The open body of a response of httpx's."""

    def __init__(self, response: Any, url: str) -> None:
        self._response = response
        self._chunks = response.aiter_raw()
        self._url = url

    async def read(self) -> bytes | None:
        try:
            data: bytes | None = await anext(self._chunks, None)
        except httpx.TransportError as error:
            raise ConnectionClosedError(endpoint_url=self._url, error=error) from error
        return data

    async def aclose(self) -> None:
        await self._response.aclose()
        # httpx nests generators that end only by being read: trio complains of those left open.
        with anyio.move_on_after(1), suppress(httpx.HTTPError, anyio.ClosedResourceError):
            await anext(self._chunks, None)


class _StreamingHttpxSession(HttpxSession):  # type: ignore[misc]
    """aiobotocore's session on httpx, whose own event streams can be read on aiohttp only."""

    async def send(self, request: Any) -> Any:
        response = await super().send(request)
        if response.headers.get("content-type") == CONTENT_TYPE:
            response.raw = Chunks(_HttpxBody(response.raw, request.url))
        return response


def _session_over(transport: Transport) -> type[HttpxSession]:
    """Return what aiobotocore takes for an HTTP session, over a transport.

    It is a subclass of HttpxSession because that is how aiobotocore recognises a session that runs
    on trio as well; nothing of httpx is used.
    """

    class TransportSession(HttpxSession):  # type: ignore[misc]
        def __init__(self, *args: Any, **settings: Any) -> None:
            pass

        async def __aenter__(self) -> TransportSession:
            return self

        async def __aexit__(self, *exception: object) -> None:
            pass

        async def send(self, request: Any) -> AioAWSResponse:
            body = request.body or b""
            if hasattr(body, "read"):
                body = body.read()
            answer = await transport.send(
                TransportRequest(
                    method=request.method,
                    url=request.url,
                    headers={
                        name: value if isinstance(value, str) else value.decode()
                        for name, value in request.headers.items()
                    },
                    body=body.encode() if isinstance(body, str) else bytes(body),
                )
            )
            response = AioAWSResponse(
                request.url,
                answer.status,
                HTTPHeaders.from_pairs(list(answer.headers.items())),
                Chunks(answer.stream) if answer.stream is not None else None,
            )
            response._content = answer.body
            return response

    return TransportSession
