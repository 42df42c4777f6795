"""What every resource stands on: it knows AWS's API, and no resource."""

from __future__ import annotations
