"""A simulated account that is asked without a client, so that nothing is checked on the way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fargate_kit.sim.account import Account
from fargate_kit.sim.request import Request, Response

TARGETS = {
    "cloudwatch": "GraniteServiceVersion20100801",
    "ecs": "AmazonEC2ContainerServiceV20141113",
    "logs": "Logs_20140328",
    "secretsmanager": "secretsmanager",
    "ssm": "AmazonSSM",
}
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/{scope}/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


@dataclass(frozen=True, slots=True)
class Refused:
    """How a request was refused."""

    code: str
    message: str
    status: int


class Asking:
    """Asks an account in JSON."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Ask for something of a service whose operations are named by a header."""
        return answered(self._send(service, operation, params))

    def refused(self, service: str, operation: str, **params: Any) -> Refused:
        """Ask for something that is refused, and tell how."""
        return refused(self._send(service, operation, params))

    def rest(self, method: str, path: str, query: str = "", **members: Any) -> Response:
        """Ask for something of EventBridge Scheduler."""
        headers = {"authorization": SIGNED.format(scope="scheduler")}
        body = json.dumps(members).encode() if members else b""
        return self.account.answer(
            Request(method=method, path=path, query=query, headers=headers, body=body)
        )

    def _send(self, service: str, operation: str, params: dict[str, Any]) -> Response:
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"{TARGETS[service]}.{operation}",
        }
        body = json.dumps(params).encode()
        return self.account.answer(
            Request(method="POST", path="/", query="", headers=headers, body=body)
        )


def answered(response: Response) -> dict[str, Any]:
    """Read an answer that is no refusal."""
    assert response.status == 200, response.body
    read: dict[str, Any] = json.loads(response.body or b"{}")
    return read


def refused(response: Response) -> Refused:
    """Read a refusal."""
    assert response.status != 200, response.body
    read = json.loads(response.body)
    code = read.get("__type") or read.get("code") or response.headers["x-amzn-errortype"]
    message = read.get("message") or read.get("Message") or ""
    return Refused(code.rpartition("#")[2], message, response.status)
