"""Side by side: the lines of Compose files, and what of AWS each of them became.

Whatever the pointer or the keyboard is on is marked on both sides, by style sheet alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape

from fargate_kit.learn.views.frame import INK, PALE, figure

__all__ = [
    "VERDICTS",
    "ComposeMap",
    "FileLine",
    "MappedField",
    "MappedFile",
    "compose_map",
    "compose_map_text",
]

# Of each verdict its shape, its ink and its ground; inks have a contrast of 4.5 on their grounds.
VERDICTS: dict[str, tuple[str, str, str]] = {
    "mapped": ("●", "#146c2e", "#fff"),
    "altered": ("◐", "#8a4b00", "#fff8ec"),
    "ignored": ("○", PALE, "#f6f8fa"),
    "refused": ("✗", "#8a1c1c", "#fdeeee"),
}
_UNKNOWN = ("?", INK, "#fff")
_LIST = "list-style:none;margin:0;padding:0;font-size:12.5px"
_MONO = "font-family:ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One line of a file.

    Attributes:
        verdict: What became of it: one of `VERDICTS`; empty where it says nothing.
    """

    number: int
    text: str
    verdict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedFile:
    """A file as it is shown."""

    name: str
    lines: tuple[FileLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedField:
    """What one or several lines became.

    Attributes:
        name: The field of AWS; the key itself where it becomes nothing.
        verdict: One of `VERDICTS`.
        places: Where it comes from: the number of the file, from 0, and the line's own.
        value: What the field holds, shortened, with secrets masked; empty where it is not known.
        reasons: Why it is not simply mapped.
    """

    name: str
    verdict: str
    places: tuple[tuple[int, int], ...]
    value: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeMap:
    """What became of a project's files.

    Attributes:
        filled: What the plan has and no file says, each in words.
        cautions: What is better known and stops nothing.
        problems: What stands in the way, where there is no plan.
    """

    project: str
    files: tuple[MappedFile, ...]
    fields: tuple[MappedField, ...]
    filled: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    badge: str | None = None


def compose_map_text(mapped: ComposeMap) -> str:
    """Say of every field where it comes from, and what stands in the way."""
    lines = [_headline(mapped)]
    for field in mapped.fields:
        value = f" = {field.value}" if field.value else ""
        lines.append(f"  {_where(mapped, field)} {_words(field.verdict)}: {field.name}{value}")
        lines += [f"      {reason}" for reason in field.reasons]
    lines += [f"  ✗ {problem}" for problem in mapped.problems]
    return "\n".join(lines)


def compose_map(mapped: ComposeMap) -> str:
    """Show the files on the left and the fields on the right, each with its verdict."""
    name = f"map-{sha256(repr(mapped).encode()).hexdigest()[:10]}"
    left = "".join(_file(number, file) for number, file in enumerate(mapped.files))
    right = "".join(_field(mapped, field) for field in mapped.fields)
    body = (
        f"<style>{''.join(_rules(name, mapped))}</style>"
        f'<div id="{name}" style="display:flex;flex-wrap:wrap;gap:14px;align-items:flex-start">'
        f'<div style="flex:1 1 340px;min-width:0">{left}</div>'
        '<div style="flex:1.2 1 380px;min-width:0">'
        f'<p style="margin:0 0 4px;font-weight:600">What each line becomes</p>'
        f'<ul style="{_LIST}">{right}</ul></div></div>'
        f"{_below(mapped)}"
    )
    return figure(body, caption=_headline(mapped), badge=mapped.badge)


def _headline(mapped: ComposeMap) -> str:
    counted = ", ".join(
        f"{sum(line.verdict == verdict for file in mapped.files for line in file.lines)} {verdict}"
        for verdict in VERDICTS
    )
    return f"{mapped.project}, line by line: {counted}"


def _rules(name: str, mapped: ComposeMap) -> Iterator[str]:
    """Yield the style: what is pointed at, and everything that has a line in common with it."""
    yield f"#{name} li:focus{{outline:2px solid {INK};outline-offset:-2px}}"
    for number, file in enumerate(mapped.files):
        for line in file.lines:
            if line.verdict:
                mark = f".{_class(number, line.number)}"
                yield (
                    f"#{name}:has({mark}:hover) {mark},#{name}:has({mark}:focus) {mark}"
                    f"{{background:#fff3b0!important;box-shadow:inset 4px 0 0 {INK}}}"
                )


def _class(file: int, line: int) -> str:
    return f"f{file}l{line}"


def _file(number: int, file: MappedFile) -> str:
    lines = "".join(_line(number, line) for line in file.lines)
    return (
        f'<p style="margin:0 0 4px;font-weight:600">{escape(file.name)}</p>'
        f'<ol style="{_LIST};margin-bottom:10px">{lines}</ol>'
    )


def _line(file: int, line: FileLine) -> str:
    gutter = f'<span style="color:{PALE};flex:0 0 22px;text-align:right">{line.number}</span>'
    code = f'<span style="{_MONO};flex:1 1 auto">{escape(line.text) or " "}</span>'
    if not line.verdict:
        return f'<li style="display:flex;gap:8px;padding:1px 6px">{gutter}{code}</li>'
    ground = VERDICTS.get(line.verdict, _UNKNOWN)[2]
    return (
        f'<li tabindex="0" class="{_class(file, line.number)}" '
        f'style="display:flex;gap:8px;padding:1px 6px;background:{ground}">'
        f"{gutter}{code}{_badge(line.verdict)}</li>"
    )


def _field(mapped: ComposeMap, field: MappedField) -> str:
    classes = " ".join(_class(file, line) for file, line in field.places)
    ground = VERDICTS.get(field.verdict, _UNKNOWN)[2]
    value = (
        f' <span style="{_MONO};color:{PALE}">= {escape(field.value)}</span>' if field.value else ""
    )
    reasons = "".join(
        f'<span style="display:block;padding-left:18px">{escape(reason)}</span>'
        for reason in field.reasons
    )
    where = f'<span style="color:{PALE}">{escape(_where(mapped, field))}</span>'
    return (
        f'<li tabindex="0" class="{classes}" style="padding:2px 8px;margin:0 0 3px;'
        f'background:{ground};border:1px solid #d0d7de;border-radius:4px">'
        f'{_badge(field.verdict)} <b style="{_MONO};font-weight:600">{escape(field.name)}</b>'
        f"{value} {where}{reasons}</li>"
    )


def _badge(verdict: str) -> str:
    ink = VERDICTS.get(verdict, _UNKNOWN)[1]
    return f'<span style="color:{ink};font-weight:600;flex:none">{escape(_words(verdict))}</span>'


def _words(verdict: str) -> str:
    return f"{VERDICTS.get(verdict, _UNKNOWN)[0]} {verdict}"


def _where(mapped: ComposeMap, field: MappedField) -> str:
    """Return `line 3`, or with the file where there are several."""
    shown = []
    for number, file in enumerate(mapped.files):
        lines = [str(line) for place, line in field.places if place == number]
        if lines:
            words = f"line{'s' * (len(lines) > 1)} {', '.join(lines)}"
            shown.append(words if len(mapped.files) == 1 else f"{file.name} {words}")
    return "; ".join(shown)


def _below(mapped: ComposeMap) -> str:
    parts = [
        _listed("No file says, and the plan has", mapped.filled, INK),
        _listed("Better known", mapped.cautions, INK),
        _listed("No plan, because", mapped.problems, VERDICTS["refused"][1]),
    ]
    return "".join(parts)


def _listed(title: str, words: Sequence[str], ink: str) -> str:
    if not words:
        return ""
    items = "".join(f'<li style="overflow-wrap:anywhere">{escape(each)}</li>' for each in words)
    return (
        f'<p style="margin:8px 0 2px;font-weight:600;color:{ink}">{title}</p>'
        f'<ul style="margin:0;padding-left:20px;font-size:12.5px">{items}</ul>'
    )
