"""The surfaces of moto that are used, all in one place; moto is imported when it is first needed.

Each of them has a test in `tests/sim/test_moto_*.py` that fails if moto changes it.
"""

from __future__ import annotations

import functools
import importlib
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fargate_kit.sim.moto_environment import importing_without_settings, settings_kept_out
from fargate_kit.sim.moto_seed import ManagedPolicies

MOTO_OWN_ACCOUNT = "123456789012"


class MotoFailure(RuntimeError):
    """moto broke in a way that no client may take for an answer of AWS."""


@dataclass(slots=True)
class Own:
    """What moto shares between accounts, and the simulator does not.

    Args:
        random_state: Of the stream from which ids are drawn.
        buckets: Whose bucket a name is; names are free in every simulated account.
    """

    random_state: Any
    buckets: dict[str, Any]


class Moto:
    """The one moto of this process."""

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
        self.policies = ManagedPolicies(AWSManagedPolicy.from_data, aws_managed_policies_data)
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
    def lent(self, own: Own) -> Iterator[None]:
        """Let moto work with what belongs to one account, and take it back."""
        s3 = self.backend("s3")
        outside = Own(self.random.getstate(), s3.bucket_accounts)
        self.random.setstate(own.random_state)
        s3.bucket_accounts = own.buckets
        try:
            with settings_kept_out():
                yield
        finally:
            own.random_state = self.random.getstate()
            self.random.setstate(outside.random_state)
            s3.bucket_accounts = outside.buckets

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
        before = [backends for backends in self._backends_in_use() if MOTO_OWN_ACCOUNT in backends]
        with without_machine_images(), importing_without_settings():
            yield
        for backends in self._backends_in_use():
            if MOTO_OWN_ACCOUNT in backends and not any(backends is old for old in before):
                del backends[MOTO_OWN_ACCOUNT]
        self.random.setstate(drawn)


@functools.cache
def loaded() -> Moto:
    """Give the moto of this process, which takes half a second the first time.

    Raises:
        MotoFailure: moto or flask is not installed.
    """
    try:
        with importing_without_settings():
            return Moto()
    except ImportError as missing:
        raise MotoFailure(
            f"the simulator needs moto and flask, as fargate-kit[sim] installs them: {missing}"
        ) from missing


@contextmanager
def without_machine_images() -> Iterator[None]:
    """Spare 0.1 s for every region: Fargate has no use for 1,300 AMIs.

    The environment has a switch for it, which is left alone: other threads read it meanwhile.
    """
    settings: Any = importlib.import_module("moto.settings")
    chosen = settings.ec2_load_default_amis
    if "MOTO_EC2_LOAD_DEFAULT_AMIS" in os.environ:
        yield
        return
    settings.ec2_load_default_amis = lambda: False
    try:
        yield
    finally:
        settings.ec2_load_default_amis = chosen
