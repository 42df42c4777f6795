"""How long one waits for `import fargate_kit`, and for the command line's help."""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.measuring import Comparison, in_turns, milliseconds, yes_or_no
from benchmarks.processes import FARGATE_KIT, output_of
from benchmarks.tables import Table

RUNS = 11
MOST = 1.15
HELP_SECONDS = 0.3

NOTHING = "python -c pass"
PACKAGE = "import fargate_kit"
CONNECTION = "import fargate_kit.connections.connection"
AIOBOTOCORE = "import aiobotocore.session"
HELP = "fargate-kit --help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """CPU seconds, user and system, of whole processes, by what they did."""

    seconds: dict[str, tuple[float, ...]]

    def table(self) -> Table:
        """Return the ratios."""
        rows = [self._import(PACKAGE), self._import(CONNECTION), self._help()]
        return Table(
            name="imports",
            question="How long does one wait for the package, and for the command line?",
            headings=("what", "against", "ratio", "single turns", "at most", "met"),
            rows=rows,
            how=(
                f"Medians of {RUNS} processes each, in turns; user and system time of the whole "
                "process, which is what one waits for on a machine that has nothing else to do."
            ),
            details=[milliseconds(name, taken) for name, taken in self.seconds.items()],
        )

    def _import(self, what: str) -> tuple[str, ...]:
        compared = Comparison(ours=self.seconds[what], theirs=self.seconds[AIOBOTOCORE])
        met = yes_or_no(compared.ratio <= MOST)
        names = f"`{what}`", f"`{AIOBOTOCORE}`"
        return (*names, f"{compared.ratio:.2f}", compared.spread, f"{MOST:.2f}", met)

    def _help(self) -> tuple[str, ...]:
        plain = median(self.seconds[NOTHING])
        limit = 2 * plain + HELP_SECONDS
        compared = Comparison(ours=self.seconds[HELP], theirs=self.seconds[NOTHING])
        met = yes_or_no(median(self.seconds[HELP]) <= limit)
        most = f"2 and {HELP_SECONDS} s, here {limit / plain:.1f}"
        names = f"`{HELP}`", f"`{NOTHING}`"
        return (*names, f"{compared.ratio:.2f}", compared.spread, most, met)


def run() -> Result:
    """Start each process in turns; a first round that nobody counts fills the file cache."""
    commands: dict[str, Sequence[str]] = {
        NOTHING: [sys.executable, "-c", "pass"],
        PACKAGE: [sys.executable, "-c", PACKAGE],
        CONNECTION: [sys.executable, "-c", CONNECTION],
        AIOBOTOCORE: [sys.executable, "-c", AIOBOTOCORE],
        HELP: [str(FARGATE_KIT), "--help"],
    }
    measures = {
        name: lambda command=command: _seconds(command) for name, command in commands.items()
    }
    in_turns(measures, runs=1)
    return Result(seconds=in_turns(measures, runs=RUNS))


def _seconds(command: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output_of(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
