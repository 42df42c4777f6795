"""Keeps an account's quotas: counts calls, launches and vCPU, and says what is too much."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fnmatch import fnmatchcase

from fargate_kit.sim import quota_wording
from fargate_kit.sim.engine import Engine
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.quota_buckets import Bucket, Rate
from fargate_kit.sim.quotas import Quotas
from fargate_kit.sim.request import Protocol, Request, Route

_MINUTE = 60.0


@dataclass(slots=True)
class _Tokens:
    """What is left in one bucket, and when that was so."""

    left: float
    at: int


class QuotaKeeper:
    """The quotas of one account; it keeps none while `quotas` is None.

    Args:
        engine: Whose time refills the buckets.
        quotas: What the account may do; None for whatever it wants.
    """

    def __init__(self, engine: Engine, quotas: Quotas | None = None) -> None:
        self._engine = engine
        self._first = quotas
        self._quotas = quotas
        self._tokens: dict[tuple[str, ...], _Tokens] = {}
        self._buckets: dict[tuple[str, str], list[Bucket]] = {}
        self._service_launches: dict[tuple[str, str], deque[tuple[int, int]]] = {}

    @property
    def quotas(self) -> Quotas | None:
        """What is kept at present."""
        return self._quotas

    def change(self, quotas: Quotas | None) -> None:
        """Keep other quotas from now on, or none; buckets that fit no longer lose tokens."""
        if quotas is None:
            self._tokens.clear()
            self._service_launches.clear()
        self._quotas = quotas
        self._buckets.clear()

    def reset(self) -> None:
        """Fill every bucket, and keep what was kept at the beginning."""
        self._tokens.clear()
        self._service_launches.clear()
        self._buckets.clear()
        self._quotas = self._first

    def admit(self, request: Request, target: Route) -> None:
        """Take the tokens of a request; a request that is refused takes none.

        Raises:
            AwsError: One of its buckets is empty.
        """
        if self._quotas is None:
            return
        rates: list[tuple[tuple[str, ...], Rate]] = []
        for bucket in self._of(target):
            if bucket.unfiltered and _is_filtered(request, target):
                continue
            apart = target.operation if bucket.apart else ""
            key = ("call", target.region, bucket.name, apart)
            rates.append((key, bucket.rate_in(target.region)))
        tokens = [self._filled(*one) for one in rates]
        if any(one.left < 1 for one in tokens):
            refusal, status = quota_wording.THROTTLED[target.service]
            raise AwsError(refusal.code, refusal.text, status=status)
        for one in tokens:
            one.left -= 1

    def launches(self, region: str, *, spot: bool) -> int | None:
        """Tell how many tasks may be launched at this moment; None for any number."""
        if self._quotas is None:
            return None
        return int(self._launch_tokens(self._quotas, region, spot=spot).left)

    def launched(self, region: str, count: int, *, spot: bool) -> None:
        """Take note of so many launches."""
        if self._quotas is not None:
            self._launch_tokens(self._quotas, region, spot=spot).left -= count

    def service_launches(self, region: str, service: str) -> int | None:
        """Tell how many tasks a service may start at this moment; None for any number.

        Args:
            region: Of the service.
            service: Its ARN.
        """
        if self._quotas is None:
            return None
        started = self._service_launches.get((region, service))
        if not started:
            return self._quotas.service_launches_in(region)
        begin = self._engine.now - self._engine.clock.ticks(_MINUTE)
        while started and started[0][0] <= begin:
            started.popleft()
        most = self._quotas.service_launches_in(region)
        return max(0, most - sum(count for _, count in started))

    def service_launched(self, region: str, service: str, count: int) -> None:
        """Take note of so many tasks that a service has started."""
        if self._quotas is not None and count:
            started = self._service_launches.setdefault((region, service), deque())
            started.append((self._engine.now, count))

    def _launch_tokens(self, quotas: Quotas, region: str, *, spot: bool) -> _Tokens:
        key = ("launch", region, "spot" if spot else "on-demand")
        return self._filled(key, quotas.launch_rate(region, spot=spot))

    def _filled(self, key: tuple[str, ...], rate: Rate) -> _Tokens:
        """Give a bucket as it is at this moment."""
        now = self._engine.now
        tokens = self._tokens.get(key)
        if tokens is None:
            tokens = self._tokens[key] = _Tokens(float(rate.size), now)
            return tokens
        seconds = (now - tokens.at) / self._engine.clock.ticks(1.0)
        tokens.left = min(float(rate.size), tokens.left + seconds * rate.refill)
        tokens.at = now
        return tokens

    def _of(self, target: Route) -> list[Bucket]:
        """Give the buckets from which an operation takes."""
        if self._quotas is None:
            return []
        key = (target.service, target.operation)
        if key not in self._buckets:
            self._buckets[key] = [one for one in self._quotas.buckets if _fits(one, *key)]
        return self._buckets[key]


def _fits(bucket: Bucket, service: str, operation: str) -> bool:
    return (
        bucket.service == service
        and any(fnmatchcase(operation, one) for one in bucket.operations)
        and not any(fnmatchcase(operation, one) for one in bucket.except_for)
    )


def _is_filtered(request: Request, target: Route) -> bool:
    """Tell whether a request of the EC2 protocol has a filter or pages."""
    if target.protocol is not Protocol.EC2:
        return False
    text = request.body.decode("utf-8", "replace") or request.query
    names = [item.partition("=")[0] for item in text.split("&")]
    return any(name.startswith("Filter.") or name == "MaxResults" for name in names)
