"""What a check finds, how it is told, and how a chapter's checks are found and run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from fargate_kit.connections.connection import Connection
from fargate_kit.errors import EndpointUnreachable
from fargate_kit.learn.exercises import Exercise
from fargate_kit.learn.notes import Notes
from fargate_kit.learn.switch import seated
from fargate_kit.learn.views.frame import figure

__all__ = ["CHECKS", "Finding", "Report", "Scene", "checks", "look", "shortened"]


LONGEST = 100
"""How many characters of an answer are shown again."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check looked at.

    Attributes:
        ok: Whether it is as it shall be.
        what: What it shall be.
        saw: What was there instead, or what was there.
    """

    ok: bool
    what: str
    saw: str = ""

    def __str__(self) -> str:
        saw = f" — saw {self.saw}" if self.saw else ""
        return f"{'✔' if self.ok else '✘'} {self.what}{saw}"


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """What a check found of one exercise; it is true if all is as it shall be."""

    exercise: Exercise
    findings: tuple[Finding, ...]
    badge: str | None = None
    notes: Notes = field(default_factory=Notes, compare=False)

    def __bool__(self) -> bool:
        return bool(self.findings) and all(finding.ok for finding in self.findings)

    @property
    def verdict(self) -> str:
        """One line: passed or not yet."""
        done = sum(finding.ok for finding in self.findings)
        count = "" if self else f", {done} of {len(self.findings)}"
        return f"{self.exercise.id} {self.exercise.title}: {'passed' if self else 'not yet'}{count}"

    def __repr__(self) -> str:
        lines = [self.verdict, *(f"  {finding}" for finding in self.findings)]
        if self:
            lines.append(f"  Why it worked: {self.exercise.why}")
        else:
            lines.append("  Open a hint: report.hint(1), then report.hint(2).")
        return "\n".join(lines)

    def hint(self, number: int = 1) -> str:
        """Return a hint as text: 1 points, 2 nearly tells."""
        given = min(max(number, 1), len(self.exercise.hints))
        self.notes.hints.add((self.exercise.id, given))
        return self.exercise.hints[given - 1]

    def _repr_html_(self) -> str:
        items = "".join(_item(finding) for finding in self.findings)
        # Findings are told at once by a screen reader; hints only if they are opened.
        body = (
            f'<div role="status"><ul style="list-style:none;margin:0;padding:0">{items}</ul></div>'
        )
        if self:
            body += (
                '<p style="margin:8px 0 0;padding:6px 10px;background:#e9f7ee;border-radius:6px">'
                f"<b>Why it worked.</b> {_with_code(self.exercise.why)}</p>"
            )
        else:
            body += "".join(
                f'<details style="margin-top:6px"><summary>Hint {number} of '
                f"{len(self.exercise.hints)}</summary>"
                f'<p style="margin:4px 0 0 16px">{_with_code(words)}</p></details>'
                for number, words in enumerate(self.exercise.hints, 1)
            )
            body += (
                '<p style="margin:6px 0 0;font-size:12.5px;color:#59636e">Still stuck? The folder '
                "<code>solutions</code> has this notebook with every gap filled.</p>"
            )
        return figure(body, caption=self.verdict, badge=self.badge)


def _with_code(words: str) -> str:
    """Return a text as HTML, with what stands between backticks as code."""
    parts = escape(words).split("`")
    return "".join(
        f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts)
    )


def _item(finding: Finding) -> str:
    mark, word, ink = ("✔", "ok", "#146c2e") if finding.ok else ("✘", "not yet", "#8a1c1c")
    saw = f" — saw <code>{escape(finding.saw)}</code>" if finding.saw else ""
    return (
        f'<li><span style="color:{ink};font-weight:600">{mark} {word}</span> '
        f"{escape(finding.what)}{saw}</li>"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a check may look at: the cloud, and what was handed in as an answer.

    Attributes:
        answers: By the exercise's id, as given to `lab.answer()`.
        speed: Nominal seconds that pass in one real second.
        notes: What the lab remembers.
    """

    aws: Connection
    answers: Mapping[str, Any] = field(default_factory=dict)
    speed: float = 1.0
    notes: Notes = field(default_factory=Notes)

    def name(self, name: str) -> str:
        """Return the name that something has in this account, as `lab.name()` does."""
        return seated(name)

    async def call(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Ask AWS itself, for what the SDK has no picture of."""
        return await self.aws._session.api.call(service, operation, **parameters)

    def answered(self, name: str, right: Any, *, what: str) -> Finding:
        """Hold what was handed in against what is right."""
        if name not in self.answers:
            return Finding(ok=False, what=what, saw="no answer yet")
        given = self.answers[name]
        same = _plain(given) == _plain(right)
        return Finding(ok=same, what=what, saw=shortened(repr(given)))


def shortened(words: str) -> str:
    """Cut what is longer than a line."""
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _plain(value: Any) -> Any:
    """Forgive what is no mistake: spaces, capitals, and the order of a collection."""
    if isinstance(value, str):
        return value.strip().casefold()
    if isinstance(value, list | set | frozenset):
        return sorted((_plain(each) for each in value), key=repr)
    if isinstance(value, tuple):
        return tuple(_plain(each) for each in value)
    return value


Check = Callable[[Scene], AsyncIterator[Finding]]
CHECKS: dict[str, Check] = {}


def checks(name: str) -> Callable[[Check], Check]:
    """Register the check of an exercise."""

    def register(check: Check) -> Check:
        CHECKS[name] = check
        return check

    return register


async def look(exercise: Exercise, scene: Scene, *, badge: str | None) -> Report:
    """Run a check; whatever goes wrong in it becomes a finding, never an error.

    Args:
        badge: Where this happens, for the picture.
    """
    found: list[Finding] = []
    try:
        async for finding in CHECKS[exercise.id](scene):
            found.append(finding)
    except EndpointUnreachable:
        words = "nothing answers: run the notebook's first code cell again"
        found.append(Finding(ok=False, what="the account can be looked at", saw=words))
    except Exception as error:
        # A learner's account may be in any state; a check that stumbles says over what.
        saw = f"{type(error).__name__}: {error}"
        found.append(Finding(ok=False, what="the rest could be looked at", saw=saw))
    return Report(exercise, tuple(found), badge, scene.notes)
