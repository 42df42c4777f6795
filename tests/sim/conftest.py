"""AWS clients that reach the simulator without a socket."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, Protocol
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from fargate_kit.sim.request import Request, Response

Answer = Callable[[Request], Response]


class ClientTo(Protocol):
    """Make a client of botocore whose requests go to `answer`."""

    def __call__(self, answer: Answer, service: str, region: str = "us-east-1") -> Any:
        """Make one."""
        ...


class _Raw(io.BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def read_request(sent: AWSPreparedRequest) -> Request:
    """Write what botocore would put on the wire as the simulator's request."""
    url = urlsplit(sent.url)
    body = sent.body
    if body is not None and not isinstance(body, bytes | str):
        body = body.read()
    return Request(
        method=str(sent.method),
        path=url.path or "/",
        query=url.query,
        headers={
            name.lower(): value.decode() if isinstance(value, bytes) else str(value)
            for name, value in {"host": url.netloc, **sent.headers}.items()
        },
        body=body.encode() if isinstance(body, str) else body or b"",
    )


@pytest.fixture(scope="session")
def botocore_session() -> botocore.session.Session:
    """One session with credentials that are not real, so that models are loaded once."""
    session = botocore.session.Session()
    session.set_credentials("AKIDEXAMPLE", "secret")
    return session


@pytest.fixture
def client_to(botocore_session: botocore.session.Session) -> ClientTo:
    """Make clients of botocore whose requests never leave the process."""

    def make(answer: Answer, service: str, region: str = "us-east-1") -> Any:
        client = botocore_session.create_client(
            service,
            region_name=region,
            config=Config(
                retries={"mode": "standard", "max_attempts": 3}, s3={"addressing_style": "path"}
            ),
        )

        def send(request: AWSPreparedRequest, **_: object) -> AWSResponse:
            response = answer(read_request(request))
            return AWSResponse(
                request.url, response.status, dict(response.headers), _Raw(response.body)
            )

        client.meta.events.register("before-send", send)
        return client

    return make
