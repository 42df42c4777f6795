"""`python -m benchmarks [NAME ...]`: measure, print, and write the tables into their page."""

from __future__ import annotations

import argparse
import time
from importlib import import_module

from benchmarks.processes import ROOT
from benchmarks.tables import Table, circumstances, replaced

NAMES = (
    "waiters",
    "deployments",
    "cpu",
    "fan_out",
    "fan_out_scale",
    "imports",
    "simulator",
    "scale",
    "week",
    "logs",
    "logs_loss",
)
PAGE = ROOT / "docs" / "explanation" / "benchmarks.md"


def main() -> None:
    """Run the benchmarks that were named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--print-only", action="store_true", help="leave the page as it is")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(
            f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}"
        )
    for name in options.names or NAMES:
        began = time.perf_counter()
        table: Table = import_module(f"benchmarks.{name}").run().table()
        print(f"{table.plain()}\n  took {time.perf_counter() - began:.0f} s\n", flush=True)
        if not options.print_only:
            page = PAGE.read_text(encoding="utf-8")
            new = replaced(page, {name: table.markdown(circumstances())})
            PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
