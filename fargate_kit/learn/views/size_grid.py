"""The sizes of Fargate as a grid of CPU and memory, with the price of the chosen one."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from fargate_kit.learn.views.frame import figure
from fargate_kit.model.sizes import is_legal, legal_cpu, memory_for

__all__ = ["SizeChoice", "size_grid", "size_grid_text"]

# Few enough columns for a page; the rest of a row is told in words.
_COLUMNS = (512, 1024, 2048, 3072, 4096, 8192, 16384, 30720, 61440, 122880)
_CELL = "padding:3px 6px;text-align:center;border:1px solid #d0d7de"


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeChoice:
    """A size that somebody asks for.

    Attributes:
        cpu: CPU units.
        memory: MiB.
        price: What it costs, in words; None where it is no legal size or no price is known.
        source: Where the price is from, and of when.
    """

    cpu: int
    memory: int
    price: str | None = None
    source: str = ""


def size_grid_text(choice: SizeChoice) -> str:
    """Say whether the size is legal, and what it costs."""
    asked = f"{choice.cpu} CPU units with {choice.memory} MiB"
    if is_legal(choice.cpu, choice.memory):
        return f"{asked}: a size of Fargate" + (f", {choice.price}" if choice.price else "")
    allowed = memory_for(choice.cpu)
    if not allowed:
        return f"{asked}: no size of Fargate; CPU units are {', '.join(map(str, legal_cpu()))}"
    return f"{asked}: no size of Fargate; {choice.cpu} CPU units take {_range(allowed)} MiB"


def size_grid(choice: SizeChoice) -> str:
    """Show which memory goes with which CPU, with the chosen size marked."""
    columns = sorted({*_COLUMNS, choice.memory})
    heads = "".join(f'<th scope="col" style="{_CELL}">{_size(each)}</th>' for each in columns)
    rows = "".join(
        f'<tr><th scope="row" style="{_CELL}">{cpu}</th>'
        + "".join(_cell(cpu, memory, choice) for memory in columns)
        + "</tr>"
        for cpu in legal_cpu()
    )
    verdict = size_grid_text(choice)
    body = (
        f'<p role="status" style="margin:0 0 6px"><b>{escape(verdict)}</b></p>'
        '<table style="border-collapse:collapse;font-size:12.5px" '
        'aria-label="Which memory goes with which CPU">'
        f'<thead><tr><th scope="col" style="{_CELL}">CPU units / memory</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        '<p style="margin:6px 0 0;font-size:12px">✓ a size of Fargate · — not a size · '
        "▶ your choice. Not every size of AWS has a column here."
        f"{' ' + escape(choice.source) if choice.source else ''}</p>"
    )
    return figure(body, caption="Sizes of a Fargate task")


def _cell(cpu: int, memory: int, choice: SizeChoice) -> str:
    legal = is_legal(cpu, memory)
    chosen = (cpu, memory) == (choice.cpu, choice.memory)
    mark = ("▶ " if chosen else "") + ("✓" if legal else "—")
    ground = "#e9f7ee" if legal else "#f6f8fa"
    edge = ";outline:2px solid #1b1f24;font-weight:700" if chosen else ""
    return f'<td style="{_CELL};background:{ground}{edge}">{mark}</td>'


def _size(memory: int) -> str:
    return f"{memory} MiB" if memory % 1024 else f"{memory // 1024} GB"


def _range(allowed: tuple[int, ...]) -> str:
    if len(allowed) <= 4:
        return ", ".join(map(str, allowed))
    return f"{allowed[0]} to {allowed[-1]} in steps of {allowed[1] - allowed[0]}"
