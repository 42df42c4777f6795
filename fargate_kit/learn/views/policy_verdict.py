"""What policies say to one action on one resource: the verdict, what decided, the smallest fix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from fargate_kit.learn.views.frame import INK, figure
from fargate_kit.learn.views.policy_document import DocumentText, written_document

__all__ = [
    "VERDICTS",
    "Comparison",
    "VerdictPicture",
    "policy_comparison",
    "policy_comparison_text",
    "policy_verdict",
    "policy_verdict_text",
]

# IAM's own words for each verdict, with a sign, ours, and colours with a contrast above 4.5.
VERDICTS = {
    "allowed": ("✔", "allowed", "#146c2e", "#e9f7ee"),
    "implicitDeny": ("✘", "denied, because nothing allows it", "#6b5b00", "#fdf7dd"),
    "explicitDeny": ("⊘", "denied, because a statement forbids it", "#8a1c1c", "#fdeeee"),
}
_UNKNOWN = ("?", "", INK, "#eef1f4")
_CELL = "padding:3px 10px 3px 0;text-align:left;vertical-align:top;overflow-wrap:anywhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictPicture:
    """A question to policies, and the answer.

    Attributes:
        principal: Who asks, such as `role deployer`; empty where nobody in particular does.
        verdict: In IAM's words, such as `explicitDeny`.
        why: What decided, and what came near, each a sentence.
        fix: The smallest statement that would turn the answer round, as JSON; None where none can.
        remedy: What the fix is for, or what to do where there is none.
        documents: The policies, with the lines marked that decided.
        second: What IAM's own simulator says beside it; empty where it was not asked.
    """

    principal: str
    action: str
    resource: str
    verdict: str
    why: tuple[str, ...] = ()
    fix: str | None = None
    remedy: str = ""
    documents: tuple[DocumentText, ...] = ()
    second: str = ""
    badge: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One question that was put to IAM's simulator and to us."""

    action: str
    resource: str
    iam: str
    ours: str


def policy_verdict_text(picture: VerdictPicture) -> str:
    """Say the verdict, why, and what would change it."""
    lines = [_asked(picture), f"  {_said(picture.verdict)}"]
    lines += [f"  {each}" for each in picture.why]
    if picture.remedy:
        lines.append(f"  {picture.remedy}{f' {picture.fix}' if picture.fix else ''}")
    if picture.second:
        lines.append(f"  {picture.second}")
    return "\n".join(lines)


def policy_verdict(picture: VerdictPicture) -> str:
    """Show the verdict in words, colour and sign, and the documents with what decided."""
    _, _, ink, ground = VERDICTS.get(picture.verdict, _UNKNOWN)
    parts = [
        f'<p role="status" style="margin:0 0 6px;padding:6px 10px;color:{ink};background:{ground};'
        f'border:1px solid {ink};border-radius:6px;font-weight:600">'
        f"{escape(_said(picture.verdict))}</p>"
    ]
    parts += [f'<p style="margin:2px 0">{escape(each)}</p>' for each in picture.why]
    if picture.remedy:
        fix = f" <code>{escape(picture.fix)}</code>" if picture.fix else ""
        parts.append(f'<p style="margin:2px 0"><b>Change.</b> {escape(picture.remedy)}{fix}</p>')
    if picture.second:
        parts.append(f'<p style="margin:2px 0"><b>IAM.</b> {escape(picture.second)}</p>')
    parts += [written_document(each, told=False) for each in picture.documents]
    return figure("".join(parts), caption=_asked(picture), badge=picture.badge)


def policy_comparison_text(rows: Sequence[Comparison]) -> str:
    """Say in how many questions both agree, and list them."""
    lines = [_agreed(rows)]
    lines += [
        f"  {each.action} on {each.resource}: IAM says {each.iam}, fargate_kit {each.ours}"
        for each in rows
    ]
    return "\n".join(lines)


def policy_comparison(rows: Sequence[Comparison], *, badge: str | None = None) -> str:
    """Show row by row what IAM's simulator says and what we say."""
    caption = _agreed(rows)
    heads = "".join(
        f'<th scope="col" style="{_CELL}">{words}</th>'
        for words in ("action", "resource", "IAM's simulator", "fargate_kit", "together")
    )
    lines = "".join(
        f'<tr><td style="{_CELL}"><code>{escape(each.action)}</code></td>'
        f'<td style="{_CELL}"><code>{escape(each.resource)}</code></td>'
        f'<td style="{_CELL}">{_mark(each.iam)}</td><td style="{_CELL}">{_mark(each.ours)}</td>'
        f'<td style="{_CELL}">{"= agree" if each.iam == each.ours else "≠ differ"}</td></tr>'
        for each in rows
    )
    body = (
        f'<table style="border-collapse:collapse;font-size:13px" aria-label="{escape(caption)}">'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"
    )
    return figure(body, caption=caption, badge=badge)


def _asked(picture: VerdictPicture) -> str:
    who = f"{picture.principal}: " if picture.principal else ""
    return f"{who}{picture.action} on {picture.resource}"


def _said(verdict: str) -> str:
    sign, words, _, _ = VERDICTS.get(verdict, _UNKNOWN)
    return f"{sign} {words or verdict} ({verdict})" if words != verdict else f"{sign} {words}"


def _mark(verdict: str) -> str:
    sign, _, ink, _ = VERDICTS.get(verdict, _UNKNOWN)
    return f'<span style="color:{ink};font-weight:600">{sign} {escape(verdict)}</span>'


def _agreed(rows: Sequence[Comparison]) -> str:
    same = sum(each.iam == each.ours for each in rows)
    return f"IAM's simulator and fargate_kit agree on {same} of {len(rows)} questions"
