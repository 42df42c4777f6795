"""moto, which holds everything but ECS: requests passed on, facts read, effects written.

This is the only module that imports moto, and it does so when moto is first needed.
Each surface of moto that is used here has a test in `tests/sim/test_moto_adapter.py`.
"""

from __future__ import annotations

import functools
import importlib
import logging
import os
import random
import re
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from botocore.model import OperationNotFoundError

from fargate_kit.sim import (
    moto_alarms,
    moto_iam,
    moto_load_balancing,
    moto_logs,
    moto_network,
    moto_records,
    moto_seed,
    moto_wsgi,
)
from fargate_kit.sim.cloudwatch_logs.facts import LogGroupFact, Shown
from fargate_kit.sim.errors import AwsError, UnsupportedOperation
from fargate_kit.sim.facts import NetworkInterface, SecurityGroupFact, SubnetFact
from fargate_kit.sim.iam.facts import PrincipalFact, SecretFact
from fargate_kit.sim.load_balancing.facts import LoadBalancingFacts
from fargate_kit.sim.load_balancing.metrics import Sample
from fargate_kit.sim.moto_worker import Worker
from fargate_kit.sim.reachability import NetworkFacts
from fargate_kit.sim.request import Request, Response, Route, route
from fargate_kit.sim.scaling.alarms import AlarmFact
from fargate_kit.sim.scaling.history import HistoryItem

T = TypeVar("T")
log = logging.getLogger("fargate_kit.sim")

# moto is not safe under threads and draws from one random stream: one caller at a time.
_lock = threading.RLock()
_living: weakref.WeakValueDictionary[str, MotoAdapter] = weakref.WeakValueDictionary()
_MOTO_OWN_ACCOUNT = "123456789012"


class MotoFailure(RuntimeError):
    """moto broke in a way that no client may take for an answer of AWS."""


def free_account_id(ids: random.Random) -> str:
    """Draw the first account id of a stream that no living account of this process has."""
    while True:
        drawn = str(ids.randrange(10**11, 10**12))
        if drawn != _MOTO_OWN_ACCOUNT and drawn not in _living:
            return drawn


class MotoAdapter:
    """moto's part of one account, apart from every other account of the process.

    Args:
        account_id: Twelve digits; moto keeps the accounts apart by it.
        seed: From which moto's own ids are drawn.
        inline: Run on the caller's thread; otherwise on one worker thread, in order.
        now: Tells the time of the account in microseconds, with which log groups and
            streams are stamped; real time if None.

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
        if account_id == _MOTO_OWN_ACCOUNT:
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
        self._effects: deque[Callable[[_Moto], object]] = deque()
        self._failure: Exception | None = None
        self.metric_observers: list[Callable[[str, str, Sequence[Sample]], None]] = []
        self._begin()

    def warm_up(self, region: str) -> None:
        """Have the worker import moto and make a region, while others are served.

        Without a worker there is nothing to do beforehand: the first use does it.
        """
        if not self.inline:
            self._submit(lambda moto: self._region(moto, region))

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

    def subnet(self, region: str, subnet_id: str) -> SubnetFact | None:
        """Look a subnet up."""
        return self._fact(
            ("subnet", region, subnet_id),
            lambda moto: moto_records.subnet(self._ec2(moto, region), subnet_id),
        )

    def security_group(self, region: str, group_id: str) -> SecurityGroupFact | None:
        """Look a security group up."""
        return self._fact(
            ("security group", region, group_id),
            lambda moto: moto_records.group(self._ec2(moto, region), group_id),
        )

    def default_security_group(self, region: str, vpc_id: str) -> str | None:
        """Tell the id of a VPC's default security group."""
        return self._fact(
            ("default security group", region, vpc_id),
            lambda moto: moto_records.default_group(self._ec2(moto, region), vpc_id),
        )

    def addresses_in_use(self, region: str, subnet_id: str) -> frozenset[str]:
        """List the private addresses of a subnet's interfaces, apart from those of tasks."""
        return self._fact(
            ("addresses", region, subnet_id),
            lambda moto: moto_records.addresses(self._ec2(moto, region), subnet_id),
        )

    def log_group_exists(self, region: str, name: str) -> bool:
        """Tell whether CloudWatch Logs has a group of that name."""
        return self._fact(
            ("log group", region, name),
            lambda moto: name in self._backend(moto, "logs", region).groups,
        )

    def log_group(self, region: str, name: str) -> LogGroupFact | None:
        """Look a log group up, and take out of it the lines that other services wrote."""
        return self._read(lambda moto: moto_logs.group(self._backend(moto, "logs", region), name))

    def role_exists(self, arn: str) -> bool:
        """Tell whether the account's IAM has the role."""

        def read(moto: _Moto) -> bool:
            partition = arn.split(":")[1] if arn.count(":") >= 5 else ""
            if partition not in moto.backend("iam")[self.account_id]:
                return False
            return any(role.arn == arn for role in self._iam(moto, partition).roles.values())

        return self._fact(("role", arn), read)

    def principal(self, arn: str) -> PrincipalFact | None:
        """Look a user, role or group of the account's IAM up."""

        def read(moto: _Moto) -> PrincipalFact | None:
            partition = arn.split(":")[1] if arn.count(":") >= 5 else ""
            if partition not in moto.backend("iam")[self.account_id]:
                return None
            return moto_iam.principal(self._iam(moto, partition), arn)

        return self._fact(("principal", arn), read)

    def caller(self, partition: str, access_key: str) -> PrincipalFact | None:
        """Find whose access key it is; None for keys that IAM does not know."""
        return self._read(
            lambda moto: moto_iam.caller(
                self._iam(moto, partition), self._backend(moto, "sts", partition), access_key
            )
        )

    def secret(self, region: str, arn: str, stage: str, version: str) -> SecretFact | None:
        """Read a version of a secret; None if it is not there."""
        return self._read(
            lambda moto: moto_iam.secret(
                self._backend(moto, "secretsmanager", region), arn, stage, version
            )
        )

    def parameter(self, region: str, name: str) -> str | None:
        """Read a parameter of Parameter Store, decrypted."""
        return self._read(lambda moto: moto_iam.parameter(self._backend(moto, "ssm", region), name))

    def s3_object(self, partition: str, bucket: str, key: str) -> bytes | None:
        """Read an object of the account's own S3."""
        return self._read(
            lambda moto: moto_iam.s3_object(self._backend(moto, "s3", partition), bucket, key)
        )

    def network(
        self, region: str, subnet_id: str, group_ids: tuple[str, ...]
    ) -> NetworkFacts | None:
        """Read what decides where the tasks of a subnet can go; None if the subnet is gone."""
        return self._fact(
            ("network", region, subnet_id, group_ids),
            lambda moto: moto_network.network(
                self._ec2(moto, region), region, subnet_id, group_ids
            ),
        )

    def ecr_image_digest(self, region: str, repository: str, reference: str) -> str | None:
        """Find an image of the account's own ECR.

        Args:
            reference: A tag or a digest.

        Raises:
            RepositoryMissing: There is no such repository.
        """
        return self._read(
            lambda moto: moto_records.image_digest(
                self._backend(moto, "ecr", region), repository, reference
            )
        )

    def create_network_interface(self, interface: NetworkInterface) -> None:
        """Have EC2 show an interface exactly as it is given."""
        self._effect(
            lambda moto: moto_records.show_interface(self._ec2(moto, interface.region), interface)
        )

    def delete_network_interface(self, region: str, interface_id: str) -> None:
        """Have EC2 forget an interface; one that is not there is forgotten already."""
        self._effect(lambda moto: self._ec2(moto, region).enis.pop(interface_id, None))

    def put_log_events(
        self,
        region: str,
        group: str,
        stream: str,
        events: Sequence[tuple[int, str]],
        *,
        create_group: bool,
    ) -> None:
        """Append to a log stream, which is made if it is not there.

        Time stamps are taken as they are, however far from the present. Events for a
        group that is not there are lost unless the group shall be made.

        Args:
            events: Milliseconds since the Unix epoch, and the text.
            create_group: Make the group if it is not there.
        """
        entries = [{"timestamp": at, "message": text} for at, text in events]

        def write(moto: _Moto) -> None:
            logs = self._backend(moto, "logs", region)
            moto_records.append_events(logs, group, stream, entries, create_group)

        self._facts.pop(("log group", region, group), None)
        self._effect(write)

    def open_log_stream(self, region: str, group: str, stream: str, *, create_group: bool) -> None:
        """Make a log stream if it is not there, and its group too if that is wanted."""
        now = self._now()

        def write(moto: _Moto) -> None:
            with moto.dated(now):
                logs = self._backend(moto, "logs", region)
                moto_logs.open_stream(logs, group, stream, create_group)

        if create_group:
            self._facts.pop(("log group", region, group), None)
        self._effect(write)

    def deliver_log_events(
        self, region: str, group: str, stream: str, events: Sequence[tuple[int, str]]
    ) -> None:
        """Pass events on to the subscription filters of a log group, and keep none of them."""
        self._effect(
            lambda moto: moto_logs.deliver(
                self._backend(moto, "logs", region), group, stream, events
            )
        )

    def load_balancing(self, region: str) -> LoadBalancingFacts:
        """Read all that is configured of a region's load balancers."""
        return self._read(
            lambda moto: moto_load_balancing.facts(self._backend(moto, "elbv2", region))
        )

    def subnets(self, region: str, vpc_id: str) -> tuple[SubnetFact, ...]:
        """List the subnets of a VPC."""
        return self._read(lambda moto: moto_load_balancing.subnets(self._ec2(moto, region), vpc_id))

    def put_metrics(self, region: str, namespace: str, samples: Sequence[Sample]) -> None:
        """Give CloudWatch statistics of a period, however long it is past."""
        for observe in self.metric_observers:
            observe(region, namespace, samples)
        self._effect(
            lambda moto: moto_load_balancing.put_metrics(
                self._backend(moto, "cloudwatch", region), namespace, samples
            )
        )

    def alarms(self, region: str) -> tuple[AlarmFact, ...]:
        """List the metric alarms of a region."""
        return self._read(lambda moto: moto_alarms.facts(self._backend(moto, "cloudwatch", region)))

    def put_alarm(self, region: str, alarm: AlarmFact) -> None:
        """Have CloudWatch show an alarm; the state of one that is there already stays."""
        now = self._now()

        def write(moto: _Moto) -> None:
            with moto.dated(now, "moto.cloudwatch.models"):
                moto_alarms.put(self._backend(moto, "cloudwatch", region), alarm)

        self._effect(write)

    def set_alarm_state(
        self, region: str, name: str, state: str, reason: str, data: str | None
    ) -> None:
        """Have CloudWatch show another state of an alarm; one that is gone stays so."""
        now = self._now()

        def write(moto: _Moto) -> None:
            with moto.dated(now, "moto.cloudwatch.models"):
                cloudwatch = self._backend(moto, "cloudwatch", region)
                moto_alarms.set_state(cloudwatch, name, state, reason, data)

        self._effect(write)

    def delete_alarms(self, region: str, names: Sequence[str]) -> None:
        """Have CloudWatch forget alarms, as far as they are there."""
        self._effect(
            lambda moto: self._backend(moto, "cloudwatch", region).delete_alarms(list(names))
        )

    def new_metrics(self, region: str, seen: int) -> tuple[list[tuple[str, Sample]], int]:
        """Read the metric data that clients have put since the last look.

        Args:
            region: Where they put them.
            seen: What the last look returned with them; 0 at first.

        Returns:
            Namespaces with samples, and what the next look is to be given.
        """

        def read(moto: _Moto) -> tuple[list[tuple[str, Sample]], int]:
            cloudwatch = self._backend(moto, "cloudwatch", region)
            own = moto_load_balancing.exact_datum(cloudwatch)
            return moto_alarms.new_samples(cloudwatch, seen, own)

        return self._read(read)

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

        def begin_anew(moto: _Moto) -> None:
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
                _moto().purge(self.account_id)
            _living.pop(self.account_id, None)

    def _begin(self) -> None:
        self._used = False
        self._regions: set[str] = set()
        self._partitions: set[str] = set()
        self._facts: dict[tuple[object, ...], Any] = {}
        self._own = _Own(random.Random(f"{self.seed}/moto").getstate(), {})

    def _backend(self, moto: _Moto, service: str, region: str) -> Any:
        return moto.backend(service)[self.account_id][region]

    def _ec2(self, moto: _Moto, region: str) -> Any:
        self._region(moto, region)
        return self._backend(moto, "ec2", region)

    def _region(self, moto: _Moto, region: str) -> None:
        if region not in self._regions:
            with _without_machine_images():
                ec2 = self._backend(moto, "ec2", region)
            moto_seed.seed_default_vpc(ec2)
            self._regions.add(region)

    def _iam(self, moto: _Moto, partition: str) -> Any:
        iam = self._backend(moto, "iam", partition)
        if partition not in self._partitions:
            moto_seed.seed_roles(iam, moto.policies)
            self._partitions.add(partition)
        return iam

    def _forward(
        self,
        moto: _Moto,
        request: Request,
        target: Route,
        shown: Shown | None = None,
        history: Sequence[HistoryItem] | None = None,
    ) -> Response:
        if target.service == "iam":
            iam = self._iam(moto, moto.partition(target.region))
            moto.policies.ensure_named(iam, request.body)
        elif target.service not in _WITHOUT_NETWORK:
            self._region(moto, target.region)
        environ = moto_wsgi.environ_of(request, target, self.account_id)
        try:
            application = moto.application(environ)
        except ModuleNotFoundError as missing:
            note = f"Its simulation needs the package {missing.name}."
            raise UnsupportedOperation(target.service, target.operation, note) from None
        if application is None:
            raise UnsupportedOperation(target.service, target.operation)
        try:
            with (
                self._logs_see(moto, target, shown),
                self._cloudwatch_sees(moto, target, history),
            ):
                response = moto_wsgi.call(application, environ)
        except (NotImplementedError, OperationNotFoundError):
            raise UnsupportedOperation(target.service, target.operation) from None
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

    @contextmanager
    def _logs_see(self, moto: _Moto, target: Route, shown: Shown | None) -> Iterator[None]:
        """Let moto's log groups see the account's time and, if need be, its log events."""
        if target.service != "logs":
            yield
            return
        with moto.dated(self._now()):
            if shown is None:
                yield
                return
            with moto_logs.showing(self._backend(moto, "logs", shown.region), shown):
                yield

    @contextmanager
    def _cloudwatch_sees(
        self, moto: _Moto, target: Route, history: Sequence[HistoryItem] | None
    ) -> Iterator[None]:
        """Let moto's CloudWatch see the account's time, and what happened to alarms."""
        if target.service != "cloudwatch":
            yield
            return
        cloudwatch = self._backend(moto, "cloudwatch", target.region)
        with (
            moto.dated(self._now(), "moto.cloudwatch.models"),
            moto_alarms.putting(cloudwatch),
            nullcontext() if history is None else moto_alarms.telling(cloudwatch, history),
        ):
            yield

    def _fact(self, key: tuple[object, ...], read: Callable[[_Moto], T]) -> T:
        """Read what changes only by requests that moto answers, and remember it until then.

        Only the thread that works with moto remembers and forgets, so what is remembered is
        never older than the last request that was answered.
        """

        def look(moto: _Moto) -> T:
            fact = self._facts[key] = read(moto)
            return fact

        known: T = self._facts.get(key, _NOT_KNOWN)
        return self._read(look) if known is _NOT_KNOWN else known

    def _read(self, read: Callable[[_Moto], T]) -> T:
        return self._submit(read).result()

    def _submit(self, work: Callable[[_Moto], T], *, patient: bool = False) -> Future[T]:
        """Run on the worker in its turn, or here and now if there is none."""
        if self._closed:
            raise RuntimeError(f"the simulated account {self.account_id} is closed")
        if self._worker is not None:
            return self._worker.submit(lambda: self._with_moto(work), patient=patient)
        done: Future[T] = Future()
        try:
            done.set_result(self._with_moto(work))
        except Exception as failure:
            done.set_exception(failure)
        return done

    def _effect(self, write: Callable[[_Moto], object]) -> None:
        """Note a write; it is done before moto is next asked, or when many have come together.

        That it failed is told by the log and the next flush.
        """
        if self._closed:
            raise RuntimeError(f"the simulated account {self.account_id} is closed")
        self._effects.append(write)
        if len(self._effects) == _MOST_EFFECTS:
            self._submit(lambda _: None)

    def _do_effects(self, moto: _Moto) -> None:
        while self._effects:
            write = self._effects.popleft()
            try:
                write(moto)
            except Exception as failure:
                self._failure = self._failure or failure
                log.warning("moto did not take an effect of ECS: %s", failure, exc_info=failure)

    def _with_moto(self, work: Callable[[_Moto], T]) -> T:
        with _lock:
            moto = _moto()
            with moto.lent(self._own):
                if not self._used:
                    moto.purge(self.account_id)  # left by an account that was never closed
                    self._used = True
                    self._iam(moto, "aws")
                self._do_effects(moto)
                return work(moto)


# How many effects are kept for later; each of them is short.
_MOST_EFFECTS = 100
_NOT_KNOWN: Any = object()
_READING = ("Describe", "Get", "List")

# Services whose first use need not make a VPC.
_WITHOUT_NETWORK = frozenset({"iam", "sts", "s3", "logs", "ssm", "secretsmanager", "ecr"})


@dataclass(slots=True)
class _Own:
    """What moto shares between accounts, and the simulator does not.

    Args:
        random_state: Of the stream from which ids are drawn.
        buckets: Whose bucket a name is; names are free in every simulated account.
    """

    random_state: Any
    buckets: dict[str, Any]


class _Moto:
    """The surfaces of moto that are used, all in one place."""

    def __init__(self) -> None:
        from moto.backend_index import backend_url_patterns
        from moto.backends import get_backend
        from moto.core.base_backend import BackendDict, BaseBackend
        from moto.core.model_instances import model_data
        from moto.iam.aws_managed_policies import aws_managed_policies_data
        from moto.iam.models import AWSManagedPolicy
        from moto.moto_api._internal import mock_random
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
        from moto.utilities.utils import get_partition

        self.random: random.Random = mock_random
        self.partition: Callable[[str], str] = get_partition
        self.policies = moto_seed.ManagedPolicies(
            AWSManagedPolicy.from_data, aws_managed_policies_data
        )
        self._dispatcher = DomainDispatcherApplication(create_backend_app)
        self._patterns = backend_url_patterns
        self._create_application: Callable[[Any], Any] = create_backend_app
        self._get_backend: Callable[[Any], Any] = get_backend
        self._backends_in_use: Callable[[], list[Any]] = lambda: list(
            BackendDict._instances  # type: ignore[misc]
        )
        self._plain_reset = BaseBackend.reset
        self._models = model_data
        self._backends: dict[str, Any] = {}
        self._applications: dict[str, Any] = {}
        self._names: dict[str, str | None] = {}

    def backend(self, service: str) -> Any:
        """Give moto's backends of a service, by account and region."""
        found = self._backends.get(service)
        if found is None:
            with self._apart():
                found = self._backends[service] = self._get_backend(service)
        return found

    def application(self, environ: dict[str, Any]) -> Any:
        """Give the WSGI application that answers a request; None if moto has none."""
        host = self._dispatcher.infer_service_region_host(environ, environ["PATH_INFO"])
        host = host or "s3.us-east-1.amazonaws.com"
        if host not in self._names:
            self._names[host] = self._name(host)
        name = self._names[host]
        if name is None:
            return None
        if name not in self._applications:
            with self._apart():
                self._applications[name] = self._create_application(name)
        return self._applications[name]

    @contextmanager
    def lent(self, own: _Own) -> Iterator[None]:
        """Let moto work with what belongs to one account, and take it back."""
        s3 = self.backend("s3")
        outside = _Own(self.random.getstate(), s3.bucket_accounts)
        self.random.setstate(own.random_state)
        s3.bucket_accounts = own.buckets
        try:
            yield
        finally:
            own.random_state = self.random.getstate()
            self.random.setstate(outside.random_state)
            s3.bucket_accounts = outside.buckets

    @contextmanager
    def dated(self, moment: int, module: str = "moto.logs.models") -> Iterator[None]:
        """Have what a module of moto makes stamped with a moment in microseconds."""
        models: Any = importlib.import_module(module)
        of_the_machine = models.utcnow
        models.utcnow = lambda: datetime.fromtimestamp(moment / 1_000_000, UTC).replace(tzinfo=None)
        try:
            yield
        finally:
            models.utcnow = of_the_machine

    def purge(self, account_id: str) -> None:
        """Forget an account, and nothing of the others."""
        for backends in self._backends_in_use():
            account, service = backends.pop(account_id, None), backends.service_name
            for backend in account.values() if account else ():
                # S3's own reset would close the files of every account: see _untrack.
                if type(backend).reset is not self._plain_reset and service != "s3":
                    backend.reset()
        for service, models in self._models.items():
            for model in models.values():
                self._untrack(model, account_id if service == "s3" else None)

    def _untrack(self, model: Any, account_id: str | None) -> None:
        """Let go of the instances that moto lists for its dashboard; S3's hold open files."""
        if account_id is None:
            model.instances_tracked = []
            return
        kept = []
        for instance in model.instances_tracked:
            owner = getattr(instance, "account_id", None)
            if owner not in {None, account_id}:
                kept.append(instance)
            elif hasattr(instance, "dispose"):
                instance.dispose()
        model.instances_tracked = kept

    def _name(self, host: str) -> str | None:
        if "." not in host:  # moto's router has named the module itself
            return host
        for name, pattern in self._patterns:
            if pattern.match(f"http://{host}"):
                return name
        return None

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """Keep what moto makes for itself out of everybody's data and random streams."""
        drawn = self.random.getstate()
        before = [backends for backends in self._backends_in_use() if _MOTO_OWN_ACCOUNT in backends]
        with _without_machine_images():
            yield
        for backends in self._backends_in_use():
            if _MOTO_OWN_ACCOUNT in backends and not any(backends is old for old in before):
                del backends[_MOTO_OWN_ACCOUNT]
        self.random.setstate(drawn)


@functools.cache
def _moto() -> _Moto:
    try:
        return _Moto()
    except ImportError as missing:
        raise MotoFailure(
            f"the simulator needs moto and flask, as fargate-kit[sim] installs them: {missing}"
        ) from missing


@contextmanager
def _without_machine_images() -> Iterator[None]:
    """Spare 0.1 s for every region: Fargate has no use for 1,300 AMIs."""
    name = "MOTO_EC2_LOAD_DEFAULT_AMIS"
    if name in os.environ:
        yield
        return
    os.environ[name] = "false"
    try:
        yield
    finally:
        del os.environ[name]


def _has_no_operation(request: Request, target: Route, response: Response) -> bool:
    """Recognise how moto's router says that it knows no such operation."""
    if response.status not in {404, 405} or target.service == "s3" or request.method == "HEAD":
        return False
    return not response.body or response.headers.get("content-type", "").startswith("text/html")
