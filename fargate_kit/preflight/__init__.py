"""What a run needs in AWS, looked at before anything is run."""

from __future__ import annotations
