"""What the commands put on a screen: statuses in colour, tasks as tables, differences as lines."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fargate_kit.cli.failing import CUT_OFF, leave_quietly
from fargate_kit.cli.listing import Column, listing
from fargate_kit.model.diff import Change
from fargate_kit.model.values import LogLine, TaskStatus
from fargate_kit.tasks.task import Task

__all__ = [
    "changes_lines",
    "console",
    "errors",
    "history_table",
    "is_live",
    "log_line",
    "print_hanging",
    "recording_console",
    "rollout_text",
    "screen",
    "status_text",
    "tasks_table",
]


class _Screen(Console):
    def on_broken_pipe(self) -> None:
        """End quietly: whoever read has left."""
        leave_quietly()
        raise SystemExit(CUT_OFF)


def screen(*, stderr: bool = False) -> _Screen:
    """Return a console; where NO_COLOR is set it is plain, without bold letters too."""
    if os.environ.get("NO_COLOR"):
        return _Screen(stderr=stderr, highlight=False, color_system=None)
    return _Screen(stderr=stderr, highlight=False)


console = screen()
errors = screen(stderr=True)

# A mark besides the colour, for those who see no colours.
MARKS = {
    TaskStatus.PROVISIONING: ("◌", "cyan"),
    TaskStatus.PENDING: ("◔", "blue"),
    TaskStatus.ACTIVATING: ("◑", "magenta"),
    TaskStatus.RUNNING: ("●", "green"),
    TaskStatus.DEACTIVATING: ("◕", "yellow"),
    TaskStatus.STOPPING: ("◑", "yellow"),
    TaskStatus.DEPROVISIONING: ("◔", "yellow"),
    TaskStatus.STOPPED: ("○", "bright_black"),
}


# How a deployment stands; a service without one has its own status there.
ROLLOUT_MARKS = {
    "COMPLETED": ("●", "green"),
    "IN_PROGRESS": ("◑", "cyan"),
    "FAILED": ("✗", "red"),
    "DRAINING": ("◔", "yellow"),
}


def recording_console() -> Console:
    """Return a console that prints plainly and remembers the colours, for a picture."""
    return Console(
        highlight=False, record=True, width=100, force_terminal=False, color_system="truecolor"
    )


def status_text(status: TaskStatus) -> Text:
    """Return a task's status with its mark and colour."""
    mark, colour = MARKS.get(status, ("?", "white"))
    return Text(f"{mark} {status}", style=colour)


def print_hanging(on: Console, head: Text, body: Text | str) -> None:
    """Print a text after its head; on a terminal its further lines stand below its first.

    In a pipe it stays one line, however long.
    """
    text = body if isinstance(body, Text) else Text(body)
    if not on.is_terminal:
        on.print(Text.assemble(head, text), soft_wrap=True)
        return
    indent = head.cell_len
    for number, line in enumerate(text.wrap(on, max(20, on.width - indent))):
        line.rstrip()
        on.print(Text.assemble(head if not number else " " * indent, line), soft_wrap=True)


def is_live() -> bool:
    """Tell whether something may be drawn in place on standard error: only on a real terminal.

    `FORCE_COLOR` asks for colours in a pipe, not for a cursor that jumps.
    """
    return errors.is_terminal and not errors.is_dumb_terminal and sys.stderr.isatty()


def rollout_text(state: str) -> Text:
    """Return the state of a deployment, in small words, with its mark and colour."""
    mark, colour = ROLLOUT_MARKS.get(state, ("?", "white"))
    return Text(f"{mark} {state.replace('_', ' ').lower()}", style=colour)


def history_table(history: Sequence[tuple[float, Task]]) -> Table:
    """Return the states that a task went through.

    Args:
        history: Pictures, each with the seconds since the first.
    """
    table = Table(box=None, padding=(0, 2), show_header=False)
    seen: set[TaskStatus] = set()
    for seconds, picture in history:
        if picture.status not in seen:
            seen.add(picture.status)
            table.add_row(f"{seconds:5.1f} s", status_text(picture.status), _what_happens(picture))
    return table


def tasks_table(tasks: Iterable[Task]) -> RenderableType:
    """Return several tasks, one in a row."""
    headings = ("task", "status", "zone", "private address")
    rows = [
        (
            task.id[:8],
            status_text(task.status),
            task.availability_zone or "",
            (task.network_interface and task.network_interface.private_ip) or "",
        )
        for task in tasks
    ]
    # Rows of `listing` have no blanks at their end, as those of a table have.
    lines = listing([Column(heading=each) for each in headings], rows, width=None)
    for line in lines:
        line.pad_left(2)
    return Group(*lines)


def changes_lines(changes: Iterable[Change]) -> RenderableType:
    """Return a difference, one changed thing in a line."""
    return Group(*(Text(f"  ~ {change}", style="yellow") for change in changes))


def log_line(line: LogLine) -> Text:
    """Return a line of a log, with the time it was written and its container."""
    return Text.assemble(
        (f"{line.at:%H:%M:%S} ", "bright_black"), (f"{line.container} ", "cyan"), line.text
    )


def _what_happens(task: Task) -> str:
    match task.status:
        case TaskStatus.PROVISIONING:
            return "a network interface is made for it"
        case TaskStatus.PENDING:
            return f"{_address(task)}; the image is pulled"
        case TaskStatus.ACTIVATING:
            return "the container starts" if len(task.containers) == 1 else "the containers start"
        case TaskStatus.RUNNING:
            count = len(task.containers)
            return "its container runs" if count == 1 else f"its {count} containers run"
        case TaskStatus.STOPPED:
            return task.stopped_reason or ""
        case _:
            return ""


def _address(task: Task) -> str:
    interface = task.network_interface
    if interface is None or interface.id is None:
        return "no interface yet"
    return f"{interface.id} has {interface.private_ip}"
