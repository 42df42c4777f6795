"""A policy as numbered lines, with those marked that decided something or are wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from fargate_kit.learn.views.frame import PALE, empty, figure

__all__ = [
    "MARKS",
    "DocumentText",
    "MarkedLines",
    "document_text",
    "policy_documents",
    "written_document",
]

MOST_LINES = 60
_AROUND = 2

# Of each kind: the sign before its lines, the word, the ink and the ground; contrast is above 4.5.
MARKS = {
    "allows": ("✔", "allows", "#146c2e", "#e9f7ee"),
    "denies": ("⊘", "denies", "#8a1c1c", "#fdeeee"),
    "near": ("≈", "comes near", "#6b5b00", "#fdf7dd"),
    "wrong": ("✘", "is wrong", "#8a1c1c", "#fdeeee"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedLines:
    """Some lines of a document, counted from 1.

    Attributes:
        kind: One of `MARKS`.
        note: What is said of them.
    """

    first: int
    last: int
    kind: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentText:
    """A policy document and what is marked in it."""

    name: str
    lines: tuple[str, ...]
    marked: tuple[MarkedLines, ...] = ()

    def kind_of(self, number: int) -> str | None:
        """Return as what a line is marked; None is not at all."""
        found = (each.kind for each in self.marked if each.first <= number <= each.last)
        return next(found, None)


def document_text(document: DocumentText) -> str:
    """Say what the document is, and which lines are marked."""
    count = len(document.lines)
    head = f"{document.name}: {count} line{'s' * (count != 1)}"
    return "\n".join([head, *(f"  {each}" for each in _notes(document))])


def policy_documents(
    documents: Sequence[DocumentText], *, caption: str, badge: str | None = None
) -> str:
    """Show documents one below the other."""
    body = "".join(map(written_document, documents)) or empty("No policy is attached.")
    return figure(body, caption=caption, badge=badge)


def written_document(document: DocumentText, *, told: bool = True) -> str:
    """Return one document for a larger picture; of a long one the lines around the marks.

    Args:
        told: Whether the marks are told in words as well; otherwise the larger picture does it.
    """
    words = _notes(document) if told else ()
    notes = "".join(f'<li style="margin:0">{escape(each)}</li>' for each in words)
    listed = f'<ul style="margin:2px 0 4px;padding-left:20px">{notes}</ul>' if notes else ""
    rows = "".join(_rows(document))
    return (
        f'<div style="margin:8px 0 0"><div style="font-weight:600">{escape(document.name)}</div>'
        f'{listed}<pre style="margin:0;padding:6px 8px;border:1px solid #d0d7de;border-radius:6px;'
        "font-size:12px;line-height:1.45;white-space:pre-wrap;overflow-wrap:anywhere;"
        f'background:#fff;color:inherit">{rows}</pre></div>'
    )


def _notes(document: DocumentText) -> Iterable[str]:
    for each in document.marked:
        sign, word, _, _ = MARKS[each.kind]
        lines = f"lines {each.first} to {each.last}" if each.last > each.first else ""
        yield f"{sign} {lines or f'line {each.first}'}: {each.note or word}"


def _rows(document: DocumentText) -> Iterable[str]:
    left_out = 0
    for number, line in enumerate(document.lines, 1):
        if not _is_shown(document, number):
            left_out += 1
            continue
        if left_out:
            yield _gap(left_out)
            left_out = 0
        yield _row(number, line, document.kind_of(number))
    if left_out:
        yield _gap(left_out)


def _is_shown(document: DocumentText, number: int) -> bool:
    if len(document.lines) <= MOST_LINES:
        return True
    if not document.marked:
        return number <= MOST_LINES // 2
    return any(each.first - _AROUND <= number <= each.last + _AROUND for each in document.marked)


def _row(number: int, line: str, kind: str | None) -> str:
    sign, _, ink, ground = MARKS[kind] if kind else (" ", "", PALE, "#fff")
    weight = ";font-weight:600" if kind else ""
    return (
        f'<span style="display:block;background:{ground}"><span style="color:{ink}{weight}">'
        f"{sign} {number:>3} </span>{escape(line)}</span>"
    )


def _gap(count: int) -> str:
    words = f"      … {count} more line{'s' * (count != 1)}"
    return f'<span style="display:block;color:{PALE}">{words}</span>'
