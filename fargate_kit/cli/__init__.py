"""`fargate-kit`: the SDK's verbs on the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from fargate_kit.cli.app import run
    except ModuleNotFoundError as missing:
        if missing.name not in {"typer", "rich"}:
            raise
        sys.exit(
            f"fargate-kit: the command line needs {missing.name}, which is not installed: "
            "pip install 'fargate-kit[cli]'"
        )
    try:
        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        # Before a command had begun, or after it had ended.
        sys.exit(130)
