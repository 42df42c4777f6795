"""CloudWatch Logs: log events of its own, on groups and streams that moto holds."""

from __future__ import annotations
