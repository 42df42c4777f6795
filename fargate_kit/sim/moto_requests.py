"""The requests that are passed on to moto, in the account's time, and what it answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from typing import Any

from botocore.model import OperationNotFoundError

from fargate_kit.sim import moto_alarms, moto_checks, moto_logs, moto_wsgi
from fargate_kit.sim.cloudwatch_logs.facts import Shown
from fargate_kit.sim.errors import AwsError, UnsupportedOperation
from fargate_kit.sim.moto_dates import dated
from fargate_kit.sim.moto_mends import MENDS
from fargate_kit.sim.moto_surfaces import Moto, MotoFailure
from fargate_kit.sim.moto_turns import MotoTurns
from fargate_kit.sim.request import Request, Response, Route, route
from fargate_kit.sim.scaling.history import HistoryItem

_READING = ("Describe", "Get", "List")

# How moto says that it is only a filter which it does not know.
_FILTER = re.compile(r"The filter '([^']*)' for ")

# Services whose first use need not make a VPC.
_WITHOUT_NETWORK = frozenset({"iam", "sts", "s3", "logs", "ssm", "secretsmanager", "ecr"})

# Services that moto keeps once for a partition.
_GLOBAL = frozenset({"iam", "sts"})


class MotoRequests(MotoTurns):
    """The requests to moto's part of an account."""

    def forward(
        self,
        request: Request,
        target: Route | None = None,
        *,
        shown: Shown | None = None,
        history: Sequence[HistoryItem] | None = None,
    ) -> Response:
        """Let moto answer a request.

        Args:
            target: What `route` says of the request, if that is known already.
            shown: What moto shall see of log events meanwhile.
            history: What has happened to alarms, for who asks for it; moto does not know.

        Raises:
            UnsupportedOperation: moto has not got the service or the operation.
            MotoFailure: moto broke on the request.
        """
        return self._read(
            lambda moto: self._forward(moto, request, target or route(request), shown, history)
        )

    def submit_forward(
        self,
        request: Request,
        target: Route | None = None,
        *,
        shown: Shown | None = None,
        history: Sequence[HistoryItem] | None = None,
    ) -> Future[Response]:
        """Queue a request for the worker; see `forward`.

        It is answered after every effect before it, and no fact and no effect waits for
        it, unless it is being answered just then.
        """
        return self._submit(
            lambda moto: self._forward(moto, request, target or route(request), shown, history),
            patient=True,
        )

    def _forward(
        self,
        moto: Moto,
        request: Request,
        target: Route,
        shown: Shown | None = None,
        history: Sequence[HistoryItem] | None = None,
    ) -> Response:
        self._prepare(moto, request, target)
        environ = moto_wsgi.environ_of(request, target, self.account_id)
        try:
            application = moto.application(environ)
        except ModuleNotFoundError as missing:
            note = f"Its simulation needs the package {missing.name}."
            raise UnsupportedOperation(target.service, target.operation, note) from None
        if application is None:
            raise UnsupportedOperation(target.service, target.operation)
        try:
            moto_checks.check(request, target, lambda: self._backend_of(moto, target))
            with dated(self._next_moment(), target.service), ExitStack() as seen:
                self._show(moto, target, seen, shown, history)
                response = moto_wsgi.call(application, environ)
        except (NotImplementedError, OperationNotFoundError) as missing:
            found = _FILTER.match(str(missing))
            note = f"What is missing is its filter {found[1]!r}." if found else ""
            raise UnsupportedOperation(target.service, target.operation, note) from None
        except AwsError:
            raise
        except Exception as failure:
            called = f"{target.service} {target.operation}"
            cause = f"{type(failure).__name__}: {failure}"
            raise MotoFailure(f"moto broke on {called}: {cause}") from failure
        finally:
            if not target.operation.startswith(_READING):
                self._facts.clear()
        if _has_no_operation(request, target, response):
            raise UnsupportedOperation(target.service, target.operation)
        return response

    def _prepare(self, moto: Moto, request: Request, target: Route) -> None:
        """Make what a fresh account has, as far as the request may ask for it."""
        if target.service == "iam":
            iam = self._iam(moto, moto.partition(target.region))
            moto.policies.ensure_named(iam, request.body)
        elif target.service not in _WITHOUT_NETWORK:
            self._region(moto, target.region)
        if target.service in MENDS:
            self._backend_of(moto, target)

    def _backend_of(self, moto: Moto, target: Route) -> Any:
        """Give the backend that will answer."""
        region = moto.partition(target.region) if target.service in _GLOBAL else target.region
        return self._backend(moto, target.service, region)

    def _next_moment(self) -> int:
        """Tell the account's time; no two requests have one, for S3 puts its versions in order."""
        self._last_moment = max(self._now(), self._last_moment + 1)
        return self._last_moment

    def _show(
        self,
        moto: Moto,
        target: Route,
        seen: ExitStack,
        shown: Shown | None,
        history: Sequence[HistoryItem] | None,
    ) -> None:
        """Let moto see what it does not keep itself: log events, and what happened to alarms."""
        if target.service == "logs" and shown is not None:
            logs = self._backend(moto, "logs", shown.region)
            seen.enter_context(moto_logs.showing(logs, shown))
        if target.service == "cloudwatch":
            cloudwatch = self._backend(moto, "cloudwatch", target.region)
            seen.enter_context(moto_alarms.putting(cloudwatch))
            if history is not None:
                seen.enter_context(moto_alarms.telling(cloudwatch, history))


def _has_no_operation(request: Request, target: Route, response: Response) -> bool:
    """Recognise how moto's router says that it knows no such operation."""
    if response.status not in {404, 405} or target.service == "s3" or request.method == "HEAD":
        return False
    return not response.body or response.headers.get("content-type", "").startswith("text/html")
