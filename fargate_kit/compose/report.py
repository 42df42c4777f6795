"""The fidelity report: what became of every key of every file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fargate_kit.compose.verdicts import Finding, Verdict

__all__ = ["FileReport", "Report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What became of every key of one file, in the order of the file."""

    file: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of every key of every file.

    Attributes:
        cautions: What is better known and stops nothing, each beginning with its place.
    """

    files: tuple[FileReport, ...]
    cautions: tuple[str, ...]

    def __iter__(self) -> Iterator[Finding]:
        for file in self.files:
            yield from file.findings

    def count(self) -> dict[Verdict, int]:
        """Count the keys by what became of them."""
        counted = Counter(finding.verdict for finding in self)
        return {verdict: counted[verdict] for verdict in Verdict}

    def facts(self) -> dict[str, Any]:
        """Return the report as JSON takes it."""
        return {
            "counts": {str(verdict): number for verdict, number in self.count().items()},
            "keys": [
                {
                    "file": finding.place.file,
                    "line": finding.place.line,
                    "column": finding.place.column,
                    "key": finding.path,
                    "verdict": str(finding.verdict),
                    "becomes": finding.becomes or None,
                    "reasons": list(finding.reasons),
                }
                for finding in self
            ],
            "cautions": list(self.cautions),
        }
