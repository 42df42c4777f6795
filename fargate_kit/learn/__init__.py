"""The course: a lab for each notebook, checks, and pictures that serve any notebook.

`fk.learn.show(service)` shows a resource; `%load_ext fargate_kit.learn` shows every one that a cell
ends with. Neither needs more than the SDK. Panels with buttons need the extra `learn`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fargate_kit.learn.lab import Lab
    from fargate_kit.learn.picture import Picture
    from fargate_kit.learn.showing import load_ipython_extension, show, unload_ipython_extension

__all__ = ["Lab", "Picture", "load_ipython_extension", "show", "unload_ipython_extension"]

# Showing a resource must not bring the simulator in.
_HOME_OF = {
    "Lab": "lab",
    "Picture": "picture",
    "load_ipython_extension": "showing",
    "show": "showing",
    "unload_ipython_extension": "showing",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'fargate_kit.learn' has no attribute {name!r}")
    value = getattr(import_module(f"fargate_kit.learn.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
