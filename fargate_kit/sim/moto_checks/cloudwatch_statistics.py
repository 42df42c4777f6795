"""Which texts name a statistic of CloudWatch."""

from __future__ import annotations

import re

__all__ = ["SIMPLE", "is_extended"]

SIMPLE = frozenset({"SampleCount", "Average", "Sum", "Minimum", "Maximum"})

_OF_PERCENT = re.compile(r"(?:p|tm|tc|ts|wm)(\d+(?:\.\d+)?)", re.ASCII | re.IGNORECASE)
_BOUND = r"-?\d+(?:\.\d+)?"
_OF_RANGE = re.compile(
    rf"(?:TM|TC|TS|WM|PR)\(({_BOUND}%|{_BOUND})?:({_BOUND}%|{_BOUND})?\)",
    re.ASCII | re.IGNORECASE,
)


def is_extended(text: str) -> bool:
    """Tell whether a text is a percentile, a trimmed or winsorized mean or sum, or a rank.

    Source: CloudWatch User Guide, page `Statistics-definitions`.
    """
    if text.upper() == "IQM":
        return True
    of_percent = _OF_PERCENT.fullmatch(text)
    if of_percent is not None:
        return float(of_percent[1]) <= 100
    of_range = _OF_RANGE.fullmatch(text)
    if of_range is None:
        return False
    bounds = [bound for bound in of_range.groups() if bound]
    percents = [bound for bound in bounds if bound.endswith("%")]
    # both bounds are of one kind, and one of the two may be left open
    if not bounds or len(percents) not in {0, len(bounds)}:
        return False
    return all(0 <= float(bound[:-1]) <= 100 for bound in percents)
