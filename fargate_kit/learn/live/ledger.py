"""A file that is written before anything is made, so that a crash forgets nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from fargate_kit.errors import ConfigurationError

__all__ = ["FILE", "Entry", "Ledger"]

FILE: Final = Path(".fargate-kit") / "ledger.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A creating call, as the ledger has it.

    Attributes:
        about: What it was asked to make: names and counts, never what may be secret.
        made: The ids in AWS's answer; None if no answer was written down.
    """

    number: int
    lab: str
    operation: str
    about: Mapping[str, Any] = field(default_factory=dict)
    made: tuple[str, ...] | None = None
    refused: str | None = None


class Ledger:
    """One line of JSON for each creating call, before it is sent, and one for its answer.

    Args:
        folder: Where the notebook is.
        lab: The lab's mark, on every line.

    Raises:
        ConfigurationError: Nothing can be written there.
    """

    def __init__(self, folder: Path, lab: str) -> None:
        self.file = folder / FILE
        self.lab = lab
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.open("a+b") as file:
                # Whoever died while writing left half a line.
                if file.tell() and not self.file.read_bytes().endswith(b"\n"):
                    file.write(b"\n")
        except OSError as error:
            raise ConfigurationError(
                f"the ledger {self.file} cannot be written ({error.strerror}); without it nothing "
                "is made: open the notebook in a folder of your own"
            ) from error
        self._next = max((entry["number"] for entry in self._lines()), default=0) + 1

    def intend(
        self, at: datetime, operation: str, *, account: str, region: str, about: Mapping[str, Any]
    ) -> int:
        """Write down what is about to be made, and return the entry's number.

        It is on the disk when this returns.
        """
        number = self._next
        self._next += 1
        self._write({
            "number": number,
            "lab": self.lab,
            "at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "account": account,
            "region": region,
            "operation": operation,
            "about": dict(about),
        })
        return number

    def made(self, number: int, ids: list[str]) -> None:
        """Write down what was made."""
        self._write({"number": number, "lab": self.lab, "made": ids})

    def refused(self, number: int, code: str) -> None:
        """Write down that AWS refused; a call whose answer was lost has no such line."""
        self._write({"number": number, "lab": self.lab, "refused": code})

    def spent(self, dollars: Decimal) -> None:
        """Write down what the lab has cost so far."""
        if dollars != self.spent_so_far():
            self._write({"number": self._next, "lab": self.lab, "spent": str(dollars)})
            self._next += 1

    def spent_so_far(self) -> Decimal:
        """Return what was last written down of this lab's cost."""
        dollars = Decimal(0)
        for line in self._lines():
            if line.get("lab") == self.lab:
                dollars = Decimal(0) if line.get("closed") else Decimal(line.get("spent", dollars))
        return dollars

    def closed(self) -> None:
        """Write down that all of this lab is gone; what stands before that is history."""
        self._write({"number": self._next, "lab": self.lab, "closed": True})
        self._next += 1

    def entries(self) -> tuple[Entry, ...]:
        """Return this lab's creating calls since it was last closed, in their order."""
        found: dict[int, dict[str, Any]] = {}
        for line in self._lines():
            if line.get("lab") != self.lab:
                continue
            if line.get("closed"):
                found.clear()
            elif "spent" not in line:
                found.setdefault(line["number"], {}).update(line)
        return tuple(
            Entry(
                number=number,
                lab=self.lab,
                operation=facts.get("operation", ""),
                about=facts.get("about", {}),
                made=tuple(facts["made"]) if "made" in facts else None,
                refused=facts.get("refused"),
            )
            for number, facts in sorted(found.items())
        )

    def _write(self, line: Mapping[str, Any]) -> None:
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _lines(self) -> Iterator[dict[str, Any]]:
        for text in self.file.read_text(encoding="utf-8").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue  # The process died while it wrote; nothing was sent for this line.
            if isinstance(line, dict) and isinstance(line.get("number"), int):
                yield line
