"""Whether a notebook's kernel is new enough for panels, and what to do if it is not."""

from __future__ import annotations

import re
import sys

__all__ = ["NEEDED", "kernel_warning", "warn_of_old_kernel"]

NEEDED = (7, 4)
"""The first ipykernel that sees a click while a cell awaits, and on the loop of the cells."""


def kernel_warning(version: str | None) -> str | None:
    """Say what an old kernel cannot do; work goes on all the same.

    Args:
        version: Of ipykernel, such as `7.4.0`; None where it is not installed.

    Returns:
        One line, or None where all is well or nothing can be told from the version.
    """
    read = re.match(r"(\d+)\.(\d+)", version or "")
    if read is None:
        return None
    found = (int(read[1]), int(read[2]))
    if found >= NEEDED:
        return None
    needed = ".".join(map(str, NEEDED))
    trouble = (
        "a click in a panel is seen only when no cell runs"
        if found < (7, 0)
        else "callbacks of your own widgets run on another thread than the cells"
    )
    return (
        f"ipykernel {version} is older than {needed}: {trouble}. Everything else works. "
        f"To mend it: pip install 'ipykernel>={needed}', then restart the kernel."
    )


def warn_of_old_kernel() -> None:
    """Print a line in the cell that runs, if this is a notebook whose kernel is too old."""
    kernel = sys.modules.get("ipykernel")
    if warning := kernel_warning(getattr(kernel, "__version__", None)):
        print(warning)
