"""Every error that fargate_kit raises.

```
FargateError
├── ConfigurationError      also a ValueError: region, profile, credentials or endpoint cannot work
├── ConnectionClosed        the connection was closed before the call
├── EndpointUnreachable     also a ConnectionError: nothing answered at the endpoint
├── InvalidSpec             also a ValueError: every problem of a spec at once, before any call
├── ApiError                AWS refused a call: .operation .code .request_id
│   ├── NotFound            also a LookupError; MISSING in `failures` counts
│   ├── Denied              credentials or policy
│   └── Throttled           after the retries that botocore makes
├── PlacementFailed         RunTask answered with failures instead of the tasks asked for
├── CostLimitReached        .spent .limit: a fan-out was ended before it cost more
├── TaskFailed              .task_arn .reason
│   ├── StartFailed         never ran: image, secret, network, capacity; .remedy
│   └── ExitedNonZero       .container .exit_code
├── DeploymentFailed        .service .deployment_id .reason .evidence
│   ├── DeploymentRolledBack  ECS went back to what ran before; the service is stable again
│   ├── DeploymentOvertaken   another deployment took its place before it completed
│   └── ServiceDeleted        the service was deleted while its deployment was waited for
├── ProjectIncomplete       a Compose project was applied in part: .done .failed .not_done
├── TeardownIncomplete      something with the mark is left, or could not be looked for: .left
└── WaitTimeout             also a TimeoutError: .last is the last picture
```

Errors carry facts (texts, numbers, values), never resources: they can be kept, copied and pickled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from fargate_kit.model.deployment_evidence import Evidence
from fargate_kit.model.problems import Problem

__all__ = [
    "ApiError",
    "ConfigurationError",
    "ConnectionClosed",
    "CostLimitReached",
    "Denied",
    "DeploymentFailed",
    "DeploymentOvertaken",
    "DeploymentRolledBack",
    "EndpointUnreachable",
    "ExitedNonZero",
    "FargateError",
    "InvalidSpec",
    "NotFound",
    "PlacementFailed",
    "ProjectIncomplete",
    "ServiceDeleted",
    "StartFailed",
    "TaskFailed",
    "TeardownIncomplete",
    "Throttled",
    "WaitTimeout",
]


class FargateError(Exception):
    """Something that fargate_kit was asked for did not happen."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[FargateError], args: tuple[Any, ...], facts: dict[str, Any]) -> Any:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(facts)
    return error


class ConfigurationError(FargateError, ValueError):
    """Region, profile, credentials or endpoint cannot work; the message says what to set."""


class ConnectionClosed(FargateError):
    """The connection was closed before the call; open another with `connect()`."""

    def __init__(self) -> None:
        super().__init__("this connection is closed; open another one with fargate_kit.connect()")


class EndpointUnreachable(FargateError, ConnectionError):
    """Nothing answered at the endpoint.

    Attributes:
        endpoint_url: Where the call went, as far as it is known.
    """

    def __init__(self, message: str, *, endpoint_url: str | None = None) -> None:
        super().__init__(message)
        self.endpoint_url = endpoint_url


class InvalidSpec(FargateError, ValueError):
    """A specification that cannot work, found before anything was sent.

    Attributes:
        problems: Every problem, each with its path, what was given and what is allowed.
    """

    def __init__(self, subject: str, problems: Sequence[Problem]) -> None:
        self.subject = subject
        self.problems = tuple(problems)
        count = len(self.problems)
        lines = "".join(f"\n  - {problem.message}" for problem in self.problems)
        super().__init__(f"{subject} has {count} problem{'s' if count != 1 else ''}:{lines}")


class ApiError(FargateError):
    """AWS refused a call.

    Attributes:
        operation: The operation, as `ecs:RunTask`.
        code: AWS's error code.
        reason: AWS's own text.
        request_id: The id that AWS support asks for, if there was one.
        facts: The further members of AWS's answer, such as `resourceIds`.
    """

    def __init__(
        self,
        operation: str,
        code: str,
        reason: str,
        *,
        request_id: str | None = None,
        facts: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{operation}: {code}: {reason}")
        self.operation = operation
        self.code = code
        self.reason = reason
        self.request_id = request_id
        self.facts = facts or {}

    def with_remedy(self, remedy: str) -> Self:
        """Return the same error whose reason ends with what to do about it."""
        return type(self)(
            self.operation,
            self.code,
            f"{self.reason} {remedy}",
            request_id=self.request_id,
            facts=self.facts,
        )


class NotFound(ApiError, LookupError):
    """AWS knows nothing of that name, id or ARN."""


class Denied(ApiError):
    """Credentials or policies do not allow the call."""


class Throttled(ApiError):
    """AWS asked to slow down, and still did after the retries."""


class PlacementFailed(FargateError):
    """Fargate took fewer tasks than were asked for; those that had started were stopped.

    Attributes:
        reasons: AWS's reasons, one for each task that was not placed.
    """

    def __init__(self, message: str, *, reasons: Sequence[str]) -> None:
        super().__init__(message)
        self.reasons = tuple(reasons)


class CostLimitReached(FargateError):
    """A fan-out was ended because it had cost as much as it may, by list prices.

    Attributes:
        spent: US dollars, an estimate.
        limit: US dollars.
    """

    def __init__(self, message: str, *, spent: float, limit: float) -> None:
        super().__init__(message)
        self.spent = spent
        self.limit = limit


class TaskFailed(FargateError):
    """A task did not do what was asked.

    Attributes:
        task_arn: The task.
        reason: AWS's reason.
    """

    def __init__(self, message: str, *, task_arn: str, reason: str) -> None:
        super().__init__(message)
        self.task_arn = task_arn
        self.reason = reason


class StartFailed(TaskFailed):
    """A task stopped without ever having run.

    Attributes:
        family: The kind of reason, such as `image` or `network`.
        remedy: What to do about it, in plain words.
        transient: Whether starting again may help without changing anything.
    """

    def __init__(
        self,
        message: str,
        *,
        task_arn: str,
        reason: str,
        family: str,
        remedy: str,
        transient: bool,
    ) -> None:
        super().__init__(message, task_arn=task_arn, reason=reason)
        self.family = family
        self.remedy = remedy
        self.transient = transient


class ExitedNonZero(TaskFailed):
    """An essential container ended with something other than 0.

    Attributes:
        container: Its name.
        exit_code: Its exit code; None if it never ran.
    """

    def __init__(
        self, message: str, *, task_arn: str, reason: str, container: str, exit_code: int | None
    ) -> None:
        super().__init__(message, task_arn=task_arn, reason=reason)
        self.container = container
        self.exit_code = exit_code


class ProjectIncomplete(FargateError):
    """A step of a Compose project failed; what was done before it stays.

    `up` goes on from there, and `down` takes it away. The cause is the failed step's own error.

    Attributes:
        project: The project's name.
        done: The steps that were done.
        failed: The step that failed.
        not_done: The steps that were not begun.
    """

    def __init__(
        self,
        project: str,
        reason: str,
        *,
        done: Sequence[str],
        failed: str,
        not_done: Sequence[str],
    ) -> None:
        self.project = project
        self.done = tuple(done)
        self.failed = failed
        self.not_done = tuple(not_done)
        super().__init__(
            f"project {project!r}: {failed} failed: {reason}\n"
            f"  done: {', '.join(self.done) or 'nothing'}\n"
            f"  not done: {', '.join(self.not_done) or 'nothing else'}"
        )


class TeardownIncomplete(FargateError):
    """A tear-down left something, or could not look whether it did; it may be run again.

    Attributes:
        mark: The value of the tag `fargate-kit`.
        deleted: What is gone, by kind and name.
        left: What is still there, by kind and name.
        problems: What could not be deleted or looked for, and why.
    """

    def __init__(
        self, mark: str, *, deleted: Sequence[str], left: Sequence[str], problems: Sequence[str]
    ) -> None:
        self.mark = mark
        self.deleted = tuple(deleted)
        self.left = tuple(left)
        self.problems = tuple(problems)
        known = ", ".join(self.left) or "nothing that could be looked for"
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(f"the tear-down of {mark!r} is not complete; left: {known}{lines}")


class WaitTimeout(FargateError, TimeoutError):
    """What was waited for did not happen in time.

    Attributes:
        last: What was last seen: a status or a frozen value.
    """

    def __init__(self, message: str, *, last: Any) -> None:
        super().__init__(message)
        self.last = last


class DeploymentFailed(FargateError):
    """A deployment did not bring what was asked, and will not.

    Attributes:
        service: The service's name.
        deployment_id: Which deployment, `ecs-svc/…`.
        reason: AWS's most telling words.
        evidence: What is known of it: the tasks that stopped, what ECS said, the failing
            container's last log lines, its targets, the cause and the remedy.
    """

    def __init__(self, message: str, *, evidence: Evidence) -> None:
        super().__init__(message)
        self.service = evidence.service
        self.deployment_id = evidence.deployment_id
        self.reason = evidence.cause.said
        self.evidence = evidence


class DeploymentRolledBack(DeploymentFailed):
    """ECS gave a deployment up and went back to what ran before; the service is stable again."""


class DeploymentOvertaken(DeploymentFailed):
    """Another deployment took a deployment's place before it completed."""


class ServiceDeleted(DeploymentFailed):
    """The service was deleted before its deployment completed."""
