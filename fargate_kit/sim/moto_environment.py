"""The process's own AWS settings, kept out of what moto asks of boto3.

moto makes sessions of boto3 to list regions. A profile of the environment that is not defined,
or a broken configuration file, would make them fail inside the simulated account. The
environment is left alone: other threads read it meanwhile.
"""

from __future__ import annotations

import functools
import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.session import Session as PlainSession

from fargate_kit.sim.service_models import UNASKED, apart_session

__all__ = ["importing_without_settings", "settings_kept_out"]

_threads: Any = threading.local()
# The modules of moto that keep a session class under a name of their own, and use it later.
_KEEPERS = ("moto.core.base_backend", "moto.core.utils")


@contextmanager
def settings_kept_out() -> Iterator[None]:
    """Have the sessions that moto makes meanwhile, on this thread, read no settings."""
    depth = _depth()
    _threads.depth = depth + 1
    try:
        yield
    finally:
        _threads.depth = depth


@contextmanager
def importing_without_settings() -> Iterator[None]:
    """Have modules of moto that are imported meanwhile keep a class of sessions without settings.

    The class asks on which thread it is: for any thread where moto is not at work, it is boto3's
    own.
    """
    boto3: Any = importlib.import_module("boto3")
    own = boto3.Session
    with settings_kept_out():
        boto3.Session = _session_class(own)
        try:
            yield
        finally:
            boto3.Session = own
            _hand_over(own)


def _depth() -> int:
    depth: int = getattr(_threads, "depth", 0)
    return depth


@functools.cache
def _session_class(own: Any) -> Any:
    """Make the class of sessions that read no settings where moto is at work."""
    if not isinstance(own, type) or getattr(own, "without_settings", False):
        return own  # somebody has put something of their own there, or it is made already

    class Session(own):  # type: ignore[misc]
        without_settings = True

        def __init__(self, *given: Any, **named: Any) -> None:
            if not given and not named and _depth():
                if issubclass(own, PlainSession):
                    named["session_vars"] = dict(UNASKED)
                else:
                    named["botocore_session"] = apart_session()
            super().__init__(*given, **named)

    return Session


def _hand_over(own: Any) -> None:
    """Give the class to modules of moto that have been imported with one of the plain ones."""
    for name in _KEEPERS:
        module = sys.modules.get(name)
        held = None if module is None else vars(module).get("Session")
        if module is not None and (held is own or held is PlainSession):
            vars(module)["Session"] = _session_class(held)
