"""How the simulated services refuse a request."""

from __future__ import annotations

from typing import Any


class AwsError(Exception):
    """An error as AWS answers it: a code, a message, and what the error's shape adds.

    Args:
        code: AWS's error code, e.g. `ClusterNotFoundException`.
        message: The text that the client sees.
        status: The HTTP status.
        members: Further members of the error's shape, e.g. `resourceIds`.
    """

    def __init__(self, code: str, message: str, *, status: int = 400, **members: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members


class UnsupportedOperation(AwsError):
    """The operation exists, or may exist, but nothing here simulates it.

    Args:
        service: As the endpoint names it, e.g. `ecs`.
        operation: e.g. `ExecuteCommand`.
        note: A further sentence for the client, e.g. what to use instead.
    """

    def __init__(self, service: str, operation: str, note: str = "") -> None:
        text = f"{service} {operation} is not simulated: nothing was done."
        super().__init__("UnsupportedOperation", f"{text} {note}".rstrip())
