"""`python -m fargate_kit` is `fargate-kit`."""

from __future__ import annotations

from fargate_kit.cli import main

if __name__ == "__main__":
    main()
