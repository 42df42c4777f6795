"""botocore's service models, read without a look at the environment or the user's profile.

A profile that is not there, or a folder of models of one's own, is the client's affair: the
simulated account answers as if neither were set.
"""

from __future__ import annotations

import functools

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.model import OperationModel, ServiceModel
from botocore.session import Session

__all__ = ["UNASKED", "apart_session", "available_regions", "operation_of", "service_model"]

# By botocore's names: neither the configuration file, nor the environment, nor a default is asked.
UNASKED: dict[str, tuple[None, None, None, None]] = dict.fromkeys(
    ("profile", "config_file", "credentials_file", "data_path", "region"),
    (None, None, None, None),
)


def apart_session() -> Session:
    """Make a session of botocore that knows nothing of the process's environment."""
    return Session(session_vars=dict(UNASKED))


@functools.cache
def service_model(service: str) -> ServiceModel:
    """Give botocore's model of a service.

    Raises:
        UnknownServiceError: botocore has none.
    """
    return _shared().get_service_model(service)


@functools.lru_cache(maxsize=4096)
def operation_of(service: str, name: str) -> OperationModel | None:
    """Give botocore's model of an operation; None if it has none."""
    try:
        model = service_model(service)
    except (UnknownServiceError, DataNotFoundError):
        return None
    return model.operation_model(name) if name in model.operation_names else None


def available_regions(service: str, partition: str) -> list[str]:
    """List the regions of a partition that offer a service, by botocore's endpoint data."""
    regions: list[str] = _shared().get_available_regions(service, partition_name=partition)
    return regions


@functools.cache
def _shared() -> Session:
    return apart_session()
