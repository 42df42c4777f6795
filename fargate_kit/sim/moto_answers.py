"""Puts right what moto's front ends make of an answer, for the simulator's own backends only."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from fargate_kit.sim.moto_environment import importing_without_settings

__all__ = ["mend_answer", "responses_of"]


def responses_of(backend: Any) -> Any:
    """Give moto's module with the front end of a backend's service."""
    with importing_without_settings():
        return importlib.import_module(type(backend).__module__.replace("models", "responses"))


def mend_answer(
    front_end: Any, backend: str, operation: str, answer: Callable[[Any, Callable[[], Any]], Any]
) -> None:
    """Put an operation of a front end right; whoever else uses moto in this process has it plain.

    Args:
        front_end: moto's class, which serves every account of the process.
        backend: By which attribute the front end has its backend.
        operation: In small letters, as moto's method.
        answer: Makes the answer of a front end and of what asks the plain operation.
    """
    plain = getattr(front_end, operation)
    if "is_mended" in vars(plain):
        return

    @functools.wraps(plain)
    def mended(response: Any) -> Any:
        if "is_mended" not in vars(getattr(response, backend)):
            return plain(response)
        return answer(response, lambda: plain(response))

    vars(mended)["is_mended"] = True
    setattr(front_end, operation, mended)
