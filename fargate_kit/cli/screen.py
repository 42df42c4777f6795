"""What the commands put on a screen: statuses in colour, tasks as tables, differences as lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fargate_kit.model.diff import Change
from fargate_kit.model.values import LogLine, TaskStatus
from fargate_kit.task import Task

__all__ = [
    "changes_lines",
    "console",
    "errors",
    "history_table",
    "log_line",
    "recording_console",
    "status_text",
    "tasks_table",
]

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

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


def recording_console() -> Console:
    """Return a console that prints plainly and remembers the colours, for a picture."""
    return Console(
        highlight=False, record=True, width=100, force_terminal=False, color_system="truecolor"
    )


def status_text(status: TaskStatus) -> Text:
    """Return a task's status with its mark and colour."""
    mark, colour = MARKS.get(status, ("?", "white"))
    return Text(f"{mark} {status}", style=colour)


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


def tasks_table(tasks: Iterable[Task]) -> Table:
    """Return several tasks, one in a row."""
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for heading in ("task", "status", "zone", "private address"):
        table.add_column(heading, no_wrap=True)
    for task in tasks:
        interface = task.network_interface
        table.add_row(
            task.id[:8],
            status_text(task.status),
            task.availability_zone or "",
            (interface and interface.private_ip) or "",
        )
    return table


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
