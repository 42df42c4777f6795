"""One account's turns with moto: questions in order, writes in batches, one caller at a time."""

from __future__ import annotations

import logging
import os
import random
import re
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from fargate_kit.sim import moto_seed
from fargate_kit.sim.moto_dates import dated
from fargate_kit.sim.moto_mends import mended
from fargate_kit.sim.moto_surfaces import (
    MOTO_OWN_ACCOUNT,
    Moto,
    MotoFailure,
    Own,
    loaded,
    without_machine_images,
)
from fargate_kit.sim.moto_worker import Worker

T = TypeVar("T")
log = logging.getLogger("fargate_kit.sim")

# moto is not safe under threads and draws from one random stream: one caller at a time.
_lock = threading.RLock()
_living: weakref.WeakValueDictionary[str, MotoTurns] = weakref.WeakValueDictionary()
# How many effects are kept for later; each of them is short.
_MOST_EFFECTS = 100


def free_account_id(ids: random.Random) -> str:
    """Draw the first account id of a stream that no living account of this process has."""
    while True:
        drawn = str(ids.randrange(10**11, 10**12))
        if drawn != MOTO_OWN_ACCOUNT and drawn not in _living:
            return drawn


class MotoTurns:
    """moto's part of one account, apart from every other account of the process.

    Args:
        account_id: Twelve digits; moto keeps the accounts apart by it.
        seed: From which moto's own ids are drawn.
        inline: Run on the caller's thread; otherwise on one worker thread, in order.
        now: Tells the time of the account in microseconds, with which moto stamps what it
            makes; real time if None.

    Raises:
        ValueError: The id is no account id, is moto's own, or is in use in this process;
            or the environment has MOTO_ACCOUNT_ID, which overrides every id.
    """

    def __init__(
        self,
        *,
        account_id: str,
        seed: int,
        inline: bool,
        now: Callable[[], int] | None = None,
    ) -> None:
        if not re.fullmatch(r"[0-9]{12}", account_id):
            raise ValueError(f"an account id has twelve digits, unlike {account_id!r}")
        if "MOTO_ACCOUNT_ID" in os.environ:
            raise ValueError("MOTO_ACCOUNT_ID makes one account of all: take it out first")
        if account_id == MOTO_OWN_ACCOUNT:
            raise ValueError(f"moto keeps account {account_id} for itself; take another id")
        with _lock:
            if account_id in _living:
                raise ValueError(f"another simulated account of this process is {account_id}")
            _living[account_id] = self
        self.account_id = account_id
        self.seed = seed
        self.inline = inline
        self._now = now or (lambda: time.time_ns() // 1000)
        self._worker = None if inline else Worker(f"moto-{account_id}")
        self._closed = False
        self._effects: deque[Callable[[Moto], object]] = deque()
        self._failure: Exception | None = None
        self._begin()

    def warm_up(self, region: str) -> None:
        """Have the worker import moto and make a region, while others are served.

        Without a worker there is nothing to do beforehand: the first use does it.
        """
        if not self.inline:
            self._submit(lambda moto: self._region(moto, region))

    def flush(self) -> None:
        """Have every effect so far done, and wait for it.

        Raises:
            MotoFailure: An effect failed since the last flush.
            RuntimeError: The account is closed.
        """
        if self._effects or self._worker is not None:
            self._read(lambda _: None)
        failure, self._failure = self._failure, None
        if failure is not None:
            raise MotoFailure(f"an effect failed: {failure}") from failure

    def reset(self) -> None:
        """Begin anew: moto forgets the account, and its ids repeat."""

        def begin_anew(moto: Moto) -> None:
            moto.purge(self.account_id)
            self._begin()

        self._facts.clear()
        self._effects.clear()
        if self._used or self._worker is not None:
            self._read(begin_anew)

    def close(self) -> None:
        """End the worker and let moto forget the account; requests in the queue are dropped."""
        if self._closed:
            return
        self._closed = True
        self._facts.clear()
        if self._worker is not None:
            self._worker.close()
        with _lock:
            if self._used:
                loaded().purge(self.account_id)
            _living.pop(self.account_id, None)

    def _begin(self) -> None:
        self._used = False
        self._regions: set[str] = set()
        self._partitions: set[str] = set()
        # What has been read and holds until a request is answered that may change it.
        self._facts: dict[tuple[object, ...], Any] = {}
        self._own = Own(random.Random(f"{self.seed}/moto").getstate(), {})
        self._last_moment = 0

    def _read(self, read: Callable[[Moto], T]) -> T:
        return self._submit(read).result()

    def _submit(self, work: Callable[[Moto], T], *, patient: bool = False) -> Future[T]:
        """Run on the worker in its turn, or here and now if there is none."""
        self._check_open()
        if self._worker is not None:
            return self._worker.submit(lambda: self._with_moto(work), patient=patient)
        done: Future[T] = Future()
        try:
            done.set_result(self._with_moto(work))
        except Exception as failure:
            done.set_exception(failure)
        return done

    def _effect(self, write: Callable[[Moto], object]) -> None:
        """Note a write; it is done before moto is next asked, or when many have come together.

        That it failed is told by the log and the next flush.
        """
        self._check_open()
        self._effects.append(write)
        if len(self._effects) == _MOST_EFFECTS:
            self._submit(lambda _: None)

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError(f"the simulated account {self.account_id} is closed")

    def _do_effects(self, moto: Moto) -> None:
        while self._effects:
            write = self._effects.popleft()
            try:
                write(moto)
            except Exception as failure:
                self._failure = self._failure or failure
                log.warning("moto did not take an effect of ECS: %s", failure, exc_info=failure)

    def _with_moto(self, work: Callable[[Moto], T]) -> T:
        with _lock:
            moto = loaded()
            with moto.lent(self._own):
                if not self._used:
                    moto.purge(self.account_id)  # left by an account that was never closed
                    self._used = True
                    self._iam(moto, "aws")
                self._do_effects(moto)
                return work(moto)

    def _backend(self, moto: Moto, service: str, region: str) -> Any:
        return mended(service, moto.backend(service)[self.account_id][region])

    def _ec2(self, moto: Moto, region: str) -> Any:
        self._region(moto, region)
        return self._backend(moto, "ec2", region)

    def _region(self, moto: Moto, region: str) -> None:
        if region in self._regions:
            return
        with dated(self._now(), "ec2"):
            with without_machine_images():
                ec2 = self._backend(moto, "ec2", region)
            moto_seed.seed_default_vpc(ec2)
        self._regions.add(region)

    def _iam(self, moto: Moto, partition: str) -> Any:
        iam = self._backend(moto, "iam", partition)
        if partition not in self._partitions:
            with dated(self._now(), "iam"):
                moto_seed.seed_roles(iam, moto.policies)
            self._partitions.add(partition)
        return iam
