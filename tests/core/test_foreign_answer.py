"""Something that is not AWS answers at the endpoint: one clear error with the way out."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import fargate_kit as fk
from fargate_kit.core.opening import Opening
from fargate_kit.core.transport import TransportRequest, TransportResponse

PAGE = b"<!DOCTYPE html><html><body>Please sign in " + b"x" * 5000 + b"</body></html>"


@dataclass(frozen=True)
class Foreign:
    """Answers everything in the same way."""

    body: bytes
    kind: str = "text/html"
    status: int = 200

    async def send(self, request: TransportRequest) -> TransportResponse:
        return TransportResponse(
            status=self.status, headers={"content-type": self.kind}, body=self.body
        )


def connection(answer: Foreign) -> Opening[fk.Connection]:
    credentials = fk.Credentials(access_key_id="A", secret_access_key="B")
    return fk.connect(
        region="us-east-1",
        endpoint_url="http://127.0.0.1:9",
        credentials=credentials,
        transport=answer,
    )


@pytest.mark.parametrize(
    "answer",
    [
        Foreign(PAGE),
        Foreign(PAGE, kind="application/json"),
        Foreign(b'{"status": "ok"}', kind="application/json"),
        Foreign(b"", kind="text/plain"),
    ],
    ids=["page", "page as JSON", "foreign JSON", "nothing"],
)
async def test_foreign_answer_is_told_with_the_way_out(answer: Foreign) -> None:
    """A page, somebody else's JSON or nothing at all with status 200 is no KeyError."""
    async with connection(answer) as aws:
        with pytest.raises(fk.EndpointUnreachable, match=r"127\.0\.0\.1:9 is not AWS") as raised:
            await aws.cluster("prod")
        assert raised.value.endpoint_url == "http://127.0.0.1:9"
        assert "AWS_ENDPOINT_URL" in str(raised.value)
        with pytest.raises(fk.EndpointUnreachable, match="is not AWS"):
            _ = [cluster async for cluster in aws.clusters()]


async def test_foreign_answer_instead_of_xml_is_told_the_same_way() -> None:
    """EC2's answers are XML; a page instead of them is told without the page."""
    async with connection(Foreign(PAGE)) as aws:
        with pytest.raises(fk.EndpointUnreachable, match="ec2:DescribeVpcs") as raised:
            await aws.default_network()
        assert "sign in" not in str(raised.value)


async def test_page_with_a_refusal_is_not_repeated() -> None:
    """A proxy's error page is an ApiError that says so in one line."""
    async with connection(Foreign(PAGE, status=403)) as aws:
        with pytest.raises(fk.ApiError, match="a web page, not AWS's") as raised:
            await aws.cluster("prod")
        assert raised.value.code == "403"
        assert len(str(raised.value)) < 300


async def test_empty_answer_of_aws_is_taken() -> None:
    """An answer with AWS's content type may have no members."""
    answer = Foreign(b"{}", kind="application/x-amz-json-1.1")
    async with connection(answer) as aws:
        assert await aws._session.api.call("ecs", "DescribeClusters") == {}
