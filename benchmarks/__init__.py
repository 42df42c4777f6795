"""What this project says about calls, CPU, start-up and its simulator, measured."""

from __future__ import annotations
