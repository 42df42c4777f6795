"""What becomes of open live labs when their process ends: another one takes them down.

A process that ends has no event loop and no threads any more, and Jupyter kills its kernels after
five seconds. So a janitor is started that outlives it. After a kill, or when the computer is off,
nothing of ours runs: then the schedules in AWS end what costs, and `fargate-kit janitor` does the
rest.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from types import FrameType

__all__ = ["forget", "watch"]

_open: dict[str, tuple[int, str]] = {}
_asked = False


def watch(mark: str, region: str) -> None:
    """Have a lab taken down when this process ends, with the environment that it has then.

    Args:
        region: Where the lab is.
    """
    global _asked
    # A process that was forked has no labs of its own.
    _open[mark] = (os.getpid(), region)
    if not _asked:
        _asked = True
        atexit.register(_end_all)
        # Only where nobody else has said what SIGTERM shall do.
        alone = threading.current_thread() is threading.main_thread()
        if alone and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _terminated)


def forget(mark: str) -> None:
    """Leave a lab alone that is closed."""
    _open.pop(mark, None)


def _terminated(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _end_all() -> None:
    for mark, (process, region) in list(_open.items()):
        if process != os.getpid():
            continue
        words = ["janitor", "--lab", mark, "--yes", "--region", region]
        try:
            subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "fargate_kit", *words],
                stdin=subprocess.DEVNULL,
                stdout=sys.__stderr__,
                start_new_session=True,
            )
        except (OSError, RuntimeError) as error:
            _say(f"lab {mark} is still open ({error}): run fargate-kit {' '.join(words)}")
        else:
            _say(f"lab {mark} is still open; a janitor of its own takes it down")
    _open.clear()


def _say(words: str) -> None:
    print(f"fargate-kit: {words}", file=sys.stderr, flush=True)
